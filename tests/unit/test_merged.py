"""Merging the pages of several tenants: nothing twice, nothing lost, nothing older before what is newer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from mdetui.errors import NetworkError
from mdetui.screens.merged import MergedSource
from mdetui.views.merged import Gap


@dataclass(frozen=True)
class Alert:
    """As much of an alert as the merging looks at."""

    id: str
    alert_creation_time: str


class Page:
    raw = None

    def __init__(self, rows: list[Alert]) -> None:
        self.rows = rows


class Pages:
    """A tenant's pages; asking for the page at `fails` fails once it is reached."""

    total = None

    def __init__(self, pages: list[list[Alert]], fails: int | None) -> None:
        self.pages = pages
        self.fails = fails
        self.asked = 0

    @property
    def complete(self) -> bool:
        return self.asked >= len(self.pages)

    async def next(self) -> Page | None:
        if self.fails == self.asked:
            raise NetworkError("It broke.", "Wait.")
        if self.complete:
            return None
        self.asked += 1
        return Page(self.pages[self.asked - 1])


def tenant(name: str, minutes: list[int], size: int) -> list[list[Alert]]:
    """Pages of alerts, newest first."""
    rows = [
        Alert(f"{name}{number}", f"2026-03-14T{minute // 60:02d}:{minute % 60:02d}:00Z")
        for number, minute in enumerate(sorted(minutes, reverse=True))
    ]
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def drained(source: MergedSource) -> list[Any]:
    async def run() -> list[Any]:
        found: list[Any] = []
        while (batch := await source.next()) is not None:
            assert batch.rows
            found.append(batch.rows)
        return found

    return asyncio.run(run())


MINUTES = st.lists(st.integers(0, 1_000), max_size=12)


@given(st.lists(MINUTES, min_size=1, max_size=4), st.integers(1, 4), st.data())
def test_every_alert_once_and_the_newest_first(tenants: list[list[int]], size: int, data: st.DataObject) -> None:
    pages = {f"t{n}-": tenant(f"t{n}-", minutes, size) for n, minutes in enumerate(tenants)}
    fails = {name: data.draw(st.none() | st.integers(0, len(found))) for name, found in pages.items()}
    opened: list[str] = []
    made: dict[str, Pages] = {}

    def open_source(name: str) -> Pages:
        opened.append(name)
        made[name] = Pages(pages[name], fails[name])
        return made[name]

    source = MergedSource(open_source, list(pages))
    batches = drained(source)
    rows = [row for batch in batches for row in batch]
    alerts = [row for row in rows if not isinstance(row, Gap)]
    # a tenant that fails before its end is a row; what came of it stays
    broken = {
        name
        for name in pages
        if fails[name] is not None and fails[name] == made[name].asked and not made[name].complete
    }
    broken |= {name for name in pages if not pages[name] and fails[name] == 0}
    assert {row.tenant for row in rows if isinstance(row, Gap)} == broken
    came = {alert.id for name in pages for page in pages[name][: made[name].asked] for alert in page}
    assert sorted(row.id for row in alerts) == sorted(came)
    # what comes later is never newer, as long as nobody failed
    times = [[row.alert_creation_time for row in batch if not isinstance(row, Gap)] for batch in batches]
    if not broken:
        for before, after in zip(times, times[1:], strict=False):
            assert min(before) >= max(after)
    assert opened == list(pages)
    # asked again, only those that failed are opened again; then all is there
    again = source.again()
    assert (again is None) == (not broken)
    if again is not None:
        fails.update(dict.fromkeys(pages))
        rows = [row for batch in drained(again) for row in batch]
        assert sorted(row.id for row in rows) == sorted(
            a.id for found in pages.values() for page in found for a in page
        )
        assert sorted(opened[len(pages) :]) == sorted(broken)
        assert again.again() is None
