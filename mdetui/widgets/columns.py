"""Which columns a list shows at a width, and how wide each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from mdetui.views.base import Column

# cells at the left edge: the cursor's bar and the sign of a mark
EDGE = 2
GAP = 1
# no column that grows is squeezed below this
NARROWEST = 6


class Placed(NamedTuple):
    """A column and its room."""

    column: Column
    width: int


def lay_out(columns: Sequence[Column], width: int, *, screen: int | None = None, utc: bool = False) -> list[Placed]:
    """Columns for a list of this width.

    Args:
        columns: All columns of the view; what stands further left matters more.
        width: Cells of the list, its edge included.
        screen: Width by which columns are chosen; the list's own when None.
        utc: Whether times are shown where ages were: they need more room.

    When even the columns that are always shown do not fit, those that grow are squeezed, then columns are dropped from
    the right.
    """
    shown = [column for column in columns if column.at <= (width if screen is None else screen)]
    room = width - EDGE
    if utc:
        shown = [replace(column, width=max(column.width, column.utc)) for column in shown]
    # what appears only on wide screens goes first
    while len(shown) > 1 and _needed(shown) > room and max(column.at for column in shown) > 0:
        shown.remove(max(reversed(shown), key=lambda column: column.at))
    widths = [column.width for column in shown]
    over = sum(widths) + GAP * (len(shown) - 1) - room
    for index, column in enumerate(shown):
        if over > 0 and column.grow:
            squeezed = min(over, max(0, widths[index] - NARROWEST))
            widths[index] -= squeezed
            over -= squeezed
    while len(shown) > 1 and over > 0:
        shown.pop()
        over -= widths.pop() + GAP
    if over > 0 and shown:
        widths[0] = max(0, widths[0] - over)
    _share(shown, widths, -over)
    return [Placed(column, size) for column, size in zip(shown, widths, strict=True)]


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def _share(columns: Sequence[Column], widths: list[int], spare: int) -> None:
    """Give what is left over to the columns that grow, by their shares; the rounding goes to the first of them."""
    total = sum(column.grow for column in columns)
    if spare <= 0 or not total:
        return
    first = next(index for index, column in enumerate(columns) if column.grow)
    left = spare
    for index, column in enumerate(columns):
        part = spare * column.grow // total
        widths[index] += part
        left -= part
    widths[first] += left
