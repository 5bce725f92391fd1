"""How many calls may still be made, per quota family.

A sliding log of the last 60 s and 3,600 s: a token bucket would let twice the allowance through in the first minute.
The service names no rate headers and colleagues may use the same app, so this is "our use" only; a 429 closes the
family for the time it names. A person's calls come first: the background leaves a fifth of every allowance alone and
so stops itself before it starves anybody.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable

from mdetui import text
from mdetui.api import quota_file
from mdetui.api.endpoints import DEFAULT, FAMILIES, Family
from mdetui.api.quota_file import Calls
from mdetui.api.waits import Waits
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Profile

Change = Callable[[Calls], None]

_MINUTE = 60_000
_HOUR = 3_600_000
# the share of an allowance that background calls never touch
_RESERVE = 0.2
# how often and how long a lock that another instance holds is asked for, before this one goes on by itself
_TRIES = 20
_PAUSE = 0.005


class Quotas:
    """The quota of one profile.

    Args:
        profile: Tenant and app, which the service counts by.
        clock: Time; wall time, because instances share it.
        shared: Share the picture with other instances by a file. None: when the tenant is on the network; one that
            lives in this process is nobody else's.
    """

    def __init__(self, profile: Profile, clock: Clock = SYSTEM, *, shared: bool | None = None) -> None:
        self._profile = profile
        self._clock = clock
        self._shared = profile.connector == "network" if shared is None else shared
        self._calls = Calls()
        # what happened while another instance held the lock; handed in with the next call
        self._pending: list[Change] = []
        self.waits = Waits(clock)
        self.trouble = ""

    def use(self, family: str) -> tuple[int, int]:
        """Our calls of a family in the last 60 s and 3,600 s, as far as known here."""
        times = self._calls.made.get(_family(family).name, [])
        now = self._now()
        return len(times) - bisect_right(times, now - _MINUTE), len(times) - bisect_right(times, now - _HOUR)

    async def admit(self, family: str, urgent: bool = True) -> None:
        """Wait until a call may be made, and count it.

        Args:
            family: Quota family of the operation.
            urgent: A person waits; a background call also leaves the reserve alone.
        """
        kind = _family(family)
        while True:
            wait, why = await self._take(kind, urgent)
            if not wait:
                return
            with self.waits.announce(wait, why, kind.name, urgent):
                await self._clock.sleep(wait)

    def drain(self, family: str, seconds: float) -> None:
        """The service said 429: make no call of this family for so long, in any instance."""
        name = _family(family).name
        until = self._now() + int(seconds * 1000)

        def close(calls: Calls) -> None:
            calls.drained[name] = max(until, calls.drained.get(name, 0))

        close(self._calls)
        if self._shared and not self._with_file(close):
            self._pending.append(close)

    async def _take(self, family: Family, urgent: bool) -> tuple[float, str]:
        """Count a call if it may be made now: seconds to wait and why; 0 means that it was counted."""
        answer = (0.0, "")

        def decide(calls: Calls) -> None:
            nonlocal answer
            now = self._now()
            answer = _wait_of(calls, family, urgent, now)
            if not answer[0]:
                calls.add(family.name, now)

        for _ in range(_TRIES if self._shared else 0):
            if self._with_file(decide):
                return answer
            if not self._shared:
                break
            await asyncio.sleep(_PAUSE)
        self._calls.trim(self._now())
        decide(self._calls)
        if self._shared and not answer[0]:
            made = self._now()
            self._pending.append(lambda calls: calls.add(family.name, made))
        return answer

    def _with_file(self, change: Change) -> bool:
        """Change the shared picture; False when the lock is held elsewhere or the file can't be used."""
        try:
            with quota_file.opened(quota_file.file_of(self._profile)) as opened:
                if opened is None:
                    return False
                calls, handle = opened
                calls.trim(self._now())
                for earlier in self._pending:
                    earlier(calls)
                self._pending.clear()
                change(calls)
                self._calls = calls
                quota_file.save(handle, calls)
        except OSError as error:
            # the picture of this instance is still right for itself
            self._shared = False
            self.trouble = f"The quota is not shared with other windows: {text.line(error.strerror, 80)}."
            return False
        return True

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _family(name: str) -> Family:
    return FAMILIES.get(name, DEFAULT)


def _wait_of(calls: Calls, family: Family, urgent: bool, now: int) -> tuple[float, str]:
    """Seconds until a call may be made, and why; 0 when now."""
    wait, why = calls.drained.get(family.name, 0) - now, "429: the service closed this quota"
    times = calls.made.get(family.name, [])
    for window, limit, name in ((_MINUTE, family.minute, "minute"), (_HOUR, family.hour, "hour")):
        if limit is None:
            continue
        allowed = limit if urgent else max(1, int(limit * (1 - _RESERVE)))
        used = len(times) - bisect_right(times, now - window)
        if used >= allowed:
            # it goes on when so many have left the window that one fits
            frees = times[len(times) - allowed] + window - now
            if frees > wait:
                wait, why = frees, f"our {limit} calls a {name} are used"
    return (max(wait, 1) / 1000, why) if wait > 0 else (0.0, "")
