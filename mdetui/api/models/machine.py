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


class VmMetadata(Model):
    """Which virtual machine of a cloud this is."""

    vm_id: str | None = None
    cloud_provider: str | None = None
    resource_id: str | None = None
    subscription_id: str | None = None


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
    managed_by_status: str | None = None
    merged_into_machine_id: str | None = None
    is_potential_duplication: Loose = None
    is_excluded: Loose = None
    exclusion_reason: str | None = None
    vm_metadata: VmMetadata | None = None


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


class MachineReference(Model):
    """A machine that a vulnerability, a product, a recommendation or a remediation task names."""

    INTERNED: ClassVar[tuple[str, ...]] = ("os_platform", "rbac_group_name")

    id: str = ""
    computer_dns_name: str | None = None
    os_platform: str | None = None
    rbac_group_name: str | None = None
    rbac_group_id: Loose = None


# Bodies: keys are case sensitive, capital in the first three, not in the last.


class MachineTag(msgspec.Struct):
    """Body of POST `/api/machines/{id}/tags`. `Action` is Add or Remove."""

    Value: str
    Action: str


class MachinesTag(MachineTag):
    """Body of POST `/api/machines/AddOrRemoveTagForMultipleMachines`: at most 500."""

    MachineIds: list[str]


class MachineValue(msgspec.Struct):
    """Body of POST `/api/machines/{id}/setDeviceValue`: Normal, Low or High."""

    DeviceValue: str


class MachineUpdate(Model):
    """Body of PATCH `/api/machines/{id}`. It replaces all tags, and an empty list is refused: use `machines.tag`."""

    machine_tags: list[str] | None = None
    device_value: str | None = None
