"""Small builders for `$filter`. Values are quoted here and nowhere else; `Client` percent-encodes the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

Value = str | int | bool | datetime | None
_PROPERTY = re.compile(r"[A-Za-z][A-Za-z0-9]*(/[A-Za-z][A-Za-z0-9]*)*")
_JOIN = re.compile(r"(?i)\bor\b")


def literal(value: Value) -> str:
    """A value as OData writes it: text in single quotes (doubled inside), times bare and in UTC."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def moment(when: datetime) -> str:
    """A time as a filter takes it, with as many fraction digits as it needs: `2026-11-24T14:02:07Z`."""
    when = when.astimezone(UTC)
    fraction = f".{when.microsecond:06d}".rstrip("0") if when.microsecond else ""
    return f"{when:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def eq(prop: str, value: Value) -> str:
    """`prop eq value`."""
    return f"{_checked(prop)} eq {literal(value)}"


def any_of(prop: str, values: Iterable[Value]) -> str:
    """`prop` is one of the values; "" when there are none."""
    return " or ".join(eq(prop, value) for value in values)


def at_least(prop: str, when: datetime) -> str:
    """`prop ge when`."""
    return f"{_checked(prop)} ge {moment(when)}"


def below(prop: str, when: datetime) -> str:
    """`prop lt when`."""
    return f"{_checked(prop)} lt {moment(when)}"


def starts_with(prop: str, prefix: str) -> str:
    """`prop` begins with a text. `contains` is not documented for this API."""
    return f"startswith({_checked(prop)},{literal(prefix)})"


def has_tag(tag: str) -> str:
    """The machine carries that tag."""
    return f"machineTags/any(tag: tag eq {literal(tag)})"


def both(*parts: str) -> str:
    """All of the parts; empty ones are left out. Parts that hold an `or` are put in parentheses."""
    given = [part for part in parts if part]
    if len(given) == 1:
        return given[0]
    return " and ".join(f"({part})" if _JOIN.search(part) else part for part in given)


def _checked(prop: str) -> str:
    if not _PROPERTY.fullmatch(prop):
        raise ValueError(f"{prop!r} is not a property name")
    return prop
