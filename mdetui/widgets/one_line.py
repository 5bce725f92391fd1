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


class OneLine(Widget):
    """One line that fits: when the room is short the left text is cut, never the right one. Repaints what changed."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.left: tuple[Cell, ...] = ()
        self.right: tuple[Cell, ...] = ()

    def show(self, left: Sequence[Cell] | None = None, right: Sequence[Cell] | None = None) -> None:
        """Replace one or both texts; None leaves a side as it is."""
        new_left = self.left if left is None else tuple(left)
        new_right = self.right if right is None else tuple(right)
        if (new_left, new_right) == (self.left, self.right):
            return
        old_width = width_of(self.right)
        only_right = new_left == self.left and width_of(new_right) == old_width
        self.left, self.right = new_left, new_right
        if only_right and 0 < old_width < self.size.width:
            self.refresh(Region(self.size.width - old_width - 1, 0, old_width + 1, 1))
        else:
            self.refresh()

    def fitted_left(self, room: int) -> list[Cell]:
        """The left text, cut to `room` columns."""
        cells: list[Cell] = []
        for cell in self.left:
            size = cell_len(cell.text)
            if size > room:
                if room > 1:
                    cells.append(Cell(set_cell_size(cell.text, room - 1) + "…", cell.style))
                break
            cells.append(cell)
            room -= size
        return cells

    def render_lines(self, crop: Region) -> list[Strip]:
        """The line: one column of margin on each side, written in as few bytes as it takes."""
        width = self.size.width
        right_width = width_of(self.right)
        room = width - right_width - (4 if self.right else 2)
        left = self.fitted_left(max(0, room))
        gap = max(0, width - 2 - right_width - width_of(left))
        cells = [Cell(" "), *left, Cell(" " * gap), *self.right, Cell(" ")]
        base = self.rich_style
        strip: Strip = strip_of(styled(cells, base, cell_styles(self.app)), width, base)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return [strip.crop(*crop.column_span)]
