"""The sheet in the whole program, beyond the bursts of `test_sheet_safety`: what is shown is what is sent, recorded first,
whatever happens to the rows below; several machines; keys as a keyboard and a real terminal send them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from mdetui import paths
from mdetui.response.sheet import ACTION, Phase
from mdetui.screens.confirm import SheetScreen
from mdetui.screens.jobs import JobScreen
from mdetui.screens.listing import ListScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.perf.pty import Terminal, python
from tests.simulated import client_of, rows_of

# a keyboard's repeat, and a little more than the sheet's quiet time
RATE, CALM = 1 / 30, 0.35


def plain(row: Any) -> bool:
    """Whether a row's machine is not protected."""
    return bool(row.computer_dns_name) and not row.computer_dns_name.startswith("dc-")


async def ready(one: Stage) -> Any:
    """A sheet for isolation on which everything is right, on the action line; the row it was opened from."""
    row = await one.point(plain)
    await one.keys("ai")
    await one.checked()
    await one.answer()
    await one.armed()
    return row


async def nothing_sent(one: Stage) -> None:
    """Long enough for whatever was pressed to have been taken for a deliberate key."""
    await asyncio.sleep(2 * CALM)
    await one.calm()
    assert one.writes == []
    assert '"intent"' not in one.ledger


async def test_it_is_on_the_disk_before_it_leaves(tenant: Mounted, clock: HeldClock) -> None:
    seen: list[tuple[dict[str, Any], dict[str, Any]]] = []

    async with stage(tenant, clock, write_minutes=30) as one:

        def look(request: httpx.Request) -> None:
            seen.append((json.loads(request.content), json.loads(one.ledger.splitlines()[-1])))

        row = await ready(one)
        one.tap.before = look
        shown = one.text
        await one.send()
        await one.until(lambda: one.writes)
        ((body, intent),) = seen
        assert intent["event"] == "intent"
        assert intent["body"] == body == json.loads(one.writes[0].body)
        assert intent["route"] == one.writes[0].path == f"/api/machines/{row.machine_id}/isolate"
        assert intent["targets"][0]["id"] == row.machine_id
        assert (intent["ticket"], intent["reason"], intent["analyst"]) == (
            "INC-2291",
            "credential dumping",
            "you@contoso.com",
        )
        assert body["Comment"] == f"[INC-2291] credential dumping (you@contoso.com via mdetui #{intent['id']})"
        # what was on the screen when it was confirmed
        for part in (row.machine_id, row.computer_dns_name, "as app mdetui-demo for you@contoso.com", "Full isolation"):
            assert part in shown


async def test_no_ledger_no_request(tenant: Mounted, clock: HeldClock) -> None:
    # nothing can be written there
    paths.ledger_file().mkdir()
    async with stage(tenant, clock, write_minutes=30) as one:
        await ready(one)
        await one.send()
        await one.until(lambda: not one.job.job.active)
        await one.calm()
        assert one.writes == []
        assert "not sent: the ledger can't be used" in " ".join(one.text.split())


