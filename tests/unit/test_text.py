"""Tenant text: nothing that could steer a terminal, a spreadsheet or a path survives."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdetui import text

anything = st.text(st.characters(codec=None), max_size=200)


def _dangerous(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(anything)
def test_no_control_or_format_character_survives(value: str) -> None:
    shown = text.line(value)
    assert not [char for char in shown if _dangerous(char)]
    assert shown


@given(anything)
def test_blocks_are_safe_line_by_line(value: str) -> None:
    for part in text.block(value):
        assert not [char for char in part if _dangerous(char)]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_plain_ascii_is_left_alone(value: str) -> None:
    assert text.line(value) == value


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("invoice\u202ecod.exe", "invoice\\u202ecod.exe"),
        ("a\x00b", "a\\x00b"),
        ("a\nb", "a\\nb"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\u3164", "\\u3164"),
        ("\ud800", "\\ud800"),
        ("Zürich 東京", "Zürich 東京"),
    ],
)
def test_what_is_hidden_becomes_visible(given_text: str, shown: str) -> None:
    assert text.line(given_text) == shown


def test_marks_do_not_pile_up() -> None:
    shown = text.line("a" + "\u0301" * 50)
    assert shown.count("\u0301") == text.MAX_COMBINING
    assert text.line("\u0301a").startswith("\\u0301")


def test_a_huge_title_is_cut_and_counted() -> None:
    shown = text.line("x" * 100_000)
    assert len(shown) < text.MAX_LINE + 40
    assert shown.endswith("(+98000 characters)")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "|x", "%x"])
def test_spreadsheet_formulas_are_quoted(value: str) -> None:
    assert text.csv_cell(value) == f"'{value}"


@given(anything)
def test_file_names_stay_in_their_folder(value: str) -> None:
    name = text.file_name(value)
    assert name
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert len(name) <= 100


@pytest.mark.parametrize("fraction", ["", ".2", ".77", ".123", ".123456", ".7220239"])
def test_times_with_any_number_of_digits(fraction: str) -> None:
    moment = text.parse_time(f"2021-01-26T20:33:57{fraction}Z")
    assert moment is not None
    assert moment.replace(microsecond=0) == datetime(2021, 1, 26, 20, 33, 57, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", 7, "1990-1sdfsdfsdfZ", "0001-01-01T00:00:00Z", "yesterday"])
def test_what_is_no_time_is_none(value: object) -> None:
    assert text.parse_time(value) is None


@given(st.datetimes(datetime(1970, 1, 1), datetime(2106, 1, 1)))
def test_an_instant_is_the_time_it_was_read_from(when: datetime) -> None:
    written = when.strftime("%Y-%m-%dT%H:%M:%S") + f".{when.microsecond:06d}7Z"
    read = text.instant(written)
    assert type(read) is float
    assert text.parse_time(read) == text.parse_time(written) == when.replace(tzinfo=UTC)
    assert text.seconds(read) == text.seconds(written) == when.replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "value",
    ["", "1990-1sdfsdfsdfZ", "0001-01-01T00:00:00Z", "yesterday", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"],
)
def test_what_would_not_be_the_same_as_an_instant_stays_text(value: str) -> None:
    assert text.instant(value) is value


@pytest.mark.parametrize(
    "value", [1_700_000_000, -1.0, 2.0**32, 1e300, float("inf"), float("-inf"), float("nan"), True]
)
def test_a_number_that_is_no_instant_is_no_time(value: object) -> None:
    assert text.parse_time(value) is None
    assert text.seconds(value) is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(5, "now"), (240, "4m"), (7 * 3600, "7h"), (12 * 86_400, "12d"), (86_400 * 1_100, "3y"), (-240, "+4m")],
)
def test_ages_are_short(seconds: int, shown: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert text.age(now - timedelta(seconds=seconds), now) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-24T14:02:07.1234567Z", "2026-11-24 14:02:07Z"),
        (1_795_528_927.0, "2026-11-24 14:02:07Z"),
        ("0001-01-01T00:00:00Z", "-"),
        ("yesterday", "-"),
        (None, "-"),
    ],
)
def test_a_time_of_the_wire_is_shown_in_utc(value: object, shown: str) -> None:
    assert text.stamp_of(value) == shown


def test_a_name_that_can_be_typed() -> None:
    assert text.is_plain("fin-ws-014")
    assert not text.is_plain("fin\u200b-ws-014")
    assert not text.is_plain(" fin-ws-014")
