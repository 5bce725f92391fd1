"""The profile form as a state machine: fields, focus, what is wrong, what would be written. It draws and writes nothing.

What is typed is kept while the method changes to and fro; only what belongs to the chosen one is part of the profile.
Nothing secret is asked for.
"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

from mdetui import profile_env, text
from mdetui.clouds import CLOUDS
from mdetui.errors import ConfigError
from mdetui.profile import Profile
from mdetui.profile_check import OF_A_METHOD, given_in, problems
from mdetui.response.fields import ChoiceField, Field, TextField
from mdetui.views.profile_fields import MORE, MORE_HELP, SAVE, SAVE_HELP, SPECS, YES_NO, registration

_TABLES = ("base", "scope")
_SECRET_FILES = ("client_secret_file", "certificate_password_file")
# the form of client secrets that Entra makes: three characters, a digit, Q~, the rest
_SECRET = re.compile(r"[\w~.-]{3}\dQ~[\w~.-]{20,}")
_TAKEN = "There is a profile of that name already. Take another name, or leave this one and edit that."


class ProfileForm:
    """One open form.

    Args:
        file: The configuration file it is about; read for what a profile's own values are there. Never written here.
        profile: The profile to change, its name stays; None makes a new one.
        environ: Environment, for tests.

    Attributes:
        fields: Every field there is by key, those that do not belong to the method too.
        focus: Key of the field with the focus, `MORE` or `SAVE`.
        more: Whether what is seldom needed is shown.
        message: What came of saving, or of leaving with something typed.
    """

    def __init__(self, file: Path, profile: Profile | None = None, environ: Mapping[str, str] | None = None) -> None:
        self.file = file
        self._environ = os.environ if environ is None else environ
        tables = _tables(file)
        self._taken = frozenset(tables)
        self.editing = profile is not None
        if profile is None:
            self._origin = Profile(name="", method="device-code")
        else:
            self._origin = as_written(profile, tables[profile.name]) if profile.name in tables else profile
        self.fields: dict[str, Field] = {key: _field(self._origin, key) for key in SPECS}
        self._before = self._values()
        self.more = False
        self.focus = self.keys[0]
        self.message = ""
        self._left: set[str] = set()
        self._leaving = False
        # what only writing found out, by field, until that field is changed
        self._refused: dict[str, str] = {}

    # what there is

    @property
    def method(self) -> str:
        """The chosen way to sign in."""
        return self.fields["method"].value

    @property
    def keys(self) -> list[str]:
        """What can have the focus, from top to bottom."""
        common = [key for key in self._belonging() if not SPECS[key].more and not (self.editing and key == "name")]
        seldom = [key for key in self._belonging() if SPECS[key].more] if self.more else []
        return [*common, MORE, *seldom, SAVE]

    @property
    def changed(self) -> bool:
        """Whether a person has changed anything."""
        return self._values() != self._before

    def _belonging(self) -> Iterator[str]:
        return (key for key, spec in SPECS.items() if spec.belongs(self.method))

    def _values(self) -> dict[str, str]:
        return {key: field.value for key, field in self.fields.items()}

    def help(self) -> list[str]:
        """Sentences on what has the focus, a text a line."""
        if self.focus in (MORE, SAVE):
            return [MORE_HELP if self.focus == MORE else SAVE_HELP]
        if self.focus == "method":
            return registration(self.method)
        profile = self.profile
        cloud = CLOUDS[profile.cloud]
        filled = SPECS[self.focus].help
        for name, value in (
            ("{name}", profile.name or "contoso"),
            ("{login}", cloud.login.removeprefix("https://")),
            ("{api}", cloud.base["mde"].removeprefix("https://")),
            ("{secret}", self._secret_command(profile)),
        ):
            filled = filled.replace(name, value)
        return filled.split("\n")

    def _secret_command(self, profile: Profile) -> str:
        name = profile.client_secret_file or f"{profile.name or 'contoso'}.secret"
        path = short(self.file.parent / Path(name).expanduser())
        home = "~/" if path.startswith("~/") else ""
        return f"(umask 077; cat > {home}{shlex.quote(path.removeprefix(home))})"

    def empty(self, key: str) -> str:
        """What holds for a field while nothing is typed into it: words, or `needed`."""
        filled, sources = self._filled()
        if variable := sources.get(key):
            return f"{text.line(getattr(filled, key), 100)}, from {variable}"
        return SPECS[key].empty(filled) or "needed"

    # what it would be

    @property
    def profile(self) -> Profile:
        """The profile as it would be written."""
        changes: dict[str, Any] = {}
        belonging = set(self._belonging())
        for one in fields(Profile):
            if one.name in _TABLES:
                changes[one.name] = self._table(one.name)
            elif one.name in belonging:
                changes[one.name] = self._value(one.name, self.fields[one.name].value.strip())
            elif one.name in OF_A_METHOD:
                # refused with another method; what belongs to none stays as it was
                changes[one.name] = _default(one.name)
        return replace(self._origin, **changes)

    def _table(self, name: str) -> dict[str, str]:
        typed = {
            key.partition(".")[2]: field.value.strip()
            for key, field in self.fields.items()
            if key.startswith(f"{name}.")
        }
        # audiences of which this program knows nothing are not lost; the check names them
        kept = {key: value for key, value in getattr(self._origin, name).items() if key not in typed}
        return {**{key: value for key, value in typed.items() if value}, **kept}

    def _value(self, key: str, typed: str) -> Any:
        if key == "token_command":
            return _words(typed) or ()
        if key == "write_minutes":
            return int(typed) if _is_number(typed) else 0
        if key == "certificate_chain":
            return typed == YES_NO[1]
        return typed or _default(key)

    def _filled(self) -> tuple[Profile, dict[str, str]]:
        """With what the environment gives, as the file will be read."""
        profile = self.profile
        found = profile_env.fill(profile, given_in(profile) | {"cloud", "method"}, self._environ)
        return found.profile, found.sources

    # what is wrong with it

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong, by field, in two sentences; fields that nobody has left yet included."""
        found = dict(self._own_complaints())
        filled, _ = self._filled()
        for one in problems(filled, given_in(self.profile)):
            found.setdefault(one.key or "name", f"{one.what} {one.todo}")
        return {**found, **self._refused}

    @property
    def complaints(self) -> dict[str, str]:
        """The same of the fields that were left."""
        return {key: words for key, words in self.wrong.items() if key in self._left}

    def _own_complaints(self) -> Iterator[tuple[str, str]]:
        """What only a form can get wrong, and what it has better words for."""
        typed = {key: field.value.strip() for key, field in self.fields.items()}
        if not self.editing and typed["name"] in self._taken:
            yield "name", _TAKEN
        if not typed["name"]:
            yield "name", "A profile needs a name. Use letters, digits, '.', '_' and '-', such as contoso."
        if self.method == "token-command" and not _words(typed["token_command"]):
            what = "A quotation mark has no partner." if typed["token_command"] else "Method token-command needs it."
            yield "token_command", f"{what} Give program and arguments, such as /usr/local/bin/mde-token --json."
        if typed["write_minutes"] and not _is_number(typed["write_minutes"]):
            yield "write_minutes", "This is not a whole number. Use 0 to 480 minutes."
        for key in _SECRET_FILES:
            if SPECS[key].belongs(self.method) and _SECRET.fullmatch(typed[key]):
                yield key, "This looks like the secret itself. Put it into a file of mode 0600 and name that file here."

    # keys

    def step(self, by: int) -> None:
        """Another field, over the ends."""
        keys = self.keys
        self._go(keys[(keys.index(self.focus) + by) % len(keys)])

    def move(self, by: int) -> None:
        """Another field, up to the ends."""
        keys = self.keys
        self._go(keys[max(0, min(len(keys) - 1, keys.index(self.focus) + by))])

    def _go(self, key: str) -> None:
        self.calm()
        if key != self.focus:
            self._left.add(self.focus)
            self.focus = key
            field = self.fields.get(key)
            if isinstance(field, TextField):
                field.cursor = len(field.value)

    def press(self, key: str, char: str | None) -> None:
        """A key for the field with the focus."""
        self.calm()
        field = self.fields.get(self.focus)
        if field is not None and field.press(key, char):
            self._mended()

    def paste(self, pasted: str) -> None:
        """A paste for the field with the focus; where there is no text to type it is dropped."""
        self.calm()
        field = self.fields.get(self.focus)
        if isinstance(field, TextField):
            field.insert(pasted.strip())
            self._mended()

    def _mended(self) -> None:
        self._refused.pop(self.focus, None)

    def toggle(self) -> None:
        """Show what is seldom needed, or hide it."""
        self.calm()
        self.more = not self.more
        if self.more:
            self._go(self.keys[self.keys.index(MORE) + 1])
        elif self.focus not in self.keys:
            self._go(MORE)

    def calm(self) -> None:
        """Something else was pressed: what was said is over."""
        self.message = ""
        self._leaving = False

    # the ends

    def ready(self) -> bool:
        """Whether it may be written; else the focus goes to the first field that is wrong, and all of them say so."""
        self.calm()
        self._left.update(SPECS)
        wrong = self.wrong
        if not wrong:
            return True
        self.more = self.more or not set(wrong) & set(self.keys)
        first = next((key for key in self.keys if key in wrong), None)
        if first is None:
            # of a value that no field shows: only the file can tell
            self.message = next(iter(wrong.values()))
        else:
            self._go(first)
        return False

    def refused(self, error: ConfigError) -> None:
        """Writing it failed: at the field where one is meant, else with file and key."""
        prefix = f"profiles.{self.profile.name}"
        key = "name" if error.key == prefix else error.key.removeprefix(f"{prefix}.")
        if error.line is None and key in SPECS and SPECS[key].belongs(self.method):
            what = error.what.partition(f"{error.key}: ")[2] or error.what
            self._refused[key] = _TAKEN if key == "name" and not self.editing else f"{what} {error.todo}"
            self._left.add(key)
            self.more = self.more or SPECS[key].more
            if key in self.keys:
                self._go(key)
                return
        self.message = str(error)

    def leave(self, unless: str = "") -> bool:
        """esc: whether to leave at once. Asked once when something was typed.

        Args:
            unless: Why to ask all the same; "" where nothing is under way.
        """
        if self._leaving or not (self.changed or unless):
            return True
        self.message = unless or "esc again leaves, nothing is saved."
        self._leaving = True
        return False


