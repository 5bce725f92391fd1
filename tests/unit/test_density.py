"""What is remembered of queues between runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mdetui import paths
from mdetui.api.density import Densities


def test_what_is_remembered_is_recalled_by_profile_and_filter() -> None:
    first = Densities("contoso")
    assert first.recall("") is None
    first.remember("", 12.5)
    first.remember("status eq 'New'", 3)
    again = Densities("contoso")
    assert (again.recall(""), again.recall("status eq 'New'"), again.recall("x")) == (12.5, 3, None)
    assert Densities("fabrikam").recall("") is None
    Densities("fabrikam").remember("", 1)
    assert Densities("contoso").recall("") == 12.5
    assert paths.memory_file().stat().st_mode & 0o777 == 0o600


def test_a_small_change_writes_nothing() -> None:
    Densities("contoso").remember("", 100)
    before = paths.memory_file().stat().st_mtime_ns
    Densities("contoso").remember("", 110)
    assert paths.memory_file().stat().st_mtime_ns == before
    Densities("contoso").remember("", 200)
    assert Densities("contoso").recall("") == 200


def test_what_others_keep_there_stays() -> None:
    paths.memory_file().write_text('{"other": [1]}')
    Densities("contoso").remember("", 1)
    assert json.loads(paths.memory_file().read_text())["other"] == [1]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"density": 5}', '{"density": {"contoso": {"": "x", "a": -1}}}'])
def test_a_broken_memory_is_no_memory(content: str) -> None:
    paths.memory_file().write_text(content)
    densities = Densities("contoso")
    assert densities.recall("") is None
    densities.remember("", 5)
    assert Densities("contoso").recall("") == 5


def test_it_does_not_grow_for_ever() -> None:
    densities = Densities("contoso")
    for number in range(80):
        densities.remember(f"incidentId eq {number}", number)
    kept = json.loads(paths.memory_file().read_text())["density"]["contoso"]
    assert len(kept) == 50
    assert "incidentId eq 79" in kept


def test_a_place_that_can_not_be_written_does_no_harm(tmp_path: Path) -> None:
    densities = Densities("contoso", tmp_path / "missing" / "memory.json")
    densities.remember("", 5)
    assert densities.recall("") == 5
