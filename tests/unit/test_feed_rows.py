"""What happens to single rows: pages, raw references, bad rows, rows without an id, late answers, big loads."""

from __future__ import annotations

import math
import random
import weakref
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdetui.feeds.entry import Change
from mdetui.feeds.feed import Feed
from mdetui.feeds.position import Position
from mdetui.feeds.shape import Shape
from mdetui.feeds.slices import SLICE
from tests.unit.feed_rows import ARRIVAL, SHAPE, Row, Rows, numbered


def ids(feed: Feed) -> list[str]:
    return [feed.key(index)[1] for index in range(len(feed))]


class Page:
    """What a raw view would read from."""


def test_pages_in_any_order_drop_nothing_and_show_nothing_twice() -> None:
    rows = numbered(7_500)
    pages = [rows[start : start + 700] for start in range(0, len(rows), 500)]
    random.Random(4).shuffle(pages)
    feed = Feed("t", SHAPE)
    added = 0
    for page in pages:
        added += feed.add(Rows(page)).added
        while feed.busy:
            added += feed.step().added
    assert added == feed.loaded == len(rows)
    assert ids(feed) == [row.id for row in rows]


def test_one_call_never_handles_more_than_a_slice() -> None:
    feed = Feed("t", SHAPE)
    changes = [feed.add(Rows(numbered(10_500)))]
    while feed.busy:
        changes.append(feed.step())
    assert [change.handled for change in changes] == [SLICE] * 10 + [500]
    assert sum(change.added for change in changes) == 10_500


def test_sorting_goes_on_in_slices_and_shows_the_old_order_until_it_is_done() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row(f"r{n}", when=-n, size=n * 7 % 5_003) for n in range(5_000)]))
    feed.settle()
    before = ids(feed)
    change = feed.sort("size")
    seen = 0
    while feed.busy:
        assert not change.reordered
        assert ids(feed) == before
        assert feed.settings.sort == ""
        assert feed.wanted.sort == "size"
        change = feed.step()
        seen += 1
    assert change.reordered
    assert seen > 5
    assert [feed.entry(index).item.size for index in range(5_000)] == sorted(n * 7 % 5_003 for n in range(5_000))


def test_rows_that_come_while_a_sort_is_under_way_wait_for_it() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row(f"r{n}", when=-n, size=n % 17) for n in range(4_000)]))
    feed.settle()
    feed.sort("size", True)
    assert feed.add(Rows([Row("late", when=1, size=99), Row("r0", when=0, title="changed", size=16)])) == Change()
    feed.set_filter("r")
    feed.settle()
    assert feed.loaded == 4_001
    feed.set_filter("")
    feed.settle()
    assert ids(feed)[0] == "late"
    assert feed.item(("t", "r0")) == Row("r0", when=0, title="changed", size=16)


def test_a_big_random_load_sorted_by_a_column_keeps_its_order() -> None:
    dice = random.Random(7)
    rows = [Row(f"r{n}", when=dice.randrange(50), size=dice.choice([None, 1, 2, 3])) for n in range(6_000)]
    feed = Feed("t", SHAPE)
    feed.sort("size", True)
    for start in range(0, len(rows), 900):
        feed.add(Rows(rows[start : start + 900]))
        feed.settle()
    expected = sorted(rows, key=lambda row: row.id)
    expected.sort(key=lambda row: -row.when)
    expected.sort(key=lambda row: 0 if row.size is None else -row.size)
    assert ids(feed) == [row.id for row in expected]
    assert [feed.index_of(("t", row.id)) for row in expected] == list(range(len(rows)))


@pytest.mark.parametrize("descending", [False, True])
def test_values_of_any_kind_sort_without_an_error_and_missing_ones_are_last(descending: bool) -> None:
    values: list[Any] = [
        3,
        "2",
        None,
        2.5,
        math.nan,
        "ten",
        True,
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1),
    ]
    values += [("a", 1), (None, "b"), object, []]
    feed = Feed("t", ARRIVAL)
    feed.add(Rows([Row(f"r{n}", size=value) for n, value in enumerate(values)]))
    feed.sort("size", descending)
    last = [feed.entry(index).item.size for index in range(len(values))][-2:]
    assert last[0] is None
    assert math.isnan(last[1])
    feed.add(Rows([Row("none", size=None), Row("text", size="zz"), Row("number", size=-1)]))
    assert ids(feed)[-1] == "none"
    assert sorted(ids(feed)) == sorted([*(f"r{n}" for n in range(len(values))), "none", "text", "number"])
    numbers = [feed.entry(index).item.size for index in range(len(feed)) if type(feed.entry(index).item.size) is int]
    assert numbers == sorted(numbers, reverse=descending)


