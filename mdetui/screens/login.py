"""LoginScreen: the profiles, the demo among them; a first-time user is told in one sentence what to press."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from textual.message import Message
from textual.widget import Widget

from mdetui import __version__
from mdetui.config import Profile, which_file
from mdetui.errors import MdetuiError
from mdetui.feeds.feed import Feed
from mdetui.keys import Key
from mdetui.screens import work
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

    class Ended(Message):
        """A sign-out ended."""

        def __init__(self, error: MdetuiError | None, said: Sequence[str]) -> None:
            super().__init__()
            self.error = error
            self.said = said

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
            return [Line((Cell("Press Enter to open a tenant, n to connect another.", "plain"),))]
        return [
            Line((Cell("Press Enter to look around on the demo tenant, n to connect your own.", "strong"),)),
            Line((Cell("The demo is inside this program: no network, nothing can break.", "muted"),)),
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
        """The list, once it stands."""
        return next(iter(self.query(FeedTable)), None)

    def draw_top(self) -> None:
        """Program and version."""
        opened = [name for name in self.shell.config.profiles if self._signed_in(name)]
        state = f"signed in: {', '.join(opened)}" if opened else "not signed in"
        self.query_one("#top", OneLine).show([Cell(f"mdetui {__version__}", "strong")], [Cell(state, "muted")])

    def hints(self) -> Sequence[Key]:
        """The login keys."""
        return self.keys_of("login")

    def action_open(self) -> None:
        """Open the tenant under the cursor."""
        key = self.query_one(FeedTable).cursor_key
        if key is not None:
            self.shell.open_tenant(key[1])

    @property
    def chosen(self) -> Profile | None:
        """The profile under the cursor."""
        key = self.query_one(FeedTable).cursor_key
        return self.shell.config.profiles.get(key[1]) if key is not None else None

    def dimmed(self) -> frozenset[str]:
        """The demo has nothing to change and nobody to sign out."""
        profile = self.chosen if self.is_mounted and self.query(FeedTable) else None
        own = profile is not None and profile.connector != "demo"
        return frozenset() if own else frozenset({"login.edit", "login.sign_out"})

    def action_new_profile(self) -> None:
        """A new profile."""
        self._wizard(None)

    def action_edit_profile(self) -> None:
        """Change the profile under the cursor."""
        if (profile := self._own("changed")) is None:
            return
        try:
            self.shell.hold_still(profile.name)
        except MdetuiError as error:
            self.fail(error)
        else:
            self._wizard(profile)

    def _own(self, what: str) -> Profile | None:
        profile = self.chosen
        if profile is not None and profile.connector == "demo":
            self.say(f"The demo tenant can't be {what}.", "n connects a tenant of your own.")
            return None
        return profile

    def _wizard(self, profile: Profile | None) -> None:
        from mdetui.screens.wizard import WizardScreen

        file = self.shell.config.file or which_file(None, os.environ)[0]
        self.shell.app.arriving(self.app.push_screen(WizardScreen(file, self._written, profile)))

    def _written(self, profile: Profile) -> None:
        """A profile was written: it is in force at once, and a session with the old one is over."""
        before = self.shell.adopt(profile)
        self.show_profiles()
        table = self.query_one(FeedTable)
        table.move(list(self.shell.config.profiles).index(profile.name) - table.cursor)
        if before is not None:
            work.start(self.app, before.close, group="close", alone=False)
        self.say(f"Profile {profile.name} is written. Enter opens it.")

    def action_sign_out(self) -> None:
        """Forget the tokens of the profile under the cursor."""
        if (profile := self._own("signed out of")) is not None:
            work.start(self, self._sign_out, profile.name, group="sign-out")

    async def _sign_out(self, name: str) -> None:
        try:
            said = await self.shell.sign_out(name)
        except MdetuiError as error:
            self.post_message(self.Ended(error, ()))
        else:
            self.post_message(self.Ended(None, said))

    def on_login_screen_ended(self, event: Ended) -> None:
        """Say what was forgotten and what was not revoked."""
        event.stop()
        self.show_profiles()
        if event.error is not None:
            self.fail(event.error)
        else:
            self.say(*event.said)

    def show_profiles(self) -> None:
        """The profiles as they stand now."""
        self.feed.clear()
        self.feed.add(_Profiles(self._rows()), complete=True)
        self.query_one(FeedTable).feed_changed()
        self.query_one("#welcome", LinesView).show(self._welcome())
        self.draw_top()

    def action_doctor(self) -> None:
        """Check the profile under the cursor."""
        from mdetui.screens.doctor import open_doctor

        if (profile := self.chosen) is not None:
            open_doctor(self.shell, profile.name)

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
