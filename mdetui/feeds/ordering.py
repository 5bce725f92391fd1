"""Order of slots: sort keys are cached per slot, rows are put in their place by bisection."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, MutableSequence, Sequence
from datetime import UTC, datetime
from math import isnan
from typing import Any

from mdetui.feeds.shape import SortKey
from mdetui.feeds.slices import SLICE, Work

_NUMBER, _TEXT, _PARTS = range(3)
# whole numbers up to here are themselves as a double
_EXACT = 2.0**53
_INFINITE = float("inf")
FIRST = object()
"""A sort key that stands before everything, in both directions."""


class _Edge:
    """Stands for "no key": after everything in the direction of the sort."""

    __slots__ = ("_high",)

    def __init__(self, high: bool) -> None:
        self._high = high

    def __lt__(self, other: object) -> bool:
        return not self._high and other is not self

    def __gt__(self, other: object) -> bool:
        return self._high and other is not self


def _normal(value: Any) -> tuple[int, Any] | None:
    """(kind, value) so that two values of a kind always compare; None for what has no place in an order."""
    if type(value) is str:
        return _TEXT, value
    if isinstance(value, (int, float)):
        return None if isnan(value) else (_NUMBER, value)
    if value is None:
        return None
    if isinstance(value, datetime):
        return _NUMBER, (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, tuple):
        return _PARTS, tuple(_normal(part) or (-1, 0) for part in value)
    return _TEXT, str(value)


class Level:
    """One cached sort key per slot. The service may send numbers as text (gotchas 16): kinds never meet unmarked.

    Attributes:
        keys: Normalised keys by slot. As long as all of them are numbers they are 8 bytes each, and what has no key
            is infinitely far away.
        descending: Largest first. What has no key is last in both directions.
    """

    __slots__ = ("_edge", "_first", "_key", "_kind", "_last_number", "_mixed", "_packed", "descending", "keys")

    def __init__(self, key: SortKey, *, descending: bool) -> None:
        self._key = key
        self._edge = _Edge(high=not descending)
        self._first = _Edge(high=descending)
        self._kind: int | None = None
        self._mixed = False
        self.descending = descending
        self.keys: MutableSequence[Any] = array("d")
        self._packed = True
        self._last_number = -_INFINITE if descending else _INFINITE

    def extend(self, items: Iterable[Any]) -> None:
        """Keys of the next slots."""
        for item in items:
            key = self._key(item)
            if type(key) is float and -_EXACT <= key <= _EXACT and self._packed:
                # most are times
                self._kind = _NUMBER
                self.keys.append(key)
                continue
            found = None if key is FIRST else _normal(key)
            if found is None:
                self._append_edge(first=key is FIRST)
                continue
            kind, value = found
            if self._packed:
                if kind == _NUMBER and -_EXACT <= value <= _EXACT:
                    self._kind = kind
                    self.keys.append(value)
                    continue
                self._unpack()
            if self._kind is None:
                self._kind = kind
            elif kind != self._kind and not self._mixed:
                self._mix()
            self.keys.append(found if self._mixed else value)

    def _append_edge(self, *, first: bool) -> None:
        if self._packed:
            self.keys.append(-self._last_number if first else self._last_number)
        else:
            self.keys.append(self._first if first else self._edge)

    def _unpack(self) -> None:
        self._packed = False
        edges = {self._last_number: self._edge, -self._last_number: self._first}
        self.keys = [edges.get(key, key) for key in self.keys]

    def _mix(self) -> None:
        self._mixed = True
        self.keys = [key if isinstance(key, _Edge) else (self._kind, key) for key in self.keys]


class Ordering:
    """Compares slots: by a column when one is given, then by the source order, then by id.

    Args:
        ids: Row ids by slot; they grow with the feed.
        base: The source order; None is the order in which rows came.
        column: The column sorted by, if any.
    """

    __slots__ = ("_base", "_column", "_ids", "_levels")

    def __init__(self, ids: list[str], base: Level | None, column: Level | None = None) -> None:
        self._ids = ids
        self._base = base
        self._column = column
        self._levels = [level for level in (column, base) if level is not None]

    def before(self, one: int, other: int) -> bool:
        """Whether `one` comes before `other`."""
        for level in self._levels:
            left, right = level.keys[one], level.keys[other]
            if left != right:
                return bool(right < left) if level.descending else bool(left < right)
        return one < other if self._base is None else self._ids[one] < self._ids[other]

    def sort(self, slots: Iterable[int]) -> list[int]:
        """Slots in order."""
        ordered = sorted(slots)
        if self._base is not None:
            ordered.sort(key=self._ids.__getitem__)
        for level in (self._base, self._column):
            if level is not None:
                ordered.sort(key=level.keys.__getitem__, reverse=level.descending)
        return ordered

    def place(self, view: Sequence[int], slot: int, low: int = 0) -> int:
        """Where in an ordered view the slot stands or would stand, looking from `low` on."""
        high = len(view)
        if not self._levels:
            return bisect_left(view, slot, low, high)
        keys, descending = self._levels[0].keys, self._levels[0].descending
        key = keys[slot]
        while low < high:
            middle = (low + high) >> 1
            other = view[middle]
            found = keys[other]
            if found == key:
                ahead = self.before(other, slot)
            elif descending:
                ahead = key < found
            else:
                ahead = found < key
            if ahead:
                low = middle + 1
            else:
                high = middle
        return low

    def merge(self, view: array[int], slots: Sequence[int]) -> None:
        """Put ordered slots into an ordered view. Pages mostly follow each other, so only the part after the first
        new row is moved."""
        if not slots:
            return
        cut = self.place(view, slots[0])
        tail = view[cut:]
        del view[cut:]
        done = 0
        for index, slot in enumerate(slots):
            if done == len(tail):
                view.extend(slots[index:])
                return
            at = self.place(tail, slot, done)
            view.extend(tail[done:at])
            view.append(slot)
            done = at
        view.extend(tail[done:])

    def arrange(self, base: array[int]) -> Work[array[int]]:
        """All rows, given in source order, by the column: short sorted runs first, then joined two by two.

        Joining the last two runs of 100,000 rows is the longest piece.
        """
        column = self._column
        if column is None:
            return base
        key, descending = column.keys.__getitem__, column.descending
        runs: list[list[int]] = []
        for start in range(0, len(base), SLICE):
            run = base[start : start + SLICE].tolist()
            run.sort(key=key, reverse=descending)
            runs.append(run)
            yield len(run)
        while len(runs) > 1:
            joined: list[list[int]] = []
            for index in range(0, len(runs), 2):
                run = runs[index]
                if index + 1 < len(runs):
                    run += runs[index + 1]
                    run.sort(key=key, reverse=descending)
                    yield len(run)
                joined.append(run)
            runs = joined
        return array("I", runs[0]) if runs else array("I")
