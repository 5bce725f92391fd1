"""The read cache and the refresh of a queue."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from mdetui import errors
from mdetui.api.delta import OVERLAP, changes
from mdetui.api.endpoints import operation
from mdetui.api.models.machine import Machine
from mdetui.api.reads import Reads
from mdetui.simulator.mount import Mounted
from tests.clocks import START, HeldClock
from tests.wiring import Service, Wired, error_body, listed, wire, wire_tenant

MACHINE = operation("machines.get")
USERS = operation("machines.users")
ALERTS = operation("alerts.list")


def reads_of(service: Service) -> tuple[Reads, HeldClock, Wired]:
    clock = HeldClock()
    wired = wire(service, clock=clock)
    return Reads(wired.client, clock), clock, wired


def machine(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"id": request.url.path.rsplit("/", 1)[1]})


async def test_what_was_read_in_the_last_minute_is_not_read_again() -> None:
    service = Service(machine)
    reads, clock, _ = reads_of(service)
    first = await reads.get(MACHINE, path={"id": "m1"})
    clock.advance(59)
    assert await reads.get(MACHINE, path={"id": "m1"}) is first
    assert (await reads.get(MACHINE, path={"id": "m2"})).id == "m2"
    assert len(service.requests) == 2
    clock.advance(2)
    assert await reads.get(MACHINE, path={"id": "m1"}) is not first
    assert len(service.requests) == 3
    await reads.get(MACHINE, path={"id": "m1"}, fresh=True)
    assert len(service.requests) == 4


async def test_ten_who_want_the_same_make_one_request() -> None:
    service = Service(machine)
    reads, _, _ = reads_of(service)
    got = await asyncio.gather(*(reads.get(MACHINE, path={"id": "m1"}) for _ in range(10)))
    assert len({id(one) for one in got}) == 1
    assert len(service.requests) == 1


async def test_one_who_leaves_takes_nothing_from_the_others_and_nothing_is_lost() -> None:
    service = Service(machine)
    reads, _, _ = reads_of(service)
    first, second = (asyncio.create_task(reads.get(MACHINE, path={"id": "m1"})) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).id == "m1"
    alone = asyncio.create_task(reads.get(MACHINE, path={"id": "m2"}))
    await asyncio.sleep(0)
    alone.cancel()
    await asyncio.sleep(0.05)
    assert reads.peek(MACHINE, path={"id": "m2"}).id == "m2"
    assert len(service.requests) == 2


async def test_errors_are_not_kept() -> None:
    service = Service(httpx.Response(404, json=error_body("ResourceNotFound")), machine)
    reads, _, _ = reads_of(service)
    with pytest.raises(errors.NotFound):
        await reads.get(MACHINE, path={"id": "m1"})
    assert (await reads.get(MACHINE, path={"id": "m1"})).id == "m1"


async def test_an_error_nobody_waits_for_is_no_warning() -> None:
    service = Service(httpx.Response(404, json=error_body("ResourceNotFound")))
    reads, _, _ = reads_of(service)
    asking = asyncio.create_task(reads.get(MACHINE, path={"id": "m1"}))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.sleep(0.05)
    assert len(service.requests) == 1


async def test_peek_put_and_forget() -> None:
    service = Service(machine)
    reads, clock, _ = reads_of(service)
    assert reads.peek(MACHINE, path={"id": "m1"}) is None
    reads.put(MACHINE, Machine(id="m1", version="22H2"), path={"id": "m1"})
    reads.put(USERS, "page", path={"id": "m1"})
    assert reads.peek(MACHINE, path={"id": "m1"}).version == "22H2"
    assert (await reads.get(MACHINE, path={"id": "m1"})).version == "22H2"
    clock.advance(61)
    assert reads.peek(MACHINE, path={"id": "m1"}) is None
    assert reads.peek(MACHINE, path={"id": "m1"}, stale=True).version == "22H2"
    reads.forget(MACHINE, path={"id": "other"})
    assert reads.peek(MACHINE, path={"id": "m1"}, stale=True)
    reads.forget(MACHINE)
    assert reads.peek(MACHINE, path={"id": "m1"}, stale=True) is None
    assert reads.peek(USERS, path={"id": "m1"}, stale=True) == "page"
    assert not service.requests


async def test_the_cache_does_not_grow_for_ever() -> None:
    reads, _, _ = reads_of(Service(machine))
    for number in range(500):
        reads.put(MACHINE, number, path={"id": str(number)})
    assert reads.peek(MACHINE, path={"id": "0"}) is None
    assert reads.peek(MACHINE, path={"id": "499"}) == 499


async def test_lists_are_cached_by_their_query(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    reads = Reads(wired.client, wired.clock)
    one = await reads.get(ALERTS, query={"$top": "2"})
    assert await reads.get(ALERTS, query={"$top": "2"}) is one
    assert await reads.get(ALERTS, query={"$top": "3"}) is not one
    assert tenant.journal.count("/api/alerts") == 2
    await reads.aclose()


async def test_a_refresh_is_one_request_with_overlap() -> None:
    service = Service(listed([{"id": "a1"}]))
    clock = HeldClock()
    wired = wire(service, clock=clock)
    since = START - timedelta(seconds=60)
    found = await changes(wired.client, ALERTS, since, filter="severity eq 'High'")
    assert [row.id for row in found.page.rows] == ["a1"]
    assert (found.more, found.until) == (False, START)
    assert service.paths == [
        "/api/alerts?$filter=lastUpdateTime%20ge%202026-03-14T09%3A20%3A53Z%20and%20severity%20eq%20%27High%27&$top=1000"
    ]
    assert timedelta(minutes=5) == OVERLAP


async def test_a_refresh_that_does_not_fit_says_so_and_does_not_move_on() -> None:
    service = Service(listed([{"id": f"a{n}"} for n in range(1_000)]))
    wired = wire(service, clock=HeldClock())
    since = START - timedelta(seconds=60)
    found = await changes(wired.client, ALERTS, since)
    assert (found.more, found.until) == (True, since)


async def test_a_refresh_counts_in_the_services_time() -> None:
    ahead = START + timedelta(hours=1)
    service = Service(httpx.Response(200, json={"value": []}, headers={"date": f"{ahead:%a, %d %b %Y %H:%M:%S GMT}"}))
    wired = wire(service, clock=HeldClock())
    await changes(wired.client, ALERTS, START)
    await changes(wired.client, ALERTS, START)
    assert "2026-03-14T09%3A21%3A53Z" in service.paths[0]
    assert "2026-03-14T10%3A21%3A53Z" in service.paths[1]


async def test_a_refresh_leaves_the_reserve_alone() -> None:
    wired = wire(Service(listed([])), clock=HeldClock())
    for _ in range(80):
        await wired.client.page(ALERTS)
    refreshing = asyncio.create_task(changes(wired.client, ALERTS, START))
    await asyncio.sleep(0.01)
    assert not refreshing.done()
    await wired.client.page(ALERTS)
    refreshing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await refreshing


async def test_a_new_alert_of_the_tenant_is_found(tenant: Mounted) -> None:
    wired = wire_tenant(tenant, tenant.options.clock)
    newest = await wired.client.pager(ALERTS).next()
    assert newest is not None
    found = await changes(wired.client, ALERTS, tenant.options.clock.now() - timedelta(hours=2))
    assert newest.rows[0].id in {row.id for row in found.page.rows} or not found.page.rows
