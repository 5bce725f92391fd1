"""How the rows of a feed are laid out: source order, column sort, filter and fold, built in slices and then kept."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from mdetui.feeds.filter import Filter
from mdetui.feeds.ordering import FIRST, Level, Ordering
from mdetui.feeds.rows import Rows
from mdetui.feeds.shape import Shape, SortKey
from mdetui.feeds.shown import Shown
from mdetui.feeds.slices import SLICE, Work
from mdetui.feeds.tally import Tally


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose.

    Attributes:
        filter: The local filter.
        sort: Column id, "" for the source order.
        descending: Direction of the sort.
        fold: Name of the fold, "" for none.
    """

    filter: Filter = field(default_factory=Filter)
    sort: str = ""
    descending: bool = False
    fold: str = ""


def _level(shape: Shape, key: SortKey | None, descending: bool) -> Level | None:
    if key is None:
        return None
    found, bad, leads = key, shape.bad, shape.leads

    def place(row: object) -> object:
        if bad(row) is None:
            return found(row)
        return FIRST if leads(row) else None

    return Level(place, descending=descending)


def _shown(rows: Rows, shape: Shape, ordering: Ordering, settings: Settings, opened: set[Hashable]) -> Shown:
    if shape.counts(settings.fold):
        return Tally(rows, shape, ordering, settings.filter, shape.group_key(settings.fold), opened)
    fold = shape.folds[settings.fold] if settings.fold else None
    return Shown(rows, shape, ordering, settings.filter, fold, opened)


class SourceOrder:
    """All rows in the order of the source. Kept whatever the person sorts by, so that going back costs nothing.

    Attributes:
        level: Cached keys of the source order; None when that is the order of arrival.
        order: Every slot.
    """

    __slots__ = ("_ordering", "level", "order")

    def __init__(self, rows: Rows, shape: Shape) -> None:
        self.level = _level(shape, shape.order, shape.descending)
        self.order = array("I")
        self._ordering = Ordering(rows.ids, self.level)

    def insert(self, new: Sequence[int], items: Sequence[object]) -> list[int]:
        """Put new slots in their places; gives them in order."""
        if self.level is not None:
            self.level.extend(items)
        ordered = self._ordering.sort(new)
        self._ordering.merge(self.order, ordered)
        return ordered


class Arrangement:
    """Rows under one choice of settings. A new choice makes a new arrangement beside the one that is on screen.

    Args:
        rows: The rows.
        shape: What they are like.
        source: Their source order.
        settings: The choice.
        opened: Keys of the folds that are open; shared with the feed.
        sorted_as: An arrangement whose sort is taken over with all its keys; a filter typed letter by letter must not
            sort everything again.
    """

    __slots__ = ("_column", "_rows", "_source", "_unsorted", "order", "ordering", "settings", "shown")

    def __init__(
        self,
        rows: Rows,
        shape: Shape,
        source: SourceOrder,
        settings: Settings,
        opened: set[Hashable],
        sorted_as: Arrangement | None = None,
    ) -> None:
        self._rows = rows
        self._source = source
        self.settings = settings
        self._column: Level | None
        self.ordering: Ordering
        self.order: array[int]
        if sorted_as is not None:
            self._column, self.ordering, self.order = sorted_as._column, sorted_as.ordering, sorted_as.order
        else:
            key = shape.sorts[settings.sort] if settings.sort else None
            self._column = _level(shape, key, settings.descending)
            self.ordering = Ordering(rows.ids, source.level, self._column)
            self.order = source.order if self._column is None else array("I")
        self._unsorted = sorted_as is None and self._column is not None
        self.shown = _shown(rows, shape, self.ordering, settings, opened)

    def build(self, known: Shown | None = None) -> Work[None]:
        """Lay out all rows, in slices. Nothing may be inserted before this is done.

        Args:
            known: What is on screen; a narrower filter looks only there.
        """
        if self._column is not None and self._unsorted:
            for start in range(0, len(self._rows), SLICE):
                part = self._rows.items[start : start + SLICE]
                self._column.extend(part)
                yield len(part)
            self.order = yield from self.ordering.arrange(self._source.order)
        yield from self.shown.build(self.order, known)

    def insert(self, new: Sequence[int]) -> None:
        """Put new slots in their places."""
        items = [self._rows.items[slot] for slot in new]
        ordered = self._source.insert(new, items)
        if self._column is not None:
            self._column.extend(items)
            ordered = self.ordering.sort(new)
            self.ordering.merge(self.order, ordered)
        self.shown.insert(ordered)
