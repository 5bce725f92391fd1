"""Rows on their way in: batches wait here and are merged a slice at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from mdetui.feeds.announce import Aside, Held
from mdetui.feeds.marks import Marks
from mdetui.feeds.rows import Rows
from mdetui.feeds.shape import Shape
from mdetui.feeds.source import Batch


class Taken(NamedTuple):
    """What one slice brought: slots of new rows, slots of replaced rows, how many were held, how many were read."""

    new: list[int]
    replaced: list[int]
    held: int
    handled: int


class _Waiting:
    __slots__ = ("aside", "entries", "left")

    def __init__(self, entries: Iterator[Held], left: int, aside: bool) -> None:
        self.entries = entries
        self.left = left
        self.aside = aside


class Intake:
    """Takes rows in, once each, whatever pages they come with.

    Args:
        rows: Where they go.
        shape: What they are like.
        marks: Marks that wait for their rows.
    """

    __slots__ = ("_marks", "_queue", "_rows", "_shape", "aside")

    def __init__(self, rows: Rows, shape: Shape, marks: Marks) -> None:
        self._rows = rows
        self._shape = shape
        self._marks = marks
        self._queue: deque[_Waiting] = deque()
        self.aside = Aside()

    def __bool__(self) -> bool:
        return bool(self._queue)

    def put(self, batch: Batch, *, aside: bool) -> None:
        """A batch to be merged; `aside` holds back rows that are not known."""
        raw = batch.raw
        entries = (Held(item, raw, place) for place, item in enumerate(batch.rows))
        self._queue.append(_Waiting(entries, len(batch.rows), aside))

    def put_one(self, item: Any) -> bool:
        """A newer state of a known row, without a page; False when the row is not known."""
        row_id = self._shape.name(item)
        if self._rows.slot(row_id) is None and self.aside.get(row_id) is None:
            return False
        self._queue.append(_Waiting(iter((Held(item, None, 0),)), 1, True))
        return True

    def release(self) -> None:
        """Let in what was held aside."""
        held = self.aside.release()
        if held:
            self._queue.append(_Waiting(iter(held), len(held), False))

    def take(self, limit: int) -> Taken:
        """Read at most `limit` rows of the oldest batch. New rows have their slot, but no place in any order yet."""
        waiting = self._queue[0]
        taken = Taken([], [], 0, min(limit, waiting.left))
        held = 0
        known_before = len(self._rows)
        for entry in islice(waiting.entries, taken.handled):
            row_id = self._shape.name(entry.item)
            if waiting.aside and self._rows.slot(row_id) is None:
                held += self.aside.get(row_id) is None
                self.aside.hold(row_id, entry)
                continue
            slot, new = self._rows.enter(row_id, entry.item, entry.raw, entry.place)
            if new:
                self.aside.drop(row_id)
                self._marks.arrived(slot, row_id)
                taken.new.append(slot)
            # a row that comes twice in this slice is new, not replaced
            elif self._replace(slot, entry) and slot < known_before:
                taken.replaced.append(slot)
        waiting.left -= taken.handled
        if waiting.left <= 0:
            self._queue.popleft()
        return taken._replace(held=held)

    def _replace(self, slot: int, entry: Held) -> bool:
        if self._shape.outdated(self._rows.items[slot], entry.item):
            return False
        return self._rows.replace(slot, entry.item, entry.raw, entry.place)
