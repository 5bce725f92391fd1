"""The bar: one input line for commands (`:`) and for the local filter (`/`), in place of the bottom line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from mdetui.widgets.bindings import bindings


class Bar(Horizontal):
    """An input with a mode sign in front and a hint behind.

    A person types; `Changed` comes on every key, `Submitted` on Enter, `Completed` on Tab, `Left` on escape.
    """

    BINDINGS = bindings("bar")
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

    class Submitted(Changed):
        """Enter."""

    class Completed(Changed):
        """Tab."""

    class Left(Changed):
        """Escape."""

    def __init__(self) -> None:
        super().__init__(id="bar")
        self.sign = ""
        self._history: dict[str, list[str]] = {}
        self._at = 0
        self._complete: Callable[[str], str] | None = None

    def compose(self) -> ComposeResult:
        """Sign, input, hint."""
        yield Static("", id="bar-sign", markup=False)
        yield Input(id="bar-input", compact=True, select_on_focus=False)
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
        self.input.focus()

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

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass it on as our own message."""
        event.stop()
        self.post_message(self.Submitted(self.sign, event.value))

    def action_close_bar(self) -> None:
        """Leave."""
        self.post_message(self.Left(self.sign, self.input.value))

    def action_complete(self) -> None:
        """Complete."""
        self.post_message(self.Completed(self.sign, self.input.value))

    def action_older(self) -> None:
        """The line before."""
        self._step(1)

    def action_newer(self) -> None:
        """The line after."""
        self._step(-1)

    def _step(self, by: int) -> None:
        lines = self._history.get(self.sign, [])
        self._at = max(0, min(len(lines), self._at + by))
        self.set_text(lines[-self._at] if self._at else "")
