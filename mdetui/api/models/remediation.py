"""Remediation tasks. Source: get-remediation-all-activities.md, get-remediation-one-activity.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Loose, Model, Timestamp


class RemediationTask(Model):
    """A remediation task; the API only reads them."""

    INTERNED: ClassVar[tuple[str, ...]] = ("status", "category", "priority", "type", "requester_email")

    id: str = ""
    title: str | None = None
    created_on: Timestamp | None = None
    requester_id: str | None = None
    requester_email: str | None = None
    status: str | None = None
    status_last_modified_on: Timestamp | None = None
    description: str | None = None
    related_component: str | None = None
    target_devices: Loose = None
    rbac_group_names: Loose = None
    fixed_devices: Loose = None
    requester_notes: str | None = None
    due_on: Timestamp | None = None
    category: str | None = None
    productivity_impact_remediation_type: str | None = None
    priority: str | None = None
    completion_method: str | None = None
    completer_id: str | None = None
    completer_email: str | None = None
    scid: str | None = None
    type: str | None = None
    product_id: str | None = None
    vendor_id: str | None = None
    name_id: str | None = None
    recommended_version: str | None = None
    recommended_vendor: str | None = None
    recommended_program: str | None = None
