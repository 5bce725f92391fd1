"""Authenticated scans (preview). Source: get-all-scan-definitions.md, add-a-new-scan-definition.md,
get-all-scan-agents.md, get-scan-history-by-definition.md, get-scan-history-by-session.md."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import MACHINE_READ, MACHINE_WRITE, Grant

_DEFINITIONS = "/api/DeviceAuthenticatedScanDefinitions"
_HISTORY_PAGE = 4_096
# the pages print the application permission for people too
_READ: Grant = (MACHINE_READ[0], (*MACHINE_READ[1], "Machine.Read.All"))

ROWS = (
    Operation("scans.list", "GET", _DEFINITIONS, *_READ, "scan.ScanDefinition", "whole"),
    Operation(
        "scans.create", "POST", _DEFINITIONS, *MACHINE_WRITE, "scan.ScanDefinition",
        reads=False, takes="scan.ScanCreate",
    ),
    Operation(
        "scans.update", "PATCH", f"{_DEFINITIONS}/{{id}}", *MACHINE_WRITE, "scan.ScanDefinition",
        reads=False, takes="scan.ScanUpdate",
    ),
    Operation(
        "scans.batchDelete", "POST", f"{_DEFINITIONS}/BatchDelete", *MACHINE_WRITE,
        reads=False, takes="scan.DefinitionIds",
    ),
    Operation("scans.agents", "GET", "/api/DeviceAuthenticatedScanAgents", *_READ, "scan.ScanAgent", "whole"),
    # the sample of one agent is a list of one
    Operation("scans.agent", "GET", "/api/DeviceAuthenticatedScanAgents/{id}", *_READ, "scan.ScanAgent", "whole"),
    Operation(
        "scans.history", "POST", f"{_DEFINITIONS}/GetScanHistoryByScanDefinitionId", *_READ, "scan.ScanRun", "skip",
        _HISTORY_PAGE, takes="scan.DefinitionIds",
    ),
    Operation(
        "scans.sessionHistory", "POST", f"{_DEFINITIONS}/GetScanHistoryBySessionId", *_READ, "scan.ScanRun", "skip",
        _HISTORY_PAGE, takes="scan.SessionIds",
    ),
)  # fmt: skip
