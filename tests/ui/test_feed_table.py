"""The list widget, driven as a screen drives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from mdetui import text as safe
from mdetui.errors import NetworkError
from mdetui.feeds.feed import Feed
from mdetui.views.base import Cell, Column, Context
from mdetui.widgets.feed_table import FeedTable
from tests.unit.feed_rows import SHAPE, Row, Rows, numbered

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
COLUMNS = (
    Column("age", "AGE", lambda row, ctx: Cell(safe.age(NOW - timedelta(minutes=-row.when), ctx.now)), 4, right=True),
    Column("title", "TITLE", lambda row, _: Cell(safe.line(row.title), "strong"), 12, grow=1),
    Column("size", "SIZE", lambda row, _: Cell(safe.line(row.size)), 6, right=True),
    Column("id", "ID", lambda row, _: Cell(row.id), 6, at=70),
)


class Counting(FeedTable):
    """Counts the lines that are to be painted."""

    lines_painted: set[int]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        lines = {y for region in regions for y in region.line_range} if regions else set(range(self.size.height))
        self.lines_painted = getattr(self, "lines_painted", set()) | (lines if repaint else set())
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class TableApp(App[None]):
    """The list alone, and what it tells."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, feed: Feed, columns: Sequence[Column] = COLUMNS, **options: Any) -> None:
        super().__init__()
        self.feed = feed
        self.now = NOW
        self.told: list[tuple[str, Any]] = []
        self.table = Counting(columns, feed, lambda: Context(self.now), **options)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_feed_table_highlighted(self, event: FeedTable.Highlighted) -> None:
        self.told.append(("highlighted", event.key and event.key[1]))

    def on_feed_table_need_more(self, event: FeedTable.NeedMore) -> None:
        self.told.append(("need more", event.index))

    def on_feed_table_marks_changed(self, event: FeedTable.MarksChanged) -> None:
        self.told.append(("marks", event.count))

    def on_feed_table_opened(self, event: FeedTable.Opened) -> None:
        self.told.append(("opened", event.key[1]))

    def shown(self) -> list[str]:
        """The lines of the list."""
        return [self.table.line_at(y).strip.text.rstrip() for y in range(self.table.size.height)]

    def heard(self, kind: str) -> list[Any]:
        return [value for told, value in self.told if told == kind]


def feed_of(rows: Sequence[Row], *, complete: bool = True) -> Feed:
    feed = Feed("t", SHAPE)
    feed.add(Rows(rows), complete=complete)
    feed.settle()
    return feed


async def painted(pilot: Pilot[None], act: Callable[[], object]) -> list[int]:
    """Lines that are painted because of what `act` does."""
    app = pilot.app
    assert isinstance(app, TableApp)
    await pilot.pause()
    app.table.lines_painted = set()
    act()
    await pilot.pause()
    await pilot.pause()
    return sorted(app.table.lines_painted)


SIZE = (60, 11)  # ten rows


async def test_a_move_paints_two_lines_and_tells_once() -> None:
    app = TableApp(feed_of(numbered(1_000)))
    async with app.run_test(size=SIZE) as pilot:
        assert await painted(pilot, lambda: app.table.move(1)) == [1, 2]
        assert await painted(pilot, lambda: app.table.move(3)) == [2, 5]
        assert app.heard("highlighted") == ["r0", "r1", "r4"]
        assert [line[0] for line in app.shown()].index("▌") == 5
        assert await painted(pilot, lambda: app.table.move(0)) == []


async def test_after_a_burst_of_keys_the_screen_is_right() -> None:
    app = TableApp(feed_of(numbered(1_000)))
    async with app.run_test(size=SIZE) as pilot:

        def burst() -> None:
            for _ in range(5):
                app.table.move(1)

        assert await painted(pilot, burst) == [1, 2, 3, 4, 5, 6]
        # the four between were passed over and look as before: nothing differs from what Textual has painted
        assert app.table.repaint() == 0


