"""PaintedLines: a scrolling list of lines that knows what is on the screen and paints only lines that look different.

Textual repaints a whole widget when it scrolls and when its height changes; over a slow link that is what hurts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Self

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from mdetui.widgets.lean_strip import LeanStrip

Piece = tuple[str, Style]


class Drawn(NamedTuple):
    """One line, ready to be painted.

    Attributes:
        strip: For Textual; kept as long as the line looks the same, and with it what it becomes on the terminal.
        end: Cells up to which it may differ from a blank line.
        pieces: Texts and styles; two lines with equal pieces look the same.
    """

    strip: LeanStrip
    end: int
    pieces: tuple[Piece, ...]

    def differs(self, other: Drawn) -> tuple[int, int]:
        """Cells (from, to) between which the two lines differ; (0, 0) when they look the same."""
        if self.pieces == other.pieces:
            return 0, 0
        pairs = list(zip(self.pieces, other.pieces, strict=False))
        same = next((n for n, (one, its) in enumerate(pairs) if one != its), len(pairs))
        start = end = sum(cell_len(text) for text, _ in self.pieces[:same])
        if len(self.pieces) != len(other.pieces):
            return start, max(self.end, other.end)
        width = start
        for one, its in pairs[same:]:
            size = cell_len(one[0])
            if size != cell_len(its[0]):
                # what follows stands elsewhere now
                return start, max(self.end, other.end)
            width += size
            if one != its:
                end = width
        return start, end


class PaintedLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Base of lists drawn line by line. A subclass says how each line looks; nothing here knows what it shows."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        # what is on the screen by line, and the lines that will be painted next
        self._painted: dict[int, Drawn] = {}
        self._pending: set[int] = set()

    def line_at(self, y: int) -> Drawn:
        """How the line at `y` of the widget looks now; called often, so it should be kept by whoever draws it."""
        raise NotImplementedError

    def scrolled(self) -> None:
        """Another line is the first visible one."""

    @property
    def top(self) -> int:
        """First visible line."""
        return self.scroll_offset.y

    def render_line(self, y: int) -> Strip:
        """The line at `y`."""
        return self._paint(y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines for the compositor, which writes those of them that are to be painted.

        Textual's own way makes half a dozen objects of each line on its way to the terminal. Where there is nothing to
        add to a line it goes as it is, so that a line seen before costs nothing when it comes into view again.
        """
        if self.parent is None:
            # taken away since the screen was laid out, and without styles by now; the next layout draws over it
            return [LeanStrip.of(Strip.blank(crop.width))] * crop.height
        if self._decorated:
            return [LeanStrip.of(strip) for strip in super().render_lines(crop)]
        filters, background = self.get_line_filters(), self.background_colors[1]
        strips: list[Strip] = []
        for y in crop.line_range:
            strip: Strip = self._paint(y)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span != (0, self.outer_size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    @property
    def _decorated(self) -> bool:
        """Whether Textual adds something around or over the lines."""
        styles = self.styles
        return bool(
            any(styles.gutter)
            or styles.tint.a
            or styles.has_rule("hatch")
            or styles.text_opacity != 1.0
            or self.opacity != 1.0
        )

    def _paint(self, y: int) -> LeanStrip:
        """The line at `y`, remembered as painted when it was to be painted, or was never painted."""
        now, before = self.line_at(y), self._painted.get(y)
        if before is None or y in self._pending:
            self._pending.discard(y)
            self._painted[y] = now
        return now.strip

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """As Textual's; when everything is to be painted, nothing is known of the screen any more."""
        if repaint and not regions:
            self._painted.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def repaint(self, lines: Iterable[int] | None = None) -> int:
        """Have those lines painted that look different from what is on the screen.

        Args:
            lines: Lines of the widget to look at; all when None.

        Returns:
            How many lines will be painted.
        """
        width, height = self.size
        regions = []
        for y in range(height) if lines is None else lines:
            if not 0 <= y < height:
                continue
            before, now = self._painted.get(y), self.line_at(y)
            if before is now:
                continue
            # a line of another width was painted before a resize: Textual will paint it anyway
            known = before is not None and before.strip.cell_length == now.strip.cell_length
            start, end = before.differs(now) if before is not None and known else (0, width)
            if end > start:
                self._pending.add(y)
                regions.append(Region(start, y, end - start, 1))
        if regions:
            self.refresh(*regions)
        return len(regions)

    def scroll_to_line(self, top: int) -> None:
        """Make a line the first visible one, as far as there are enough lines."""
        top = max(0, min(top, self.max_scroll_y))
        if top != self.top:
            self.scroll_to(y=top, animate=False, force=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled, by a key or by the wheel: paint the lines that differ."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self.scrolled()
            self.repaint()

    def fit_height(self, lines: int) -> None:
        """Let the scrollable height be so many lines. Textual's own way would paint the whole list and lay the whole
        screen out again for every page of rows that comes."""
        size = Size(1, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(Widget.virtual_size, size)
        if self.show_vertical_scrollbar and self.scrollbar_size_vertical:
            self.vertical_scrollbar.window_virtual_size = lines
        if self.scroll_y > self.max_scroll_y:
            self.scroll_to_line(self.max_scroll_y)
