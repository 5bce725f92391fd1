"""Machines that the actions say are isolated. The API has no field for it, so what is unsure is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.response import states
from mdetui.views import words
from mdetui.views.base import BLANK, Borrowed, Cell, Column, Context, Line, Subject, View, fact
from mdetui.views.machines import SUBJECT, short_id

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction


@dataclass(frozen=True, slots=True)
class Isolated:
    """One machine.

    Attributes:
        id: Machine id.
        computer_dns_name: Its name, as the last action had it.
        state: What the actions tell.
        action: The action that decides, or the one that is open.
        unsure: Why it may be otherwise; "" when nothing speaks against it.
    """

    id: str
    computer_dns_name: str | None
    state: states.State
    action: MachineAction
    unsure: str = ""


def rows_of(actions: Iterable[MachineAction]) -> list[Isolated]:
    """Machines that are isolated, or being isolated or released, as the actions tell; newest first."""
    by_machine: dict[str, list[MachineAction]] = {}
    for action in actions:
        if action.machine_id:
            by_machine.setdefault(action.machine_id, []).append(action)
    found = [row for machine_id, mine in by_machine.items() if (row := _row(machine_id, mine)) is not None]
    return sorted(found, key=lambda row: words.time_key(row.action.updated), reverse=True)


def _row(machine_id: str, actions: Sequence[MachineAction]) -> Isolated | None:
    state = states.read(actions, states.ISOLATION)
    if state.on is not True and state.opening is None:
        return None
    decides = state.opening or max(
        (one for one in actions if states.same(one.type, states.ISOLATION.on) and states.same(one.status, "Succeeded")),
        key=lambda one: words.time_key(one.updated),
    )
    name = next((one.computer_dns_name for one in actions if one.computer_dns_name), None)
    return Isolated(machine_id, name, state, decides, _doubt(state, actions))


def _doubt(state: states.State, actions: Sequence[MachineAction]) -> str:
    if state.opening is not None:
        word = "being isolated" if states.same(state.opening.type, states.ISOLATION.on) else "being released"
        return f"{word}: {text.line(state.opening.status, 40)}"
    after = [one for one in actions if state.at is not None and (at := states.when(one.updated)) and at > state.at]
    failed = [one for one in after if states.same(one.type, states.ISOLATION.off)]
    if failed:
        return f"a release ended {text.line(failed[-1].status, 40)} after that"
    return ""


def _since(row: Isolated, context: Context) -> Cell:
    return words.moment(row.state.at or _asked(row), context)


def _asked(row: Isolated) -> datetime | None:
    return text.parse_time(row.action.creation_date_time_utc)


def _preview(row: Isolated, context: Context, borrowed: Borrowed) -> list[Line]:
    lines = [
        Line((Cell(text.line(row.computer_dns_name), "strong"), Cell("  "), Cell(row.state.text(context.now), "state.warn")), 2),
        fact("id", text.line(row.id)),
        fact("by", text.line(row.action.requestor)),
        fact("comment", text.line(row.action.requestor_comment)),
        fact("action", text.line(row.action.id)),
    ]  # fmt: skip
    if row.unsure:
        lines.append(fact("unsure", Cell(row.unsure, "state.warn")))
    return [
        *lines,
        BLANK,
        Line((Cell("Automatic isolation and the force-release script may leave no action behind.", "muted"),)),
    ]


def _texts(row: Isolated) -> tuple[str | None, ...]:
    return (row.computer_dns_name, row.id, row.action.requestor, row.action.requestor_comment, row.unsure)


def _order(row: Any) -> float:
    at = row.state.at or _asked(row)
    return at.timestamp() if at else 0.0


VIEW = View(
    id="isolated",
    title="isolated",
    noun="isolated machine",
    operation="",
    columns=(
        Column(
            "name", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.id), 20, grow=1,
            sort=lambda row: (row.computer_dns_name or "").lower(),
        ),
        Column("scope", "SCOPE", lambda row, _: words.plain(row.action.scope), 9, sort=lambda row: row.action.scope or ""),
        Column("since", "SINCE", _since, 5, right=True, sort=_order, utc=words.UTC_CELLS),
        Column("by", "BY", lambda row, ctx: words.owner(row.action.requestor, ctx), 12, sort=lambda row: row.action.requestor or ""),
        Column("unsure", "UNSURE", lambda row, _: Cell(row.unsure or "-", "state.warn" if row.unsure else "muted"), 18, grow=1),
        Column("comment", "COMMENT", lambda row, _: words.plain(row.action.requestor_comment), 24, grow=2, at=96),
        Column("id", "ID", lambda row, _: Cell(short_id(row.id), "muted"), 13, at=132),
    ),
    texts=_texts,
    default_sort=("since", True),
    preview=_preview,
    opens="machine",
    subject=Subject(
        kind="machine", name=lambda row: row.computer_dns_name, machine_id=lambda row: row.id,
        pivots=SUBJECT.pivots[:2], portal=SUBJECT.portal,
    ),
    keys="machines",
)  # fmt: skip