async def test_rows_that_arrive_above_move_nothing_on_the_screen() -> None:
    app = TableApp(feed_of(numbered(100)))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move(30)
        app.table.move(-4)
        await pilot.pause()
        before, top, cursor = app.shown(), app.table.top, app.table.cursor
        newer = [Row(f"n{number}", when=number + 1, title="new") for number in range(7)]
        lines = await painted(pilot, lambda: app.table.feed_changed(app.feed.add(Rows(newer))))
        assert lines == []
        assert app.shown() == before
        assert (app.table.top, app.table.cursor) == (top + 7, cursor + 7)
        assert app.table.cursor_key == ("t", "r26")
        app.table.first()
        assert app.table.cursor_key == ("t", "n6")


async def test_rows_that_arrive_between_leave_the_cursor_on_its_row_and_line() -> None:
    app = TableApp(feed_of([Row(f"r{number}", when=-10 * number, title="x") for number in range(50)]))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move(15)
        app.table.move(-3)
        await pilot.pause()
        line = app.table.cursor - app.table.top
        app.table.feed_changed(app.feed.add(Rows([Row("between", when=-115), Row("below", when=-125)])))
        assert app.table.cursor_key == ("t", "r12")
        assert app.table.cursor - app.table.top == line


async def test_a_page_that_arrives_below_paints_nothing() -> None:
    app = TableApp(feed_of(numbered(100), complete=False))
    async with app.run_test(size=SIZE) as pilot:
        lines = await painted(pilot, lambda: app.table.feed_changed(app.feed.add(Rows(numbered(900, 100)))))
        assert lines == []
        app.table.last()
        assert app.table.cursor == 999


async def test_announced_rows_paint_nothing_and_a_changed_row_paints_its_line() -> None:
    app = TableApp(feed_of(numbered(100)))
    async with app.run_test(size=SIZE) as pilot:
        new, changed = Row("n", when=5), replace(numbered(4)[3], title="changed")
        assert await painted(pilot, lambda: app.table.feed_changed(app.feed.announce(Rows([new])))) == []
        assert await painted(pilot, lambda: app.table.feed_changed(app.feed.announce(Rows([changed])))) == [4]
        assert app.feed.announced == 1
        assert app.heard("highlighted") == ["r0"]
        app.table.feed_changed(app.feed.update(replace(numbered(1)[0], title="mine")))
        await pilot.pause()
        assert app.heard("highlighted") == ["r0", "r0"]
        app.table.feed_changed(app.feed.show_new())
        await pilot.pause()
        assert (app.table.cursor_key, app.table.top) == (("t", "r0"), 1)
        app.table.show_above()
        await pilot.pause()
        assert (app.table.cursor_key, app.table.top) == (("t", "r0"), 0)


async def test_a_new_order_keeps_the_cursor_on_its_row() -> None:
    rows = [Row(f"r{number}", when=-number, title=f"{number * 37 % 100:02d}") for number in range(100)]
    app = TableApp(feed_of(rows))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move(45)
        await pilot.pause()
        line = app.table.cursor - app.table.top
        app.table.feed_changed(app.feed.sort("title", True))
        assert app.feed.entry(0).item.title == "99"
        assert app.table.cursor_key == ("t", "r45")
        assert app.table.cursor - app.table.top == line
        assert "TITLE↓" in app.shown()[0]
        app.table.feed_changed(app.feed.sort("title"))
        assert "TITLE↑" in app.shown()[0]
        app.table.feed_changed(app.feed.sort())
        assert app.table.cursor == 45


async def test_a_filter_that_hides_the_row_puts_the_cursor_next_to_it() -> None:
    rows = [Row(f"r{number}", when=-number, title="odd" if number % 2 else "even") for number in range(100)]
    app = TableApp(feed_of(rows))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move(41)
        app.table.feed_changed(app.feed.set_filter("even"))
        await pilot.pause()
        assert app.table.cursor_key == ("t", "r42")
        app.table.feed_changed(app.feed.set_filter("nothing like it"))
        await pilot.pause()
        assert app.table.cursor_key is None
        assert app.heard("highlighted")[-1] is None
        assert "Nothing matches nothing like it." in "".join(app.shown())
        app.table.move(1)
        app.table.toggle_mark()
        app.table.mark_range()
        app.table.open_row()
        assert app.feed.marked == 0
        app.table.feed_changed(app.feed.set_filter(""))
        assert app.table.cursor_key == ("t", "r42")


