"""Incidents of Defender XDR: the list, and the page with its alerts, its machines and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.views import machines, portal, words
from mdetui.views.base import (
    BLANK,
    RAW,
    Borrowed,
    Cell,
    Column,
    Context,
    Line,
    Need,
    Page,
    Pivot,
    Reader,
    Subject,
    Tab,
    View,
    fact,
    got,
    heading,
)
from mdetui.views.query import OWNER, Word, one_of, times

if TYPE_CHECKING:
    from mdetui.api.models.incident import IncidentRow
    from mdetui.views.cases import Case, CaseMachine, Piece

_UNSET = (None, "", "Unknown", "NotAvailable")
_STATUSES = {"active": "Active", "inprogress": "InProgress", "resolved": "Resolved", "redirected": "Redirected"}

COLUMNS = (
    Column("severity", "S", lambda row, _: words.severity_letter(row.severity), 1, sort=lambda row: words.severity_rank(row.severity)),
    words.time_column("age", "AGE", lambda row: row.created_time, 4),
    Column("number", "NUMBER", lambda row, _: Cell(text.line(row.incident_id)), 7, right=True, sort=lambda row: words.number_key(row.incident_id)),
    Column("name", "INCIDENT", lambda row, _: words.plain(row.incident_name), 22, grow=4, sort=lambda row: (row.incident_name or "").lower()),
    Column("alerts", "ALERTS", lambda row, _: words.number(len(row.alerts or ())), 6, right=True, sort=lambda row: len(row.alerts or ())),
    Column("machines", "MACH", lambda row, _: words.number(len(row.machines)), 4, right=True, sort=lambda row: len(row.machines)),
    Column("status", "STATUS", lambda row, _: words.status(row.status), 10, sort=lambda row: row.status or ""),
    Column("owner", "OWNER", lambda row, ctx: words.owner(row.assigned_to, ctx), 8, sort=lambda row: (row.assigned_to or "").lower()),
    Column("classification", "CLASSIFIED", lambda row, _: _said(row.classification), 18, at=100, sort=lambda row: row.classification or ""),
    words.time_column("changed", "CHANGED", lambda row: row.last_update_time, 7, at=112),
    Column("tags", "TAGS", lambda row, _: words.plain(", ".join(row.tags or ()) or None), 14, grow=1, at=140),
)  # fmt: skip


def _said(value: str | None) -> Cell:
    """A classification; the service's words for "nobody said" are a dash."""
    return Cell("-", "muted") if value in _UNSET else Cell(text.line(value))


def texts(row: IncidentRow) -> tuple[str | None, ...]:
    """What the local filter searches: the names of the machines, too."""
    return (
        row.incident_name, row.severity, row.status, row.assigned_to, row.classification, " ".join(row.tags or ()),
        " ".join(row.machines.values()), row.id,
    )  # fmt: skip


def preview(row: IncidentRow, context: Context, borrowed: Borrowed) -> list[Line]:
    """What it is, whose, and which machines; costs no request."""
    named = [text.line(name or one) for one, name in row.machines.items()]
    lines = [
        Line((words.severity_letter(row.severity), Cell(" "), Cell(text.line(row.incident_name), "strong")), 2),
        fact("status", words.status(row.status), Cell("owner", "muted"), words.owner(row.assigned_to, context)),
        fact("classified", _said(row.classification), _said(row.determination)),
        fact("alerts", text.plural(len(row.alerts or ()), "alert"), Cell(_products(row), "muted")),
        fact("machines", ", ".join(named) or "none that is onboarded"),
        fact("created", text.stamp_of(row.created_time)),
        fact("changed", text.stamp_of(row.last_update_time)),
    ]
    if row.tags:
        lines.append(fact("tags", ", ".join(text.line(tag) for tag in row.tags)))
    if row.redirect_incident_id is not None:
        lines.append(fact("merged into", f"incident {text.line(row.redirect_incident_id)}"))
    return lines


def _products(row: IncidentRow) -> str:
    found = dict.fromkeys(alert.service_source for alert in row.alerts or () if alert.service_source)
    return ", ".join(text.line(one).removeprefix("Microsoft") for one in found)


def _redirect(row: Any) -> str | None:
    target = row.redirect_incident_id
    return None if target is None else str(target)


