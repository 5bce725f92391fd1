"""Catalogues: baseline profiles and settings, permissions of browser extensions. Source:
get-security-baselines-assessment-profiles.md, ...-configurations.md, get-browser-extensions-permission-info.md."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Keyed, Loose, Model, Timestamp


class BaselineProfile(Model):
    """A baseline profile: a benchmark (CIS, STIG) for one operating system."""

    id: str = ""
    name: str | None = None
    description: str | None = None
    benchmark: str | None = None
    version: str | None = None
    operating_system: str | None = None
    operating_system_version: str | None = None
    status: Loose = None
    compliance_level: str | None = None
    settings_number: Loose = None
    created_by: str | None = None
    last_updated_by: str | None = None
    created_on_timestamp_utc: Timestamp | None = msgspec.field(default=None, name="createdOnTimestampUTC")
    last_update_timestamp_utc: Timestamp | None = msgspec.field(default=None, name="lastUpdateTimestampUTC")
    passed_devices: Loose = None
    total_devices: Loose = None


class BaselineConfiguration(Keyed):
    """A setting that baselines look at; the texts are HTML. Benchmarks number alike, so the id is not enough."""

    KEY: ClassVar[tuple[str, ...]] = ("number", "benchmark_name", "category", "name")

    number: str | None = msgspec.field(default=None, name="id")
    name: str | None = None
    description: str | None = None
    category: str | None = None
    compliance_levels: Loose = None
    cce: str | None = None
    rationale: str | None = None
    remediation: str | None = None
    benchmark_name: str | None = None
    recommended_value: Loose = None
    source: Loose = None


class BrowserPermission(Keyed):
    """What a permission of a browser extension means."""

    KEY: ClassVar[tuple[str, ...]] = ("key",)

    key: str | None = None
    permission_name: str | None = None
    description: str | None = None
