"""What pre-flight says of each target: sent or struck out, what to be warned of, and what it shows of it.

Judging is a pure function of what was read. Struck is only what is so already or is being done (`interaction`, rules
of sending 1); everything else warns, because the documentation of platforms lags and a list can miss a new machine.
All texts here are safe to show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.response import states
from mdetui.response.catalogue import ActionSpec
from mdetui.response.preflight import Readings
from mdetui.response.protected import Protection
from mdetui.response.requests import Options
from mdetui.response.states import ISOLATION
from mdetui.response.targets import AlertValues, Target, changes

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction
    from mdetui.api.models.machine import Machine

# a machine reports in full about once a day
_STALE = timedelta(days=3)
_HYPER_V = re.compile(r"(^|[-_.])(hv|hyperv|hyper-v|vmhost|hvhost)\d*([-_.]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What pre-flight says of one target.

    Attributes:
        target: As chosen.
        name: Raw name to be typed: as the service has it now.
        struck: Why it is not sent; "" when it is.
        warnings: Sentences.
        facts: Short facts to stand beside the name.
        state: What is known of its state, such as `isolated (action 14:02)`.
        open_actions: Actions still open on it.
        protected: Why it is protected, or None.
        twins: Ids of other machines of that name.
        unique: Whether the name surely stands for this one alone.
        old: Alert values as read now.
        severity: Alert severity as read now.
    """

    target: Target
    name: str
    struck: str = ""
    warnings: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    state: str = ""
    open_actions: tuple[str, ...] = ()
    protected: str | None = None
    twins: tuple[str, ...] = ()
    unique: bool = True
    old: AlertValues | None = None
    severity: str = ""

    @property
    def sent(self) -> bool:
        """Whether it is going to be sent."""
        return not self.struck


def unread(targets: Sequence[Target], protection: Protection) -> tuple[Verdict, ...]:
    """Targets before pre-flight: what is known here and at once."""
    return tuple(
        Verdict(
            target,
            target.name if target.kind == "alert" else target.machine_name,
            protected=None if target.kind == "alert" else protection.by_name(target.machine_name),
            old=target.values,
            severity=target.severity,
        )
        for target in targets
    )


def judge(
    spec: ActionSpec,
    options: Options,
    targets: Sequence[Target],
    readings: Readings,
    protection: Protection,
    restore: Mapping[str, AlertValues],
) -> tuple[Verdict, ...]:
    """A verdict per target, in order."""
    if spec.kind == "alert":
        return tuple(_alert(spec, options, target, readings, restore) for target in targets)
    chosen = {target.machine_id for target in targets}
    return tuple(_machine(spec, options, target, readings, protection, chosen) for target in targets)


def short_id(key: str) -> str:
    """`3c0f1e77..91ab`."""
    safe = text.line(key, 64)
    return safe if len(safe) <= 16 else f"{safe[:8]}..{safe[-4:]}"


def _machine(
    spec: ActionSpec,
    options: Options,
    target: Target,
    readings: Readings,
    protection: Protection,
    chosen: set[str],
) -> Verdict:
    now = readings.at
    found = readings.machines.get(target.machine_id)
    actions = readings.actions.get(target.machine_id, ())
    state = states.read(actions, ISOLATION)
    name = (found.computer_dns_name if found is not None else None) or target.machine_name
    twins = None if readings.twins is None else readings.twins.get(target.machine_id, ())
    warnings = _about(target, found, now)
    warnings += _twin_warnings(name, twins, chosen, now)
    if found is not None and not spec.supports(found.os_platform, options):
        how = f"{spec.title} {spec.chosen(options)}".strip()
        warnings.append(f"{how} is not documented for {text.line(found.os_platform, 40)}: Defender may refuse it.")
    if spec.service_type in (ISOLATION.on, ISOLATION.off):
        warnings += _switch_warnings(spec, options, state, found, now)
    struck = _cancel_struck(target, readings) if spec.kind == "action" else _struck(spec, options, state, actions, now)
    # what can't be read can't be called unprotected
    protected = "its facts could not be read" if found is None else protection.reason(found)
    return Verdict(
        target,
        name,
        struck,
        tuple(warnings),
        _machine_facts(found, now),
        state.text(now),
        tuple(f"{text.line(one.type, 40)} {text.line(one.status, 40)}" for one in actions if one.open),
        protected,
        tuple(twin.id for twin in twins or ()),
        unique=bool(name) and twins is not None and not twins and found is not None,
    )


