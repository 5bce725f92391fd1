"""Reading in the whole program: everything once and in order, and a service that misbehaves is told in its own place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from textual import events

from mdetui.errors import MdetuiError
from mdetui.screens.listing import ListScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.text import parse_time
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.wiring import RushingClock


def loaded_ids(one: Stage) -> list[str]:
    return [row.id for row in one.body.feed.items(hidden=True)]


async def test_a_hundred_thousand_alerts_from_top_to_bottom(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(machines=2_000, alerts=100_000)
    # its own clock rushes through the waits for our own quota: 100 calls a minute
    async with stage(tenant, RushingClock(), size=(120, 60)) as one:
        await one.go("al")
        await one.filled()
        # every row by itself, the width for the rows
        await one.keys("f0w")
        table, feed = one.table, one.body.feed
        seen: list[str] = []
        last = None
        while len(seen) < len(feed) or feed.more:
            for index in range(len(seen), table.last_visible + 1):
                item = feed.entry(index).item
                created = parse_time(item.alert_creation_time)
                assert created is not None
                assert last is None or created <= last, "newest first"
                last = created
                seen.append(item.id)
            if table.cursor < len(feed) - 1:
                table.page(1)
                await asyncio.sleep(0)
            else:
                # the next page is on its way
                await asyncio.sleep(0.005)
        assert len(seen) == len(set(seen)) == 100_000
        assert set(seen) == set(tenant.tenant.store.texts("SELECT id FROM alerts", {}))
        await one.calm()
        assert "loaded 100,000 of 100,000" in one.bottom
        assert table.cursor == 99_999
        assert not tenant.foreign


class Links(httpx.AsyncBaseTransport):
    """A service that gives the software of a machine in pages: what the link to the next page says is the test's.

    Args:
        inner: The tenant.
        link: Number of the request to the link in its answer; "" for none.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, link: Callable[[int], str]) -> None:
        self.inner = inner
        self.link = link
        self.asked = 0
        self.rows = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if not request.url.path.endswith("/software"):
            return answer
        await answer.aread()
        self.asked += 1
        body = answer.json()
        self.rows = len(body["value"])
        if link := self.link(self.asked):
            body["@odata.nextLink"] = link.replace("SELF", str(request.url))
        return httpx.Response(200, json=body, request=request)


LINKS = {
    "to itself": (lambda number: "SELF", "its link to the next page leads back to one that was read"),
    "always the same rows": (lambda number: f"SELF?$skip={number}", "its next page brings the same rows again"),
    "another host": (lambda number: "https://evil.example.net/api/machines", "evil.example.net"),
    "another list": (lambda number: "https://api.demo.invalid/api/alerts", "/api/alerts"),
    "no https": (lambda number: "http://api.demo.invalid/api/machines", "which is no host of this service"),
}


@pytest.mark.parametrize(("link", "said"), LINKS.values(), ids=LINKS.keys())
async def test_links_that_lead_nowhere_end_in_the_lists_own_place(
    tenant: Mounted, clock: HeldClock, link: Callable[[int], str], said: str
) -> None:
    async with stage(tenant, clock, size=(80, 30)) as one:
        links = one.tap.inner = Links(one.tap.inner, link)
        await one.keys("m4")
        await one.until(lambda: one.body.view.id == "software" and one.body.feed.state == "failed")
        await one.calm()
        assert said in " ".join(one.text.split())
        # what came before the link stays
        rows = one.body.feed.loaded
        assert rows == len(one.body.feed) == links.rows > 1
        assert "r retries" in one.bottom
        # not one request left for there, so no token did
        assert tenant.foreign == []
        assert {(entry.host, entry.authorised) for entry in tenant.journal.entries("/api")} == {
            ("api.demo.invalid", True)
        }
        # keys go on, and the list itself says why it ends
        await one.keys("G")
        assert one.table.cursor == rows - 1
        error = one.body.feed.error
        assert isinstance(error, MdetuiError)
        assert error.what[:60] in one.text
        asked = links.asked
        await one.keys("r")
        await one.until(lambda: one.body.feed.state == "failed")
        assert links.asked <= asked + 1
        assert one.body.feed.loaded == rows


