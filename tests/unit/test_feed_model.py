"""The feed against a model that does everything the simple way, over random histories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mdetui.feeds.feed import Feed
from mdetui.feeds.marks import Mark
from mdetui.feeds.shape import Shape
from tests.unit.feed_rows import ARRIVAL, SHAPE, Row, Rows

ROWS = st.builds(
    Row,
    id=st.sampled_from([f"id{number:02d}" for number in range(24)]),
    when=st.integers(0, 6),
    title=st.sampled_from(["", "alpha", "Beta", "gamma ray", "delta"]),
    size=st.one_of(st.none(), st.integers(0, 4)),
)
BATCHES = st.lists(ROWS, max_size=8)


@dataclass
class Known:
    """What the model remembers of a row: its state, and the keys it was placed by."""

    row: Row
    arrived: int
    base: Any
    column: Any = None
    matches: bool = True
    group: Any = None


@dataclass
class Model:
    """Sorts, filters and folds everything from scratch each time."""

    shape: Shape
    known: dict[str, Known] = field(default_factory=dict)
    aside: dict[str, Row] = field(default_factory=dict)
    marked: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    sort: str = ""
    descending: bool = False
    words: str = ""
    fold: bool = False

    @staticmethod
    def last_states(batch: list[Row]) -> list[Row]:
        """A row that comes twice in one batch counts once, in its last state."""
        return list({row.id: row for row in batch}.values())

    def add(self, row: Row) -> None:
        self.aside.pop(row.id, None)
        if row.id in self.known:
            self.replace(row)
            return
        base = self.shape.order(row) if self.shape.order else None
        self.known[row.id] = Known(row, len(self.known), base)
        self.place(self.known[row.id])

    def replace(self, row: Row) -> None:
        known = self.known[row.id]
        known.row = row
        if not known.matches and self.match(row):
            known.matches, known.group = True, self.group(row)

    def place(self, known: Known, *, resort: bool = True) -> None:
        if resort:
            known.column = self.shape.sorts[self.sort](known.row) if self.sort else None
        known.matches = self.match(known.row)
        known.group = self.group(known.row)

    def arrange(self, *, resort: bool = False) -> None:
        for known in self.known.values():
            self.place(known, resort=resort)

    def group(self, row: Row) -> Any:
        return self.shape.folds["repeats"](row) if self.fold else None

    def match(self, row: Row) -> bool:
        hay = f"{row.title}\n{row.id}".lower()
        return all(word in hay for word in self.words.split())

    def ordered(self) -> list[Known]:
        rows = sorted(self.known.values(), key=lambda known: known.row.id if self.shape.order else known.arrived)
        if self.shape.order:
            rows.sort(key=lambda known: -known.base)
        if self.sort:
            there = [known for known in rows if known.column is not None]
            there.sort(key=lambda known: known.column, reverse=self.descending)
            rows = there + [known for known in rows if known.column is None]
        return rows

    def groups(self) -> list[list[Known]]:
        groups: dict[Any, list[Known]] = {}
        for known in self.ordered():
            if known.matches:
                groups.setdefault(known.row.id if known.group is None else (known.group,), []).append(known)
        return list(groups.values())

    def lines(self) -> list[tuple[Row, int, Mark]]:
        """(row, repeats, mark) from top to bottom."""
        lines = []
        for group in self.groups():
            head = group[0]
            if len(group) > 1 and head.group in self.opened:
                lines += [(known.row, len(group), self.mark_of([known])) for known in group]
            else:
                lines.append((head.row, len(group), self.mark_of(group)))
        return lines

    def mark_of(self, group: list[Known]) -> Mark:
        count = sum(known.row.id in self.marked for known in group)
        return Mark.NONE if not count else Mark.ALL if count == len(group) else Mark.SOME

    def covered(self, index: int) -> set[str]:
        row, _, _ = self.lines()[index]
        for group in self.groups():
            ids = [known.row.id for known in group]
            if row.id in ids:
                closed = group[0].group is None or group[0].group not in self.opened
                return set(ids) if closed else {row.id}
        raise AssertionError(row)


class FeedMachine(RuleBasedStateMachine):
    """Any history of batches and keys; after each step the feed must show what the model shows."""

    shape = SHAPE

    def __init__(self) -> None:
        super().__init__()
        self.feed = Feed("tenant", self.shape)
        self.model = Model(self.shape)

    @rule(batch=BATCHES)
    def add(self, batch: list[Row]) -> None:
        self.feed.add(Rows(batch))
        for row in self.model.last_states(batch):
            self.model.add(row)

    @rule(batch=BATCHES)
    def announce(self, batch: list[Row]) -> None:
        self.feed.announce(Rows(batch))
        for row in self.model.last_states(batch):
            if row.id in self.model.known:
                self.model.replace(row)
            else:
                self.model.aside[row.id] = row

    @rule()
    def show_new(self) -> None:
        self.feed.show_new()
        for row in list(self.model.aside.values()):
            self.model.add(row)

    @rule(row=ROWS)
    def update(self, row: Row) -> None:
        self.feed.update(row)
        if row.id in self.model.known:
            self.model.replace(row)
        elif row.id in self.model.aside:
            self.model.aside[row.id] = row

    @rule(column=st.sampled_from(["", "title", "size"]), descending=st.booleans())
    def sort(self, column: str, descending: bool) -> None:
        self.feed.sort(column, descending)
        self.model.sort, self.model.descending = column, descending
        self.model.arrange(resort=True)

    @rule(words=st.sampled_from(["", "a", "al", "alp id1", "BETA", "ta", "id", "no such"]))
    def filter(self, words: str) -> None:
        self.feed.set_filter(words)
        self.model.words = words.lower()
        self.model.arrange()

    @rule(on=st.booleans())
    def fold(self, on: bool) -> None:
        if on != self.model.fold:
            self.model.opened = set()
        self.feed.fold("repeats" if on else "")
        self.model.fold = on
        self.model.arrange()

    @precondition(lambda self: len(self.feed) > 0)
    @rule(data=st.data())
    def toggle_fold(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.feed) - 1))
        row, repeats, _ = self.model.lines()[index]
        assert self.feed.toggle_fold(index) == (repeats > 1)
        if repeats > 1:
            self.model.opened ^= {self.model.known[row.id].group}

    @precondition(lambda self: len(self.feed) > 0)
    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.feed) - 1))
        covered = self.model.covered(index)
        if covered <= self.model.marked:
            self.model.marked -= covered
        else:
            self.model.marked |= covered
        self.feed.mark(index)

    @precondition(lambda self: len(self.feed) > 0)
    @rule(data=st.data())
    def mark_range(self, data: st.DataObject) -> None:
        first = data.draw(st.integers(0, len(self.feed) - 1))
        last = data.draw(st.integers(0, len(self.feed) - 1))
        for index in range(min(first, last), max(first, last) + 1):
            self.model.marked |= self.model.covered(index)
        self.feed.mark_range(first, last)

    @rule()
    def mark_all(self) -> None:
        self.feed.mark_all()
        self.model.marked |= {known.row.id for known in self.model.known.values() if known.matches}

    @rule()
    def unmark(self) -> None:
        self.feed.unmark()
        self.model.marked.clear()

    @rule()
    def there_and_back(self) -> None:
        self.feed.restore(self.feed.position())
        self.model.arrange()

    @invariant()
    def shows_the_same(self) -> None:
        assert not self.feed.busy
        entries = [self.feed.entry(index) for index in range(len(self.feed))]
        assert [(entry.item, entry.count, entry.mark) for entry in entries] == self.model.lines()

    @invariant()
    def counts_the_same(self) -> None:
        assert self.feed.loaded == len(self.model.known)
        assert self.feed.announced == len(self.model.aside)
        assert self.feed.marked == len(self.model.marked)
        assert [row.id for row in self.feed.marked_items()] == [
            known.row.id for known in self.model.ordered() if known.row.id in self.model.marked
        ]

    @invariant()
    def every_row_is_found(self) -> None:
        lines = [row.id for row, _, _ in self.model.lines()]
        for row_id, known in self.model.known.items():
            key = ("tenant", row_id)
            assert self.feed.item(key) == known.row
            index = self.feed.index_of(key)
            assert index == (lines.index(row_id) if row_id in lines else None)
            nearest = self.feed.nearest(key)
            assert nearest is not None
            if index is not None:
                assert nearest == index
            elif known.matches:
                # folded away: the line that stands for it
                assert lines[nearest] == next(group[0].row.id for group in self.model.groups() if known in group)
            else:
                assert 0 <= nearest <= max(0, len(lines) - 1)


class ArrivalMachine(FeedMachine):
    """The same without a source order: rows stay as they came."""

    shape = ARRIVAL


TestFeed = FeedMachine.TestCase
TestFeed.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestArrival = ArrivalMachine.TestCase
TestArrival.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_the_model_can_fail() -> None:
    """A feed that forgot to sort would be seen: the model's order differs from the order of arrival."""
    model = Model(SHAPE)
    for row in (Row("a", when=1), replace(Row("b"), when=2)):
        model.add(row)
    assert [row.id for row, _, _ in model.lines()] == ["b", "a"]
