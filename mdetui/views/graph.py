"""Alerts and incidents of all Defender products, as Microsoft Graph tells them. Lists to read; what is done to them is
done to the endpoint alert or the incident that they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.views import portal, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, fact
from mdetui.views.query import OWNER, Word, one_of, times

if TYPE_CHECKING:
    from mdetui.api.models.graph import GraphAlertRow, GraphIncident

# enums are camelCase here (gotchas 29)
_SEVERITIES = {word: word for word in ("informational", "low", "medium", "high")}
_ALERT_STATES = {"new": "new", "inprogress": "inProgress", "resolved": "resolved"}
_STATES = {"active": "active", "inprogress": "inProgress", "resolved": "resolved", "redirected": "redirected"}
_PRODUCTS = {
    "endpoint": "microsoftDefenderForEndpoint",
    "identity": "microsoftDefenderForIdentity",
    "office": "microsoftDefenderForOffice365",
    "cloudapps": "microsoftDefenderForCloudApps",
    "entra": "azureAdIdentityProtection",
    "xdr": "microsoft365Defender",
    "sentinel": "microsoftSentinel",
}
_ENDPOINT = _PRODUCTS["endpoint"].lower()


def _product(value: str | None) -> Cell:
    """The product without the name of its maker."""
    shown = text.line(value)
    return Cell(shown.removeprefix("microsoft"), "muted" if value is None else "plain")


_SEVERITY = Column("severity", "S", lambda row, _: words.severity_letter(row.severity), 1, sort=lambda row: words.severity_rank(row.severity))  # fmt: skip
_AGE = words.time_column("age", "AGE", lambda row: row.created_date_time, 4)
_STATUS = Column("status", "STATUS", lambda row, _: words.status(row.status), 10, sort=lambda row: row.status or "")
_OWNER = Column("owner", "OWNER", lambda row, ctx: words.owner(row.assigned_to, ctx), 8, sort=lambda row: (row.assigned_to or "").lower())  # fmt: skip
_CHANGED = words.time_column("changed", "CHANGED", lambda row: row.last_update_date_time, 7, at=112)


def _times(row: Any) -> list[Line]:
    return [
        fact("created", text.stamp_of(row.created_date_time)),
        fact("changed", text.stamp_of(row.last_update_date_time)),
        fact("id", text.line(row.id)),
    ]


def _number(value: Any) -> str | None:
    return None if value is None else str(value)


def _alert_preview(row: GraphAlertRow, context: Context, borrowed: Borrowed) -> list[Line]:
    techniques = " ".join(text.line(one) for one in row.mitre_techniques or ())
    return [
        Line((words.severity_letter(row.severity), Cell(" "), Cell(text.line(row.title), "strong")), 2),
        fact("status", words.status(row.status), Cell("owner", "muted"), words.owner(row.assigned_to, context)),
        fact("product", _product(row.service_source), Cell(text.line(row.product_name), "muted")),
        fact("category", text.line(row.category), techniques),
        fact("classified", text.line(row.classification), text.line(row.determination)),
        fact("incident", text.line(row.incident_id)),
        *_times(row),
    ]


def _endpoint_alert(row: GraphAlertRow) -> str | None:
    # alerts of other products have no page in the endpoint API
    return row.id if (row.service_source or "").lower() == _ENDPOINT else None


ALERTS = View(
    id="graphalerts",
    title="Graph alerts",
    noun="alert",
    operation="graphAlerts.list",
    columns=(
        _SEVERITY,
        _AGE,
        Column("title", "TITLE", lambda row, _: words.plain(row.title), 24, grow=4, sort=lambda row: (row.title or "").lower()),
        Column("product", "PRODUCT", lambda row, _: _product(row.service_source), 19, sort=lambda row: row.service_source or ""),
        _STATUS,
        _OWNER,
        Column("category", "CATEGORY", lambda row, _: words.plain(row.category), 18, at=100, sort=lambda row: row.category or ""),
        Column("incident", "INCIDENT", lambda row, _: words.number(row.incident_id), 8, right=True, at=90, sort=lambda row: words.number_key(row.incident_id)),
        _CHANGED,
    ),
    texts=lambda row: (
        row.title, row.severity, row.status, row.assigned_to, row.category, row.service_source, row.product_name,
        " ".join(row.mitre_techniques or ()), _number(row.incident_id), row.id,
    ),
    default_sort=("age", True),
    preview=_alert_preview,
    opens="alert",
    page_id=_endpoint_alert,
    subject=Subject(
        name=lambda row: row.title,
        pivots=(
            Pivot("n", "the incident", "page:incident", lambda row: _number(row.incident_id)),
            Pivot("e", "the endpoint alert", "page:alert", _endpoint_alert),
        ),
        portal=lambda row: portal.alert(row.id),
    ),
    command=("graphalerts", "ga"),
    help="alerts of all Defender products, from Microsoft Graph",
    words=(
        Word("sev", "sev:high", one_of("severity", _SEVERITIES)),
        Word("status", "status:new, inprogress, resolved", one_of("status", _ALERT_STATES)),
        OWNER,
        Word("product", "product:identity, office, endpoint, cloudapps, entra", one_of("serviceSource", _PRODUCTS)),
        *times("createdDateTime", lambda row: row.created_date_time),
    ),
)  # fmt: skip


def _incident_preview(row: GraphIncident, context: Context, borrowed: Borrowed) -> list[Line]:
    return [
        Line((words.severity_letter(row.severity), Cell(" "), Cell(text.line(row.display_name), "strong")), 2),
        fact("status", words.status(row.status), Cell("owner", "muted"), words.owner(row.assigned_to, context)),
        fact("classified", text.line(row.classification), text.line(row.determination)),
        *([fact("merged into", f"incident {text.line(row.redirect_incident_id)}")] if row.redirect_incident_id else []),
        *(fact("text" if not index else "", part) for index, part in enumerate(text.block(row.description))),
        *_times(row),
    ]


INCIDENTS = View(
    id="graphincidents",
    title="Graph incidents",
    noun="incident",
    operation="graphIncidents.list",
    columns=(
        _SEVERITY,
        _AGE,
        Column("number", "NUMBER", lambda row, _: words.plain(row.id), 7, right=True, sort=lambda row: words.number_key(row.id)),
        Column("name", "INCIDENT", lambda row, _: words.plain(row.display_name), 24, grow=4, sort=lambda row: (row.display_name or "").lower()),
        _STATUS,
        _OWNER,
        Column("classification", "CLASSIFIED", lambda row, _: words.plain(row.classification), 18, at=100, sort=lambda row: row.classification or ""),
        _CHANGED,
    ),
    texts=lambda row: (row.display_name, row.severity, row.status, row.assigned_to, row.classification, row.id),
    default_sort=("age", True),
    preview=_incident_preview,
    opens="incident",
    subject=Subject(
        name=lambda row: row.display_name,
        pivots=(Pivot("r", "the incident it was merged into", "page:incident", lambda row: _number(row.redirect_incident_id)),),
        portal=lambda row: portal.incident(row.id),
    ),
    command=("graphincidents", "gi"),
    help="incidents, from Microsoft Graph",
    words=(
        Word("sev", "sev:high", one_of("severity", _SEVERITIES)),
        Word("status", "status:active, inprogress, resolved", one_of("status", _STATES)),
        OWNER,
        *times("createdDateTime", lambda row: row.created_date_time),
    ),
)  # fmt: skip
