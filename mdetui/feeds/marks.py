"""Marked rows. A mark belongs to a row, not to a line, and survives filter, sort, fold and reload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum


class Mark(IntEnum):
    """How much of a line is marked; a closed fold may be marked in part."""

    NONE = 0
    SOME = 1
    ALL = 2


class Marks:
    """Marked slots, and ids whose rows are not loaded (yet)."""

    __slots__ = ("_slots", "_waiting")

    def __init__(self, waiting: Iterable[str] = ()) -> None:
        self._slots: set[int] = set()
        self._waiting: set[str] = set(waiting)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, slot: object) -> bool:
        return slot in self._slots

    @property
    def slots(self) -> frozenset[int]:
        """Marked slots."""
        return frozenset(self._slots)

    @property
    def waiting(self) -> frozenset[str]:
        """Ids that were marked before a reload and have not come again; they count for nothing until they do."""
        return frozenset(self._waiting)

    def state(self, slots: Sequence[int]) -> Mark:
        """How much of these rows is marked."""
        if not self._slots:
            return Mark.NONE
        # a line may stand for a hundred thousand rows
        count = len(self._slots.intersection(slots))
        if not count:
            return Mark.NONE
        return Mark.ALL if count == len(slots) else Mark.SOME

    def put(self, slots: Iterable[int], on: bool) -> None:
        """Mark or unmark rows."""
        if on:
            self._slots.update(slots)
        else:
            self._slots.difference_update(slots)

    def arrived(self, slot: int, row_id: str) -> None:
        """A row was loaded: it is marked when it was marked before the reload."""
        if row_id in self._waiting:
            self._waiting.discard(row_id)
            self._slots.add(slot)

    def become(self, marked: Iterable[str], row_ids: Iterable[str]) -> None:
        """Exactly these ids are marked; those that are not loaded wait for their rows."""
        self.clear()
        self._waiting.update(marked)
        for slot, row_id in enumerate(row_ids if self._waiting else ()):
            self.arrived(slot, row_id)

    def clear(self) -> None:
        """No marks at all."""
        self._slots.clear()
        self._waiting.clear()
