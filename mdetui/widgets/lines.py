"""LinesView: styled lines that wrap and scroll; previews, pages, help and raw JSON are drawn with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len

from mdetui.views.base import Cell, Line
from mdetui.widgets.cell_styles import cell_styles
from mdetui.widgets.lean_cells import strip_of, styled
from mdetui.widgets.painted import Drawn, PaintedLines

# a word that fits no row begins a new one when fewer columns than this are left
_STUB = 12


def wrap(line: Line, width: int) -> list[list[Cell]]:
    """Break a line at spaces, or anywhere where there are none, into rows of at most `width` columns.

    A cell that ends in one space is a label: it stays with the word behind it.

    Args:
        line: Safe text; its `indent` is how far the second and later rows are set in.
        width: Columns, at least 2 (a wide character takes two).
    """
    if sum(cell_len(cell.text) for cell in line.cells) <= width:
        return [list(line.cells)]
    indent = max(0, min(line.indent, width // 2, width - 2))
    rows: list[list[Cell]] = [[]]
    room = width
    for unit in _units(line.cells):
        size = sum(cell_len(word.text) for word in unit)
        begun = len(rows[-1]) > (1 if indent and len(rows) > 1 else 0)
        if size > room and (size <= width - indent or (room < min(_STUB, width // 2) and begun)):
            room = _new_row(rows, width, indent)
            if unit[0].text.isspace():
                continue
        for word, style in unit:
            rest = word
            while cell_len(rest) > room:
                head = _prefix(rest, room)
                rows[-1].append(Cell(head, style))
                rest = rest[len(head) :]
                room = _new_row(rows, width, indent)
            rows[-1].append(Cell(rest, style))
            room -= cell_len(rest)
    return rows


def _units(cells: Sequence[Cell]) -> list[list[Cell]]:
    """What is not torn apart: a word, a run of spaces, a label and the first word behind it."""
    units: list[list[Cell]] = []
    label = False
    for cell in cells:
        words = _words(cell.text)
        for word in words:
            if label:
                units[-1].append(Cell(word, cell.style))
            else:
                units.append([Cell(word, cell.style)])
            label = False
        if len(words) > 1 and words[-1] == " ":
            units.pop()
            units[-1].append(Cell(" ", cell.style))
            label = True
    return units


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


class LinesView(PaintedLines):
    """Shows lines; wraps them to its width; scrolls by lines. Draws only what is visible and only what changed.

    Args:
        lines: What to show at first.
        rule: Where it is set off from its neighbour: by a line above, by a line on its left, or not at all. Drawn here
            and not as a CSS border, which would cost a style change on every line.
    """

    DEFAULT_CSS = """
    LinesView {
        width: 1fr;
        height: 1fr;
        overflow-x: hidden;
        overflow-y: hidden;
        scrollbar-size: 0 0;
    }
    """

    def __init__(
        self,
        lines: Sequence[Line] = (),
        *,
        rule: Literal["", "above", "left"] = "",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = list(lines)
        self._rows: list[list[Cell]] = []
        self._rule = rule
        self._known: dict[tuple[Cell, ...], Drawn] = {}

    @property
    def lines(self) -> list[Line]:
        """What is shown, unwrapped."""
        return self._lines

    @property
    def more(self) -> int:
        """Rows below the visible part."""
        return max(0, len(self._rows) - self.top - self._room)

    @property
    def rule(self) -> str:
        """Where it is set off."""
        return self._rule

    @rule.setter
    def rule(self, rule: Literal["", "above", "left"]) -> None:
        if rule != self._rule:
            self._rule = rule
            self._start_over()

    @property
    def _first(self) -> int:
        """Lines above the first row."""
        return 1 if self._rule == "above" else 0

    @property
    def _room(self) -> int:
        return max(0, self.size.height - self._first)

    @property
    def _lead(self) -> tuple[Cell, ...]:
        return (Cell("│ ", "muted"),) if self._rule == "left" else (Cell(" "),)

    def show(self, lines: Sequence[Line], *, keep: bool = False) -> None:
        """Replace the text; paints only the rows that look different.

        Args:
            lines: New text.
            keep: Stay where the person has scrolled to.
        """
        self._lines = list(lines)
        self._wrap()
        if not keep:
            self.scroll_to_line(0)
        self.repaint()

    def _wrap(self) -> None:
        # a margin of one column on each side, or the rule and a blank
        width = self.size.width - sum(cell_len(cell.text) for cell in self._lead) - 1
        self._rows = [row for line in self._lines for row in wrap(line, width)] if width > 1 else []
        self.fit_height(len(self._rows) + self._first)

    def on_resize(self) -> None:
        """The width may have changed: wrap again."""
        self._start_over()

    def notify_style_update(self) -> None:
        """Another theme: styles are looked up anew."""
        super().notify_style_update()
        if self.is_mounted:
            self._known.clear()

    def _start_over(self) -> None:
        self._known.clear()
        self._wrap()
        self.refresh()

    def scroll_lines(self, count: int) -> None:
        """Scroll by so many lines, up when negative."""
        self.scroll_to_line(self.top + count)

    def scroll_page(self, count: int) -> None:
        """Scroll by so many pages, up when negative."""
        self.scroll_lines(count * max(1, self._room - 1))

    def line_at(self, y: int) -> Drawn:
        """One line as it looks now."""
        if y < self._first:
            return self._draw((Cell("─" * self.size.width, "muted"),))
        index = y - self._first + self.top
        return self._draw((*self._lead, *(self._rows[index] if index < len(self._rows) else ())))

    def _draw(self, cells: tuple[Cell, ...]) -> Drawn:
        drawn = self._known.get(cells)
        if drawn is None:
            if len(self._known) > 500:
                self._known.clear()
            pieces = styled(cells, self.rich_style, cell_styles(self.app))
            used = sum(cell_len(text) for text, _ in pieces)
            strip = strip_of(pieces, self.size.width, self.rich_style)
            drawn = self._known[cells] = Drawn(strip, min(self.size.width, used), pieces)
        return drawn
