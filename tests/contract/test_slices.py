"""The alert queue in time windows: whatever the times, nothing is lost, nothing comes twice, newest first."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mdetui import errors
from mdetui.api.decode import MAX_ROWS, BadRow
from mdetui.api.density import Densities
from mdetui.api.endpoints import operation
from mdetui.api.slices import SlicesPager
from mdetui.simulator.mount import Mounted
from mdetui.text import instant
from tests.clocks import START
from tests.conftest import StartSimulator
from tests.wiring import Service, error_body, listed, wire, wire_tenant

ALERTS = operation("alerts.list")
DAY = 86_400
_BOUND = re.compile(r"alertCreationTime (ge|lt) (\S+?)Z")


def wire_time(seconds: float, digits: int = 7) -> str:
    """A time so many seconds before now, with so many fraction digits, as the service writes them."""
    when = START - timedelta(seconds=seconds)
    fraction = f"{when.microsecond * 10:07d}"[:digits]
    return f"{when:%Y-%m-%dT%H:%M:%S}{'.' + fraction if digits else ''}Z"


class Queue:
    """A service with alerts at given times, that keeps to `ge`, `lt`, `$top` and `$skip` and to no order.

    Args:
        ages: Seconds before now, one per alert.
        order: How rows lie: `mixed`, `newest` or `oldest` first.
    """

    def __init__(self, ages: list[float], order: str = "mixed") -> None:
        self.rows = [
            {"id": f"a{number}", "alertCreationTime": wire_time(age, number % 8)} for number, age in enumerate(ages)
        ]
        self.times = [self._exact(row["alertCreationTime"][:-1]) for row in self.rows]
        places = list(range(len(ages)))
        if order == "mixed":
            random.Random(7).shuffle(places)
        else:
            places.sort(key=lambda place: self.times[place], reverse=order == "newest")
        self._places = places
        self.filters: list[str] = []

    @staticmethod
    def _exact(text: str) -> tuple[str, str]:
        whole, _, fraction = text.partition(".")
        return whole, fraction.ljust(7, "0")

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(urlsplit(str(request.url)).query)
        text = query.get("$filter", [""])[0]
        self.filters.append(text)
        bounds = {kind: self._exact(value) for kind, value in _BOUND.findall(text)}
        found = [
            self.rows[place]
            for place in self._places
            if ("ge" not in bounds or self.times[place] >= bounds["ge"])
            and ("lt" not in bounds or self.times[place] < bounds["lt"])
        ]
        skip = int(query.get("$skip", ["0"])[0])
        return listed(found[skip : skip + int(query["$top"][0])])

    def newest_first(self) -> list[Any]:
        return sorted((instant(row["alertCreationTime"]) for row in self.rows), reverse=True)


# one signed-in client for all examples: the tests are about windows
_SERVICE = Service(listed([]))
_WIRED = wire(_SERVICE)


def pager_of(queue: Queue, *, top: int = 1_000, densities: Densities | None = None, **more: Any) -> SlicesPager:
    _SERVICE.reactions = [queue]
    forgetful = Densities("test", Path("/nonexistent/memory"))
    return SlicesPager(_WIRED.client, ALERTS, now=START, densities=densities or forgetful, top=top, **more)


async def all_of(pager: SlicesPager, queue: Queue) -> list[Any]:
    """Every row, with what must hold on the way."""
    rows: list[Any] = []
    while (page := await pager.next()) is not None:
        assert page.rows
        assert len(page.rows) <= 1_000
        for index in (0, len(page.rows) - 1):
            assert f'"{page.rows[index].id}"'.encode() in page.raw.row(index)
        rows += page.rows
    assert pager.complete
    assert pager.total == len(rows)
    assert len(queue.filters) == pager.requests
    return rows


AGES = st.one_of(
    st.floats(0, 400 * DAY),
    st.floats(0, 3_600),
    st.floats(-3_600, 0),
    st.sampled_from([0.0, 1.0, 1.5, 0.0000004, 3_600.0, 7 * DAY, 7 * DAY + 0.25, 100 * DAY, 300 * DAY, 3_000 * DAY]),
)
QUEUES = st.one_of(
    st.lists(AGES, max_size=60),
    # bursts: many at one moment, or within a second, an hour
    st.lists(st.tuples(AGES, st.integers(1, 40), st.sampled_from([0.0, 0.9, 3_600.0])), max_size=4).map(
        lambda bursts: [age + width * n / count for age, count, width in bursts for n in range(count)]
    ),
    st.integers(1, 300).map(lambda count: [n * 100 * DAY / count for n in range(count)]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ages=QUEUES,
    order=st.sampled_from(["mixed", "newest", "oldest"]),
    remembered=st.sampled_from([None, 0.0, 0.001, 1.0, 1_000.0, 1e6]),
)
@example(ages=[5.0] * 60, order="mixed", remembered=None)
@example(ages=[300 * DAY] * 60 + [0.0], order="oldest", remembered=1e6)
@example(ages=[], order="mixed", remembered=None)
async def test_nothing_is_lost_nothing_comes_twice_newest_first(
    ages: list[float], order: str, remembered: float | None
) -> None:
    queue = Queue(ages, order)
    densities = Densities("test", Path("/nonexistent/memory"))
    if remembered is not None:
        densities.remember("", remembered)
    top = 10
    pager = pager_of(queue, top=top, densities=densities)
    rows = await all_of(pager, queue)
    assert sorted(row.id for row in rows) == sorted(row["id"] for row in queue.rows)
    assert [row.alert_creation_time for row in rows] == queue.newest_first()
    # each full page at least halves a window of some years, down to a second
    assert pager.requests <= 20 + 40 * (1 + len(ages) // top)


@pytest.mark.parametrize("count", [200, 2_000, 20_000])
@pytest.mark.parametrize("order", ["mixed", "newest", "oldest"])
async def test_an_even_queue_needs_few_requests(count: int, order: str) -> None:
    queue = Queue([n * 90 * DAY / count for n in range(count)], order)
    pager = pager_of(queue, top=100)
    assert len(await all_of(pager, queue)) == count
    # windows are made for three quarters of a page
    assert pager.requests <= 10 + count / 100 * 1.6


DENSITIES_A_DAY = [0.01, 0.5, 3, 20, 100, 400, 1_000, 5_000, 20_000, 60_000]


@pytest.mark.parametrize("a_day", DENSITIES_A_DAY)
@pytest.mark.parametrize("order", ["mixed", "newest"])
async def test_the_first_rows_come_with_three_requests_and_then_with_one(a_day: float, order: str) -> None:
    """B11."""
    count = max(3, min(int(a_day * 90), 60_000))
    queue = Queue([(n + 0.5) * DAY / a_day for n in range(count)], order)
    densities = Densities("test")
    first = pager_of(queue, densities=densities)
    page = await first.next()
    assert page is not None
    assert page.rows[0].id == "a0"
    assert first.requests <= 3
    # the density of a long first window is known at once, of a sparse queue when it was read
    while len(queue.filters) < 12 and not first.complete:
        await first.next()
    again = pager_of(queue, densities=Densities("test"))
    page = await again.next()
    assert page is not None
    assert page.rows[0].id == "a0"
    assert again.requests == 1


@pytest.mark.parametrize(
    "ages",
    [
        # nothing for ten days
        [10 * DAY + n * 600 for n in range(5_000)],
        [400 * DAY + n for n in range(5_000)],
        # nothing for four hours, a storm before it
        [4 * 3_600 + n for n in range(3_000)],
        [3 * 3_600 + n for n in range(1_500)] + [50 * DAY],
        # all in the last minute
        [n * 0.05 for n in range(900)] + [n * 60 for n in range(10, 5_000)],
        # one old alert
        [900 * DAY],
    ],
    ids=["quiet days", "a dead tenant", "a storm this morning", "a storm and nothing", "a storm now", "one"],
)
async def test_uneven_queues_show_their_first_rows_soon_too(ages: list[float]) -> None:
    queue = Queue(ages)
    pager = pager_of(queue)
    page = await pager.next()
    assert page is not None
    assert page.rows[0].alert_creation_time == queue.newest_first()[0]
    assert pager.requests <= 3


@pytest.mark.parametrize("order", ["mixed", "newest", "oldest"])
async def test_a_storm_of_long_ago_is_found_by_halving_only(order: str) -> None:
    """A window that is known to be full is not asked for: 25 halvings of 300 days, 6 pages of that second."""
    queue = Queue([300 * DAY] * 60, order)
    pager = pager_of(queue, top=10)
    assert len(await all_of(pager, queue)) == 60
    assert pager.requests <= 25 + 6 + 6


async def test_an_empty_queue_is_complete_after_two_requests() -> None:
    queue = Queue([])
    pager = pager_of(queue)
    assert await pager.next() is None
    assert pager.complete
    assert (pager.requests, pager.total) == (2, 0)


async def test_windows_as_they_are_asked() -> None:
    queue = Queue([3_600.0, 3 * DAY, 4 * DAY])
    pager = pager_of(queue, filter="status eq 'New' or status eq 'InProgress'", query={"$expand": "evidence"})
    await all_of(pager, queue)
    mine = "(status eq 'New' or status eq 'InProgress')"
    assert queue.filters == [
        f"alertCreationTime ge 2026-03-12T09:26:54Z and {mine}",
        f"alertCreationTime lt 2026-03-12T09:26:54Z and {mine}",
    ]
    assert all("$top=1000" in path and "$expand=evidence" in path for path in _SERVICE.paths[-2:])


async def test_middle_windows_have_both_bounds() -> None:
    queue = Queue([n * 600.0 for n in range(3_000)])
    pager = pager_of(queue)
    await all_of(pager, queue)
    assert queue.filters[0].startswith("alertCreationTime ge ")
    assert " lt " not in queue.filters[0]
    for before, after in zip(queue.filters[1:], queue.filters[2:-1], strict=False):
        upper, lower = re.findall(r"lt (\S+)", after), re.findall(r"ge (\S+)", before)
        assert upper == lower
    assert queue.filters[-1].startswith("alertCreationTime lt ")


async def test_more_than_a_page_at_one_second_is_held_until_it_is_whole() -> None:
    queue = Queue([60.0] * 2_500 + [50.0, 70.0])
    pager = pager_of(queue)
    rows = await all_of(pager, queue)
    assert len(rows) == len({row.id for row in rows}) == 2_502
    assert rows[0].alert_creation_time == instant(queue.rows[2_500]["alertCreationTime"])


@pytest.mark.parametrize("apart", [60.0, 0.0])
async def test_a_full_page_with_a_row_twice_is_full_all_the_same(apart: float) -> None:
    queue = Queue([n * apart for n in range(1_500)])

    def stammering(request: httpx.Request) -> httpx.Response:
        rows = queue(request).json()["value"]
        return listed([*rows[:-1], rows[0]] if rows else [])

    pager = pager_of(queue)
    _SERVICE.reactions = [stammering]
    ids: set[str] = set()
    while (page := await pager.next()) is not None:
        ids |= {row.id for row in page.rows}
    # one row of each page is swallowed by that service; a whole half of the queue would be if 999 looked short
    assert len(ids) >= 1_500 - pager.requests


async def test_an_error_in_a_window_can_be_tried_again() -> None:
    queue = Queue([n * 600.0 for n in range(2_000)])
    pager = pager_of(queue)
    first = await pager.next()
    assert first is not None
    rows = list(first.rows)
    _SERVICE.reactions = [httpx.Response(400, json=error_body("BadRequest")), queue]
    with pytest.raises(errors.BadRequest):
        await pager.next()
    assert not pager.complete
    while (page := await pager.next()) is not None:
        rows += page.rows
    assert [row.id for row in rows] == [f"a{n}" for n in range(2_000)]


async def test_a_filter_that_is_ignored_is_said() -> None:
    service = Queue([n * 7_200.0 for n in range(3_000)])

    def ignoring(request: httpx.Request) -> httpx.Response:
        return listed(service.rows[1_000:1_900])

    _SERVICE.reactions = [ignoring]
    forgetful = Densities("test", Path("/nonexistent/memory"))
    pager = SlicesPager(_WIRED.client, ALERTS, now=START, densities=forgetful)
    with pytest.raises(errors.PagingError, match="time window"):
        await pager.next()


async def test_a_page_limit_below_ours_with_a_link_loses_nothing() -> None:
    """A service that sends fewer rows than asked says so by a nextLink; a short page alone would look complete."""
    queue = Queue([n * 60.0 for n in range(700)])

    def limited(request: httpx.Request) -> httpx.Response:
        query = parse_qs(urlsplit(str(request.url)).query)
        found = queue(request).json()["value"] if "$top" in query else queue.rows
        skip = int(query.get("$skip", ["0"])[0])
        rows = found[skip : skip + 300]
        if "$top" in query:
            rows = found[:300]
        more = (
            {"@odata.nextLink": f"https://api.test.invalid/api/alerts?$skip={skip + 300}"}
            if skip + 300 < len(found)
            else {}
        )
        return listed(rows, **more)

    _SERVICE.reactions = [limited]
    queue._places.sort()
    forgetful = Densities("test", Path("/nonexistent/memory"))
    pager = SlicesPager(_WIRED.client, ALERTS, now=START, densities=forgetful)
    rows: list[Any] = []
    while (page := await pager.next()) is not None:
        rows += page.rows
    assert len(rows) == len({row.id for row in rows}) == 700


async def test_bad_rows_and_odd_times_stay_in_their_window() -> None:
    rows = [
        {"id": "good", "alertCreationTime": wire_time(60)},
        {"id": "bad", "title": 5, "alertCreationTime": wire_time(61)},
        {"id": "odd", "alertCreationTime": "1990-1sdfsdfsdfZ"},
        {"id": "none"},
    ]
    _SERVICE.reactions = [lambda request: listed(rows if " ge " in str(request.url).replace("%20", " ") else [])]
    forgetful = Densities("test", Path("/nonexistent/memory"))
    pager = SlicesPager(_WIRED.client, ALERTS, now=START, densities=forgetful)
    page = await pager.next()
    assert page is not None
    assert page.rows[0].id == "good"
    assert {row.id for row in page.rows} == {"good", "bad", "odd", "none"}
    assert sum(isinstance(row, BadRow) for row in page.rows) == 1


async def test_a_service_whose_clock_is_ahead() -> None:
    queue = Queue([-3_600 + n for n in range(3_000)])
    pager = pager_of(queue)
    rows = await all_of(pager, queue)
    assert [row.id for row in rows] == [f"a{n}" for n in range(3_000)]


async def test_the_tenants_alerts_all_come_once_newest_first(tenant: Mounted) -> None:
    wired = wire_tenant(tenant, tenant.options.clock)
    pager = wired.client.pager(ALERTS)
    rows: list[Any] = []
    while (page := await pager.next()) is not None:
        rows += page.rows
    assert len({row.id for row in rows}) == len(rows) == tenant.options.alerts
    times = [row.alert_creation_time for row in rows]
    assert times == sorted(times, reverse=True)
    # and remembered for the next start
    again = wired.client.pager(ALERTS)
    assert await again.next()
    assert again.requests == 1


async def test_a_dense_tenant_and_the_turns_of_the_loop(start_simulator: StartSimulator) -> None:
    """B9, B11 over the real stack: 30,000 alerts, few rows decoded per turn."""
    mounted = start_simulator(machines=300, alerts=30_000)
    wired = wire_tenant(mounted)
    pager = wired.client.pager(ALERTS, filter="severity eq 'High'")
    assert await pager.next()
    assert pager.requests <= 3
    pager = wired.client.pager(ALERTS)
    assert await pager.next()
    assert pager.requests <= 3
    ids: list[str] = []
    while (page := await pager.next()) is not None and len(ids) < 12_000:
        ids += [row.id for row in page.rows]
        await asyncio.sleep(0)
    assert len(set(ids)) == len(ids)
    assert 0 < wired.client.decoder.most <= MAX_ROWS <= 1_000


def test_times_of_the_tests_are_what_they_say() -> None:
    assert wire_time(0, 0) == "2026-03-14T09:26:53Z"
    assert datetime.fromisoformat(wire_time(0.5)).astimezone(UTC) == START - timedelta(seconds=0.5)
