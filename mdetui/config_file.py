"""`config.toml`: read strictly, line by line accounted for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from mdetui import limits, profile_env
from mdetui.errors import ConfigError
from mdetui.profile import Profile
from mdetui.profile_check import Refused, check, check_name

# not settable in a file: the key is the table's name, the connector is the program's business
HIDDEN = ("name", "connector")
# what may stand at the top, with its defaults as in `config.Config`
TOP: dict[str, Any] = {"theme": "", "mouse": None, "refresh": 60, "profile": "", "profiles": {}}
_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    float: "a number with a fraction",
    list: "a list",
    dict: "a table",
}
# tables that are read only where they are there; `refresh` may be a number, too
TABLES = ("queues", "columns", "keys", "page_size")
# relative names mean: beside the configuration file
FILE_KEYS = ("client_secret_file", "certificate_file", "certificate_password_file", "assertion_file", "ca_bundle")
_SECRET_KEY = re.compile(
    r"(?i)(secret|passwo?r?d|pwd|passphrase|token|assertion|credential|(^|_)pin|(private|api|access|account)_?key)s?(_?value)?$"
)


_PART = r"\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+"
_HEADER = re.compile(rf"\s*(\[\[?)\s*((?:{_PART}|\s*\.\s*)+)\s*\]")
_KEY = re.compile(rf"\s*((?:{_PART})(?:\s*\.\s*(?:{_PART}))*)\s*=")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file says.

    Attributes:
        settings: What stands at its top, by name, the tables of `config_tables` included.
        profiles: In the order of the file, with what the environment gives filled in.
        sources: Place of each value, by dotted key.
    """

    settings: dict[str, Any]
    profiles: dict[str, Profile]
    sources: dict[str, str]


