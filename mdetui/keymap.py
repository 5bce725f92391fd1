"""Keys of one's own: what `[keys]` of the configuration may say, and the key table with it.

Imported only where a key was changed. What may not be changed stays what the safety of the program rests on: the keys
of sheets, menus, bars and forms, esc, ctrl+c, ctrl+q; and nothing that leads to a write can come from a broken arrow
key, an alt key (esc and a letter, over a slow link) or Enter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from mdetui import keys
from mdetui.keys import Key
from mdetui.profile_check import Refused

# the tail of an arrow key that a slow link delivered in pieces
BROKEN_ARROWS = frozenset(("A", "B", "C", "D", "F", "H", "O", "left_square_bracket"))
# first parts of ids that may be changed; the others take every key themselves
CHANGEABLE = ("row", "list", "page", "login", "doctor", "move", "app")
# what these do must be there under its own key at any time
FIXED = frozenset(("app.back", "app.stop", "app.nothing"))
# keys that mean the same everywhere
RESERVED = {"escape": "one level up", "ctrl+c": "stop a load", "ctrl+q": "nothing"}
# messages and hints name these keys: they may have others beside them, but stay
KEPT = {
    "app.command": "colon",
    "app.sign_in": "S",
    "list.reload": "r",
    "list.show_new": "full_stop",
    "login.open": "enter",
}
# these open the menus from which writes begin
TO_WRITES = frozenset(key.id for key in keys.WRITES)
# Textual's names of characters that are neither letters nor digits (8.2.8, `_character_to_key`)
_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_PLACES = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete")
_NAMED = frozenset((*_PLACES, "enter", "tab", "space", "backspace", "escape", "shift+tab"))
_MODIFIED = re.compile(
    rf"(ctrl\+|shift\+|ctrl\+shift\+|alt\+)({'|'.join(_PLACES)})|ctrl\+[a-z]|alt\+[a-zA-Z0-9]|((ctrl|shift)\+)?f([1-9]|1\d|2[0-4])"
)
# a terminal sends the same for both
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace"}
WRITTEN = (
    "a character, its name (slash, question_mark, comma), ctrl+f, alt+x, f5, enter, tab, space, pagedown, shift+up"
)


def named(character: str) -> str:
    """Textual's name of a character."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_CHARACTERS = {named(one): one for one in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}


# keys of one id, for an editor
_ONE = "|".join(("[^\\s,]", *sorted(_NAMED), *sorted(_CHARACTERS), f"(?:{_MODIFIED.pattern})"))
PATTERN = rf"^\s*(?:{_ONE})(?:\s*,\s*(?:{_ONE}))*\s*$"


def key_name(written: str) -> str:
    """Textual's name of a key as a person writes it.

    Raises:
        ValueError: It is no key, or one that no terminal sends; says which.
    """
    if len(written) == 1 and written.isprintable() and not written.isspace():
        return named(written)
    name = written.lower()
    if name in _SAME:
        raise ValueError(f"{written} can't be told from {_SAME[name]} by a terminal.")
    if name in _NAMED or name in _CHARACTERS:
        return name
    # alt+x and alt+X are two keys
    if _MODIFIED.fullmatch(found := written if name.startswith("alt+") and len(written) == 5 else name):
        return found
    raise ValueError(f"{written!r} is no key.")


def names(written: str) -> str:
    """Keys as Textual's bindings take them; a comma among them is written `comma`.

    Raises:
        ValueError: One of them is no key, or there is none.
    """
    found = [key_name(one.strip()) for one in written.split(",") if one.strip()]
    if not found:
        raise ValueError("There is no key.")
    return ",".join(dict.fromkeys(found))


def shown(keys_of_one: str) -> str:
    """How the first of some keys is written on screen; "" where the key table knows better."""
    first = keys_of_one.partition(",")[0]
    return _CHARACTERS.get(first, "")


