"""Incidents: the list, the page, and the machines on it that a sheet can take."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import unquote

from mdetui.screens.listing import ListScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage


def refuse(tenant: Mounted) -> None:
    """The profile can't read Defender XDR."""
    tenant.faults.set("forbidden", "Incident.ReadWrite.All", path="/api/incidents")


def asked(tenant: Mounted, path: str = "/api") -> list[str]:
    """What was asked since the journal was cleared, readable."""
    return [unquote(f"{one.path}?{one.query}") for one in tenant.journal.entries(path)]


def shown(one: Stage) -> list[Any]:
    """Every row of the list, folded ones too."""
    feed = one.body.feed
    return [row for index in range(len(feed)) for row in feed.covered_items(index)]


async def incident(one: Stage, machines: int = 1) -> tuple[Any, PageScreen]:
    """The list, and the page of the first incident with so many machines."""
    await one.go("inc")
    await one.until(lambda: one.screen(ListScreen).spot.listing.view.id == "incidents")
    await one.filled()
    row = await one.point(lambda row: len(row.machines) >= machines)
    await one.press("enter")
    page = one.screen(PageScreen)
    await one.until(lambda: page.spot.entity is not None)
    await one.calm()
    return row, page


async def tab(one: Stage, number: str) -> list[Any]:
    """The rows of a tab, once they are there."""
    await one.keys(number)
    await one.filled()
    return shown(one)


