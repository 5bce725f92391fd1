"""Keys of one's own: what may be said, what may not, and that nothing becomes dangerous by it."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key, _normalize_key_list

from mdetui import keymap, keys
from mdetui.keymap import Keymap, problems


def refused(name: str, value: str) -> list[str]:
    return [f"{one.what} {one.todo}" for one in problems({name: value})]


@pytest.mark.parametrize("character", string.ascii_letters + string.digits + string.punctuation + "äß")
def test_characters_have_the_names_that_textual_gives_them(character: str) -> None:
    assert keymap.key_name(character) == _character_to_key(character)
    assert keymap.key_name(_character_to_key(character)) == _character_to_key(character)


@pytest.mark.parametrize(
    "key", sorted({one for table in keys.CONTEXTS.values() for key in table for one in key.keys.split(",")})
)
def test_every_key_of_the_table_can_be_written(key: str) -> None:
    assert keymap.key_name(key) == key


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("slash, ctrl+f", "slash,ctrl+f"),
        ("/", "slash"),
        ("?,F5", "question_mark,f5"),
        ("Ctrl+F", "ctrl+f"),
        ("alt+X,alt+x", "alt+X,alt+x"),
        ("PageDown, shift+Up", "pagedown,shift+up"),
        ("x,x", "x"),
        ("comma", "comma"),
    ],
)
def test_how_keys_are_written(written: str, means: str) -> None:
    assert keymap.names(written) == means
    assert _normalize_key_list(keymap.names(written)) == means


@pytest.mark.parametrize("written", ["", ",", "ctrl+ä", "f25", "hyper+x", "ctrl+shift+x", "enterr", "ctrl+", "  "])
def test_what_is_no_key(written: str) -> None:
    (said,) = refused("list.filter", written)
    assert "Use a character" in said


@pytest.mark.parametrize(("written", "same"), [("ctrl+i", "tab"), ("ctrl+m", "enter"), ("ctrl+h", "backspace")])
def test_what_no_terminal_tells_apart(written: str, same: str) -> None:
    (said,) = refused("list.filter", written)
    assert f"can't be told from {same}" in said


def test_the_schema_takes_what_the_check_takes() -> None:
    import re

    for written in ("slash, ctrl+f", "/", "?,f5", "alt+X", "shift+up", "comma,enter", "ä"):
        assert re.search(keymap.PATTERN, written), written
    for written in ("", "ctrl+ä", "f25", "nokey", "a b", "x,,y"):
        assert not re.search(keymap.PATTERN, written), written


# what may not be


@pytest.mark.parametrize(
    "name",
    ["sheet.send", "sheet.leave", "sheet.next", "menu.run", "bar.submit", "wizard.save", "job.undo", "ask.answer",
     "sign_in.go", "app.back", "app.stop", "app.nothing"],
)  # fmt: skip
def test_keys_that_stay(name: str) -> None:
    assert name in {key.id for table in keys.CONTEXTS.values() for key in table}
    assert refused(name, "x") == [
        "This key can't be changed. Sheets, menus, bars and forms, esc, ctrl+c and ctrl+q stay as they are."
    ]


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "ctrl+q"])
def test_keys_that_mean_the_same_everywhere(key: str) -> None:
    assert "stays what it is everywhere" in refused("list.filter", key)[0]


@pytest.mark.parametrize("name", ["row.act", "row.triage"])
@pytest.mark.parametrize("key", [*sorted(keymap.BROKEN_ARROWS), "[", "enter", "alt+a"])
def test_nothing_that_leads_to_a_write_comes_by_itself(name: str, key: str) -> None:
    assert any("can't open a menu that leads to writes" in said for said in refused(name, key))


def test_that_is_about_writes_only() -> None:
    assert problems({"list.filter": "A", "list.wide": "alt+r", "row.act": "E"}) == []


def test_an_id_that_is_none_names_those_of_its_context() -> None:
    (said,) = refused("row.acts", "x")
    assert (
        said
        == "There is no key of this id. Known here: row.machine, row.incident, row.pivot, row.blast, row.act, row.triage, row.page."
    )
    (said,) = refused("rows.act", "x")
    assert said == "There is no key of this id. Known: app., doctor., list., login., move., page., row.."


def test_clashes_are_told_once_and_at_the_key_that_was_changed() -> None:
    (found,) = problems({"list.wide": "s"})
    assert found.key == "list.wide"
    assert found.what == "s is the key of list.sort already (in alerts)."
    assert "list.sort can be changed, too" in found.todo


def test_two_that_are_changed_clash_with_each_other() -> None:
    (found,) = problems({"list.wide": "f5", "list.sort": "f5"})
    assert {"list.wide", "list.sort"} == {found.key, found.what.split()[5]}


def test_keys_may_change_places() -> None:
    assert problems({"list.sort": "f", "list.fold": "s"}) == []


def test_what_never_stands_on_one_screen_does_not_clash() -> None:
    assert problems({"login.new": "s"}) == []


@pytest.mark.parametrize("name", keymap.KEPT)
def test_keys_that_messages_name_stay_and_may_have_company(name: str) -> None:
    table = {key.id: key for keys_of in keys.CONTEXTS.values() for key in keys_of}
    assert keymap.KEPT[name] in table[name].keys.split(",")
    (said,) = refused(name, "f9")
    assert "Messages say" in said
    assert refused(name, f"{keymap.KEPT[name]}, f9") == []


# what comes of it


def test_the_table_with_changed_keys() -> None:
    changed = Keymap({"list.filter": "&, ctrl+f", "move.down": "n"})
    by_id = {key.id: key for key in changed.context("alerts")}
    assert (by_id["list.filter"].keys, by_id["list.filter"].display) == ("ampersand,ctrl+f", "&")
    assert (by_id["move.down"].keys, by_id["move.down"].display) == ("n", "n")
    assert by_id["list.sort"] in keys.context("alerts")
    assert [key.id for key in changed.context("alerts")] == [key.id for key in keys.context("alerts")]
