"""Draws the lines of a list: rows, header, notes. Knows columns and styles, not where the cursor or the feed is.

Bytes count here: a change of style costs up to 40 of them on every line, so neighbours of one style become one piece,
blanks take the style of what stands before them, and with an ansi theme the terminal's own colours are not named.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from mdetui.feeds.arrangement import Settings
from mdetui.feeds.entry import Entry
from mdetui.feeds.marks import Mark
from mdetui.views.base import Cell, Column, Context, Line
from mdetui.widgets.cell_styles import cell_styles
from mdetui.widgets.cells import clean, cut, fit
from mdetui.widgets.columns import EDGE, GAP, lay_out
from mdetui.widgets.lean_strip import LeanStrip
from mdetui.widgets.lines import wrap
from mdetui.widgets.painted import Drawn, Piece

BAR = "▌"
NOTHING = "-"
SIGNS = {Mark.NONE: " ", Mark.SOME: "○", Mark.ALL: "●"}
# what these say is not said louder on the row under the cursor; fewer styles there, fewer bytes for each key
QUIET = frozenset(("plain", "muted", "link"))


class RowStrips:
    """Draws for one widget at one width and one set of styles; a new one is made when any of them changes.

    Args:
        widget: Whose component classes give the styles.
        columns: All columns of the view.
        width: Cells of a line.
        screen: Width by which columns are chosen.
        utc: Whether times are shown in place of ages.
        counted: Whether the lines are counted groups; the columns say by what.
        margin: Cells that stay blank at the right edge. Beside a scrollbar there is one: a line that ends where the
            scrollbar begins makes Textual go there for nothing.
    """

    def __init__(
        self,
        widget: Widget,
        columns: Sequence[Column],
        width: int,
        screen: int,
        utc: bool,
        margin: int = 0,
        counted: bool = False,
    ) -> None:
        self.width = width
        self.utc = utc
        self._margin = margin
        self._counted = counted
        self._room = max(0, width - margin)
        self.columns = lay_out(columns, self._room, screen=screen, utc=utc)
        growing = [index for index, placed in enumerate(self.columns) if placed.column.grow]
        # where the number of repeats is written
        self._main = growing[0] if growing else 0
        native = widget.app.native_ansi_color
        self._base = _lean(widget.rich_style, native)
        self._cursor = _lean(widget.get_component_rich_style("feed-table--cursor"), native)
        self._header = _lean(widget.get_component_rich_style("feed-table--header"), native)
        self._mark = _lean(widget.get_component_rich_style("feed-table--mark"), native)
        components = {name: _lean(style, native) for name, style in cell_styles(widget.app).items()}
        self._cells = {name: _over(self._base, style) for name, style in components.items()}
        self._cells["plain"] = self._base
        self._cursor_cells = {
            name: self._cursor if name in QUIET else _over(self._cursor, style) for name, style in components.items()
        }
        self.blank = self._draw([(" " * width, self._base)])

    def row(self, entry: Entry, context: Context, *, cursor: bool, why: str | None) -> Drawn:
        """A row.

        Args:
            entry: The line of the feed.
            context: What cells depend on.
            cursor: Whether the cursor is here.
            why: Why the row could not be read; it is drawn as that.
        """
        styles = self._cursor_cells if cursor else self._cells
        row = self._cursor if cursor else self._base
        cells: list[Piece] = []
        if why is not None:
            cells.append((fit(_bad(entry.item, why), max(0, self._room - EDGE)), styles["state.bad"]))
        for index, (column, width) in enumerate(self.columns if why is None else ()):
            if index:
                cells.append((" " * GAP, row))
            text, style = _cell(column, entry if entry.total else entry.item, context)
            if index == self._main and (entry.count > 1 or entry.repeat) and not entry.total:
                text = _repeats(text, entry, width, column.keep)
            # a dash is quiet enough without a style of its own
            found = row if text == NOTHING else styles.get(style, row)
            cells.append((fit(text, width, right=column.right, keep=column.keep), found))
        return self._draw([*self._edge(entry.mark, cursor, cells[0][1] if cells else row), *cells])

    def _edge(self, mark: Mark, cursor: bool, style: Style) -> list[Piece]:
        """The left edge: the bar takes the style of the first cell, so it repeats the severity."""
        bar = BAR if cursor else " "
        if mark is Mark.NONE:
            return [(bar + SIGNS[mark], style)]
        return [(bar, style), (SIGNS[mark], _over(self._cursor if cursor else self._base, self._mark))]

    def header(self, settings: Settings) -> Drawn:
        """The titles; an arrow stands at the column sorted by, and the fold is said. One that is empty leaves its room to
        the one before."""
        texts = [" " * EDGE]
        for index, (column, width) in enumerate(self.columns):
            title = f"{column.title} UTC" if self.utc and column.utc else column.title
            if column.id == settings.sort:
                title += "↓" if settings.descending else "↑"
            if settings.fold and index == self._main and not self._counted and cell_len(title) + 8 <= width:
                title += " folded"
            # a title may use the gap behind it, so that an arrow fits beside a single letter
            rest = list(takewhile(lambda placed: not placed.column.title, self.columns[index + 1 :]))
            room = width + sum(GAP + placed.width for placed in rest)
            if not column.right and index + 1 + len(rest) < len(self.columns):
                room += GAP
            if title:
                texts.append(fit(title, room, right=column.right))
            if column.right and index + 1 < len(self.columns):
                texts.append(" " * GAP)
        return self._draw([(fit("".join(texts), self._room), self._header)])

    def note(self, text: str, style: str = "muted") -> Drawn:
        """A line of text in place of a row."""
        return self._draw([(fit(" " * EDGE + clean(text), self._room), self._cells[style])])

    def notes(self, title: str, todo: str, style: str) -> list[Drawn]:
        """What stands in the body when there are no rows: what is the case, and what to do."""
        drawn = [self.blank]
        for text, name in ((title, style), (todo, "muted")):
            if text:
                rows = wrap(Line((Cell(clean(text)),)), max(1, self._room - 2 * EDGE))
                drawn += [self.note("".join(cell.text for cell in row), name) for row in rows]
        return drawn

    def _draw(self, pieces: Sequence[Piece]) -> Drawn:
        joined: list[Piece] = []
        for text, style in pieces:
            if joined and text:
                before, last = joined[-1]
                if style == last or (text.isspace() and _same_blank(style, last)):
                    joined[-1] = (before + text, last)
                    continue
                if before.isspace() and _same_blank(style, last):
                    joined[-1] = (before + text, style)
                    continue
            if text:
                joined.append((text, style))
        size = sum(cell_len(text) for text, _ in joined)
        if size < self.width:
            # not even the first column fits, or the margin
            joined.append((" " * (self.width - size), self._base))
        strip = LeanStrip([Segment(text, style) for text, style in joined], max(size, self.width)).crop(0, self.width)
        end = self.width - self._margin
        text, style = joined[-1]
        if _same_blank(style, self._base):
            end = min(end, self.width - len(text) + len(text.rstrip(" ")))
        return Drawn(LeanStrip.of(strip), end, tuple(joined))


def _same_blank(one: Style, other: Style) -> bool:
    """Whether blanks look the same in both styles."""
    plain = not (one.underline or one.reverse or one.strike or other.underline or other.reverse or other.strike)
    return plain and one.bgcolor == other.bgcolor


def _bad(item: Any, why: str) -> str:
    return f"? {getattr(item, 'id', '') or 'no id'}  could not be read: {why}"


def _cell(column: Column, item: Any, context: Context) -> Cell:
    try:
        return column.cell(item, context)
    except Exception:
        # the service sent something no view has thought of: one cell says so, the list goes on
        return Cell("?", "state.bad")


def _repeats(text: str, entry: Entry, width: int, keep: str) -> str:
    """The text with the number of its repeats, or set in when it is one of them."""
    if entry.repeat:
        return f"└ {text}"
    sign = f" x{entry.count}" + (" ▾" if entry.opened else "")
    return cut(clean(text), max(0, width - cell_len(sign)), keep) + sign


def _lean(style: Style, native: bool) -> Style:
    """The style without colours that the terminal has by itself."""
    color, back = style.color, style.bgcolor
    if native:
        color = None if color is None or color.is_default else color
        back = None if back is None or back.is_default else back
    return _attributes(style) + Style(color=color, bgcolor=back)


def _over(row: Style, cell: Style) -> Style:
    """A cell's colour and weight on a row's background."""
    return row + _attributes(cell) + Style(color=cell.color)


def _attributes(style: Style) -> Style:
    return Style(
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
        strike=style.strike or None,
    )