def _about(target: Target, found: Machine | None, now: datetime) -> list[str]:
    if found is None:
        return ["It is not in the machine list, so its facts could not be checked."]
    said = []
    if target.machine_name and found.computer_dns_name and target.machine_name != found.computer_dns_name:
        said.append(f"It was called {text.line(target.machine_name, 80)} when the list was loaded.")
    if found.merged_into_machine_id:
        said.append(f"This record was merged into {short_id(found.merged_into_machine_id)}: the live one is that.")
    if found.onboarding_status and not states.same(found.onboarding_status, "Onboarded"):
        said.append(f"It is not onboarded ({text.line(found.onboarding_status, 40)}).")
    if found.health_status and not states.same(found.health_status, "Active"):
        said.append(f"It is not active ({text.line(found.health_status, 40)}): Defender keeps trying for 3 days.")
    seen = states.when(found.last_seen)
    if seen is not None and now - seen > _STALE:
        said.append(f"Its last full report is {text.age(seen, now)} old: it may be off or gone.")
    return said


def _twin_warnings(name: str, twins: Sequence[Machine] | None, chosen: set[str], now: datetime) -> list[str]:
    if not name:
        return ["It has no name: the id is typed instead."]
    if twins is None:
        return ["Other machines of this name could not be looked for."]
    return [
        f"Another machine has this name: {short_id(twin.id)}, {text.line(twin.computer_dns_name, 80)}, "
        f"reported {text.age(states.when(twin.last_seen), now)} ago. "
        + ("Also included." if twin.id in chosen else "Not included.")
        for twin in twins
    ]


def _switch_warnings(
    spec: ActionSpec, options: Options, state: states.State, found: Machine | None, now: datetime
) -> list[str]:
    said = []
    turning_on = spec.switch is not None and spec.switch[1]
    opening = state.opening
    if opening is not None and not states.same(opening.type, spec.service_type):
        said.append(f"{text.line(opening.type, 40)} is still {text.line(opening.status, 40)} on it.")
    if not turning_on:
        if state.on is None:
            said.append("No isolation is seen in its actions: it may not be isolated.")
        return said
    if state.on:
        said.append(f"It is {state.text(now)}; this asks for {text.line(spec.chosen(options), 40)}.")
    words = [found.computer_dns_name or "", *(found.machine_tags or [])] if found is not None else []
    if any(_HYPER_V.search(word) for word in words):
        said.append("It looks like a Hyper-V host: its guests lose the network too.")
    return said


def _struck(
    spec: ActionSpec, options: Options, state: states.State, actions: Sequence[MachineAction], now: datetime
) -> str:
    for one in actions:
        if one.open and states.same(one.type, spec.service_type):
            asked = states.moment(states.when(one.creation_date_time_utc), now)
            return f"{text.line(one.type, 40)} is {text.line(one.status, 40)} on it already (action {asked})"
    if spec.switch is None or state.on is None or state.on is not spec.switch[1]:
        return ""
    if state.on and spec.scope and not states.same(state.scope, options[spec.scope]):
        return ""
    return f"already {state.text(now)}"


def _cancel_struck(target: Target, readings: Readings) -> str:
    found = readings.cancelling.get(target.id)
    if found is None:
        return "Defender knows no action with this id"
    return "" if found.open else f"it is {text.line(found.status, 40)} already"


def _machine_facts(found: Machine | None, now: datetime) -> tuple[str, ...]:
    if found is None:
        return ()
    platform = f"{text.line(found.os_platform, 40)} {text.line(found.version, 20)}"
    return (
        platform.replace(" -", ""),
        f"reported {text.age(states.when(found.last_seen), now)} ago",
        f"value {text.line(found.device_value, 20)}",
    )


def _alert(
    spec: ActionSpec, options: Options, target: Target, readings: Readings, restore: Mapping[str, AlertValues]
) -> Verdict:
    row = readings.alerts.get(target.id)
    if row is None:
        return Verdict(target, target.name, "Defender has no alert with this id any more", severity=target.severity)
    now = AlertValues.of(row)
    moved = changes(target.values, now) if target.values is not None else ()
    warnings = [f"Changed since it was loaded: {', '.join(moved)}."] if moved else []
    wanted = restore.get(target.id, AlertValues()) if not spec.wanted else spec.wanted(options)
    if wanted.assigned_to == "":
        warnings.append("It had no owner. That an owner can be emptied is not documented; it is read back.")
    struck = "it is so already" if wanted.to_dict() and now.covers(wanted) else ""
    if spec.wanted is None and now.covers(wanted):
        # an undo: the API has no way to empty a classification
        struck = "it has every old value that the API can set again"
    facts = (
        text.line(row.severity, 20),
        text.line(row.status, 20),
        f"owner {text.line(row.assigned_to, 80)}",
        f"machine {text.line(row.computer_dns_name, 80)}",
    )
    return Verdict(
        target, row.title or "", struck, tuple(warnings), facts, old=now, severity=row.severity or "",
    )  # fmt: skip
