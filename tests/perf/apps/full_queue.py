"""The program with a queue loaded to its end, page upon page without a pause: `full_queue FILE CONFIG PROFILE`.

Nothing of it is changed but the clock: where it would wait for its own quota (100 calls a minute), the time is moved on
instead. FILE gets counts and lags; the program goes on, so that its memory can be looked at.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from mdetui import config, memory, net
from mdetui.app import MdetuiApp
from mdetui.clock import SystemClock
from mdetui.feeds.entry import Change
from mdetui.screens.list_body import ListBody
from mdetui.screens.listing import ListScreen

# the saved queue that leaves nothing out
ALL = "4"


class RushingClock(SystemClock):
    """The real time, and what was slept on top of it."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        """Wall time."""
        return super().now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return super().monotonic() + self._ahead

    async def sleep(self, seconds: float) -> None:
        """Move the time on."""
        self._ahead += max(0.0, seconds)
        await asyncio.sleep(0)


class Turns:
    """Counts rows per turn of the event loop.

    Attributes:
        most: In one turn.
    """

    def __init__(self) -> None:
        self.most = 0
        self._now = 0

    def counted(self, step: Callable[[], Change]) -> Callable[[], Change]:
        """A step of a feed that is counted."""

        def counting() -> Change:
            change = step()
            if not self._now:
                asyncio.get_running_loop().call_soon(self._next)
            self._now += change.handled
            self.most = max(self.most, self._now)
            return change

        return counting

    def _next(self) -> None:
        self._now = 0


class Heartbeat:
    """How late the loop comes to what is due.

    Attributes:
        lags: Milliseconds by the clock, several hundred a second.
        work: Milliseconds of processor time that the loop's thread spent from one beat to the next: what of a lag is
            ours, however busy the machine is.
    """

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.work: list[float] = []

    async def beat(self) -> None:
        """Beat until cancelled."""
        while True:
            before, spent = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.001)
            self.lags.append((time.perf_counter() - before) * 1000 - 1)
            self.work.append((time.thread_time() - spent) * 1000)


async def until(happened: Callable[[], object]) -> None:
    """Wait for something the program does by itself."""
    while not happened():  # noqa: ASYNC110 -- the program tells nobody
        await asyncio.sleep(0.001)


async def the_queue(pilot: Pilot[Any]) -> ListBody:
    """The list of all alerts, about to be loaded."""
    app = pilot.app

    def body() -> ListBody | None:
        return app.screen.list_body if isinstance(app.screen, ListScreen) else None

    await until(lambda: (first := body()) is not None and first.feed.loaded)
    # the start is over: the ledger was looked at, and all is imported that comes of itself
    await asyncio.sleep(2.0)
    before = body()
    await pilot.press(ALL)
    await until(lambda: body() not in (None, before))
    found = body()
    assert found is not None
    return found


def tell(told: Mapping[str, Any]) -> None:
    """Write what was found to FILE, whole or not at all."""
    file = Path(sys.argv[1])
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(told))
    draft.replace(file)


def run(walk: Callable[[Pilot[Any]], Coroutine[Any, Any, None]]) -> None:
    """Run the program of CONFIG and PROFILE with somebody at the keys."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # as the command line does
    memory.start()
    settings = config.load(sys.argv[2], profile=sys.argv[3])
    MdetuiApp(settings, net.connect, profile=settings.profile, clock=RushingClock()).run(mouse=False, auto_pilot=walk)


async def load(pilot: Pilot[Any]) -> None:
    """Load everything and tell."""
    body = await the_queue(pilot)
    feed, turns, heart = body.feed, Turns(), Heartbeat()
    feed.step = turns.counted(feed.step)  # type: ignore[method-assign]
    beating = asyncio.create_task(heart.beat())
    begin = time.perf_counter()
    while feed.more or feed.busy:
        if feed.state == "failed":
            raise RuntimeError(str(feed.error))
        if feed.state == "idle" and not feed.busy:
            body.load_on()
        await asyncio.sleep(0.001)
    seconds = time.perf_counter() - begin
    beating.cancel()
    body.table.last()
    # the collection after the start, and the compression of the last pages
    await asyncio.sleep(1.5)
    session = body.shell.session(body.listing.profile)
    raw = [feed.raw(feed.key(index)) for index in (0, len(feed) - 1)]
    told = {
        "loaded": feed.loaded,
        "seconds": seconds,
        "requests": getattr(body.listing.source, "requests", 0),
        "decoded": session.client.decoder.total,
        "decoded in a turn": session.client.decoder.most,
        "merged in a turn": turns.most,
        "worst lag": max(heart.lags),
        "worst work": max(heart.work),
        "usual work": sorted(heart.work)[int(len(heart.work) * 0.99)],
        "raw": [json.loads(page.row(index))["id"] for page, index in filter(None, raw)],
        "ids": [feed.key(index)[1] for index in (0, len(feed) - 1)],
    }
    tell(told)


if __name__ == "__main__":
    run(load)