@pytest.mark.parametrize(("jump", "top"), [(False, 1), (True, 8)])
async def test_the_edge_scrolls_by_a_line_or_jumps(jump: bool, top: int) -> None:
    app = TableApp(feed_of(numbered(1_000)), jump=jump, scrollbar=False)
    async with app.run_test(size=SIZE):
        for _ in range(9):
            app.table.move(1)
        assert app.table.top == 0
        app.table.move(1)
        assert (app.table.cursor, app.table.top) == (10, top)
        app.table.move(-(10 - top))
        app.table.move(-1)
        assert app.table.cursor == top - 1
        assert app.table.top == 0


async def test_pages_keep_the_cursor_in_its_place_and_stop_at_the_ends() -> None:
    app = TableApp(feed_of(numbered(100)))
    async with app.run_test(size=SIZE):
        app.table.move(3)
        app.table.page(1)
        assert (app.table.cursor, app.table.top) == (12, 9)
        app.table.half_page(1)
        assert (app.table.cursor, app.table.top) == (17, 14)
        app.table.half_page(-1)
        app.table.page(-1)
        assert (app.table.cursor, app.table.top) == (3, 0)
        app.table.page(-1)
        assert (app.table.cursor, app.table.top) == (0, 0)
        app.table.page(50)
        assert (app.table.cursor, app.table.top) == (99, 90)
        app.table.first()
        app.table.last()
        app.table.move(1)
        assert (app.table.cursor, app.table.top) == (99, 90)


async def test_resize_lays_out_again_and_keeps_the_cursor_visible() -> None:
    app = TableApp(feed_of(numbered(1_000)))
    async with app.run_test(size=(60, 30)) as pilot:
        app.table.move(25)
        await pilot.pause()
        assert "ID" not in app.shown()[0]
        await pilot.resize_terminal(100, 8)
        await pilot.pause()
        assert app.table.top <= app.table.cursor <= app.table.last_visible
        assert app.table.cursor_key == ("t", "r25")
        assert "ID" in app.shown()[0]
        assert {cell_len(app.table.line_at(y).strip.text) for y in range(8)} == {99}
        await pilot.resize_terminal(20, 3)
        await pilot.pause()
        assert app.table.cursor_key == ("t", "r25")
        await pilot.resize_terminal(60, 1)
        await pilot.pause()
        assert app.table.page_size == 0
        app.table.move(1)
        app.table.page(1)
        app.table.tick()


async def test_columns_stay_aligned_whatever_stands_in_them() -> None:
    titles = [
        "plain",
        "日本語のアラート名がとても長い場合",
        "e\u0301" * 40,
        "🦠🦠🦠",
        "한국어",
        "x" * 500,
        "a\u0301\u0302\u0303\u0304b",
    ]
    rows = [Row(f"r{number}", when=-number, title=title, size="|") for number, title in enumerate(titles)]
    app = TableApp(feed_of(rows))
    async with app.run_test(size=SIZE):
        lines = [app.table.line_at(y).strip.text for y in range(1, len(rows) + 1)]
        assert {cell_len(line) for line in lines} == {59}
        assert {cell_len(line[: line.index("|")]) for line in lines} == {57}


async def test_a_careless_column_lets_no_control_character_through() -> None:
    hostile = "a\x1b]52;c;aGk=\x07\x9b2J\r\n\t\u202e\u2066[bold]x[/]"
    careless = Column("title", "TITLE", lambda row, _: Cell(row.title, "no such style"), 40, grow=1)
    broken = Column("broken", "BROKEN", lambda row, _: Cell(row.no_such_thing), 6)
    app = TableApp(feed_of([Row("r", title=hostile), Row("", why="bad \x1b[2J")]), (careless, broken))
    async with app.run_test(size=(80, 11)):
        first, second = app.shown()[1:3]
        assert first.isprintable()
        assert second.isprintable()
        assert "\\x1b]52;c;aGk=\\x07" in first
        assert "[bold]x[/]" in first
        assert first.endswith("?")
        assert second.split() == ["?", "no", "id", "could", "not", "be", "read:", "bad", "\\x1b[2J"]


