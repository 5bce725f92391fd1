"""Machine and the user seen on it. Source: machine.md, user.md and recorded answers (evidence page)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Loose, Model, Timestamp


class MachineAddress(Model):
    """One network address of a machine."""

    ip_address: str | None = None
    mac_address: str | None = None
    operational_status: str | None = None
    type: str | None = None


class Machine(Model):
    """A machine. `last_seen` is the last full report (about daily): never show it as "online" (gotchas 38)."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "os_platform",
        "version",
        "os_architecture",
        "os_processor",
        "health_status",
        "onboarding_status",
        "risk_score",
        "exposure_level",
        "device_value",
        "rbac_group_name",
        "agent_version",
        "defender_av_status",
        "managed_by",
    )
    SHARED: ClassVar[tuple[str, ...]] = ("machine_tags",)

    id: str = ""
    computer_dns_name: str | None = None
    os_platform: str | None = None
    version: str | None = None
    os_build: Loose = None
    os_architecture: str | None = None
    os_processor: str | None = None
    health_status: str | None = None
    onboarding_status: str | None = None
    risk_score: str | None = None
    exposure_level: str | None = None
    device_value: str | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    last_ip_address: str | None = None
    last_external_ip_address: str | None = None
    ip_addresses: list[MachineAddress] | None = None
    rbac_group_id: Loose = None
    rbac_group_name: str | None = None
    aad_device_id: str | None = None
    is_aad_joined: Loose = None
    machine_tags: tuple[str, ...] | None = None
    agent_version: str | None = None
    defender_av_status: str | None = None
    managed_by: str | None = None
    merged_into_machine_id: str | None = None
    is_potential_duplication: Loose = None
    is_excluded: Loose = None


class MachineUser(Model):
    """A user seen on a machine (`logonusers`). `logon_types` is a comma list in one string."""

    id: str = ""
    account_name: str | None = None
    account_domain: str | None = None
    account_sid: str | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    most_prevalent_machine_id: str | None = None
    least_prevalent_machine_id: str | None = None
    logon_types: str | None = None
    log_on_machines_count: Loose = None
    is_domain_admin: Loose = None
    is_only_network_user: Loose = None


class MachineTag(msgspec.Struct):
    """Body of POST `/api/machines/{id}/tags`; keys are case sensitive and capital here."""

    Value: str
    Action: str
