"""SignInScreen: a person signs in: with a code, with a browser elsewhere, or by typing an app's secret.

It starts nothing by itself: a code that nobody asked for is how device codes are abused. Leaving it, or quitting, ends
what is under way at once and leaves no account behind (`auth.source`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal, cast

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.message import Message

from mdetui.auth.browser import BrowserFlow
from mdetui.auth.device import DeviceCode, Waiting
from mdetui.auth.identity import Identity
from mdetui.auth.secret import Secret
from mdetui.errors import SignInError, SignInNeeded
from mdetui.keys import Key, context
from mdetui.screens import sign_in_text, work
from mdetui.screens.in_order import KeyScreen
from mdetui.session import Session
from mdetui.views.base import Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.clipboard import copy
from mdetui.widgets.lines import LinesView
from mdetui.widgets.one_line import OneLine

Stage = Literal["choice", "asking", "device", "browser", "redeeming", "secret", "trying"]

# seconds without Enter before it means something
QUIET = 0.4
# what may be pasted: an address with a code is a few thousand characters
_LONGEST = 32_768
# keys that each stage takes, as ids of the key table
_OFFERED: dict[Stage, frozenset[str]] = {
    "choice": frozenset({"sign_in.go", "sign_in.device", "sign_in.browser", "sign_in.again", "sign_in.leave"}),
    "asking": frozenset({"sign_in.leave"}),
    "device": frozenset({"sign_in.copy", "sign_in.copy_address", "sign_in.browser", "sign_in.again", "sign_in.leave"}),
    "browser": frozenset(
        {"sign_in.go", "sign_in.copy", "sign_in.device", "sign_in.browser", "sign_in.again", "sign_in.leave"}
    ),
    "redeeming": frozenset({"sign_in.leave"}),
    "secret": frozenset({"sign_in.go", "sign_in.leave"}),
    "trying": frozenset({"sign_in.leave"}),
}


class SignInScreen(KeyScreen):
    """One sign-in to one profile.

    Args:
        session: Whose tokens.
        done: Called with who signed in, once the screen is gone. Leaving it calls nobody.
        why: What asked for it; None when the person did.
    """

    BINDINGS = bindings("sign_in")
    DEFAULT_CSS = """
    SignInScreen { layout: vertical; background: $background; }
    SignInScreen > #top { background: $panel; }
    SignInScreen > #text { height: 1fr; margin: 1 0; }
    """

    class Got(Message):
        """A code or an address came."""

        def __init__(self, flow: DeviceCode | BrowserFlow) -> None:
            super().__init__()
            self.flow = flow

    class Goes(Message):
        """How the waiting for a person goes."""

        def __init__(self, how: Waiting) -> None:
            super().__init__()
            self.how = how

    class Failed(Message):
        """It did not work."""

        def __init__(self, error: SignInError) -> None:
            super().__init__()
            self.error = error

    class Done(Message):
        """Signed in."""

        def __init__(self, identity: Identity) -> None:
            super().__init__()
            self.identity = identity

    def __init__(self, session: Session, done: Callable[[Identity], None], why: SignInError | None = None) -> None:
        super().__init__()
        self.session = session
        self._done = done
        needed = why if isinstance(why, SignInNeeded) else None
        self._audience = needed.audience if needed is not None else "mde"
        self._claims = needed.claims if needed is not None else None
        self._asks: Literal["secret", "passphrase"] = "secret"
        self.stage: Stage = "choice"
        if needed is not None and needed.needs != "person":
            self.stage, self._asks = "secret", needed.needs
        self.error = why
        self._device: DeviceCode | None = None
        self._browser: BrowserFlow | None = None
        self._how: Waiting | None = None
        # never as a string: it may be a secret, or an address with a code
        self._typed: list[Secret] = []
        self._said = ""
        self._left = False
        self._ended: Identity | None = None
        self._entered = 0.0
        # the way that was tried last
        self._way = session.profile.method

    def compose(self) -> ComposeResult:
        """Head, text, keys."""
        yield OneLine(id="top")
        body = LinesView(id="text")
        body.can_focus = False
        yield body
        yield BottomLine()

    def on_mount(self) -> None:
        """Draw; the time that a code has left is counted down."""
        self._entered = time.monotonic()
        self.draw()
        self.set_interval(1.0, self._tick)

    def on_resize(self) -> None:
        """A picture may fit now, or not any more."""
        self.draw()

    def _tick(self) -> None:
        if self.stage == "device":
            self.draw()

    # drawing

    def draw(self) -> None:
        """As it stands now."""
        head, tenant = sign_in_text.head(self.session.profile), sign_in_text.tenant(self.session.profile)
        fits = cell_len(head) + cell_len(tenant) + 4 <= self.size.width
        self.query_one("#top", OneLine).show([Cell(head, "strong")], [Cell(tenant, "muted")] if fits else [])
        lines = self._lines()
        if self._said:
            lines = [*lines, Line(()), Line((Cell(self._said, "state.good"),))]
        self.query_one("#text", LinesView).show(lines, keep=True)
        self.query_one(BottomLine).show_keys(self.keys())

    def keys(self) -> Sequence[Key]:
        """What can be pressed now."""
        return [key for key in context("sign_in") if key.id in _OFFERED[self.stage]]

    def _lines(self) -> list[Line]:
        profile, size = self.session.profile, self.query_one("#text", LinesView).size
        if self.stage == "device" and self._device is not None:
            now, dark = self.session.now(), self.app.current_theme.dark
            return sign_in_text.device(self._device, self._how, now, size.width or self.size.width, size.height, dark)
        if self.stage == "browser" and self._browser is not None:
            return sign_in_text.browser(self._browser, self._length, self.error)
        if self.stage == "secret":
            return sign_in_text.secret(profile, self._asks, self._length, self.error)
        if self.stage == "choice":
            return sign_in_text.choice(profile, self.error)
        said = {"asking": "Asking the sign-in host ...", "redeeming": "Signing in ...", "trying": "Signing in ..."}
        return sign_in_text.waiting(said[self.stage])

    @property
    def _length(self) -> int:
        return sum(len(piece.reveal()) for piece in self._typed)

    # what is typed

    async def take_key(self, event: events.Key) -> None:
        """Where something is pasted or typed every character is a part of it, but for the first: that may be a key."""
        character = event.character if event.is_printable else None
        if self.stage in ("browser", "secret") and (self._typed or self.stage == "secret"):
            self._edit(event.key, character)
            return
        known = {
            "d": self._start_device,
            "b": self._start_browser,
            "r": self._again,
            "y": self._copy,
            "u": self._copy_address,
        }
        wanted = next((key for key in self.keys() if character is not None and key.keys == character), None)
        if wanted is not None and character in known:
            known[character]()
        elif self.stage == "browser":
            self._edit(event.key, character)

    def take_paste(self, event: events.Paste) -> None:
        """What is pasted is never shown."""
        if self.stage in ("browser", "secret"):
            self._typed.append(Secret(event.text[:_LONGEST]))
            self.draw()

    def _edit(self, key: str, character: str | None) -> None:
        if key == "backspace":
            # a paste goes as it came: in one piece
            self._typed = self._typed[:-1]
        elif key == "ctrl+u":
            self._typed = []
        elif character is not None and self._length < _LONGEST:
            self._typed.append(Secret(character))
        self.draw()

    def _take_typed(self) -> Secret:
        value, self._typed = Secret("".join(piece.reveal() for piece in self._typed)), []
        return value

    # keys

    def action_go(self) -> None:
        """Enter: the profile's own way, or what was typed."""
        before, self._entered = self._entered, time.monotonic()
        if self.stage == "choice":
            # an Enter that was held on the screen before asks for nothing
            if self._entered - before > QUIET:
                self._start(self.session.profile.method)
        elif self.stage == "browser" and self._typed and self._browser is not None:
            work.start(self, self._redeem, self._browser, self._take_typed(), group="sign-in")
            self._go("redeeming")
        elif self.stage == "secret" and (self._typed or self._kept):
            work.start(self, self._try, self._take_typed() if self._typed else None, group="sign-in")
            self._go("trying")

    @property
    def _kept(self) -> bool:
        """Whether what was typed before was not refused: it waits for another try."""
        return self.error is not None and not isinstance(self.error, SignInNeeded)

    def _start(self, method: str) -> None:
        self._way = method
        work.start(self, self._ask_for_address if method == "browser" else self._ask_for_code, group="sign-in")
        self._go("asking")

    def _start_device(self) -> None:
        self._start("device-code")

    def _start_browser(self) -> None:
        self._start("browser")

    def _again(self) -> None:
        self._start(self._way)

    def _copy(self) -> None:
        if self.stage == "device" and self._device is not None:
            self._send(self._device.user_code, "The code")
        elif self.stage == "browser" and self._browser is not None:
            self._send(self._browser.url, "The address")

    def _copy_address(self) -> None:
        if self._device is not None:
            self._send(self._device.url, "The address")

    def _send(self, value: str, name: str) -> None:
        sent = copy(self.app, value)
        self._said = f"{name} was sent to the terminal's clipboard." if sent else f"{name} is too long for a clipboard."
        self.draw()

    def action_leave(self) -> None:
        """One step back; from the first, away. What is under way ends at once."""
        self.workers.cancel_node(self)
        if self.stage in ("choice", "secret", "trying"):
            self._away()
        else:
            self.error = None
            self._go("choice")

    def action_nothing(self) -> None:
        """A key that quits other programs."""

    def _away(self, identity: Identity | None = None) -> None:
        if self._left:
            return
        if self.app.screen is not self:
            # what stands in front, a window that is too small, would be taken away in its place
            self._ended = identity
            return
        self._left = True
        self._typed, self._device, self._browser = [], None, None
        self.app.pop_screen()
        if identity is not None:
            self._done(identity)

    def on_screen_resume(self) -> None:
        """Back in front: it may have ended meanwhile."""
        if self._ended is not None:
            self._away(self._ended)

    def _go(self, stage: Stage) -> None:
        self.stage, self._said = stage, ""
        if stage in ("choice", "asking"):
            self._device = self._browser = self._how = None
        if stage not in ("browser", "secret"):
            self._typed = []
            if stage != "choice":
                self.error = None
        self.draw()

    # work beside the keys

    async def _ask_for_code(self) -> None:
        tokens = self.session.tokens
        try:
            code = await tokens.start_device_code(self._audience, claims=self._claims)
            self.post_message(self.Got(code))
            identity = await tokens.finish_device_code(code, lambda how: cast(None, self.post_message(self.Goes(how))))
        except SignInError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Done(identity))

    async def _ask_for_address(self) -> None:
        try:
            flow = await self.session.tokens.start_browser(self._audience, claims=self._claims)
        except SignInError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Got(flow))

    async def _redeem(self, flow: BrowserFlow, pasted: Secret) -> None:
        try:
            identity = await self.session.tokens.finish_browser(flow, pasted)
        except SignInError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Done(identity))

    async def _try(self, secret: Secret | None) -> None:
        tokens = self.session.tokens
        if secret is not None:
            tokens.provide_secret(secret)
        try:
            await tokens.get(self._audience, claims=self._claims)
        except SignInError as error:
            self.post_message(self.Failed(error))
        else:
            assert tokens.identity is not None
            self.post_message(self.Done(tokens.identity))

    def on_sign_in_screen_got(self, event: Got) -> None:
        """Show it."""
        event.stop()
        if self.stage != "asking":
            return
        if isinstance(event.flow, DeviceCode):
            self._device = event.flow
            self._go("device")
        else:
            self._browser = event.flow
            self._go("browser")

    def on_sign_in_screen_goes(self, event: Goes) -> None:
        """Show it."""
        event.stop()
        self._how = event.how
        if self.stage == "device":
            self.draw()

    def on_sign_in_screen_failed(self, event: Failed) -> None:
        """Back to where the person can do something about it."""
        event.stop()
        self.error = event.error
        if self.stage == "redeeming" and self._browser is not None:
            self._go("browser")
        elif self.stage == "trying":
            if isinstance(event.error, SignInNeeded) and event.error.needs != "person":
                self._asks = event.error.needs
            self._go("secret")
        elif self.stage in ("asking", "device"):
            self._go("choice")

    def on_sign_in_screen_done(self, event: Done) -> None:
        """Away, and on with what was wanted."""
        event.stop()
        self._away(event.identity)
