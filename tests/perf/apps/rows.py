"""Rows from a number: lifelike alerts that cost no memory, so that a million of them can be in a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mdetui.feeds.feed import Feed
from mdetui.feeds.shape import Shape
from mdetui.views import alerts
from mdetui.views.base import Cell, Column, Context

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TITLES = (
    "Suspicious LSASS memory access",
    "Ransomware behavior detected in the file system",
    "Suspicious scheduled task",
    "Suspicious PowerShell command line",
    "Potentially unwanted application was prevented",
    "An active 'Mimikatz' credential theft tool was detected",
    "Connection to a custom network indicator",
)
SEVERITIES = ("High", "Medium", "Medium", "Low", "Low", "Informational")
CATEGORIES = ("CredentialAccess", "Ransomware", "Persistence", "Execution", "UnwantedSoftware")


@dataclass(frozen=True)
class Alert:
    """What the alert columns ask for."""

    id: str
    title: str
    severity: str
    status: str
    category: str
    detection_source: str
    assigned_to: str | None
    alert_creation_time: str
    incident_id: int
    investigation_state: str
    machine_id: str
    computer_dns_name: str


def alert(number: int) -> Alert:
    """The alert of a number; the same each time."""
    mixed = number * 2_654_435_761 % (1 << 32)
    created = NOW - timedelta(seconds=37 * number)
    return Alert(
        id=f"da{number:012d}_{mixed:09d}",
        title=TITLES[mixed % len(TITLES)],
        severity=SEVERITIES[mixed // 7 % len(SEVERITIES)],
        status=("New", "New", "InProgress", "Resolved")[mixed // 50 % 4],
        category=CATEGORIES[mixed // 11 % len(CATEGORIES)],
        detection_source="WindowsDefenderAtp",
        assigned_to=None if mixed // 3 % 3 else "j.ito@contoso.com",
        alert_creation_time=created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        incident_id=1_000 + mixed % 900,
        investigation_state="UnsupportedAlertType",
        machine_id=f"{mixed:040x}",
        computer_dns_name=f"{('fin', 'hr', 'eng', 'dc')[mixed // 13 % 4]}-ws-{mixed % 977:03d}.contoso.com",
    )


def context() -> Context:
    """A context whose time stands still; domain controllers are protected."""
    return Context(NOW, protects=lambda name: "name" if name and name.startswith("dc-") else None)


def _of_number(cell: Callable[[Any, Context], Cell]) -> Callable[[Any, Context], Cell]:
    return lambda number, ctx: cell(alert(number), ctx)


COLUMNS: tuple[Column, ...] = tuple(replace(column, cell=_of_number(column.cell)) for column in alerts.COLUMNS)
SHAPE = Shape(
    row_id=lambda number: f"da{number:012d}",
    order=lambda number: number,
    texts=lambda number: (alert(number).title, alert(number).computer_dns_name),
    sorts={"severity": lambda number: alert(number).severity},
    folds={"repeats": lambda number: (alert(number).title, alert(number).status)},
)


class Numbers:
    """A batch of rows by their numbers."""

    raw = None

    def __init__(self, start: int, stop: int) -> None:
        self.rows = range(start, stop)


def feed_of(count: int) -> Feed:
    """A complete feed of so many rows."""
    feed = Feed("bench", SHAPE)
    feed.add(Numbers(0, count), complete=True)
    feed.settle()
    return feed
