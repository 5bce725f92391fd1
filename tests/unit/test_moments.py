"""Times in words: what they mean at a time, in UTC, and what is no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from mdetui.errors import PlanError
from mdetui.views import moments
from mdetui.views.query import parse, words_of

NOW = datetime(2026, 11, 24, 12, 34, 56, 789, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("15m", "2026-11-24T12:19:00Z"),
        ("24h", "2026-11-23T12:34:00Z"),
        ("7D", "2026-11-17T12:34:00Z"),
        ("2w", "2026-11-10T12:34:00Z"),
        ("today", "2026-11-24T00:00:00Z"),
        ("Yesterday", "2026-11-23T00:00:00Z"),
        ("2026-11-01", "2026-11-01T00:00:00Z"),
        ("2026-11-01T14:30", "2026-11-01T14:30:00Z"),
        ("2026-11-01t14:30:05z", "2026-11-01T14:30:05Z"),
    ],
)
def test_what_a_word_means(value: str, means: str) -> None:
    assert moments.read(value, NOW) == means


@pytest.mark.parametrize(
    "value",
    ["", "24", "h", "-3h", "1y", "tomorrow", "2026-13-01", "2026-02-30", "26-11-01", "0001-01-01", "2026-11-01T25:00"],
)
def test_what_is_no_time_is_said_with_what_is(value: str) -> None:
    with pytest.raises(PlanError) as caught:
        moments.read(value, NOW)
    assert "24h" in caught.value.todo


@pytest.mark.parametrize("hours", [0, 1, 2, 3])
def test_no_hour_is_missing_when_clocks_change(hours: int) -> None:
    # in Europe 2026-03-29 has 23 hours, 2026-10-25 has 25; a host there hands over its own offset
    for day in (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)):
        now = (day + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=2 if day.month == 10 else 1)))
        assert moments.read("24h", now) == f"{day + timedelta(hours=hours) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
        assert moments.read("today", now) == f"{day:%Y-%m-%dT%H:%M:%SZ}"


def test_the_filter_is_made_for_the_time_of_asking() -> None:
    query = parse("alerts", "sev:high since:24h /x", now=NOW)
    later = query.at(NOW + timedelta(days=3))
    assert query.filter == "severity eq 'High' and alertCreationTime ge 2026-11-23T12:34:00Z"
    assert later.filter == "severity eq 'High' and alertCreationTime ge 2026-11-26T12:34:00Z"
    assert (later.words, later.local) == ("sev:high since:24h", "x")


def test_what_does_not_move_stays_the_same() -> None:
    query = parse("alerts", "sev:high", now=NOW)
    assert query.at(NOW + timedelta(days=3)) is query


def test_rows_of_a_refresh_are_tested_against_the_same_time() -> None:
    query = parse("alerts", "since:24h before:1h", now=NOW)
    rows = {
        "2026-11-23T12:33:59Z": False,
        "2026-11-23T12:34:00Z": True,
        "2026-11-24T11:33:59.1234567Z": True,
        "2026-11-24T11:34:00Z": False,
        None: False,
    }
    found = {at: query.matches(SimpleNamespace(alert_creation_time=at)) for at in rows}
    assert found == rows


@pytest.mark.parametrize("view", ["alerts", "machines", "actions"])
def test_lists_with_times_have_the_words(view: str) -> None:
    assert {"since", "before"} <= {word.name for word in words_of(view)}
