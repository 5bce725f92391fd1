"""Isolating, releasing, scanning and cancelling against a pretend tenant, over the real client."""

from __future__ import annotations

import asyncio
import fcntl
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.api.endpoints import operation
from mdetui.errors import GuardRefused, NetworkError, ReadOnly
from mdetui.response import targets
from mdetui.response.entries import Event
from mdetui.response.jobs import Job, State
from mdetui.response.targets import Target
from mdetui.response.tiers import Tier
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.responding import REASON, Bench, open_bench
from tests.simulated import client_of


@pytest.fixture
async def bench(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tenant, clock, tmp_path) as opened:
        yield opened


def states(job: Job) -> list[str]:
    return [row.state.value for row in job.rows]


async def by_name(bench: Bench, name: str) -> Target:
    page = await bench.client.fetch(operation("machines.list"), query={"$filter": f"computerDnsName eq '{name}'"})
    return targets.machine(bench.profile, page.rows[0])


# the plain way


async def test_isolate_is_recorded_sent_once_and_followed_to_the_end(bench: Bench) -> None:
    (target,) = await bench.machines()
    recorded: list[list[dict[str, Any]]] = []
    bench.tap.before = lambda request: recorded.append(bench.lines())
    plan = await bench.desk.prepare("machine.isolate", [target])
    assert plan.tier is Tier.HARD
    job = bench.desk.start(plan, bench.answers(plan))
    seen = [State.QUEUED]
    job.subscribe(lambda: seen.append(job.rows[0].state) if job.rows[0].state is not seen[-1] else None)
    await bench.finish(job)
    assert seen == [State.QUEUED, State.ACCEPTED, State.RUNNING, State.DONE]
    (post,) = bench.posts("/isolate")
    entry = job.rows[0].entry
    # the line was on the disk before the request left
    assert [(line["event"], line["id"]) for line in recorded[0]] == [("intent", entry)]
    assert recorded[0][0]["body"] == json.loads(post.body)
    assert json.loads(post.body) == {
        "Comment": f"[INC-2291] credential dumping (you@contoso.com via mdetui #{entry})",
        "IsolationType": "Full",
    }
    assert bench.events(entry) == ["intent", "sent", "done"]
    sent = bench.lines()[1]
    assert sent["action_id"] == job.rows[0].action_id
    assert sent["request_id"] == post.headers["x-ms-client-request-id"]
    assert (await bench.desk.ledger.verify()).whole


