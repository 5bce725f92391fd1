"""The bar: one input line for commands (`:`) and for the local filter (`/`), in place of the bottom line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from mdetui.keys import context


class Bar(Horizontal):
    """An input with a sign in front and a hint behind.

    `Changed` comes on every key that changes the text. Enter, Tab, escape and the arrows are handed over by the app,
    in order with all other keys, and go to whoever opened the bar.
    """

    SPECIAL = frozenset(pressed for key in context("bar") for pressed in key.keys.split(","))
    # keys by which Textual's input is edited
    EDITS = frozenset(
        pressed for bound in Input.BINDINGS if isinstance(bound, Binding) for pressed in bound.key.split(",")
    )

    class Owner(Protocol):
        """Who opens the bar."""

        async def bar_submitted(self, sign: str, text: str) -> None:
            """Enter."""

        async def bar_completed(self, sign: str, text: str) -> None:
            """Tab."""

        async def bar_left(self, sign: str, text: str) -> None:
            """Escape."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; display: none; }
    Bar.-open { display: block; }
    Bar > #bar-sign { width: auto; padding: 0 0 0 1; text-style: bold; }
    Bar > #bar-hint { width: auto; max-width: 60%; padding: 0 1; color: $text-muted; }
    Bar > Input { width: 1fr; height: 1; border: none; padding: 0; background: transparent; }
    Bar > Input:focus { border: none; background: transparent; }
    """

    class Changed(Message):
        """The text changed."""

        def __init__(self, sign: str, text: str) -> None:
            super().__init__()
            self.sign = sign
            self.text = text

    def __init__(self, owner: Owner, typed: dict[str, list[str]] | None = None) -> None:
        """Make a bar.

        Args:
            owner: Who opens it.
            typed: Lines typed so far by sign, newest last; it grows here.
        """
        super().__init__(id="bar")
        self.owner = owner
        self.sign = ""
        self._history: dict[str, list[str]] = typed if typed is not None else {}
        self._at = 0
        # what was being typed when the first older line was asked for
        self._draft = ""

    def compose(self) -> ComposeResult:
        """Sign, input, hint."""
        yield Static("", id="bar-sign", markup=False)
        field = Input(id="bar-input", compact=True, select_on_focus=False)
        # a blinking cursor writes to the terminal twice a second
        field.cursor_blink = False
        yield field
        yield Static("", id="bar-hint", markup=False)

    @property
    def input(self) -> Input:
        """The input itself."""
        return self.query_one(Input)

    @property
    def is_open(self) -> bool:
        """Whether a person is typing here."""
        return self.has_class("-open")

    def open(self, sign: str, text: str, hint: str) -> None:
        """Show the bar and take the focus."""
        self.sign = sign
        self._at = 0
        self.query_one("#bar-sign", Static).update(sign)
        self.hint(hint)
        self.add_class("-open")
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        # at once: the next key may be here already
        self.screen.set_focus(self.input)

    def hint(self, text: str) -> None:
        """What stands behind the input."""
        self.query_one("#bar-hint", Static).update(text)

    def close(self) -> None:
        """Hide the bar. Who opened it gives the focus back."""
        self.remove_class("-open")

    def remember(self, text: str) -> None:
        """Keep a line for the arrow keys, newest last, without repeats."""
        lines = self._history.setdefault(self.sign, [])
        if text in lines:
            lines.remove(text)
        lines.append(text)
        del lines[:-50]

    def history(self, sign: str) -> Sequence[str]:
        """The lines typed so far for a sign."""
        return tuple(self._history.get(sign, ()))

    def set_text(self, text: str) -> None:
        """Replace what was typed (completion)."""
        self.input.value = text
        self.input.cursor_position = len(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass it on as our own message."""
        event.stop()
        self.post_message(self.Changed(self.sign, event.value))

    async def take_key(self, pressed: str) -> None:
        """One of the `SPECIAL` keys: runs what the key table says."""
        action = next(key.action for key in context("bar") if pressed in key.keys.split(","))
        await getattr(self, f"bar_{action}")()

    async def bar_submit(self) -> None:
        """Enter."""
        await self.owner.bar_submitted(self.sign, self.input.value)

    async def bar_leave(self) -> None:
        """Escape."""
        await self.owner.bar_left(self.sign, self.input.value)

    async def bar_complete(self) -> None:
        """Tab."""
        await self.owner.bar_completed(self.sign, self.input.value)

    async def bar_older(self) -> None:
        """The line before."""
        self._step(1)

    async def bar_newer(self) -> None:
        """The line after."""
        self._step(-1)

    def _step(self, by: int) -> None:
        lines = self._history.get(self.sign, [])
        if not self._at:
            self._draft = self.input.value
        self._at = max(0, min(len(lines), self._at + by))
        self.set_text(lines[-self._at] if self._at else self._draft)
