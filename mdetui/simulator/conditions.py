"""Conditions in SQL, and the plainest filters without a parser.

`filters.py` compiles whatever OData allows; importing its parser takes 45 ms, a tenth of the time the demo has until its
first rows. The first queries of any client are plain: properties compared with times or texts, joined by `and`. Those
are read here; everything else, and everything that is wrong, is left to the parser. A test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.properties import Property, Resource

OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_PLAIN = re.compile(
    r"(\w+) (eq|ne|gt|ge|lt|le) (?:'((?:[^']|'')*)'|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?Z))(?: and |$)"
)


class FilterError(Exception):
    """A `$filter` the service does not take; the text is the message of the 400."""


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL with named parameters (`$f0`, `$f1`, ...)."""

    sql: str
    values: dict[str, Any]


class Binder:
    """Gives values their parameter names."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def __call__(self, value: Any) -> str:
        name = f"f{len(self.values)}"
        self.values[name] = value
        return f"${name}"


def compare(prop: Property, operator: str, value: Any, bind: Callable[[Any], str]) -> str:
    """SQL of `property operator value` that is true or false, never NULL: a missing value is only ever "not equal"."""
    if value is None:
        return f"({prop.column} IS {'NOT ' if operator == 'ne' else ''}NULL)"
    column = prop.column
    if prop.folds:
        column, value = f"lower({column})", value.lower()
    if operator in ("eq", "ne") and prop.nullable:
        return f"({column} IS {'NOT ' if operator == 'eq' else ''}DISTINCT FROM {bind(value)})"
    sql = f"{column} {OPERATORS[operator]} {bind(value)}"
    return f"coalesce({sql}, false)" if prop.nullable else f"({sql})"


def plain(text: str, resource: Resource) -> Where | None:
    """The condition of a plain filter; None when it is not plain or not right."""
    bind, parts, at = Binder(), [], 0
    while at < len(text):
        match = _PLAIN.match(text, at)
        prop = resource.properties.get(match[1].lower()) if match else None
        if not match or not prop or prop.kind != ("time" if match[4] else "string"):
            return None
        try:
            value: Any = ticks.parse(match[4]) if match[4] else match[3].replace("''", "'")
        except (ValueError, OverflowError):
            return None
        parts.append(compare(prop, match[2], value, bind))
        at = match.end()
    if not parts or text.endswith(" and "):
        return None
    return Where(parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})", bind.values)
