"""What a view is made of. Cells are (text, style name); the style names are the table `STYLES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

# Every style name a cell may carry. Widgets turn `severity.high` into the component class `cell--severity-high`.
STYLES = (
    "plain",
    "muted",
    "strong",
    "severity.high",
    "severity.medium",
    "severity.low",
    "severity.info",
    "state.good",
    "state.warn",
    "state.bad",
    "state.busy",
    "protected",
    "link",
)


class Cell(NamedTuple):
    """What stands in one cell: safe text (`mdetui.text`) and the name of its style."""

    text: str
    style: str = "plain"


@dataclass(slots=True)
class Context:
    """What cells may depend on beside their row.

    Attributes:
        now: Wall time of this drawing.
        utc: Show times instead of ages.
        me: The analyst's name, so that "me" can stand for it.
        protects: Says why a machine name is protected, or None; known locally, at once.
        facts: Borrowed facts by machine id; fills in later from a cache.
    """

    now: datetime
    utc: bool = False
    me: str = ""
    protects: Callable[[str | None], str | None] = lambda name: None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        id: Stable name for sorting, folding and configuration.
        title: Header text.
        cell: Row and context to cell.
        width: Cells it takes at least.
        grow: Share of the room that is left over; 0 keeps `width`.
        right: Right-aligned (numbers, ages).
        at: Terminal width from which the column is shown.
        sort: Row to a sort key (never None); None where sorting makes no sense.
        keep: Which end of a text survives when it is cut: `start` or `end`.
    """

    id: str
    title: str
    cell: Callable[[Any, Context], Cell]
    width: int
    grow: int = 0
    right: bool = False
    at: int = 0
    sort: Callable[[Any], Any] | None = None
    keep: str = "start"
