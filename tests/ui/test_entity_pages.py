"""From what an alert names to its page: files, addresses, domains, accounts, and back."""

from __future__ import annotations

import pytest

from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.found import Named, of_alert
from tests.clocks import HeldClock
from tests.driving import Stage, stage


async def with_evidence(one: Stage, kind: str) -> Named:
    """Put the cursor on an alert that names one of that kind; what it names."""
    feed = one.body.feed
    for index in range(len(feed)):
        one.table._go(index)
        await one.calm()
        row = one.cursor
        await one.until(lambda: one.session.peek("alerts.get", {"id": row.id}, {}) is not None)  # noqa: B023
        alert = one.session.peek("alerts.get", {"id": row.id}, {})
        assert alert is not None
        found = next((named for named in of_alert(alert) if named.page == kind), None)
        if found is not None:
            return found
    raise AssertionError(f"no alert names a {kind}")


@pytest.mark.parametrize(
    ("kind", "tabs"),
    [
        ("file", {"2": "alert", "3": "machine"}),
        ("domain", {"2": "alert", "3": "machine"}),
        ("ip", {"2": "alert"}),
        ("user", {"1": "alert", "2": "machine"}),
    ],
)
async def test_what_an_alert_names_has_a_page_with_its_alerts_and_machines(
    tenant: Mounted, clock: HeldClock, kind: str, tabs: dict[str, str]
) -> None:
    async with stage(tenant, clock) as one:
        named = await with_evidence(one, kind)
        back = one.cursor.id
        machine = one.cursor.machine_id
        await one.keys("p")
        entry = next(entry for entry in one.menu.shown() if entry.label == named.label)
        tenant.journal.clear()
        await one.keys(entry.letter)
        page = one.screen(PageScreen)
        await one.until(lambda: not one.app.workers)
        assert page.spot.page.id == kind
        assert one.reads <= 3
        for tab, noun in tabs.items():
            await one.keys(tab)
            await one.until(lambda: page.list_body is not None and page.list_body.feed.loaded)
            assert page.list_body is not None
            feed = page.list_body.feed
            ids = {item.id for index in range(len(feed)) for item in feed.covered_items(index)}
            assert (back if noun == "alert" else machine) in ids
        # the way back restores the row
        await one.press("escape")
        assert one.cursor.id == back


async def test_a_page_that_can_not_be_read_is_asked_for_once(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        named = await with_evidence(one, "file")
        await one.keys("p")
        entry = next(entry for entry in one.menu.shown() if entry.label == named.label)
        tenant.faults.set("forbidden", "File.Read.All", path="/api/files")
        tenant.journal.clear()
        await one.keys(entry.letter)
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.refused is not None)
        await one.until(lambda: not one.app.workers)
        # what the page needs beside the entity is asked with what its id tells
        paths = [asked.path for asked in tenant.journal.entries("/api/files")]
        assert len(paths) == len(set(paths))
        assert sum(path.count("/") == 3 for path in paths) == 1
        assert "permission" in one.text
