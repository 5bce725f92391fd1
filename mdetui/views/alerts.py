"""The alert queue and the alert page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import evidence, found, portal, words
from mdetui.views.base import (
    BLANK,
    RAW,
    Borrowed,
    Cell,
    Column,
    Context,
    Details,
    Line,
    Need,
    Page,
    Part,
    Pivot,
    Subject,
    Tab,
    View,
    fact,
    got,
    heading,
    rows,
)
from mdetui.views.machines import machine_facts

if TYPE_CHECKING:
    from mdetui.api.models.alert import Alert, AlertRow
    from mdetui.api.models.base import RowTime
    from mdetui.api.models.entity import File

COLUMNS = (
    Column(
        "severity", "S", lambda row, _: words.severity_letter(row.severity), 1,
        sort=lambda row: words.severity_rank(row.severity),
    ),
    words.time_column("age", "AGE", lambda row: row.alert_creation_time, 4),
    Column("title", "TITLE", lambda row, _: words.plain(row.title), 24, grow=8, sort=lambda row: (row.title or "").lower()),
    Column(
        "machine", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.machine_id), 15, grow=1,
        sort=lambda row: (row.computer_dns_name or "").lower(),
    ),
    Column("status", "STATUS", lambda row, _: words.status(row.status), 10, sort=lambda row: row.status or ""),
    Column(
        "owner", "OWNER", lambda row, ctx: words.owner(row.assigned_to, ctx), 8,
        sort=lambda row: (row.assigned_to or "").lower(),
    ),
    Column("category", "CATEGORY", lambda row, _: words.plain(row.category), 18, at=100, sort=lambda row: row.category or ""),
    Column(
        "incident", "INCIDENT", lambda row, _: words.number(row.incident_id), 8, right=True, at=100,
        sort=lambda row: words.number_key(row.incident_id),
    ),
    Column(
        "source", "SOURCE", lambda row, _: words.plain(row.detection_source), 18, at=136,
        sort=lambda row: row.detection_source or "",
    ),
    Column(
        "investigation", "INVESTIGATION", lambda row, _: words.plain(row.investigation_state), 20, at=156,
        sort=lambda row: row.investigation_state or "",
    ),
)  # fmt: skip


def texts(row: AlertRow) -> tuple[str | None, ...]:
    """What the local filter searches."""
    user = row.related_user.user_name if row.related_user else None
    incident = None if row.incident_id is None else str(row.incident_id)
    techniques = " ".join(row.mitre_techniques or ())
    return (
        row.title, row.computer_dns_name, row.severity, row.status, row.assigned_to, row.category,
        row.detection_source, techniques, user, incident, row.id,
    )  # fmt: skip


def preview(row: AlertRow, context: Context, borrowed: Borrowed) -> list[Line]:
    """What decides the first minute: what it is, where, who, and which process did it. Six lines, then the evidence."""
    alert: Alert | None = got(borrowed, "alert")
    lines = [_what(row), machine_facts(borrowed, row.computer_dns_name, context)]
    if alert is None:
        return [*lines, Line((words.waiting(borrowed, "alert", "reading the evidence ..."),))]
    lines.append(_who(alert))
    chain = evidence.chain(alert.evidence or ())
    if chain:
        lines.append(Line((Cell(chain),), 2))
    lines.append(BLANK)
    lines += evidence.tree(alert.evidence or ()) or [Line((Cell("no evidence came with this alert", "muted"),))]
    lines.append(BLANK)
    lines += [Line((Cell(part),)) for part in text.block(alert.description)]
    return lines


def _what(row: AlertRow) -> Line:
    letter = words.severity_letter(row.severity)
    cells = [letter, Cell(" "), Cell(text.line(row.title), "strong")]
    if row.category:
        cells.append(Cell(f"  {text.line(row.category)}"))
    if row.mitre_techniques:
        cells.append(Cell("  " + text.line(" ".join(row.mitre_techniques)), "muted"))
    if row.incident_id is not None:
        cells.append(Cell(f"  incident {text.line(row.incident_id)}"))
    return Line(tuple(cells), 2)


def _who(alert: Alert) -> Line:
    names = evidence.users(alert)
    label = "user " if len(names) == 1 else "users "
    return Line((Cell(label, "muted"), Cell(", ".join(names) or "none named")), 6)


def head(alert: Alert | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Three lines: what, state, where."""
    if alert is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    state = [words.status(alert.status), Cell("  "), words.owner(alert.assigned_to, context)]
    if alert.classification:
        state.append(Cell(f"  {text.line(alert.classification)} / {text.line(alert.determination)}"))
    created = words.when(alert.alert_creation_time, context)
    state += [Cell("  created ", "muted"), created, Cell("  id ", "muted"), Cell(text.line(alert.id))]
    return [
        _what(alert),
        Line(tuple(state)),
        machine_facts(borrowed, alert.computer_dns_name, context),
    ]


