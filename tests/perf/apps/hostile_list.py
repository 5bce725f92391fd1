"""A list of 200 hostile texts behind columns that clean nothing: `hostile_list [theme]`."""

from __future__ import annotations

import sys
from itertools import islice, product

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from mdetui.feeds.feed import Feed
from mdetui.feeds.shape import Shape
from mdetui.views.base import Cell, Column
from mdetui.widgets.feed_table import FeedTable
from mdetui.widgets.lean_compositor import LeanCompositor
from tests.perf.apps.rows import context
from tests.perf.apps.theme import wear

ATTACKS = (
    "\x1b[2J", "\x1b]52;c;aGk=\x07", "\x1b]0;owned\x1b\\", "\x1bP1$r\x1b\\", "\x1b[6n", "\x1b[?1002h", "\x9b2J", "\x9d0;x\x9c",
    "\x00", "\x07", "\x08\x08\x08", "\r", "\n", "\t", "\x7f", "\x0e", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff",
    "\u2028", "\U000e0041", "\ud800", "\uffff", "[bold red]", "[@click=app.quit]x[/]", "%s{}$(x)", "\u0301" * 40, "日本語",
    "🦠", "🇩🇪", "👍🏽", "\ufe0f", "ﷺ", "가", "x" * 100_000, "\u115f", "é", "\u0e33",
)  # fmt: skip
FRAMES = ("{}", "cmd.exe {} /c", "{0}{0}{0}", "\u202e{}exe.doc", "{}" + "y" * 300)


def texts() -> list[str]:
    """200 of them."""
    return [frame.format(attack) for frame, attack in islice(product(FRAMES, ATTACKS), 200)]


class Numbered:
    """The rows: numbers of texts."""

    raw = None
    rows = range(1, 201)


class HostileApp(App[None]):
    """The list alone."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [Binding("pagedown", "page")]

    def __init__(self, theme: str) -> None:
        super().__init__()
        wear(self, theme)
        found = ["", *texts()]
        columns = (
            Column("number", "N", lambda row, _: Cell(str(row)), 4, right=True),
            Column("text", "TEXT", lambda row, _: Cell(found[row], "severity.high"), 20, grow=2),
            Column("end", "END", lambda row, _: Cell(found[row]), 20, grow=1, keep="end"),
            Column("bar", "|", lambda row, _: Cell("|"), 1),
        )
        feed = Feed(
            "hostile",
            Shape(row_id=str, bad=lambda row: found[row] if row % 7 == 0 else None, sorts={"n": lambda row: row}),
        )
        feed.add(Numbered(), complete=True)
        self.table = FeedTable(columns, feed, context)

    def get_default_screen(self) -> Screen[None]:
        """Written as the program's own screens are."""
        screen = super().get_default_screen()
        screen._compositor = LeanCompositor()
        return screen

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.table

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.table.focus()

    def action_page(self) -> None:
        """The next page."""
        self.table.page(1)


if __name__ == "__main__":
    HostileApp(sys.argv[1] if len(sys.argv) > 1 else "dark").run()