async def test_a_429_is_counted_down_and_no_key_waits(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        tenant.faults.set("429", 1, path="/api/machines")
        await one.go("m")
        await one.until(lambda: one.session.client.waiting is not None)
        one.app.shell.tick()
        await one.calm()
        assert re.search(r"waits \d+ s: 429", one.bottom), one.bottom
        # the alerts are still there, and every key works
        await one.keys("-jj")
        assert one.screen(ListScreen).spot.listing.view.id == "alerts"
        assert one.table.cursor == 2
        await one.keys("-")
        clock.advance(120)
        await one.filled()
        one.app.shell.tick()
        await one.calm()
        assert "waits" not in one.bottom
        assert one.body.feed.loaded == 60


FAULTS = {
    "500": (("500", ""), "The service could not answer machines.list"),
    "html": (("html", ""), "The service could not answer machines.list (HTTP 502)."),
    "html with 200": (("html", "200"), "The answer to machines.list is a web page, not JSON."),
    "truncated": (("truncated", ""), "The answer to machines.list breaks off in the middle."),
    "reset": (("reset", ""), "No answer from api.demo.invalid to machines.list: the connection broke."),
    "licence": (("licence", ""), "The tenant's licence or settings do not allow machines.list"),
    "forbidden": (("forbidden", "Machine.ReadWrite.All"), "Machine.Read.All"),
}


@pytest.mark.parametrize(("fault", "said"), FAULTS.values(), ids=FAULTS.keys())
async def test_what_went_wrong_what_to_do_and_its_id(tenant: Mounted, fault: tuple[str, str], said: str) -> None:
    # its clock rushes through the pauses between tries
    async with stage(tenant, RushingClock(), size=(80, 24)) as one:
        await one.until(lambda: one.body.feed.state == "complete")
        alerts = loaded_ids(one)
        tenant.faults.set(*fault, path="/api/machines")
        await one.go("m")
        await one.until(lambda: one.body.feed.state == "failed")
        await one.calm()
        assert said in " ".join(one.text.split())
        error: Any = one.body.feed.error
        flat = " ".join(one.text.split())
        for sentence in (error.what, error.todo):
            assert sentence.endswith(".")
            assert sentence in flat, "in full, although it is 80 columns wide"
        if fault[0] in ("500", "licence", "forbidden"):
            assert f"(id {error.correlation_id})" in flat
        # alerts are as they were
        await one.keys("-")
        assert loaded_ids(one) == alerts
        await one.keys("-")
        tenant.faults.clear()
        await one.keys("r")
        await one.filled()
        assert one.body.feed.loaded == 60


async def test_a_page_that_fails_leaves_the_rows_before_it(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(machines=300)
    async with stage(tenant, RushingClock(), size=(80, 24)) as one:
        tenant.faults.set("500", path="/api/machines", after=1)
        await one.go("m")
        await one.filled()
        first = loaded_ids(one)
        assert len(first) == 100
        await one.keys("G")
        await one.until(lambda: one.body.feed.state == "failed")
        await one.calm()
        assert loaded_ids(one) == first
        assert (one.table.cursor, len(one.body.feed)) == (99, 100)
        # said behind the last row, where the next would be, and not only for as long as no key is pressed
        await one.keys("kj")
        assert "The service could not answer" in one.lines[2 + one.table.last_visible - one.table.top + 1]
        tenant.faults.clear()
        await one.keys("r")
        await one.until(lambda: one.body.feed.state == "complete")
        assert one.body.feed.loaded == 300
        assert loaded_ids(one)[:100] == first


class Gate(httpx.AsyncBaseTransport):
    """Holds every answer until it is opened."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.open = asyncio.Event()
        self.held = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        self.held += 1
        await self.open.wait()
        self.held -= 1
        return answer


async def test_a_page_that_comes_as_its_list_is_left_is_not_lost(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(machines=150)
    async with stage(tenant, RushingClock()) as one:
        await one.until(lambda: one.body.feed.state == "complete" and not one.app.workers)
        gate = one.tap.inner = Gate(one.tap.inner)
        # the page comes this many turns of the loop after the key that leaves
        for turns in range(8, 40, 2):
            gate.open.clear()
            await one.go("m")
            feed = one.body.feed
            await one.until(lambda: gate.held)
            one.app.post_message(events.Key("minus", "-"))
            for _ in range(turns):
                await asyncio.sleep(0)
            gate.open.set()
            await one.calm()
            await one.keys("-")
            assert one.body.feed is feed
            await one.keys("G")
            await one.until(lambda: one.body.feed.state == "complete" and not one.body.feed.busy)
            assert feed.loaded == 150, turns


async def test_back_and_forth_costs_nothing_and_finds_everything_as_it_was(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        # with half of the rows the cursor may stand so near the end that the second mark takes the first away
        await one.until(lambda: one.body.feed.state == "complete" and not one.body.feed.busy)
        await one.keys("sm")
        await one.keys("/win\r")
        await one.keys("jj jj ")
        await one.rested()
        before = one.table.position()
        assert before.filter == "win"
        assert before.sort == "machine"
        assert len(before.marks) >= 2
        cursor, top = one.cursor.id, one.table.top
        # to a machine's page and its alerts, to the machines, and back by each way there is
        await one.keys("m\t")
        await one.until(lambda: isinstance(one.app.screen, PageScreen) and one.body.feed.loaded)
        await one.keys("j")
        await one.rested()
        await one.go("m")
        await one.filled()
        await one.rested()
        asked = one.reads
        for keys, view in (("[[", "alerts"), ("]", ""), ("]", "machines"), ("-", ""), ("-", "machines"), ("[", "")):
            await one.keys(keys)
            if view:
                assert one.screen(ListScreen).spot.listing.view.id == view
                await one.calm()
            else:
                page = one.screen(PageScreen)
                assert page.spot.tab == "alerts"
                await one.until(lambda: one.body.table.is_mounted)
                assert one.table.cursor == 1
            if view == "alerts":
                assert one.table.position() == before
                assert (one.cursor.id, one.table.top) == (cursor, top)
        await one.press("escape")
        assert one.screen(ListScreen).spot.listing.view.id == "alerts"
        assert one.table.position() == before
        await one.rested()
        assert one.reads == asked, [(entry.path, entry.query) for entry in tenant.journal.entries("/api")[asked:]]


async def test_new_alerts_are_announced_and_never_pushed_under_the_cursor(
    start_simulator: StartSimulator, clock: HeldClock
) -> None:
    tenant = start_simulator(arrivals=30.0)
    async with stage(tenant, clock, size=(80, 24)) as one:
        await one.keys("f0jjj")
        row, lines = one.cursor.id, one.lines[1:10]
        clock.advance(90)
        await one.rested()
        asked = one.reads
        one.body.refresh_rows()
        await one.until(lambda: one.body.feed.announced)
        await one.calm()
        new = one.body.feed.announced
        assert f"{new} new: ." in one.bottom
        assert one.reads == asked + 1, "one request"
        assert (one.cursor.id, one.table.cursor) == (row, 3)
        assert [line[9:78] for line in one.lines[1:10]] == [line[9:78] for line in lines], "nothing moved but the ages"
        loaded = one.body.feed.loaded
        await one.keys(".")
        await one.calm()
        assert one.body.feed.loaded == loaded + new
        assert (one.cursor.id, one.table.cursor) == (row, 3 + new)
        assert "new: ." not in one.bottom
        assert one.table.top == 0, "what is new is in view"
        await one.keys(".")
        assert "Nothing new was announced." in one.text
