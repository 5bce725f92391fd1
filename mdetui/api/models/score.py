"""Exposure score and device secure score. Source: get-exposure-score.md, get-device-secure-score.md,
get-machine-group-exposure-score.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Keyed, Loose, Timestamp


class Score(Keyed):
    """A score, of the whole tenant or of one group of machines."""

    KEY: ClassVar[tuple[str, ...]] = ("time", "rbac_group_name", "rbac_group_id")

    time: Timestamp | None = None
    score: Loose = None
    rbac_group_name: str | None = None
    rbac_group_id: Loose = None
