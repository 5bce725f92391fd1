"""Machine actions of the tenant: the list and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import live, portal, words
from mdetui.views.base import BLANK, RAW, Borrowed, Cell, Column, Context, Line, Page, Pivot, Subject, Tab, View, fact

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


def _what(row: MachineAction) -> str:
    return f"{text.line(row.type)} {text.line(row.scope)}" if row.scope else text.line(row.type)


def preview(row: MachineAction, context: Context, borrowed: Borrowed) -> list[Line]:
    """The whole action; costs no request."""
    lines = [
        Line((Cell(_what(row), "strong"), Cell("  "), words.status(row.status))),
        fact("machine", text.line(row.computer_dns_name), Cell(text.line(row.machine_id), "muted")),
        fact("asked by", text.line(row.requestor), f"from {text.line(row.request_source)}"),
        fact("comment", text.line(row.requestor_comment)),
        fact("asked", text.stamp_of(row.creation_date_time_utc)),
        fact("changed", text.stamp_of(row.updated)),
        fact("id", text.line(row.id)),
    ]
    if row.error_h_result not in (None, 0):
        lines.append(fact("error", Cell(text.line(row.error_h_result), "state.bad")))
    if row.troubleshoot_info:
        lines.append(fact("advice", text.line(row.troubleshoot_info)))
    if row.related_file_info is not None:
        kind = text.line(row.related_file_info.file_identifier_type)
        lines.append(fact("file", text.line(row.related_file_info.file_identifier), Cell(kind, "muted")))
    commands = live.ran(row)
    if commands:
        left = sum(1 for one in commands if one.available)
        lines.append(fact("commands", str(len(commands)), f"{text.plural(left, 'result')} available" if left else ""))
    if row.cancellation_requestor:
        lines.append(fact("cancelled by", text.line(row.cancellation_requestor), text.line(row.cancellation_comment)))
    return lines


def overview(row: MachineAction, context: Context, borrowed: Borrowed) -> list[Line]:
    """The facts, then the commands of a live response and what to do with a package."""
    lines = preview(row, context, borrowed)[1:]
    if row.title:
        lines.append(fact("title", text.line(row.title)))
    if row.external_id:
        lines.append(fact("external id", text.line(row.external_id)))
    for one in live.ran(row):
        result = Cell("  result available", "state.good") if one.available else Cell("")
        status = live.command_status(one.state.command_status)
        lines += [*([BLANK] if one.index == 0 else []), fact(one.kind, status, Cell(one.what), result)]
    if _package(row):
        lines += [BLANK, Line((Cell("The package can be had: p, then k asks for its link.", "muted"),))]
    return lines


def head(row: MachineAction | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what and how it stands, where and who asked."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    return [
        Line((Cell(_what(row), "strong"), Cell("  "), words.status(row.status)), 2),
        Line((
            Cell(text.line(row.computer_dns_name)), Cell("  by ", "muted"), words.owner(row.requestor, context),
            Cell("  asked ", "muted"), words.when(row.creation_date_time_utc, context),
            Cell("  changed ", "muted"), words.when(row.updated, context),
        ), 2),
    ]  # fmt: skip


def _package(row: MachineAction) -> str | None:
    fits = (row.type or "").lower() == "collectinvestigationpackage" and (row.status or "").lower() == "succeeded"
    return f"{row.id}/{live.PACKAGE}" if fits else None


SUBJECT = Subject(
    kind="action",
    name=lambda row: row.type,
    machine_id=lambda row: row.machine_id,
    pivots=(
        Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),
        # 2 calls a minute
        Pivot("k", "the link to its investigation package", "page:result", _package),
    ),
    portal=lambda row: portal.ACTIONS,
)

VIEW = View(
    id="actions",
    title="actions",
    noun="machine action",
    operation="actions.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("age", True),
    preview=preview,
    opens="action",
    subject=SUBJECT,
    keys="actions",
    command=("actions", "act"),
    help="machine actions of the tenant",
)

PAGE = Page(
    id="action",
    noun="machine action",
    operation="actions.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        Tab("commands", "Commands", view="commands", rows=live.ran),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: text.line(row.type if row else page_id),
    subject=SUBJECT,
)
