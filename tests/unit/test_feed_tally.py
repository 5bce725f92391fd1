"""Folding by a column counts rows: each in exactly one group, whatever comes, changes or is filtered."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from mdetui.feeds.feed import Feed
from mdetui.feeds.marks import Mark
from mdetui.feeds.position import Position
from mdetui.feeds.shape import Shape
from tests.unit.feed_rows import SHAPE, Row, Rows

COUNTED: Shape = replace(
    SHAPE, groups={"title": lambda row: row.title, "size": lambda row: row.size}, time=lambda row: float(row.when)
)
# when a row was made does not change
ROWS = st.builds(
    lambda number, **rest: Row(f"r{number}", number % 5, **rest),
    st.integers(0, 11),
    title=st.sampled_from(("", "one", "two", "three")),
    size=st.sampled_from((None, 1, 2)),
    why=st.sampled_from((None, None, None, "broken")),
)
PAGES = st.lists(st.lists(ROWS, max_size=8), max_size=4)


def feed_of(*rows: Row, fold: str = "title") -> Feed:
    """A feed that counts these rows."""
    feed = Feed("p", COUNTED)
    feed.fold(fold)
    feed.add(Rows(rows), complete=True)
    feed.settle()
    return feed


def value(row: Row, fold: str) -> Any:
    return () if row.why else tuple(getattr(row, name) for name in fold.split("+"))


def check(feed: Feed, fold: str, shown: list[Row]) -> None:
    """The lines are what counting the rows from scratch gives."""
    entries = [feed.entry(index) for index in range(len(feed))]
    groups: dict[int, list[Any]] = defaultdict(list)
    for index in range(len(feed)):
        for key in feed.covered_keys(index):
            groups[index].append(feed.item(key))
    # every row that is shown is in exactly one group, with its like
    assert sorted(row.id for rows in groups.values() for row in rows) == sorted(row.id for row in shown)
    for index, rows in groups.items():
        assert len({value(row, fold) for row in rows}) == 1
        assert value(entries[index].sample, fold) == value(rows[0], fold)
        assert entries[index].count == len(rows)
        if not rows[0].why:
            assert entries[index].newest.when == max(row.when for row in rows)
    assert Counter(value(row, fold) for row in shown) == {value(rows[0], fold): len(rows) for rows in groups.values()}
    assert {entry.total for entry in entries} <= {len(shown)}
    # the largest first; each line is found by the row that stands for it
    counts = [entry.count for entry in entries]
    assert counts == sorted(counts, reverse=True)
    for index in range(len(feed)):
        assert feed.index_of(feed.key(index)) == index
        assert {feed.nearest(key) for key in feed.covered_keys(index)} == {index}


@given(PAGES, st.lists(ROWS, max_size=6), st.sampled_from(("title", "size", "title+size")), st.sampled_from(("", "o")))
def test_every_row_is_in_exactly_one_group(pages: list[list[Row]], changed: list[Row], fold: str, words: str) -> None:
    feed = Feed("p", COUNTED)
    for page in pages[:2]:
        feed.add(Rows(page))
        feed.settle()
    feed.fold(fold)
    feed.set_filter(words)
    feed.settle()
    for page in pages[2:]:
        feed.add(Rows(page))
        feed.settle()
    if words:
        # a row that matches no more stays until the next filter: what is shown then is not a matter of rows alone
        check(feed, fold, list(feed.items()))
        return
    for row in changed:
        feed.update(row)
        feed.settle()
    check(feed, fold, list(feed.items()))
    assert feed.loaded == len(list(feed.items()))


@given(st.lists(ROWS, min_size=1, max_size=12, unique_by=lambda row: row.id), st.data())
def test_a_mark_on_a_group_is_one_on_all_its_rows(rows: list[Row], data: st.DataObject) -> None:
    feed = feed_of(*rows)
    index = data.draw(st.integers(0, len(feed) - 1))
    feed.mark(index)
    assert feed.marked_ids() == {key[1] for key in feed.covered_keys(index)}
    assert [feed.entry(n).mark for n in range(len(feed))] == [
        Mark.ALL if n == index else Mark.NONE for n in range(len(feed))
    ]
    taken = data.draw(st.sets(st.sampled_from(sorted(feed.marked_ids()))))
    feed.take_marks(feed.covered_keys(index), taken)
    assert feed.marked_ids() == taken


def test_ties_stand_as_their_first_rows_and_a_sort_turns_them() -> None:
    rows = [Row("a", 3, "x"), Row("b", 2, "y"), Row("c", 1, "z"), Row("d", 0, "z")]
    feed = feed_of(*rows)
    assert [feed.key(n)[1] for n in range(len(feed))] == ["c", "a", "b"]
    feed.sort("title", descending=True)
    feed.settle()
    assert [feed.key(n)[1] for n in range(len(feed))] == ["c", "b", "a"]


def test_a_row_that_changes_is_counted_where_it_belongs_now() -> None:
    feed = feed_of(Row("a", 3, "new"), Row("b", 2, "new"), Row("c", 1, "done"))
    feed.update(Row("a", 3, "done", changed=1))
    feed.settle()
    assert [(feed.entry(n).sample.title, feed.entry(n).count) for n in range(2)] == [("done", 2), ("new", 1)]
    # the newest left its group
    assert [feed.entry(n).newest.id for n in range(2)] == ["a", "b"]
    feed.update(Row("b", 2, "done", changed=1))
    feed.settle()
    assert [(feed.entry(n).sample.title, feed.entry(n).count) for n in range(len(feed))] == [("done", 3)]
    feed.update(Row("c", 1, "new", changed=1))
    feed.settle()
    assert [(feed.entry(n).sample.title, feed.entry(n).count) for n in range(2)] == [("done", 2), ("new", 1)]


def test_the_newest_is_the_one_that_is_newest_now() -> None:
    feed = feed_of(Row("a", 1, "new"), Row("b", 2, "new"))
    assert feed.entry(0).newest.id == "b"
    feed.update(Row("a", 9, "new", changed=1))
    feed.settle()
    assert feed.entry(0).newest.id == "a"


def test_a_group_does_not_open_in_place() -> None:
    feed = feed_of(Row("a", 1, "x"), Row("b", 0, "x"))
    assert not feed.toggle_fold(0)
    assert (len(feed), feed.covered_keys(0)) == (1, [("p", "a"), ("p", "b")])


def test_names_of_folds() -> None:
    assert [COUNTED.counts(name) for name in ("title", "title+size", "repeats", "", "title+no", "no")] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    assert COUNTED.folds_by("repeats")
    assert not COUNTED.folds_by("no")
    feed = feed_of(Row("a"))
    with pytest.raises(KeyError):
        feed.fold("title+no")
    assert feed.fold_name == "title"


def test_a_counted_fold_comes_back_with_its_place() -> None:
    feed = feed_of(Row("a", 1, "x"), Row("b", 0, "x"), fold="title+size")
    position = feed.position()
    feed.fold("")
    feed.restore(position)
    feed.settle()
    assert (feed.fold_name, len(feed)) == ("title+size", 1)
    feed.restore(Position(fold="title+no"))
    assert feed.fold_name == ""


def test_what_leads_stands_first_in_both_directions() -> None:
    shape = replace(SHAPE, leads=lambda row: row.title == "gap")
    feed = Feed("p", shape)
    feed.add(
        Rows([Row("a", 2, size=1), Row("gap", title="gap", why="no"), Row("b", 1, size="many"), Row("bad", why="no")])
    )
    feed.settle()
    for column, descending in (("", False), ("size", True), ("size", False), ("title", True), ("title", False)):
        feed.sort(column, descending)
        feed.settle()
        ids = [feed.key(n)[1] for n in range(4)]
        assert (ids[0], ids[-1]) == ("gap", "bad"), (column, descending)
