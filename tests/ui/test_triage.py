"""Triage in the whole program: from the keys in the queue to the bodies that arrive, and back into the rows of the queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mdetui.response.jobs import State
from mdetui.screens.confirm import SheetScreen
from mdetui.screens.menu import MenuScreen
from mdetui.simulator.mount import Mounted
from mdetui.text import parse_time
from tests.clocks import HeldClock
from tests.driving import Stage, stage
from tests.simulated import client_of


def mild(row: Any) -> bool:
    """Whether triage of this alert alone needs neither reason nor number."""
    return bool(row.severity != "High" and row.status == "New" and not row.assigned_to)


async def done(one: Stage) -> None:
    """Until the open job has ended and the queue below has been asked what is new."""
    job = one.job.job
    await one.pass_time(lambda: not job.active, step=0.5)
    await one.calm()
    await one.until(lambda: not one.app.workers)
    await one.calm()


async def choose(one: Stage, *values: str) -> None:
    """Choose values in the fields of the sheet by their first letters, from the first field on."""
    for value in values:
        field = next(field for field in one.sheet.sheet.fields if field.key == one.sheet.sheet.focus)
        for _ in range(20):
            if getattr(field, "value", "") == value:
                break
            await one.keys(value[0].lower())
            field = next(field for field in one.sheet.sheet.fields if field.key == one.sheet.sheet.focus)
        assert field.value == value
        await one.keys("\t")


def shown(one: Stage, ids: Sequence[str], name: str) -> set[Any]:
    """A property of those rows as the list has them."""
    found = [one.body.feed.item(("demo", row_id)) for row_id in ids]
    return {getattr(row, name) for row in found}


def around(tenant: Mounted) -> list[str]:
    """What was asked of alerts by their ids, without what the preview reads."""
    found = tenant.journal.entries(
        "/api/alerts", where=lambda one: one.method != "GET" or one.query.startswith("$filter=id%20eq")
    )
    return [one.method for one in found]


async def test_assign_to_me_and_take_it_back(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        await one.keys("f0")
        row = await one.point(lambda row: mild(row) and (one.body.feed.index_of(("demo", row.id)) or 0) > 3)
        line = one.table.cursor
        await one.keys("ta")
        sheet = await one.checked()
        assert [target.id for target in sheet.sheet.plan.targets] == [row.id]
        assert row.title in one.text
        assert row.id in one.text
        await one.answer("")
        tenant.journal.clear()
        await one.send()
        await done(one)
        (patch,) = one.writes
        assert (patch.method, patch.path) == ("PATCH", f"/api/alerts/{row.id}")
        (job_row,) = one.job.job.rows
        assert json.loads(patch.body) == {
            "assignedTo": "you@contoso.com",
            "comment": f"assign (you@contoso.com via mdetui #{job_row.entry})",
        }
        assert around(tenant) == ["GET", "PATCH"], "read again, then written; the answer is the reading back"
        assert json.loads(one.ledger.splitlines()[0])["old"] == {row.id: {"status": "New"}}
        assert job_row.state is State.DONE
        # back in the queue: the row shows it, the cursor has not moved
        await one.press("escape")
        assert (one.table.cursor, one.cursor.id) == (line, row.id)
        assert one.cursor.assigned_to == "you@contoso.com"
        assert "me" in one.lines[1 + 1 + line - one.table.top].split()
        # undo
        await one.keys(":jobs\r")
        await one.keys("u")
        undo = await one.checked()
        assert undo.sheet.plan.action.id == "alert.restore"
        await one.answer("")
        await one.send()
        await done(one)
        assert json.loads(one.writes[-1].body)["assignedTo"] == ""
        assert len(one.writes) == 2
        await one.press("escape")
        assert one.cursor.id == row.id
        assert not one.cursor.assigned_to


async def test_marked_rows_and_the_repeats_of_a_folded_one_go_in_one_batch(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        feed = one.body.feed
        # a page that comes later may bring the folded row a repeat that is no longer mild
        await one.until(lambda: feed.state == "complete" and not feed.busy)
        for _ in range(2):
            folded = next(
                n for n in range(len(feed))
                if feed.entry(n).count > 1 and all(mild(row) for row in feed.covered_items(n)) and not feed.entry(n).mark
            )  # fmt: skip
            one.table._go(folded)
            await one.press("space")
        single = await one.point(
            lambda row: (
                mild(row) and (entry := feed.entry(feed.index_of(("demo", row.id)) or 0)).count == 1 and not entry.mark
            )
        )
        await one.press("space")
        ids = [row.id for row in feed.marked_items()]
        assert single.id in ids
        assert len(ids) >= 5
        assert f"{len(ids)} marked" in one.bottom
        # marks and another row under the cursor: it asks
        await one.point(lambda row: row.id not in ids)
        stays = one.cursor.id
        await one.keys("t")
        assert f"the {len(ids)} marked" in one.text
        assert "this row" in one.text
        await one.keys("ms")
        sheet = await one.checked()
        assert [target.id for target in sheet.sheet.plan.targets] == ids
        await choose(one, "InProgress")
        assert not [f"{one.target.id}: {one.struck}" for one in sheet.sheet.plan.struck]
        await one.answer("looking")
        assert not [f"{one.target.id}: {one.struck}" for one in sheet.sheet.plan.struck]
        tenant.journal.clear()
        await one.send()
        await done(one)
        (batch,) = one.writes
        assert (batch.method, batch.path) == ("POST", "/api/alerts/batchUpdate")
        body = json.loads(batch.body)
        assert body.pop("comment").startswith("looking (you@contoso.com via mdetui #")
        assert body == {"alertIds": ids, "status": "InProgress"}
        assert around(tenant) == ["GET", "POST", "GET"], "read again, written, read back"
        assert {row.state for row in one.job.job.rows} == {State.DONE}
        await one.press("escape")
        assert one.cursor.id == stays
        assert shown(one, ids, "status") == {"InProgress"}
        assert not feed.marked
        # undo sets each back to its own
        await one.keys(":jobs\r")
        await one.keys("u")
        await one.checked()
        await one.answer("")
        await one.send()
        await done(one)
        await one.press("escape")
        assert shown(one, ids, "status") == {"New"}


async def test_this_row_although_others_are_marked(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.keys("f0  ")
        row = one.cursor
        marked = {item.id for item in one.body.feed.marked_items()}
        await one.keys("tha")
        sheet = await one.checked()
        assert [target.id for target in sheet.sheet.plan.targets] == [row.id]
        assert {item.id for item in one.body.feed.marked_items()} == marked


async def test_classify_determine_and_resolve(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        await one.keys("f0")
        row = await one.point(mild)
        await one.keys("tc")
        await one.checked()
        # what the service takes together is offered together
        await choose(one, "FalsePositive")
        assert "InsufficientData" in one.text
        assert "Phishing" not in one.text
        await choose(one, "Clean", "Resolved")
        await one.answer("")
        await one.send()
        await done(one)
        body = json.loads(one.writes[0].body)
        assert body.pop("comment").startswith("classify (")
        assert body == {"classification": "FalsePositive", "determination": "Clean", "status": "Resolved"}
        await one.press("escape")
        # it does not vanish from under the cursor although the queue shows open alerts
        assert (one.cursor.id, one.cursor.status, one.cursor.determination) == (row.id, "Resolved", "Clean")


async def test_a_comment_needs_words(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.keys("f0")
        row = await one.point(mild)
        await one.keys("tn")
        await one.checked()
        await one.answer("")
        assert "not armed: Comment: some words" in one.text
        await one.keys("\tseen on two machines\t")
        await one.send()
        await done(one)
        body = json.loads(one.writes[0].body)
        assert list(body) == ["comment"]
        await one.press("escape")
        # Enter shows it on the page
        await one.keys("\r")
        await one.until_text("1 comment")
        assert body["comment"] in one.text.replace("\n ", "")
        assert row.title.split()[0] in one.top


async def test_many_or_high_alerts_want_reason_and_number(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.keys("f0*ts")
        sheet = await one.checked()
        await choose(one, "InProgress")
        # those that are in progress already are struck out
        number = len(sheet.sheet.plan.sent)
        assert 0 < number < len(sheet.sheet.plan.targets)
        await one.keys("\t")
        await one.keys("\t")
        assert "not armed: Reason: 10 characters or a ticket" in one.text
        await one.keys("\t\tINC-2291\t999\t")
        assert "Type the number of alerts" in one.text
        await one.keys("!")
        assert one.writes == []
        await one.press("shift+tab", "ctrl+u")
        await one.keys(f"{number}\t")
        await one.send()
        await done(one)
        assert sum(len(json.loads(write.body)["alertIds"]) for write in one.writes) == number


async def test_what_a_colleague_changed_meanwhile_is_left_alone_and_shown(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.keys("f0")
        row = await one.point(mild)
        await one.keys("ta")
        await one.checked()
        await one.answer("")
        async with client_of(tenant) as colleague:
            answer = await colleague.patch(f"/api/alerts/{row.id}", json={"assignedTo": "k.b@contoso.com"})
        assert answer.status_code == 200
        tenant.journal.clear()
        await one.send()
        await done(one)
        assert one.writes == []
        assert "somebody changed it since you confirmed: owner - -> k.b@contoso.com" in one.text
        await one.press("escape")
        assert one.cursor.id == row.id
        assert one.cursor.assigned_to == "k.b@contoso.com"


async def test_an_open_action_is_cancelled_from_the_list_of_actions(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        await one.go("m")
        await one.filled()
        machine = await one.point(
            lambda row: (clock.now() - (parse_time(row.last_seen) or clock.now())).days > 8
            and not row.computer_dns_name.startswith("dc-")
        )  # fmt: skip
        await one.keys("as")
        await one.checked()
        await one.answer("")
        await one.send()
        await one.pass_time(lambda: one.writes, step=0.2)
        await one.press("escape")
        await one.go("act status:Pending")
        await one.filled()
        row = await one.point(lambda row: row.machine_id == machine.id)
        await one.keys("a")
        assert "cancel" in one.text
        await one.keys("c")
        sheet = await one.checked()
        assert [target.id for target in sheet.sheet.plan.targets] == [row.id]
        assert machine.computer_dns_name.split(".")[0] in one.text
        await one.answer()
        await one.send()
        await one.pass_time(lambda: len(one.writes) == 2, step=0.2)
        assert one.writes[-1].path == f"/api/machineactions/{row.id}/cancel"
        assert json.loads(one.writes[-1].body)["Comment"].startswith("[INC-2291] credential dumping (you@contoso.com")
        await done(one)
        await one.press("escape")
        await one.until(lambda: one.body.feed.state == "complete")
        assert one.body.feed.item(("demo", row.id)) is None, "it is no longer pending"


async def test_read_only_says_so_in_menu_and_sheet(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.keys("t")
        assert isinstance(one.app.screen, MenuScreen)
        assert "read-only: :write 30m opens the lock" in one.text
        await one.keys("a")
        await one.checked()
        await one.answer()
        assert "not armed: the write lock is closed (:write 30m opens it)" in one.text
        await one.keys("!")
        assert isinstance(one.app.screen, SheetScreen)
        assert one.writes == []
