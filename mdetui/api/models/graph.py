"""Alerts and incidents of Microsoft Graph. Source: security-alert.md, security-incident.md, security-alertevidence.md.

Enums are camelCase here, and samples mix both: compare in any case (gotchas 29).
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from mdetui.api.models.base import Loose, Model, Timestamp

_TYPE = "#microsoft.graph.security."


class GraphFile(Model):
    """A file of a piece of evidence."""

    sha1: str | None = None
    sha256: str | None = None
    md5: str | None = None
    file_name: str | None = None
    file_path: str | None = None
    file_size: Loose = None
    file_publisher: str | None = None
    signer: str | None = None
    issuer: str | None = None


class GraphUser(Model):
    """An account of a piece of evidence."""

    account_name: str | None = None
    domain_name: str | None = None
    user_sid: str | None = None
    azure_ad_user_id: str | None = None
    user_principal_name: str | None = None
    display_name: str | None = None


class GraphEvidence(Model):
    """One piece of evidence. Its type is open: which fields are filled depends on `kind`, and unknown kinds parse.

    `mde_device_id` is the machine's id in Defender for Endpoint.
    """

    odata_type: str | None = msgspec.field(default=None, name="@odata.type")
    created_date_time: Timestamp | None = None
    verdict: str | None = None
    remediation_status: str | None = None
    remediation_status_details: str | None = None
    detection_status: str | None = None
    roles: Loose = None
    detailed_roles: Loose = None
    tags: Loose = None
    mde_device_id: str | None = None
    # deviceEvidence
    azure_ad_device_id: str | None = None
    device_dns_name: str | None = None
    host_name: str | None = None
    os_platform: str | None = None
    os_build: Loose = None
    version: str | None = None
    health_status: str | None = None
    risk_score: str | None = None
    rbac_group_id: Loose = None
    rbac_group_name: str | None = None
    onboarding_status: str | None = None
    defender_av_status: str | None = None
    first_seen_date_time: Timestamp | None = None
    ip_interfaces: Loose = None
    logged_on_users: Loose = None
    vm_metadata: Loose = None
    # fileEvidence, processEvidence
    file_details: GraphFile | None = None
    image_file: GraphFile | None = None
    parent_process_image_file: GraphFile | None = None
    process_id: Loose = None
    parent_process_id: Loose = None
    process_command_line: str | None = None
    process_creation_date_time: Timestamp | None = None
    parent_process_creation_date_time: Timestamp | None = None
    # processEvidence, userEvidence, mailboxEvidence
    user_account: GraphUser | None = None
    primary_address: str | None = None
    # ipEvidence, urlEvidence, registryKeyEvidence, registryValueEvidence
    ip_address: str | None = None
    country_letter_code: str | None = None
    url: str | None = None
    registry_key: str | None = None
    registry_hive: str | None = None
    registry_value: Loose = None
    registry_value_name: str | None = None
    registry_value_type: str | None = None

    @property
    def kind(self) -> str:
        """`deviceEvidence`, `fileEvidence`, ...; "" when it does not say."""
        return (self.odata_type or "").removeprefix(_TYPE)


class GraphAlertRow(Model):
    """An alert as a row of a list. Evidence is inline on the wire and only kept of one alert."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "title",
        "severity",
        "status",
        "category",
        "service_source",
        "detection_source",
        "product_name",
        "classification",
        "determination",
        "assigned_to",
    )
    SHARED: ClassVar[tuple[str, ...]] = ("mitre_techniques",)

    id: str = ""
    title: str | None = None
    severity: str | None = None
    status: str | None = None
    category: str | None = None
    service_source: str | None = None
    detection_source: str | None = None
    product_name: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None
    incident_id: Loose = None
    created_date_time: Timestamp | None = None
    last_update_date_time: Timestamp | None = None
    mitre_techniques: tuple[str, ...] | None = None


class GraphAlert(GraphAlertRow):
    """An alert with everything the service says about it."""

    provider_alert_id: str | None = None
    detector_id: str | None = None
    tenant_id: str | None = None
    description: str | None = None
    recommended_actions: str | None = None
    alert_web_url: str | None = None
    incident_web_url: str | None = None
    actor_display_name: str | None = None
    threat_display_name: str | None = None
    threat_family_name: str | None = None
    resolved_date_time: Timestamp | None = None
    first_activity_date_time: Timestamp | None = None
    last_activity_date_time: Timestamp | None = None
    investigation_state: str | None = None
    system_tags: Loose = None
    comments: list[GraphComment] | None = None
    evidence: list[GraphEvidence] | None = None

    @property
    def machines(self) -> dict[str, str]:
        """Names of the machines in its evidence by their id in Defender for Endpoint."""
        return {
            one.mde_device_id: one.device_dns_name or one.host_name or ""
            for one in self.evidence or ()
            if one.mde_device_id and one.kind == "deviceEvidence"
        }


class GraphComment(msgspec.Struct, rename="camel", gc=False):
    """A comment; its author and time have two names each."""

    comment: str | None = None
    created_by: str | None = None
    created_by_display_name: str | None = None
    created_date_time: Timestamp | None = None
    created_time: Timestamp | None = None


class GraphIncident(Model):
    """An incident. Its alerts are asked for apart: `$expand=alerts` fails on large tenants (gotchas 10)."""

    INTERNED: ClassVar[tuple[str, ...]] = ("assigned_to", "classification", "determination", "status", "severity")

    id: str = ""
    display_name: str | None = None
    description: str | None = None
    severity: str | None = None
    status: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None
    created_date_time: Timestamp | None = None
    last_update_date_time: Timestamp | None = None
    incident_web_url: str | None = None
    redirect_incident_id: Loose = None
    tenant_id: str | None = None
    last_modified_by: str | None = None
    resolving_comment: str | None = None
    summary: str | None = None
    custom_tags: Loose = None
    system_tags: Loose = None
    comments: list[GraphComment] | None = None


class GraphAlertUpdate(msgspec.Struct, rename="camel", omit_defaults=True):
    """Body of PATCH `/v1.0/security/alerts_v2/{id}`; `status` is new, inProgress or resolved."""

    status: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None


class GraphIncidentUpdate(msgspec.Struct, rename="camel", omit_defaults=True):
    """Body of PATCH `/v1.0/security/incidents/{id}`."""

    status: str | None = None
    classification: str | None = None
    determination: str | None = None
    assigned_to: str | None = None
    custom_tags: list[str] | None = None


class GraphCommentBody(msgspec.Struct):
    """Body of POST `/v1.0/security/alerts_v2/{id}/comments`."""

    comment: str
    kind: str = msgspec.field(default="microsoft.graph.security.alertComment", name="@odata.type")


class IdentityActionBody(msgspec.Struct, rename="camel", omit_defaults=True):
    """Body of `invokeAction` on an identity account: `disable`, `revokeAllSessions`, ..."""

    account_id: str
    action: str
    identity_provider: str | None = None


class IdentityAction(Model):
    """What `invokeAction` answers."""

    account_id: str | None = None
    correlation_id: str | None = None
    action: str | None = None


class Revoked(msgspec.Struct):
    """What `revokeSignInSessions` answers."""

    value: Any = None
