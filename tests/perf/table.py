"""The table of budgets: tests note figures, one table is printed at the end, with and without xdist.

A figure travels as a property of its test's report, which xdist carries from the workers to the process that prints.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

PROPERTY = "budget"
WIDTH = 120


class Figure(NamedTuple):
    """One line of the table.

    Attributes:
        id: Of the budget, such as `B5`.
        what: What was measured, and where.
        figure: What was found.
        budget: What it should be.
        met: Whether it is; None where there is no budget, only a figure to know.
    """

    id: str
    what: str
    figure: str
    budget: str
    met: bool | None


class Budgets:
    """Notes figures for one test; handed out by the fixture `budgets`."""

    def __init__(self, properties: list[tuple[str, object]]) -> None:
        self._properties = properties

    def note(self, budget_id: str, what: str, figure: str, budget: str = "", met: bool | None = None) -> None:
        """Print a figure. For times and their ratios: they depend on the machine and are never asserted."""
        self._properties.append((PROPERTY, tuple(Figure(budget_id, what, figure, budget, met))))

    def check(self, budget_id: str, what: str, figure: float, limit: float, unit: str = "") -> None:
        """Print a count and assert that it is within its budget."""
        met = figure <= limit
        self.note(budget_id, what, _figure(figure, unit), f"<= {_figure(limit, unit)}", met)
        assert met, f"{budget_id}: {what}: {_figure(figure, unit)}, budget {_figure(limit, unit)}"

    def ratio(self, budget_id: str, what: str, times: Sequence[float], anchor: Sequence[float], limit: float) -> None:
        """Print how many times as long something takes as its anchor, both measured in turns in the same run.

        The fastest of each counts: whatever else runs on the machine only ever makes things slower.
        """
        found = min(times) / min(anchor)
        self.note(budget_id, what, f"{found:.2f} x", f"<= {limit:g} x", found <= limit)


def _figure(value: float, unit: str) -> str:
    return (
        f"{value:,.0f} {unit}".strip() if float(value).is_integer() or value >= 100 else f"{value:,.2f} {unit}".strip()
    )


def figures(reports: Iterable[Any]) -> list[Figure]:
    """All figures of these test reports, by budget."""
    found = [
        Figure(*value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    return sorted(found, key=lambda figure: (int("".join(filter(str.isdigit, figure.id)) or 0), figure.id))


def lines(rows: Iterable[Figure]) -> list[str]:
    """The table as text, no wider than 120 columns: what is too long goes on in the next line."""
    met = {True: "ok", False: "MISSED", None: ""}
    cells = [("", "what", "figure", "budget", "ok")]
    cells += [(row.id, row.what, row.figure, row.budget, met[row.met]) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    widths[1] = min(widths[1], WIDTH - sum(widths) + widths[1] - 2 * 4)
    text = []
    for budget_id, what, *others in cells:
        first, *rest = textwrap.wrap(what, widths[1], subsequent_indent="  ") or [""]
        row = (budget_id, first, *others)
        text.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        text += [" " * (widths[0] + 2) + part for part in rest]
    return text


def machine() -> str:
    """On what the figures were measured, and how busy it was: times are worth little on a busy machine."""
    minute, *_ = os.getloadavg()
    return f"{os.cpu_count()} processors, load of the last minute {minute:.1f}; ratios: the fastest of several, measured in turns"