_SIZES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, math.inf, -math.inf, 2**60, 2**60 + 1]),
    st.sampled_from(["", "a", "10"]),
)  # fmt: skip


@given(st.lists(_SIZES, max_size=12), st.booleans(), st.integers(1, 12))
def test_keys_of_any_kind_whenever_they_come(sizes: list[Any], descending: bool, first: int) -> None:
    """Numbers are kept packed until something comes that is none: that must change no place."""
    shape = replace(SHAPE, order=None, leads=lambda row: row.id == "lead")
    rows = [Row(f"r{number:02d}", size=size) for number, size in enumerate(sizes)]
    rows.insert(len(rows) // 2, Row("lead", why="a tenant could not be read"))
    feed = Feed("t", shape)
    feed.sort("size", descending)
    for part in (rows[:first], rows[first:]):
        feed.add(Rows(part))
        feed.settle()
    numbers = [row for row in rows[:] if isinstance(row.size, (int, float)) and row.id != "lead"]
    texts = [row for row in rows if isinstance(row.size, str)]
    kinds = [sorted(kind, key=lambda row: row.size, reverse=descending) for kind in (numbers, texts)]
    rest = [row for row in rows if row.size is None and row.id != "lead"]
    expected = [*(kinds[1] + kinds[0] if descending else kinds[0] + kinds[1]), *rest]
    assert ids(feed) == ["lead", *(row.id for row in expected)]


def test_the_raw_reference_follows_the_row() -> None:
    feed = Feed("t", SHAPE)
    first, second, third = Page(), Page(), Page()
    feed.add(Rows([Row("a"), Row("b")], first))
    assert feed.raw(("t", "b")) == (first, 1)
    feed.announce(Rows([Row("b")], second))
    assert feed.raw(("t", "b")) == (first, 1)
    feed.announce(Rows([Row("c"), Row("b", title="new")], third))
    assert feed.raw(("t", "b")) == (third, 1)
    feed.show_new()
    assert feed.raw(("t", "c")) == (third, 0)
    feed.update(Row("c", title="written"))
    assert feed.raw(("t", "c")) is None
    feed.announce(Rows([Row("c", title="written")], second))
    assert feed.raw(("t", "c")) == (second, 0)
    assert feed.raw(("other tenant", "c")) is None


def test_a_page_that_says_nothing_new_is_let_go() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a")], Page()))
    page = Page()
    gone = weakref.ref(page)
    feed.announce(Rows([Row("a")], page))
    del page
    assert gone() is None


def test_a_late_answer_does_not_bring_back_an_older_state() -> None:
    feed = Feed("t", Shape(version=lambda row: row.changed or None))
    feed.add(Rows([Row("a", title="before", changed=5)]))
    feed.update(Row("a", title="resolved", changed=9))
    assert feed.add(Rows([Row("a", title="before", changed=5)])).replaced == 0
    assert feed.item(("t", "a")) == Row("a", title="resolved", changed=9)
    assert feed.add(Rows([Row("a", title="unknown time", changed=0)])).replaced == 1


def test_bad_rows_are_kept_counted_shown_and_last() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("", why="incidentId is not a number"), Row("bad", why="x"), Row("good", when=1, title="x")]))
    feed.add(Rows([Row("", why="incidentId is not a number"), Row("", why="another")]))
    assert feed.loaded == 4
    assert feed.entry(0).item.id == "good"
    feed.fold("repeats")
    assert len(feed) == 4
    feed.set_filter("not a NUMBER")
    assert [feed.entry(index).item.why for index in range(len(feed))] == ["incidentId is not a number"]
    feed.sort("size")
    assert len(feed) == 1


def test_rows_of_another_profile_are_not_found() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a")]))
    assert feed.index_of(("u", "a")) is None
    assert feed.nearest(("u", "a")) is None
    assert feed.item(("u", "a")) is None


def test_an_update_of_an_unknown_row_does_nothing() -> None:
    feed = Feed("t", SHAPE)
    assert feed.update(Row("a")) == Change()
    assert feed.loaded == 0


