"""Every row of a feed by slot: a slot is a small number that a row keeps for life."""

from __future__ import annotations

from array import array
from typing import Any

from mdetui.feeds.index import Index


class Rows:
    """Columns instead of objects: 100,000 rows cost lists and arrays, no object per row.

    Attributes:
        items: Rows by slot.
    """

    __slots__ = ("_index", "_places", "_raws", "_versions", "items")

    def __init__(self) -> None:
        self._index: Index[str] = Index()
        self.items: list[Any] = []
        # the page each row came with, and its index there: a page lives as long as one of its rows refers to it
        self._raws: list[Any] = []
        self._places = array("I")
        # only rows that were ever replaced stand here
        self._versions: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.items)

    @property
    def ids(self) -> list[str]:
        """Row ids by slot; the list grows with the rows."""
        return self._index.keys

    def slot(self, row_id: str) -> int | None:
        """The slot of an id, or None."""
        return self._index.find(row_id)

    def enter(self, row_id: str, item: Any, raw: Any, place: int) -> tuple[int, bool]:
        """(slot of the row, whether it was not known): one that is known stays as it is."""
        slot = self._index.place(row_id)
        if slot < len(self.items):
            return slot, False
        self.items.append(item)
        self._raws.append(raw)
        self._places.append(place)
        return slot, True

    def replace(self, slot: int, item: Any, raw: Any, place: int) -> bool:
        """A row came again. False when it says nothing new: then its old page is kept and the new one can go."""
        changed = bool(self.items[slot] != item)
        if changed:
            self.items[slot] = item
            self._versions[slot] = self._versions.get(slot, 0) + 1
        if changed or self._raws[slot] is None:
            self._raws[slot] = raw
            self._places[slot] = place
        return changed

    def version(self, slot: int) -> int:
        """How often the row was replaced."""
        return self._versions.get(slot, 0)

    def raw(self, slot: int) -> tuple[Any, int] | None:
        """(what the batch came with, index of the row there); None when the row came without."""
        raw = self._raws[slot]
        return None if raw is None else (raw, self._places[slot])
