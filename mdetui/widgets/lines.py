"""LinesView: styled lines that wrap and scroll; previews, pages, help and raw JSON are drawn with it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mdetui.views.base import Cell, Line
from mdetui.widgets.cell_styles import CELL_CLASSES, cell_css, rich_style


def wrap(line: Line, width: int) -> list[list[Cell]]:
    """Break a line at spaces, or anywhere where there are none, into rows of at most `width` columns.

    Args:
        line: Safe text; its `indent` is how far the second and later rows are set in.
        width: Columns, at least 2 (a wide character takes two).
    """
    if sum(cell_len(cell.text) for cell in line.cells) <= width:
        return [list(line.cells)]
    indent = max(0, min(line.indent, width // 2, width - 2))
    rows: list[list[Cell]] = [[]]
    room = width
    for cell in line.cells:
        for word in _words(cell.text):
            if cell_len(word) > room and cell_len(word) <= width - indent:
                room = _new_row(rows, width, indent)
                if word.isspace():
                    continue
            while cell_len(word) > room:
                head = _prefix(word, room)
                rows[-1].append(Cell(head, cell.style))
                word = word[len(head) :]
                room = _new_row(rows, width, indent)
            rows[-1].append(Cell(word, cell.style))
            room -= cell_len(word)
    return rows


def _new_row(rows: list[list[Cell]], width: int, indent: int) -> int:
    """Begin a row; gives the columns that are free on it."""
    rows.append([Cell(" " * indent)] if indent else [])
    return width - indent


def _prefix(word: str, room: int) -> str:
    """As much of a word as fits."""
    size = 0
    for index, char in enumerate(word):
        size += cell_len(char)
        if size > room:
            return word[:index]
    return word


def _words(text: str) -> list[str]:
    """Words and the runs of spaces between them, in order."""
    words: list[str] = []
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or text[index].isspace() != text[start].isspace():
            words.append(text[start:index])
            start = index
    return words


class LinesView(ScrollView, can_focus=True):
    """Shows lines; wraps them to its width; scrolls by lines. Draws only what is visible."""

    COMPONENT_CLASSES = CELL_CLASSES
    DEFAULT_CSS = """
    LinesView {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: hidden;
        scrollbar-size: 0 0;
        padding: 0 1;
    }
    """ + cell_css("LinesView")

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = list(lines)
        self._rows: list[list[Cell]] = []
        self._width = 0

    @property
    def lines(self) -> list[Line]:
        """What is shown, unwrapped."""
        return self._lines

    @property
    def more(self) -> int:
        """Rows below the visible part."""
        return max(0, len(self._rows) - self.scroll_offset.y - self.size.height)

    def show(self, lines: Sequence[Line], *, keep: bool = False) -> None:
        """Replace the text; repaints only the lines that differ.

        Args:
            lines: New text.
            keep: Stay where the person has scrolled to.
        """
        before = self._visible()
        self._lines = list(lines)
        self._wrap()
        if not keep:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        after = self._visible()
        if len(before) != len(after):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                self.refresh_line(self.scroll_offset.y + y)

    def _visible(self) -> list[list[Cell]]:
        top = self.scroll_offset.y
        rows = self._rows[top : top + self.size.height]
        return rows + [[]] * (self.size.height - len(rows))

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        self._width = width
        if width <= 0:
            self._rows = []
            return
        self._rows = [row for line in self._lines for row in wrap(line, width)]
        self.virtual_size = Size(width, len(self._rows))

    def on_resize(self) -> None:
        """The width may have changed: wrap again."""
        if self.scrollable_content_region.width != self._width:
            self._wrap()
            self.refresh()

    def scroll_lines(self, count: int) -> None:
        """Scroll by so many lines, up when negative."""
        self.scroll_relative(y=count, animate=False, force=True)

    def scroll_page(self, count: int) -> None:
        """Scroll by so many pages, up when negative."""
        self.scroll_lines(count * max(1, self.size.height - 1))

    def render_line(self, y: int) -> Strip:
        """One visible row."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        base = self.rich_style
        if index >= len(self._rows):
            return Strip.blank(width, base)
        segments = [Segment(cell.text, base + rich_style(self, cell.style)) for cell in self._rows[index] if cell.text]
        return Strip(segments).adjust_cell_length(width, base)
