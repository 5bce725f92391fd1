"""Authenticated scans. Source: get-all-scan-definitions.md, add-a-new-scan-definition.md, get-all-scan-agents.md,
get-scan-history-by-definition.md. Keys come in both cases, in one row even, so they are taken in any case."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Case, Keyed, Loose, Model, Timestamp


class ScanAgent(Model):
    """A machine that scans others. Inside a definition its name is `machine_name`."""

    CASE: ClassVar[Case] = "always"

    id: str = ""
    machine_id: str | None = None
    machine_name: str | None = None
    computer_dns_name: str | None = None
    last_seen: Timestamp | None = None
    assigned_application_id: str | None = None
    scanner_software_version: str | None = None
    last_command_execution_timestamp: Timestamp | None = None
    mde_client_version: str | None = None


class LatestScan(Model):
    """How the last scan went."""

    status: str | None = None
    failure_reason: str | None = None
    execution_date_time: Timestamp | None = None


class ScanDefinition(Model):
    """A scan. What it signs in with is not kept: it may hold passwords."""

    CASE: ClassVar[Case] = "always"

    id: str = ""
    scan_type: str | None = None
    scan_name: str | None = None
    is_active: Loose = None
    target: str | None = None
    target_type: str | None = None
    org_id: str | None = None
    interval_in_hours: Loose = None
    created_by: str | None = None
    scanner_agent: ScanAgent | None = None
    latest_scan: LatestScan | None = None


class ScanRun(Keyed):
    """One run of a scan."""

    KEY: ClassVar[tuple[str, ...]] = ("scan_definition_ids", "last_scanned", "scanner_id")
    CASE: ClassVar[Case] = "always"

    scan_definition_ids: Loose = None
    last_scanned: Timestamp | None = None
    scan_status: str | None = None
    scanner_id: str | None = None


class DefinitionIds(msgspec.Struct):
    """Body of `GetScanHistoryByScanDefinitionId` and of `BatchDelete`."""

    ScanDefinitionIds: list[str]


class SessionIds(msgspec.Struct):
    """Body of `GetScanHistoryBySessionId`."""

    SessionIds: list[str]


class Scanner(Model):
    """Which machine scans."""

    machine_id: str


class ScanSignIn(msgspec.Struct, omit_defaults=True):
    """What a scan signs in with; `kind` is `...WindowsAuthParams` or `...SnmpAuthParams`. Never shown."""

    kind: str = msgspec.field(name="@odata.type")
    type: str
    username: str | None = None
    domain: str | None = None
    is_gmsa_user: bool | None = msgspec.field(default=None, name="isGmsaUser")
    key_vault_url: str | None = msgspec.field(default=None, name="keyVaultUrl")
    key_vault_secret_name: str | None = msgspec.field(default=None, name="keyVaultSecretName")
    community_string: str | None = msgspec.field(default=None, name="communityString")
    auth_protocol: str | None = msgspec.field(default=None, name="authProtocol")
    auth_password: str | None = msgspec.field(default=None, name="authPassword")
    priv_protocol: str | None = msgspec.field(default=None, name="privProtocol")
    priv_password: str | None = msgspec.field(default=None, name="privPassword")

    def __repr__(self) -> str:
        """Without what it holds."""
        return "ScanSignIn(***)"

    __str__ = __repr__


class ScanUpdate(Model):
    """Body of PATCH `/api/DeviceAuthenticatedScanDefinitions/{id}`."""

    scan_name: str | None = None
    is_active: bool | None = None
    target: str | None = None
    interval_in_hours: int | None = None
    target_type: str | None = None
    scan_authentication_params: ScanSignIn | None = None


class ScanCreate(Model, kw_only=True):
    """Body of POST `/api/DeviceAuthenticatedScanDefinitions`; `scan_type` is Windows or Network."""

    scan_type: str
    scan_name: str
    is_active: bool
    target: str
    interval_in_hours: int
    target_type: str
    scanner_agent: Scanner
    scan_authentication_params: ScanSignIn
