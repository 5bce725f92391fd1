"""The key table: one place, nothing ambiguous, nothing that writes by a single key."""

from __future__ import annotations

import pytest

from mdetui.keys import CONTEXTS, Key

ALL = [(context, key) for context, keys in CONTEXTS.items() for key in keys]
# these can arrive as the tail of an arrow key that a slow link delivered in pieces
BROKEN_ARROWS = {"A", "B", "C", "D", "F", "H", "O", "left_square_bracket"}
WRITES = {"row.act", "row.triage"}


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_key_stands_twice_in_a_context(context: str) -> None:
    keys = [one for key in CONTEXTS[context] for one in key.keys.split(",")]
    assert sorted(keys) == sorted(set(keys))


def test_ids_name_one_action() -> None:
    actions: dict[str, tuple[str, str]] = {}
    for _, key in ALL:
        assert actions.setdefault(key.id, (key.keys, key.action)) == (key.keys, key.action)


@pytest.mark.parametrize(("context", "key"), ALL, ids=lambda value: value.id if isinstance(value, Key) else value)
def test_every_key_explains_itself(context: str, key: Key) -> None:
    assert "." in key.id
    assert key.help
    assert not key.help.endswith(".")
    assert key.display


def test_the_tail_of_a_broken_arrow_key_starts_no_write() -> None:
    for _, key in ALL:
        if set(key.keys.split(",")) & BROKEN_ARROWS:
            assert key.id not in WRITES


def test_writes_start_in_menus_only() -> None:
    assert {key.id for _, key in ALL if key.action in ("act", "triage")} == WRITES


@pytest.mark.parametrize("context", sorted(set(CONTEXTS) - {"menu", "bar", "ask", "sheet", "job", "sign_in", "wizard"}))
def test_every_key_of_a_full_screen_stands_under_a_heading_of_the_help(context: str) -> None:
    assert all(key.group for key in CONTEXTS[context])