async def test_the_list_is_one_request_and_its_words_are_a_filter_of_the_server(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        tenant.journal.clear()
        await one.go("inc")
        await one.until(lambda: one.body.view.id == "incidents")
        await one.filled()
        await one.rested()
        assert len(asked(tenant)) <= 3
        ages = [row.created_time for row in shown(one)]
        assert ages == sorted(ages, reverse=True)
        tenant.journal.clear()
        await one.go("inc status:inprogress owner:me since:7d")
        await one.until(lambda: "status:inprogress" in one.top)
        await one.until(lambda: one.body.feed.state == "complete")
        query = asked(tenant)[0]
        for part in ("status eq 'InProgress'", "assignedTo eq 'you@contoso.com'", "createdTime ge 2026-03-07T09:26:"):
            assert part in query
        assert "$top=100" in query


async def test_from_an_alert_to_its_incident_to_its_machines_and_back(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        alert = await one.point(lambda row: row.machine_id)
        await one.rested()
        tenant.journal.clear()
        await one.keys("i")
        page = one.screen(PageScreen)
        await one.filled()
        assert len(asked(tenant)) == 1
        assert page.spot.page.id == "incident"
        assert alert.id in {row.id for row in shown(one)}
        assert {str(row.incident_id) for row in shown(one)} == {str(alert.incident_id)}
        machines = await tab(one, "3")
        assert alert.machine_id in {row.id for row in machines}
        await one.rested()
        assert len(asked(tenant)) <= 3
        await one.press("enter")
        assert one.screen(PageScreen).spot.page_id == machines[0].id
        await one.until(lambda: not one.app.workers)
        tenant.journal.clear()
        # back is where it was, and costs nothing
        await one.press("escape")
        await one.until(lambda: one.screen(PageScreen).spot.page.id == "incident")
        await one.filled()
        assert one.cursor.id == machines[0].id
        assert asked(tenant) == []
        # and the alert's own pivots lead there too
        await one.press("escape")
        await one.keys("p")
        assert {"the incident", "alerts of the incident"} <= {entry.label for entry in one.menu.shown()}


async def test_marked_machines_of_an_incident_are_what_the_sheet_gets(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        row, _ = await incident(one, machines=2)
        machines = await tab(one, "3")
        assert {machine.id for machine in machines} == set(row.machines)
        assert sum(machine.alerts for machine in machines) >= len(row.alerts)
        await one.slow("space", "down", "space")
        marked = {item.id for item in one.body.feed.marked_items()}
        assert len(marked) == 2
        await one.keys("ai")
        sheet = await one.checked()
        assert {target.id for target in sheet.sheet.plan.targets} == marked
        assert {target.kind for target in sheet.sheet.plan.targets} == {"machine"}
        # triage is for alerts
        await one.press("escape")
        await one.keys("t")
        assert "Triage is for alerts" in one.text


def fresh(row: Any) -> bool:
    """Whether an alert is nobody's and mild."""
    return bool(row.status == "New" and row.severity != "High" and not row.assigned_to)


async def test_triage_on_the_alerts_tab_is_seen_there(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        # one that repeats nothing: it stands for itself in a folded list, too
        kinds = Counter((row.title, row.machine_id) for row in shown(one))
        alert = await one.point(lambda row: fresh(row) and kinds[row.title, row.machine_id] == 1)
        await one.keys("i")
        await one.filled()
        await one.point(lambda row: row.id == alert.id)
        await one.keys("ta")
        await one.checked()
        assert [target.id for target in one.sheet.sheet.plan.targets] == [alert.id]
        await one.answer()
        job = (await one.send()).job
        await one.pass_time(lambda: not job.active, step=0.5)
        await one.press("escape")
        await one.until(lambda: {row.assigned_to for row in shown(one) if row.id == alert.id} == {"you@contoso.com"})
        # the cursor has stayed
        assert one.cursor.id == alert.id


async def test_evidence_leads_to_pages(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await incident(one)
        pieces = await tab(one, "4")
        assert {"User"} <= {piece.kind for piece in pieces}
        assert len({piece.id for piece in pieces}) == len(pieces)
        await one.point(lambda piece: piece.kind == "User")
        await one.press("enter")
        assert one.screen(PageScreen).spot.page.id == "user"


async def test_without_xdr_an_incident_is_made_from_its_alerts(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        refuse(tenant)
        alert = await one.point(lambda row: row.machine_id)
        await one.rested()
        tenant.journal.clear()
        await one.keys("i")
        page = one.screen(PageScreen)
        await one.filled()
        assert len(asked(tenant)) == 3
        assert f"incidentId eq {alert.incident_id}" in asked(tenant)[1]
        assert "machines may be missing" in one.text
        rows = shown(one)
        assert alert.id in {row.id for row in rows}
        machines = await tab(one, "3")
        assert {row.id for row in machines} == {row.machine_id for row in rows}
        # what the alerts do not say was looked up in one go
        assert all(row.os_platform for row in machines)
        await one.keys("1")
        await one.until_text("What may be missing")
        assert "Incident.Read.All" in " ".join(one.text.split())
        # what can't be had says so in its own place, the rest goes on
        await one.keys("5")
        await one.until(lambda: "raw" in page.reads)
        assert "permission" in one.text
        await tab(one, "2")
        await one.go("inc")
        await one.until_text("Incident.Read.All")
        await one.press("escape")
        await one.keys("[")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        await one.until(lambda: one.screen(PageScreen).spot.page.id == "incident")


async def test_machines_that_can_not_be_read_are_no_reason_to_say_nothing(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        refuse(tenant)
        await one.point(lambda row: row.machine_id)
        await one.rested()
        tenant.faults.set("forbidden", "Machine.ReadWrite.All", path="/api/machines")
        await one.keys("i")
        await one.filled()
        await one.keys("1")
        await one.until_text("Systems and risk of its machines are not known")
        rows = await tab(one, "2")
        machines = await tab(one, "3")
        assert {row.id for row in machines} == {row.machine_id for row in rows if row.machine_id}


async def test_an_incident_that_nobody_knows_says_why_xdr_refused(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        refuse(tenant)
        alert = one.cursor
        alert.incident_id = 999_999
        await one.keys("i")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.refused is not None)
        await one.until_text("permission")
        assert page.spot.entity is None


async def test_a_merged_incident_leads_to_the_one_it_is_now(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("inc status:redirected")
        await one.until(lambda: "status:redirected" in one.top)
        await one.filled()
        row = one.cursor
        await one.press("enter")
        await one.until_text("Merged into incident")
        await one.keys("pr")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.page_id == str(row.redirect_incident_id) and page.spot.entity is not None)
        assert page.spot.entity.alerts
