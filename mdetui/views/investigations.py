"""Automated investigations: the list and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import portal, words
from mdetui.views.base import BLANK, RAW, Borrowed, Cell, Column, Context, Line, Page, Pivot, Subject, Tab, View, fact
from mdetui.views.query import Word, equals, one_of, quote, times

if TYPE_CHECKING:
    from mdetui.api.models.investigation import Investigation

# the words of an alert's investigationState (investigation.md)
STATES = (
    "Running", "Queued", "PendingApproval", "PendingResource", "SuccessfullyRemediated", "PartiallyRemediated",
    "PartiallyInvestigated", "Benign", "Failed", "InnerFailure", "Terminated", "TerminatedByUser", "TerminatedBySystem",
    "PreexistingAlert", "UnsupportedOs", "UnsupportedAlertType", "SuppressedAlert", "Unknown",
)  # fmt: skip
_STYLE = {
    "running": "state.busy",
    "queued": "state.busy",
    "pendingapproval": "state.warn",
    "pendingresource": "state.warn",
    "partiallyremediated": "state.warn",
    "partiallyinvestigated": "state.warn",
    "successfullyremediated": "state.good",
    "benign": "state.good",
    "failed": "state.bad",
    "innerfailure": "state.bad",
}


def state(value: str | None) -> Cell:
    """The state as its word."""
    return Cell(text.line(value), _STYLE.get((value or "").lower(), "muted" if value is None else "plain"))


COLUMNS = (
    words.time_column("age", "AGE", lambda row: row.start_time, 4),
    Column("state", "STATE", lambda row, _: state(row.state), 22, sort=lambda row: row.state or ""),
    Column(
        "machine", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.machine_id), 15, grow=1,
        sort=lambda row: (row.computer_dns_name or "").lower(),
    ),
    Column("alert", "TRIGGERED BY", lambda row, _: words.plain(row.triggering_alert_id), 26, sort=lambda row: row.triggering_alert_id or ""),
    Column("id", "ID", lambda row, _: Cell(text.line(row.id), "muted"), 8, at=90, sort=lambda row: words.number_key(row.id)),
    words.time_column("end", "ENDED", lambda row: row.end_time, 5, at=100),
    Column("details", "DETAILS", lambda row, _: words.plain(row.status_details), 20, grow=2, at=112),
)  # fmt: skip


def lines(row: Investigation, context: Context, borrowed: Borrowed) -> list[Line]:
    """Everything the service says about it; costs no request."""
    found = [
        fact("state", state(row.state), text.line(row.status_details) if row.status_details else ""),
        fact("machine", text.line(row.computer_dns_name), Cell(text.line(row.machine_id), "muted")),
        fact("triggered by", f"alert {text.line(row.triggering_alert_id)}"),
        fact("started", text.stamp_of(row.start_time)),
        fact("ended", text.stamp_of(row.end_time)),
        fact("id", text.line(row.id)),
    ]
    if row.cancelled_by:
        found.insert(1, fact("cancelled by", text.line(row.cancelled_by)))
    if (row.state or "").lower() == "pendingapproval":
        found += [
            BLANK,
            Line((Cell("It waits for somebody to approve its actions in the portal; the API can't.", "muted"),)),
        ]
    return found  # fmt: skip


def head(row: Investigation | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: state and machine, since when."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    ended = text.parse_time(row.end_time)
    times = [Cell("started ", "muted"), words.when(row.start_time, context)]
    if ended is not None:
        times += [Cell("  ended ", "muted"), words.moment(ended, context)]
    return [
        Line((Cell("investigation ", "muted"), Cell(text.line(row.id), "strong"), Cell("  "), state(row.state)), 2),
        Line((Cell(text.line(row.computer_dns_name)), Cell("  "), *times), 2),
    ]


SUBJECT = Subject(
    name=lambda row: f"investigation {row.id}",
    machine_id=lambda row: row.machine_id,
    pivots=(
        Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),
        Pivot("t", "the alert that triggered it", "page:alert", lambda row: row.triggering_alert_id),
        Pivot("n", "investigations of this machine", "list:investigations", lambda row: row.machine_id, "machine"),
    ),
    portal=lambda row: portal.ACTIONS,
)

VIEW = View(
    id="investigations",
    title="investigations",
    noun="investigation",
    operation="investigations.list",
    columns=COLUMNS,
    texts=lambda row: (row.state, row.computer_dns_name, row.triggering_alert_id, row.status_details, row.id),
    default_sort=("age", True),
    preview=lines,
    opens="investigation",
    subject=SUBJECT,
    command=("investigations", "inv"),
    help="automated investigations",
    words=(
        Word("state", "state:running, pendingapproval", one_of("state", {word.lower(): word for word in STATES})),
        Word("machine", "machine:<id>", equals("machineId")),
        Word("alert", "alert:<id>", equals("triggeringAlertId")),
        *times("startTime", lambda row: row.start_time),
    ),
)


def _of_alerts(page_id: str) -> str:
    # a number there; quoted when it is none, so that nothing else can be asked with it
    return f"investigationId eq {page_id if page_id.isdigit() else quote(page_id)}"


PAGE = Page(
    id="investigation",
    noun="investigation",
    operation="investigations.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", lines),
        Tab("alerts", "Alerts", view="alerts", filter=_of_alerts),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: f"investigation {text.line(page_id)}",
    subject=SUBJECT,
    keys="alert",
)
