"""Where a key stands in a list of different keys."""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_BITS = 8
_PARTS = 1 << _BITS
_FIRST = 4


class Index(Generic[K]):
    """Finds the place of a key in a list that only grows.

    A dictionary of 100,000 places takes 7 MiB, most of it because each place is an object; this takes 1. It is cut into
    parts that grow one by one: a dictionary of that size is copied in one piece, and this one more slowly.

    Attributes:
        keys: The keys, by place. Only `place` may change them.
    """

    __slots__ = ("_counts", "_tables", "keys")

    def __init__(self) -> None:
        self.keys: list[K] = []
        # by part: place + 1 where the hash leads or, when something else stands there, behind it; 0 is free
        self._tables = [array("I", bytes(4 * _FIRST)) for _ in range(_PARTS)]
        self._counts = array("I", bytes(4 * _PARTS))

    def find(self, key: Hashable) -> int | None:
        """The place of a key; None when it is not there."""
        hashed = hash(key)
        table = self._tables[hashed % _PARTS]
        entry = table[self._seek(table, hashed, key)]
        return entry - 1 if entry else None

    def place(self, key: K) -> int:
        """The place of a key, which is put behind the others when it is not there yet."""
        hashed = hash(key)
        part = hashed % _PARTS
        table = self._tables[part]
        at = self._seek(table, hashed, key)
        if table[at]:
            return table[at] - 1
        keys = self.keys
        place = len(keys)
        keys.append(key)
        table[at] = place + 1
        self._counts[part] += 1
        # between half full and three quarters: parts that grew together would be felt
        if 4 * _PARTS * self._counts[part] >= (2 * _PARTS + part) * (len(table) - 1):
            self._tables[part] = self._grown(table)
        return place

    def _seek(self, table: array[int], hashed: int, key: Hashable) -> int:
        """Where the key stands in its part, or the free spot where it would."""
        last = len(table) - 1
        at = hashed >> _BITS & last
        keys = self.keys
        while (entry := table[at]) and keys[entry - 1] != key:
            at = at + 1 & last
        return at

    def _grown(self, table: array[int]) -> array[int]:
        larger = array("I", bytes(2 * table.itemsize * len(table)))
        last = len(larger) - 1
        keys = self.keys
        for entry in table:
            if entry:
                at = hash(keys[entry - 1]) >> _BITS & last
                while larger[at]:
                    at = at + 1 & last
                larger[at] = entry
        return larger
