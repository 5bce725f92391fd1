"""Curtain: the first frame of the program: a top line, an empty body, a bottom line with the keys.

It imports next to nothing, so that it stands as soon as Textual does; what is behind it is imported once it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from mdetui.screens.in_order import KeyScreen
from mdetui.views.cells import Cell
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp


class Curtain(KeyScreen):
    """Drawn once, then gone. Keys that are typed meanwhile are handed on.

    Args:
        profile: The profile that is being opened, "" for the login screen.
        drawn: Called once it is on the screen.
    """

    DEFAULT_CSS = """
    Curtain { layout: vertical; background: $background; }
    Curtain > #top { background: $panel; }
    Curtain > Container { height: 1fr; }
    """

    def __init__(self, profile: str, drawn: Callable[[], None]) -> None:
        super().__init__()
        self._profile = profile
        self._drawn = drawn
        self._typed: list[events.Key] = []

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield OneLine(id="top")
        yield Container()
        yield BottomLine()

    def on_mount(self) -> None:
        """What is known without asking."""
        top = self.query_one("#top", OneLine)
        keys_of = cast("MdetuiApp", self.app).keys_of
        if self._profile:
            top.show([Cell(f"{self._profile} › "), Cell("alerts", "strong")], [Cell("signing in", "muted")])
            self.query_one(BottomLine).show_keys(keys_of("alerts"))
        else:
            top.show([Cell("mdetui", "strong")])
            self.query_one(BottomLine).show_keys(keys_of("login"))

    def composed(self) -> None:
        """On the screen, once: Textual would draw the same a second time."""
        if not self.held and self.query_one("#top").size.width:
            self.hold()
            self.app.call_next(self._go)

    def _go(self) -> None:
        self._drawn()
        for event in self._typed:
            self.app.post_message(events.Key(event.key, event.character))

    async def take_key(self, event: events.Key) -> None:
        """Typed before there was anything to act on."""
        self._typed.append(event)
