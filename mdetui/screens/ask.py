"""AskScreen: one question, one line of answer."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from mdetui.response.fields import TextField
from mdetui.screens.confirm import with_cursor
from mdetui.screens.in_order import KeyScreen
from mdetui.views.base import BLANK, Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.lines import LinesView


class AskScreen(KeyScreen, ModalScreen[None]):
    """Calls back with what was typed; leaving it calls nobody.

    Args:
        title: First line.
        question: One sentence.
        then: Called with the answer once the question is gone.
    """

    BINDINGS = bindings("ask")
    DEFAULT_CSS = """
    AskScreen { align: center middle; background: transparent; }
    AskScreen:ansi { background: transparent; }
    AskScreen > Vertical { width: 72; max-width: 94%; height: auto; background: $panel; border: round $secondary; }
    AskScreen LinesView { height: 7; background: $panel; }
    """

    def __init__(self, title: str, question: str, then: Callable[[str], None]) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._then = then
        self._field = TextField("answer", title)
        self._left = False

    def compose(self) -> ComposeResult:
        """One text."""
        with Vertical():
            yield LinesView()

    def on_mount(self) -> None:
        """Ask."""
        self._draw()

    def _draw(self) -> None:
        typed = with_cursor(self._field.value, self._field.cursor)
        self.query_one(LinesView).show(
            [
                Line((Cell(self._title, "strong"),)),
                Line((Cell(self._question),)),
                BLANK,
                Line((Cell("> ", "muted"), *typed), 2),
                BLANK,
                Line((Cell("Enter answers, esc leaves", "muted"),)),
            ]
        )

    async def take_key(self, event: events.Key) -> None:
        """A key of the answer."""
        self._field.press(event.key, event.character)
        self._draw()

    def take_paste(self, event: events.Paste) -> None:
        """A paste is text."""
        self._field.insert(event.text)
        self._draw()

    def action_answer(self) -> None:
        """Take the answer; nothing but blanks is none."""
        answer = self._field.value.strip()
        if answer and not self._left:
            self.action_leave()
            self._then(answer)

    def action_leave(self) -> None:
        """No answer."""
        if not self._left:
            self._left = True
            self.app.pop_screen()

    def action_nothing(self) -> None:
        """A key that other programs use to quit."""
