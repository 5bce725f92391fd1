"""Antivirus health, assessment exports by page and by files, catalogues. Source:
device-health-export-antivirus-health-report-api.md, get-assessment-*.md, export-*-assessment.md,
get-browser-extensions-permission-info.md, get-security-baselines-assessment-*.md.

`$top` suppresses the nextLink of an export (gotchas 6): pages are asked for by `pageSize`.
"""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import BASELINE_READ, MACHINE_READ, PAGE, SOFTWARE_READ, VULNERABILITY_READ, Grant

_EXPORT_PAGE = 200_000
# an older page says Software.Read, a later one Vulnerability.Read
_CERTIFICATE: Grant = (
    (*VULNERABILITY_READ[0], *SOFTWARE_READ[0]),
    (*VULNERABILITY_READ[1], *SOFTWARE_READ[1]),
)
_AV_FILTERS = (
    "machineId",
    "computerDnsName",
    "osKind",
    "osPlatform",
    "osVersion",
    "avMode",
    "avSignatureVersion",
    "avEngineVersion",
    "avPlatformVersion",
    "quickScanResult",
    "quickScanError",
    "fullScanResult",
    "fullScanError",
    "avIsSignatureUpToDate",
    "avIsEngineUpToDate",
    "avIsPlatformUpToDate",
    "rbacGroupId",
)
_PROFILE_FILTERS = (
    "id",
    "name",
    "operatingSystem",
    "operatingSystemVersion",
    "status",
    "settingsNumber",
    "passedDevices",
    "totalDevices",
)


def _pages(name: str, path: str, grant: Grant, row: str, *options: str) -> Operation:
    """An export as pages of JSON."""
    return Operation(
        f"exports.{name}", "GET", f"/api/machines/{path}", *grant, f"assessment.{row}", "nextLink", _EXPORT_PAGE,
        family="exports", options=("pageSize", *options),
    )  # fmt: skip


def _files(name: str, path: str, grant: Grant, row: str) -> Operation:
    """The same as files."""
    return Operation(
        f"exportFiles.{name}", "GET", f"/api/machines/{path}", *grant, "export.ExportFiles",
        family="exportFiles", options=("sasValidHours",), lines=f"assessment.{row}",
    )  # fmt: skip


ROWS = (
    Operation(
        "avHealth.list", "GET", "/api/deviceavinfo", *MACHINE_READ, "avhealth.AvHealth", "skip", PAGE,
        family="avHealth", filters=_AV_FILTERS,
    ),
    _files("infoGathering", "InfoGatheringExport", VULNERABILITY_READ, "Gathered"),
    _pages("configurations", "SecureConfigurationsAssessmentByMachine", VULNERABILITY_READ, "SecureConfiguration"),
    _files("configurations", "SecureConfigurationsAssessmentExport", VULNERABILITY_READ, "SecureConfiguration"),
    _pages("software", "SoftwareInventoryByMachine", SOFTWARE_READ, "InstalledSoftware"),
    _files("software", "SoftwareInventoryExport", SOFTWARE_READ, "InstalledSoftware"),
    _pages("otherSoftware", "SoftwareInventoryNoProductCodeByMachine", SOFTWARE_READ, "UncataloguedSoftware"),
    _files("otherSoftware", "SoftwareInventoryNonCpeExport", SOFTWARE_READ, "UncataloguedSoftware"),
    _pages("vulnerabilities", "SoftwareVulnerabilitiesByMachine", VULNERABILITY_READ, "SoftwareVulnerability"),
    _files("vulnerabilities", "SoftwareVulnerabilitiesExport", VULNERABILITY_READ, "SoftwareVulnerability"),
    # needs `sinceTime`, at most 14 days ago
    _pages(
        "vulnerabilityChanges", "SoftwareVulnerabilityChangesByMachine", VULNERABILITY_READ, "VulnerabilityChange",
        "sinceTime",
    ),
    _pages("browserExtensions", "BrowserExtensionsInventoryByMachine", SOFTWARE_READ, "BrowserExtension"),
    _files("browserExtensions", "browserextensionsinventoryExport", SOFTWARE_READ, "BrowserExtension"),
    _pages("certificates", "certificateAssessmentByMachine", _CERTIFICATE, "Certificate"),
    _files("certificates", "certificateAssessmentExport", _CERTIFICATE, "Certificate"),
    _pages("baselines", "baselineComplianceAssessmentByMachine", BASELINE_READ, "BaselineResult"),
    _files("baselines", "BaselineComplianceAssessmentExport", BASELINE_READ, "BaselineResult"),
    _pages("firmware", "HardwareFirmwareInventoryByMachine", SOFTWARE_READ, "Component"),
    _files("firmware", "HardwareFirmwareInventoryExport", SOFTWARE_READ, "Component"),
    Operation(
        "browserExtensions.permissions", "GET", "/api/browserextensions/permissionsinfo", *SOFTWARE_READ,
        "baseline.BrowserPermission", "whole",
    ),
    Operation(
        "baselines.profiles", "GET", "/api/baselineProfiles", *BASELINE_READ, "baseline.BaselineProfile", "whole",
        filters=_PROFILE_FILTERS,
    ),
    Operation(
        "baselines.configurations", "GET", "/api/baselineConfigurations", *BASELINE_READ,
        "baseline.BaselineConfiguration", "whole", filters=("id", "category", "name", "CCE"),
    ),
)  # fmt: skip
