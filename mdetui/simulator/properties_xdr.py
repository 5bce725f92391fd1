"""Which properties `$filter` takes for what the other two APIs list, and for investigations and indicators.

The lists are those of the operations' pages, as in `properties.py`.
"""

from __future__ import annotations

from mdetui.simulator.properties import Property, Resource


def _resource(name: str, edm: str, page_max: int, *properties: Property) -> Resource:
    return Resource(name, edm, page_max, {one.name.lower(): one for one in properties})


INCIDENTS = _resource(
    "Incidents",
    "microsoft.mtp.api.Incident",
    100,
    Property("lastUpdateTime", "updated", "time"),
    Property("createdTime", "created", "time"),
    Property("status", "status"),
    Property("assignedTo", "assigned", nullable=True),
)

INVESTIGATIONS = _resource(
    "Investigations",
    "microsoft.windowsDefenderATP.api.Investigation",
    10_000,
    Property("startTime", "started", "time"),
    Property("id", "id"),
    Property("state", "state"),
    Property("machineId", "machine_id"),
    Property("triggeringAlertId", "trigger", nullable=True),
)

INDICATORS = _resource(
    "Indicators",
    "microsoft.windowsDefenderATP.api.Indicator",
    10_000,
    Property("application", "application", nullable=True),
    Property("createdByDisplayName", "display_name"),
    Property("expirationTime", "expires", "time", nullable=True),
    Property("generateAlert", "alerting", "bool"),
    Property("title", "title"),
    Property("rbacGroupNames", "groups", "strings"),
    Property("rbacGroupIds", "group_ids", "strings"),
    Property("indicatorValue", "value"),
    Property("indicatorType", "type"),
    Property("creationTimeDateTimeUtc", "created", "time"),
    Property("createdBy", "created_by"),
    Property("action", "action"),
    Property("severity", "severity", nullable=True),
)
