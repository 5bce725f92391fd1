"""What is shown when the window is too small to show a target in full. No key acts then."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static


class TooSmallScreen(ModalScreen[None]):
    """Covers everything; what lies below is kept as it is."""

    DEFAULT_CSS = """
    TooSmallScreen { align: center middle; background: $background; }
    TooSmallScreen > Static { width: auto; height: auto; max-width: 100%; text-align: center; background: $background; }
    """

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(
            "mdetui needs 60 x 15.\nMake the window larger; nothing is lost.\nKeys do nothing until then.", markup=False
        )
