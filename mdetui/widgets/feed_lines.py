"""FeedLines: how the lines of a feed look, drawn once for as long as they look the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.reactive import reactive

from mdetui.feeds.feed import Feed
from mdetui.views.base import Column, Context
from mdetui.widgets.empty_words import failure_words
from mdetui.widgets.painted import Drawn, PaintedLines
from mdetui.widgets.row_strips import RowStrips

HEADER = 1
# drawn rows that are kept; a screen has at most some hundred
KEPT = 1_000
Look = tuple[int, int, bool, int, int, bool, bool, int, int]


class FeedLines(PaintedLines):
    """Titles, rows, and words where there is no row. What moves the cursor or changes the feed is the subclass's.

    Args:
        columns: Columns of the view.
        feed: The rows.
        context: Gives what cells depend on now.
        folded: Name of a fold to the columns of its counted groups, none where it only hides repeats.
        empty: Feed to (what is the case, what to do) when nothing is shown.
    """

    cursor: reactive[int] = reactive(0, init=False, repaint=False)
    """The line of the cursor."""

    def __init__(
        self,
        columns: Sequence[Column],
        feed: Feed,
        context: Callable[[], Context],
        *,
        folded: Callable[[str], Sequence[Column]],
        empty: Callable[[Feed], tuple[str, str]],
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.feed = feed
        self._context_now = context
        self._folded = folded
        self._empty = empty
        self._strips: RowStrips | None = None
        # the fold that they were made for
        self._fold = ""
        self._drawn: dict[Look, Drawn] = {}

    @property
    def page_size(self) -> int:
        """Rows that fit on the screen; 0 before the first layout."""
        return max(0, self.size.height - HEADER)

    @property
    def last_visible(self) -> int:
        """Last visible line; -1 when there is none."""
        return min(self.top + self.page_size, len(self.feed)) - 1

    @property
    def drawn_columns(self) -> list[str]:
        """Ids of the columns for which there is room, from left to right."""
        return [placed.column.id for placed in self._made_strips().columns]

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Other columns; the rows stay where they are."""
        self.columns = tuple(columns)
        self.forget_drawn()
        self.repaint()

    def forget_drawn(self) -> None:
        """What is drawn holds no more: width, styles or columns are others."""
        self._strips = None
        self._drawn.clear()

    def notify_style_update(self) -> None:
        """Theme, focus or classes changed: styles are looked up anew."""
        super().notify_style_update()
        self.forget_drawn()

    def tick(self, most: int | None = None) -> int:
        """Time went on, or facts came that cells show: draw the visible lines whose text changed.

        Args:
            most: Lines to draw at most; the others wait for the next tick.

        Returns:
            How many lines are drawn.
        """
        if self._strips is None or not self.page_size:
            return 0
        if self._strips.utc != self._context_now().utc:
            # times take more room than ages
            self.forget_drawn()
            return self.repaint()
        old, self._drawn = self._drawn, {}
        count = 0
        for index in range(self.top, self.last_visible + 1):
            look = self._look(index)
            before = old.get(look)
            if before is not None and count == most:
                self._drawn[look] = before
                continue
            count += self.repaint((index - self.top + HEADER,))
        return count

    def draw_changed(self) -> None:
        """Draw the lines that look different now."""
        # styles may just have been dropped: what is on the screen is still the old text
        if self.page_size:
            self.repaint()

    def texts(self) -> list[str]:
        """What the cells of the row under the cursor say, those without room too."""
        fold, entry = self.feed.settings.fold, self.feed.entry(self.cursor)
        columns = self._folded(fold) if entry.total else self.columns
        context = self._context_now()
        return [column.cell(entry if entry.total else entry.item, context).text for column in columns]

    def line_at(self, y: int) -> Drawn:
        """How the line at `y` looks: titles, a row, or words where there is no row."""
        strips = self._made_strips()
        if y < HEADER:
            return strips.header(self.feed.settings)
        count = len(self.feed)
        index = self.top + y - HEADER
        if index < count:
            return self._row(index)
        if count:
            return self._tail() if index == count else strips.blank
        failed = self.feed.state == "failed"
        notes = strips.notes(*self._empty(self.feed), "state.bad" if failed else "strong")
        return notes[y - HEADER] if y - HEADER < len(notes) else strips.blank

    def _made_strips(self) -> RowStrips:
        fold = self.feed.settings.fold
        if self._strips is None or self._fold != fold:
            self._fold = fold
            self._drawn.clear()
            counted = self._folded(fold) if fold else ()
            width = self.scrollable_content_region.width
            margin = 1 if self.size.width > width else 0
            utc = self._context_now().utc
            self._strips = RowStrips(
                self, counted or self.columns, width, self.size.width, utc, margin, counted=bool(counted)
            )
        return self._strips

    def _look(self, index: int) -> Look:
        """All that decides how a line looks, but time and facts."""
        entry = self.feed.entry(index)
        cursor = index == self.cursor
        state = entry.slot, entry.version, cursor, entry.mark, entry.count, entry.opened, entry.repeat
        return *state, entry.total, id(entry.newest)

    def _row(self, index: int) -> Drawn:
        look = self._look(index)
        drawn = self._drawn.get(look)
        if drawn is None:
            if len(self._drawn) >= KEPT:
                self._drawn.clear()
            entry = self.feed.entry(index)
            why = self.feed.shape.bad(entry.item) if not entry.total else None
            drawn = self._made_strips().row(entry, self._context_now(), cursor=index == self.cursor, why=why)
            self._drawn[look] = drawn
        return drawn

    def _tail(self) -> Drawn:
        """The line behind the last row says why there is no next one."""
        strips, state = self._made_strips(), self.feed.state
        if state == "loading":
            return strips.note("loading more")
        if state == "stopped":
            return strips.note("The load was stopped here.")
        if state == "failed":
            return strips.note(" ".join(failure_words(self.feed.error)).strip(), "state.bad")
        return strips.blank