async def test_no_token_and_no_secret_in_the_ledger(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    tokens: list[str] = []
    bench.tap.before = lambda request: tokens.append(request.headers["authorization"].removeprefix("Bearer "))
    await bench.finish(await bench.begin("machine.isolate", [target]))
    content = bench.ledger_file.read_text()
    assert tokens
    assert all(token not in content for token in tokens)
    assert "Bearer" not in content
    assert "authorization" not in content.lower()
    assert tenant.options.secret not in content


async def test_the_service_is_asked_in_a_few_calls_for_many(
    start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path
) -> None:
    async with open_bench(start_simulator(machines=200), clock, tmp_path) as bench:
        chosen = await bench.machines(25)
        bench.mounted.journal.clear()
        plan = await bench.desk.prepare("machine.isolate", chosen)
        assert len(plan.sent) == 25
        # one for the machines, one for their actions, the rest for names in both spellings
        assert len(bench.gets("/api/machines")) - len(bench.gets("/api/machineactions")) <= 5
        assert len(bench.gets("/api/machineactions")) == 1
        assert all(len(one.query) < 8_000 for one in bench.gets())
        assert bench.posts() == []


async def test_what_is_confirmed_is_what_is_sent(bench: Bench) -> None:
    chosen = await bench.machines(5)
    already = chosen[1]
    await bench.finish(await bench.begin("machine.isolate", [already]))
    guarded = await by_name(bench, "dc-01")
    bench.mounted.journal.clear()
    plan = await bench.desk.prepare("machine.isolate", [*chosen, guarded])
    assert [verdict.target for verdict in plan.struck] == [already]
    assert plan.struck[0].struck.startswith("already isolated (action ")
    assert plan.apart is not None
    assert [verdict.target for verdict in plan.apart.sent] == [guarded]
    assert "device value High" in (plan.apart.sent[0].protected or "")
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    expected = sorted(f"/api/machines/{verdict.target.id}/isolate" for verdict in plan.sent)
    assert sorted(one.path for one in bench.posts()) == expected
    assert states(job) == ["done"] * 4 + ["struck"]
    # the protected one is sent only with its name typed
    with pytest.raises(GuardRefused, match="Type the name"):
        bench.desk.start(plan.apart, bench.answers(plan))
    await bench.finish(bench.desk.start(plan.apart, bench.answers(plan.apart)))
    assert len(bench.posts()) == 5


async def test_a_twin_asks_for_the_id(bench: Bench) -> None:
    page = await bench.client.fetch(operation("machines.list"), query={"$top": "1000"})
    shorts = [(row.computer_dns_name or "").split(".")[0].lower() for row in page.rows]
    twin = next(row for row, short in zip(page.rows, shorts, strict=True) if short and shorts.count(short) > 1)
    plan = await bench.desk.prepare("machine.isolate", [targets.machine(bench.profile, twin)])
    assert plan.sent[0].twins
    assert any("Another machine has this name" in warning for warning in plan.sent[0].warnings)
    assert "of the id" in plan.items[0].label


# the lock


async def test_a_closed_lock_refuses_before_anything_is_sent_or_recorded(bench: Bench) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.isolate", [target])
    bench.lock.close()
    bench.mounted.journal.clear()
    with pytest.raises(ReadOnly):
        bench.desk.start(plan, bench.answers(plan))
    await asyncio.sleep(0.05)
    assert bench.mounted.journal.count() == 0
    assert bench.lines() == []
    assert bench.desk.jobs == []


async def test_the_lock_s_end_does_not_stop_a_job_half_way(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(5))
    job = bench.desk.start(plan, bench.answers(plan))
    bench.lock.close()
    await bench.finish(job)
    assert states(job) == ["done"] * 5


async def test_one_plan_starts_one_job(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.isolate", await bench.machines())
    answers = bench.answers(plan)
    job = bench.desk.start(plan, answers)
    with pytest.raises(GuardRefused, match="already"):
        bench.desk.start(plan, answers)
    await bench.finish(job)
    assert len(bench.posts()) == 1


# no clear answer: never sent twice


async def test_a_lost_answer_is_found_and_never_sent_twice(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    tenant.faults.set("lost-answer", path="/api/machines/", count=1)
    job = await bench.finish(await bench.begin("machine.isolate", [target]))
    assert states(job) == ["done"]
    assert len(bench.posts("/isolate")) == 1
    assert bench.events(job.rows[0].entry) == ["intent", "unclear", "sent", "done"]
    assert (await bench.desk.recover()) == []
    assert len(bench.posts("/isolate")) == 1


async def test_a_write_that_never_arrived_may_be_sent_again_by_a_person(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    tenant.faults.set("dropped-write", path="/api/machines/", count=1)
    job = await bench.begin("machine.isolate", [target])
    started = bench.clock.monotonic()
    await bench.finish(job)
    (row,) = job.rows
    assert (row.state, row.again) == (State.NOT_SENT, True)
    assert bench.events(row.entry) == ["intent", "unclear", "not sent"]
    # looked twice, with time for a slow service between, and sent nothing
    assert bench.clock.monotonic() - started >= 5
    assert len(bench.gets("/api/machineactions")) >= 3
    assert len(bench.posts("/isolate")) == 1
    again = await bench.finish(await bench.begin("machine.isolate", [target]))
    assert states(again) == ["done"]
    assert len(bench.posts("/isolate")) == 2


async def test_what_can_not_be_looked_up_stays_unclear_until_the_next_start(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.isolate", [target])
    tenant.faults.set("lost-answer", path="/api/machines/", count=1)
    tenant.faults.set("500", path="/api/machineactions")
    job = bench.desk.start(plan, bench.answers(plan))
    await bench.until(lambda: not job.active, step=20.0)
    assert states(job) == ["unclear"]
    assert not job.rows[0].again
    assert len(bench.posts("/isolate")) == 1
    tenant.faults.clear()
    bench.desk.ledger.close()
    async with open_bench(tenant, bench.clock, bench.ledger_file.parent) as later:
        (found,) = await later.desk.recover()
        await later.finish(found)
        assert states(found) == ["done"]
    assert len(bench.posts("/isolate")) == 1


async def test_an_unreadable_row_allows_no_not_sent(bench: Bench, tenant: Mounted) -> None:
    """A list with a row that can't be understood can't prove that our action is missing."""
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.isolate", [target])
    tenant.faults.set("lost-answer", path="/api/machines/", count=1)
    tenant.faults.set("truncated", path="/api/machineactions")
    job = bench.desk.start(plan, bench.answers(plan))
    await bench.until(lambda: not job.active, step=20.0)
    assert states(job) == ["unclear"]


async def test_a_bad_row_allows_no_not_sent_either(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.isolate", [target])

    class Odd(httpx.AsyncBaseTransport):
        """Adds a row to the machine actions that fits no model."""

        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self.inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await self.inner.handle_async_request(request)
            if not request.url.path.endswith("/machineactions"):
                return answer
            body = json.loads(await answer.aread())
            return httpx.Response(200, json={**body, "value": [{"id": ["odd"]}, *body["value"]]}, request=request)

    bench.tap.inner = Odd(bench.tap.inner)
    tenant.faults.set("dropped-write", path="/api/machines/", count=1)
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["unclear"]
    assert "can't be read" in job.rows[0].detail


# answers that are refusals


async def test_a_429_was_not_carried_out_and_the_job_goes_on(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.scan", [target])
    tenant.faults.set("429", path=f"/api/machines/{target.id}", count=1)
    job = bench.desk.start(plan, bench.answers(plan))
    await bench.until(lambda: job.rows[0].detail.startswith("Defender asked to wait 8 s"), step=0.0)
    assert job.rows[0].state is State.QUEUED
    await bench.finish(job)
    assert states(job) == ["done"]
    assert len(bench.posts("/runAntiVirusScan")) == 2
    assert bench.events(job.rows[0].entry) == ["intent", "sent", "done"]


async def test_stopping_while_it_waits_sends_nothing_more(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.scan", [target])
    tenant.faults.set("429", path=f"/api/machines/{target.id}", count=1)
    job = bench.desk.start(plan, bench.answers(plan))
    await bench.until(lambda: job.rows[0].detail.startswith("Defender asked"), step=0.0)
    job.stop()
    await bench.finish(job)
    assert states(job) == ["stopped"]
    bench.clock.advance(minutes=5)
    await asyncio.sleep(0.05)
    assert len(bench.posts("/runAntiVirusScan")) == 1
    assert bench.events(job.rows[0].entry) == ["intent", "not sent"]


@pytest.mark.parametrize("mode", ["error", "return"])
async def test_an_equal_open_action_is_followed_and_called_somebody_elses(
    start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path, mode: str
) -> None:
    tenant = start_simulator(active_request=mode)
    async with open_bench(tenant, clock, tmp_path) as bench:
        (target,) = await bench.machines()
        plan = await bench.desk.prepare("machine.scan", [target])
        async with client_of(tenant) as colleague:
            theirs = await colleague.post(
                f"/api/machines/{target.id}/runAntiVirusScan", json={"Comment": "by hand", "ScanType": "Quick"}
            )
        assert theirs.status_code == 201
        job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
        (row,) = job.rows
        assert (row.state, row.ours, row.action_id) == (State.DONE, False, theirs.json()["id"])
        assert "not by this job" in row.detail
        # its end is not ours to record
        assert bench.events(row.entry) == ["intent", "refused"]


async def test_three_refusals_in_a_row_stop_the_job(bench: Bench, tenant: Mounted) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(5))
    tenant.faults.set("forbidden", "Machine.Scan")
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert 3 <= len(bench.posts("/runAntiVirusScan")) <= 4
    assert states(job).count("failed") == len(bench.posts("/runAntiVirusScan"))
    assert states(job).count("stopped") == 5 - states(job).count("failed")
    assert job.note.startswith("Stopped after 3 refusals in a row")
    assert "Machine.Scan" in job.rows[0].detail


async def test_three_times_5xx_stop_the_job_and_each_is_looked_up(bench: Bench, tenant: Mounted) -> None:
    chosen = await bench.machines(5)
    plan = await bench.desk.prepare("machine.scan", chosen)
    tenant.faults.set("500", path="/api/machines/")
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    sent = len(bench.posts("/runAntiVirusScan"))
    assert 3 <= sent <= 4
    assert states(job).count("not sent") == sent
    assert job.note.startswith("Stopped after 3 refusals in a row")
    assert all("unclear" in bench.events(row.entry) for row in job.rows if row.entry)


async def test_a_refusal_of_one_machine_is_that_machines(bench: Bench) -> None:
    good = await bench.machines(3)
    gone = targets.machine_by_id(bench.profile, "f" * 40, "no-such-machine")
    plan = await bench.desk.prepare("machine.scan", [good[0], good[1], good[2]])
    assert len(plan.sent) == 3
    alone = await bench.desk.prepare("machine.scan", [gone])
    assert alone.protected
    job = await bench.finish(bench.desk.start(alone, bench.answers(alone)))
    assert states(job) == ["failed"]
    assert bench.events(job.rows[0].entry) == ["intent", "refused"]
    others = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(others) == ["done"] * 3


async def test_a_platform_that_is_refused_fails_alone(bench: Bench) -> None:
    linux = [target for name in ("Linux", "Ubuntu") for target in await _some(bench, os_platform=name)]
    windows = await bench.machines(3, os_platform="Windows11")
    assert linux
    plan = await bench.desk.prepare("machine.isolate", [*windows, linux[0]], {"isolation_type": "Selective"})
    assert any("not documented" in warning for warning in plan.sent[-1].warnings)
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["done", "done", "done", "failed"]


async def _some(bench: Bench, **facts: Any) -> list[Target]:
    try:
        return await bench.machines(1, **facts)
    except AssertionError:
        return []


async def test_no_network_is_not_sent_and_not_unclear(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(2))

    def refuse(request: httpx.Request) -> None:
        raise httpx.ConnectError("no route", request=request)

    bench.tap.before = refuse
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["not sent", "not sent"]
    assert all(row.again for row in job.rows)
    assert bench.posts() == []


# the ledger


async def test_without_a_ledger_nothing_is_sent(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.isolate", await bench.machines())
    bench.ledger_file.symlink_to(bench.ledger_file.with_name("elsewhere"))
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["not sent"]
    assert "symbolic link" in job.note
    assert bench.posts() == []


async def test_a_ledger_that_fails_half_way_stops_the_job(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(5))

    def spoil(request: httpx.Request) -> None:
        bench.ledger_file.rename(bench.ledger_file.with_name("moved"))
        bench.ledger_file.mkdir()
        bench.tap.before = lambda request: None

    bench.tap.before = spoil
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert job.note.startswith("Stopped: The ledger")
    assert len(bench.posts()) <= 2
    assert states(job).count("stopped") >= 2


# pace and stop


async def test_two_at_a_time(bench: Bench) -> None:
    bench.tap.expected = 2
    job = await bench.finish(await bench.begin("machine.scan", await bench.machines(5)))
    assert states(job) == ["done"] * 5
    assert bench.tap.most == 2


async def test_stop_sends_no_more_and_what_was_sent_goes_on(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(5))
    job = bench.desk.start(plan, bench.answers(plan))
    job.subscribe(lambda: job.stop() if "accepted" in states(job) else None)
    await bench.finish(job)
    assert states(job).count("done") == len(bench.posts())
    assert 1 <= states(job).count("done") <= 3
    assert states(job).count("stopped") == 5 - states(job).count("done")


async def test_stopped_between_the_line_and_the_request_nothing_leaves(bench: Bench) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(1))
    await bench.desk.ledger.ready()
    bench.ledger_file.touch(mode=0o600)
    with bench.ledger_file.open("r+") as held:
        # the ledger waits for this lock, as it would for a slow disk
        fcntl.flock(held, fcntl.LOCK_EX)
        job = bench.desk.start(plan, bench.answers(plan))
        await asyncio.sleep(0.05)
        job.stop()
    await bench.finish(job)
    assert states(job) == ["stopped"]
    assert bench.posts() == []
    assert bench.events(job.rows[0].entry) == ["intent", "not sent"]


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_used_up_quota_is_waited_for_where_it_can_be_stopped(bench: Bench, stopped: bool) -> None:
    plan = await bench.desk.prepare("machine.scan", await bench.machines(2))
    while bench.quotas.use("default")[0] < 100:
        await bench.quotas.admit("default")
    job = bench.desk.start(plan, bench.answers(plan))
    begun = bench.clock.monotonic()
    await bench.until(lambda: bench.clock.monotonic() - begun > 20)
    assert bench.posts() == []
    assert bench.lines() == []
    if stopped:
        job.stop()
    await bench.finish(job)
    assert states(job) == (["stopped"] * 2 if stopped else ["done"] * 2)
    assert len(bench.posts()) == (0 if stopped else 2)


async def test_open_actions_are_followed_with_one_question_for_all(bench: Bench) -> None:
    job = await bench.begin("machine.scan", await bench.machines(5))
    await bench.until(lambda: not job.sending, step=0.0)
    bench.mounted.journal.clear()
    await bench.finish(job)
    asked = bench.gets("/api/machineactions")
    # a scan takes two minutes at most: at 5 to 15 s that is a dozen questions, not a dozen for each
    assert 1 <= len(asked) <= 14
    assert bench.gets() == asked


async def test_follow_gets_patient(bench: Bench) -> None:
    (target,) = await bench.machines(offline=True, health_status="Inactive")
    job = await bench.begin("machine.isolate", [target])
    await bench.until(lambda: not job.sending, step=0.0)
    begun = bench.clock.monotonic()
    await bench.until(lambda: bench.clock.monotonic() - begun > 3600, step=20.0)
    assert states(job) == ["accepted"]
    bench.mounted.journal.clear()
    await bench.until(lambda: bench.clock.monotonic() - begun > 7200, step=20.0)
    assert 30 <= len(bench.gets()) <= 61


async def test_following_ends_even_when_its_cancellation_is_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (target,) = await bench.machines(offline=True, health_status="Inactive")
    job = await bench.begin("machine.isolate", [target])
    await bench.until(lambda: not job.sending, step=0.0)
    lost: list[str] = []

    async def deaf() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append("cancelled")

    monkeypatch.setattr(bench.desk._follower, "look", deaf)
    bench.clock.advance(600)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(10):
        await bench.desk.aclose()
    assert lost == ["cancelled"]


# ends


async def test_an_offline_isolation_lapses_after_three_days(bench: Bench) -> None:
    (target,) = await bench.machines(offline=True, health_status="Inactive")
    job = await bench.begin("machine.isolate", [target])
    await bench.until(lambda: job.rows[0].state is State.ACCEPTED, step=0.0)
    await bench.finish(job, step=3600.0)
    (row,) = job.rows
    assert (row.state, row.again) == (State.LAPSED, True)
    assert bench.events(row.entry) == ["intent", "sent", "lapsed"]


@pytest.mark.parametrize(("outcome", "state"), [("Failed", "failed"), ("TimeOut", "timed out")])
async def test_actions_that_fail(bench: Bench, tenant: Mounted, outcome: str, state: str) -> None:
    (target,) = await bench.machines()
    tenant.faults.set("action-fails", outcome, count=1)
    job = await bench.finish(await bench.begin("machine.isolate", [target]))
    assert states(job) == [state]
    assert bench.events(job.rows[0].entry)[-1] == state


async def test_cancel_ends_a_scan(bench: Bench) -> None:
    (target,) = await bench.machines()
    scan = await bench.begin("machine.scan", [target])
    await bench.until(lambda: bool(scan.rows[0].action_id), step=0.0)
    row = await bench.client.fetch(operation("actions.get"), path={"id": scan.rows[0].action_id})
    plan = await bench.desk.prepare("machine.cancel", [targets.action(bench.profile, row)])
    assert plan.tier is Tier.HARD
    assert plan.items[0].right(target.name)
    cancel = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    await bench.finish(scan)
    assert (states(cancel), states(scan)) == (["done"], ["cancelled"])
    late = await bench.desk.prepare("machine.cancel", [targets.action(bench.profile, row)])
    assert late.struck[0].struck == "it is Cancelled already"


async def test_undo_of_a_job_is_one_sheet_for_what_was_done(bench: Bench, tenant: Mounted) -> None:
    chosen = await bench.machines(3)
    plan = await bench.desk.prepare("machine.isolate", chosen)
    tenant.faults.set("dropped-write", path=f"/api/machines/{chosen[1].id}", count=1)
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["done", "not sent", "done"]
    undo = await bench.desk.check(await bench.desk.undo_of_job(job))
    assert (undo.action.id, [one.target.id for one in undo.sent]) == ("machine.release", [chosen[0].id, chosen[2].id])
    assert undo.items[0].accepts == {"2"}


async def test_undo_of_a_running_scan_is_a_cancel(bench: Bench) -> None:
    job = await bench.begin("machine.scan", await bench.machines(2))
    await bench.until(lambda: not job.sending, step=0.0)
    undo = await bench.desk.check(await bench.desk.undo_of_job(job))
    assert {one.target.id for one in undo.sent} == {row.action_id for row in job.rows}
    await bench.finish(bench.desk.start(undo, bench.answers(undo)))
    await bench.finish(job)
    assert states(job) == ["cancelled"] * 2


async def test_undo_of_an_isolation_is_a_release(bench: Bench) -> None:
    (target,) = await bench.machines()
    job = await bench.finish(await bench.begin("machine.isolate", [target]))
    assert [found.id for found, _ in await bench.desk.my_isolated()] == [target.id]
    (said,) = bench.desk.farewell()
    assert re.fullmatch(rf"Still isolated in demo: {re.escape(target.name)}, for \d+s", said)
    entry = next(one for one in await bench.desk.ledger.entries() if one.id == job.rows[0].entry)
    assert (entry.event, entry.carried_out) == (Event.DONE, True)
    plan = await bench.desk.check(bench.desk.undo_of(entry))
    assert (plan.action.id, plan.sent[0].target.id) == ("machine.release", target.id)
    await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert await bench.desk.my_isolated() == []
    assert bench.desk.farewell() == []
    assert [one.path.rpartition("/")[2] for one in bench.posts()] == ["isolate", "unisolate"]


# dry run, menus, failures of reading


async def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(bench: Bench) -> None:
    chosen = await bench.machines(3)
    plan = await bench.desk.prepare("machine.isolate", chosen)
    calls = await bench.desk.dry_run(plan, bench.answers(plan))
    assert [call.method for call in calls] == ["POST"] * 3
    assert [call.path for call in calls] == [
        f"{bench.desk.profile.base_of('mde')}/api/machines/{target.id}/isolate" for target in chosen
    ]
    assert all(json.loads(call.body)["Comment"].startswith("[INC-2291] credential") for call in calls)
    assert bench.posts() == []
    assert [line["event"] for line in bench.lines()] == ["dry"] * 3
    # the same plan can still be sent
    await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert len(bench.posts()) == 3


async def test_the_menu_says_why_not(start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path) -> None:
    tenant = start_simulator(roles=("Machine.Read.All", "Machine.Scan"))
    async with open_bench(tenant, clock, tmp_path, unlocked=False) as bench:
        chosen = await bench.machines(1)
        menu = {entry.action.id: entry for entry in bench.desk.actions_for("machine", chosen)}
        assert menu["machine.isolate"].why == "this sign-in lacks Machine.Isolate; an admin can grant it"
        assert menu["machine.scan"].why == ""
        assert menu["machine.scan"].note.startswith("read-only")
        plan = await bench.desk.prepare("machine.isolate", chosen)
        assert any("does not show Machine.Isolate" in note for note in plan.notes)


async def test_a_failed_check_raises_and_leaves_nothing_behind(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    tenant.faults.set("reset", path="/api/machines")
    task = asyncio.ensure_future(bench.desk.prepare("machine.isolate", [target]))
    await bench.until(task.done)
    with pytest.raises(NetworkError):
        task.result()
    assert bench.lines() == []


async def test_names_that_can_not_be_read_ask_for_the_id(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.machines()
    # the second question to the machine list is the one for names
    tenant.faults.set("500", path="/api/machines", after=1)
    task = asyncio.ensure_future(bench.desk.prepare("machine.isolate", [target]))
    await bench.until(task.done)
    plan = task.result()
    assert "Other machines of this name could not be looked for." in plan.sent[0].warnings
    assert "of the id" in plan.items[0].label


async def test_reason_text_reaches_the_service_safely(bench: Bench) -> None:
    (target,) = await bench.machines()
    plan = await bench.desk.prepare("machine.isolate", [target])
    answers = bench.answers(plan, f"{REASON} \x1b[2J\u202e quotes ' \" and ümläut")
    await bench.finish(bench.desk.start(plan, answers))
    (post,) = bench.posts("/isolate")
    comment = json.loads(post.body)["Comment"]
    assert "\x1b" not in comment
    assert "ümläut" in comment
