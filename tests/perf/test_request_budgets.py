"""Budgets in requests and keys: B11 to B14, counted where they arrive, at the pretend tenant."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

from mdetui import paths
from mdetui.config import Config
from mdetui.simulator.mount import Mounted
from mdetui.views.base import Line
from mdetui.widgets.tab_strip import TabStrip
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import REASON, Stage, stage
from tests.perf.table import Budgets


def reached(one: Stage, count: int) -> bool:
    """Whether so many reads have arrived."""
    return one.reads >= count


async def settled(one: Stage) -> None:
    """Until the queue stands and the preview of its first row has read what it needs."""
    await one.filled()
    reads = -1
    while reads != one.reads:
        reads = one.reads
        await asyncio.sleep(0.6)
    await one.calm()


async def test_b11_requests_until_the_first_rows(
    budgets: Budgets, start_simulator: StartSimulator, clock: HeldClock
) -> None:
    async def counted(**tenant: Any) -> int:
        # the program closes its tenant when it ends; what it remembers of the queue lies in the state folder
        mounted = start_simulator(machines=600, **tenant)
        async with stage(mounted, clock) as one:
            await one.filled()
            return mounted.journal.count("/api/alerts", "GET")

    budgets.check("B11", "requests until the first rows, first start, 30 alerts a day", await counted(alerts=3_000), 3)
    budgets.check("B11", "... when the density of the queue is remembered", await counted(alerts=3_000), 1)
    paths.memory_file().unlink()
    crowd = {"alerts": 40_000, "days": 5}
    budgets.check("B11", "... first start, 8,000 alerts a day", await counted(**crowd), 3)
    budgets.check("B11", "... when that density is remembered", await counted(**crowd), 1)


async def test_b12_requests_to_triage_one_alert(budgets: Budgets, tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.filled()
        await settled(one)
        before = one.reads
        first = one.cursor
        await one.point(lambda row: row.machine_id not in (None, first.machine_id))

        async def triage() -> None:
            await one.until(lambda: one.body.preview is not None and "user" in _text(one.body.preview.lines))
            while not one.app.screen.query(TabStrip):
                # the first Enter opens a fold where repeats are folded
                await one.press("enter")
            await one.press("2")
            await one.until_text("[Evidence]")
            await one.press("m")
            await one.until_text("isolation")
            await one.until(lambda: "reading" not in one.text)
            await one.press("escape")
            await one.press("escape")
            await one.calm()

        await triage()
        budgets.check(
            "B12", "requests to triage one alert: preview, page, evidence, its machine, back", one.reads - before, 3
        )
        again = one.reads
        await triage()
        budgets.check("B12", "... the same once more within a minute", one.reads - again, 0)


async def test_b13_keys_to_an_isolation(budgets: Budgets, tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.filled()
        row = await one.point(lambda row: row.computer_dns_name and not row.computer_dns_name.startswith("dc-"))
        keys = 0
        for key in ("a", "i"):
            await one.press(key)
            keys += 1
        await one.checked()
        sheet = one.sheet.sheet
        while sheet.focus != "action":
            right = {item.key: sorted(item.accepts)[0] for item in sheet.plan.items}
            await one.keys({**right, "reason": REASON}.get(sheet.focus, ""))
            await one.press("tab")
            keys += 1
        await one.send()
        keys += 1
        await one.until(lambda: one.writes)
        assert [asked.path for asked in one.writes] == [f"/api/machines/{row.machine_id}/isolate"]
    budgets.check("B13", "keys from the queue to an isolation sent, beside what is typed", keys, 5)


async def test_b14_requests_of_an_idle_queue(
    budgets: Budgets, start_simulator: StartSimulator, clock: HeldClock
) -> None:
    # the token outlives the hour: the sign-in goes by the real clock
    tenant = start_simulator(machines=600, alerts=3_000, arrivals=100.0, token_seconds=7_200)
    seconds = Config().refresh
    async with stage(tenant, clock) as one:
        await settled(one)
        before = one.reads
        # an hour in which alerts come and change, and nobody touches a key
        for count in range(before + 1, before + 1 + 3600 // seconds):
            clock.advance(seconds)
            one.body.refresh_rows()
            await one.until(partial(reached, one, count))
            await one.calm()
        assert one.body.feed.announced
        await settled(one)
        asked = one.reads - before
    budgets.check("B14", f"requests of an hour of an open queue, one each {seconds} s", asked, 60)


async def test_b14_the_refresh_comes_once_in_its_time(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, refresh=1) as one:
        await settled(one)
        before, begin = one.reads, time.monotonic()
        await asyncio.sleep(2.5)
        asked, passed = one.reads - before, time.monotonic() - begin
    assert 1 <= asked <= passed + 1


def _text(lines: list[Line]) -> str:
    return "\n".join("".join(cell.text for cell in line.cells) for line in lines)
