"""What became of a write of which no clear answer came: our own mark is looked for at the service.

The mark is the ledger id in the comment. Sent and not sent are only said when the reading allows no other answer; a
reading with a row that can't be understood allows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from mdetui import text
from mdetui.api.endpoints import operation
from mdetui.api.models.action import MachineAction
from mdetui.api.models.alert import Alert
from mdetui.errors import NotFound
from mdetui.response import preflight
from mdetui.response.catalogue import ActionSpec
from mdetui.response.requests import carries
from mdetui.response.states import same, when
from mdetui.response.targets import AlertValues, Target
from mdetui.response.wire import Wire

# the clocks of this host and of the service may differ by this much
_SKEW = timedelta(minutes=10)
_MARK = "via mdetui #"


class Fate(StrEnum):
    """What became of it."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Trail:
    """What is known of a write here.

    Attributes:
        entry: Its ledger id.
        action: What it was.
        targets: Whom it was about.
        at: When it was recorded.
        old: Alert values before.
        wanted: Alert values it asked for.
    """

    entry: str
    action: ActionSpec
    targets: tuple[Target, ...]
    at: datetime
    old: Mapping[str, AlertValues] = field(default_factory=dict)
    wanted: Mapping[str, AlertValues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the service shows of it.

    Attributes:
        fate: What became of it.
        why: Words; safe text.
        action: The machine action, when one was found.
    """

    fate: Fate
    why: str
    action: MachineAction | None = None


async def find(wire: Wire, trail: Trail) -> Finding:
    """Look for one write.

    Raises:
        WireError: The service could not be read; nothing is known then.
    """
    target = trail.targets[0]
    if trail.action.kind == "alert":
        return await _alert(wire, trail)
    if trail.action.kind == "action":
        found = await preflight.actions_by_id(wire, [target.id], strict=True)
        return cancelled(trail, found.get(target.id))
    actions = await preflight.actions_of(wire, [target.machine_id], everything=True)
    return among(trail, actions.get(target.machine_id, ()))


def among(trail: Trail, actions: Iterable[MachineAction]) -> Finding:
    """What all actions of a machine say of a write that starts one."""
    rows = list(actions)
    for row in rows:
        if carries(row.requestor_comment, trail.entry):
            return Finding(Fate.SENT, "its action is there", row)
    for row in rows:
        asked = when(row.creation_date_time_utc)
        near = asked is not None and abs(asked - trail.at) <= _SKEW
        if near and same(row.type, trail.action.service_type) and _MARK not in (row.requestor_comment or ""):
            # the service may hand out a pending one, or have lost our comment
            by = text.line(row.requestor, 80)
            return Finding(Fate.UNCLEAR, f"an equal action of {by} began about then, without our comment", row)
    return Finding(Fate.NOT_SENT, "no action with its id is there")


def cancelled(trail: Trail, row: MachineAction | None) -> Finding:
    """What an action says of our cancelling it."""
    if row is None:
        return Finding(Fate.UNCLEAR, "the action is not listed any more")
    if carries(row.cancellation_comment, trail.entry):
        return Finding(Fate.SENT, "it carries our cancellation", row)
    if row.open or not same(row.status, "Cancelled") or row.cancellation_comment:
        return Finding(Fate.NOT_SENT, f"it is {text.line(row.status, 40)} without our cancellation", row)
    return Finding(Fate.UNCLEAR, "it is cancelled, without any comment", row)


async def _alert(wire: Wire, trail: Trail) -> Finding:
    """A batch is one call, so one of its alerts tells; comments come only with a single alert."""
    target = trail.targets[0]
    try:
        row: Alert = await wire.fetch(operation("alerts.get"), path={"id": target.id})
    except NotFound:
        return Finding(Fate.UNCLEAR, "the alert is not there any more")
    if any(carries(comment.comment, trail.entry) for comment in row.comments or []):
        return Finding(Fate.SENT, "its comment is there")
    wanted, now = trail.wanted.get(target.id, AlertValues()), AlertValues.of(row)
    if wanted.to_dict() and now.covers(wanted) and not trail.old.get(target.id, AlertValues()).covers(wanted):
        return Finding(Fate.UNCLEAR, "the alert has the values, without our comment")
    if row.comments is None:
        return Finding(Fate.UNCLEAR, "the alert shows no comments")
    return Finding(Fate.NOT_SENT, "no comment with its id is there")
