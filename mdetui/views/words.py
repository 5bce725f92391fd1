"""Cells that several views share: severity, status, ages, machine names, owners. Letters and words carry the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.views.base import Borrowed, Cell, Column, Context

# `11-24 10:26`
UTC_CELLS = 11
_SEVERITY = {
    "high": ("H", "severity.high"),
    "medium": ("M", "severity.medium"),
    "low": ("L", "severity.low"),
    "informational": ("I", "severity.info"),
}
_RANK = {"high": 4, "medium": 3, "low": 2, "informational": 1}
_LEVEL = {
    "critical": "severity.high",
    "high": "severity.high",
    "medium": "severity.medium",
    "low": "severity.low",
    "informational": "severity.info",
    "none": "muted",
}
_STATUS = {
    "new": "plain",
    "inprogress": "state.busy",
    "resolved": "muted",
    "pending": "state.busy",
    "succeeded": "state.good",
    "failed": "state.bad",
    "timeout": "state.bad",
    "cancelled": "muted",
    "active": "plain",
    "inactive": "state.warn",
    "impairedcommunication": "state.warn",
    "nosensordata": "state.warn",
    "nosensordataimpairedcommunication": "state.warn",
}


def waiting(borrowed: Borrowed, name: str, reading: str) -> Cell:
    """What stands where a read is missing: that it is being read, or why it failed."""
    error = borrowed.get(name)
    if isinstance(error, MdetuiError):
        return Cell(text.line(error.what), "state.bad")
    return Cell(reading, "muted")


def severity_letter(value: str | None) -> Cell:
    """`H`, `M`, `L`, `I`; `?` for a word this program does not know."""
    letter, style = _SEVERITY.get((value or "").lower(), ("?" if value else "-", "muted"))
    return Cell(letter, style)


def severity_rank(value: str | None) -> int:
    """For sorting: high first when descending; unknown words last."""
    return _RANK.get((value or "").lower(), 0)


def level(value: Any) -> Cell:
    """A level as its word: risk, exposure, severity of a vulnerability."""
    word = str(value).lower()
    return Cell("Info" if word == "informational" else text.line(value), _LEVEL.get(word, "plain"))


def status(value: str | None) -> Cell:
    """A status as its word."""
    return Cell(text.line(value), _STATUS.get((value or "").lower(), "plain"))


def when(value: Any, context: Context) -> Cell:
    """Age of a time of the wire, or the time itself when UTC was asked for."""
    return moment(text.parse_time(value), context)


def moment(at: datetime | None, context: Context) -> Cell:
    """The same of a time that was read already."""
    if at is None:
        return Cell("-", "muted")
    return Cell(at.astimezone(UTC).strftime("%m-%d %H:%M") if context.utc else text.age(at, context.now))


def time_column(
    id: str,  # noqa: A002
    title: str,
    read: Callable[[Any], Any],
    width: int,
    *,
    at: int = 0,
) -> Column:
    """A column of ages that has room for the time itself when UTC was asked for.

    Args:
        id: Of the column.
        title: Header text.
        read: Row to its time of the wire.
        width: Cells for ages.
        at: Terminal width from which it is shown.
    """
    return Column(
        id, title, lambda row, context: when(read(row), context), width, right=True, at=at,
        sort=lambda row: time_key(read(row)), utc=UTC_CELLS,
    )  # fmt: skip


def time_key(value: Any) -> float:
    """Sort key of a time of the wire; unknown times are oldest."""
    return text.seconds(value) or 0.0


def machine(name: str | None, context: Context, machine_id: str | None = None, row: Any = None) -> Cell:
    """A machine's name, its domain left out, with ` *` when it is protected as far as is known here.

    Args:
        name: Its DNS name.
        context: Rules and borrowed facts.
        machine_id: To look it up among what was read.
        row: The machine itself, where the list has it.
    """
    if not name:
        return Cell("-", "muted")
    label = text.line(name)
    short = label.split(".")[0] if not label[:1].isdigit() else label
    known = row if row is not None else context.facts.get(machine_id) if machine_id else None
    if context.protects(name) or (known is not None and context.protects_machine(known)):
        return Cell(f"{short} *", "protected")
    return Cell(short)


def owner(value: str | None, context: Context) -> Cell:
    """`me`, the part of an address before the @, or `-`."""
    if not value:
        return Cell("-", "muted")
    if context.me and value.lower() == context.me.lower():
        return Cell("me", "strong")
    return Cell(text.line(value).split("@")[0])


def yes_no(value: Any) -> str:
    """Booleans that may come as text (gotchas 28)."""
    if value is None:
        return "-"
    return (
        "yes"
        if str(value).lower() in ("true", "1")
        else "no"
        if str(value).lower() in ("false", "0")
        else text.line(value)
    )


def number(value: Any) -> Cell:
    """A number, or `-`; numbers that came as text are fine."""
    return Cell("-" if value is None else text.line(value), "muted" if value in (None, 0, "0") else "plain")


def number_key(value: Any) -> float:
    """Sort key of a number that may be text or missing."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return -1.0


def reported(value: Any, context: Context) -> str:
    """`reported 7h ago`: the last full report, which is about daily and does not mean "online"."""
    moment = text.parse_time(value)
    if moment is None:
        return "never reported"
    span = text.age(moment, context.now)
    return "reported just now" if span == "now" else f"reported {span} ago"


def plain(value: Any) -> Cell:
    """Any text of the tenant."""
    return Cell(text.line(value), "muted" if value in (None, "") else "plain")
