"""Incidents of Defender XDR: a token of their own on the same host. Source: api-list-incidents.md, api-get-incident.md,
api-update-incidents.md (defender-xdr)."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import INCIDENT_READ, INCIDENT_WRITE

# more is refused with 400 (gotchas 12)
_PAGE = 100

ROWS = (
    Operation(
        "incidents.list", "GET", "/api/incidents", *INCIDENT_READ, "incident.IncidentRow", "linkOrSkip", _PAGE,
        family="xdrIncidents", audience="xdr", filters=("lastUpdateTime", "createdTime", "status", "assignedTo"),
    ),
    Operation(
        "incidents.get", "GET", "/api/incidents/{id}", *INCIDENT_READ, "incident.Incident",
        family="xdrIncident", audience="xdr",
    ),
    Operation(
        "incidents.update", "PATCH", "/api/incidents/{id}", *INCIDENT_WRITE, "incident.Incident",
        reads=False, takes="incident.IncidentUpdate", family="xdrIncident", audience="xdr",
    ),
)  # fmt: skip
