"""The list of this program, alone on the screen: `feed_list ROWS [theme] [jump] [bare]`.

Letters do what a screen would do: sort, fold, filter, let rows arrive above, let time go on, paint everything anew.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from mdetui.feeds.entry import Change
from mdetui.widgets.feed_table import FeedTable
from mdetui.widgets.lean_compositor import LeanCompositor
from tests.perf.apps.rows import COLUMNS, Numbers, context, feed_of
from tests.perf.apps.theme import wear


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
        Binding("enter", "toggle_fold"),
        Binding("s", "sort"),
        Binding("f", "fold"),
        Binding("slash", "filter"),
        Binding("a", "arrive"),
        Binding("t", "later"),
        Binding("r", "repaint"),
    ]

    def __init__(self, count: int, theme: str, *, jump: bool, scrollbar: bool) -> None:
        super().__init__()
        wear(self, theme)
        self.feed = feed_of(count)
        self.now = context()
        self.arrived = 0
        self.table = FeedTable(COLUMNS, self.feed, lambda: self.now, jump=jump, scrollbar=scrollbar)

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

    def action_toggle_fold(self) -> None:
        """The repeats of the row."""
        self.table.toggle_fold()

    def action_sort(self) -> None:
        """By severity, and back."""
        self._changed(self.feed.sort("" if self.feed.sort_column else "severity"))

    def action_fold(self) -> None:
        """Repeats, and back."""
        self._changed(self.feed.fold("" if self.feed.fold_name else "repeats"))

    def action_filter(self) -> None:
        """Some rows, and back."""
        self._changed(self.feed.set_filter("" if self.feed.filter else "task"))

    def action_arrive(self) -> None:
        """Three rows from the future, where the order has them on top."""
        self.arrived += 3
        self._changed(self.feed.add(Numbers(-self.arrived, 3 - self.arrived)))

    def action_later(self) -> None:
        """Twenty minutes later."""
        self.now = replace(self.now, now=self.now.now + timedelta(minutes=20))
        self.table.tick()

    def action_repaint(self) -> None:
        """The truth, whatever was painted before."""
        self.table.refresh()

    def _changed(self, change: Change) -> None:
        self.table.feed_changed(change)
        if self.feed.busy:
            self.set_timer(0.001, lambda: self._changed(self.feed.step()))


if __name__ == "__main__":
    FeedApp(
        int(sys.argv[1]),
        sys.argv[2] if len(sys.argv) > 2 else "dark",
        jump="jump" in sys.argv,
        scrollbar="bare" not in sys.argv,
    ).run()
