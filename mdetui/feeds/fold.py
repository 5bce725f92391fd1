"""Repeats folded into one row: the first of them in the order stands for all."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from typing import Any

from mdetui.feeds.index import Index
from mdetui.feeds.ordering import Ordering
from mdetui.feeds.shape import FoldKey


class Groups:
    """Which shown rows repeat each other. Members are kept in the order of the feed.

    Attributes:
        opened: Keys of the groups that a person has opened.
    """

    __slots__ = ("_alone", "_index", "_key", "_of", "_ordering", "_several", "opened")

    def __init__(self, key: FoldKey, ordering: Ordering, opened: set[Hashable]) -> None:
        self._key = key
        self._ordering = ordering
        self.opened = opened
        self._index: Index[Hashable] = Index()
        # most groups have one member: slot + 1 by group number; 0 for those that have none, or have had several
        self._alone = array("I")
        self._several: dict[int, array[int]] = {}
        # group number + 1 by slot; 0 for a row that stays alone
        self._of = array("I")

    def append(self, slot: int, item: Any) -> bool:
        """A row that comes after all rows so far; True when it stands for a new group or alone."""
        number = self._number(slot, item)
        if number is None:
            return True
        several = self._several.get(number)
        if several is not None:
            several.append(slot)
            return False
        alone = self._alone[number]
        if not alone:
            self._alone[number] = slot + 1
            return True
        self._make_several(number, alone - 1).append(slot)
        return False

    def insert(self, slot: int, item: Any) -> tuple[bool, int | None]:
        """A row that comes anywhere: (whether it now stands for its group, the row that stood there before)."""
        number = self._number(slot, item)
        if number is None:
            return True, None
        alone, several = self._alone[number], self._several.get(number)
        if not alone and several is None:
            self._alone[number] = slot + 1
            return True, None
        members = self._make_several(number, alone - 1) if several is None else several
        at = self._ordering.place(members, slot)
        members.insert(at, slot)
        return (True, members[1]) if at == 0 else (False, None)

    def _make_several(self, number: int, first: int) -> array[int]:
        """The members of a group of one, to which others come."""
        self._alone[number] = 0
        members = self._several[number] = array("I", (first,))
        return members

    def _number(self, slot: int, item: Any) -> int | None:
        """The group of a new slot, made when its key is new (then it has no member yet)."""
        if len(self._of) <= slot:
            self._of.extend([0] * (slot + 1 - len(self._of)))
        key = self._key(item)
        if key is None:
            return None
        number = self._index.place(key)
        if number == len(self._alone):
            self._alone.append(0)
        self._of[slot] = number + 1
        return number

    def remove(self, slot: int) -> None:
        """A row leaves its group; a group may be left empty."""
        number = self._of[slot] - 1
        known = self._several.get(number)
        if known is None:
            self._alone[number] = 0
        elif len(known) > 1:
            del known[self._ordering.place(known, slot)]
        else:
            del self._several[number]
        self._of[slot] = 0

    def rows(self, number: int) -> Sequence[int]:
        """Slots of a group, in order."""
        known = self._several.get(number)
        if known is not None:
            return known
        alone = self._alone[number]
        return (alone - 1,) if alone else ()

    def key_of(self, number: int) -> Hashable:
        """What the rows of a group have in common."""
        return self._index.keys[number]

    def members(self, slot: int) -> Sequence[int]:
        """All rows of the slot's group, in order."""
        number = self._of[slot]
        return self.rows(number - 1) if number else (slot,)

    def head(self, slot: int) -> int:
        """The row that stands for the slot's group."""
        return self.members(slot)[0]

    def is_open(self, slot: int) -> bool:
        """Whether the slot's group has repeats and shows them."""
        return len(self.members(slot)) > 1 and self.key_of(self._of[slot] - 1) in self.opened

    def toggle(self, slot: int) -> bool:
        """Open or close the slot's group; False when it has no repeats."""
        if len(self.members(slot)) < 2:
            return False
        self.opened ^= {self.key_of(self._of[slot] - 1)}
        return True

    def open_heads(self) -> list[int]:
        """Heads of the groups that show their repeats."""
        heads = []
        for key in self.opened:
            number = self._index.find(key)
            members = self.rows(number) if number is not None else ()
            if len(members) > 1:
                heads.append(members[0])
        return heads
