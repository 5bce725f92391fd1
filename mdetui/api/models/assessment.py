"""Rows of the assessment exports, the same by page and in files. Source: get-assessment-*.md,
export-certificate-inventory-assessment.md, export-security-baseline-assessment.md, export-firmware-hardware-assessment.md.

Hardly a row has an `id`: what tells rows apart is the documented combination. Times are written without a zone and mean
UTC.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Case, Keyed, Loose, Timestamp

_DEVICE = ("device_id", "device_name", "rbac_group_name", "os_platform", "os_version", "os_architecture")
_SOFTWARE = ("software_vendor", "software_name", "software_version")


class Assessed(Keyed):
    """What all these rows say of their machine."""

    INTERNED: ClassVar[tuple[str, ...]] = _DEVICE

    device_id: str | None = None
    device_name: str | None = None
    rbac_group_name: str | None = None
    rbac_group_id: Loose = None
    os_platform: str | None = None
    os_version: str | None = None
    os_architecture: str | None = None


class SecureConfiguration(Assessed):
    """A setting of a machine; `configuration_id` looks like `scid-2030`."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", "configuration_id")
    INTERNED: ClassVar[tuple[str, ...]] = (
        *_DEVICE,
        "configuration_id",
        "configuration_category",
        "configuration_subcategory",
        "configuration_name",
        "recommendation_reference",
    )

    timestamp: Timestamp | None = None
    configuration_id: str | None = None
    configuration_category: str | None = None
    configuration_subcategory: str | None = None
    configuration_impact: Loose = None
    configuration_name: str | None = None
    is_applicable: Loose = None
    is_compliant: Loose = None
    is_expected_user_impact: Loose = None
    recommendation_reference: str | None = None


class InstalledSoftware(Assessed):
    """A product on a machine."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", *_SOFTWARE)
    INTERNED: ClassVar[tuple[str, ...]] = (*_DEVICE, *_SOFTWARE, "end_of_support_status")

    software_vendor: str | None = None
    software_name: str | None = None
    software_version: str | None = None
    number_of_weaknesses: Loose = None
    disk_paths: list[str] | None = None
    registry_paths: list[str] | None = None
    software_first_seen_timestamp: Timestamp | None = None
    end_of_support_status: str | None = None
    end_of_support_date: Timestamp | None = None


class UncataloguedSoftware(Assessed):
    """A product on a machine that has no CPE."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", *_SOFTWARE)
    INTERNED: ClassVar[tuple[str, ...]] = (*_DEVICE, *_SOFTWARE)

    software_vendor: str | None = None
    software_name: str | None = None
    software_version: str | None = None
    software_last_seen_timestamp: Timestamp | None = None


