"""The blast radius: a tree that grows by one request a branch, and whose machines can be acted on."""

from __future__ import annotations

from typing import Any

import pytest

from mdetui.screens.blasting import BlastScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.blast_tree import Row
from mdetui.views.found import Named, of_alert
from tests.clocks import HeldClock
from tests.driving import Stage, stage


async def named(one: Stage, kind: str) -> Named:
    """Put the cursor on an alert that names one of that kind; what it names."""
    feed = one.body.feed
    for index in range(len(feed)):
        one.table._go(index)
        await one.calm()
        row = one.cursor
        await one.until(lambda: one.session.peek("alerts.get", {"id": row.id}, {}) is not None)  # noqa: B023
        alert: Any = one.session.peek("alerts.get", {"id": row.id}, {})
        found = next((named for named in of_alert(alert) if named.page == kind), None)
        if found is not None:
            return found
    raise AssertionError(f"no alert names a {kind}")


async def blast(one: Stage, kind: str) -> BlastScreen:
    """The blast radius of something that an alert names, by `:blast`."""
    what = await named(one, kind)
    await one.go(f"blast {'CONTOSO' + chr(92) if kind == 'user' else ''}{what.id}")
    await one.until(lambda: isinstance(one.app.screen, BlastScreen))
    await one.calm()
    await one.filled()
    # a preview that was on its way
    await one.rested()
    one.mounted.journal.clear()
    return one.screen(BlastScreen)


def rows(one: Stage) -> list[Row]:
    """The lines of the tree."""
    feed = one.body.feed
    return [feed.entry(index).item for index in range(len(feed))]


async def on(one: Stage, fits: str, kind: str = "branch") -> Row:
    """Put the cursor on a line by its label."""
    row: Row = await one.point(lambda row: row.kind == kind and fits in row.label)
    return row


async def enter(one: Stage) -> None:
    """Enter, and what it asks for is there."""
    await one.press("enter")
    await one.until(lambda: not one.screen(BlastScreen).grown.loading)
    await one.calm()


def asked(one: Stage, part: str) -> int:
    """Requests whose path holds that, since they were last forgotten."""
    return len(one.mounted.journal.entries("/api", where=lambda asked: part in asked.path.lower()))


@pytest.mark.parametrize("kind", ["file", "domain", "ip", "user"])
async def test_nothing_is_read_before_a_branch_is_opened_and_then_one_request(
    tenant: Mounted, clock: HeldClock, kind: str
) -> None:
    async with stage(tenant, clock) as one:
        screen = await blast(one, kind)
        assert one.reads == 0
        assert [row.kind for row in rows(one)][0] == kind
        assert {row.kind for row in rows(one)[1:]} == {"branch"}
        await on(one, "alerts")
        await enter(one)
        assert one.reads == 1
        assert screen.grown.count("alert") > 0
        assert f"{screen.grown.count('alert')} alert" in one.text.splitlines()[-1]
        await one.press("enter")
        await one.press("enter")
        assert asked(one, f"{kind}s/") == 1
        first = rows(one)[1]
        one.table._go(1)
        one.mounted.journal.clear()
        await enter(one)
        assert one.reads == 1
        assert first.label in one.text