async def test_what_stands_there_when_there_are_no_rows() -> None:
    feed = Feed("t", SHAPE)
    app = TableApp(feed)
    async with app.run_test(size=SIZE) as pilot:
        assert app.shown()[2].strip() == "Loading."
        assert app.heard("need more") == [0]
        feed.ensure(-1, 10)
        feed.fail(NetworkError("The service did not answer in 30 s.", "Press r to try again.", correlation_id="c-1"))
        lines = await painted(pilot, app.table.feed_changed)
        assert lines == [2, 3]
        assert [line.strip() for line in app.shown()[2:4]] == [
            "The service did not answer in 30 s.",
            "Press r to try again. (id c-1)",
        ]
        assert app.table.cursor_key is None
        assert feed.load_more()
        app.table.feed_changed(feed.add(Rows([]), complete=True))
        assert app.shown()[2].strip() == "Nothing here."
        feed.clear()
        feed.ensure(-1, 10)
        feed.stop()
        app.table.feed_changed()
        assert app.shown()[2].strip() == "The load was stopped."


async def test_the_line_behind_the_last_row_says_why_no_more_come() -> None:
    feed = feed_of(numbered(4), complete=False)
    app = TableApp(feed)
    async with app.run_test(size=SIZE):
        assert app.shown()[5] == ""
        feed.ensure(3, 10)
        app.table.feed_changed()
        assert app.shown()[5].strip() == "loading more"
        feed.fail(NetworkError("No route.", "Try again."))
        app.table.feed_changed()
        assert app.shown()[5].strip() == "No route. Try again."
        app.table.last()
        assert app.table.cursor == 3


async def test_more_is_asked_for_near_the_end_and_not_while_it_comes() -> None:
    feed = feed_of(numbered(100), complete=False)
    app = TableApp(feed)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.heard("need more") == []
        app.table.move(78)
        await pilot.pause()
        assert app.heard("need more") == []
        app.table.move(1)
        await pilot.pause()
        assert app.heard("need more") == [79]
        assert feed.ensure(79, app.table.page_size)
        app.table.move(1)
        await pilot.pause()
        assert app.heard("need more") == [79]
        app.table.feed_changed(feed.add(Rows(numbered(10, 100))))
        await pilot.pause()
        assert app.heard("need more") == [79]
        app.table.last()
        await pilot.pause()
        assert app.heard("need more")[1:] == [109]


async def test_marks_are_signs_and_are_told() -> None:
    rows = [Row("a", when=4, title="same"), Row("b", when=3, title="other"), Row("c", when=2, title="same")]
    app = TableApp(feed_of(rows))
    async with app.run_test(size=SIZE) as pilot:
        app.table.feed_changed(app.feed.fold("repeats"))
        assert "folded" in app.shown()[0]
        assert app.shown()[1].split()[:4] == ["▌", "+4m", "same", "x2"]
        app.table.toggle_mark()
        assert app.shown()[1].startswith("▌●")
        assert app.feed.marked_ids() == {"a", "c"}
        app.table.toggle_fold()
        assert [line[:2] for line in app.shown()[1:4]] == ["▌●", " ●", "  "]
        assert "same x2 ▾" in app.shown()[1]
        assert "└ same" in app.shown()[2]
        app.table.move(1)
        app.table.toggle_mark()
        app.table.toggle_fold()
        assert app.table.cursor_key == ("t", "a")
        assert app.shown()[1].startswith("▌○")
        assert not app.feed.toggle_fold(1)
        app.table.move(1)
        assert not app.table.toggle_fold()
        app.table.mark_range()
        assert app.feed.marked == 3
        app.table.clear_marks()
        app.table.mark_all()
        await pilot.pause()
        assert app.heard("marks")[-1] == 3
        app.table.clear_marks()
        await pilot.pause()
        assert app.heard("marks")[-1] == 0


