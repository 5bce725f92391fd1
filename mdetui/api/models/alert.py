"""Alert and its evidence. Source: alerts.md, update-alert.md, get-alerts.md, create-alert-by-reference.md."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Loose, Model, RowTime, Timestamp

SEVERITIES = ("High", "Medium", "Low", "Informational", "UnSpecified")
STATUSES = ("New", "InProgress", "Resolved")
# Pairs the API takes (update-alert.md); odd pairs are printed in a sample, whether they are refused is unknown.
DETERMINATIONS: dict[str, tuple[str, ...]] = {
    "TruePositive": (
        "MultiStagedAttack",
        "MaliciousUserActivity",
        "CompromisedUser",
        "Malware",
        "Phishing",
        "UnwantedSoftware",
        "Other",
    ),
    "InformationalExpectedActivity": (
        "SecurityTesting",
        "LineOfBusinessApplication",
        "ConfirmedUserActivity",
        "Other",
    ),
    "FalsePositive": ("Clean", "InsufficientData", "Other"),
}


class RelatedUser(msgspec.Struct, rename="camel", frozen=True, gc=False, omit_defaults=True):
    """The user an alert names; an object, may be null (gotchas 19). Frozen: rows that name the same user share one."""

    user_name: str | None = None
    domain_name: str | None = None


class Comment(Model):
    """A comment on an alert."""

    comment: str | None = None
    created_by: str | None = None
    created_time: Timestamp | None = None


class LoggedOnUser(Model):
    """Somebody who was signed in to the alert's machine."""

    account_name: str | None = None
    domain_name: str | None = None


class Evidence(Model):
    """One piece of evidence. Which fields are filled depends on `entity_type` (User, Process, File, Ip, Url, Registry)."""

    entity_type: str | None = None
    evidence_creation_time: Timestamp | None = None
    sha1: str | None = None
    sha256: str | None = None
    file_name: str | None = None
    file_path: str | None = None
    process_id: Loose = None
    process_command_line: str | None = None
    process_creation_time: Timestamp | None = None
    parent_process_id: Loose = None
    parent_process_creation_time: Timestamp | None = None
    parent_process_file_name: str | None = None
    parent_process_file_path: str | None = None
    ip_address: str | None = None
    url: str | None = None
    registry_key: str | None = None
    registry_hive: str | None = None
    registry_value_type: str | None = None
    registry_value: Loose = None
    account_name: str | None = None
    domain_name: str | None = None
    user_sid: str | None = None
    aad_user_id: str | None = None
    user_principal_name: str | None = None
    detection_status: str | None = None


class AlertRow(Model):
    """An alert as a row of a list: what columns, filter, sort, fold and triage need."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "title",
        "severity",
        "status",
        "category",
        "detection_source",
        "classification",
        "determination",
        "assigned_to",
        "incident_id",
        "investigation_state",
        "machine_id",
        "computer_dns_name",
        "threat_name",
    )
    TIMES: ClassVar[tuple[str, ...]] = ("alert_creation_time", "last_update_time")
    SHARED: ClassVar[tuple[str, ...]] = ("mitre_techniques", "related_user")

    id: str = ""
    title: str | None = None
    severity: str | None = None
    status: str | None = None
    category: str | None = None
    detection_source: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None
    alert_creation_time: RowTime | None = None
    last_update_time: RowTime | None = None
    incident_id: Loose = None
    investigation_state: str | None = None
    machine_id: str | None = None
    computer_dns_name: str | None = None
    mitre_techniques: tuple[str, ...] | None = None
    threat_name: str | None = None
    related_user: RelatedUser | None = None


class Alert(AlertRow):
    """An alert with everything the service says about it."""

    description: str | None = None
    detector_id: str | None = None
    threat_family_name: str | None = None
    first_event_time: Timestamp | None = None
    last_event_time: Timestamp | None = None
    resolved_time: Timestamp | None = None
    investigation_id: Loose = None
    rbac_group_name: str | None = None
    aad_tenant_id: str | None = None
    logged_on_users: list[LoggedOnUser] | None = None
    comments: list[Comment] | None = None
    evidence: list[Evidence] | None = None


class AlertUpdate(Model):
    """Body of PATCH `/api/alerts/{id}`: what is None is not sent and stays as it is."""

    status: str | None = None
    assigned_to: str | None = None
    classification: str | None = None
    determination: str | None = None
    comment: str | None = None


class AlertBatchUpdate(AlertUpdate, kw_only=True):
    """Body of POST `/api/alerts/batchUpdate`: at most 100 ids at a time here; the 200 is empty."""

    alert_ids: list[str]


class AlertCreate(Model, kw_only=True):
    """Body of POST `/api/alerts/CreateAlertByReference`: an alert from an event that hunting found.

    `event_time` is the event's exact time as hunting wrote it; an open alert with the same machine and title takes
    the event in instead.
    """

    event_time: Timestamp
    report_id: str
    machine_id: str
    severity: str
    title: str
    description: str
    recommended_action: str
    category: str