def changeable() -> dict[str, Key]:
    """The keys that may be changed, by id."""
    return {
        key.id: key
        for table in keys.CONTEXTS.values()
        for key in table
        if key.id.partition(".")[0] in CHANGEABLE and key.id not in FIXED
    }


def problems(written: Mapping[str, str]) -> list[Refused]:
    """What is wrong with changed keys, each with the id it is about."""
    known = changeable()
    every = {key.id for table in keys.CONTEXTS.values() for key in table}
    found: list[Refused] = []
    changed: dict[str, str] = {}
    for name, value in written.items():
        if name not in known:
            found.append(_unknown(name, every, known))
            continue
        try:
            changed[name] = names(value)
        except ValueError as error:
            found.append(Refused(name, str(error), f"Use {WRITTEN}; several with commas between."))
            continue
        found += _unsafe(name, changed[name])
    return found + _clashes(changed)


def _unknown(name: str, every: set[str], known: Mapping[str, Key]) -> Refused:
    if name in every:
        return Refused(
            name,
            "This key can't be changed.",
            "Sheets, menus, bars and forms, esc, ctrl+c and ctrl+q stay as they are.",
        )
    group = name.partition(".")[0]
    near = [one for one in known if one.startswith(f"{group}.")] or sorted(
        {f"{one.partition('.')[0]}." for one in known}
    )
    return Refused(
        name, "There is no key of this id.", f"Known{' here' if '.' in near[0][:-1] else ''}: {', '.join(near)}."
    )


def _unsafe(name: str, found: str) -> list[Refused]:
    refused = []
    if name in KEPT and KEPT[name] not in found.split(","):
        own = shown(KEPT[name]) or KEPT[name]
        refused.append(Refused(name, f"Messages say {own} for this: it stays.", f'Add to it: "{own}, {found}".'))
    for one in found.split(","):
        if one in RESERVED:
            refused.append(Refused(name, f"{one} stays what it is everywhere: {RESERVED[one]}.", "Use another key."))
        elif name in TO_WRITES and (one in BROKEN_ARROWS or one == "enter" or one.startswith("alt+")):
            why = "Enter never leads to a write" if one == "enter" else "over a slow link it can come by itself"
            refused.append(Refused(name, f"{one} can't open a menu that leads to writes: {why}.", "Use another key."))
    return refused


def _clashes(changed: Mapping[str, str]) -> list[Refused]:
    """A key may stand once in a context; told once for each pair of ids."""
    found: dict[tuple[str, ...], Refused] = {}
    for context in keys.CONTEXTS:
        taken: dict[str, str] = {}
        for key in _changed(keys.CONTEXTS[context], changed):
            for one in key.keys.split(","):
                other = taken.setdefault(one, key.id)
                if other == key.id or not {other, key.id} & changed.keys():
                    continue
                # whose key was changed is whose line is to be mended
                name, its = (key.id, other) if key.id in changed else (other, key.id)
                what = f"{shown(one) or one} is the key of {its} already (in {context})."
                found.setdefault(
                    (name, its, one),
                    Refused(
                        name,
                        what,
                        f"Give one of the two another key, or both: {its} can be changed, too."
                        if its in changeable()
                        else "Use another key.",
                    ),
                )
    return list(found.values())


def _changed(table: tuple[Key, ...], changed: Mapping[str, str]) -> tuple[Key, ...]:
    return tuple(
        replace(key, keys=changed[key.id], show=shown(changed[key.id])) if key.id in changed else key for key in table
    )


class Keymap:
    """The key table with keys that were changed.

    Args:
        written: Key id to keys, as written; checked before by `problems`.
    """

    def __init__(self, written: Mapping[str, str]) -> None:
        self.keys = {name: names(value) for name, value in written.items()}
        self._contexts: dict[str, tuple[Key, ...]] = {}

    def context(self, name: str) -> tuple[Key, ...]:
        """As `keys.context`."""
        if name not in self._contexts:
            self._contexts[name] = _changed(keys.context(name), self.keys)
        return self._contexts[name]
