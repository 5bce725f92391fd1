"""The JSON schema: made of the data that the checks go by, so both take and refuse the same."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mdetui import config, keymap
from mdetui.config import Config
from mdetui.errors import ConfigError
from mdetui.settings_check import check
from mdetui.settings_schema import schema
from mdetui.views.query import words_of
from mdetui.views.registry import VIEWS
from tests.unit.test_settings import GOOD

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
SCHEMA = schema()


def errors(text: str) -> list[str]:
    """What the schema has against a file, by a validator where one is installed."""
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.json_path for error in validator.iter_errors(tomllib.loads(text))]


def inside(part: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from inside(value)
    elif isinstance(part, list):
        for value in part:
            yield from inside(value)


def test_it_is_a_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_every_table_is_closed_and_every_pattern_is_one() -> None:
    tables = [part for part in inside(SCHEMA) if part.get("type") == "object"]
    assert len(tables) > 10
    assert all("additionalProperties" in table for table in tables)
    patterns = [part["pattern"] for part in inside(SCHEMA) if isinstance(part.get("pattern"), str)]
    assert len(patterns) > 5
    for pattern in patterns:
        re.compile(pattern)
        assert pattern.startswith("^")
        assert pattern.endswith("$")


def test_it_knows_what_the_program_knows() -> None:
    top = SCHEMA["properties"]
    assert set(keymap.changeable()) <= set(top["keys"]["properties"])
    assert "sheet.send" not in top["keys"]["properties"]
    assert set(top["columns"]["properties"]) == set(VIEWS)
    assert {"alerts", "machines", "actions"} <= set(top["queues"]["properties"])
    assert "log" not in top["queues"]["properties"]
    for view, queues in top["queues"]["properties"].items():
        assert queues["items"]["properties"]["words"]["examples"] == [word.help for word in words_of(view)]
    told = [name for name, part in top.items() if not part["description"]]
    assert told == []


def test_every_example_of_the_readme_is_taken() -> None:
    assert EXAMPLES
    assert [errors(example) for example in EXAMPLES] == [[] for _ in EXAMPLES]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_check_takes_them_too(tmp_path: Path, example: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(example, encoding="utf-8")
    check(config.load(file, environ={}))


def test_the_defaults_are_taken() -> None:
    assert errors("") == []
    assert errors(GOOD) == []


# the same is refused by both: what stands in the file, and where the schema finds it
WRONG = {
    '"-severity"': ('"-sev"', "$.queues.alerts[0].sort"),
    "status:open since:24h": ("staus:open", "$.queues.alerts[0].words"),
    'fold = "none"': ('fold = "all"', "$.queues.alerts[0].fold"),
    '"title:40"': ('"title:201"', "$.columns.alerts[1]"),
    '"r, f5"': ('"f25"', "$.keys.list.reload"),
    "first = 50": ("first = 5", "$.page_size.machines"),
    "actions = 15": ("actions = 1", "$.refresh"),
    "default = 30": ("defaul = 30", "$.refresh"),
    'theme = "dark"': ("theme = 3", "$.theme"),
    "[page_size]": ("[page_sizes]", "$"),
}


@pytest.mark.parametrize("old", WRONG)
def test_both_refuse_the_same(tmp_path: Path, old: str) -> None:
    new, path = WRONG[old]
    text = GOOD.replace(old, new)
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        check(config.load(file, environ={}))
    assert errors(text) == [path]


def test_an_empty_configuration_is_right() -> None:
    check(Config())
