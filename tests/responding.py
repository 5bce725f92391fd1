"""A response desk over the real client and a pretend tenant, for tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from mdetui.api.client import Client
from mdetui.api.endpoints import operation
from mdetui.api.gate import WriteLock
from mdetui.api.log import RequestLog
from mdetui.api.models.alert import AlertRow
from mdetui.api.models.machine import Machine
from mdetui.api.quotas import Quotas
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.response import targets
from mdetui.response.desk import Desk
from mdetui.response.jobs import Job
from mdetui.response.ledger import Actor, Ledger
from mdetui.response.plan import Answers, Plan
from mdetui.response.protected import Here, Protection
from mdetui.response.targets import Target
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock

REASON = "INC-2291 credential dumping"


class Wiretap(httpx.AsyncBaseTransport):
    """Passes requests on; `before` sees each write before it leaves, and the most that were under way are counted.

    The first writes wait, but not for ever, until `expected` are under way: a fast answer proves nothing about pace.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.before: Callable[[httpx.Request], Any] = lambda request: None
        self.under_way = 0
        self.most = 0
        self.expected = 1

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        write = request.method in ("POST", "PATCH")
        if write:
            self.before(request)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        try:
            # let others start while this one is under way
            await asyncio.sleep(0)
            for _ in range(1_000):
                if not write or self.most >= self.expected:
                    break
                await asyncio.sleep(0.002)
            return await self.inner.handle_async_request(request)
        finally:
            self.under_way -= write


async def until(clock: HeldClock, done: Callable[[], bool], *, step: float = 1.0, turns: int = 2000) -> None:
    """Let time pass until something is so; between two steps of time everybody gets a few turns of the loop."""
    for _ in range(turns):
        for _ in range(4):
            if done():
                return
            await asyncio.sleep(0.002)
        clock.advance(step)
    raise AssertionError("it never came about")


@dataclass
class Bench:
    """A desk and everything around it."""

    desk: Desk
    client: Client
    lock: WriteLock
    quotas: Quotas
    clock: HeldClock
    mounted: Mounted
    tap: Wiretap
    ledger_file: Path

    @property
    def profile(self) -> str:
        return self.desk.profile.name

    def posts(self, part: str = "/api/") -> list[Any]:
        """Writes that arrived at the tenant's API."""
        return [
            one
            for one in self.mounted.journal.entries()
            if one.method in ("POST", "PATCH") and part in one.path and "/oauth2/" not in one.path
        ]

    def gets(self, part: str = "/api/") -> list[Any]:
        """Reads that arrived at the tenant's API."""
        return [one for one in self.mounted.journal.entries(method="GET") if part in one.path]

    def lines(self) -> list[dict[str, Any]]:
        """The ledger's lines."""
        if not self.ledger_file.exists():
            return []
        return [json.loads(line) for line in self.ledger_file.read_text().splitlines()]

    def events(self, entry: str) -> list[str]:
        """What the ledger says of one entry, in order."""
        return [line["event"] for line in self.lines() if line.get("id") == entry]

    async def machines(self, count: int = 1, *, offline: bool = False, **facts: Any) -> list[Target]:
        """Machines on which nothing was ever isolated, with names of their own."""
        page = await self.client.fetch(operation("machines.list"), query={"$top": "1000"})
        touched = await self.client.fetch(operation("actions.list"), query={"$top": "1000"})
        used = {row.machine_id for row in touched.rows}
        names = [(row.computer_dns_name or "").split(".")[0].lower() for row in page.rows]
        found = []
        for row in page.rows:
            assert isinstance(row, Machine)
            short = (row.computer_dns_name or "").split(".")[0].lower()
            fits = all(getattr(row, name) == value for name, value in facts.items())
            alive = (row.health_status == "Active") is not offline
            if fits and alive and row.id not in used and names.count(short) == 1 and row.device_value != "High":
                found.append(targets.machine(self.profile, row))
        assert len(found) >= count, f"only {len(found)} machines fit"
        return found[:count]

    async def alerts(self, count: int, **facts: Any) -> list[Target]:
        """Alerts as targets."""
        page = await self.client.fetch(operation("alerts.list"), query={"$top": "1000"})
        rows = [row for row in page.rows if isinstance(row, AlertRow)]
        found = [row for row in rows if all(getattr(row, name) == value for name, value in facts.items())]
        assert len(found) >= count, f"only {len(found)} alerts fit"
        return [targets.alert(self.profile, row) for row in found[:count]]

    async def alert(self, alert_id: str) -> Any:
        """One alert as it is now."""
        return await self.client.fetch(operation("alerts.get"), path={"id": alert_id})

    def answers(self, plan: Plan, reason: str = REASON) -> Answers:
        """Right answers to everything a plan asks."""
        return Answers(reason, {item.key: sorted(item.accepts)[0] for item in plan.items})

    async def begin(self, action: str, chosen: list[Target], options: dict[str, str] | None = None) -> Job:
        """Prepare, answer, start."""
        plan = await self.desk.prepare(action, chosen, options)
        return self.desk.start(plan, self.answers(plan))

    async def until(self, done: Callable[[], bool], *, step: float = 1.0, turns: int = 2000) -> None:
        """Let time pass until something is so."""
        await until(self.clock, done, step=step, turns=turns)

    async def finish(self, job: Job, *, step: float = 1.0) -> Job:
        """Let time pass until nothing more can happen to a job."""
        await self.until(lambda: not job.active, step=step)
        return job


@dataclass
class Parts:
    """A desk on any connection."""

    desk: Desk
    client: Client
    tokens: TokenSource
    lock: WriteLock
    quotas: Quotas

    async def aclose(self) -> None:
        await self.desk.aclose()
        await self.client.aclose()
        await self.tokens.aclose()


def assemble(
    profile: Profile,
    asynchronous: httpx.AsyncBaseTransport,
    synchronous: httpx.BaseTransport,
    secret: Secret | None,
    clock: Clock,
    ledger_file: Path,
) -> Parts:
    """Put a desk together, as a session does."""
    tokens = TokenSource(profile, synchronous, secret=secret, clock=clock)
    lock = WriteLock(profile.name, clock)
    quotas = Quotas(profile, clock)
    client = Client(profile, tokens, asynchronous, lock=lock, quotas=quotas, log=RequestLog(), clock=clock)
    desk = Desk(
        client,
        profile,
        lock=lock,
        quotas=quotas,
        who=lambda: (tokens.identity, lock.analyst or profile.analyst),
        ledger=Ledger(ledger_file, clock=clock, actor=Actor("night-shift", "jump-1", "", 1)),
        protection=Protection(profile, Here()),
        clock=clock,
    )
    return Parts(desk, client, tokens, lock, quotas)


@asynccontextmanager
async def open_bench(
    mounted: Mounted, clock: HeldClock, folder: Path, *, unlocked: bool = True, **profile: Any
) -> AsyncIterator[Bench]:
    """Open a desk on a tenant.

    Args:
        mounted: The running tenant.
        clock: The clock that both hold.
        folder: Where the ledger lies.
        unlocked: Whether the write lock is open.
        profile: Changes of the profile.
    """
    used = replace(mounted.profile, **profile)
    tap = Wiretap(mounted.connection.asynchronous)
    secret = Secret(mounted.connection.client_secret or "")
    file = folder / "ledger.jsonl"
    parts = assemble(used, tap, mounted.connection.synchronous, secret, clock, file)
    if unlocked:
        parts.lock.open_for(240, analyst=used.analyst)
    try:
        yield Bench(parts.desk, parts.client, parts.lock, parts.quotas, clock, mounted, tap, file)
    finally:
        await parts.aclose()
