"""Signing in with a code that a person types elsewhere: the code, and the waiting for it.

MSAL polls in a loop that can't be stopped, so this module owns the loop: one request a turn, in a daemon thread, and
between two of them nothing but a sleep, which ends at once when the task is cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

# RFC 8628, 3.5: what slow_down adds, and the least a server may ask; MSAL spins without a pause when it is told 0
_SLOWER = 5
_FASTEST = 1
_SLOWEST = 120


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code that waits for a person. Hand it back to `TokenSource.finish_device_code`, once.

    Attributes:
        user_code: What is typed at `url`; not a secret for long, but whoever types it signs this program in.
        url: Where it is typed. The authority gives no address that holds the code already.
        expires_at: When it stops working, UTC, by the source's clock.
        interval: Seconds between two polls at the start.
        audience: What the first token will be for.
    """

    user_code: str = field(repr=False)
    url: str
    expires_at: datetime
    interval: int
    audience: str
    _flow: dict[str, Any] = field(repr=False, compare=False)
    _claims: str | None = field(repr=False, compare=False)
    _deadline: float = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the waiting goes; told whenever it changes.

    Attributes:
        state: `waiting` for the person; `slowed`: the authority asked for fewer polls; `trouble`: the authority was
            not reached or is busy, and is asked again until the code expires.
        interval: Seconds between two polls from now on.
        why: What the trouble is, one sentence without a full stop; "" otherwise.
    """

    state: Literal["waiting", "slowed", "trouble"]
    interval: int
    why: str = ""