async def test_targets_are_frozen_whatever_the_rows_below_do(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(arrivals=10.0)
    async with stage(tenant, clock, write_minutes=30) as one:
        body = one.body
        row = await ready(one)
        shown = [line for line in one.lines if row.machine_id in line]
        assert shown
        # new rows come and are let in, the order changes, a filter hides the row, a colleague changes and renames things
        clock.advance(20)
        body.refresh_rows()
        await one.until(lambda: body.feed.announced)
        body.show_new()
        body.apply(body.feed.sort("machine", True))
        body.apply(body.feed.set_filter("nothing has this word"))
        body.table.first()
        async with client_of(tenant) as colleague:
            answer = await colleague.patch(f"/api/alerts/{row.id}", json={"status": "Resolved"})
            assert answer.status_code == 200
        body.refresh_rows()
        await one.until(lambda: not one.app.workers)
        await one.until(lambda: len(body.feed) == 0)
        one.frame.redraw()
        await one.calm()
        assert [line for line in one.lines if row.machine_id in line] == shown
        await one.send()
        await one.until(lambda: one.writes)
        assert [write.path for write in one.writes] == [f"/api/machines/{row.machine_id}/isolate"]


async def test_a_theme_a_lock_that_opens_and_ends_and_sizes_keep_what_was_typed(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        await one.until(lambda: "light" in one.app.theme_names)
        row = await one.point(plain)
        await one.keys("ai")
        await one.checked()
        await one.answer("INC-2291 half")
        answers = one.sheet.sheet.answers
        assert "not armed: the write lock is closed" in one.text
        one.unlock(1)
        await one.armed()
        assert "armed" in one.text
        for change in ("light", "contrast", "dark"):
            one.app.theme = change
            await one.calm()
        for size in ((120, 40), (60, 15), (50, 10), (200, 60), (80, 24)):
            await one.resize(*size)
        await one.armed()
        # the minute of the lock ends, while it is armed and while `!` settles
        clock.advance(61)
        await one.until(lambda: "not armed: the write lock is closed" in one.text)
        one.unlock(1)
        await one.armed()
        await one.keys("!")
        assert one.sheet.sheet.phase is Phase.SETTLING
        clock.advance(61)
        await nothing_sent(one)
        assert "What you typed is kept." in one.text
        assert one.sheet.sheet.answers == answers
        assert "INC-2291 half" in one.text
        # too small while `!` settles
        one.unlock()
        await asyncio.sleep(1.3)
        await one.armed()
        await one.keys("!")
        await one.resize(50, 10)
        await one.keys("!!")
        await nothing_sent(one)
        await one.resize(80, 24)
        assert one.sheet.sheet.answers == answers
        await asyncio.sleep(1.3)
        await one.send()
        await one.until(lambda: one.writes)
        assert [write.path for write in one.writes] == [f"/api/machines/{row.machine_id}/isolate"]


@pytest.mark.parametrize("key", ["enter", "tab", "shift+tab", "exclamation_mark", "d", "escape"])
async def test_a_held_key_sends_nothing(tenant: Mounted, clock: HeldClock, key: str) -> None:
    """Held from the first field on, at the rate of a keyboard, with everything typed and right."""
    async with stage(tenant, clock, write_minutes=30) as one:
        await ready(one)
        # back to the first field
        await one.press("tab")
        assert one.sheet.sheet.focus != ACTION
        begun = time.monotonic()
        while time.monotonic() - begun < 0.7:
            await one.press(key)
            await asyncio.sleep(RATE)
        await nothing_sent(one)
        assert isinstance(one.app.screen, SheetScreen) == (key != "escape")


async def test_a_bang_that_was_held_before_it_counted_sends_nothing(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        row = await one.point(plain)
        await one.keys("ai")
        await one.checked()
        await one.answer()
        # held while the lock is closed; then it opens, and the key is still down
        for number in range(45):
            if number == 20:
                one.unlock()
            await one.press("exclamation_mark")
            await asyncio.sleep(RATE)
        await nothing_sent(one)
        await one.send()
        await one.until(lambda: one.writes)
        assert row.machine_id in one.writes[0].path


async def test_an_arrow_in_pieces_leaves_the_sheet_at_most(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await ready(one)
        for tail in "ABCD":
            await one.press("escape")
            await asyncio.sleep(0.1)
            await one.press("left_square_bracket")
            await one.press(tail)
            await asyncio.sleep(0.1)
        await nothing_sent(one)
        assert one.uncovered


async def mark(one: Stage, number: int, fits: Any) -> list[Any]:
    """Mark so many machines that fit."""
    feed = one.body.feed
    rows: list[Any] = []
    for index in range(len(feed)):
        item = feed.entry(index).item
        if len(rows) < number and fits(item):
            feed.mark(index, True)
            rows.append(item)
    one.table.marks_changed()
    assert len(rows) == number
    return rows


async def test_many_machines_some_struck_out_and_a_countdown(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        await one.go("m")
        await one.filled()
        async with client_of(tenant) as colleague:
            touched = {row["machineId"] for row in await rows_of(colleague, "/api/machineactions")}
        rows = await mark(
            one, 8, lambda row: plain(row) and row.device_value != "High" and row.id not in touched
            and row.os_platform.startswith("Windows")
        )  # fmt: skip
        # two of them are not to be sent: somebody else isolates them already
        async with client_of(tenant) as colleague:
            for row in rows[:2]:
                answer = await colleague.post(
                    f"/api/machines/{row.id}/isolate", json={"Comment": "colleague", "IsolationType": "Full"}
                )
                assert answer.status_code == 201
        tenant.journal.clear()
        await one.point(lambda row: row is rows[3])
        await one.keys("ai")
        sheet = await one.checked()
        assert [target.id for target in sheet.sheet.plan.targets] == [row.id for row in rows]
        assert "6 of 8 will be sent" in one.text
        # every target is there to be read, those that are struck out too, with the reason
        seen = one.text
        assert "more lines of targets above" in seen
        for _ in range(12):
            await one.press("pagedown")
            await one.calm()
            seen += one.text
        assert all(row.id in seen for row in rows)
        assert seen.count("Not sent: ") >= 2
        await one.answer()
        assert [item.label for item in sheet.sheet.plan.items] == [
            "Type the number of machines",
            "Type the tenant's short name",
        ]
        await one.armed()
        await one.keys("!")
        await one.until(lambda: sheet.sheet.phase is Phase.COUNTDOWN)
        await one.calm()
        assert "esc stops it" in one.text
        # nothing but esc stops it, and it stops it
        await one.keys("\r\td")
        assert sheet.sheet.phase is Phase.COUNTDOWN
        await one.press("escape")
        await one.calm()
        assert "Stopped: nothing was sent." in one.text
        await asyncio.sleep(3.2)
        assert one.writes == []
        await one.send()
        await one.pass_time(lambda: len(one.writes) == 6, step=0.1)
        assert {write.path for write in one.writes} == {f"/api/machines/{row.id}/isolate" for row in rows[2:]}
        comments = {json.loads(write.body)["Comment"] for write in one.writes}
        assert len(comments) == 6, "each call has an entry of its own"
        assert not one.app.shell.frame.list_body.feed.marked  # type: ignore[union-attr]


async def test_a_dry_run_shows_the_calls_and_makes_none(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        row = await one.point(plain)
        await one.keys("ai")
        await one.checked()
        await one.answer()
        # while the tenant is read-only, too
        await one.keys("d")
        await one.until_text("Dry run: nothing was sent")
        assert f"POST https://api.demo.invalid/api/machines/{row.machine_id}/isolate" in one.text
        assert '"IsolationType": "Full"' in one.text
        assert one.writes == []
        (line,) = [json.loads(line) for line in one.ledger.splitlines()]
        assert line["event"] == "dry"


async def test_leaving_the_job_stops_nothing_and_quitting_tells_what_is_isolated(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock, size=(80, 24), write_minutes=30) as one:
        row = await ready(one)
        job = (await one.send()).job
        await one.until(lambda: one.writes)
        await one.press("escape")
        assert isinstance(one.app.screen, ListScreen)
        assert "1 running :jobs" in one.bottom
        await one.pass_time(lambda: not job.active, step=2.0)
        await one.calm()
        assert "running" not in one.bottom
        await one.keys(":jobs\r")
        assert isinstance(one.app.screen, JobScreen)
        assert "done" in one.text
        assert row.computer_dns_name[:40] in one.text
        # `q` leaves the job first, then the program, which names what is still isolated
        await one.keys("q")
        assert one.running
        await one.keys("q")
        assert not one.running
        assert f"Still isolated in demo: {row.computer_dns_name}" in one.app.farewell


# the same through a real terminal: bytes in one piece, as a slow link or a paste without brackets delivers them


def isolations(terminal: Terminal) -> int:
    """How many isolations the program has asked for, by its own request log."""
    terminal.send(b"\x1b")
    terminal.settle()
    terminal.send(b":log\r")
    terminal.wait_for("requests")
    terminal.settle()
    terminal.send(b"/isolate")
    terminal.settle()
    return sum("POST" in line and "/isolate" in line for line in terminal.lines[1:-1])


def demo(*extra: str, columns: int = 100) -> Terminal:
    return Terminal(python("-m", "mdetui", "--demo", "--write", *extra), columns=columns, rows=30)


@pytest.mark.parametrize(
    "burst",
    [
        b"aiINC-2291 credential dumping\tfin-ws-014\t!",
        b"ai\x1b[200~INC-2291 dumping\t!\r!\x1b[201~\t\t!",
        b"\x1b[A\x1b[Bai\x1b\x5b\x41!\x1b[B!\t!\t!",
    ],
)
def test_bytes_in_one_piece_send_nothing(burst: bytes) -> None:
    with demo() as terminal:
        terminal.wait_for("loaded")
        terminal.settle()
        terminal.send(burst)
        time.sleep(1.2)
        terminal.settle()
        assert terminal.returncode is None
        assert "Isolate 1 machine" not in terminal.text
        assert isolations(terminal) == 0


def test_the_deliberate_way_through_a_terminal_sends_one() -> None:
    with demo() as terminal:
        terminal.wait_for("loaded")
        terminal.settle()
        # a machine of the queue that is not protected
        terminal.send(b":m health:Active\r")
        terminal.wait_for("machines")
        terminal.settle()
        terminal.send(b"/fin-ws-0\r")
        terminal.settle()
        name = next(line for line in terminal.lines if line.startswith("▌")).split()[1]
        terminal.send(b"ai")
        terminal.wait_for("will be sent")
        terminal.settle()
        terminal.send(b"INC-2291 credential dumping")
        terminal.settle()
        terminal.send(b"\t")
        terminal.settle()
        typed = name
        if "first 4 of the id" in terminal.text:
            line = next(line for line in terminal.lines if line.strip().startswith("id "))
            typed = f"{name} {line.split()[1][:4]}"
        terminal.send(typed.encode())
        terminal.settle()
        terminal.send(b"\t")
        terminal.wait_for(" armed", timeout=10)
        time.sleep(CALM)
        terminal.send(b"!")
        terminal.wait_for("Isolate 1 machine", timeout=10)
        terminal.settle()
        assert name in terminal.lines[1]
        assert isolations(terminal) == 1
