"""The list of this program, alone on the screen: `feed_list ROWS [theme] [jump] [bare]`."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.binding import Binding

from mdetui.widgets.feed_table import FeedTable
from mdetui.widgets.themes import load_themes
from tests.perf.apps.rows import COLUMNS, context, feed_of


class FeedApp(App[None]):
    """A FeedTable over a complete feed."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = [
        Binding("down", "move(1)"),
        Binding("up", "move(-1)"),
        Binding("pagedown", "page(1)"),
        Binding("end", "last"),
        Binding("home", "first"),
        Binding("space", "toggle_mark"),
        Binding("s", "sort"),
    ]

    def __init__(self, count: int, theme: str, *, jump: bool, scrollbar: bool) -> None:
        super().__init__()
        for found in load_themes()[0]:
            self.register_theme(found)
        self.theme = theme
        self.feed = feed_of(count)
        self.table = FeedTable(COLUMNS, self.feed, context, jump=jump, scrollbar=scrollbar)

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.table

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.table.focus()

    def action_move(self, by: int) -> None:
        """Rows."""
        self.table.move(by)

    def action_page(self, by: int) -> None:
        """Pages."""
        self.table.page(by)

    def action_last(self) -> None:
        """The end."""
        self.table.last()

    def action_first(self) -> None:
        """The start."""
        self.table.first()

    def action_toggle_mark(self) -> None:
        """A mark."""
        self.table.toggle_mark()

    def action_sort(self) -> None:
        """By severity."""
        self.table.feed_changed(self.feed.sort("severity"))
        self._go_on()

    def _go_on(self) -> None:
        if self.feed.busy:
            self.table.feed_changed(self.feed.step())
            self.set_timer(0.001, self._go_on)


if __name__ == "__main__":
    FeedApp(
        int(sys.argv[1]),
        sys.argv[2] if len(sys.argv) > 2 else "dark",
        jump="jump" in sys.argv,
        scrollbar="bare" not in sys.argv,
    ).run()
