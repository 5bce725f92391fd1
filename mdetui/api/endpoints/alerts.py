"""Alerts. Source: get-alerts.md, update-alert.md, batch-update-alerts.md, create-alert-by-reference.md and the pages of
what belongs to an alert."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import (
    ALERT_READ,
    ALERT_WRITE,
    FILE_READ,
    IP_READ,
    MACHINE_READ,
    PAGE,
    URL_READ,
    USER_READ,
)

ALERT_FILTERS = (
    "alertCreationTime",
    "lastUpdateTime",
    "lastEventTime",
    "incidentId",
    "investigationId",
    "id",
    "assignedTo",
    "detectionSource",
    "status",
    "severity",
    "category",
)

ROWS = (
    Operation(
        "alerts.list", "GET", "/api/alerts", *ALERT_READ, "alert.AlertRow", "slices", PAGE,
        filters=ALERT_FILTERS, expand="evidence",
    ),
    Operation("alerts.get", "GET", "/api/alerts/{id}", *ALERT_READ, "alert.Alert"),
    Operation(
        "alerts.update", "PATCH", "/api/alerts/{id}", *ALERT_WRITE, "alert.Alert", reads=False, takes="alert.AlertUpdate"
    ),
    Operation(
        "alerts.batchUpdate", "POST", "/api/alerts/batchUpdate", *ALERT_WRITE,
        reads=False, takes="alert.AlertBatchUpdate", family="batchUpdate",
    ),
    Operation(
        "alerts.create", "POST", "/api/alerts/CreateAlertByReference", *ALERT_WRITE, "alert.Alert",
        reads=False, takes="alert.AlertCreate", family="createAlert",
    ),
    Operation("alerts.domains", "GET", "/api/alerts/{id}/domains", *URL_READ, "entity.Domain", "whole"),
    Operation("alerts.files", "GET", "/api/alerts/{id}/files", *FILE_READ, "entity.File", "whole"),
    Operation("alerts.ips", "GET", "/api/alerts/{id}/ips", *IP_READ, "entity.Ip", "whole"),
    Operation("alerts.machine", "GET", "/api/alerts/{id}/machine", *MACHINE_READ, "machine.Machine"),
    Operation("alerts.user", "GET", "/api/alerts/{id}/user", *USER_READ, "machine.MachineUser"),
)  # fmt: skip