def overview(alert: Alert, context: Context, borrowed: Borrowed) -> list[Line]:
    """Everything the service says about the alert, but the evidence."""
    lines = [Line((Cell(part),)) for part in text.block(alert.description)]
    lines += [
        BLANK,
        fact("severity", words.level(alert.severity)),
        fact("status", words.status(alert.status)),
        fact("owner", text.line(alert.assigned_to)),
        fact("classified", text.line(alert.classification), text.line(alert.determination)),
        fact("category", text.line(alert.category), text.line(" ".join(alert.mitre_techniques or ()))),
        fact("source", text.line(alert.detection_source), Cell(text.line(alert.detector_id), "muted")),
        fact("threat", text.line(alert.threat_name), text.line(alert.threat_family_name)),
        fact("incident", text.line(alert.incident_id)),
        fact("investigation", text.line(alert.investigation_state), text.line(alert.investigation_id)),
        fact("users", ", ".join(evidence.users(alert)) or "-"),
        fact("machine", text.line(alert.computer_dns_name), Cell(text.line(alert.machine_id), "muted")),
        fact("group", text.line(alert.rbac_group_name)),
        BLANK,
        *(fact(name, text.stamp_of(value)) for name, value in _times(alert)),
        BLANK,
        heading(text.plural(len(alert.comments or ()), "comment")),
    ]
    for comment in alert.comments or ():
        moment = text.stamp_of(comment.created_time)
        lines.append(Line((Cell(f"{moment}  {text.line(comment.created_by)}", "muted"),)))
        lines += [Line((Cell("  " + part),), 2) for part in text.block(comment.comment)]
    return lines


def _times(alert: Alert) -> tuple[tuple[str, RowTime | None], ...]:
    return (
        ("first event", alert.first_event_time),
        ("last event", alert.last_event_time),
        ("created", alert.alert_creation_time),
        ("updated", alert.last_update_time),
        ("resolved", alert.resolved_time),
    )


def evidence_lines(alert: Alert, context: Context, borrowed: Borrowed) -> list[Line]:
    """The evidence tree."""
    return evidence.tree(alert.evidence or ()) or [Line((Cell("No evidence came with this alert.", "muted"),))]


def file_lines(alert: Alert, context: Context, borrowed: Borrowed) -> list[Line]:
    """Files the alert names, with their hashes and how common they are."""
    lines: list[Line] = []
    for file in rows(borrowed, "files") or ():
        lines += _file(file)
    return lines or [Line((Cell("This alert names no file.", "muted"),))]


def _file(file: File) -> list[Line]:
    signed = text.line(file.signer) if file.signer else "not signed"
    return [
        heading(text.line(file.file_product_name or file.sha1)),
        fact("sha1", text.line(file.sha1)),
        fact("sha256", text.line(file.sha256)),
        fact("signer", signed, f"valid {words.yes_no(file.is_valid_certificate)}"),
        fact("seen", f"{text.line(file.global_prevalence)} machines worldwide", text.line(file.determination_type)),
        BLANK,
    ]


def network_lines(alert: Alert, context: Context, borrowed: Borrowed) -> list[Line]:
    """Addresses and domains the alert names."""
    lines = [fact("address", text.line(ip.id)) for ip in rows(borrowed, "ips") or ()]
    lines += [fact("domain", text.line(domain.host)) for domain in rows(borrowed, "domains") or ()]
    return lines or [Line((Cell("This alert names no address and no domain.", "muted"),))]


_ALERT = Need("alert", "alerts.get", lambda row: {"id": row.id})
_MACHINE = Need("machine", "machines.get", lambda row: {"id": row.machine_id} if row.machine_id else None)


def _by_id(name: str) -> Need:
    return Need(name, f"alerts.{name}", lambda row: {"id": row.id})


SUBJECT = Subject(
    kind="alert",
    name=lambda row: row.title,
    machine_id=lambda row: row.machine_id,
    pivots=(
        Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),
        Pivot("n", "the incident", "page:incident", lambda row: _digits(row.incident_id)),
        Pivot("i", "alerts of the incident", "list:alerts", lambda row: _digits(row.incident_id), "inc"),
        Pivot("c", "alerts of the same category", "list:alerts", lambda row: row.category, "cat"),
        # a row of the list does not know it
        Pivot(
            "v", "the investigation", "page:investigation", lambda row: _digits(getattr(row, "investigation_id", None))
        ),
    ),
    names=found.of_alert,
    portal=lambda row: portal.alert(row.id),
)


def _digits(value: object) -> str | None:
    return None if value is None else str(value)


VIEW = View(
    id="alerts",
    title="alerts",
    noun="alert",
    operation="alerts.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("age", True),
    preview=preview,
    needs=(_ALERT, _MACHINE),
    opens="alert",
    fold=lambda row: (row.title, row.machine_id or row.id),
    details=Details(
        "alerts.get",
        lambda row: {"id": row.id},
        "title",
        (
            Part("process", evidence.process),
            Part("hash", evidence.file_hash),
            Part("user", evidence.user),
        ),
    ),
    version=lambda row: text.seconds(row.last_update_time),
    subject=SUBJECT,
    keys="alerts",
    command=("alerts", "al"),
    help="the alert queue",
)

PAGE = Page(
    id="alert",
    noun="alert",
    operation="alerts.get",
    head=head,
    head_lines=3,
    tabs=(
        Tab("overview", "Overview", overview),
        Tab("evidence", "Evidence", evidence_lines),
        Tab("files", "Files", file_lines, (_by_id("files"),)),
        Tab("network", "Network", network_lines, (_by_id("ips"), _by_id("domains"))),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda alert, page_id: text.line(alert.title if alert else page_id),
    needs=(_MACHINE,),
    subject=SUBJECT,
    keys="alert",
)
