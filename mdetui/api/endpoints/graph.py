"""Microsoft Graph: alerts and incidents of all Defender products, and what is done to a stolen identity. Source:
security-list-alerts_v2.md, security-list-incidents.md, security-identityaccounts-invokeaction.md,
user-revokesigninsessions.md. Permissions have the same names for apps and people."""

from __future__ import annotations

from functools import partial

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import Grant, both

_READ_ALERTS = ("SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All")
_READ_INCIDENTS = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")
_ALERT_READ: Grant = (_READ_ALERTS, _READ_ALERTS)
_INCIDENT_READ: Grant = (_READ_INCIDENTS, _READ_INCIDENTS)
_ALERT_WRITE = both("SecurityAlert.ReadWrite.All")
_INCIDENT_WRITE = both("SecurityIncident.ReadWrite.All")
_ALERTS = "/v1.0/security/alerts_v2"
_INCIDENTS = "/v1.0/security/incidents"
_PAGE = 1_000
_FILTERS = (
    "assignedTo",
    "classification",
    "determination",
    "createdDateTime",
    "lastUpdateDateTime",
    "severity",
    "status",
)

_graph = partial(Operation, family="graph", audience="graph")

ROWS = (
    _graph(
        "graphAlerts.list", "GET", _ALERTS, *_ALERT_READ, "graph.GraphAlertRow", "window", _PAGE,
        filters=(*_FILTERS, "serviceSource"),
    ),
    _graph("graphAlerts.get", "GET", f"{_ALERTS}/{{id}}", *_ALERT_READ, "graph.GraphAlert"),
    _graph(
        "graphAlerts.update", "PATCH", f"{_ALERTS}/{{id}}", *_ALERT_WRITE, "graph.GraphAlert",
        reads=False, takes="graph.GraphAlertUpdate",
    ),
    _graph(
        "graphAlerts.comment", "POST", f"{_ALERTS}/{{id}}/comments", *_ALERT_WRITE,
        reads=False, takes="graph.GraphCommentBody",
    ),
    _graph(
        "graphIncidents.list", "GET", _INCIDENTS, *_INCIDENT_READ, "graph.GraphIncident", "window", _PAGE,
        filters=_FILTERS, expand="alerts",
    ),
    _graph("graphIncidents.get", "GET", f"{_INCIDENTS}/{{id}}", *_INCIDENT_READ, "graph.GraphIncident"),
    _graph(
        "graphIncidents.alerts", "GET", f"{_INCIDENTS}/{{id}}/alerts", *_INCIDENT_READ, "graph.GraphAlert", "whole"
    ),
    _graph(
        "graphIncidents.update", "PATCH", f"{_INCIDENTS}/{{id}}", *_INCIDENT_WRITE, "graph.GraphIncident",
        reads=False, takes="graph.GraphIncidentUpdate",
    ),
    _graph(
        "identities.act", "POST", "/v1.0/security/identities/identityAccounts/{id}/invokeAction",
        *both("SecurityIdentitiesActions.ReadWrite.All"), "graph.IdentityAction",
        reads=False, takes="graph.IdentityActionBody",
    ),
    _graph(
        "identities.revokeSessions", "POST", "/v1.0/users/{id}/revokeSignInSessions", *both("User.RevokeSessions.All"),
        "graph.Revoked", reads=False,
    ),
)  # fmt: skip
