"""OneLine: a left and a right text on one line; the top line and the bottom line are made of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mdetui.views.cells import Cell
from mdetui.widgets.cell_styles import cell_styles
from mdetui.widgets.lean_cells import strip_of, styled


def width_of(cells: Sequence[Cell]) -> int:
    """Columns that cells take."""
    return sum(cell_len(cell.text) for cell in cells)


def changed(before: Sequence[Cell], now: Sequence[Cell]) -> tuple[int, int]:
    """Columns (from, to) between which two lines differ; (0, 0) when they look the same."""
    old, new = ([(char, cell.style) for cell in line for char in cell.text] for line in (before, now))
    if old == new:
        return 0, 0
    size = max(width_of(before), width_of(now))
    first = next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(old))
    tail = 0
    if width_of(before) == width_of(now):
        shortest = min(len(old), len(new)) - first
        while tail < shortest and old[-1 - tail] == new[-1 - tail]:
            tail += 1
    # what stands on the character before it goes with that
    while first and any(not cell_len(line[first][0]) for line in (old, new) if first < len(line)):
        first -= 1
    while tail and not cell_len(new[-tail][0]):
        tail -= 1
    ending = sum(cell_len(char) for char, _ in new[len(new) - tail :])
    return sum(cell_len(char) for char, _ in new[:first]), size - ending


# cells that are left of a text which gives way
_LEAST = 6


class OneLine(Widget):
    """One line that fits: when the room is short the left text is cut, never the right one. Repaints what changed."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.left: tuple[Cell, ...] = ()
        self.right: tuple[Cell, ...] = ()
        self._yielding: tuple[int, ...] = ()

    def show(
        self, left: Sequence[Cell] | None = None, right: Sequence[Cell] | None = None, yielding: Sequence[int] = ()
    ) -> None:
        """Replace one or both texts.

        Args:
            left: None leaves it as it is.
            right: None leaves it as it is.
            yielding: Places in `left` of the texts that give way first, in that order; then it is cut from its end.
        """
        new_left = self.left if left is None else tuple(left)
        new_right = self.right if right is None else tuple(right)
        before = self.line()
        self.left, self.right = new_left, new_right
        if left is not None:
            self._yielding = tuple(yielding)
        self.refresh_since(before)

    def refresh_since(self, before: Sequence[Cell]) -> None:
        """Paint the part of the line that looked otherwise before."""
        start, end = changed(before, self.line())
        if end > start:
            self.refresh(Region(start, 0, end - start, 1))

    def line(self) -> list[Cell]:
        """The whole line: one column of margin on each side."""
        width = self.size.width
        right_width = width_of(self.right)
        room = width - right_width - (4 if self.right else 2)
        left = self.fitted_left(max(0, room))
        gap = max(0, width - 2 - right_width - width_of(left))
        return [Cell(" "), *left, Cell(" " * gap), *self.right, Cell(" ")]

    def fitted_left(self, room: int) -> list[Cell]:
        """The left text, cut to `room` columns."""
        left = list(self.left)
        over = width_of(left) - room
        for index in self._yielding:
            size = cell_len(left[index].text)
            if over > 0 and size > _LEAST:
                kept = max(_LEAST, size - over)
                left[index] = _shortened(left[index], kept)
                over -= size - kept
        cells: list[Cell] = []
        for cell in left:
            size = cell_len(cell.text)
            if size > room:
                if room > 1:
                    cells.append(_shortened(cell, room))
                break
            cells.append(cell)
            room -= size
        return cells

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line, written in as few bytes as it takes."""
        base = self.rich_style
        strip: Strip = strip_of(styled(self.line(), base, cell_styles(self.app)), self.size.width, base)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return [strip.crop(*crop.column_span)]


def _shortened(cell: Cell, room: int) -> Cell:
    return Cell(set_cell_size(cell.text, room - 1) + "…", cell.style)
