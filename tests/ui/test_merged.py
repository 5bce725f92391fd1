"""Alerts of several tenants in one list: two pretend tenants behind one program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from mdetui.config import Config, Profile, with_profile
from mdetui.net import Connection
from mdetui.screens import merged
from mdetui.screens.listing import ListScreen
from mdetui.screens.menu import MenuScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.merged import Gap
from tests.clocks import HeldClock
from tests.driving import Stage, stage


@pytest.fixture
def other(start_simulator: Any) -> Mounted:
    """A second tenant, with alerts of its own times."""
    mounted: Mounted = start_simulator(alerts=200, seed=11)
    return mounted


@asynccontextmanager
async def two(tenant: Mounted, other: Mounted, clock: HeldClock, **changes: Any) -> AsyncIterator[Stage]:
    """The program with both tenants; `second` is the other one."""
    second: Profile = replace(other.profile, name="second", **changes)
    async with stage(tenant, clock, config=with_profile(Config(), second)) as one:
        first = one.app.shell.connector

        def connector(profile: Profile) -> Connection:
            return other.connection if profile.name == "second" else first(profile)

        one.app.shell.connector = connector
        await one.rested()
        yield one


def gaps(one: Stage) -> list[Gap]:
    """Tenants that failed, as rows."""
    return [row for row in one.body.feed.items() if isinstance(row, Gap)]


def lists(mounted: Mounted) -> list[str]:
    """What was asked of the list of alerts."""
    return [asked.query for asked in mounted.journal.entries("/api/alerts") if asked.path == "/api/alerts"]


async def to_the_end(one: Stage) -> None:
    """Load everything."""
    while one.body.feed.state != "complete":
        await one.keys("G")
        await one.until(lambda: one.body.feed.state != "loading" and not one.body.feed.busy)


async def test_a_bad_row_is_not_taken_for_a_tenant(tenant: Mounted, other: Mounted, clock: HeldClock) -> None:
    async with two(tenant, other, clock) as one:
        other.faults.set("schema-drift", path="/api/alerts")
        await one.go("merged demo second")
        await one.filled()
        await to_the_end(one)
        await one.keys("ft")
        await one.until(lambda: one.body.feed.fold_name and not one.body.feed.busy)
        await one.calm()
        assert "could not be read" in one.text
        assert "second could not be read" not in one.text


async def test_a_row_is_drawn_by_the_rules_of_its_tenant(tenant: Mounted, other: Mounted, clock: HeldClock) -> None:
    async with two(tenant, other, clock, protected=("*",), analyst="m.okafor@contoso.com") as one:
        await one.go("merged demo second")
        await one.filled()
        await one.keys("f0")
        await to_the_end(one)
        feed, seen = one.body.feed, {"demo": set(), "second": set()}  # type: ignore[var-annotated]
        columns = {column.id: column for column in one.body.listing.view.columns}
        context, owners = one.body.context(), set()
        for row in feed.items():
            if row.computer_dns_name:
                seen[row.tenant].add(columns["machine"].cell(row, context).text.endswith(" *"))
            if row.assigned_to == "m.okafor@contoso.com":
                owners.add((row.tenant, columns["owner"].cell(row, context).text))
        assert seen["second"] == {True}
        assert False in seen["demo"]
        assert owners == {("demo", "m.okafor"), ("second", "me")}
        assert " *" in one.text


async def test_alerts_of_two_tenants_stand_by_their_time(tenant: Mounted, other: Mounted, clock: HeldClock) -> None:
    async with two(tenant, other, clock) as one:
        await one.go("merged demo second")
        await one.filled()
        assert one.top.split("  ")[0].strip() == "2 tenants › alerts"
        assert "TENANT" in one.text
        await one.keys("f0")
        seen: list[str] = []
        while True:
            now = [one.body.feed.key(n)[1] for n in range(len(one.body.feed))]
            # what comes later is older: nothing is put above what is there
            assert now[: len(seen)] == seen
            seen = now
            if one.body.feed.state == "complete":
                break
            await one.keys("G")
            await one.until(lambda: one.body.feed.state != "loading" and not one.body.feed.busy)
        rows = list(one.body.feed.items())
        assert {row.tenant for row in rows} == {"demo", "second"}
        assert (sum(row.tenant == "demo" for row in rows), len(rows)) == (300, 500)
        times = [row.alert_creation_time for row in rows]
        assert times == sorted(times, reverse=True)


async def test_only_tenants_that_are_signed_in_when_none_is_named(
    tenant: Mounted, other: Mounted, clock: HeldClock
) -> None:
    async with two(tenant, other, clock) as one:
        await one.go("merged")
        await one.filled()
        assert {row.tenant for row in one.body.feed.items()} == {"demo"}
        await one.go("merged nowhere")
        assert "There is no profile 'nowhere'." in one.text
        assert other.journal.count("/api") == 0


async def test_a_tenant_that_fails_is_a_row_and_is_asked_again_alone(
    tenant: Mounted, other: Mounted, clock: HeldClock
) -> None:
    async with two(tenant, other, clock) as one:
        other.faults.set("licence", path="/api/alerts")
        await one.go("merged demo second")
        await one.filled()
        (gap,) = gaps(one)
        first = next(line for line in one.lines if "? second" in line)
        # above all others, and the rest of the list is there
        assert one.body.feed.entry(0).item is gap
        assert "could not be read" in first
        assert gap.why.endswith(("r asks it again.", ")"))
        assert {row.tenant for row in one.body.feed.items()} == {"demo", "second"}
        await one.keys("g\r")
        assert gap.why[:60] in one.text.replace("\n", "").replace("  ", " ")
        # nothing can be done to it
        await one.keys("ga")
        assert not isinstance(one.app.screen, MenuScreen)
        before = len(lists(tenant))
        other.faults.clear()
        await one.keys("r")
        await one.filled()
        await one.until(lambda: not gaps(one) and one.body.feed.loaded > 1)
        await to_the_end(one)
        rows = list(one.body.feed.items())
        assert {row.tenant for row in rows} == {"demo", "second"}
        assert len({(row.tenant, row.id) for row in rows}) == 500
        # the one that had answered was asked for nothing twice
        assert lists(tenant)[before:]
        assert not set(lists(tenant)[before:]) & set(lists(tenant)[:before])


async def test_a_tenant_that_is_slow_holds_nobody_up(
    tenant: Mounted, other: Mounted, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "PATIENCE", 0.3)
    async with two(tenant, other, clock) as one:
        # the client waits before it tries again
        other.faults.set("html", path="/api/alerts", count=1)
        await one.go("merged demo second")
        await one.filled()
        (gap,) = gaps(one)
        assert gap.why == "It has not answered for 0.3 s. r asks it again."
        assert {row.tenant for row in one.body.feed.items()} == {"demo", "second"}
        await one.pass_time(lambda: other.journal.count("/api/alerts") > 1)
        await one.until(lambda: not one.body.feed.busy)
        await one.keys("r")
        await one.until(lambda: not gaps(one) and one.body.feed.loaded > 1)
        await to_the_end(one)
        assert len(list(one.body.feed.items())) == 500
        # its first page was asked for by the client's own second try, and not from the start again
        assert lists(other).count(lists(other)[0]) == 2


async def test_keys_act_in_the_tenant_of_the_row(tenant: Mounted, other: Mounted, clock: HeldClock) -> None:
    async with two(tenant, other, clock) as one:
        await one.go("merged second demo")
        await one.filled()
        await one.keys("f0")
        row = await one.point(lambda row: row.tenant == "second" and row.machine_id)
        await one.rested()
        assert other.journal.count(f"/api/alerts/{row.id}") == 1
        for key, page in (("\r", "alert"), ("m", "machine"), ("pm", "machine")):
            await one.keys(key)
            await one.until(lambda: one.screen(PageScreen).spot.entity is not None)
            place = one.screen(PageScreen).spot
            assert (place.page.id, place.profile) == (page, "second")
            assert place.crumbs[:3] == ("2 tenants", "alerts", "second")
            await one.press("escape")
            await one.filled()
            assert one.cursor == row
        assert not tenant.journal.entries(f"/api/alerts/{row.id}")


async def test_rows_of_several_tenants_are_not_acted_on_together(
    tenant: Mounted, other: Mounted, clock: HeldClock
) -> None:
    async with two(tenant, other, clock) as one:
        await one.go("merged second demo")
        await one.filled()
        await one.keys("f0")
        await one.point(lambda row: row.tenant == "second" and row.machine_id)
        await one.keys(" a")
        assert all(not entry.reason for entry in one.menu.shown() if entry.id == "machine.isolate")
        await one.press("escape")
        await one.point(lambda row: row.tenant == "demo" and row.machine_id)
        await one.keys(" ")
        for key in ("a", "t"):
            await one.keys(key)
            assert {entry.reason for entry in one.menu.shown()} == {"These rows are of several tenants."}
            await one.press("escape")
        assert isinstance(one.app.screen, ListScreen)
