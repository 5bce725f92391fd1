"""Health of Defender Antivirus per machine. Source: device-health-export-antivirus-health-report-api.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Loose, Model, Timestamp

# `avMode` is a number in a string
MODES = {
    "": "Other",
    "0": "Active",
    "1": "Passive",
    "2": "Disabled",
    "3": "Other",
    "4": "EDR blocked",
    "5": "Passive audit",
}


class AvHealth(Model):
    """State of the antivirus on one machine. What is up to date comes as text: "True", "False", "Unknown"."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "os_kind",
        "os_platform",
        "os_version",
        "av_signature_version",
        "av_engine_version",
        "av_platform_version",
        "quick_scan_result",
        "full_scan_result",
        "rbac_group_name",
    )

    id: str = ""
    machine_id: str | None = None
    computer_dns_name: str | None = None
    os_kind: str | None = None
    os_platform: str | None = None
    os_version: str | None = None
    av_mode: Loose = None
    av_signature_version: str | None = None
    av_engine_version: str | None = None
    av_platform_version: str | None = None
    last_seen_time: Timestamp | None = None
    quick_scan_result: str | None = None
    quick_scan_error: str | None = None
    quick_scan_time: Timestamp | None = None
    full_scan_result: str | None = None
    full_scan_error: str | None = None
    full_scan_time: Timestamp | None = None
    data_refresh_timestamp: Timestamp | None = None
    av_engine_update_time: Timestamp | None = None
    av_signature_update_time: Timestamp | None = None
    av_platform_update_time: Timestamp | None = None
    av_is_signature_up_to_date: Loose = None
    av_is_engine_up_to_date: Loose = None
    av_is_platform_up_to_date: Loose = None
    av_signature_publish_time: Timestamp | None = None
    rbac_group_name: str | None = None
    rbac_group_id: Loose = None

    @property
    def mode(self) -> str:
        """`av_mode` in words."""
        value = "" if self.av_mode is None else str(self.av_mode)
        return MODES.get(value, value)
