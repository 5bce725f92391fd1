"""The sheet in the whole program: only the deliberate way sends, and it sends what was shown."""

from __future__ import annotations

import asyncio
import json

import pytest
from textual import events

from mdetui.screens.confirm import SheetScreen
from mdetui.screens.jobs import JobScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage


async def sheet_open(one: Stage) -> str:
    """Open the isolation sheet of a machine that is not protected; its id."""
    await one.filled()
    row = await one.point(lambda row: row.computer_dns_name and not row.computer_dns_name.startswith("dc-"))
    await one.keys("ai")
    await one.checked()
    return str(row.machine_id)


async def test_the_deliberate_way_sends_what_was_shown_once(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        machine = await sheet_open(one)
        assert machine in one.text
        await one.answer("INC-2291 credential dumping")
        await one.send()
        await one.until(lambda: one.writes)
        await one.calm()
        (sent,) = one.writes
        assert sent.path == f"/api/machines/{machine}/isolate"
        body = json.loads(sent.body)
        assert body["IsolationType"] == "Full"
        assert body["Comment"].startswith("[INC-2291] credential dumping (you@contoso.com via mdetui #")
        lines = [json.loads(line) for line in one.ledger.splitlines()]
        intent = next(line for line in lines if line.get("event") == "intent")
        assert machine in json.dumps(intent)
        assert f"#{intent['id']})" in body["Comment"]


BURSTS = {
    "enter held": "\r" * 40,
    "tab held": "\t" * 41,
    "bang held": "!" * 60,
    "letters": "didydodo",
    "arrows in pieces": "\x1b[A\x1b[B\x1b[C\x1b[D" * 6,
    "everything at once": "INC-2291 credential dumping\thr-ws-015\t!",
    "tab and bang": "\t!\t!\t!\t!\t!\t!",
}


@pytest.mark.parametrize("burst", BURSTS.values(), ids=BURSTS.keys())
async def test_keys_that_come_in_a_burst_send_nothing(tenant: Mounted, clock: HeldClock, burst: str) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await sheet_open(one)
        await one.answer()
        # right behind the last typed key: too quick for any of them to count
        await one.keys("\x1b[Z\x1b[Z\t\t" + burst)
        await asyncio.sleep(0.8)
        await one.calm()
        assert not one.writes
        assert "intent" not in one.ledger


async def test_typed_ahead_from_the_queue_sends_nothing(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.filled()
        await one.keys("aiINC-2291 credential dumping\thr-ws-015\t!!!\r!")
        await asyncio.sleep(0.8)
        await one.calm()
        assert not one.writes


async def test_a_paste_is_text_and_never_a_key(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await sheet_open(one)
        await one.answer()
        await one.armed()
        await one.events([events.Paste("!!! d\r\n!")])
        await asyncio.sleep(0.8)
        assert not one.writes
        assert isinstance(one.app.screen, SheetScreen)


async def test_nothing_from_outside_sends_or_loses_anything(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        machine = await sheet_open(one)
        await one.answer("INC-2291 credential dumping")
        await one.armed()
        answers = one.sheet.sheet.answers
        await one.resize(80, 24)
        one.app.theme = "ansi" if "ansi" in one.app.available_themes else one.app.theme
        frame = one.frame
        assert frame is not None
        one.session.lock.close()
        await asyncio.sleep(0.5)
        await one.calm()
        assert not one.sheet.sheet.armed(1e12)
        assert "write lock is closed" in one.text
        await one.keys("!")
        await asyncio.sleep(0.5)
        await one.resize(40, 10)
        await one.keys("!!!!")
        await one.resize(120, 40)
        assert one.sheet.sheet.answers == answers
        assert machine in one.text
        assert not one.writes
        one.unlock()
        await asyncio.sleep(1.3)
        await one.send()
        await one.until(lambda: one.writes)
        assert [sent.path for sent in one.writes] == [f"/api/machines/{machine}/isolate"]


async def test_protected_machines_get_a_sheet_of_their_own(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30, protected=("dc-*",)) as one:
        await one.go("m")
        await one.filled()
        for name in ("dc-", "hr-", "eng-"):
            await one.keys(f"/{name}\r ")
            await one.calm()
            await one.keys("\x1b")
        await one.keys("ai")
        await one.checked()
        assert "1 protected machine left out" in one.text
        await one.answer()
        job = await one.send()
        await one.until(lambda: len(one.writes) == 2)
        assert job.apart is not None
        await one.press("p")
        await one.checked()
        assert "protected" in one.text
        assert [item.key for item in one.sheet.sheet.plan.items]
        await one.answer()
        await one.send()
        await one.until(lambda: len(one.writes) == 3)
        assert isinstance(one.app.screen, JobScreen)
