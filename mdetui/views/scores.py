"""The scores of the tenant on one page: exposure, secure score of devices, exposure by machine group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import portal, posture, words
from mdetui.views.base import (
    BLANK,
    RAW,
    Borrowed,
    Cell,
    Context,
    Line,
    Need,
    Page,
    Subject,
    Tab,
    fact,
    got,
    heading,
    rows,
)

if TYPE_CHECKING:
    from mdetui.api.models.score import Score

# cells of the bar that stands for 100
_BAR = 20


def _level(value: object) -> Cell:
    """Low to 29, medium to 69, high above (get-exposure-score.md: 0 to 100, less is better)."""
    found = posture.number(value)
    if found is None:
        return Cell("-", "muted")
    return (
        Cell("low", "state.good")
        if found < 30
        else Cell("medium", "state.warn")
        if found < 70
        else Cell("high", "state.bad")
    )


def head(row: Score | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Both scores in a line."""
    if row is None:
        return [Line((Cell("reading the scores", "muted"),))]
    device: Score | None = got(borrowed, "device")
    secure = posture.score(device.score) if device is not None else words.waiting(borrowed, "device", "reading ...")
    return [
        Line((
            Cell("exposure ", "muted"), posture.score(row.score), Cell(" "), _level(row.score),
            Cell("  device secure score ", "muted"), secure,
        ), 2),
    ]  # fmt: skip


def overview(row: Score, context: Context, borrowed: Borrowed) -> list[Line]:
    """Both, and the groups of machines, the most exposed first."""
    device: Score | None = got(borrowed, "device")
    secure = posture.score(device.score) if device is not None else words.waiting(borrowed, "device", "reading ...")
    lines = [
        fact("exposure", posture.score(row.score), _level(row.score), Cell("of 100, less is better", "muted")),
        fact("secure score", secure, Cell("points, more is better", "muted")),
        fact("as of", text.stamp_of(row.time)),
        BLANK,
        heading("exposure by machine group"),
    ]
    groups = rows(borrowed, "groups")
    if groups is None:
        return [*lines, Line((words.waiting(borrowed, "groups", "reading ..."),))]
    groups.sort(key=lambda one: words.number_key(one.score), reverse=True)
    width = max((len(text.line(one.rbac_group_name)) for one in groups), default=0)
    return (
        [*lines, *(_group(one, width) for one in groups)] if groups else [*lines, Line((Cell("no groups", "muted"),))]
    )


def _group(row: Score, width: int) -> Line:
    level = _level(row.score)
    full = min(_BAR, round((posture.number(row.score) or 0) * _BAR / 100))
    return Line((
        Cell(f"{text.line(row.rbac_group_name):<{width}}  {posture.score(row.score).text:>5}  "),
        Cell("#" * full, level.style), Cell("." * (_BAR - full), "muted"), Cell("  "), level,
    ))  # fmt: skip


PAGE = Page(
    id="scores",
    noun="score",
    operation="scores.exposure",
    head=head,
    head_lines=1,
    tabs=(Tab("overview", "Overview", overview), Tab("json", "JSON", needs=(RAW,))),
    title=lambda row, page_id: "scores",
    needs=(
        Need("device", "scores.device", lambda row: {}),
        Need("groups", "scores.byGroup", lambda row: {}),
    ),
    subject=Subject(name=lambda row: "scores", portal=lambda row: portal.SCORES),
)
