"""Repeats folded into one row: the first of them in the order stands for all."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from typing import Any

from mdetui.feeds.ordering import Ordering
from mdetui.feeds.shape import FoldKey


class Groups:
    """Which shown rows repeat each other. Members are kept in the order of the feed.

    Attributes:
        opened: Keys of the groups that a person has opened.
    """

    __slots__ = ("_key", "_keys", "_members", "_numbers", "_of", "_ordering", "opened")

    def __init__(self, key: FoldKey, ordering: Ordering, opened: set[Hashable]) -> None:
        self._key = key
        self._ordering = ordering
        self.opened = opened
        self._numbers: dict[Hashable, int] = {}
        self._keys: list[Hashable] = []
        # most groups have one member: then it stands here itself, without a list around it
        self._members: list[int | list[int]] = []
        # group number + 1 by slot; 0 for a row that stays alone
        self._of = array("I")

    def append(self, slot: int, item: Any) -> bool:
        """A row that comes after all rows so far; True when it stands for a new group or alone."""
        number = self._number(slot, item)
        if number is None:
            return True
        known = self._members[number]
        if known == -1:
            self._members[number] = slot
            return True
        if isinstance(known, list):
            known.append(slot)
        else:
            self._members[number] = [known, slot]
        return False

    def insert(self, slot: int, item: Any) -> tuple[bool, int | None]:
        """A row that comes anywhere: (whether it now stands for its group, the row that stood there before)."""
        number = self._number(slot, item)
        if number is None:
            return True, None
        known = self._members[number]
        if known == -1:
            self._members[number] = slot
            return True, None
        members = known if isinstance(known, list) else [known]
        at = self._ordering.place(members, slot)
        members.insert(at, slot)
        self._members[number] = members
        return (True, members[1]) if at == 0 else (False, None)

    def _number(self, slot: int, item: Any) -> int | None:
        """The group of a new slot, made when its key is new (then it has no member yet: -1)."""
        if len(self._of) <= slot:
            self._of.extend([0] * (slot + 1 - len(self._of)))
        key = self._key(item)
        if key is None:
            return None
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._keys)
            self._keys.append(key)
            self._members.append(-1)
        self._of[slot] = number + 1
        return number

    def remove(self, slot: int) -> None:
        """A row leaves its group; a group may be left empty."""
        number = self._of[slot] - 1
        known = self._members[number]
        if isinstance(known, list) and len(known) > 1:
            del known[self._ordering.place(known, slot)]
        else:
            self._members[number] = -1
        self._of[slot] = 0

    def members(self, slot: int) -> Sequence[int]:
        """All rows of the slot's group, in order."""
        number = self._of[slot]
        if not number:
            return (slot,)
        known = self._members[number - 1]
        return known if isinstance(known, list) else (known,)

    def head(self, slot: int) -> int:
        """The row that stands for the slot's group."""
        return self.members(slot)[0]

    def is_open(self, slot: int) -> bool:
        """Whether the slot's group has repeats and shows them."""
        return len(self.members(slot)) > 1 and self._keys[self._of[slot] - 1] in self.opened

    def toggle(self, slot: int) -> bool:
        """Open or close the slot's group; False when it has no repeats."""
        if len(self.members(slot)) < 2:
            return False
        self.opened ^= {self._keys[self._of[slot] - 1]}
        return True

    def open_heads(self) -> list[int]:
        """Heads of the groups that show their repeats."""
        heads = []
        for key in self.opened:
            number = self._numbers.get(key)
            members = None if number is None else self._members[number]
            if isinstance(members, list):
                heads.append(members[0])
        return heads
