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

# Graph compares enums without regard to case; the words differ from those of the columns
_GRAPH_DETERMINATION = (
    "CASE determination WHEN 'CompromisedUser' THEN 'compromisedAccount' WHEN 'Clean' THEN 'notMalicious' "
    "WHEN 'ConfirmedUserActivity' THEN 'confirmedActivity' WHEN 'InsufficientData' THEN 'notEnoughDataToValidate' "
    "WHEN 'NoEnoughDataToValidate' THEN 'notEnoughDataToValidate' ELSE coalesce(determination, 'unknown') END"
)
_GRAPH_COMMON = (
    Property("assignedTo", "assigned", nullable=True),
    Property("classification", "coalesce(classification, 'unknown')", folds=True),
    Property("determination", _GRAPH_DETERMINATION, folds=True),
    Property("createdDateTime", "created", "time"),
    Property("lastUpdateDateTime", "updated", "time"),
    Property("severity", "severity", folds=True),
    Property("status", "status", folds=True),
)

GRAPH_ALERTS = _resource(
    "alerts_v2",
    "microsoft.graph.security.alert",
    1_000,
    *_GRAPH_COMMON,
    Property(
        "serviceSource",
        "CASE WHEN source = 'AzureAdvancedThreatProtection' THEN 'microsoftDefenderForIdentity' "
        "ELSE 'microsoftDefenderForEndpoint' END",
        folds=True,
    ),
    # what `evidence/any()` of deviceEvidence is made into, see routes/graph.py
    Property("deviceDnsName", "(SELECT m.name FROM machines m WHERE m.n = machine)", nullable=True),
    Property("mdeDeviceId", "(SELECT m.id FROM machines m WHERE m.n = machine)", nullable=True),
)

GRAPH_INCIDENTS = _resource("incidents", "microsoft.graph.security.incident", 1_000, *_GRAPH_COMMON)
