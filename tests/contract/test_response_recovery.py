"""What a dead run left in the ledger is closed at the next start, by reading and never by sending."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from mdetui.api.endpoints import operation
from mdetui.response import catalogue, targets
from mdetui.response.entries import Event
from mdetui.response.jobs import State
from mdetui.response.ledger import Heading
from mdetui.response.plan import Answers, Plan
from mdetui.response.requests import Request
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.responding import Bench, open_bench
from tests.simulated import client_of


async def dies_before_sending(bench: Bench, plan: Plan, answers: Answers) -> Request:
    """What a run leaves behind that is killed between the ledger line and the request."""
    await bench.desk.ledger.ready()
    (request,) = plan.requests(answers, bench.desk.ledger.new_id)
    heading = Heading("job1", bench.desk.profile, "you@contoso.com", "app", plan.action.id, plan.options, "why", "")
    await bench.desk.ledger.intent(heading, request)
    bench.desk.ledger.close()
    return request


async def post(bench: Bench, request: Request, **changes: Any) -> dict[str, Any]:
    """The request arrives at the service all the same."""
    body = {**json.loads(request.json), **changes}
    async with client_of(bench.mounted) as client:
        answer = await client.request(request.op.method, request.route, json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json() if answer.content else {}


async def recover(bench: Bench) -> Any:
    task = asyncio.ensure_future(bench.desk.recover())
    await bench.until(task.done)
    return task.result()


@pytest.mark.parametrize("action", ["machine.isolate", "machine.scan", "machine.release"])
@pytest.mark.parametrize("arrived", [True, False])
async def test_a_machine_action_without_an_answer(
    tenant: Mounted, clock: HeldClock, tmp_path: Path, action: str, arrived: bool
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare(action, await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        if arrived:
            await post(dead, request)
        sent = len(dead.posts())
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            await later.finish(job)
            (row,) = job.rows
            assert (job.restored, job.action.id, row.target.name) == (True, action, plan.sent[0].target.name)
            assert row.state is (State.DONE if arrived else State.NOT_SENT)
            assert later.events(request.entry) == (["intent", "sent", "done"] if arrived else ["intent", "not sent"])
            assert all(line["resolved"] for line in later.lines() if line["event"] in ("sent", "not sent"))
            assert later.desk.jobs == [job]
            assert len(dead.posts()) == sent, "recovery only reads"
            assert await recover(later) == []


async def test_an_equal_action_without_our_mark_is_unclear(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        await post(dead, request, Comment="no comment of ours")
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            assert job.rows[0].state is State.UNCLEAR
            assert "an equal action of" in job.rows[0].detail
            assert later.events(request.entry) == ["intent", "unclear"]
            assert not job.rows[0].again
            # it stays open, is looked at again at every start, and is recorded once
            await recover(later)
            assert later.events(request.entry) == ["intent", "unclear"]


async def test_an_equal_action_of_another_day_is_not_ours(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        clock.advance(hours=3)
        await post(dead, request, Comment="by hand, later")
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            assert job.rows[0].state is State.NOT_SENT


async def test_the_mark_of_another_entry_is_not_ours(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        await post(dead, request, Comment="why (k.b@contoso.com via mdetui #zzzz)")
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            assert job.rows[0].state is State.NOT_SENT


async def test_a_killed_follow_goes_on(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        job = await dead.begin("machine.scan", await dead.machines(2))
        await dead.until(lambda: not job.sending, step=0.0)
        await dead.desk.aclose()
        async with open_bench(tenant, clock, tmp_path) as later:
            (found,) = await recover(later)
            assert [row.state for row in found.rows] == [State.ACCEPTED] * 2
            await later.finish(found)
            assert [row.state for row in found.rows] == [State.DONE] * 2
            assert later.events(job.rows[0].entry) == ["intent", "sent", "done"]
            assert found.id == job.id


async def test_a_cancel_without_an_answer(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        scan = await dead.begin("machine.scan", await dead.machines(1))
        await dead.until(lambda: not scan.sending, step=0.0)
        row = await dead.client.fetch(operation("actions.get"), path={"id": scan.rows[0].action_id})
        plan = await dead.desk.prepare("machine.cancel", [targets.action(dead.profile, row)])
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        await post(dead, request)
        async with open_bench(tenant, clock, tmp_path) as later:
            jobs = {job.action.id: job for job in await recover(later)}
            await later.finish(jobs["machine.cancel"])
            assert jobs["machine.cancel"].rows[0].state is State.DONE


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("arrived", [True, False])
async def test_an_alert_update_without_an_answer(
    tenant: Mounted, clock: HeldClock, tmp_path: Path, count: int, arrived: bool
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        chosen = await dead.alerts(count, severity="Low", status="New")
        plan = await dead.desk.prepare("alert.status", chosen, {"status": "Resolved"})
        request = await dies_before_sending(dead, plan, Answers("because"))
        if arrived:
            await post(dead, request)
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            expected = State.DONE if arrived else State.NOT_SENT
            assert [row.state for row in job.rows] == [expected] * count
            (entry,) = await later.desk.ledger.entries()
            assert entry.event is (Event.DONE if arrived else Event.NOT_SENT)
            # the old values are still there for an undo
            assert set(entry.old) == {target.id for target in chosen}


async def test_an_alert_that_has_the_values_without_our_comment_is_unclear(
    tenant: Mounted, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        chosen = await dead.alerts(1, severity="Low", status="New")
        plan = await dead.desk.prepare("alert.status", chosen, {"status": "Resolved"})
        request = await dies_before_sending(dead, plan, Answers("because"))
        await post(dead, request, comment="by hand")
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            assert job.rows[0].state is State.UNCLEAR
            assert later.events(request.entry) == ["intent", "unclear"]


async def test_a_service_that_can_not_be_read_leaves_it_unclear(
    tenant: Mounted, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        await post(dead, request)
        tenant.faults.set("500", path="/api/machineactions")
        async with open_bench(tenant, clock, tmp_path) as later:
            (job,) = await recover(later)
            assert job.rows[0].state is State.UNCLEAR
            tenant.faults.clear()
            (again,) = await recover(later)
            await later.finish(again)
            assert again.rows[0].state is State.DONE
            assert later.events(request.entry) == ["intent", "unclear", "sent", "done"]


async def test_a_request_that_may_still_be_under_way_is_waited_for(
    tenant: Mounted, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        async with open_bench(tenant, clock, tmp_path) as later:
            task = asyncio.ensure_future(later.desk.recover())
            await asyncio.sleep(0.1)
            assert not task.done()
            await post(dead, request)
            await later.until(task.done)
            await later.finish(task.result()[0])
            assert task.result()[0].rows[0].state is State.DONE


async def test_entries_of_a_live_run_and_of_other_tenants_are_left_alone(
    tenant: Mounted, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(tenant, clock, tmp_path) as alive:
        job = await alive.begin("machine.scan", await alive.machines())
        await alive.until(lambda: not job.sending, step=0.0)
        async with open_bench(tenant, clock, tmp_path) as other:
            other.mounted.journal.clear()
            assert await other.desk.recover() == []
            assert other.mounted.journal.count() == 0, "nothing is asked when nothing is open"
    async with open_bench(tenant, clock, tmp_path, name="fabrikam") as elsewhere:
        assert await elsewhere.desk.recover() == []


async def test_still_isolated_survives_a_restart(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    async with open_bench(tenant, clock, tmp_path) as first:
        one, two = await first.machines(2)
        await first.finish(await first.begin("machine.isolate", [one, two]))
        await first.finish(await first.begin("machine.release", [one]))
    clock.advance(hours=2)
    async with open_bench(tenant, clock, tmp_path) as later:
        await later.desk.recover()
        assert later.desk.farewell() == [f"Still isolated in demo: {two.name}, for 2h"]


async def test_entries_of_actions_that_are_not_known_here_are_left_alone(
    tenant: Mounted, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(tenant, clock, tmp_path) as dead:
        plan = await dead.desk.prepare("machine.isolate", await dead.machines())
        request = await dies_before_sending(dead, plan, dead.answers(plan))
        # a ledger written by a newer version; `patch.dict` keeps the order of the table, which is that of the menus
        with mock.patch.dict(catalogue.ACTIONS):
            del catalogue.ACTIONS["machine.isolate"]
            async with open_bench(tenant, clock, tmp_path) as later:
                assert await recover(later) == []
            assert later.events(request.entry) == ["intent"]
