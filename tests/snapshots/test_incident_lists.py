"""Lists in the states that an incident brings them into, at 80x24 and 120x40 as text: folded by columns, a group of
them opened, several tenants in one, the tree of a blast radius, and several answers to one `:find`.

After a change that is meant, and after a look at what differs: `uv run pytest tests/snapshots -n 0 --snapshot-update`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from mdetui.config import Config, Profile, with_profile
from mdetui.net import Connection
from mdetui.screens.blasting import BlastScreen
from mdetui.screens.menu import MenuScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.found import of_alert
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.snapshots.test_lists import rested

Size = tuple[int, int]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
_REQUEST = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class Looks:
    """Compares every screen of a test, and says at its end which differ."""

    def __init__(self, one: Stage, snapshot: SnapshotAssertion) -> None:
        self._one, self._snapshot = one, snapshot
        self._wrong: list[str] = []

    async def at(self, name: str) -> None:
        """Compare what is on the screen once everything is drawn."""
        # the service names each failed request anew
        shown = _REQUEST.sub("0" * 8 + "-0000-0000-0000-" + "0" * 12, await rested(self._one))
        # a picture of something half read would be another one on another day
        assert "reading the" not in shown, shown
        if shown != self._snapshot(name=name):
            self._wrong.append(f"{name}\n{shown}")

    def settle(self) -> None:
        """Fail when one of them differed."""
        assert not self._wrong, "\n".join(self._wrong)


async def fold(one: Stage, letters: str) -> None:
    """Choose in the menu of `f`, and stand on the first group."""
    await one.keys("f")
    await one.keys(letters)
    await one.filled()
    await one.keys("g")


async def enter(one: Stage) -> None:
    """Open a line of the tree; what it asks for is there."""
    await one.press("enter")
    await one.until(lambda: not one.screen(BlastScreen).grown.loading)
    await one.calm()


@asynccontextmanager
async def three(start: StartSimulator, clock: HeldClock, size: Size) -> AsyncIterator[Stage]:
    """The program with three tenants. The last of them has no licence for alerts."""
    first = start()
    others = {"fabrikam": start(alerts=200, seed=11), "northwind": start(alerts=20, seed=12)}
    others["northwind"].faults.set("licence", path="/api/alerts")
    config = Config()
    for name, mounted in others.items():
        config = with_profile(config, replace(mounted.profile, name=name))
    async with stage(first, clock, size=size, config=config) as one:
        usual = one.app.shell.connector

        def connector(profile: Profile) -> Connection:
            return others[profile.name].connection if profile.name in others else usual(profile)

        one.app.shell.connector = connector
        yield one


@SIZES
async def test_folded(tenant: Mounted, clock: HeldClock, snapshot: SnapshotAssertion, size: Size) -> None:
    async with stage(tenant, clock, size=size) as one:
        looks = Looks(one, snapshot)
        await one.rested()
        await one.keys("f")
        await looks.at("menu of f")
        await one.keys("+")
        await looks.at("menu of a pair")
        await one.press("escape", "escape")
        await fold(one, "c")
        await looks.at("by category")
        await one.keys("jj ")
        await looks.at("by category, a group marked")
        await one.press("enter")
        await one.filled()
        await looks.at("the opened group")
        await one.press("escape")
        await one.filled()
        await one.keys("M")
        await fold(one, "+cs")
        await looks.at("by category and severity")
        looks.settle()


@SIZES
async def test_merged(
    start_simulator: StartSimulator, clock: HeldClock, snapshot: SnapshotAssertion, size: Size
) -> None:
    async with three(start_simulator, clock, size) as one:
        looks = Looks(one, snapshot)
        await one.go("merged demo fabrikam northwind")
        await one.filled()
        await looks.at("a tenant that failed")
        await one.press("enter")
        await looks.at("enter on a tenant that failed")
        await one.keys("j")
        await looks.at("an alert of one of them")
        await fold(one, "t")
        await looks.at("by tenant")
        looks.settle()


@SIZES
async def test_blast(tenant: Mounted, clock: HeldClock, snapshot: SnapshotAssertion, size: Size) -> None:
    async with stage(tenant, clock, size=size) as one:
        looks = Looks(one, snapshot)
        await one.rested()
        alert: Any = one.session.peek("alerts.get", {"id": one.cursor.id}, {})
        file = next(named for named in of_alert(alert) if named.page == "file")
        await one.go(f"blast {file.id}")
        await one.until(lambda: isinstance(one.app.screen, BlastScreen))
        await looks.at("nothing opened")
        await one.point(lambda row: row.kind == "branch" and "machines" in row.label)
        await enter(one)
        await looks.at("machines opened")
        await one.point(lambda row: row.kind == "machine")
        await enter(one)
        await one.point(lambda row: row.kind == "branch" and "users" in row.label)
        await enter(one)
        await looks.at("users of a machine opened")
        tenant.faults.set("licence", path="/api/files/")
        await one.point(lambda row: row.kind == "branch" and "alerts" in row.label)
        await enter(one)
        await looks.at("a branch that failed")
        await one.keys("j")
        await looks.at("why a branch failed")
        looks.settle()


@SIZES
async def test_find(tenant: Mounted, clock: HeldClock, snapshot: SnapshotAssertion, size: Size) -> None:
    async with stage(tenant, clock, size=size) as one:
        looks = Looks(one, snapshot)
        await one.rested()
        await one.go("find fin-")
        await one.until(lambda: isinstance(one.app.screen, MenuScreen))
        await looks.at("several answers")
        await one.press("escape")
        await one.go("find fin-ws-002 fin-ws-008 nobody-has-this")
        await one.until_text("Not found")
        await looks.at("a pasted list")
        looks.settle()
