"""Investigations and indicators. Source: get-investigation-collection.md, initiate-autoir-investigation.md,
get-ti-indicators-collection.md, post-ti-indicator.md, import-ti-indicators.md, batch-delete-ti-indicators.md."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import ALERT_READ, ALERT_WRITE, INDICATOR, PAGE

_FILTERS = (
    "application",
    "createdByDisplayName",
    "expirationTime",
    "generateAlert",
    "title",
    "rbacGroupNames",
    "rbacGroupIds",
    "indicatorValue",
    "indicatorType",
    "creationTimeDateTimeUtc",
    "createdBy",
    "action",
    "severity",
)

ROWS = (
    Operation(
        "investigations.list", "GET", "/api/investigations", *ALERT_READ, "investigation.Investigation", "skip", PAGE,
        filters=("startTime", "id", "state", "machineId", "triggeringAlertId"),
    ),
    Operation("investigations.get", "GET", "/api/investigations/{id}", *ALERT_READ, "investigation.Investigation"),
    Operation(
        "investigations.start", "POST", "/api/machines/{id}/startInvestigation", *ALERT_WRITE,
        "investigation.Investigation", reads=False, takes="action.CommentBody", family="startInvestigation",
    ),
    Operation(
        "indicators.list", "GET", "/api/indicators", *INDICATOR, "indicator.Indicator", "skip", PAGE, filters=_FILTERS
    ),
    Operation(
        "indicators.create", "POST", "/api/indicators", *INDICATOR, "indicator.Indicator",
        reads=False, takes="indicator.IndicatorBody",
    ),
    Operation(
        "indicators.import", "POST", "/api/indicators/import", *INDICATOR, "indicator.ImportResult", "whole",
        reads=False, takes="indicator.IndicatorImport", family="indicatorImport",
    ),
    Operation("indicators.delete", "DELETE", "/api/indicators/{id}", *INDICATOR, reads=False),
    # its page lists no delegated permission: whether a person may is for the service to say
    Operation(
        "indicators.batchDelete", "POST", "/api/indicators/BatchDelete", *INDICATOR,
        reads=False, takes="indicator.IndicatorIds", family="indicatorDelete",
    ),
)  # fmt: skip
