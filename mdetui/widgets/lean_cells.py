"""Cells as a lean strip: what one line of a preview, a page or the top line becomes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mdetui.views.cells import Cell
from mdetui.widgets.lean_strip import LeanStrip

Pieces = tuple[tuple[str, Style], ...]


def styled(cells: Sequence[Cell], base: Style, styles: dict[str, Style]) -> Pieces:
    """Cells as texts and styles, over the style of the widget."""
    return tuple((cell.text, base + styles[cell.style]) for cell in cells if cell.text)


def strip_of(pieces: Pieces, width: int, base: Style) -> LeanStrip:
    """Pieces one behind the other on a line of `width` columns, the rest blank."""
    return LeanStrip.of(Strip([Segment(*piece) for piece in pieces]).adjust_cell_length(width, base))
