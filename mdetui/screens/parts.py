"""A part of a list as a list of its own: its rows are there already, its marks are those of the whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from mdetui.feeds.slices import SLICE
from mdetui.feeds.source import RowKey
from mdetui.screens.places import Listing, ListPlace, Place


class PartBatch:
    """Rows of another list, each with the page it came with there.

    Args:
        rows: The rows.
        pages: Their pages and indexes; None for a row that came without.
        partial: The service said that one of those pages lacks something.
    """

    def __init__(self, rows: Sequence[Any], pages: Sequence[tuple[Any, int] | None], *, partial: bool = False) -> None:
        self.rows = rows
        self.partial = partial
        self._pages = pages
        self.raw = self

    def row(self, index: int) -> bytes:
        """JSON of a row as the service sent it; nothing where it came without."""
        found = self._pages[index]
        return bytes(found[0].row(found[1])) if found is not None else b""


class PartSource:
    """Rows of another list as they are there now, once.

    Args:
        whole: The other list.
        keys: Which rows.
    """

    def __init__(self, whole: Listing, keys: Sequence[RowKey]) -> None:
        self._whole = whole
        self._keys = keys
        self.complete = False
        self.total: int | None = None

    async def next(self) -> PartBatch | None:
        """Everything that is still there."""
        if self.complete:
            return None
        self.complete = True
        feed = self._whole.feed
        rows: list[Any] = []
        pages: list[tuple[Any, int] | None] = []
        for start in range(0, len(self._keys), SLICE):
            for key in self._keys[start : start + SLICE]:
                row = feed.item(key)
                if row is not None:
                    rows.append(row)
                    pages.append(feed.raw(key))
            # keys come in between
            await asyncio.sleep(0)
        self.total = len(rows)
        return PartBatch(rows, pages)


def part_place(parent: Place, whole: Listing, keys: Sequence[RowKey], title: str, name: str) -> ListPlace:
    """Some rows of a list.

    Args:
        parent: Where the list is shown.
        whole: The list.
        keys: Which of its rows.
        title: Name in the breadcrumb.
        name: What they are, muted behind it.
    """

    listing = Listing(
        whole.view,
        whole.profile,
        query=whole.query,
        local=lambda: PartSource(whole, keys),
        learned=whole.learned,
        whole=whole,
    )
    listing.feed.fold("")
    return ListPlace(parent.profile, listing, name, parent, title)
