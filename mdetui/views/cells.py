"""Cells: safe text and the name of its style. Light: the first frame is drawn with nothing but these."""

from __future__ import annotations

from typing import NamedTuple

# Every style name a cell may carry. Widgets turn `severity.high` into the component class `cell--severity-high`.
STYLES = (
    "plain",
    "muted",
    "strong",
    "severity.high",
    "severity.medium",
    "severity.low",
    "severity.info",
    "state.good",
    "state.warn",
    "state.bad",
    "state.busy",
    "protected",
    "armed",
    "link",
    "cursor",
)


class Cell(NamedTuple):
    """What stands in one cell: safe text (`mdetui.text`) and the name of its style."""

    text: str
    style: str = "plain"
