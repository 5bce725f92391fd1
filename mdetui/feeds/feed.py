"""Feed: the rows of one list. Everything a list does that is not drawing or waiting happens here.

The caller drives: `add` and its like do at most one slice of work and return; while `busy`, call `step` once per turn
of the event loop. A feed never waits, never asks the network and knows no widget.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from mdetui.feeds.arrangement import Arrangement, Settings, SourceOrder
from mdetui.feeds.entry import Change, Entry
from mdetui.feeds.filter import Filter
from mdetui.feeds.intake import Intake
from mdetui.feeds.loading import Loading, State
from mdetui.feeds.marks import Mark, Marks
from mdetui.feeds.position import Position
from mdetui.feeds.rows import Rows
from mdetui.feeds.shape import Shape
from mdetui.feeds.slices import SLICE, Work
from mdetui.feeds.source import Batch, RowKey


class Feed:
    """Rows of one profile: ordered, without duplicates, searchable, foldable, markable.

    Args:
        profile: First half of every row key.
        shape: What the rows are like.

    Attributes:
        wanted: Sort, filter and fold as chosen; `settings` is what is on screen already.
    """

    def __init__(self, profile: str, shape: Shape | None = None) -> None:
        self.profile = profile
        self.shape = shape or Shape()
        self.wanted = Settings()
        self._opened: set[Hashable] = set()
        self._marks = Marks()
        self._begin()

    def _begin(self) -> None:
        self._loading = Loading()
        self._rows = Rows()
        self._intake = Intake(self._rows, self.shape, self._marks)
        self._source = SourceOrder(self._rows, self.shape)
        self._job: Work[Arrangement] | None = None
        self._arranged = Arrangement(self._rows, self.shape, self._source, self.wanted, self._opened)
        for _ in self._arranged.build():
            pass

    def clear(self) -> None:
        """Forget the rows, to be loaded again. Sort, filter and fold stay; marks come back with their rows."""
        self._marks = Marks(self.marked_ids() | self._marks.waiting)
        self._begin()

    # loading

    @property
    def state(self) -> State:
        """`idle`, `loading`, `complete`, `failed` or `stopped`."""
        return self._loading.state

    @property
    def error(self) -> Exception | None:
        """Why the last page did not come."""
        return self._loading.error

    @property
    def total(self) -> int | None:
        """How many rows there will be; None when nobody knows."""
        return self._loading.total

    @property
    def loaded(self) -> int:
        """Rows known, shown or not; those held aside are not counted."""
        return len(self._rows)

    @property
    def progress(self) -> str:
        """`300 of 300+`, `300 of 2,914`, and `2,914 of 2,914` when that is all."""
        return self._loading.progress(self.loaded)

    @property
    def more(self) -> bool:
        """Whether there may be rows that were not loaded."""
        return self.state != "complete"

    def wants(self, index: int, screen: int) -> bool:
        """Whether the next page should be loaded: `ensure` would say so.

        Args:
            index: Last line that is visible or has the cursor.
            screen: Lines of a screen; a page is wanted when fewer than two screens are left below `index`.

        A local filter never loads anything by itself: a rare word would drain the quota.
        """
        if self.state != "idle" or self.busy or (self.wanted.filter and self.loaded):
            return False
        return len(self) - 1 - index <= 2 * screen

    def ensure(self, index: int, screen: int) -> bool:
        """Whether the caller must load the next page now; says so once per page. Arguments as for `wants`."""
        return self.wants(index, screen) and self._loading.resume()

    def load_more(self) -> bool:
        """A person asks for the next page, whatever the cursor and the filter; True when the caller must load it."""
        return self._loading.resume()

    def finish(self) -> None:
        """There are no more rows."""
        self._loading.came(True, None)

    def fail(self, error: Exception) -> None:
        """The page that was asked for did not come; `load_more` tries again."""
        self._loading.fail(error)

    def stop(self) -> None:
        """A person stopped the load; `load_more` goes on."""
        self._loading.stop()

    # rows coming in

    def add(self, batch: Batch, *, complete: bool = False, total: int | None = None) -> Change:
        """A page that was asked for. A row that is known already is replaced where it stands.

        Args:
            batch: The page.
            complete: Whether it was the last one.
            total: How many rows there will be, when the source knows.
        """
        self._loading.came(complete, total)
        return self._take(batch, aside=False)

    def announce(self, batch: Batch) -> Change:
        """Rows that a refresh found: new ones are held aside, known ones replaced where they stand."""
        return self._take(batch, aside=True)

    def _take(self, batch: Batch, *, aside: bool) -> Change:
        idle = not self.busy
        self._intake.put(batch, aside=aside)
        return self.step() if idle else Change()

    @property
    def announced(self) -> int:
        """New rows held aside."""
        return len(self._intake.aside)

    def show_new(self) -> Change:
        """Let in what was held aside."""
        self._intake.release()
        return self.step()

    def update(self, item: Any) -> Change:
        """A newer state of one row, after a write of ours. It has no page: the raw view must read it again."""
        return self.step() if self._intake.put_one(item) else Change()

    @property
    def busy(self) -> bool:
        """Whether work is left: call `step` in the next turn."""
        return self._job is not None or bool(self._intake)

    def step(self) -> Change:
        """One slice of the work that is left."""
        added = replaced = held = handled = spent = 0
        reordered = False
        while self.busy and spent < SLICE:
            if self._job is not None:
                # rows wait until the new arrangement stands: it is built from those that are there now
                try:
                    done = next(self._job)
                    handled, spent = handled + done, spent + done
                except StopIteration as end:
                    self._job, self._arranged, reordered = None, end.value, True
                continue
            cost = self._arranged.shown.COST
            taken = self._intake.take(max(1, (SLICE - spent) // cost))
            self._arranged.insert(taken.new)
            self._arranged.shown.recheck(taken.replaced)
            added, replaced = added + len(taken.new), replaced + len(taken.replaced)
            held, handled, spent = held + taken.held, handled + taken.handled, spent + taken.handled * cost
        return Change(added, replaced, held, handled, reordered)

    def settle(self) -> None:
        """All the work at once, for callers without an event loop."""
        while self.busy:
            self.step()

    # sort, filter, fold

    @property
    def settings(self) -> Settings:
        """Sort, filter and fold of the rows that are on screen."""
        return self._arranged.settings

    @property
    def filter(self) -> Filter:
        """The filter as chosen; false when there is none."""
        return self.wanted.filter

    @property
    def sort_column(self) -> str:
        """The column chosen, "" for the source order."""
        return self.wanted.sort

    @property
    def descending(self) -> bool:
        """The direction chosen."""
        return self.wanted.descending

    @property
    def fold_name(self) -> str:
        """The fold chosen, "" for none."""
        return self.wanted.fold

    def sort(self, column: str = "", descending: bool = False) -> Change:
        """Sort by a column of the shape; "" goes back to the source order. Equal rows keep the source order.

        The place of a row is decided here and when it arrives: a row that changes stays where it is until the next
        sort. In the source order it stays for good.

        Raises:
            KeyError: The shape has no such column.
        """
        return self._arrange(replace(self.wanted, sort=column, descending=descending and bool(column)), resort=True)

    def set_filter(self, text: str) -> Change:
        """Show only what matches; "" shows everything. The old rows stay on screen until the new ones are found."""
        return self._arrange(replace(self.wanted, filter=Filter(text)))

    def fold(self, name: str = "") -> Change:
        """Fold repeats, or count rows by one column or two (`category+owner`); "" unfolds.

        Raises:
            KeyError: The shape has no such fold.
        """
        if name != self.wanted.fold:
            self._opened = set()
        return self._arrange(replace(self.wanted, fold=name))

    def _arrange(self, settings: Settings, *, resort: bool = False) -> Change:
        now = self._arranged
        same = (settings.sort, settings.descending) == (now.settings.sort, now.settings.descending)
        arrangement = Arrangement(
            self._rows, self.shape, self._source, settings, self._opened, now if same and not resort else None
        )
        known = now.shown

        def work() -> Work[Arrangement]:
            yield from arrangement.build(known)
            return arrangement

        self.wanted = settings
        self._job = work()
        return self.step()

    def toggle_fold(self, index: int) -> bool:
        """Open or close the repeats of a line; False when it has none."""
        return self._arranged.shown.toggle(self._slot_at(index))

    # looking

    def __len__(self) -> int:
        return len(self._arranged.shown.lines)

    def _slot_at(self, index: int) -> int:
        return self._arranged.shown.lines[index]

    def _slot(self, key: RowKey) -> int | None:
        return self._rows.slot(key[1]) if key[0] == self.profile else None

    def entry(self, index: int) -> Entry:
        """The line at an index."""
        shown = self._arranged.shown
        slot = shown.lines[index]
        item, version = self._rows.items[slot], self._rows.version(slot)
        if shown.groups is None:
            return Entry(slot, item, version, self._marks.state((slot,)), 1, False, False)
        members = shown.groups.members(slot)
        mark = self._marks.state(shown.covers(slot))
        opened, repeat = shown.groups.is_open(slot), members[0] != slot
        return Entry(slot, item, version, mark, len(members), opened, repeat, *shown.counted(slot))

    def key(self, index: int) -> RowKey:
        """The key of the row at an index."""
        return self.profile, self._rows.ids[self._slot_at(index)]

    def item(self, key: RowKey) -> Any | None:
        """The row of a key; None when it is not loaded."""
        slot = self._slot(key)
        return None if slot is None else self._rows.items[slot]

    def raw(self, key: RowKey) -> tuple[Any, int] | None:
        """(what its batch came with, index there) for the raw view; None when there is none."""
        slot = self._slot(key)
        return None if slot is None else self._rows.raw(slot)

    def index_of(self, key: RowKey) -> int | None:
        """The line of a row; None when it is not loaded, filtered out or folded away."""
        slot = self._slot(key)
        return None if slot is None else self._arranged.shown.index_of(slot)

    def nearest(self, key: RowKey) -> int | None:
        """The line of a row, of the row that stands for it, or where it would be; None when it is not loaded."""
        slot = self._slot(key)
        return None if slot is None else self._arranged.shown.nearest(slot)

    def items(self, *, hidden: bool = False) -> Iterator[Any]:
        """Rows from top to bottom, repeats that are folded away too; `hidden` adds what the filter leaves out."""
        order = self._arranged.order
        for slot in order if hidden else self._arranged.shown.matching(order):
            yield self._rows.items[slot]

    # marks

    @property
    def marked(self) -> int:
        """Marked rows."""
        return len(self._marks)

    @property
    def marked_hidden(self) -> int:
        """Marked rows that the filter hides; they are marked all the same, and that must be said."""
        return sum(not self._arranged.shown.matches(slot) for slot in self._marks.slots)

    def mark(self, index: int, on: bool | None = None) -> None:
        """Mark or unmark a line, with all its repeats when they are folded away; None turns it round."""
        slots = self._covers(index)
        self._marks.put(slots, self._marks.state(slots) is not Mark.ALL if on is None else on)

    def mark_range(self, first: int, last: int) -> None:
        """Mark all lines from one to another, either way round."""
        for index in range(max(0, min(first, last)), min(len(self) - 1, max(first, last)) + 1):
            self.mark(index, True)

    def mark_all(self) -> None:
        """Mark everything that is loaded and passes the filter, folded or not."""
        self._marks.put(self._arranged.shown.matching(self._arranged.order), True)

    def take_marks(self, keys: Iterable[RowKey], marked: Container[str]) -> None:
        """Of these rows, those with a marked id are marked and the others are not."""
        slots = [(slot, key[1] in marked) for key in keys if (slot := self._slot(key)) is not None]
        for on in (True, False):
            self._marks.put([slot for slot, wanted in slots if wanted is on], on)

    def unmark(self, keys: Iterable[RowKey] | None = None) -> None:
        """Clear all marks, or those of some rows."""
        if keys is None:
            self._marks.clear()
        else:
            self._marks.put([slot for key in keys if (slot := self._slot(key)) is not None], False)

    def _covers(self, index: int) -> Sequence[int]:
        return self._arranged.shown.covers(self._slot_at(index))

    def covered_items(self, index: int) -> list[Any]:
        """Rows that a line stands for: all repeats of a closed fold, else the row itself."""
        return [self._rows.items[slot] for slot in self._covers(index)]

    def covered_keys(self, index: int) -> list[RowKey]:
        """Keys of the rows that a line stands for."""
        return [(self.profile, self._rows.ids[slot]) for slot in self._covers(index)]

    def marked_items(self) -> list[Any]:
        """Marked rows in the order of the list, also those that the filter hides."""
        return [self._rows.items[slot] for slot in self._arranged.ordering.sort(self._marks.slots)]

    def marked_ids(self) -> frozenset[str]:
        """Ids of the marked rows."""
        return frozenset(self._rows.ids[slot] for slot in self._marks.slots)

    # history

    def position(self, cursor: RowKey | None = None, top: RowKey | None = None) -> Position:
        """What brings this list back as it is."""
        wanted, opened = self.wanted, frozenset(self._opened)
        return Position(
            wanted.filter.text, wanted.sort, wanted.descending, wanted.fold, opened, cursor, top, self.marked_ids()
        )

    def restore(self, position: Position) -> Change:
        """Sort, filter, fold and marks as they were; cursor and top are the widget's part. A sort or fold that the
        shape does not know any more is left out."""
        sort = position.sort if position.sort in self.shape.sorts else ""
        fold = position.fold if self.shape.folds_by(position.fold) else ""
        self._opened = set(position.opened)
        self._marks.become(position.marks, self._rows.ids)
        return self._arrange(Settings(Filter(position.filter), sort, position.descending and bool(sort), fold))
