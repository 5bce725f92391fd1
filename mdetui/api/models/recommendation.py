"""Security recommendations. Source: recommendation.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Loose, Model


class Recommendation(Model):
    """A recommendation; `id` is `va-_-vendor-_-product` or `sca-_-scid-NNNN`."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "vendor",
        "recommendation_category",
        "sub_category",
        "remediation_type",
        "status",
    )

    id: str = ""
    product_name: str | None = None
    recommendation_name: str | None = None
    weaknesses: Loose = None
    vendor: str | None = None
    recommended_version: str | None = None
    recommended_program: str | None = None
    recommended_vendor: str | None = None
    recommendation_category: str | None = None
    sub_category: str | None = None
    severity_score: Loose = None
    public_exploit: Loose = None
    active_alert: Loose = None
    associated_threats: Loose = None
    remediation_type: str | None = None
    status: str | None = None
    config_score_impact: Loose = None
    exposure_impact: Loose = None
    total_machine_count: Loose = None
    exposed_machines_count: Loose = None
    non_productivity_impacted_assets: Loose = None
    related_component: str | None = None
    exposed_critical_devices: Loose = None
    has_unpatchable_cve: Loose = None
    tags: Loose = None
