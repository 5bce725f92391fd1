"""The ledger as a list: every write this OS user asked for from this host, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.response.entries import Entry

_STYLE = {
    "intent": "state.warn",
    "sent": "state.busy",
    "unclear": "state.warn",
    "done": "state.good",
    "refused": "state.bad",
    "failed": "state.bad",
    "timed out": "state.bad",
    "lapsed": "state.warn",
}


def _outcome(row: Entry) -> Cell:
    word = "recorded" if row.event == "intent" else str(row.event)
    return Cell(word, _STYLE.get(str(row.event), "muted"))


def _preview(row: Entry, context: Context, borrowed: Borrowed) -> list[Line]:
    options = ", ".join(f"{name} {value}" for name, value in row.options.items() if value)
    lines = [
        Line((Cell(f"#{text.line(row.id)} ", "strong"), Cell(text.line(row.action)), Cell(f"  {text.line(options)}"))),
        fact("outcome", _outcome(row), text.line(row.outcome) if row.outcome else "-"),
        fact("by", text.line(row.analyst), f"as {text.line(row.os_user)} on {text.line(row.host)}", f"from {text.line(row.ssh)}"),
        fact("reason", text.line(row.reason), f"ticket {text.line(row.ticket)}" if row.ticket else ""),
        fact("recorded", text.stamp(row.at), f"told {text.stamp(row.told)}"),
        fact("tenant", text.line(row.profile), Cell(text.line(row.tenant), "muted")),
        fact("action id", text.line(row.action_id), Cell(f"request {text.line(row.request_id)}", "muted")),
    ]  # fmt: skip
    for target in row.targets:
        failed = row.failed.get(target.id)
        note = Cell(f"not changed: {text.line(failed)}", "state.bad") if failed else Cell("")
        lines.append(fact("target", target.shown, Cell(text.line(target.id), "muted"), note))
        old = row.old.get(target.id)
        if old is not None:
            before = ", ".join(f"{name} {text.line(value)}" for name, value in old.pairs())
            lines.append(fact("", Cell(f"before: {before}", "muted")))
    return lines


def _machine(row: Entry) -> str | None:
    return row.targets[0].machine_id or None if len(row.targets) == 1 else None


VIEW = View(
    id="ledger",
    title="ledger",
    noun="entry",
    operation="",
    columns=(
        Column(
            "at", "AGE", lambda row, ctx: words.moment(row.at, ctx), 4, right=True,
            sort=lambda row: row.at.timestamp() if row.at else 0.0, utc=words.UTC_CELLS,
        ),
        Column("id", "ID", lambda row, _: Cell(f"#{text.line(row.id)}", "muted"), 5),
        Column("action", "ACTION", lambda row, _: words.plain(row.action), 16, sort=lambda row: row.action),
        Column("outcome", "OUTCOME", lambda row, _: _outcome(row), 9, sort=lambda row: str(row.event)),
        Column("target", "TARGET", lambda row, _: Cell(row.shown), 16, grow=2, sort=lambda row: row.shown),
        Column("tenant", "TENANT", lambda row, _: words.plain(row.profile), 10, sort=lambda row: row.profile),
        Column("by", "BY", lambda row, ctx: words.owner(row.analyst, ctx), 8, sort=lambda row: row.analyst),
        Column("reason", "REASON", lambda row, _: words.plain(row.reason), 24, grow=3, at=100),
    ),
    texts=lambda row: (row.id, row.action, row.shown, row.profile, row.analyst, row.reason, row.ticket, str(row.event)),
    default_sort=("at", True),
    preview=_preview,
    subject=Subject(name=lambda row: row.shown, machine_id=_machine, profile=lambda row: row.profile, unlinked="This list is of this host."),
    keys="local",
)  # fmt: skip
