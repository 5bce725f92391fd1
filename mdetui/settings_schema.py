"""The JSON schema of `config.toml` (draft 2020-12), for editors: made from the data that the checks go by.

A schema can't say everything: that two keys clash, which settings a way to sign in needs, that a file is readable.
`mdetui config check` says the rest.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from mdetui import keymap, profile_check
from mdetui.clouds import CLOUDS
from mdetui.config import AUDIENCES, METHODS, STORES, Config, Profile
from mdetui.config_file import TOP, defaults
from mdetui.config_tables import (
    DIGITS,
    LARGEST_PAGE,
    SMALLEST_PAGE,
    PageSize,
    SavedQueue,
)
from mdetui.limits import LONGEST_REFRESH, SHORTEST_REFRESH
from mdetui.settings_check import WIDEST_COLUMN, folds_of, sorts_of, views_with
from mdetui.views.base import View
from mdetui.views.query import words_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_TYPES: dict[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": 0},
    bool: {"type": "boolean"},
    tuple: {"type": "array", "items": {"type": "string"}},
}
_CHOICES: dict[str, Iterable[str]] = {"cloud": CLOUDS, "method": METHODS, "store": STORES}


def schema() -> Schema:
    """The whole schema."""
    told = _told(Config)
    found: dict[str, Schema] = {name: _kind(default) for name, default in TOP.items() if name != "profiles"}
    found["refresh"] = {
        "anyOf": [found["refresh"], _by_view("refresh", lambda _: _ref("refresh"), default=_ref("refresh"))]
    }
    found["profiles"] = {
        "type": "object",
        "propertyNames": {"pattern": f"^{profile_check.NAME.pattern}$"},
        "additionalProperties": _profile(),
    }
    found["queues"] = _by_view("queues", _queues)
    found["columns"] = _by_view("columns", _columns)
    found["keys"] = _keys()
    found["page_size"] = _by_view("page_size", lambda _: _ref("page_size"))
    return {
        "$schema": DIALECT,
        "title": "config.toml of mdetui",
        **_table({name: {**one, "description": told[name]} for name, one in found.items()}),
        "$defs": _shared(),
    }


def _table(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    wanted = list(required)
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **({"required": wanted} if wanted else {}),
    }


def _by_view(table: str, of: Callable[[View], Schema], **more: Schema) -> Schema:
    return _table({**more, **{name: of(view) for name, view in views_with(table).items()}})


def _kind(default: object) -> Schema:
    """What a value with this default may be; None stands for a switch that nobody touched."""
    return dict(_TYPES[bool if default is None else type(default)])


def _profile() -> Schema:
    told = _told(Profile)
    found: dict[str, Schema] = {}
    for name, default in defaults(Profile).items():
        if isinstance(default, dict):
            found[name] = _table({audience: {"type": "string"} for audience in AUDIENCES})
        else:
            found[name] = _kind(default)
        if name in _CHOICES:
            found[name]["enum"] = list(_CHOICES[name])
        found[name]["description"] = told[name]
    return _table(found)


def _queues(view: View) -> Schema:
    told = _told(SavedQueue)
    found: dict[str, Schema] = {
        one.name: {"type": "string"} if one.default is MISSING else _kind(one.default) for one in fields(SavedQueue)
    }
    found["name"]["minLength"] = 1
    found["words"] |= {"pattern": _words(view), "examples": [word.help for word in words_of(view.id)]}
    found["sort"]["enum"] = [sign + name for name in sorts_of(view) for sign in ("", "-")]
    found["fold"]["enum"] = folds_of(view)
    found["digit"] |= {"minimum": 1, "maximum": DIGITS}
    queue = _table({name: {**one, "description": told[name]} for name, one in found.items()}, ["name"])
    return {"type": "array", "items": queue}


def _words(view: View) -> str:
    """Words with a value, then what filters the rows that are loaded."""
    names = "|".join(word.name for word in words_of(view.id))
    word = rf'({names}):("[^"]*"|[^\s"]+)'
    return rf"^\s*({word}(\s+{word})*)?\s*(/.*|\s/.*)?$"


def _columns(view: View) -> Schema:
    names = "|".join(re.escape(column.id) for column in view.columns)
    width = "|".join(("[1-9]", "[1-9][0-9]", f"1[0-9][0-9]|{WIDEST_COLUMN}"))
    return {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {
            "type": "string",
            "pattern": rf"^({names})(:({width}))?$",
            "examples": [column.id for column in view.columns],
        },
    }


def _keys() -> Schema:
    """By id; without quotes TOML makes a table of the first part of each id."""
    flat: dict[str, Schema] = {}
    nested: dict[str, dict[str, Schema]] = {}
    for name, key in keymap.changeable().items():
        group, _, verb = name.partition(".")
        flat[name] = {**_ref("keys"), "default": key.keys, "description": key.help}
        nested.setdefault(group, {})[verb] = flat[name]
    return _table({**flat, **{group: _table(keys) for group, keys in nested.items()}})


def _shared() -> Schema:
    """What stands in several places."""
    rows: Schema = {"type": "integer", "minimum": SMALLEST_PAGE, "maximum": LARGEST_PAGE}
    seconds: Schema = {"type": "integer", "minimum": SHORTEST_REFRESH, "maximum": LONGEST_REFRESH}
    return {
        "keys": {"type": "string", "pattern": keymap.PATTERN},
        "page_size": {"anyOf": [rows, _table({one.name: rows for one in fields(PageSize)})]},
        "refresh": {"anyOf": [{"const": 0}, seconds]},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _told(kind: type) -> dict[str, str]:
    """What the docstring of a class says about each of its attributes."""
    found: dict[str, str] = {}
    name = ""
    _, _, text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    for line in text.splitlines():
        begun = re.match(r"\s{4}(\w+): (.*)", line)
        if begun:
            name, found[begun[1]] = begun[1], begun[2]
        elif name and line.startswith(" " * 8):
            found[name] += f" {line.strip()}"
        else:
            name = ""
    return {one.name: found.get(one.name, "").replace("`", "") for one in fields(kind)}
