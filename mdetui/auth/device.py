"""Signing in with a code that a person types elsewhere: the code, and the waiting for it.

MSAL polls in a loop that can't be stopped, so this module owns the loop: one request a turn, in a daemon thread, and
between two of them nothing but a sleep, which ends at once when the task is cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from mdetui.auth import hints
from mdetui.auth.grant import Passing, Sealed
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.threads import in_daemon

if TYPE_CHECKING:
    import httpx

    from mdetui.auth.msal_app import MsalApp
    from mdetui.auth.public import Poll, SignedIn

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
    _flow: Sealed[dict[str, Any]] = field(repr=False, compare=False)
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


def ask_for_code(
    profile: Profile, transport: httpx.BaseTransport, audience: str, claims: str | None, clock: Clock
) -> DeviceCode:
    """A new code. Blocks.

    Raises:
        SignInError: There is none.
    """
    from mdetui.auth.msal_app import MsalApp
    from mdetui.auth.public import start_device

    flow = start_device(MsalApp(profile, transport), profile.scope_of(audience), claims)
    said = flow.reveal()
    lives = said["expires_in"]
    return DeviceCode(
        user_code=said["user_code"],
        url=said["verification_uri"],
        expires_at=clock.now() + timedelta(seconds=lives),
        interval=min(max(said["interval"], _FASTEST), _SLOWEST),
        audience=audience,
        _flow=flow,
        _claims=claims,
        _deadline=clock.monotonic() + lives,
    )


async def wait_for_person(
    profile: Profile,
    transport: httpx.BaseTransport,
    code: DeviceCode,
    clock: Clock,
    changed: Callable[[Waiting], None],
) -> SignedIn:
    """Poll until the person has used the code.

    Raises:
        SignInError: They did not, or were refused.
    """
    poller = _Poller(profile, transport, code)
    interval = code.interval
    told = Waiting("waiting", interval)
    changed(told)
    slowed = False
    while True:
        # first the pause: nobody types that fast, and it is what RFC 8628 asks for
        await clock.sleep(interval)
        if clock.monotonic() >= code._deadline:
            # what the authority would say, were it asked once more
            answer = {"error": "expired_token", "error_codes": [70020]}
            raise hints.refused(profile, profile.scope_of(code.audience), answer)
        try:
            poll = await in_daemon(poller.poll, name=f"sign-in {profile.name}")
        except Passing as error:
            now = Waiting("trouble", interval, error.what.rstrip("."))
        else:
            if poll.signed is not None:
                return poll.signed
            if poll.state == "slower":
                interval, slowed = min(interval + _SLOWER, _SLOWEST), True
            now = Waiting("slowed" if slowed else "waiting", interval)
        if now != told:
            told = now
            changed(now)


class _Poller:
    """Polls with one app object until that one has met trouble: MSAL would repeat it for a minute without asking."""

    def __init__(self, profile: Profile, transport: httpx.BaseTransport, code: DeviceCode) -> None:
        self._profile = profile
        self._transport = transport
        self._code = code
        self._app: MsalApp | None = None

    def poll(self) -> Poll:
        """One request. Blocks."""
        from mdetui.auth.msal_app import MsalApp
        from mdetui.auth.public import poll

        app, self._app = self._app, None
        if app is None:
            app = MsalApp(self._profile, self._transport)
        code = self._code
        result = poll(app, code._flow, self._profile.scope_of(code.audience), code._claims)
        self._app = app
        return result
