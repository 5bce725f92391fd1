"""Copying over SSH: OSC 52 to the person's own terminal, wrapped where tmux or screen stands in between.

Nobody answers OSC 52, so a screen says "sent to the terminal", never "copied".
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from textual.app import App

# Terminals drop longer sequences without a word; xterm's own limit is near 100 kB of base64.
MAX_BASE64 = 74_000
# screen cuts a device control string at 768 bytes: pieces stay below that
_SCREEN_PIECE = 700


def sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """The bytes for the terminal as text, or None when the text is too large."""
    data = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if len(data) > MAX_BASE64:
        return None
    plain = f"\x1b]52;c;{data}\x07"
    if environ.get("TMUX"):
        return "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environ.get("STY"):
        pieces = [plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE)]
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain


def copy(app: App[object], text: str) -> bool:
    """Send a text to the terminal's clipboard; False when it is too large."""
    written = sequence(text, os.environ)
    if written is None:
        return False
    driver = app._driver
    if driver is not None:
        driver.write(written)
    return True
