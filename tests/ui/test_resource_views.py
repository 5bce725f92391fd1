"""Investigations, indicators, the library, machine actions with what they left behind, Graph: what opening them costs,
what their words ask, where they lead, and that a refusal stays in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.live import script_lines
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage

# command -> (words, what the first request must hold)
ASKS = {
    "inv": ("state:running since:30d", ("state eq 'Running'", "startTime ge 2026-02-12T09:26:")),
    "ind": ("type:ip action:block", ("indicatorType eq 'IpAddress'", "action eq 'Block'")),
    "act": ("type:Isolate status:Succeeded", ("type eq 'Isolate'", "status eq 'Succeeded'")),
    "ga": ("product:identity sev:high", ("serviceSource eq 'microsoftDefenderForIdentity'", "severity eq 'high'")),
    "gi": ("status:inprogress", ("status eq 'inProgress'",)),
}
# command -> permission without which the service refuses, and the path it refuses
NEEDS = {
    "ind": ("Ti.ReadWrite.All", "/api/indicators"),
    "lib": ("Library.Manage", "/api/libraryfiles"),
    "inv": ("Alert.ReadWrite.All", "/api/investigations"),
    "ga": ("SecurityAlert.ReadWrite.All", "/v1.0/security/alerts_v2"),
    "gi": ("SecurityIncident.ReadWrite.All", "/v1.0/security/incidents"),
}


def asked(tenant: Mounted) -> list[str]:
    """What the API was asked since the journal was cleared, readable."""
    found = tenant.journal.entries(where=lambda one: "/oauth2/" not in one.path and "/.well-known/" not in one.path)
    return [unquote(f"{one.path}?{one.query}") for one in found]


async def listed(one: Stage, line: str) -> list[Any]:
    """A list, by a command; its rows."""
    before = one.frame
    await one.go(line)
    await one.until(lambda: one.frame is not before)
    await one.filled()
    return [row for index in range(len(one.body.feed)) for row in one.body.feed.covered_items(index)]


async def opened(one: Stage, fits: Callable[[Any], object]) -> PageScreen:
    """The page of the first row that fits."""
    await one.point(fits)
    await one.press("enter")
    page = one.screen(PageScreen)
    await one.until(lambda: page.spot.entity is not None)
    await one.calm()
    return page


@pytest.mark.parametrize("command", [*NEEDS, "act"])
async def test_a_list_opens_with_few_requests(start_simulator: StartSimulator, clock: HeldClock, command: str) -> None:
    # the size of the demo: with fewer alerts a window of time brings less than a screen
    tenant = start_simulator(machines=600, alerts=3_000)
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.journal.clear()
        rows = await listed(one, command)
        await one.rested()
        assert rows
        assert 1 <= len(asked(tenant)) <= 3


@pytest.mark.parametrize("command", ASKS)
async def test_words_ask_the_server(tenant: Mounted, clock: HeldClock, command: str) -> None:
    words, parts = ASKS[command]
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.journal.clear()
        before = one.frame
        await one.go(f"{command} {words}")
        await one.until(lambda: one.frame is not before and asked(tenant))
        for part in parts:
            assert part in asked(tenant)[0]


@pytest.mark.parametrize("command", NEEDS)
async def test_a_refused_resource_says_so_and_the_rest_goes_on(
    start_simulator: StartSimulator, clock: HeldClock, command: str
) -> None:
    permission, path = NEEDS[command]
    tenant = start_simulator()
    tenant.faults.set("forbidden", permission, path=path)
    async with stage(tenant, clock, size=(80, 24)) as one:
        before = one.frame
        await one.go(command)
        await one.until(lambda: one.frame is not before)
        await one.until(lambda: one.body.feed.state == "failed")
        await one.calm()
        # the list itself says it, in its own place
        assert permission.split(".")[0] in " ".join(one.text.split())
        await one.keys("[")
        await one.until(lambda: one.body.view.id == "alerts")
        await one.filled()
        await one.keys("m")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.entity is not None)


async def test_an_investigation_leads_to_its_alert_and_machine(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await listed(one, "inv")
        row = await one.point(lambda row: row.triggering_alert_id and row.machine_id)
        page = await opened(one, lambda found: found is row)
        assert page.spot.page_id == row.id
        await one.keys("2")
        await one.filled()
        feed = one.body.feed
        ids = {alert.id for index in range(len(feed)) for alert in feed.covered_items(index)}
        assert row.triggering_alert_id in ids
        await one.keys("1pt")
        alert = one.screen(PageScreen)
        await one.until(lambda: alert.spot.entity is not None)
        assert alert.spot.page_id == row.triggering_alert_id
        # and back, from the alert's own pivots
        await one.keys("pv")
        await one.until(lambda: one.screen(PageScreen).spot.page.id == "investigation")
        assert one.screen(PageScreen).spot.page_id == row.id
        await one.keys("m")
        assert one.screen(PageScreen).spot.page_id == row.machine_id


async def test_expired_indicators_are_marked_and_values_lead_to_pages(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        rows = await listed(one, "ind")
        over = [row for row in rows if row.expiration_time and row.expiration_time < "2026-03-14T09:26:53"]
        assert over
        await one.point(lambda row: row is over[0])
        await one.rested()
        assert "expired" in one.text
        await one.point(lambda row: row.indicator_type == "IpAddress")
        value = one.cursor.indicator_value
        await one.press("enter")
        page = one.screen(PageScreen)
        assert (page.spot.page.id, page.spot.page_id) == ("ip", value)


async def test_the_result_of_a_script_is_fetched_by_a_key_and_its_link_is_never_shown(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock) as one:
        await listed(one, "act type:LiveResponse")
        await opened(one, lambda row: row.status == "Succeeded")
        assert "result available" in one.text
        await one.keys("2")
        await one.filled()
        await one.rested()
        # nothing was asked for yet
        assert not any("GetLiveResponseResult" in path or "blob" in path for path in asked(tenant))
        page = await opened(one, lambda row: row.kind == "RunScript")
        await one.until_text("exit code")
        assert "3 processes, 1 of them unsigned" in one.text
        links = [path for path in asked(tenant) if path.startswith("/blobs/")]
        assert len(links) == 1
        assert "sig=" in links[0]
        link = page.spot.entity.link
        assert link.startswith("https://")
        assert link not in repr(page.spot.entity)
        for _ in range(2):
            assert "sig=" not in one.text
            await one.keys("Y")
        await one.press("escape")
        await one.keys("y")
        assert "link sent to the terminal" in one.text
        # a file is not fetched: only that it is there is said
        await one.keys("[")
        await one.until(lambda: one.screen(PageScreen).spot.page.id == "action")
        await one.filled()
        await opened(one, lambda row: row.kind == "GetFile")
        assert "not fetched" in " ".join(one.text.split())
        assert len([path for path in asked(tenant) if path.startswith("/blobs/")]) == 1
        await one.keys("L")
        await one.until_text("/blobs/live")
        assert "sig=" not in one.text


async def test_the_link_to_a_package_is_asked_for_by_a_key(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await listed(one, "act type:CollectInvestigationPackage")
        await opened(one, lambda row: row.status == "Succeeded")
        assert not any("getPackageUri" in path for path in asked(tenant))
        await one.keys("pk")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.entity is not None)
        assert [path for path in asked(tenant) if "getPackageUri" in path]
        assert page.spot.entity.link.startswith("https://")
        assert "sig=" not in one.text


async def test_an_open_action_can_be_cancelled_from_its_page(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(machines=600)
    async with stage(tenant, clock, write_minutes=30) as one:
        await listed(one, "act")
        page = await opened(one, lambda row: row.status == "Pending")
        await one.keys("a")
        await one.keys(one.menu.shown()[0].letter)
        await one.checked()
        assert [target.id for target in one.sheet.sheet.plan.targets] == [page.spot.page_id]


async def test_alerts_of_graph_lead_to_the_endpoint_alert_or_say_that_there_is_none(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock) as one:
        await listed(one, "ga")
        row = await one.point(lambda row: row.service_source == "microsoftDefenderForIdentity")
        await one.press("enter")
        assert "no page of its own" in one.text
        await one.keys("pn")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.entity is not None)
        assert page.spot.page_id == str(row.incident_id)
        assert row.id in {alert.id for alert in page.spot.entity.alerts}


async def test_a_list_that_the_service_calls_incomplete_says_so(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        tenant.faults.set("partial", path="/v1.0/security/alerts_v2")
        await listed(one, "ga")
        assert one.body.feed.loaded
        assert "incomplete: r asks again" in one.bottom
        tenant.faults.clear("partial")
        await one.keys("r")
        await one.until(lambda: "incomplete" not in one.bottom)
        await one.filled()
        assert "incomplete" not in one.bottom
        assert "loaded" in one.bottom


def test_what_a_script_said_may_be_anything() -> None:
    def said(content: bytes) -> str:
        return "\n".join("".join(cell.text for cell in line.cells) for line in script_lines(content))

    assert "plain\nwords" in said(b"plain\nwords")
    assert "exit code     3" in said(b'\xef\xbb\xbf{"exit_code": 3, "script_output": "a\nb"}')
    assert "\\x1b" in said(b'{"script_output": "\\u001b[31m", "script_errors": ["one", "two"]}')
    assert said(b"[1, 2]") == "[1, 2]"
    assert said(b"\xff\xfe") != ""
    assert said(b"") == "-"
