"""Indicators and the bodies that make and remove them. Source: ti-indicator.md, post-ti-indicator.md,
import-ti-indicators.md, batch-delete-ti-indicators.md."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Keyed, Loose, Model, Timestamp


class Indicator(Model):
    """An indicator. Many fields are undocumented (gotchas 21); `category` is a number."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "indicator_type",
        "action",
        "title",
        "application",
        "severity",
        "source",
        "source_type",
        "created_by",
        "created_by_display_name",
        "last_updated_by",
    )
    SHARED: ClassVar[tuple[str, ...]] = ("rbac_group_names",)

    # a number in some recorded answers
    id: Loose = ""
    indicator_value: str | None = None
    indicator_type: str | None = None
    action: str | None = None
    title: str | None = None
    description: str | None = None
    application: str | None = None
    severity: str | None = None
    recommended_actions: str | None = None
    expiration_time: Timestamp | None = None
    creation_time_date_time_utc: Timestamp | None = None
    last_update_time: Timestamp | None = None
    generate_alert: Loose = None
    rbac_group_names: tuple[str, ...] | None = None
    rbac_group_ids: Loose = None
    source: str | None = None
    source_type: str | None = None
    created_by: str | None = None
    created_by_display_name: str | None = None
    created_by_source: str | None = None
    last_updated_by: str | None = None
    external_id: str | None = msgspec.field(default=None, name="externalID")
    educate_url: str | None = None
    category: Loose = None
    historical_detection: Loose = None
    look_back_period: Loose = None
    additional_info: Loose = None
    bypass_duration_hours: Loose = None
    version: Loose = None
    mitre_techniques: Loose = None
    notification_id: Loose = None
    notification_body: Loose = None
    certificate_info: Loose = None


class IndicatorBody(Model, kw_only=True):
    """Body of POST `/api/indicators`: an indicator of the same value and type is changed. What is None is not sent."""

    indicator_value: str
    indicator_type: str
    action: str
    title: str
    description: str
    application: str | None = None
    expiration_time: Timestamp | None = None
    severity: str | None = None
    recommended_actions: str | None = None
    rbac_group_names: list[str] | None = None
    educate_url: str | None = None
    generate_alert: bool | None = None


class IndicatorImport(msgspec.Struct):
    """Body of POST `/api/indicators/import`: at most 500."""

    Indicators: list[IndicatorBody]


class IndicatorIds(msgspec.Struct):
    """Body of POST `/api/indicators/BatchDelete`: at most 500."""

    IndicatorIds: list[str]


class ImportResult(Keyed):
    """What became of one indicator of an import: a failure stands inside a 200."""

    KEY: ClassVar[tuple[str, ...]] = ("indicator",)

    indicator: str | None = None
    indicator_id: Loose = msgspec.field(default=None, name="id")
    is_failed: Loose = None
    failure_reason: str | None = None
