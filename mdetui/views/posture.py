"""What the views of vulnerability management share: exploits, shares of machines, probabilities, names of products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mdetui import text
from mdetui.errors import PlanError
from mdetui.views import words
from mdetui.views.base import Cell, Column

SEVERITIES = {word: word.capitalize() for word in ("critical", "high", "medium", "low")}


def number(value: Any) -> float | None:
    """A number that may come as text; None when it is none. Nothing counted or scored here is below 0."""
    found = words.number_key(value)
    return found if 0 <= found < float("inf") else None


def yes(value: Any) -> bool:
    """Whether it is so; truths may come as text (gotchas 28)."""
    return words.yes_no(value) == "yes"


def count(id: str, title: str, name: str, width: int, at: int = 0) -> Column:  # noqa: A002
    """A column of numbers.

    Args:
        id: Of the column.
        title: Header text.
        name: Field of the row.
        width: Cells.
        at: Terminal width from which it is shown.
    """
    return Column(
        id, title, lambda row, _: words.number(getattr(row, name)), width, right=True, at=at,
        sort=lambda row: words.number_key(getattr(row, name)),
    )  # fmt: skip


def severity_key(value: str | None) -> int:
    """Vulnerabilities have one level more than alerts."""
    return 5 if (value or "").lower() == "critical" else words.severity_rank(value)


def exploit(row: Any) -> Cell:
    """The worst that is known: `in a kit`, `verified`, `public`; `-` when there is none."""
    for name, word in (("exploit_in_kit", "in a kit"), ("exploit_verified", "verified"), ("public_exploit", "public")):
        if yes(getattr(row, name, None)):
            return Cell(word, "state.bad")
    return Cell("-", "muted")


def exploit_key(row: Any) -> int:
    """The same to sort by."""
    return ["-", "public", "verified", "in a kit"].index(exploit(row).text)


def threat(row: Any) -> Cell:
    """`alert` where one is open because of it, `exploit` where one is public."""
    if yes(row.active_alert):
        return Cell("alert", "state.bad")
    return Cell("exploit", "state.warn") if yes(row.public_exploit) else Cell("-", "muted")


def threat_key(row: Any) -> int:
    """The same to sort by."""
    return ["-", "exploit", "alert"].index(threat(row).text)


def epss(value: Any) -> Cell:
    """Probability of exploitation within 30 days, `93%`; it comes as a part of 1."""
    part = number(value)
    if part is None:
        return Cell("-", "muted")
    if 0 < part < 0.01:
        return Cell("<1%", "muted")
    return Cell(f"{part:.0%}", "state.bad" if part >= 0.5 else "state.warn" if part >= 0.1 else "plain")


def score(value: Any, digits: int = 1) -> Cell:
    """A score with that many digits behind the point."""
    found = number(value)
    return Cell("-", "muted") if found is None else Cell(f"{found:,.{digits}f}")


def share(part: Any, whole: Any) -> Cell:
    """`14/19`; only the part where the whole is not said."""
    few, all_of_them = number(part), number(whole)
    if few is None:
        return Cell("-", "muted")
    return Cell(f"{few:.0f}" if all_of_them is None else f"{few:.0f}/{all_of_them:.0f}", "plain" if few else "muted")


def many(values: Any) -> str:
    """A list of texts in one line, `-` when it is empty; what is no list as its text."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        return text.line(values)
    return ", ".join(text.line(value) for value in values) or "-"


def product(vendor: str | None, name: str | None) -> str | None:
    """Id of a product: `microsoft-_-edge`."""
    return f"{vendor}-_-{name}" if vendor and name else None


def decimal(value: str) -> str:
    """A number that a person typed, for a `$filter`.

    Raises:
        PlanError: It is none.
    """
    found = number(value)
    if found is None:
        raise PlanError(f"{value!r} is not a number.", "Write it as 7 or 7.5.")
    return str(found)
