"""The same as `properties` for the lists of vulnerability management (get-all-vulnerabilities.md, get-software.md,
get-all-recommendations.md, get-remediation-all-activities.md, device-health-export-antivirus-health-report-api.md,
get-security-baselines-assessment-profiles.md, get-security-baselines-assessment-configurations.md)."""

from __future__ import annotations

from mdetui.simulator.properties import Property, Resource


def _resource(name: str, edm: str, *properties: Property, page_max: int = 10_000) -> Resource:
    return Resource(
        name, f"microsoft.windowsDefenderATP.api.{edm}", page_max, {one.name.lower(): one for one in properties}
    )


VULNERABILITIES = _resource(
    "Vulnerabilities",
    "PublicVulnerabilityDto",
    Property("id", "id"),
    Property("name", "id"),
    Property("description", "text"),
    Property("cvssV3", "score", "float", nullable=True),
    Property("publishedOn", "published_at", "time"),
    Property("severity", "severity"),
    Property("updatedOn", "updated_at", "time"),
    page_max=8_000,
)

MACHINES_VULNERABILITIES = _resource(
    "Collection(microsoft.windowsDefenderATP.api.PublicAssetVulnerabilityDto)",
    "PublicAssetVulnerabilityDto",
    Property("id", "id"),
    Property("cveId", "cve"),
    Property("machineId", "machine_id"),
    Property("fixingKbId", "kb", nullable=True),
    Property("productName", "product"),
    Property("productVersion", "version"),
    Property("severity", "severity"),
    Property("productVendor", "vendor"),
)

SOFTWARE = _resource(
    "Software",
    "PublicProductDto",
    Property("id", "id"),
    Property("name", "name"),
    Property("vendor", "vendor"),
)

RECOMMENDATIONS = _resource(
    "Recommendations",
    "PublicRecommendationDto",
    Property("id", "id"),
    Property("productName", "product"),
    Property("vendor", "vendor"),
    Property("recommendedVersion", "version"),
    Property("recommendationCategory", "category"),
    Property("subCategory", "sub"),
    Property("severityScore", "severity_score", "float"),
    Property("remediationType", "remediation"),
    Property("recommendedProgram", "program", nullable=True),
    Property("recommendedVendor", "program_vendor", nullable=True),
    Property("status", "status"),
)

REMEDIATIONS = _resource(
    "RemediationTasks",
    "PublicRemediationTaskDto",
    Property("createdOn", "created", "time"),
    Property("status", "status"),
)

DEVICE_AV = _resource(
    "DeviceAvInfo",
    "DeviceAvInfo",
    Property("machineId", "machine_id"),
    Property("computerDnsName", "name", nullable=True),
    Property("osKind", "os_kind"),
    Property("osPlatform", "os"),
    Property("osVersion", "os_version"),
    Property("avMode", "mode"),
    Property("avSignatureVersion", "signature_version"),
    Property("avEngineVersion", "engine_version"),
    Property("avPlatformVersion", "platform_version"),
    Property("quickScanResult", "quick_result"),
    Property("quickScanError", "quick_error"),
    Property("fullScanResult", "full_result"),
    Property("fullScanError", "full_error"),
    Property("avIsSignatureUpToDate", "signature_fresh"),
    Property("avIsEngineUpToDate", "engine_fresh"),
    Property("avIsPlatformUpToDate", "platform_fresh"),
    Property("rbacGroupId", "group_id", "int"),
)

BASELINE_PROFILES = _resource(
    "Collection(microsoft.windowsDefenderATP.api.PublicBaselineProfileDto)",
    "PublicBaselineProfileDto",
    Property("id", "id"),
    Property("name", "name"),
    Property("operatingSystem", "system"),
    Property("operatingSystemVersion", "system_version"),
    Property("status", "status", "bool"),
    Property("settingsNumber", "settings_number", "int"),
    Property("passedDevices", "passed", "int"),
    Property("totalDevices", "total", "int"),
)

BASELINE_CONFIGURATIONS = _resource(
    "BaselineConfigurations",
    "PublicBaselineConfigurationDto",
    Property("id", "id"),
    Property("category", "category"),
    Property("name", "name"),
    Property("cce", "cce"),
)
