"""Automated investigation. Source: investigation.md, get-investigation-collection.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Model, Timestamp


class Investigation(Model):
    """An automated investigation; `state` has the words of an alert's `investigation_state`."""

    INTERNED: ClassVar[tuple[str, ...]] = ("state", "machine_id", "computer_dns_name")

    id: str = ""
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    state: str | None = None
    cancelled_by: str | None = None
    status_details: str | None = None
    machine_id: str | None = None
    computer_dns_name: str | None = None
    triggering_alert_id: str | None = None
