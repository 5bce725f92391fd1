"""Where a person was in a list: part of the history entry, small enough to keep fifty of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from mdetui.feeds.source import RowKey


@dataclass(frozen=True, slots=True)
class Position:
    """Everything that comes back with a place.

    Attributes:
        filter: The local filter as typed.
        sort: Column id, "" for the source order.
        descending: Direction of the sort.
        fold: Name of the fold, "" for none.
        opened: Keys of the folds that were open.
        cursor: Row under the cursor.
        top: First visible row.
        marks: Ids of the marked rows.
    """

    filter: str = ""
    sort: str = ""
    descending: bool = False
    fold: str = ""
    opened: frozenset[Hashable] = frozenset()
    cursor: RowKey | None = None
    top: RowKey | None = None
    marks: frozenset[str] = frozenset()