async def test_machines_of_an_address_are_those_that_its_alerts_name(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        screen = await blast(one, "ip")
        await on(one, "that its alerts name")
        await enter(one)
        assert one.reads == 1
        assert asked(one, "/alerts") == 1
        assert screen.grown.count("machine") > 0
        # the same answer
        await on(one, "alerts", "branch")
        one.table._go(len(rows(one)) - 1)
        await enter(one)
        assert one.reads == 1


async def test_branches_of_a_machine_and_the_end_of_a_circle(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        screen = await blast(one, "user")
        await on(one, "machines it was seen on")
        await enter(one)
        machine = next(row for row in rows(one) if row.kind == "machine")
        await one.point(lambda row: row is machine)
        one.mounted.journal.clear()
        await enter(one)
        assert one.reads == 0
        await on(one, "users seen on it")
        await enter(one)
        assert asked(one, "/logonusers") == 1
        users = [row for row in rows(one) if row.kind == "user"]
        # the root is among them: it stands further up and can't be opened again
        again = next(row for row in users[1:] if row.seen)
        assert again.entity is screen.grown.root
        await one.point(lambda row: row is again)
        await one.press("enter")
        assert one.cursor.entity is screen.grown.root
        assert not one.cursor.seen
        # alerts of this machine are among those of the root, which are asked for once
        await one.point(lambda row: row.kind == "branch" and "its alerts" in row.label)
        one.mounted.journal.clear()
        await enter(one)
        assert asked(one, "users/") == 1
        one.mounted.journal.clear()
        await one.point(lambda row: row.kind == "branch" and row.label == "alerts")
        await enter(one)
        assert asked(one, "users/") == 0


async def test_a_branch_that_fails_says_so_in_its_place_and_enter_asks_again(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        tenant.faults.set("licence", path="/api/files/")
        await on(one, "alerts")
        await enter(one)
        failed = rows(one)[-1]
        assert failed.kind == "failed"
        assert failed.failed[:30] in one.text
        tenant.faults.clear()
        one.table._go(len(rows(one)) - 1)
        await one.calm()
        await enter(one)
        assert "failed" not in {row.kind for row in rows(one)}
        assert "alert" in {row.kind for row in rows(one)}
        assert one.cursor.kind == "branch"


async def test_marked_machines_reach_the_sheet_and_other_lines_are_left_out(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        await on(one, "machines")
        await enter(one)
        await on(one, "alerts")
        await enter(one)
        one.unlock()
        machines = [row for row in rows(one) if row.kind == "machine"]
        await one.keys("*")
        marked = one.body.feed.marked
        assert marked == len(rows(one))
        await one.keys("a")
        assert f"{marked - len(machines)} lines without a machine left out." in one.text
        entry = next(entry for entry in one.menu.shown() if entry.label == "isolate")
        await one.keys(entry.letter)
        sheet = await one.checked()
        assert {target.id for target in sheet.sheet.plan.targets} == {row.entity.id for row in machines}


async def test_pages_open_from_the_tree_and_it_comes_back_as_it_was(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        await on(one, "machines")
        await enter(one)
        before = [row.key for row in rows(one)]
        machine = await one.point(lambda row: row.kind == "machine")
        await one.keys(" ")
        await one.keys("l")
        assert one.screen(PageScreen).spot.page_id == machine.entity.id
        one.mounted.journal.clear()
        await one.press("escape")
        await one.until(lambda: isinstance(one.app.screen, BlastScreen))
        await one.calm()
        await one.filled()
        assert [row.key for row in rows(one)] == before
        assert one.cursor.key == machine.key
        assert one.body.feed.marked == 1
        assert asked(one, "files/") == 0
        await one.keys("m")
        assert one.screen(PageScreen).spot.page_id == machine.entity.id


async def test_from_a_page_and_from_the_pivot_menu(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        what = await named(one, "file")
        await one.go(f"find {what.id}")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        await one.until(lambda: not one.app.workers)
        await one.keys("b")
        await one.until(lambda: isinstance(one.app.screen, BlastScreen))
        assert one.screen(BlastScreen).grown.root.id == what.id
        await one.press("escape")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        await one.keys("p")
        assert next(entry for entry in one.menu.shown() if entry.letter == "b").label.startswith("blast radius of file")
        await one.keys("b")
        await one.until(lambda: isinstance(one.app.screen, BlastScreen))


async def test_what_has_none_is_said(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("blast CVE-1900-1234")
        await one.until_text("A blast radius begins at")


async def test_what_is_copied_is_of_the_line(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        await on(one, "machines")
        await enter(one)
        machine = await one.point(lambda row: row.kind == "machine")
        await one.keys("Y")
        entries = {entry.label: entry.note for entry in one.menu.shown()}
        assert entries["id"] == machine.entity.id
        assert machine.label.split(".")[0] in entries["row"]
        assert entries["portal link"].startswith("https://security.microsoft.com/machines/v2/")
        await one.press("escape")
        await on(one, "machines")
        await one.keys("o")
        assert "There is no portal page for this row." in one.text


async def test_a_branch_comes_even_when_the_tree_is_left_meanwhile(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        screen = await blast(one, "file")
        tree = screen.grown
        await on(one, "alerts")
        tenant.faults.set("latency", "400", path="/api/files/")
        await one.press("enter")
        assert "reading" in one.text
        await one.press("escape")
        assert not isinstance(one.app.screen, BlastScreen)
        await one.until(lambda: not tree.loading)
        await one.keys("]")
        await one.until(lambda: isinstance(one.app.screen, BlastScreen))
        await one.calm()
        await one.filled()
        assert one.reads == 1
        assert {row.kind for row in rows(one)} == {"file", "branch", "alert"}
        assert one.cursor.label == "alerts"


async def test_a_load_that_is_stopped_can_be_asked_for_again(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        await on(one, "alerts")
        tenant.faults.set("latency", "400", path="/api/files/")
        await one.press("enter", "ctrl+c")
        await one.until(lambda: not one.screen(BlastScreen).grown.loading)
        assert "The load was stopped" in one.text
        tenant.faults.clear()
        await enter(one)
        assert "alert" in {row.kind for row in rows(one)}


async def test_r_asks_again_for_the_branch_of_the_line(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await blast(one, "file")
        await one.keys("r")
        assert "This was not asked for" in one.text
        await on(one, "machines")
        await enter(one)
        machine = await one.point(lambda row: row.kind == "machine")
        one.mounted.journal.clear()
        await one.keys("r")
        await one.until(lambda: not one.screen(BlastScreen).grown.loading)
        await one.calm()
        assert asked(one, "files/") == 1
        assert one.cursor.key == machine.key
