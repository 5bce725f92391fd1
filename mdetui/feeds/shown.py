"""What is shown of the rows: those that match the filter, folded; and where each of them stands."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import Any

from mdetui.feeds.filter import Filter
from mdetui.feeds.fold import Groups
from mdetui.feeds.ordering import Ordering
from mdetui.feeds.rows import Rows
from mdetui.feeds.shape import FoldKey, Shape
from mdetui.feeds.slices import SLICE, Work


class Shown:
    """The visible lines of a feed as slots. Heads are in the order of the feed; repeats of an open fold follow theirs.

    Attributes:
        lines: Slots from top to bottom.
        filter: What rows must match.
        groups: The folds, or None.
    """

    # what a row that comes takes, next to one in a list without counted groups
    COST = 1

    __slots__ = ("_extra", "_heads", "_matches", "_ordering", "_rows", "_shape", "filter", "groups", "lines")

    def __init__(
        self,
        rows: Rows,
        shape: Shape,
        ordering: Ordering,
        found: Filter,
        fold: FoldKey | None,
        opened: set[Hashable],
    ) -> None:
        self._rows = rows
        self._shape = shape
        self._ordering = ordering
        self.filter = found
        self.groups = self._grouped(fold, opened) if fold else None
        # 1 by slot for what matches; empty without a filter
        self._matches = bytearray()
        self._heads = array("I")
        self.lines = self._heads
        # (index of an open head among the heads, number of lines its repeats take), by index
        self._extra: list[tuple[int, int]] = []

    def _grouped(self, fold: FoldKey, opened: set[Hashable]) -> Groups:
        """Groups of repeats; a row that could not be read repeats nothing."""
        bad = self._shape.bad
        return Groups(lambda row: fold(row) if bad(row) is None else None, self._ordering, opened)

    # building and growing

    def build(self, order: array[int], known: Shown | None = None) -> Work[None]:
        """Fill from all rows in order, in slices.

        Args:
            order: Every slot; without filter and fold this very array is what is shown, and the feed keeps it ordered.
            known: What was shown before; only its matches are searched when this filter can only show fewer.
        """
        few = known is not None and self.filter and self.filter.narrows(known.filter)
        if not self._selects:
            self.lines = self._heads = order
            yield 1
            return
        if self.filter:
            self._matches = bytearray(len(self._rows))
        for start in range(0, len(order), SLICE):
            part: Sequence[int] = order[start : start + SLICE]
            passed = len(part)
            if few and known:
                part = [slot for slot in part if known.matches(slot)]
            # passing over a row that is known not to match costs a tenth of looking at it
            cost = max(passed // 10, len(part))
            if self.filter:
                part = [slot for slot in part if self._look(slot)]
            if self.groups is not None:
                items = self._rows.items
                part = [slot for slot in part if self.groups.append(slot, items[slot])]
            self._heads.extend(part)
            yield cost
        self._spread()

    @property
    def _selects(self) -> bool:
        return bool(self.filter) or self.groups is not None

    def insert(self, slots: Sequence[int]) -> None:
        """Put rows in their places; `slots` are in order, new, and already in the order of all rows."""
        if not self._selects:
            return
        if self.filter:
            self._matches.extend(bytes(max(0, len(self._rows) - len(self._matches))))
            slots = [slot for slot in slots if self._look(slot)]
        self._place(slots)

    def _place(self, slots: Sequence[int]) -> None:
        """Put new rows that match where they belong."""
        if self.groups is not None:
            slots = self._join(self.groups, slots)
        self._ordering.merge(self._heads, slots)
        self._spread()

    def _join(self, groups: Groups, slots: Sequence[int]) -> list[int]:
        heads = []
        for slot in slots:
            is_head, displaced = groups.insert(slot, self._rows.items[slot])
            if is_head:
                heads.append(slot)
            if displaced is not None:
                del self._heads[self._ordering.place(self._heads, displaced)]
        return heads

    def _look(self, slot: int) -> bool:
        found = self.filter.matches(self._shape.search_texts(self._rows.items[slot]))
        self._matches[slot] = found
        return found

    def recheck(self, slots: Sequence[int]) -> None:
        """Rows were replaced: they are shown when they match now. One that matches no more stays until the next
        filter, because a row must not vanish under the cursor."""
        for slot in slots:
            if not self.matches(slot) and self._look(slot):
                self._matches[slot] = 0
                self.insert([slot])

    # folds

    def toggle(self, slot: int) -> bool:
        """Open or close the fold a row belongs to; False when it has no repeats."""
        if self.groups is None or not self.groups.toggle(slot):
            return False
        self._spread()
        return True

    def counted(self, slot: int) -> tuple[int, Any, Any]:
        """(rows of all groups, a sample, the newest) of the counted group a line stands for; 0 where it stands for none."""
        return 0, None, None

    def _spread(self) -> None:
        """Lines from heads and the repeats of open folds. Only open folds cost anything."""
        heads = self.groups.open_heads() if self.groups is not None and self.groups.opened else []
        if self.groups is None or not heads:
            self.lines, self._extra = self._heads, []
            return
        places = sorted((self._ordering.place(self._heads, head), head) for head in heads)
        lines = array("I")
        done = 0
        self._extra = []
        for at, head in places:
            members = self.groups.members(head)
            lines.extend(self._heads[done : at + 1])
            lines.extend(members[1:])
            self._extra.append((at, len(members) - 1))
            done = at + 1
        lines.extend(self._heads[done:])
        self.lines = lines

    # looking

    def matches(self, slot: int) -> bool:
        """Whether the row is among those that the filter shows, folded or not."""
        return not self.filter or bool(self._matches[slot])

    def matching(self, order: array[int]) -> Sequence[int]:
        """Those of all rows that the filter shows, folded or not."""
        return [slot for slot in order if self._matches[slot]] if self.filter else order

    def index_of(self, slot: int) -> int | None:
        """The line of a row; None when it is filtered out or folded away."""
        if not self.matches(slot):
            return None
        if self.groups is None:
            return self._ordering.place(self._heads, slot)
        head = self.groups.head(slot)
        at = self._line_of(head)
        if slot == head:
            return at
        return at + self.groups.members(slot).index(slot) if self.groups.is_open(slot) else None

    def nearest(self, slot: int) -> int:
        """The line of a row, or of the row that stands for it, or where it would stand; 0 when nothing is shown."""
        found = self.index_of(slot)
        if found is None:
            shown_by = self.groups.head(slot) if self.groups is not None and self.matches(slot) else slot
            found = self._line_of(shown_by)
        return max(0, min(found, len(self.lines) - 1))

    def _line_of(self, head: int) -> int:
        at = self._ordering.place(self._heads, head)
        opened = bisect_left(self._extra, (at, 0))
        return at + sum(count for _, count in self._extra[:opened])

    def covers(self, slot: int) -> Sequence[int]:
        """The rows that a line stands for: all repeats of a closed fold, else the row itself."""
        if self.groups is None or self.groups.is_open(slot) or self.groups.head(slot) != slot:
            return (slot,)
        return self.groups.members(slot)