async def test_ages_paint_only_the_lines_whose_text_changed_and_only_up_to_the_change() -> None:
    rows = [Row("now", when=0), Row("hour", when=-119), Row("day", when=-3_000)]
    app = TableApp(feed_of(rows))
    async with app.run_test(size=SIZE) as pilot:
        assert [line.split()[-3] for line in app.shown()[1:4]] == ["now", "1h", "2d"]
        assert await painted(pilot, app.table.tick) == []
        app.now = NOW + timedelta(minutes=2)
        assert await painted(pilot, lambda: app.table.tick(most=1)) == [1]
        assert [line.split()[-3] for line in app.shown()[1:4]] == ["2m", "1h", "2d"]
        assert await painted(pilot, app.table.tick) == [2]
        assert [line.split()[-3] for line in app.shown()[1:4]] == ["2m", "2h", "2d"]
        one, other = app.table.line_at(2), app.table.line_at(3)
        assert one.differs(one) == (0, 0)
        start, end = one.differs(other)
        assert 0 <= start < end <= 59


async def test_a_place_comes_back_when_its_rows_do() -> None:
    app = TableApp(feed_of(numbered(200)))
    async with app.run_test(size=SIZE) as pilot:
        app.table.move(100)
        app.table.move(-3)
        await pilot.pause()
        position, seen = app.table.position(), app.shown()
        app.feed.clear()
        app.table.feed_changed()
        assert app.table.cursor_key is None
        app.table.feed_changed(app.feed.add(Rows(numbered(200))))
        assert app.shown() == seen
        app.table.first()
        app.table.restore(position)
        assert app.shown() == seen
    other = TableApp(feed_of(numbered(200)))
    other.table.restore(position)
    async with other.run_test(size=SIZE):
        assert other.shown() == seen
    late = TableApp(Feed("t", SHAPE))
    late.table.restore(position)
    async with late.run_test(size=SIZE):
        late.table.feed_changed(late.feed.add(Rows(numbered(50))))
        assert late.table.cursor == 0
        late.table.feed_changed(late.feed.add(Rows(numbered(150, 50))))
        assert late.table.cursor_key == ("t", "r0")


async def test_the_same_list_can_be_shown_twice_one_after_the_other() -> None:
    feed = feed_of(numbered(50))
    for _ in range(2):
        app = TableApp(feed)
        async with app.run_test(size=SIZE):
            app.table.last()
            assert app.table.cursor_key == ("t", "r49")


async def test_a_click_moves_the_cursor_and_a_double_click_opens() -> None:
    app = TableApp(feed_of(numbered(5)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(app.table, offset=(5, 3))
        assert app.table.cursor == 2
        await pilot.click(app.table, offset=(5, 0))
        await pilot.click(app.table, offset=(5, 9))
        assert app.table.cursor == 2
        await pilot.double_click(app.table, offset=(5, 4))
        assert (app.table.cursor, app.heard("opened")) == (3, ["r3"])


async def test_the_wheel_scrolls_without_the_cursor_and_the_next_key_brings_it_back() -> None:
    app = TableApp(feed_of(numbered(100)))
    async with app.run_test(size=SIZE) as pilot:
        app.table.scroll_to(y=40, animate=False)
        await pilot.pause()
        assert (app.table.cursor, app.table.top) == (0, 40)
        app.table.feed_changed(app.feed.add(Rows([Row("n", when=1)])))
        assert (app.table.cursor_key, app.table.top) == (("t", "r0"), 41)
        app.table.move(1)
        assert (app.table.cursor_key, app.table.top) == (("t", "r1"), 2)


async def test_a_theme_changes_the_colours_of_lines_that_are_kept() -> None:
    app = TableApp(feed_of(numbered(5)))
    async with app.run_test(size=SIZE) as pilot:
        dark = app.table.line_at(2).pieces[0][1].bgcolor
        app.theme = "textual-light"
        await pilot.pause()
        assert app.table.line_at(2).pieces[0][1].bgcolor != dark
        app.theme = "ansi-dark"
        await pilot.pause()
        assert app.table.line_at(2).pieces[0][1].bgcolor is None


def test_the_table_binds_no_key() -> None:
    assert not FeedTable((), Feed("t"), lambda: Context(NOW))._bindings.key_to_bindings
