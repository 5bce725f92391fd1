"""`mdetui config`: check, show and schema say the same as the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mdetui import cli, paths
from tests.unit.test_settings import GOOD


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_without_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, GOOD)
    assert cli.main(["config", "check", file]) == 0
    assert capsys.readouterr().out == f"{file}: nothing is wrong with it (0 profiles, 2 queues, 2 changed keys).\n"


def test_no_file_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "check"]) == 0
    assert f"There is no {paths.config_file()}" in capsys.readouterr().out


def test_a_file_that_is_named_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "check", str(tmp_path / "none.toml")]) == 2
    assert "can't be read" in capsys.readouterr().err


def test_all_mistakes_with_their_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOOD.replace('"-severity"', '"x"').replace('"r, f5"', '"nokey"').replace('"dark"', '"pink"\nprofile = "who"')
    file = written(tmp_path, text)
    assert cli.main(["--config", file, "config", "check"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(" ")[0] for line in said if line.startswith("mdetui: ")] == [
        f"{file},"
    ] * 4
    told = "\n".join(said)
    for one in (
        "line 11: queues.alerts[0].sort: 'x' is no column",
        "line 27: keys.list.reload: 'nokey' is no key.",
        "line 1: theme: There is no theme 'pink'.",
        "line 2: There is no profile 'who'.",
    ):
        assert one in told


@pytest.mark.parametrize(
    ("old", "new"), [('"-severity"', '"x"'), ('"r, f5"', '"r,s"'), ("first = 50", "first = 5"), ('"title:40"', '"t"')]
)
def test_the_program_refuses_with_the_same_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    file = written(tmp_path, GOOD.replace(old, new))
    assert cli.main(["config", "check", file]) == 2
    checked = capsys.readouterr().err
    assert cli.main(["--config", file]) == 2
    assert capsys.readouterr().err == checked
    assert file in checked


def test_what_is_in_force_and_where_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MDETUI_REFRESH", "0")
    file = written(tmp_path, GOOD)
    assert cli.main(["config", "show", "--config", file, "--json"]) == 0
    found = {row["key"]: (row["value"], row["source"]) for row in json.loads(capsys.readouterr().out)}
    assert found["theme"] == ("dark", f"{file}, line 1")
    assert found["mouse"] == ("off", "default")
    assert found["refresh"] == ("never", "MDETUI_REFRESH")
    assert found["refresh.actions"] == ("every 15 s", f"{file}, line 5")
    assert found["queues.alerts 1"] == ("open: status:open", "default")
    assert found["queues.alerts 3"] == ("mine: owner:me", f"{file}, line 13")
    assert found["queues.alerts 5"] == (
        "today: status:open since:24h /power shell sort -severity fold none",
        f"{file}, line 7",
    )
    assert found["columns.alerts"] == ("severity, title:40, machine", f"{file}, line 18")
    assert found["keys.list.filter"] == ("slash, ctrl+f", f"{file}, line 25")
    assert found["page_size.machines"] == ("50 rows first, then up to 500", f"{file}, line 29")


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "show"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.split() == ["SETTING", "VALUE", "FROM"]
    assert any(line.split() == ["refresh", "every", "60", "s", "default"] for line in rest)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
