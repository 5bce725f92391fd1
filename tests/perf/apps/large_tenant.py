"""The program on the biggest pretend tenant, by keys: `large_tenant FILE CONFIG PROFILE`.

20,000 alerts of a million are loaded, then sorted, folded, filtered and pivoted from. FILE gets what each step cost.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual.pilot import Pilot

from mdetui.screens.list_body import ListBody
from mdetui.screens.page import PageScreen
from tests.perf.apps.full_queue import Heartbeat, run, tell, the_queue, until

ROWS = 20_000
# what puts a menu or the bar up, and what then works on the rows: only that is measured
STEPS = {
    "sort by machine": ("s", "m"),
    "fold by category": ("f", "c"),
    "every row": ("f", "0"),
    "filter": ("/", "fin"),
    "filter away": ("/", "\x1b"),
}


async def worst(pilot: Pilot[Any], body: ListBody, opens: str, keys: str) -> float:
    """Milliseconds of processor time of the busiest turn while keys do what they do to the rows."""
    await pilot.press(opens)
    await asyncio.sleep(0.3)
    heart = Heartbeat()
    beating = asyncio.create_task(heart.beat())
    for key in keys:
        await pilot.press("escape" if key == "\x1b" else key)
    await until(lambda: not body.feed.busy)
    await asyncio.sleep(0.3)
    beating.cancel()
    return max(heart.work)


async def walk(pilot: Pilot[Any]) -> None:
    """Do it all and tell."""
    body = await the_queue(pilot)
    feed = body.feed
    while feed.loaded < ROWS or feed.busy:
        if feed.state == "failed":
            raise RuntimeError(str(feed.error))
        if feed.state == "idle" and not feed.busy and feed.loaded < ROWS:
            body.load_on()
        await asyncio.sleep(0.001)
    await asyncio.sleep(1.5)
    session = body.shell.session(body.listing.profile)
    told: dict[str, Any] = {"loaded": feed.loaded, "shown": {}, "work": {}}
    for name, keys in STEPS.items():
        told["work"][name] = await worst(pilot, body, *keys)
        told["shown"][name] = len(feed)
        if name == "filter":
            await pilot.press("enter")
    before = len(session.log.entries)
    heart = Heartbeat()
    beating = asyncio.create_task(heart.beat())
    await pilot.press("m")
    await until(lambda: isinstance(pilot.app.screen, PageScreen) and pilot.app.screen.spot.entity is not None)
    await asyncio.sleep(0.5)
    beating.cancel()
    told["work"]["pivot to the machine"] = max(heart.work)
    told["requests of the pivot"] = len(session.log.entries) - before
    told["decoded in a turn"] = session.client.decoder.most
    tell(told)


if __name__ == "__main__":
    run(walk)
