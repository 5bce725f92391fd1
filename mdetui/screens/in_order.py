"""InOrder: keys take effect one after another, in the order in which they were typed.

Textual forwards every key to the widget that has the focus when it arrives. Over a slow link `:write 30m` arrives in one
piece: all of it would go to the list, and `w` would be another command, before the bar that `:` opens has the focus.
So keys are handled here, in the app's own queue: the next one is looked at when the one before has done all it does,
with the screen and the focus that it left.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widget import AwaitMount

from mdetui.widgets.lean_compositor import LeanCompositor

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mdetui.widgets.bar import Bar

# seconds after a key in which the next may follow
QUIET = 2.0


class KeyScreen(Screen[None], inherit_bindings=False):
    """A screen whose keys are handled in order: bindings first, then `take_key`.

    Textual's own bindings of a screen (Tab moves the focus, ctrl+c copies) are not inherited: the key table decides.
    """

    held = False

    def __init__(self) -> None:
        super().__init__()
        self._compositor = LeanCompositor()

    def hold(self) -> None:
        """Compose nothing until `release`: what comes in pieces is drawn once. Layout and keys go on."""
        self.held = True

    def release(self) -> None:
        """Draw what has gathered."""
        if self.held:
            self.held = False
            self._compositor_refresh()

    def _compositor_refresh(self) -> None:
        # Textual 8.2.8 calls this for every layout and every round of dirty widgets; a skipped one loses nothing, the
        # dirty regions stay. `App.batch_update` would compose each time and throw the result away.
        if not self.held:
            super()._compositor_refresh()
            self.composed()

    def composed(self) -> None:
        """Something was drawn."""

    def key_came(self) -> None:
        """A key is about to do what it does."""

    async def take_key(self, event: events.Key) -> None:
        """A key that no binding wanted."""

    def take_paste(self, event: events.Paste) -> None:
        """A paste outside an input: dropped unless a screen has a use for it."""

    def open_bar_widget(self) -> Bar | None:
        """The bar, while a person types in it."""
        return None


class InOrder(App[None]):
    """The part of the app that hands out keys."""

    def __init__(self) -> None:
        super().__init__()
        self.deaf = False
        self.leaving = False
        self._arriving: AwaitMount | AwaitComplete | None = None
        self._last_key = 0.0

    @property
    def quiet(self) -> bool:
        """Whether nobody has typed for a while."""
        return time.monotonic() - self._last_key > QUIET

    def arriving(self, awaitable: AwaitMount | AwaitComplete) -> None:
        """A screen was put up: the next key waits until it stands."""
        self._arriving = awaitable

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End the program. What was typed behind that key is dropped: a screen put up now would never stand."""
        self.leaving = True
        super().exit(result, return_code, message)

    async def on_event(self, event: events.Event) -> None:
        """Hand out keys and pastes in order; everything else goes Textual's way."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self._last_key = time.monotonic()
        if self.deaf or self.leaving:
            return
        if self._arriving is not None:
            arriving, self._arriving = self._arriving, None
            await arriving
        screen = self.screen
        if not isinstance(screen, KeyScreen):
            await super().on_event(event)
        elif isinstance(event, events.Key):
            await self._key(screen, event)
        elif (bar := screen.open_bar_widget()) is not None:
            await self._type(screen, bar, event)
        else:
            screen.take_paste(event)

    async def _key(self, screen: KeyScreen, event: events.Key) -> None:
        # `_check_bindings` is what Textual's own handler of keys calls (8.2.8); a UI test types faster than it draws
        if await self._check_bindings(event.key, priority=True):
            return
        bar = screen.open_bar_widget()
        screen.key_came()
        if bar is None:
            if not await self._check_bindings(event.key):
                await screen.take_key(event)
        elif event.key in bar.SPECIAL:
            await self._handled(bar)
            await bar.take_key(event.key)
        elif event.is_printable or event.key in bar.EDITS:
            await self._type(screen, bar, event)

    async def _type(self, screen: KeyScreen, bar: Bar, event: events.Event) -> None:
        """Into the bar's input; what that has no use for would act on the list below, and was dropped before."""
        if self.focused is not bar.input:
            screen.set_focus(bar.input)
        await super().on_event(event)

    @staticmethod
    async def _handled(bar: Bar) -> None:
        """Wait until the input has seen every key that was sent to it."""
        done = asyncio.Event()
        bar.input.call_later(done.set)
        await done.wait()
