"""What a feed hands out: a visible line, and what a call has done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from mdetui.feeds.marks import Mark


class Change(NamedTuple):
    """What one call has done.

    Attributes:
        added: Rows that were not known before.
        replaced: Known rows whose newer state took their place.
        held: New rows held aside until somebody asks for them.
        handled: Rows looked at in this call.
        reordered: Whether sort, filter or fold took effect.
    """

    added: int = 0
    replaced: int = 0
    held: int = 0
    handled: int = 0
    reordered: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One visible line.

    Attributes:
        slot: Names the row within this feed; cheaper than its key.
        item: The row.
        version: Grows when the row is replaced.
        mark: How much of what the line stands for is marked.
        count: Rows the line's group has, 1 without repeats.
        opened: Whether the repeats are shown below.
        repeat: Whether this is one of those repeats.
        total: Rows of all groups together where the line stands for a counted group, else 0.
        sample: A row of that group as it was when it was counted: it shows what the group has in common.
        newest: The newest row of that group.
    """

    slot: int
    item: Any
    version: int
    mark: Mark
    count: int
    opened: bool
    repeat: bool
    total: int = 0
    sample: Any = None
    newest: Any = None
