"""FeedTable: the list. Cursor, scrolling and marks of a feed; each change draws only the lines that look different."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from textual import events

from mdetui.feeds.entry import Change
from mdetui.feeds.feed import Feed
from mdetui.feeds.position import Position
from mdetui.feeds.source import RowKey
from mdetui.views.base import Column, Context
from mdetui.widgets import feed_messages
from mdetui.widgets.empty_words import empty_words
from mdetui.widgets.feed_lines import HEADER, FeedLines

# part of a page by which the list jumps at its edge in place of scrolling line by line; what stays is context
JUMP = 0.75


class FeedTable(FeedLines):
    """Rows of a feed in columns, one line each. Keys are bound by the screen; everything a key does is a method.

    The cursor, the first visible row and the marks belong to rows, not to lines: rows that arrive above, a new order
    or a filter move lines, never the cursor to another row while its own is shown.

    Args:
        columns: Columns of the view.
        feed: The rows.
        context: Gives what cells depend on now.
        jump: Jump by most of a page at the edges (slow links) in place of scrolling line by line.
        scrollbar: Show a scrollbar; without one a scrolled line costs half the bytes.
        folded: Name of a fold to the columns of its counted groups, none where it only hides repeats.
        empty: Feed to (what is the case, what to do) when nothing is shown.
    """

    COMPONENT_CLASSES = {"feed-table--header", "feed-table--cursor", "feed-table--mark"}
    DEFAULT_CSS = """
    FeedTable {
        width: 1fr;
        height: 1fr;
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
        &.-no-scrollbar { scrollbar-size: 0 0; }
        & .feed-table--header { color: $text-muted; text-style: bold; }
        & .feed-table--cursor { background: $primary 22%; }
        & .feed-table--mark { color: $text-accent; text-style: bold; }
        &:ansi .feed-table--cursor { background: transparent; text-style: bold; }
    }
    """

    Highlighted: TypeAlias = feed_messages.Highlighted
    NeedMore: TypeAlias = feed_messages.NeedMore
    Opened: TypeAlias = feed_messages.Opened
    MarksChanged: TypeAlias = feed_messages.MarksChanged

    def __init__(
        self,
        columns: Sequence[Column],
        feed: Feed,
        context: Callable[[], Context],
        *,
        jump: bool = False,
        scrollbar: bool = True,
        folded: Callable[[str], Sequence[Column]] = lambda name: (),
        empty: Callable[[Feed], tuple[str, str]] = empty_words,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, feed, context, folded=folded, empty=empty, id=id, classes=classes)
        self.jump = jump
        # the rows that cursor and top belong to, and (cursor, top) of a place to come back to when it is loaded
        self._cursor_key: RowKey | None = None
        self._top_key: RowKey | None = None
        self._back_to: tuple[RowKey | None, RowKey | None] | None = None
        self._mark_from: RowKey | None = None
        self._told: tuple[RowKey, int] | None = None
        self._told_marks = 0
        # (line, rows loaded) for which more was asked last
        self._asked = (-1, -1)
        # last: a class may bring a style update, which clears what is drawn
        self.set_class(not scrollbar, "-no-scrollbar")

    # what others ask

    @property
    def cursor_key(self) -> RowKey | None:
        """The row under the cursor; None when nothing is shown."""
        return self.feed.key(self.cursor) if 0 <= self.cursor < len(self.feed) else None

    def position(self) -> Position:
        """What brings this list back as it is."""
        return self.feed.position(self.cursor_key, self._key_of_top())

    def restore(self, position: Position) -> None:
        """Sort, filter, fold and marks as they were; the cursor follows when its row is there."""
        self._back_to = (position.cursor, position.top)
        self.feed_changed(self.feed.restore(position))

    # moving; each of these is a key

    def move(self, by: int) -> None:
        """So many rows down, up when negative."""
        self._go(self.cursor + by)

    def page(self, by: int) -> None:
        """So many pages down; the cursor keeps its place on the screen. One row of the old page stays."""
        self._scroll_and_go(by * max(1, self.page_size - 1))

    def half_page(self, by: int) -> None:
        """So many half pages down."""
        self._scroll_and_go(by * max(1, self.page_size // 2))

    def first(self) -> None:
        """The first row."""
        self._go(0)

    def last(self) -> None:
        """The last row that is loaded."""
        self._go(len(self.feed) - 1)

    def show_above(self) -> None:
        """Scroll up as far as the cursor stays visible: what has arrived above comes into view."""
        self._scroll(self.cursor - self.page_size + 1)

    def open_row(self) -> None:
        """Open the row under the cursor."""
        key = self.cursor_key
        if key is not None:
            self.post_message(self.Opened(self, key))

    def toggle_fold(self) -> bool:
        """Open or close the repeats of the row under the cursor; False when it has none."""
        if not len(self.feed) or not self.feed.toggle_fold(self.cursor):
            return False
        self.feed_changed()
        return True

    # marking

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor; folded repeats with it."""
        if len(self.feed):
            self.feed.mark(self.cursor)
            self._mark_from = self.cursor_key
            self.marks_changed()

    def mark_range(self) -> None:
        """Mark from the row marked last to the cursor."""
        if len(self.feed):
            start = self.feed.nearest(self._mark_from) if self._mark_from is not None else None
            self.feed.mark_range(self.cursor if start is None else start, self.cursor)
            self._mark_from = self.cursor_key
            self.marks_changed()

    def mark_all(self) -> None:
        """Mark everything that is loaded and passes the filter."""
        self.feed.mark_all()
        self.marks_changed()

    def clear_marks(self) -> None:
        """Unmark everything."""
        self.feed.unmark()
        self._mark_from = None
        self.marks_changed()

    def marks_changed(self) -> None:
        """Marks of the feed were changed: draw the lines that look different now."""
        self.draw_changed()
        self._tell_marks()

    # the same as actions, for a table of keys

    action_move = move
    action_page = page
    action_half_page = half_page
    action_first = first
    action_last = last
    action_open = open_row
    action_toggle_fold = toggle_fold
    action_toggle_mark = toggle_mark
    action_mark_range = mark_range
    action_mark_all = mark_all
    action_clear_marks = clear_marks

    # rows that change

    def feed_changed(self, change: Change | None = None) -> None:
        """The feed has changed: keep the cursor on its row and draw the lines that look different now.

        Args:
            change: What the feed said; without it anything may have changed.
        """
        if not self.is_mounted:
            return
        moved = change is None or change.added or change.reordered or self._back_to is not None
        if moved:
            on_screen = self.cursor - self.top
            self._fit()
            cursor, top = self._anchor(on_screen if 0 <= on_screen < max(1, self.page_size) else None)
            self.set_reactive(FeedTable.cursor, cursor)
            self._scroll(top)
        else:
            self._fit()
        self.draw_changed()
        self._tell()
        self._tell_marks()
        self._want_more()

    def _anchor(self, on_screen: int | None) -> tuple[int, int]:
        """(line of the cursor, first visible line) that leave what the person sees where it was.

        Args:
            on_screen: Screen line of the cursor; None when it is not visible.
        """
        feed = self.feed
        if not len(feed):
            # the rows are asked for again: come back to this place when they are here
            if self._back_to is None and self._cursor_key is not None:
                self._back_to = (self._cursor_key, self._top_key)
            return 0, 0
        if self._back_to is not None:
            cursor, top = self._back_to
            line = feed.index_of(cursor) if cursor is not None else None
            if line is not None or not feed.busy:
                self._back_to = None
            if line is not None:
                first = feed.index_of(top) if top is not None else None
                return line, line - self.page_size // 2 if first is None else first
        line = feed.nearest(self._cursor_key) if self._cursor_key is not None else None
        if line is None:
            line = max(0, min(self.cursor, len(feed) - 1))
        if on_screen is not None:
            return line, line - on_screen
        first = feed.index_of(self._top_key) if self._top_key is not None else None
        return line, self.top if first is None else first

    # keeping in step

    def watch_cursor(self, old: int, new: int) -> None:
        """The cursor was moved: scroll if it must be, paint two lines, tell."""
        self._back_to = None
        if not self.page_size:
            return
        self._follow(old, new)
        self.repaint((old - self.top + HEADER, new - self.top + HEADER))
        self._tell()
        self._want_more()

    def validate_cursor(self, index: int) -> int:
        """Never outside the list."""
        return max(0, min(index, len(self.feed) - 1))

    def _go(self, index: int) -> None:
        self._back_to = None
        self.cursor = index
        if self.page_size:
            # the cursor may have been scrolled out of sight by the wheel
            self._follow(self.cursor, self.cursor)

    def _scroll_and_go(self, by: int) -> None:
        self._scroll(self.top + by)
        self._go(self.cursor + by)

    def _follow(self, old: int, new: int) -> None:
        """Scroll so that the cursor is visible: by as little as possible, or by most of a page with `jump`."""
        height, top = self.page_size, self.top
        ahead = round(height * JUMP) if self.jump and 0 < abs(new - old) < height else 0
        # with the last row comes what is said behind it: why there is no next one
        low = new + self._tail_lines if new == len(self.feed) - 1 else new
        if new < top:
            self._scroll(min(new, top - ahead))
        elif low >= top + height:
            self._scroll(max(low - height + 1, top + ahead))

    def _scroll(self, top: int) -> None:
        self.scroll_to_line(top)
        self._top_key = self._key_of_top() or self._top_key

    def scrolled(self) -> None:
        """Another row is the first visible one."""
        self._top_key = self._key_of_top() or self._top_key
        self._want_more()

    def _key_of_top(self) -> RowKey | None:
        return self.feed.key(self.top) if self.top < len(self.feed) else None

    @property
    def _tail_lines(self) -> int:
        """Lines behind the last row."""
        return 1 if len(self.feed) and self.feed.state in ("loading", "failed", "stopped") else 0

    def _fit(self) -> None:
        self.fit_height(HEADER + len(self.feed) + self._tail_lines)

    def _tell(self) -> None:
        key = self.cursor_key
        self._cursor_key = key or self._cursor_key
        seen = None if key is None else (key, self.feed.entry(self.cursor).version)
        if seen != self._told:
            self._told = seen
            self.post_message(self.Highlighted(self, key, self.cursor))

    def _tell_marks(self) -> None:
        if self.feed.marked != self._told_marks:
            self._told_marks = self.feed.marked
            self.post_message(self.MarksChanged(self, self._told_marks))

    def _want_more(self) -> None:
        index = max(self.cursor, self.last_visible)
        asked = (index, self.feed.loaded)
        if self.page_size and asked != self._asked and self.feed.wants(index, self.page_size):
            self._asked = asked
            self.post_message(self.NeedMore(self, index))

    def on_mount(self) -> None:
        """Height and place are right before the first layout, so that nothing is painted twice."""
        self.feed_changed()

    def on_resize(self) -> None:
        """Columns and the visible part follow the new size; the cursor stays visible."""
        self.forget_drawn()
        if self.page_size:
            self.feed_changed()
            self._follow(self.cursor, self.cursor)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there; a double click opens the row."""
        y = event.y - self.content_offset.y - HEADER
        index = self.top + y
        if y >= 0 and index < len(self.feed):
            self._go(index)
            if event.chain > 1:
                self.open_row()
