"""Vulnerability management on the screen: lists and pages, what leads where, and lists that have no view of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest

from mdetui.api.endpoints import operation
from mdetui.screens.listing import ListScreen
from mdetui.screens.menu import MenuScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views import automatic
from mdetui.views.base import STYLES, Context
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage

# a command, the page that Enter opens, and its list tabs
LISTS: dict[str, tuple[str, Sequence[str]]] = {
    "vulnerabilities": ("vulnerability", "23"),
    "software": ("software", "23"),
    "recommendations": ("recommendation", "2"),
    "remediation": ("remediation", ""),
    "avhealth": ("machine", "56"),
}


def asked(tenant: Mounted, path: str) -> list[str]:
    """Values of `$filter` with which a path was asked."""
    entries = tenant.journal.entries(where=lambda one: one.path.lower() == path)
    return [parse_qs(one.query).get("$filter", [""])[0] for one in entries]


async def opened(one: Stage, line: str) -> None:
    """A list by its command, with rows."""
    await one.go(line)
    await one.filled()
    await one.rested()


async def page_of(one: Stage) -> PageScreen:
    """The page that Enter opens, with all that it asks for."""
    await one.press("enter")
    page = one.screen(PageScreen)
    await one.until(lambda: page.spot.entity is not None and not one.app.workers)
    await one.calm()
    return page


@pytest.mark.parametrize("command", LISTS)
async def test_a_list_and_the_page_of_a_row_open_with_few_requests(
    tenant: Mounted, clock: HeldClock, command: str
) -> None:
    noun, tabs = LISTS[command]
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.journal.clear()
        await opened(one, command)
        assert 1 <= one.reads <= 3
        row = one.cursor
        tenant.journal.clear()
        page = await page_of(one)
        assert one.reads <= 3
        assert page.spot.page.id == noun
        assert page.spot.page_id in (row.id, getattr(row, "machine_id", None))
        for tab in tabs:
            await one.keys(tab)
            await one.until(lambda: page.list_body is not None and page.list_body.feed.loaded)
        await one.press("escape")
        assert one.cursor is row


@pytest.mark.parametrize(
    ("line", "path", "filters"),
    [
        ("vulnerabilities sev:critical cvss:9", "/api/vulnerabilities", "severity eq 'Critical' and cvssV3 ge 9.0"),
        ("sw vendor:o'neill", "/api/software", "vendor eq 'o''neill'"),
        ("software vendor:microsoft", "/api/software", "vendor eq 'microsoft'"),
        (
            "recommendations type:setting sev:5",
            "/api/recommendations",
            "remediationType eq 'ConfigurationChange' and severityScore ge 5.0",
        ),
        ("remediation status:active", "/api/remediationtasks", "status eq 'Active'"),
        (
            "avhealth mode:passive sig:old",
            "/api/deviceavinfo",
            "avMode eq '1' and avIsSignatureUpToDate eq 'False'",
        ),
    ],
)
async def test_words_are_asked_of_the_server(
    tenant: Mounted, clock: HeldClock, line: str, path: str, filters: str
) -> None:
    async with stage(tenant, clock) as one:
        await one.go(line)
        await one.until(lambda: not one.body.feed.busy and one.body.feed.state != "loading")
        assert one.body.feed.state != "failed", one.text
        assert asked(tenant, path) == [filters]


async def test_a_word_that_takes_a_number_says_so(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("vulnerabilities cvss:high")
        assert "'high' is not a number." in one.text
        assert tenant.journal.count("/api/vulnerabilities") == 0


async def test_a_vulnerability_leads_to_its_machines_which_can_be_acted_on(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "vulnerabilities cve:CVE-2024-38063")
        page = await page_of(one)
        await one.keys("2")
        await one.filled()
        exposed = page.spot.entity.exposed_machines
        assert one.body.feed.loaded == exposed == 13
        # each of them has it
        ids = [one.body.feed.entry(n).item.id for n in range(len(one.body.feed))]
        await one.keys("m")
        machine = one.screen(PageScreen)
        assert (machine.spot.page.id, machine.spot.page_id) == ("machine", ids[0])
        await one.press("escape")
        # marks reach the sheet as machines
        one.unlock()
        await one.keys(" j ")
        chosen = {row.id: row.computer_dns_name for row in one.body.feed.marked_items()}
        assert len(chosen) == 2
        await one.keys("a")
        await one.until(lambda: isinstance(one.app.screen, MenuScreen))
        await one.until(lambda: isinstance(one.app.screen, MenuScreen))
        await one.keys("i")
        sheet = await one.checked()
        found = {target.id: target.name for target in sheet.sheet.plan.targets}
        assert found == chosen


async def test_products_of_a_vulnerability_are_folded_and_lead_to_the_software(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "vulnerabilities cve:CVE-2023-4863")
        page = await page_of(one)
        await one.keys("3")
        await one.filled()
        feed = one.body.feed
        names = [feed.entry(n).item.product_name for n in range(len(feed))]
        assert len(names) == len(set(names)) > 1
        assert sum(feed.entry(n).count for n in range(len(feed))) == feed.loaded > len(names)
        assert asked(tenant, "/api/vulnerabilities/machinesvulnerabilities") == [f"cveId eq '{page.spot.page_id}'"]
        row = one.cursor
        await one.keys("ps")
        await one.until(lambda: isinstance(one.app.screen, PageScreen) and one.app.screen is not page)
        software = one.screen(PageScreen)
        assert software.spot.page_id == f"{row.product_vendor}-_-{row.product_name}"
        await one.until(lambda: software.spot.entity is not None and not one.app.workers)
        await one.until_text("VERSION")
        # and back to the vulnerability
        await one.keys("3")
        await one.filled()
        await one.point(lambda one: one.id == page.spot.page_id)


async def test_a_recommendation_leads_to_its_software_and_a_setting_to_none(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "recommendations")
        update = await one.point(lambda row: row.id.startswith("va-_-"))
        entry = await pivot(one, "software ")
        page = one.screen(PageScreen)
        assert (page.spot.page.id, page.spot.page_id) == ("software", update.id.removeprefix("va-_-")), entry
        await one.press("escape")
        await page_of(one)
        await one.keys("4")
        await one.until_text(f"{update.vendor} {update.product_name}")
        await one.press("escape")
        await one.point(lambda row: row.id.startswith("sca-_-"))
        await page_of(one)
        tenant.journal.clear()
        await one.keys("4")
        await one.until_text("about a setting")
        assert one.reads == 0


async def pivot(one: Stage, label: str) -> str:
    """Take the entry of the pivot menu that begins so."""
    await one.keys("p")
    entry = next(entry for entry in one.menu.shown() if entry.label.startswith(label))
    await one.keys(entry.letter)
    await one.calm()
    return entry.label


async def test_a_task_leads_to_its_recommendation_and_software(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "remediation")
        task = await one.point(lambda row: row.product_id)
        await pivot(one, "the recommendation")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.entity is not None)
        assert page.spot.entity.id == f"va-_-{task.product_id}"
        await one.press("escape")
        await pivot(one, "the software")
        page = one.screen(PageScreen)
        await one.until(lambda: page.spot.entity is not None)
        assert page.spot.entity.id == task.product_id


async def test_sorting_counts_numbers(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "software")
        feed = one.body.feed
        one.body.apply(feed.sort("exposed", True))
        await one.filled()
        counts = [feed.entry(n).item.exposed_machines for n in range(len(feed))]
        assert counts == sorted(counts, reverse=True)
        assert len(set(counts)) > 5


async def test_rows_of_antivirus_health_act_on_the_machine(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await opened(one, "avhealth")
        one.unlock()
        row = one.cursor
        assert row.id != row.machine_id
        await one.keys("a")
        await one.until(lambda: isinstance(one.app.screen, MenuScreen))
        await one.keys("i")
        sheet = await one.checked()
        assert [(target.id, target.name) for target in sheet.sheet.plan.targets] == [
            (row.machine_id, row.computer_dns_name)
        ]


async def test_scores_are_one_page(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.journal.clear()
        await one.go("scores")
        page = one.screen(PageScreen)
        await one.until_text("Workstations")
        await one.until(lambda: not one.app.workers)
        assert one.reads == 3
        groups = page.reads["groups"].rows
        places = [one.text.index(row.rbac_group_name) for row in sorted(groups, key=lambda row: -row.score)]
        assert places == sorted(places)
        assert "2,29" in one.text


async def test_what_has_no_view_is_browsed(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.journal.clear()
        await opened(one, "browse baselines.prof")
        assert one.screen(ListScreen).spot.listing.view.operation == "baselines.profiles"
        assert one.reads == 1
        # every field is in the preview
        shown = {field.name for field in automatic.fields_of(type(one.cursor))}
        assert len(shown) == len(type(one.cursor).__struct_fields__)
        await one.until_text("last update")
        await one.go("browse nothing-like-it")
        assert "There is no 'nothing-like-it' to browse." in one.text
        await one.go("browse exports.")
        assert "may be several things" in one.text


async def test_browsing_without_a_word_offers_all(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("browse")
        labels = [entry.id for entry in one.menu.shown()]
        assert labels == automatic.browsable()
        await one.keys("permissions\r")
        await one.filled()
        assert one.screen(ListScreen).spot.listing.view.operation == "browserExtensions.permissions"


@pytest.mark.parametrize("name", automatic.browsable())
def test_automatic_views_draw_a_row_with_nothing_in_it(name: str) -> None:
    view = automatic.view_of(name)
    op = operation(name)
    model: Any = op.line or op.model
    row, context = model(), Context(datetime(2026, 3, 14, tzinfo=UTC))
    assert sum(column.width + 1 for column in view.columns if not column.at) <= 78
    assert not view.columns[0].at
    for column in view.columns:
        assert column.cell(row, context).style in STYLES
        assert column.sort is None or column.sort(row) is not None
    assert len(view.texts(row)) == len(model.__struct_fields__)
    assert view.preview is not None
    assert view.preview(row, context, {})
    assert isinstance(view.subject.key(row), str)


async def test_a_tenant_without_the_licence_says_so_in_its_place(
    start_simulator: StartSimulator, clock: HeldClock
) -> None:
    tenant = start_simulator()
    async with stage(tenant, clock) as one:
        await one.rested()
        tenant.faults.set("no-tvm", path="/api/recommendations")
        await one.go("recommendations")
        await one.until(lambda: one.body.feed.state == "failed")
        assert "licen" in one.text
        # the rest goes on
        await opened(one, "software")
        assert one.body.feed.state != "failed"