class SoftwareVulnerability(Assessed):
    """A vulnerability of a product on a machine. Without a `cve_id` it says that the product has none."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", *_SOFTWARE, "cve_id")
    INTERNED: ClassVar[tuple[str, ...]] = (
        *_DEVICE,
        *_SOFTWARE,
        "cve_id",
        "vulnerability_severity_level",
        "exploitability_level",
        "recommendation_reference",
    )

    row_id: str | None = msgspec.field(default=None, name="id")
    software_vendor: str | None = None
    software_name: str | None = None
    software_version: str | None = None
    cve_id: str | None = None
    vulnerability_severity_level: str | None = None
    cvss_score: Loose = None
    recommended_security_update: str | None = None
    recommended_security_update_id: str | None = None
    recommended_security_update_url: str | None = None
    disk_paths: list[str] | None = None
    registry_paths: list[str] | None = None
    first_seen_timestamp: Timestamp | None = None
    last_seen_timestamp: Timestamp | None = None
    exploitability_level: str | None = None
    recommendation_reference: str | None = None
    security_update_available: Loose = None
    cve_mitigation_status: str | None = None


class VulnerabilityChange(SoftwareVulnerability):
    """A vulnerability that came, went or changed; `status` is New, Fixed or Updated."""

    KEY: ClassVar[tuple[str, ...]] = (*SoftwareVulnerability.KEY, "status", "event_timestamp")

    status: str | None = None
    event_timestamp: Timestamp | None = None


class ExtensionPermission(msgspec.Struct, rename="pascal", gc=False):
    """What a browser extension may do."""

    id: str | None = None
    is_required: Loose = None
    risk: str | None = None


class BrowserExtension(Assessed, rename="pascal"):
    """A browser extension on a machine; PascalCase on the wire (gotchas 25)."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", "browser_name", "extension_id", "extension_version")
    INTERNED: ClassVar[tuple[str, ...]] = (
        *_DEVICE,
        "browser_name",
        "extension_id",
        "extension_name",
        "extension_description",
        "extension_version",
        "extension_risk",
        "extension_vendor",
    )

    # inherited fields keep the camelCase of where they were declared
    device_id: str | None = msgspec.field(default=None, name="DeviceId")
    device_name: str | None = msgspec.field(default=None, name="DeviceName")
    rbac_group_name: str | None = msgspec.field(default=None, name="RbacGroupName")
    rbac_group_id: Loose = msgspec.field(default=None, name="RbacGroupId")
    os_platform: str | None = msgspec.field(default=None, name="OsPlatform")
    os_version: str | None = msgspec.field(default=None, name="OsVersion")
    os_architecture: str | None = msgspec.field(default=None, name="OsArchitecture")
    installation_time: Timestamp | None = None
    browser_name: str | None = None
    extension_id: str | None = None
    extension_name: str | None = None
    extension_description: str | None = None
    extension_version: str | None = None
    extension_risk: str | None = None
    extension_vendor: str | None = None
    is_activated: Loose = None
    permissions: list[ExtensionPermission] | None = None


class Certificate(Assessed):
    """A certificate on a machine, by the names of the samples; the documentation's table has others.

    `0001-01-01T00:00:00Z` means that there is no date (gotchas 27).
    """

    KEY: ClassVar[tuple[str, ...]] = ("device_id", "thumbprint", "path")
    INTERNED: ClassVar[tuple[str, ...]] = (*_DEVICE, "signature_algorithm", "subject_type")

    thumbprint: str | None = None
    path: str | None = None
    signature_algorithm: str | None = None
    key_length: Loose = None
    not_after: Timestamp | None = None
    not_before: Timestamp | None = None
    subject_type: str | None = None
    serial_number: str | None = None
    subject_object: Loose = None
    issuer_object: Loose = None
    key_usage_array: Loose = None
    extended_key_usage_array: Loose = None
    is_self_signed: Loose = None


class BaselineResult(Assessed):
    """How a machine does in one setting of a baseline profile."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", "profile_id", "configuration_id")
    INTERNED: ClassVar[tuple[str, ...]] = (*_DEVICE, "profile_id", "configuration_id")

    row_id: str | None = msgspec.field(default=None, name="id")
    configuration_id: str | None = None
    profile_id: str | None = None
    is_applicable: Loose = None
    is_compliant: Loose = None
    data_collection_time_offset: Timestamp | None = None
    compliance_calculation_time_offset: Timestamp | None = None
    recommended_value: Loose = None
    current_value: Loose = None
    source: Loose = None


class Component(Assessed):
    """A piece of hardware or firmware of a machine; `additional_fields` is JSON in a string."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id", "component_type", "component_name")
    INTERNED: ClassVar[tuple[str, ...]] = (*_DEVICE, "component_type", "manufacturer", "component_name")

    component_type: str | None = None
    manufacturer: str | None = None
    component_name: str | None = None
    component_version: str | None = None
    additional_fields: Loose = None


class Gathered(Assessed):
    """A line of the information gathering export: its columns vary, so the raw view shows the rest."""

    KEY: ClassVar[tuple[str, ...]] = ("device_id",)
    CASE: ClassVar[Case] = "always"

    timestamp: Timestamp | None = None
    additional_fields: Loose = None
