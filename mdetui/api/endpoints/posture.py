"""Vulnerability management: vulnerabilities, software, recommendations, scores, remediation. Source: get-all-vulnerabilities.md,
get-all-vulnerabilities-by-machines.md, software.md, recommendation.md, get-exposure-score.md,
get-remediation-all-activities.md and the pages of what belongs to them."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import (
    PAGE,
    RECOMMENDATION_READ,
    REMEDIATION_READ,
    SCORE_READ,
    SOFTWARE_READ,
    VULNERABILITY_READ,
)

_CVE_PAGE = 8_000
_CVE_FILTERS = ("id", "name", "description", "cvssV3", "publishedOn", "severity", "updatedOn")
_BY_MACHINE_FILTERS = (
    "id",
    "cveId",
    "machineId",
    "fixingKbId",
    "productName",
    "productVersion",
    "severity",
    "productVendor",
)
_RECOMMENDATION_FILTERS = (
    "id",
    "productName",
    "vendor",
    "recommendedVersion",
    "recommendationCategory",
    "subCategory",
    "severityScore",
    "remediationType",
    "recommendedProgram",
    "recommendedVendor",
    "status",
)

ROWS = (
    Operation(
        "vulnerabilities.list", "GET", "/api/vulnerabilities", *VULNERABILITY_READ, "inventory.Vulnerability", "skip",
        _CVE_PAGE, filters=_CVE_FILTERS,
    ),
    # `TVM-xxxx` is an id too (gotchas 22)
    Operation("vulnerabilities.get", "GET", "/api/vulnerabilities/{id}", *VULNERABILITY_READ, "inventory.Vulnerability"),
    Operation(
        "vulnerabilities.machines", "GET", "/api/vulnerabilities/{id}/machineReferences", *VULNERABILITY_READ,
        "machine.MachineReference", "whole",
    ),
    # a row per machine, product and CVE: only with a narrow filter (gotchas 7)
    Operation(
        "vulnerabilities.byMachine", "GET", "/api/vulnerabilities/machinesVulnerabilities", *VULNERABILITY_READ,
        "inventory.MachineVulnerability", "skip", PAGE, filters=_BY_MACHINE_FILTERS,
    ),
    Operation(
        "software.list", "GET", "/api/Software", *SOFTWARE_READ, "inventory.Software", "skip", PAGE,
        filters=("id", "name", "vendor"),
    ),
    Operation("software.get", "GET", "/api/Software/{id}", *SOFTWARE_READ, "inventory.Software"),
    Operation(
        "software.distributions", "GET", "/api/Software/{id}/distributions", *SOFTWARE_READ, "inventory.Distribution",
        "whole",
    ),
    Operation(
        "software.machines", "GET", "/api/Software/{id}/machineReferences", *SOFTWARE_READ, "machine.MachineReference",
        "whole",
    ),
    Operation(
        "software.vulnerabilities", "GET", "/api/Software/{id}/vulnerabilities", *VULNERABILITY_READ,
        "inventory.Vulnerability", "whole",
    ),
    Operation(
        "software.missingKbs", "GET", "/api/Software/{id}/getmissingkbs", *SOFTWARE_READ, "inventory.MissingKb",
        "whole", fickle=True,
    ),
    Operation(
        "recommendations.list", "GET", "/api/recommendations", *RECOMMENDATION_READ, "recommendation.Recommendation",
        "skip", PAGE, filters=_RECOMMENDATION_FILTERS,
    ),
    Operation(
        "recommendations.get", "GET", "/api/recommendations/{id}", *RECOMMENDATION_READ, "recommendation.Recommendation"
    ),
    # one product, not a list; an app reads software for it, a person recommendations
    Operation(
        "recommendations.software", "GET", "/api/recommendations/{id}/software", SOFTWARE_READ[0],
        RECOMMENDATION_READ[1], "inventory.Software",
    ),
    Operation(
        "recommendations.machines", "GET", "/api/recommendations/{id}/machineReferences", *RECOMMENDATION_READ,
        "machine.MachineReference", "whole",
    ),
    Operation(
        "recommendations.vulnerabilities", "GET", "/api/recommendations/{id}/vulnerabilities", *VULNERABILITY_READ,
        "inventory.Vulnerability", "whole",
    ),
    Operation("scores.exposure", "GET", "/api/exposureScore", *SCORE_READ, "score.Score"),
    Operation("scores.device", "GET", "/api/configurationScore", *SCORE_READ, "score.Score"),
    Operation("scores.byGroup", "GET", "/api/exposureScore/ByMachineGroups", *SCORE_READ, "score.Score", "whole"),
    Operation(
        "remediation.list", "GET", "/api/remediationTasks", *REMEDIATION_READ, "remediation.RemediationTask", "skip",
        PAGE, filters=("createdOn", "status"),
    ),
    Operation("remediation.get", "GET", "/api/remediationTasks/{id}", *REMEDIATION_READ, "remediation.RemediationTask"),
    Operation(
        "remediation.machines", "GET", "/api/remediationTasks/{id}/machineReferences", *REMEDIATION_READ,
        "machine.MachineReference", "whole",
    ),
)  # fmt: skip
