"""LoginScreen: the profiles, the demo among them; a first-time user is told in one sentence what to press."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from mdetui import __version__
from mdetui.feeds.feed import Feed
from mdetui.keys import Key, context
from mdetui.screens.commanding import Commanding
from mdetui.screens.places import new_feed
from mdetui.views.base import Cell, Context, Line
from mdetui.views.profiles import VIEW, ProfileRow, row_of
from mdetui.widgets.bindings import bindings
from mdetui.widgets.feed_table import FeedTable
from mdetui.widgets.lines import LinesView, wrap
from mdetui.widgets.one_line import OneLine


class LoginScreen(Commanding):
    """Pick a tenant."""

    BINDINGS = bindings("login")
    DEFAULT_CSS = """
    LoginScreen #welcome { margin: 1 1 0 1; }
    LoginScreen FeedTable { margin: 0 1; }
    """

    def body(self) -> Iterable[Widget]:
        """One or two sentences, then the profiles."""
        welcome = LinesView(self._welcome(), id="welcome")
        welcome.can_focus = False
        yield welcome
        self._fit(welcome)
        self.feed: Feed = new_feed(VIEW, "")
        self.feed.add(_Profiles(self._rows()), complete=True)
        yield FeedTable(VIEW.columns, self.feed, self._drawn_with, scrollbar=False)

    def _fit(self, welcome: LinesView) -> None:
        """As high as the sentences are at this width, and an empty row."""
        width = max(10, self.app.size.width - 4)
        welcome.styles.height = sum(len(wrap(line, width)) for line in welcome.lines) + 1

    def on_resize(self) -> None:
        """The sentences may break otherwise."""
        self._fit(self.query_one("#welcome", LinesView))

    def _welcome(self) -> list[Line]:
        if len(self.shell.config.profiles) > 1:
            return [Line((Cell("Press Enter to open a tenant.", "plain"),))]
        return [
            Line(
                (
                    Cell(
                        "Press Enter to look around on the demo tenant: it is inside this program, nothing can break.",
                        "strong",
                    ),
                )
            ),
            Line(
                (Cell("To connect your own tenant, write a profile into config.toml; the README shows one.", "muted"),)
            ),
        ]

    def _drawn_with(self) -> Context:
        return Context(self.shell.clock.now())

    def _rows(self) -> list[ProfileRow]:
        return [
            row_of(profile, "signed in" if self._signed_in(name) else "not signed in")
            for name, profile in self.shell.config.profiles.items()
        ]

    def _signed_in(self, name: str) -> bool:
        session = self.shell.opened(name)
        return session is not None and session.identity is not None

    def furnished(self) -> None:
        """Nothing is waited for."""
        super().furnished()
        self.call_after_refresh(self.release)

    def focus_target(self) -> Widget | None:
        """The list."""
        return self.query_one(FeedTable)

    def draw_top(self) -> None:
        """Program and version."""
        opened = [name for name in self.shell.config.profiles if self._signed_in(name)]
        state = f"signed in: {', '.join(opened)}" if opened else "not signed in"
        self.query_one("#top", OneLine).show([Cell(f"mdetui {__version__}", "strong")], [Cell(state, "muted")])

    def hints(self) -> Sequence[Key]:
        """The login keys."""
        return context("login")

    def action_open(self) -> None:
        """Open the tenant under the cursor."""
        key = self.query_one(FeedTable).cursor_key
        if key is not None:
            self.shell.open_tenant(key[1])

    def on_feed_table_opened(self, event: FeedTable.Opened) -> None:
        """A click."""
        event.stop()
        self.action_open()

    def action_move(self, by: int) -> None:
        """Up and down."""
        self.query_one(FeedTable).move(by)

    def action_page(self, by: int) -> None:
        """Pages."""
        self.query_one(FeedTable).page(by)

    def action_half_page(self, by: int) -> None:
        """Half pages."""
        self.query_one(FeedTable).half_page(by)

    def action_first(self) -> None:
        """First."""
        self.query_one(FeedTable).first()

    def action_end(self) -> None:
        """Last."""
        self.query_one(FeedTable).last()

    def action_preview(self, by: int) -> None:
        """There is no preview here."""


class _Profiles:
    """The profiles as one batch."""

    raw = None

    def __init__(self, rows: list[ProfileRow]) -> None:
        self.rows = rows