def read(path: Path, environ: Mapping[str, str]) -> Content:
    """Read a file.

    Raises:
        ConfigError: It can't be read, or something in it is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(
            f"The file can't be read: {reason}.", "Give another file with --config.", where=str(path)
        ) from error
    return parse(text, path, environ)


def parse(text: str, path: Path, environ: Mapping[str, str]) -> Content:
    """Understand the text of a file.

    Args:
        text: The text.
        path: The file it is of, or will be.
        environ: Environment.

    Raises:
        ConfigError: Something in it is wrong; names the line.
    """
    import tomllib

    where = str(path)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError(
            f"This is not valid TOML: {error}.", "Mend that line.", where=where, line=int(line[1]) if line else None
        ) from error
    place = Place(text, where)
    place.refuse_secrets(data, "")
    wanted = [name for name in (*TABLES, "refresh") if name in TABLES or type(data.get(name)) is dict]
    beside = {name: data.pop(name) for name in wanted if name in data}
    settings = _values(TOP, data, "", place)
    tables: dict[str, dict[str, Any]] = settings.pop("profiles", {})
    if not limits.refreshes(settings.get("refresh", 0)):
        raise place.error("refresh", f"{settings['refresh']} can't be used.", limits.REFRESH_TODO)
    sources = {name: place.of(name) for name in settings}
    if beside:
        from mdetui import config_tables

        found = config_tables.read(beside, place)
        settings |= {name: getattr(found, name) for name in (*TABLES, "refresh_of")}
        if found.refresh is not None:
            settings["refresh"] = found.refresh
        sources |= found.sources
    profiles: dict[str, Profile] = {}
    for name, table in tables.items():
        profiles[name], given = _profile(name, table, path.parent, place, environ)
        sources |= {f"profiles.{name}.{key}": value for key, value in given.items()}
    return Content(settings, profiles, sources)


def _profile(
    name: str, table: dict[str, Any], folder: Path, place: Place, environ: Mapping[str, str]
) -> tuple[Profile, dict[str, str]]:
    """A profile of the file, and where each of its values came from."""
    key = f"profiles.{name}"
    variables: dict[str, str] = {}
    try:
        check_name(name)
        written = _anchored(Profile(name=name, **_values(defaults(Profile), table, key, place)), folder)
        filled = profile_env.fill(written, table, environ)
        variables = filled.sources
        check(filled.profile, table)
    except Refused as error:
        at = f"{key}.{error.key}" if error.key else key
        if error.key in variables:
            raise ConfigError(error.what, error.todo, where=variables[error.key], key=at) from None
        raise place.error(at, error.what, error.todo) from None
    return filled.profile, {one: place.of(f"{key}.{one}") for one in table} | variables


def _anchored(profile: Profile, folder: Path) -> Profile:
    changes = {name: str(folder / Path(value).expanduser()) for name in FILE_KEYS if (value := getattr(profile, name))}
    return replace(profile, **changes) if changes else profile  # type: ignore[arg-type]


def _values(known: Mapping[str, Any], data: Mapping[str, Any], prefix: str, place: Place) -> dict[str, Any]:
    """The values of a table, each of the kind that its default has.

    Not by a library: msgspec does this well and costs 25 ms of the first paint.

    Args:
        known: Default of every key that may stand there; None stands for a switch that nobody touched.
        data: The table.
        prefix: Dotted key of the table, `""` for the top.
        place: Where it stands.

    Raises:
        ConfigError: A key is not known, or its value is of another kind.
    """
    dotted = f"{prefix}." if prefix else ""
    allowed = known if prefix else (*known, *TABLES)
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name not in known:
            raise place.error(dotted + name, "This key is not known.", f"Known here: {', '.join(allowed)}.")
        default = known[name]
        kind = bool if default is None else list if isinstance(default, tuple) else type(default)
        place.expect(kind, value, dotted + name)
        if kind is list:
            for at, part in enumerate(value):
                place.expect(str, part, f"{dotted}{name}[{at}]")
            value = tuple(value)
        elif kind is dict:
            for key, part in value.items():
                # the top's one table is that of the profiles
                place.expect(str if prefix else dict, part, f"{dotted}{name}.{key}")
        found[name] = value
    return found


def defaults(kind: type) -> dict[str, Any]:
    """Keys that may stand in a file, with their defaults."""
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default
        for one in fields(kind)
        if one.name not in HIDDEN
    }


class Place:
    """Where things stand in a file.

    Keys are dotted; entries of lists and of arrays of tables have their number: `queues.alerts[1].words`.
    """

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self._found: dict[str, int] | None = None

    def error(self, key: str, what: str, todo: str) -> ConfigError:
        """The error for a key."""
        return ConfigError(what, todo, where=self.where, line=self.line_of(key), key=key)

    def expect(self, kind: type, value: object, key: str) -> None:
        """Refuse a value of another kind.

        Raises:
            ConfigError: It is one; says which kind is wanted.
        """
        if type(value) is not kind:
            got = _KINDS.get(type(value), "a date or time")
            raise self.error(key, f"This must be {_KINDS[kind]}, not {got}.", "")

    def of(self, key: str, value: str = "") -> str:
        """File and line of a key, for people.

        Args:
            key: Dotted key.
            value: Text of an entry of a list that goes over several lines.
        """
        line = self.line_of(key)
        if line and value:
            line = self._line_with(value, line) or line
        return f"{self.where}, line {line}" if line else self.where

    def refuse_secrets(self, data: Mapping[str, Any], prefix: str) -> None:
        """Refuse every key that looks as if a secret stood there. The value is not looked at and not shown.

        Raises:
            ConfigError: One does; says where secrets go.
        """
        known = {one.name for one in fields(Profile)}
        for name, value in data.items():
            key = f"{prefix}.{name}" if prefix else name
            if isinstance(value, dict):
                self.refuse_secrets(value, key)
            elif name not in known and _SECRET_KEY.search(name.replace("-", "_")):
                raise self.error(key, "A secret must not stand in the configuration.", _remedy(name))

    def line_of(self, key: str) -> int | None:
        """Line on which a dotted key stands, as well as it can be told from the text; of its table when it is missing."""
        lines = self._lines()
        while key:
            begun = (f"{key}.", f"{key}[")
            line = lines.get(key) or next((line for one, line in lines.items() if one.startswith(begun)), None)
            if line is not None:
                return line
            key = key.rpartition("[" if key.endswith("]") else ".")[0]
        return None

    def _lines(self) -> dict[str, int]:
        """Line of each key and table, by dotted key."""
        if self._found is None:
            self._found = {}
            current = ""
            count: dict[str, int] = {}
            for number, raw in enumerate(self.text.splitlines(), 1):
                header = _HEADER.match(raw)
                if header:
                    current = _dotted(header[2])
                    if header[1] == "[[":
                        count[current] = count.get(current, -1) + 1
                        current = f"{current}[{count[current]}]"
                    self._found.setdefault(current, number)
                elif key := _KEY.match(raw):
                    self._found.setdefault(f"{current}.{_dotted(key[1])}" if current else _dotted(key[1]), number)
        return self._found

    def _line_with(self, value: str, first: int) -> int | None:
        """Line from `first` on, up to the next key, in which a text stands in quotes."""
        for number, raw in enumerate(self.text.splitlines()[first - 1 :], first):
            if number > first and (_HEADER.match(raw) or _KEY.match(raw)):
                break
            if f'"{value}"' in raw or f"'{value}'" in raw:
                return number
        return None


def _dotted(written: str) -> str:
    """A key as it stands in the text, without quotes and spaces."""
    return ".".join(part.strip("\"'") for part in re.findall(_PART, written))


def _remedy(name: str) -> str:
    lowered = name.lower()
    if "cert" in lowered or "passphrase" in lowered:
        return "Put it into a file of mode 0600 and name that file as certificate_password_file."
    if "token" in lowered:
        return 'Name a program that prints a token as token_command, with method = "token-command".'
    return (
        "Put it into a file of mode 0600 and name that file as client_secret_file, or set MDETUI_CLIENT_SECRET in the "
        "environment."
    )
