"""AskScreen: one question, one line of answer."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class AskScreen(ModalScreen[str | None]):
    """Returns what was typed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", show=False, id="ask.leave", tooltip="Leave without an answer")
    ]
    DEFAULT_CSS = """
    AskScreen { align: center middle; background: transparent; }
    AskScreen > Vertical { width: 72; max-width: 94%; height: auto; background: $panel; border: round $secondary; padding: 0 1; }
    AskScreen Static { background: $panel; }
    AskScreen Input { border: none; height: 1; padding: 0; background: $background; }
    """

    def __init__(self, title: str, question: str) -> None:
        super().__init__()
        self._title = title
        self._question = question

    def compose(self) -> ComposeResult:
        """Title, question, input."""
        with Vertical():
            yield Static(self._title, markup=False)
            yield Static(self._question, markup=False)
            field = Input(compact=True)
            field.cursor_blink = False
            yield field
            yield Static("Enter answers, esc leaves", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An answer that is only blanks is none."""
        event.stop()
        self.dismiss(event.value.strip() or None)

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss(None)
