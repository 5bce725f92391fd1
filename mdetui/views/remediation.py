"""Remediation tasks: the list, and the page of one. The API only reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import machine_refs, portal, posture, words
from mdetui.views.base import BLANK, RAW, Borrowed, Cell, Column, Context, Line, Page, Pivot, Subject, Tab, View, fact
from mdetui.views.query import Word, one_of, times

if TYPE_CHECKING:
    from mdetui.api.models.remediation import RemediationTask

_PRIORITIES = {"high": 3, "medium": 2, "low": 1}


def due(row: RemediationTask, context: Context) -> Cell:
    """`+4d` is to come; what is over and not done is late."""
    cell = words.when(row.due_on, context)
    at = text.parse_time(row.due_on)
    late = at is not None and at < context.now and (row.status or "").lower() != "completed"
    return Cell(cell.text, "state.bad") if late else cell


COLUMNS = (
    Column("title", "TASK", lambda row, _: words.plain(row.title), 28, grow=4, sort=lambda row: (row.title or "").lower()),
    Column("status", "STATUS", lambda row, _: words.status(row.status), 9, sort=lambda row: row.status or ""),
    Column("priority", "PRIORITY", lambda row, _: words.level(row.priority), 8, sort=lambda row: _PRIORITIES.get((row.priority or "").lower(), 0)),
    Column("fixed", "FIXED", lambda row, _: posture.share(row.fixed_devices, row.target_devices), 9, right=True, sort=lambda row: words.number_key(row.fixed_devices)),
    Column("due", "DUE", due, 5, right=True, sort=lambda row: words.time_key(row.due_on), utc=words.UTC_CELLS),
    words.time_column("created", "CREATED", lambda row: row.created_on, 7),
    Column("by", "BY", lambda row, ctx: words.owner(row.requester_email, ctx), 10, at=90, sort=lambda row: (row.requester_email or "").lower()),
    Column("type", "TYPE", lambda row, _: words.plain(row.type), 12, at=104, sort=lambda row: row.type or ""),
    Column("groups", "GROUPS", lambda row, _: words.plain(posture.many(row.rbac_group_names)), 18, grow=1, at=132),
)  # fmt: skip


def recommendation(row: RemediationTask) -> str | None:
    """Id of the recommendation that it follows."""
    return f"va-_-{row.product_id}" if row.product_id else f"sca-_-{row.scid}" if row.scid else None


def _facts(row: RemediationTask) -> list[Line]:
    return [
        fact("what", text.line(row.type), text.line(row.related_component), text.line(row.recommended_version) if row.recommended_version else ""),
        fact("status", words.status(row.status), f"since {text.stamp_of(row.status_last_modified_on)}"),
        fact("priority", words.level(row.priority)),
        fact("fixed", f"{posture.share(row.fixed_devices, row.target_devices).text} machines"),
        fact("groups", posture.many(row.rbac_group_names)),
        fact("asked by", text.line(row.requester_email), text.stamp_of(row.created_on)),
        fact("due", text.stamp_of(row.due_on)),
        fact("notes", text.line(row.requester_notes)),
        *([fact("completed by", text.line(row.completer_email), text.line(row.completion_method))] if row.completer_email else []),
        fact("category", text.line(row.category)),
        fact("about", text.line(row.product_id or row.scid)),
        fact("id", text.line(row.id)),
    ]  # fmt: skip


def preview(row: RemediationTask, context: Context, borrowed: Borrowed) -> list[Line]:
    """The task; costs no request."""
    said = [Line((Cell(part),)) for part in text.block(row.description)]
    return [Line((Cell(text.line(row.title), "strong"),), 2), *_facts(row), BLANK, *said]


def head(row: RemediationTask | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what, and how far."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    return [
        Line((Cell(text.line(row.title), "strong"), Cell("  "), words.status(row.status)), 2),
        Line((
            Cell("priority ", "muted"), words.level(row.priority), Cell("  fixed ", "muted"),
            posture.share(row.fixed_devices, row.target_devices), Cell(" machines  due ", "muted"), due(row, context),
            Cell("  asked by ", "muted"), words.owner(row.requester_email, context),
        ), 2),
    ]  # fmt: skip


def overview(row: RemediationTask, context: Context, borrowed: Borrowed) -> list[Line]:
    """What the service says of it."""
    return [*(Line((Cell(part),)) for part in text.block(row.description)), BLANK, *_facts(row)]


SUBJECT = Subject(
    name=lambda row: row.title,
    pivots=(
        Pivot("r", "the recommendation", "page:recommendation", recommendation),
        Pivot("s", "the software", "page:software", lambda row: row.product_id),
    ),
    portal=lambda row: portal.REMEDIATION,
)

VIEW = View(
    id="remediation",
    title="remediation",
    noun="task",
    operation="remediation.list",
    columns=COLUMNS,
    texts=lambda row: (
        row.title,
        row.status,
        row.priority,
        row.type,
        row.requester_email,
        row.related_component,
        row.id,
    ),
    default_sort=("created", True),
    preview=preview,
    opens="remediation",
    subject=SUBJECT,
    keys="things",
    command=("remediation", "rem"),
    help="remediation tasks",
    words=(
        Word("status", "status:active, completed", one_of("status", {"active": "Active", "completed": "Completed"})),
        *times("createdOn", lambda row: row.created_on),
    ),
)

PAGE = Page(
    id="remediation",
    noun="task",
    operation="remediation.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        machine_refs.tab("remediation.machines"),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: text.line(row.title if row and row.title else page_id),
    subject=SUBJECT,
)
