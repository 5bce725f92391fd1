"""The tenant inside this process: it never blocks the caller's loop, survives cancelling, opens no port, ends cleanly."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time

import httpx
import pytest

from mdetui import simulator
from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.simulated import client_of, rows_of

ISOLATE = {"Comment": "x", "IsolationType": "Full"}


async def _arrived(mounted: Mounted, path: str) -> None:
    """Wait until a request has reached the tenant."""
    while not mounted.journal.count(path):  # noqa: ASYNC110  the tenant's thread has no event of this loop
        await asyncio.sleep(0.001)


def test_the_demo_profile_costs_no_heavy_import() -> None:
    code = (
        "import sys; from mdetui.simulator import demo_profile; demo_profile(); "
        "print(*sorted({'duckdb','starlette','httpx','odata_query','asyncio','msgspec','msal'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("", "asyncio")


def test_the_demo_profile_leads_nowhere_outside() -> None:
    profile = simulator.demo_profile()
    assert (profile.name, profile.connector) == ("demo", "demo")
    for url in (profile.login, *profile.base.values()):
        assert url.startswith("https://")
        assert url.endswith(".invalid")


async def test_the_callers_loop_goes_on_while_it_waits(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("latency", 80)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    counting = asyncio.create_task(count())
    assert (await raw_api.get("/api/alerts?$top=1")).status_code == 200
    counting.cancel()
    assert turns > 5


async def test_requests_run_side_by_side(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("latency", 200)
    started = time.monotonic()
    answers = await asyncio.gather(*(raw_api.get("/api/alerts?$top=1") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    # one after the other they would take 2 s
    assert time.monotonic() - started < 1.5


async def test_a_cancelled_read_disturbs_nobody(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("latency", 200)
    task = asyncio.create_task(raw_api.get("/api/alerts"))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    tenant.faults.clear()
    assert len(await rows_of(raw_api, "/api/alerts")) == 300


async def test_a_cancelled_write_that_had_arrived_is_carried_out(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("latency", 100)
    task = asyncio.create_task(raw_api.post("/api/machines/dc-01/isolate", json=ISOLATE))
    await _arrived(tenant, "/api/machines")
    task.cancel()
    await asyncio.wait([task])
    tenant.faults.clear()
    await asyncio.sleep(0.15)
    opened = "status eq 'Pending' and type eq 'Isolate'"
    assert len(await rows_of(raw_api, "/api/machineactions", filter_=opened)) == 1


async def test_closing_ends_the_thread_and_requests_under_way(start_simulator: StartSimulator) -> None:
    mounted = start_simulator()
    async with client_of(mounted) as client:
        mounted.faults.set("latency", 60_000)
        task = asyncio.create_task(client.get("/api/alerts"))
        await _arrived(mounted, "/api/alerts")
        await asyncio.to_thread(mounted.connection.close)
        with pytest.raises(httpx.ReadError):
            await task
        with pytest.raises(httpx.ConnectError):
            await client.get("/api/alerts")
    assert "mdetui-simulator" not in {thread.name for thread in threading.enumerate()}
    mounted.connection.close()


def test_closing_before_anything_was_asked(start_simulator: StartSimulator) -> None:
    start_simulator().connection.close()
    assert "mdetui-simulator" not in {thread.name for thread in threading.enumerate()}


async def test_no_port_is_opened(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    import psutil

    assert (await raw_api.get("/api/alerts?$top=1")).status_code == 200
    assert [one for one in psutil.Process().net_connections("inet") if one.status == "LISTEN"] == []


async def test_a_broken_tenant_tells_whoever_asks(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(seed="not a number")
    async with client_of(mounted) as client:
        for _ in range(2):
            with pytest.raises(ValueError, match="not a number"):
                await client.get("/api/alerts")


async def test_the_journal_counts(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.journal.clear()
    await raw_api.get("/api/v1.0/alerts?$top=1")
    await raw_api.post("/api/machines/dc-01/isolate", json=ISOLATE)
    assert tenant.journal.count() == 2
    assert tenant.journal.count("/api", "POST") == 1
    read, write = tenant.journal.entries()
    assert (read.method, read.path, read.query, read.status) == ("GET", "/api/v1.0/alerts", "$top=1", 200)
    assert (write.status, write.authorised, b"IsolationType" in write.body) == (201, True, True)
    assert "authorization" not in write.headers
