"""Plans: verdicts, tiers, what is typed, what is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest

from mdetui.api.models.action import MachineAction
from mdetui.api.models.alert import DETERMINATIONS, AlertRow
from mdetui.api.models.machine import Machine
from mdetui.config import Profile
from mdetui.errors import GuardRefused, PlanError
from mdetui.response import catalogue, plan, targets, tiers
from mdetui.response.plan import Answers, Plan, Setting
from mdetui.response.preflight import Readings
from mdetui.response.protected import Here, Protection, label
from mdetui.response.targets import AlertValues, Target
from mdetui.response.tiers import Tier

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
PROFILE = Profile("contoso", tenant="t", client_id="c", short="con", protected=("dc-*",))
REASON = Answers("INC-2291 credential dumping")


def setting(**changes: Any) -> Setting:
    base = Setting(
        PROFILE, "app mdetui-ir", "j.ito@contoso.com", None, 25, Protection(PROFILE, Here()), lambda family: (4, 40)
    )
    return replace(base, **changes)


def machine(number: int, name: str = "", **more: Any) -> Machine:
    facts: dict[str, Any] = {
        "os_platform": "Windows11", "version": "22H2", "health_status": "Active", "onboarding_status": "Onboarded",
        "device_value": "Normal", "last_seen": (NOW - timedelta(hours=7)).isoformat(), **more,
    }  # fmt: skip
    return Machine(id=f"{number:04x}" + "c" * 36, computer_dns_name=name or f"ws-{number}.contoso.com", **facts)


def readings(
    machines: list[Machine],
    *,
    others: list[Machine] | None = None,
    actions: list[MachineAction] | None = None,
    twins_known: bool = True,
) -> Readings:
    everybody = [*machines, *(others or [])]
    twins = {
        one.id: tuple(
            other
            for other in everybody
            if other.id != one.id and label(other.computer_dns_name) == label(one.computer_dns_name)
        )
        for one in machines
    }
    by_machine: dict[str, tuple[MachineAction, ...]] = {}
    for action in actions or []:
        by_machine[action.machine_id or ""] = (*by_machine.get(action.machine_id or "", ()), action)
    return Readings(NOW, {one.id: one for one in machines}, twins if twins_known else None, by_machine)


def isolate(machines: list[Machine], action: str = "machine.isolate", **more: Any) -> Plan:
    options = more.pop("options", {})
    read = more.pop("read", None) or readings(machines, **more)
    chosen = [targets.machine("contoso", one) for one in machines]
    return plan.build(setting(), catalogue.action(action), options, chosen, read)


def ids() -> Callable[[], str]:
    numbers: Iterator[int] = count(1)
    return lambda: f"id{next(numbers):02}"


def typed(made: Plan, reason: str = "INC-1 because of it") -> Answers:
    """Right answers to everything a plan asks."""
    return Answers(reason, {item.key: sorted(item.accepts)[0] for item in made.items})


def done(kind: str, machine_id: str, minutes_ago: int, status: str = "Succeeded", scope: str = "Full") -> MachineAction:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return MachineAction(
        id=f"act-{minutes_ago}", type=kind, status=status, machine_id=machine_id, scope=scope,
        creation_date_time_utc=at, last_update_date_time_utc=at,
    )  # fmt: skip


# what is sent


def test_one_machine_is_one_request_with_ticket_reason_analyst_and_id() -> None:
    made = isolate([machine(1)])
    (request,) = made.requests(Answers("INC-2291 credential dumping"), lambda: "k3f9")
    assert request.op.id == "machines.isolate"
    assert request.route == f"/api/machines/{machine(1).id}/isolate"
    assert msgspec.json.decode(request.json) == {
        "Comment": "[INC-2291] credential dumping (j.ito@contoso.com via mdetui #k3f9)",
        "IsolationType": "Full",
    }


def test_what_is_sent_is_what_is_shown() -> None:
    machines = [machine(number) for number in range(4)]
    made = isolate(machines, actions=[done("Isolate", machines[2].id, 28)])
    requests = made.requests(REASON, ids())
    assert [request.targets[0].id for request in requests] == [verdict.target.id for verdict in made.sent]
    assert [verdict.target.id for verdict in made.struck] == [machines[2].id]
    assert made.struck[0].struck == "already isolated (action 14:02)"


@pytest.mark.parametrize(
    ("action", "options", "body"),
    [
        ("machine.isolate", {"isolation_type": "Selective"}, {"IsolationType": "Selective"}),
        ("machine.release", {}, {}),
        ("machine.scan", {}, {"ScanType": "Quick"}),
    ],
)
def test_bodies_of_machine_actions(action: str, options: dict[str, str], body: dict[str, str]) -> None:
    (request,) = isolate([machine(1)], action, options=options).requests(REASON, lambda: "k3f9")
    sent = msgspec.json.decode(request.json)
    assert sent.pop("Comment").endswith("via mdetui #k3f9)")
    assert sent == body


def test_an_id_of_the_service_can_not_leave_its_place_in_the_path() -> None:
    row = Machine(id="../alerts/x?y=1#z", computer_dns_name="ws")
    made = plan.build(
        setting(), catalogue.action("machine.release"), {}, [targets.machine("contoso", row)], readings([row])
    )
    (request,) = made.requests(REASON, ids())
    assert request.route == "/api/machines/..%2Falerts%2Fx%3Fy%3D1%23z/unisolate"


def test_without_a_reason_a_mild_action_says_what_it_is() -> None:
    made = isolate([machine(1)], "machine.scan")
    (request,) = made.requests(Answers(), lambda: "k3f9")
    assert request.comment == "scan (j.ito@contoso.com via mdetui #k3f9)"


@pytest.mark.parametrize(
    ("typed_reason", "ticket", "words"),
    [
        ("INC-2291 credential dumping", "INC-2291", "credential dumping"),
        ("[INC-2291] credential dumping", "INC-2291", "credential dumping"),
        ("INC0012345: containing", "INC0012345", "containing"),
        ("#4711", "#4711", ""),
        ("  spaces   inside ", "", "spaces inside"),
        ("credential dumping INC-2291", "", "credential dumping INC-2291"),
        ("", "", ""),
        ("bell\x07 and\nline", "", "bell\\x07 and line"),
    ],
)
def test_a_ticket_stands_first(typed_reason: str, ticket: str, words: str) -> None:
    assert tiers.split_reason(typed_reason) == (ticket, words)


# tiers and what is typed


@pytest.mark.parametrize(
    ("action", "machines", "tier"),
    [
        ("machine.scan", 1, Tier.MILD),
        ("machine.scan", 5, Tier.MILD),
        ("machine.scan", 6, Tier.WIDE),
        ("machine.isolate", 1, Tier.HARD),
        ("machine.isolate", 5, Tier.HARD),
        ("machine.isolate", 6, Tier.WIDE),
        ("machine.release", 1, Tier.HARD),
        ("machine.release", 6, Tier.WIDE),
    ],
)
def test_tier_of_machine_actions(action: str, machines: int, tier: Tier) -> None:
    made = isolate([machine(number) for number in range(machines)], action)
    assert made.tier is tier
    expected = {
        Tier.MILD: [],
        Tier.HARD: ["count"] if machines > 1 else [f"name {machine(0).id}"],
        Tier.WIDE: ["count", "tenant"],
    }[tier]
    assert [item.key for item in made.items] == expected


def test_the_name_alone_when_it_is_unique() -> None:
    (item,) = isolate([machine(1, "Fin-WS-014.contoso.com")]).items
    assert item.label == "Type the name"
    for answer in ("fin-ws-014", "FIN-WS-014.contoso.com", "  fin-ws-014 "):
        assert item.right(answer)
    for answer in ("", "fin-ws-01", "fin-ws-014 0001", "fin-ws-014x", "fin ws 014"):
        assert not item.right(answer)


def test_the_id_too_when_another_machine_has_the_name() -> None:
    mine, twin = machine(1, "fin-ws-014.contoso.com"), machine(2, "FIN-WS-014")
    made = isolate([mine], others=[twin])
    (item,) = made.items
    assert item.label == "Type the name and the first 4 of the id"
    assert item.right("fin-ws-014 0001")
    assert not item.right("fin-ws-014")
    assert not item.right("fin-ws-014 0002")
    assert made.sent[0].warnings == (
        "Another machine has this name: 0002cccc..cccc, FIN-WS-014, reported 7h ago. Not included.",
    )


def test_more_of_the_id_when_four_do_not_tell_them_apart() -> None:
    mine, twin = machine(1, "ws"), Machine(id="0001ccd" + "c" * 33, computer_dns_name="ws")
    (item,) = isolate([mine], others=[twin]).items
    assert item.label == "Type the name and the first 7 of the id"
    assert item.right("ws 0001ccc")


def test_the_id_too_when_names_could_not_be_looked_up() -> None:
    made = isolate([machine(1)], twins_known=False)
    assert made.items[0].right("ws-1 0001")
    assert not made.items[0].right("ws-1")
    assert "Other machines of this name could not be looked for." in made.sent[0].warnings


@pytest.mark.parametrize("name", ["ws\u202e1", "w\u0455-1", "ws\x1b[2J", " ws", "ws\u200b"])
def test_names_that_can_not_be_typed_are_typed_by_id(name: str) -> None:
    (item,) = isolate([machine(1, name)]).items
    assert item.accepts == {"0001cccc"}
    assert item.label == "Type the first 8 of the id"


def test_the_count_is_of_what_is_sent_not_of_what_was_marked() -> None:
    machines = [machine(number) for number in range(4)]
    made = isolate(machines, actions=[done("Isolate", machines[0].id, 5)])
    assert made.items[0].accepts == {"3"}


def test_a_wide_action_wants_the_tenants_short_name() -> None:
    made = isolate([machine(number) for number in range(6)])
    answers = Answers("INC-1 because", {"count": "6", "tenant": "contoso"})
    assert made.problems(answers, NOW) == ("Type the tenant's short name",)
    assert made.problems(replace(answers, typed={"count": "6", "tenant": "CON"}), NOW) == ()


@pytest.mark.parametrize(("size", "refused"), [(25, False), (26, True)])
def test_the_cap(size: int, refused: bool) -> None:
    made = isolate([machine(number) for number in range(size)])
    assert bool(made.refusal) is refused
    if refused:
        assert made.refusal == "26 machines and the cap is 25: :write 30m max=26 raises it"
        with pytest.raises(GuardRefused, match="cap is 25"):
            made.check(typed(made), NOW)
        assert plan.rebuilt(made, made.options, setting(cap=30)).refusal == ""


@pytest.mark.parametrize(
    ("reason", "good"),
    [("short", False), ("123456789", False), ("1234567890", True), ("INC-1", True), ("#12", True), ("", False)],
)
def test_a_hard_action_wants_ten_characters_or_a_ticket(reason: str, good: bool) -> None:
    made = isolate([machine(1)])
    assert (made.problems(typed(made, reason), NOW) == ()) is good


# protected machines


def test_protected_machines_drop_out_and_get_a_sheet_of_their_own() -> None:
    machines = [machine(1), machine(2, "dc-01.contoso.com"), machine(3, device_value="High"), machine(4)]
    made = isolate(machines)
    assert [verdict.target.id for verdict in made.sent] == [machines[0].id, machines[3].id]
    assert made.apart is not None
    assert [verdict.protected for verdict in made.apart.sent] == ["name matches dc-*", "device value High"]
    assert made.apart.protected
    assert [item.label for item in made.apart.items] == [
        "Type the name of dc-01.contoso.com",
        "Type the name of ws-3.contoso.com",
    ]
    sent = {request.targets[0].id for request in made.requests(REASON, ids())}
    assert sent == {machines[0].id, machines[3].id}
    assert made.problems(typed(made), NOW) == ()
    assert made.apart.problems(typed(made.apart), NOW) == ()


def test_setting_machines_apart_does_not_lower_the_tier() -> None:
    machines = [machine(number) for number in range(4)] + [machine(9 + number, f"dc-{number}") for number in range(3)]
    assert isolate(machines).tier is Tier.WIDE


def test_a_protected_machine_alone_is_typed_even_for_a_mild_action() -> None:
    made = isolate([machine(1, "dc-01")], "machine.scan")
    assert (made.tier, made.protected, made.apart) == (Tier.MILD, True, None)
    assert made.items[0].right("dc-01")


def test_a_machine_without_facts_counts_as_protected_and_is_not_struck() -> None:
    target = targets.machine_by_id("contoso", "f" * 40, "new-ws")
    made = plan.build(setting(), catalogue.action("machine.isolate"), {}, [target], Readings(NOW, twins={}))
    assert made.protected
    assert made.sent[0].warnings[0] == "It is not in the machine list, so its facts could not be checked."
    assert made.items[0].right("new-ws ffff")
    assert not made.items[0].right("new-ws")


# verdicts


@pytest.mark.parametrize(
    ("action", "actions", "struck"),
    [
        ("machine.isolate", [("Isolate", 28, "Succeeded", "Full")], "already isolated (action 14:02)"),
        ("machine.isolate", [("Isolate", 28, "Failed", "Full")], ""),
        ("machine.isolate", [("Isolate", 28, "Pending", "Full")], "Isolate is Pending on it already (action 14:02)"),
        ("machine.isolate", [("Isolate", 28, "InProgress", "Selective")], "Isolate is InProgress on it already (action 14:02)"),
        ("machine.isolate", [("Isolate", 60, "Succeeded", "Full"), ("Unisolate", 28, "Succeeded", "")], ""),
        ("machine.isolate", [("Isolate", 28, "Succeeded", "Selective")], ""),
        ("machine.release", [("Isolate", 60, "Succeeded", "Full"), ("Unisolate", 28, "Succeeded", "")], "already released (action 14:02)"),
        ("machine.release", [("Isolate", 28, "Succeeded", "Full")], ""),
        ("machine.release", [], ""),
        ("machine.scan", [("RunAntiVirusScan", 28, "InProgress", "Full")], "RunAntiVirusScan is InProgress on it already (action 14:02)"),
        ("machine.scan", [("RunAntiVirusScan", 28, "Succeeded", "Full")], ""),
        ("machine.scan", [("Isolate", 28, "Pending", "Full")], ""),
    ],
)  # fmt: skip
def test_struck_out(action: str, actions: list[tuple[str, int, str, str]], struck: str) -> None:
    one = machine(1)
    rows = [done(kind, one.id, ago, status, scope) for kind, ago, status, scope in actions]
    verdict = isolate([one], action, actions=rows).verdicts[0]
    assert verdict.struck == struck


def test_the_action_that_ended_last_decides() -> None:
    one = machine(1)
    early = done("Isolate", one.id, 60)
    early.last_update_date_time_utc = (NOW - timedelta(minutes=5)).isoformat()
    made = isolate([one], actions=[early, done("Unisolate", one.id, 30)])
    assert made.verdicts[0].struck == "already isolated (action 14:25)"


def test_full_over_selective_is_sent_with_a_warning() -> None:
    one = machine(1)
    made = isolate([one], actions=[done("Isolate", one.id, 28, scope="Selective")])
    assert "It is isolated Selective (action 14:02); this asks for Full." in made.sent[0].warnings
    other = plan.rebuilt(made, {"isolation_type": "Selective"}, setting())
    assert other.verdicts[0].struck == "already isolated Selective (action 14:02)"


@pytest.mark.parametrize(
    ("more", "warning"),
    [
        ({"os_platform": "iOS"}, "Isolate Full is not documented for iOS: Defender may refuse it."),
        ({"health_status": "Inactive"}, "It is not active (Inactive): Defender keeps trying for 3 days."),
        ({"last_seen": "2026-10-14T14:30:00Z"}, "Its last full report is 41d old: it may be off or gone."),
        ({"onboarding_status": "CanBeOnboarded"}, "It is not onboarded (CanBeOnboarded)."),
        ({"merged_into_machine_id": "77aa01" + "0" * 30 + "02cd"}, "This record was merged into 77aa0100..02cd: the live one is that."),
        ({"machine_tags": ["hyper-v"]}, "It looks like a Hyper-V host: its guests lose the network too."),
    ],
)  # fmt: skip
def test_warned_and_not_struck(more: dict[str, Any], warning: str) -> None:
    made = isolate([machine(1, **more)])
    assert made.sent[0].warnings == (warning,)


def test_a_usual_machine_has_no_warning() -> None:
    made = isolate([machine(1)])
    assert made.sent[0].warnings == ()
    assert made.sent[0].facts == ("Windows11 22H2", "reported 7h ago", "value Normal")
    assert made.sent[0].state == "isolation unknown"


def test_cautions_depend_on_what_is_chosen() -> None:
    full = isolate([machine(1)])
    assert "proxy" in full.notes[0]
    linux = isolate([machine(1, os_platform="Ubuntu")], options={"isolation_type": "Selective"})
    assert linux.notes == ()
    assert linux.sent[0].warnings == ("Isolate Selective is not documented for Ubuntu: Defender may refuse it.",)


def test_a_release_of_what_no_action_isolated_is_warned() -> None:
    made = isolate([machine(1)], "machine.release")
    assert made.sent[0].warnings == ("No isolation is seen in its actions: it may not be isolated.",)


def test_a_missing_permission_is_a_note() -> None:
    spec = catalogue.action("machine.isolate")
    chosen = [targets.machine("contoso", machine(1))]
    made = plan.build(setting(missing="Machine.Isolate"), spec, {}, chosen, readings([machine(1)]))
    assert any("does not show Machine.Isolate" in note for note in made.notes)


# alerts


def alert(number: int, **more: Any) -> AlertRow:
    facts = {"severity": "Medium", "status": "New", "title": f"alert {number}", **more}
    return AlertRow(id=f"da{number}_1", **facts)


def triage(action: str, rows: list[AlertRow], options: dict[str, str], now: list[AlertRow] | None = None) -> Plan:
    chosen = [targets.alert("contoso", row) for row in rows]
    read = Readings(NOW, alerts={row.id: row for row in (rows if now is None else now)})
    return plan.build(setting(), catalogue.action(action), options, chosen, read)


@pytest.mark.parametrize(
    ("size", "severity", "tier"),
    [(1, "Medium", Tier.MILD), (20, "Low", Tier.MILD), (21, "Low", Tier.HARD), (1, "High", Tier.HARD)],
)
def test_tier_of_alert_changes(size: int, severity: str, tier: Tier) -> None:
    made = triage("alert.status", [alert(n, severity=severity) for n in range(size)], {"status": "Resolved"})
    assert made.tier is tier
    assert [item.accepts for item in made.items] == ([] if tier is Tier.MILD else [{str(size)}])


def test_severity_read_again_can_raise_the_tier() -> None:
    made = triage("alert.status", [alert(1)], {"status": "Resolved"}, now=[alert(1, severity="High")])
    assert made.tier is Tier.HARD


def test_one_alert_is_a_patch_and_many_are_batches_of_a_hundred() -> None:
    (one,) = triage("alert.status", [alert(1)], {"status": "Resolved"}).requests(REASON, ids())
    assert one.op.id == "alerts.update"
    assert one.route == "/api/alerts/da1_1"
    assert msgspec.json.decode(one.json) == {
        "status": "Resolved",
        "comment": "[INC-2291] credential dumping (j.ito@contoso.com via mdetui #id01)",
    }
    many = triage("alert.status", [alert(n) for n in range(250)], {"status": "Resolved"}).requests(REASON, ids())
    assert [len(request.targets) for request in many] == [100, 100, 50]
    assert {request.op.id for request in many} == {"alerts.batchUpdate"}
    body = msgspec.json.decode(many[2].json)
    assert body["alertIds"] == [f"da{n}_1" for n in range(200, 250)]
    assert len({request.entry for request in many}) == 3


def test_assign_sends_the_owner_and_nothing_else() -> None:
    made = triage("alert.assign", [alert(1)], {"assigned_to": "j.ito@contoso.com"})
    (request,) = made.requests(Answers(), ids())
    body = msgspec.json.decode(request.json)
    assert body == {
        "assignedTo": "j.ito@contoso.com",
        "comment": "assign (j.ito@contoso.com via mdetui #id01)",
    }


@pytest.mark.parametrize("classification", list(DETERMINATIONS))
def test_only_pairs_that_the_api_takes(classification: str) -> None:
    for determination in {name for names in DETERMINATIONS.values() for name in names}:
        options = {"classification": classification, "determination": determination}
        if determination in DETERMINATIONS[classification]:
            made = triage("alert.classify", [alert(1)], options)
            (request,) = made.requests(REASON, ids())
            body = msgspec.json.decode(request.json)
            assert (body["classification"], body["determination"]) == (classification, determination)
            assert "status" not in body
        else:
            with pytest.raises(PlanError, match="Determination can't be"):
                triage("alert.classify", [alert(1)], options)


def test_a_choice_that_is_missing_is_named() -> None:
    made = triage("alert.classify", [alert(1)], {"classification": "TruePositive"})
    assert made.problems(Answers(), NOW) == ("Determination: choose one",)


def test_alerts_that_are_so_already_are_struck_and_old_values_kept() -> None:
    rows = [alert(1), alert(2, status="Resolved"), alert(3, assigned_to="k.b")]
    made = triage("alert.status", rows, {"status": "resolved".capitalize()})
    assert [verdict.struck for verdict in made.verdicts] == ["", "it is so already", ""]
    (request,) = made.requests(REASON, ids())
    assert request.old == {
        "da1_1": AlertValues(status="New"),
        "da3_1": AlertValues(status="New", assigned_to="k.b"),
    }


def test_what_changed_since_it_was_loaded_is_shown() -> None:
    made = triage(
        "alert.assign", [alert(1)], {"assigned_to": "me"}, now=[alert(1, status="InProgress", assigned_to="k.b")]
    )
    assert made.sent[0].warnings == ("Changed since it was loaded: status New -> InProgress, owner - -> k.b.",)


def test_an_alert_that_is_gone_is_struck() -> None:
    made = triage("alert.assign", [alert(1)], {"assigned_to": "me"}, now=[])
    assert made.verdicts[0].struck == "Defender has no alert with this id any more"
    assert made.problems(Answers(), NOW) == ("nothing is left to send",)


def test_a_comment_needs_words() -> None:
    made = triage("alert.comment", [alert(1)], {})
    assert made.problems(Answers(), NOW) == ("Comment: some words",)
    assert made.problems(Answers("seen"), NOW) == ()
    (request,) = made.requests(Answers("seen"), ids())
    assert msgspec.json.decode(request.json) == {"comment": "seen (j.ito@contoso.com via mdetui #id01)"}


def test_undo_sets_old_values_in_groups_and_says_what_it_can_not() -> None:
    rows = [alert(number, status="Resolved") for number in range(4)]
    chosen = [targets.alert("contoso", row) for row in rows]
    back = {
        "da0_1": AlertValues(status="New"),
        "da1_1": AlertValues(status="InProgress"),
        "da2_1": AlertValues(status="New"),
        "da3_1": AlertValues(),
    }
    read = Readings(NOW, alerts={row.id: row for row in rows})
    made = plan.build(setting(), catalogue.action("alert.restore"), {}, chosen, read, back)
    assert made.struck[0].struck == "it has every old value that the API can set again"
    batch, single = made.requests(REASON, ids())
    assert msgspec.json.decode(batch.json)["alertIds"] == ["da0_1", "da2_1"]
    assert (single.op.id, msgspec.json.decode(single.json)["status"]) == ("alerts.update", "InProgress")


# guards


def test_an_unchecked_plan_can_not_be_sent() -> None:
    chosen = [targets.machine("contoso", machine(1))]
    made = plan.build(setting(), catalogue.action("machine.isolate"), {}, chosen, None)
    assert made.problems(Answers("INC-1", {f"name {machine(1).id}": "ws-1"}), NOW) == ("still checking",)
    with pytest.raises(GuardRefused):
        made.check(typed(made), NOW)


def test_an_old_check_does_not_count() -> None:
    made = isolate([machine(1)])
    made.check(typed(made), NOW + timedelta(minutes=5))
    with pytest.raises(GuardRefused, match="too old"):
        made.check(typed(made), NOW + timedelta(minutes=5, seconds=1))


def test_without_an_analyst_nothing_is_sent() -> None:
    spec = catalogue.action("machine.isolate")
    chosen = [targets.machine("contoso", machine(1))]
    made = plan.build(setting(analyst=""), spec, {}, chosen, readings([machine(1)]))
    assert made.problems(typed(made), NOW)[0].startswith("who you are is not known")


def test_one_tenant_one_kind() -> None:
    spec = catalogue.action("machine.isolate")
    with pytest.raises(PlanError, match="not of this tenant"):
        plan.build(setting(), spec, {}, [targets.machine("fabrikam", machine(1))], None)
    with pytest.raises(PlanError, match="several tenants"):
        targets.one_tenant([targets.machine("a", machine(1)), targets.machine("b", machine(1))])
    with pytest.raises(PlanError, match="several kinds"):
        targets.one_tenant([targets.machine("a", machine(1)), targets.alert("a", alert(1))])
    with pytest.raises(PlanError, match="nothing to act on"):
        targets.one_tenant([])
    twice = [targets.machine("a", machine(1)), targets.machine("a", machine(1))]
    assert len(targets.one_tenant(twice)) == 1


def test_without_a_terminal_a_number_stands_for_the_typing() -> None:
    made = isolate([machine(number) for number in range(3)])
    assert made.problems(Answers("INC-1 because", at_most=3), NOW) == ()
    assert made.problems(Answers("INC-1 because", at_most=2), NOW) == ("3 targets, and at most 2 were allowed",)
    assert made.problems(Answers("", at_most=3), NOW) == ("Reason: 10 characters or a ticket",)
    guarded = isolate([machine(1, "dc-01")])
    assert guarded.problems(Answers("INC-1 because", at_most=3), NOW)[0].startswith("protected machines need a person")


def test_load_says_calls_and_time() -> None:
    assert isolate([machine(1)]).load.text().startswith("1 call. Our use: 4 of 100 calls this minute, ")
    assert isolate([machine(1)]).load.seconds == 1
    full = plan.build(
        setting(use=lambda family: (99, 99)),
        catalogue.action("machine.isolate"),
        {},
        [targets.machine("contoso", machine(number)) for number in range(4)],
        readings([machine(number) for number in range(4)]),
    )
    assert full.load.seconds > 60


def test_unknown_options_are_refused() -> None:
    with pytest.raises(PlanError, match="no option"):
        isolate([machine(1)], options={"other": "x"})
    with pytest.raises(PlanError, match="Isolation can't be"):
        isolate([machine(1)], options={"isolation_type": "UnManagedDevice"})


# the catalogue


def test_every_action_names_operations_that_write_and_has_a_letter_of_its_own() -> None:
    from mdetui.api.endpoints import OPERATIONS

    for spec in catalogue.ACTIONS.values():
        assert all(not OPERATIONS[name].reads for name in spec.ops)
        assert not spec.undo_id or spec.undo_id in catalogue.ACTIONS
        assert spec.undo.startswith("Undo: ")
        assert spec.describe(spec.defaults()).endswith(".")
    kinds: tuple[targets.Kind, ...] = ("machine", "alert", "action")
    for kind in kinds:
        letters = [spec.letter for spec in catalogue.menu(kind)]
        assert len(set(letters)) == len(letters)
        # a stray arrow can arrive as one of these
        assert not set(letters) & set("ABCDFHO[")


def test_permission_hints_come_from_the_table() -> None:
    class Identity:
        def __init__(self, kind: str, *roles: str) -> None:
            self.kind = kind
            self.roles = frozenset(roles)

    spec = catalogue.action("machine.isolate")
    assert spec.permits(None) == "unknown"
    assert spec.permits(Identity("app")) == "unknown"
    assert spec.permits(Identity("app", "Machine.Isolate")) is None
    assert spec.permits(Identity("app", "Machine.Read.All")) == "Machine.Isolate"
    alerts = catalogue.action("alert.status")
    assert alerts.permits(Identity("person", "Alert.ReadWrite")) is None
    assert alerts.permits(Identity("app", "Alert.ReadWrite")) == "Alert.ReadWrite.All"


def test_target_names_are_safe_to_show() -> None:
    assert Target("p", "machine", "x", "a\x1b[2J").shown == r"a\x1b[2J"
    assert Target("p", "machine", "x").shown == "x"
