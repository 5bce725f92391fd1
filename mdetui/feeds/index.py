"""Where a key stands in a list of different keys."""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_BITS = 8
_PARTS = 1 << _BITS
_NOTHING = array("I", [0])


class Index(Generic[K]):
    """Finds the place of a key in a list that only grows.

    A dictionary of 100,000 places takes 7 MiB, most of it because each place is an object; this takes 1. It is cut into
    parts that grow one by one: a dictionary of that size is copied in one piece, and this one more slowly.

    Attributes:
        keys: The keys, by place. Only `add` may change them.
    """

    __slots__ = ("_counts", "_tables", "keys")

    def __init__(self) -> None:
        self.keys: list[K] = []
        # by part: place + 1 where the hash leads or, when something else stands there, behind it; 0 is free
        self._tables: list[array[int]] = [_NOTHING] * _PARTS
        self._counts = array("I", bytes(4 * _PARTS))

    def find(self, key: Hashable) -> int | None:
        """The place of a key; None when it is not there."""
        hashed = hash(key)
        table = self._tables[hashed % _PARTS]
        last = len(table) - 1
        at = hashed >> _BITS & last
        keys = self.keys
        while entry := table[at]:
            if keys[entry - 1] == key:
                return entry - 1
            at = at + 1 & last
        return None

    def add(self, key: K) -> int:
        """Put a key that is not there behind the others; its place."""
        place = len(self.keys)
        self.keys.append(key)
        part = hash(key) % _PARTS
        table = self._tables[part]
        self._counts[part] += 1
        if 3 * self._counts[part] > 2 * len(table):
            old, table = table, array("I", bytes(4 * max(4, 2 * len(table))))
            self._tables[part] = table
            for entry in old:
                if entry:
                    self._enter(table, entry)
        self._enter(table, place + 1)
        return place

    def _enter(self, table: array[int], entry: int) -> None:
        last = len(table) - 1
        at = hash(self.keys[entry - 1]) >> _BITS & last
        while table[at]:
            at = at + 1 & last
        table[at] = entry
