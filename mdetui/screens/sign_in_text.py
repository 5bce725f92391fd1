"""What stands on the sign-in screen, as lines. The screen lays them out, nothing more."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len

from mdetui import text
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.views.base import BLANK, Cell, Line

if TYPE_CHECKING:
    from mdetui.auth.browser import BrowserFlow
    from mdetui.auth.device import DeviceCode, Waiting

# columns that the words beside a QR code need at least, and the quiet rim that cameras need around one
_BESIDE = 40
_RIM = 2
_MARGIN = 2
# what hints call the key that tries again
_AGAIN = re.compile(r"(?<=\b[Pp]ress )r\b")


def head(profile: Profile) -> str:
    """`SIGN IN contoso (global)`."""
    return f"SIGN IN {text.line(profile.name)} ({profile.cloud})"


def tenant(profile: Profile) -> str:
    """`tenant contoso.onmicrosoft.com`."""
    return f"tenant {text.line(profile.tenant, 80)}"


def trouble(error: SignInError | None, again: str = "r") -> list[Line]:
    """What went wrong, what to do, the id to quote; nothing when nothing did.

    Args:
        error: What did.
        again: The key that tries again here.
    """
    if error is None:
        return []
    lines = [Line((Cell(text.line(error.what), "state.warn"),), 2)]
    todo = _AGAIN.sub(again, text.line(error.todo)) if error.todo else ""
    if error.correlation_id:
        todo = f"{todo} (id {text.line(error.correlation_id)})".strip()
    if todo:
        lines.append(Line((Cell(todo),), 2))
    return [*lines, BLANK]


def choice(profile: Profile, error: SignInError | None) -> list[Line]:
    """Which ways there are; Enter takes the profile's own."""
    ways = (
        ("device-code", "d", "device code", "type a short code in a browser on any device"),
        ("browser", "b", "browser elsewhere", "open an address on your workstation, paste back where it ends"),
    )
    lines = trouble(error)
    for method, letter, name, what in ways:
        own = method == profile.method
        lines.append(
            Line((Cell("▌" if own else " ", "strong"), Cell(f" {letter}  ", "strong"), Cell(name.ljust(19), "strong" if own else "plain"), Cell(what)), 24)
        )  # fmt: skip
    return [
        *lines,
        BLANK,
        Line((Cell(f"{tenant(profile)}, app {text.line(profile.client_id, 40)}", "muted"),)),
        Line((Cell("Enter takes the marked one, this profile's own.", "muted"),)),
        Line((Cell("Many tenants block device codes. A browser on a managed workstation also passes policies that ask for a managed device.", "muted"),)),
    ]  # fmt: skip


def waiting(what: str) -> list[Line]:
    """Something is under way."""
    return [Line((Cell(what, "state.busy"),))]


def device(code: DeviceCode, how: Waiting | None, now: datetime, width: int, height: int, dark: bool) -> list[Line]:
    """The code, where it is typed, how long it lives."""
    left = max(0, math.ceil((code.expires_at - now).total_seconds()))
    said = {
        "slowed": "Waiting; Entra asked for fewer questions.",
        "trouble": "Waiting; the sign-in host can't be reached now: ",
    }
    state = said.get(how.state, "") if how is not None else ""
    words = [
        Line((Cell("1  Open this address in a browser, on any device:"),), 3),
        Line((Cell("   "), Cell(text.line(code.url, 400), "link")), 3),
        BLANK,
        Line((Cell("2  Type this code there, and sign in:"),), 3),
        Line((Cell("   "), Cell(text.line(code.user_code, 40), "strong")), 3),
        BLANK,
        Line((Cell(state + (text.line(how.why, 200) if how is not None else "") if state else "Waiting for you to finish there.", "state.busy"),)),
        Line((Cell(f"The code lives {left // 60}:{left % 60:02d} longer.", "muted"),)),
        BLANK,
        Line((Cell("Use only a code that you asked for yourself, here. Whoever types it signs this program in.", "muted"),)),
    ]  # fmt: skip
    return beside(words, qr(code.url, dark), width, height)


def browser(flow: BrowserFlow, typed: int, error: SignInError | None) -> list[Line]:
    """The address to open, and the place for the one it ends at.

    Args:
        flow: The attempt.
        typed: Characters that were pasted so far; they are never shown.
        error: What was wrong with the last paste.
    """
    ends = text.line(flow.redirect_uri, 120)
    shown = f"{typed:,} characters, Enter signs in" if typed else ""
    return [
        *trouble(error),
        Line((Cell("1  Open this address on your workstation (y sends it to the terminal's clipboard):"),), 3),
        Line((Cell("   "), Cell(text.line(flow.url, 4_000), "link")), 3),
        BLANK,
        Line((Cell(f"2  Sign in there. The browser ends at a page that does not load, {ends}?code=...: that is right."),), 3),
        Line((Cell("3  Copy that whole address and paste it here:"),), 3),
        Line((Cell("   > ", "muted"), Cell(shown), Cell(" ", "cursor")), 5),
        BLANK,
        Line((Cell("Paste it only here, never into a web page or a chat: whoever has it can sign in as you.", "muted"),)),
    ]  # fmt: skip


def secret(profile: Profile, what: str, typed: int, error: SignInError | None) -> list[Line]:
    """The question for a secret; what is typed is never shown, only how much of it."""
    app = text.line(profile.client_id or profile.name, 60)
    name = "The client secret of app" if what == "secret" else "The password of the certificate of app"
    return [
        *trouble(error, "Enter"),
        Line((Cell(f"{name} {app}:"),), 2),
        Line((Cell("> ", "muted"), Cell("*" * min(typed, 40)), Cell(" ", "cursor"), Cell(f"  {text.plural(typed, 'character')}" if typed else "", "muted")), 2),
        BLANK,
        Line((Cell("It is kept in memory until you quit or sign out, and written nowhere.", "muted"),)),
    ]  # fmt: skip


def qr(value: str, dark: bool) -> list[str]:
    """A QR code in half blocks; empty when the value is too long for one that a terminal can show.

    Args:
        value: What it says.
        dark: Whether the terminal is dark: cameras want dark squares on a light ground, so there the ground is drawn.
    """
    if len(value) > 120:
        return []
    import segno

    squares = [list(row) for row in segno.make(value, error="l", boost_error=False).matrix_iter(scale=1, border=_RIM)]
    if len(squares) % 2:
        squares.append([0] * len(squares[0]))
    marks = (
        {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
        if dark
        else {(0, 0): " ", (0, 1): "▄", (1, 0): "▀", (1, 1): "█"}
    )
    return [
        "".join(marks[bool(above), bool(below)] for above, below in zip(top, bottom, strict=True))
        for top, bottom in zip(squares[::2], squares[1::2], strict=True)
    ]


def beside(words: Sequence[Line], picture: Sequence[str], width: int, height: int) -> list[Line]:
    """Words with a picture on their right, or without it where there is no room for both."""
    from mdetui.widgets.lines import wrap

    side = cell_len(picture[0]) if picture else 0
    room = width - _MARGIN - side - _MARGIN
    if not picture or room < _BESIDE or len(picture) > height:
        return list(words)
    rows = [row for line in words for row in wrap(line, room)]
    if len(rows) > height:
        return list(words)
    lines = []
    for index in range(max(len(rows), len(picture))):
        row = rows[index] if index < len(rows) else []
        gap = room - sum(cell_len(cell.text) for cell in row) + _MARGIN
        drawn = picture[index] if index < len(picture) else ""
        lines.append(Line((*row, Cell(" " * gap), Cell(drawn)) if drawn else tuple(row)))
    return lines
