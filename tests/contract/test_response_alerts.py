"""Alert triage against a pretend tenant: read again before, read back after, old values kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.errors import PlanError
from mdetui.response.entries import Entry
from mdetui.response.jobs import Job, State
from mdetui.response.plan import Answers
from mdetui.response.targets import AlertValues
from mdetui.response.tiers import Tier
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.responding import Bench, open_bench
from tests.simulated import client_of


@pytest.fixture
async def bench(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tenant, clock, tmp_path) as opened:
        yield opened


def states(job: Job) -> list[str]:
    return [row.state.value for row in job.rows]


async def entry_of(bench: Bench, job: Job) -> Entry:
    return next(one for one in await bench.desk.ledger.entries() if one.id == job.rows[0].entry)


async def colleague_sets(bench: Bench, alert_id: str, **values: Any) -> None:
    async with client_of(bench.mounted) as colleague:
        answer = await colleague.patch(f"/api/alerts/{alert_id}", json=values)
        assert answer.status_code == 200, answer.text


async def test_assign_to_me(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New", assigned_to=None)
    bench.mounted.journal.clear()
    plan = await bench.desk.prepare("alert.assign", [target])
    assert (plan.tier, plan.items) == (Tier.MILD, ())
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["done"]
    (patch,) = bench.posts()
    assert (patch.method, patch.path) == ("PATCH", f"/api/alerts/{target.id}")
    row = await bench.alert(target.id)
    assert row.assigned_to == "you@contoso.com"
    assert row.comments[-1].comment == f"assign (you@contoso.com via mdetui #{job.rows[0].entry})"
    # read by the check, again before the write; the answer of the write is the reading back
    assert len(bench.gets("/api/alerts")) == 3
    assert bench.events(job.rows[0].entry) == ["intent", "sent", "done"]


async def test_many_are_one_batch_that_is_read_back(bench: Bench) -> None:
    chosen = await bench.alerts(12, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "InProgress"})
    assert plan.tier is Tier.MILD
    bench.mounted.journal.clear()
    job = await bench.finish(bench.desk.start(plan, Answers("looking")))
    assert states(job) == ["done"] * 12
    (post,) = bench.posts()
    assert post.path == "/api/alerts/batchUpdate"
    assert json.loads(post.body)["alertIds"] == [target.id for target in chosen]
    assert len(bench.gets("/api/alerts")) == 2, "once before, once after"
    assert {(await bench.alert(target.id)).status for target in chosen[:3]} == {"InProgress"}


async def test_more_than_a_hundred_go_in_chunks(bench: Bench) -> None:
    chosen = await bench.alerts(130, status="Resolved")
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "InProgress"})
    assert (plan.tier, [item.accepts for item in plan.items]) == (Tier.HARD, [frozenset({"130"})])
    job = await bench.finish(bench.desk.start(plan, bench.answers(plan)))
    assert states(job) == ["done"] * 130
    assert sorted(len(json.loads(one.body)["alertIds"]) for one in bench.posts()) == [30, 100]
    assert len({row.entry for row in job.rows}) == 2


async def test_classify_and_resolve_in_one(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Medium", status="New")
    options = {"classification": "FalsePositive", "determination": "Clean", "status": "Resolved"}
    plan = await bench.desk.prepare("alert.classify", [target], options)
    await bench.finish(bench.desk.start(plan, Answers("known tool")))
    row = await bench.alert(target.id)
    assert (row.classification, row.determination, row.status) == ("FalsePositive", "Clean", "Resolved")


async def test_what_a_colleague_changed_meanwhile_is_not_overwritten(bench: Bench) -> None:
    chosen = await bench.alerts(3, severity="Low", status="New", assigned_to=None)
    plan = await bench.desk.prepare("alert.assign", chosen)
    await colleague_sets(bench, chosen[1].id, assignedTo="k.b@contoso.com", status="InProgress")
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["done", "not sent", "done"]
    assert "somebody changed it since you confirmed: status New -> InProgress" in job.rows[1].detail
    assert (await bench.alert(chosen[1].id)).assigned_to == "k.b@contoso.com"
    (post,) = [one for one in bench.posts() if one.method == "POST"]
    assert json.loads(post.body)["alertIds"] == [chosen[0].id, chosen[2].id]
    # what was recorded is what was sent
    intent = next(line for line in bench.lines() if line["event"] == "intent")
    assert intent["body"] == json.loads(post.body)
    assert set(intent["old"]) == {chosen[0].id, chosen[2].id}


async def test_one_alert_that_a_colleague_changed_sends_nothing(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", [target], {"status": "Resolved"})
    await colleague_sets(bench, target.id, status="InProgress")
    bench.mounted.journal.clear()
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["not sent"]
    assert bench.posts() == []
    assert bench.lines() == []


async def test_changes_before_the_sheet_are_shown(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New", assigned_to=None)
    await colleague_sets(bench, target.id, assignedTo="k.b@contoso.com")
    plan = await bench.desk.prepare("alert.status", [target], {"status": "InProgress"})
    assert plan.sent[0].warnings == ("Changed since it was loaded: owner - -> k.b@contoso.com.",)
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert (await entry_of(bench, job)).old[target.id].assigned_to == "k.b@contoso.com"


async def test_a_comment_changes_nothing_else_and_goes_over_changes(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.comment", [target])
    await colleague_sets(bench, target.id, status="InProgress")
    job = await bench.finish(bench.desk.start(plan, Answers("seen on two machines")))
    assert states(job) == ["done"]
    row = await bench.alert(target.id)
    assert row.status == "InProgress"
    assert row.comments[-1].comment.startswith("seen on two machines (you@contoso.com via mdetui #")


async def test_a_high_alert_is_hard(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="High", status="New")
    plan = await bench.desk.prepare("alert.assign", [target])
    assert plan.tier is Tier.HARD
    assert plan.problems(Answers(), bench.clock.now()) == (
        "Reason: 10 characters or a ticket",
        "Type the number of alerts",
    )


async def test_undo_sets_the_old_values_again(bench: Bench) -> None:
    chosen = await bench.alerts(2, severity="Low", status="New") + await bench.alerts(
        2, severity="Low", status="InProgress"
    )
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "Resolved"})
    job = await bench.finish(bench.desk.start(plan, Answers()))
    undo = await bench.desk.check(bench.desk.undo_of(await entry_of(bench, job)))
    assert undo.action.id == "alert.restore"
    back = await bench.finish(bench.desk.start(undo, Answers()))
    assert states(back) == ["done"] * 4
    assert [(await bench.alert(target.id)).status for target in chosen] == ["New", "New", "InProgress", "InProgress"]
    # an undo can be undone
    again = bench.desk.undo_of(await entry_of(bench, back))
    assert again.restore[chosen[0].id] == AlertValues(status="Resolved")


async def test_undo_of_an_assignment_empties_the_owner_and_says_that_this_is_not_documented(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New", assigned_to=None)
    job = await bench.finish(bench.desk.start(await bench.desk.prepare("alert.assign", [target]), Answers()))
    undo = await bench.desk.check(bench.desk.undo_of(await entry_of(bench, job)))
    assert "not documented" in undo.sent[0].warnings[0]
    assert states(await bench.finish(bench.desk.start(undo, Answers()))) == ["done"]
    assert (await bench.alert(target.id)).assigned_to is None


async def test_what_can_not_be_undone_says_so(bench: Bench) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.comment", [target])
    job = await bench.finish(bench.desk.start(plan, Answers("seen")))
    with pytest.raises(PlanError, match="Nothing undoes this"):
        bench.desk.undo_of(await entry_of(bench, job))


async def test_a_lost_answer_is_found_by_its_comment_and_not_sent_twice(bench: Bench, tenant: Mounted) -> None:
    (target,) = await bench.alerts(1, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", [target], {"status": "Resolved"})
    tenant.faults.set("lost-answer", path="/api/alerts/", count=1)
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["done"]
    assert len(bench.posts()) == 1
    assert bench.events(job.rows[0].entry) == ["intent", "unclear", "done"]


async def test_a_batch_that_never_arrived_may_be_sent_again(bench: Bench, tenant: Mounted) -> None:
    chosen = await bench.alerts(3, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "Resolved"})
    tenant.faults.set("dropped-write", path="/api/alerts/", count=1)
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["not sent"] * 3
    assert all(row.again for row in job.rows)
    assert len(bench.posts()) == 1


async def test_a_batch_that_was_taken_in_part_is_told_apart(bench: Bench, tenant: Mounted) -> None:
    """A colleague is quicker than the reading back: what is otherwise then is said, not hidden by the empty 200."""
    chosen = await bench.alerts(3, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "InProgress"})

    class Between(httpx.AsyncBaseTransport):
        """Changes one alert behind the batch."""

        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self.inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await self.inner.handle_async_request(request)
            if request.url.path.endswith("batchUpdate"):
                await colleague_sets(bench, chosen[2].id, status="Resolved")
            return answer

    bench.tap.inner = Between(bench.tap.inner)
    job = await bench.finish(bench.desk.start(plan, Answers()))
    assert states(job) == ["done", "done", "failed"]
    assert job.rows[2].detail == "not taken: status"
    entry = await entry_of(bench, job)
    assert entry.failed == {chosen[2].id: "not taken: status"}
    # the undo leaves alone what was not ours
    undo = bench.desk.undo_of(entry)
    assert set(undo.restore) == {chosen[0].id, chosen[1].id}


async def test_a_reading_back_that_fails_stays_open_and_is_read_at_the_next_start(
    bench: Bench, tenant: Mounted
) -> None:
    chosen = await bench.alerts(2, severity="Low", status="New")
    plan = await bench.desk.prepare("alert.status", chosen, {"status": "InProgress"})
    tenant.faults.set("500", path="/api/alerts", after=2)
    job = bench.desk.start(plan, Answers())
    await bench.until(lambda: not job.active, step=20.0)
    assert states(job) == ["unclear", "unclear"]
    assert job.rows[0].detail.startswith("accepted, but it could not be read back")
    tenant.faults.clear()
    bench.desk.ledger.close()
    async with open_bench(tenant, bench.clock, bench.ledger_file.parent) as later:
        (found,) = await later.desk.recover()
        assert states(found) == ["done", "done"]
        assert [row.state for row in found.rows] == [State.DONE] * 2
    assert len(bench.posts()) == 1