def test_a_row_that_stops_to_match_stays_until_the_next_filter() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a", when=2, title="new"), Row("b", when=1, title="old")]))
    feed.set_filter("new")
    feed.update(Row("a", when=2, title="resolved"))
    assert ids(feed) == ["a"]
    feed.update(Row("b", when=1, title="new again"))
    assert ids(feed) == ["a", "b"]
    feed.set_filter("new")
    assert ids(feed) == ["b"]


def test_an_announced_row_that_comes_with_a_page_is_not_announced_any_more() -> None:
    feed = Feed("t", SHAPE)
    feed.announce(Rows([Row("a"), Row("b")]))
    assert (feed.announced, len(feed)) == (2, 0)
    feed.add(Rows([Row("a")]))
    assert (feed.announced, len(feed)) == (1, 1)
    assert feed.show_new().added == 1
    assert (feed.announced, len(feed)) == (0, 2)


def test_a_fold_marked_as_a_whole_is_marked_in_part_when_a_repeat_joins() -> None:
    feed = Feed("t", SHAPE)
    feed.fold("repeats")
    feed.add(Rows([Row("a", when=1, title="x"), Row("b", when=2, title="x")]))
    feed.mark(0)
    assert [row.id for row in feed.marked_items()] == ["b", "a"]
    feed.add(Rows([Row("c", when=3, title="x")]))
    assert feed.entry(0).item.id == "c"
    assert feed.entry(0).mark == 1
    assert [row.id for row in feed.marked_items()] == ["b", "a"]
    assert [row.id for row in feed.covered_items(0)] == ["c", "b", "a"]


def test_marks_come_back_with_their_rows_after_a_reload() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a", when=2), Row("b", when=1)]))
    feed.mark_all()
    feed.clear()
    assert (feed.loaded, feed.marked, feed.state) == (0, 0, "idle")
    feed.add(Rows([Row("b", when=1)]))
    assert feed.marked_ids() == {"b"}
    feed.unmark()
    feed.add(Rows([Row("a", when=2)]))
    assert feed.marked == 0


def test_marks_that_the_filter_hides_are_counted_apart() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a", title="x"), Row("b", title="y")]))
    feed.mark_all()
    feed.set_filter("x")
    assert (feed.marked, feed.marked_hidden) == (2, 1)
    feed.unmark([("t", "b"), ("t", "unknown"), ("u", "a")])
    assert (feed.marked, feed.marked_hidden) == (1, 0)


def test_items_for_an_export() -> None:
    feed = Feed("t", SHAPE)
    feed.add(Rows([Row("a", when=3, title="x"), Row("b", when=2, title="x"), Row("c", when=1, title="y")]))
    feed.fold("repeats")
    feed.set_filter("x")
    assert [row.id for row in feed.items()] == ["a", "b"]
    assert [row.id for row in feed.items(hidden=True)] == ["a", "b", "c"]


def test_a_position_brings_back_everything_even_before_the_rows() -> None:
    feed = Feed("t", SHAPE)
    rows = [Row(f"r{n}", when=-n, title="xy"[n % 2], size=n % 3) for n in range(12)]
    feed.add(Rows(rows))
    feed.fold("repeats")
    feed.sort("size", True)
    feed.toggle_fold(1)
    feed.set_filter("r")
    feed.mark(0)
    position = feed.position(cursor=feed.key(1), top=feed.key(0))
    other = Feed("t", SHAPE)
    other.restore(position)
    other.add(Rows(rows))
    assert ids(other) == ids(feed)
    assert other.marked_ids() == feed.marked_ids() != frozenset()
    assert other.position(position.cursor, position.top) == position


def test_a_position_with_a_column_that_is_gone_is_no_error() -> None:
    feed = Feed("t", SHAPE)
    feed.restore(Position(sort="no such column", descending=True, fold="no such fold"))
    assert (feed.wanted.sort, feed.wanted.descending, feed.wanted.fold) == ("", False, "")


def test_an_unknown_column_or_fold_is_an_error() -> None:
    feed = Feed("t", SHAPE)
    with pytest.raises(KeyError):
        feed.sort("no such column")
    with pytest.raises(KeyError):
        feed.fold("no such fold")
    assert (feed.wanted.sort, feed.wanted.fold, feed.busy) == ("", "", False)
