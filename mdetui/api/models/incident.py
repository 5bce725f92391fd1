"""Incidents of Defender XDR with their alerts. Source: api-list-incidents.md, api-update-incidents.md (defender-xdr)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.alert import Comment, Evidence
from mdetui.api.models.base import Keyed, Loose, Model, Timestamp


class IncidentDevice(Keyed):
    """A machine of an incident. `mdatp_device_id` is its id in Defender for Endpoint; null for what is not onboarded."""

    KEY: ClassVar[tuple[str, ...]] = ("mdatp_device_id", "device_dns_name")

    mdatp_device_id: str | None = None
    aad_device_id: str | None = None
    device_dns_name: str | None = None
    os_platform: str | None = None
    version: str | None = None
    os_processor: str | None = None
    os_build: Loose = None
    health_status: str | None = None
    risk_score: str | None = None
    rbac_group_name: str | None = None
    rbac_group_id: Loose = None
    first_seen: Timestamp | None = None
    tags: Loose = None
    defender_av_status: str | None = None
    onboarding_status: str | None = None
    vm_metadata: Loose = None
    logged_on_users: Loose = None


class IncidentEntity(Evidence):
    """A piece of evidence of an incident's alert: that of Defender for Endpoint and what the other products add."""

    mailbox_display_name: str | None = None
    mailbox_address: str | None = None
    cluster_by: str | None = None
    sender: str | None = None
    recipient: str | None = None
    subject: str | None = None
    delivery_action: str | None = None
    security_group_id: str | None = None
    security_group_name: str | None = None
    device_id: str | None = None


class DeviceName(Model):
    """A machine of an incident in a list of incidents: which one, and no more."""

    mdatp_device_id: str | None = None
    device_dns_name: str | None = None


class AlertName(Model):
    """An alert of an incident in a list of incidents."""

    alert_id: str | None = None
    severity: str | None = None
    status: str | None = None
    service_source: str | None = None
    devices: list[DeviceName] | None = None


class IncidentRow(Keyed):
    """An incident as a row of a list. The answer holds every alert with all its evidence; only what columns need is kept."""

    KEY: ClassVar[tuple[str, ...]] = ("incident_id",)
    INTERNED: ClassVar[tuple[str, ...]] = ("assigned_to", "classification", "determination", "status", "severity")

    incident_id: Loose = None
    redirect_incident_id: Loose = None
    incident_name: str | None = None
    created_time: Timestamp | None = None
    last_update_time: Timestamp | None = None
    assigned_to: str | None = None
    classification: str | None = None
    determination: str | None = None
    status: str | None = None
    severity: str | None = None
    tags: list[str] | None = None
    alerts: list[AlertName] | None = None

    @property
    def machines(self) -> dict[str, str]:
        """Names of the machines of its alerts by id; those that are not onboarded have none and are missing here."""
        found: dict[str, str] = {}
        for alert in self.alerts or ():
            for device in alert.devices or ():
                if device.mdatp_device_id:
                    found[device.mdatp_device_id] = device.device_dns_name or found.get(device.mdatp_device_id, "")
        return found


class IncidentAlert(Keyed):
    """An alert of an incident with its machines and evidence."""

    KEY: ClassVar[tuple[str, ...]] = ("alert_id",)

    alert_id: str | None = None
    incident_id: Loose = None
    service_source: str | None = None
    creation_time: Timestamp | None = None
    last_updated_time: Timestamp | None = None
    resolved_time: Timestamp | None = None
    first_activity: Timestamp | None = None
    last_activity: Timestamp | None = None
    title: str | None = None
    description: str | None = None
    category: str | None = None
    status: str | None = None
    severity: str | None = None
    investigation_id: Loose = None
    investigation_state: str | None = None
    classification: str | None = None
    determination: str | None = None
    detection_source: str | None = None
    assigned_to: str | None = None
    actor_name: str | None = None
    threat_family_name: str | None = None
    mitre_techniques: Loose = None
    devices: list[IncidentDevice] | None = None
    entities: list[IncidentEntity] | None = None


class Incident(IncidentRow):
    """An incident with everything."""

    incident_uri: str | None = None
    comments: list[Comment] | None = None
    alerts: list[IncidentAlert] | None = None  # type: ignore[assignment]  # the same alerts, whole


class IncidentUpdate(msgspec.Struct, rename="camel", omit_defaults=True):
    """Body of PATCH `/api/incidents/{id}`: what is None is not sent and stays as it is."""

    status: str | None = None
    assigned_to: str | None = None
    classification: str | None = None
    determination: str | None = None
    tags: list[str] | None = None
    comment: str | None = None
