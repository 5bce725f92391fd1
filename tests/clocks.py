"""A clock that tests hold."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


class HeldClock:
    """Stands still until `advance`; `sleep` returns when the time has been advanced past it.

    Attributes:
        slept: Seconds of every `sleep` so far.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._passed = 0.0
        self._waiting: list[tuple[float, asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since the clock was made."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody has advanced the clock so far."""
        self.slept.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((self._passed + seconds, loop, done))
        await done

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let time pass; whoever slept until then wakes at the loop's next turn."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        self._now += step
        self._passed += step.total_seconds()
        due = [entry for entry in self._waiting if entry[0] <= self._passed + 1e-9]
        self._waiting = [entry for entry in self._waiting if entry not in due]
        for _, loop, done in due:
            loop.call_soon_threadsafe(_wake, done)


def _wake(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