VIEW = View(
    id="incidents",
    title="incidents",
    noun="incident",
    operation="incidents.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("age", True),
    preview=preview,
    opens="incident",
    subject=Subject(
        name=lambda row: row.incident_name,
        pivots=(
            Pivot("l", "its endpoint alerts as a queue", "list:alerts", lambda row: row.id or None, "inc"),
            Pivot("r", "the incident it was merged into", "page:incident", _redirect),
        ),
        portal=lambda row: portal.incident(row.id),
    ),
    command=("incidents", "inc"),
    help="incidents of Defender XDR",
    words=(
        Word("status", "status:active, inprogress, resolved, redirected", one_of("status", _STATUSES)),
        OWNER,
        *times("createdTime", lambda row: row.created_time),
    ),
)


# the page


async def read(session: Reader, page_id: str, fresh: bool) -> Case:
    """An incident; see `cases.read`."""
    from mdetui.views import cases

    return await cases.read(session, page_id, fresh)


def head(case: Case | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what and whose; a third says what is missing."""
    if case is None:
        return [Line((Cell("reading incident ", "muted"), Cell(text.line(page_id))))]
    lines = [
        Line((words.severity_letter(case.severity), Cell(" "), Cell(text.line(case.name), "strong")), 2),
        Line((
            Cell("incident ", "muted"), Cell(text.line(case.id)), Cell("  "), words.status(case.status),
            Cell("  owner ", "muted"), words.owner(case.assigned_to, context),
            *([Cell("  "), _said(case.classification)] if case.classification not in _UNSET else ()),
            Cell("  created ", "muted"), words.when(case.created_time, context),
            Cell("  changed ", "muted"), words.when(case.last_update_time, context),
        ), 2),
    ]  # fmt: skip
    if case.partial is not None:
        lines.append(
            Line(
                (
                    Cell("From endpoint alerts: machines may be missing. ", "state.warn"),
                    Cell(text.line(case.partial.what), "muted"),
                ),
                2,
            )
        )
    elif case.redirect is not None:
        lines.append(Line((Cell(f"Merged into incident {text.line(case.redirect)}: p leads there.", "state.warn"),), 2))
    return lines  # fmt: skip


def overview(case: Case, context: Context, borrowed: Borrowed) -> list[Line]:
    """All facts, where it happened, and what people wrote."""
    high = sum(1 for alert in case.alerts if (alert.severity or "").lower() == "high")
    lines = [
        fact("severity", words.level(case.severity)),
        fact("status", words.status(case.status)),
        fact("owner", text.line(case.assigned_to)),
        fact("classified", _said(case.classification), _said(case.determination)),
        fact("alerts", text.plural(len(case.alerts), "alert"), f"{high} of them high" if high else ""),
        fact("machines", ", ".join(text.line(one.computer_dns_name or one.id) for one in case.machines) or "none"),
        fact("tags", ", ".join(text.line(tag) for tag in case.tags) or "-"),
        fact("created", text.stamp_of(case.created_time)),
        fact("changed", text.stamp_of(case.last_update_time)),
    ]
    if case.strangers:
        lines.insert(
            6,
            fact(
                "not onboarded", Cell(", ".join(case.strangers), "state.warn"), "nothing can be done to them from here"
            ),
        )
    if case.partial is not None:
        return [*lines, BLANK, *_missing(case)]
    lines += [BLANK, heading(text.plural(len(case.comments), "comment") if case.comments else "no comments")]
    for comment in case.comments:
        moment = text.stamp_of(comment.created_time)
        lines.append(Line((Cell(f"{moment}  {text.line(comment.created_by)}", "muted"),)))
        lines += [Line((Cell("  " + part),), 2) for part in text.block(comment.comment)]
    return lines  # fmt: skip


def _missing(case: Case) -> list[Line]:
    assert case.partial is not None
    return [
        heading("What may be missing"),
        Line((Cell(text.line(case.partial.what), "state.warn"),)),
        *([Line((Cell(text.line(case.partial.todo)),))] if case.partial.todo else []),
        *([Line((Cell(f"Systems and risk of its machines are not known: {text.line(case.unread.what)}", "state.warn"),), 2)] if case.unread else []),
        Line((Cell("An endpoint alert names one machine, so others may belong to this incident. Name, severity, status and owner are worked out from the alerts; comments, tags and evidence are not known here: Enter on an alert shows its own evidence."),)),
    ]  # fmt: skip


_NUMBER = Pivot("l", "its endpoint alerts as a queue", "list:alerts", lambda case: case.id, "inc")

PAGE = Page(
    id="incident",
    noun="incident",
    operation="incidents.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        Tab("alerts", "Alerts", view="alerts", rows=lambda case: case.alerts),
        Tab("machines", "Machines", view="incidentMachines", rows=lambda case: case.machines),
        Tab("evidence", "Evidence", view="incidentEvidence", rows=lambda case: case.pieces),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda case, page_id: f"incident {text.line(page_id)}",
    subject=Subject(
        name=lambda case: case.name,
        pivots=(_NUMBER, Pivot("r", "the incident it was merged into", "page:incident", lambda case: case.redirect)),
        portal=lambda case: portal.incident(case.id),
    ),
    keys="alert",
    read=read,
)


# its lists

_OF_MACHINES = {column.id: column for column in machines.COLUMNS}


def _machine_preview(row: CaseMachine, context: Context, borrowed: Borrowed) -> list[Line]:
    """The machine itself once it is read; until then what the incident says of it."""
    known = got(borrowed, "machine")
    return [
        fact("here", text.plural(row.alerts, "alert"), words.level(row.worst)),
        *machines.preview(known or row, context, borrowed),
    ]


MACHINES = View(
    id="incidentMachines",
    title="machines",
    noun="machine",
    operation="",
    columns=(
        _OF_MACHINES["name"],
        _OF_MACHINES["system"],
        _OF_MACHINES["health"],
        _OF_MACHINES["risk"],
        Column("worst", "WORST", lambda row, _: words.level(row.worst), 6, sort=lambda row: words.severity_rank(row.worst)),
        Column("alerts", "ALERTS", lambda row, _: words.number(row.alerts), 6, right=True, sort=lambda row: row.alerts),
        _OF_MACHINES["group"],
        _OF_MACHINES["tags"],
        _OF_MACHINES["id"],
    ),
    texts=machines.texts,
    preview=_machine_preview,
    needs=(Need("machine", "machines.get", lambda row: {"id": row.id}),),
    opens="machine",
    subject=machines.SUBJECT,
    keys="machines",
)  # fmt: skip


def _piece_preview(row: Piece, context: Context, borrowed: Borrowed) -> list[Line]:
    return [
        Line((Cell(row.label, "strong"),), 2),
        fact("kind", text.line(row.kind), text.line(row.status)),
        *([fact("more", row.detail)] if row.detail else []),
        fact("seen in", text.plural(row.alerts, "alert")),
        fact("machines", ", ".join(text.line(name) for name in row.machines) or "-"),
        *([fact("leads to", row.named.label)] if row.named is not None else []),
    ]


EVIDENCE = View(
    id="incidentEvidence",
    title="evidence",
    noun="piece",
    operation="",
    columns=(
        Column("kind", "KIND", lambda row, _: words.plain(row.kind), 8, sort=lambda row: row.kind.lower()),
        Column("what", "WHAT", lambda row, _: Cell(row.label), 30, grow=3, sort=lambda row: row.label.lower()),
        Column("status", "DETECTION", lambda row, _: _detection(row.status), 10, sort=lambda row: row.status or ""),
        Column("alerts", "ALERTS", lambda row, _: words.number(row.alerts), 6, right=True, sort=lambda row: row.alerts),
        Column("machines", "MACHINES", lambda row, _: words.number(len(row.machines)), 8, right=True, sort=lambda row: len(row.machines)),
        Column("detail", "MORE", lambda row, _: Cell(row.detail, "muted"), 24, grow=2, at=100),
    ),
    texts=lambda row: (row.kind, row.label, row.detail, row.status, " ".join(row.machines)),
    preview=_piece_preview,
    subject=Subject(name=lambda row: row.label, names=lambda row: [row.named] if row.named is not None else [],
        portal=lambda row: portal.named(row.named.page, row.named.id) if row.named is not None else None,
        unlinked="The portal has pages of files, addresses and domains; an account is found there by more than its name.",
    ),
)  # fmt: skip


def _detection(value: str | None) -> Cell:
    style = "muted" if (value or "").lower() in ("", "none", "unknown") else "state.warn"
    return Cell(text.line(value), style)
