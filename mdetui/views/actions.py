"""Machine actions of the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction

COLUMNS = (
    words.time_column("age", "AGE", lambda row: row.creation_date_time_utc, 4),
    Column("type", "ACTION", lambda row, _: words.plain(row.type), 22, grow=1, sort=lambda row: row.type or ""),
    Column("scope", "SCOPE", lambda row, _: words.plain(row.scope), 9),
    Column("status", "STATUS", lambda row, _: words.status(row.status), 10, sort=lambda row: row.status or ""),
    Column(
        "machine", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.machine_id), 15, grow=1,
        sort=lambda row: (row.computer_dns_name or "").lower(),
    ),
    Column("requestor", "BY", lambda row, ctx: words.owner(row.requestor, ctx), 12, sort=lambda row: row.requestor or ""),
    words.time_column("updated", "CHANGED", lambda row: row.updated, 7, at=96),
    Column("comment", "COMMENT", lambda row, _: words.plain(row.requestor_comment), 30, grow=2, at=96),
)  # fmt: skip


def texts(row: MachineAction) -> tuple[str | None, ...]:
    """What the local filter searches."""
    return (row.type, row.scope, row.status, row.computer_dns_name, row.requestor, row.requestor_comment, row.id)


def preview(row: MachineAction, context: Context, borrowed: Borrowed) -> list[Line]:
    """The whole action; costs no request."""
    lines = [
        Line((Cell(text.line(row.type), "strong"), Cell(f" {text.line(row.scope)}  "), words.status(row.status))),
        fact("machine", text.line(row.computer_dns_name), Cell(text.line(row.machine_id), "muted")),
        fact("asked by", text.line(row.requestor), f"from {text.line(row.request_source)}"),
        fact("comment", text.line(row.requestor_comment)),
        fact("asked", text.stamp(text.parse_time(row.creation_date_time_utc))),
        fact("changed", text.stamp(text.parse_time(row.updated))),
        fact("id", text.line(row.id)),
    ]
    if row.error_h_result not in (None, 0):
        lines.append(fact("error", Cell(text.line(row.error_h_result), "state.bad"), text.line(row.troubleshoot_info)))
    if row.cancellation_requestor:
        lines.append(fact("cancelled by", text.line(row.cancellation_requestor), text.line(row.cancellation_comment)))
    return lines


VIEW = View(
    id="actions",
    title="actions",
    noun="machine action",
    operation="actions.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("age", True),
    preview=preview,
    subject=Subject(
        kind="action",
        machine_id=lambda row: row.machine_id,
        pivots=(Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),),
    ),
    keys="actions",
    command=("actions", "act"),
    help="machine actions of the tenant",
)
