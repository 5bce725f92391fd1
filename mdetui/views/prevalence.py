"""What pages of domains and addresses have in common: how common the thing is in the tenant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mdetui import text
from mdetui.views.base import BLANK, Borrowed, Cell, Context, Line, fact


def head(noun: str) -> Callable[[Any, str, Context, Borrowed], list[Line]]:
    """The line at the top of the page.

    Args:
        noun: What it is called.
    """

    def lines(found: Any, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
        if found is None:
            return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
        return [
            Line(
                (Cell(f"{noun} ", "muted"), Cell(text.line(page_id), "strong"), Cell("  here ", "muted"), _here(found)),
                2,
            )
        ]

    return lines


def overview(notes: Sequence[Line] = ()) -> Callable[[Any, Context, Borrowed], list[Line]]:
    """The overview tab.

    Args:
        notes: What to know about the other tabs.
    """

    def lines(found: Any, context: Context, borrowed: Borrowed) -> list[Line]:
        return [
            fact("here", _here(found)),
            fact("first seen", text.stamp_of(found.org_first_seen)),
            fact("last seen", text.stamp_of(found.org_last_seen)),
            BLANK,
            *notes,
        ]

    return lines


def _here(found: Any) -> Cell:
    if found.here is None:
        return Cell("unknown", "muted")
    # 0 is also what the service says of what it has never seen
    return Cell("not seen" if found.here == 0 else text.plural(found.here, "machine"))