def short(file: Path) -> str:
    """A file name with `~` for the home folder."""
    try:
        return f"~/{file.absolute().relative_to(Path.home())}"
    except (ValueError, RuntimeError):
        return str(file)


def as_written(profile: Profile, table: Mapping[str, Any]) -> Profile:
    """A profile with what the file says and no more: without the environment's values, file names as they stand there.

    Args:
        profile: As the program sees it.
        table: Its table in the file.
    """
    written: dict[str, Any] = {}
    for one in fields(Profile):
        value = table.get(one.name)
        value = tuple(value) if isinstance(value, list) else value
        if one.name != "name" and _is_possible(one.name, value, getattr(profile, one.name)):
            written[one.name] = value
    return Profile(**written, name=profile.name, connector=profile.connector)


def _is_possible(key: str, value: Any, like: Any) -> bool:
    """A file that was changed meanwhile may hold anything."""
    if isinstance(value, dict | tuple) and not all(isinstance(one, str) for one in _parts(value)):
        return False
    spec = SPECS.get(key)
    return type(value) is type(like) and (
        spec is None or not isinstance(value, str) or value in (spec.values or (value,))
    )


def _parts(value: dict[str, Any] | tuple[Any, ...]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _tables(file: Path) -> dict[str, dict[str, Any]]:
    """The tables of the profiles in a file. What is wrong with the file is said when it is written."""
    try:
        profiles = tomllib.loads(file.read_text(encoding="utf-8")).get("profiles")
    except (OSError, ValueError, RecursionError):
        return {}
    return (
        {name: table for name, table in profiles.items() if isinstance(table, dict)}
        if isinstance(profiles, dict)
        else {}
    )


def _field(profile: Profile, key: str) -> Field:
    spec = SPECS[key]
    table, _, audience = key.partition(".")
    value: Any = getattr(profile, table)
    if audience:
        value = value.get(audience, "")
    elif isinstance(value, tuple):
        value = shlex.join(value)
    elif isinstance(value, bool):
        value = YES_NO[value]
    elif key == "write_minutes":
        value = str(value) if value else ""
    if spec.values:
        return ChoiceField(key, spec.label, spec.values, value)
    return TextField(key, spec.label, str(value), len(str(value)))


def _default(key: str) -> Any:
    one = next(one for one in fields(Profile) if one.name == key)
    return "" if one.default is MISSING else one.default


def _words(command: str) -> tuple[str, ...] | None:
    try:
        return tuple(shlex.split(command))
    except ValueError:
        return None


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) <= 6
