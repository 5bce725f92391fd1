"""Rows counted by what they have in common: one line for each group, the largest first."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from mdetui.feeds.fold import Groups
from mdetui.feeds.ordering import Ordering
from mdetui.feeds.shape import FoldKey
from mdetui.feeds.shown import Shown
from mdetui.feeds.slices import SLICE, Work

# so many lines are looked up one by one; more are taken out in one pass over all
_FEW = 16


class CountedGroups(Groups):
    """Groups that know a sample and their newest row. Every row is in exactly one, none ever opens."""

    __slots__ = ("_newest", "_samples", "_time", "_times")

    def __init__(self, key: FoldKey, ordering: Ordering, time: Callable[[Any], float] | None) -> None:
        super().__init__(key, ordering, set())
        self._time = time
        # by slot, for the day the newest row leaves its group
        self._times = array("d")
        # by group: a row as it was when it made the group, and the slot of the newest; -1 when it has left
        self._samples: list[Any] = []
        self._newest: list[int] = []

    def _number(self, slot: int, item: Any) -> int | None:
        number = super()._number(slot, item)
        if number is None:
            return None
        if number == len(self._samples):
            self._samples.append(item)
            self._newest.append(slot)
        if self._time is not None and self.key_of(number):
            if len(self._times) <= slot:
                self._times.extend([0.0] * (slot + 1 - len(self._times)))
            moment = self._times[slot] = self._time(item)
            newest = self._newest[number]
            if newest >= 0 and self._times[newest] < moment:
                self._newest[number] = slot
        return number

    def renew(self, slot: int, item: Any) -> None:
        """A row was replaced and stays in its group: which is the newest there is found out when somebody looks."""
        number = self.group(slot)
        if number is not None and self._time is not None and self.key_of(number):
            self._times[slot] = self._time(item)
            self._newest[number] = -1

    def remove(self, slot: int) -> None:
        """A row leaves its group; which row is the newest then is found out when somebody looks."""
        number = self._of[slot] - 1
        if self._newest[number] == slot:
            self._newest[number] = -1
        super().remove(slot)

    def group(self, slot: int) -> int | None:
        """The group of a slot, None before it has one."""
        return self._of[slot] - 1 if slot < len(self._of) and self._of[slot] else None

    def group_of(self, item: Any) -> int | None:
        """The group a row belongs to by what it says now; None when there is none like it."""
        return self._index.find(self._key(item))

    def sample(self, number: int) -> Any:
        """A row that shows what the group has in common, as it was when it was counted."""
        return self._samples[number]

    def newest(self, number: int) -> int:
        """Slot of the newest row of a group that has rows."""
        if self._newest[number] < 0:
            rows = self.rows(number)
            timed = self._time is not None and bool(self.key_of(number))
            self._newest[number] = max(rows, key=self._times.__getitem__) if timed else rows[0]
        return self._newest[number]


class Tally(Shown):
    """The visible lines of a feed that counts. The first row of each group, in the order of the feed, stands for it;
    lines are ordered by the size of the group, then as those rows are.

    Attributes:
        total: Rows of all groups together.
    """

    COST = 3

    __slots__ = ("_sizes", "total")

    groups: CountedGroups

    def _grouped(self, fold: FoldKey, opened: set[Hashable]) -> Groups:
        # heads of the groups by size, each in the order of the feed: a line is found by bisection
        self._sizes: dict[int, array[int]] = {}
        self.total = 0
        return CountedGroups(fold, self._ordering, self._shape.time)

    def build(self, order: array[int], known: Shown | None = None) -> Work[None]:
        """As of `Shown`; then the lines are ordered, in slices too."""
        yield from super().build(order, known)
        heads, groups = self._heads, self.groups
        for start in range(0, len(heads), SLICE):
            part = heads[start : start + SLICE]
            for head in part:
                size = len(groups.members(head))
                self.total += size
                self._sizes.setdefault(size, array("I")).append(head)
            yield len(part)
        self._heads = array("I")
        self._spread()

    def _spread(self) -> None:
        lines = array("I")
        for size in sorted(self._sizes, reverse=True):
            lines.extend(self._sizes[size])
        self.lines = lines

    def _place(self, slots: Sequence[int]) -> None:
        self._regroup((), slots)

    def recheck(self, slots: Sequence[int]) -> None:
        """Rows were replaced: one that belongs to another group now is counted there."""
        super().recheck(slots)
        groups, items = self.groups, self._rows.items
        moved = [
            slot
            for slot in dict.fromkeys(slots)
            if (now := groups.group(slot)) is not None and now != groups.group_of(items[slot])
        ]
        if moved:
            self._regroup(moved, self._ordering.sort(moved))
        for slot in set(slots).difference(moved):
            groups.renew(slot, items[slot])

    def _regroup(self, leaving: Sequence[int], joining: Sequence[int]) -> None:
        """Take rows out of their groups, put rows into theirs, and put each group that changed where it stands now."""
        groups, items = self.groups, self._rows.items
        before: dict[int, tuple[int, int]] = {}

        def touch(number: int | None) -> None:
            if number is not None and number not in before:
                rows = groups.rows(number)
                before[number] = (len(rows), rows[0]) if rows else (0, 0)

        for slot in leaving:
            touch(groups.group(slot))
        for slot in joining:
            touch(groups.group_of(items[slot]))
        for slot in leaving:
            groups.remove(slot)
        for slot in joining:
            groups.insert(slot, items[slot])
            # a group that did not exist before stands nowhere yet
            before.setdefault(groups.group(slot) or 0, (0, 0))
        self.total += len(joining) - len(leaving)
        self._settle(before)

    def _settle(self, before: dict[int, tuple[int, int]]) -> None:
        gone: dict[int, set[int]] = defaultdict(set)
        come: dict[int, list[int]] = defaultdict(list)
        for number, (size, head) in before.items():
            rows = self.groups.rows(number)
            if rows and (size, head) == (len(rows), rows[0]):
                continue
            if size:
                gone[size].add(head)
            if rows:
                come[len(rows)].append(rows[0])
        for size, heads in gone.items():
            self._take_out(size, heads)
        for size, arrived in come.items():
            self._ordering.merge(self._sizes.setdefault(size, array("I")), self._ordering.sort(arrived))
        if gone or come:
            self._spread()

    def _take_out(self, size: int, heads: set[int]) -> None:
        standing = self._sizes[size]
        if len(heads) <= _FEW:
            for head in heads:
                del standing[self._ordering.place(standing, head)]
        else:
            standing = array("I", [head for head in standing if head not in heads])
        if standing:
            self._sizes[size] = standing
        else:
            del self._sizes[size]

    # looking

    def counted(self, slot: int) -> tuple[int, Any, Any]:
        """(rows of all groups, a sample, the newest) of the group a line stands for."""
        number = self.groups.group(slot)
        if number is None:
            return 0, None, None
        return self.total, self.groups.sample(number), self._rows.items[self.groups.newest(number)]

    def toggle(self, slot: int) -> bool:
        """A counted group is not opened in place: its rows are a list of their own."""
        return False

    def index_of(self, slot: int) -> int | None:
        """The line of a row that stands for its group; None for the others."""
        number = self.groups.group(slot)
        return self._line_of(slot) if number is not None and self.groups.rows(number)[0] == slot else None

    def nearest(self, slot: int) -> int:
        """The line of the row's group; 0 when it has none."""
        number = self.groups.group(slot)
        if number is None:
            number = self.groups.group_of(self._rows.items[slot])
        rows = self.groups.rows(number) if number is not None else ()
        return self._line_of(rows[0]) if rows and self.lines else 0

    def _line_of(self, head: int) -> int:
        size = len(self.groups.members(head))
        above = sum(len(heads) for larger, heads in self._sizes.items() if larger > size)
        return above + self._ordering.place(self._sizes.get(size, array("I")), head)
