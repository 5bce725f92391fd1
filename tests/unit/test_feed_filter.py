"""The live filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdetui.feeds.feed import Feed
from mdetui.feeds.filter import Filter
from mdetui.text import MAX_LINE
from tests.unit.feed_rows import SHAPE, Row, Rows

TEXTS = ("Suspicious LSASS memory access", None, "fin-ws-014.contoso.com", "fe80::1", "C:\\Temp\\a b.exe", "STRASSE")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", True),
        ("   ", True),
        ("!", True),
        ("lsass", True),
        ("LSASS fin-ws", True),
        ("lsass hr-ws", False),
        ("!lsass", False),
        ("! lsass hr-ws", True),
        ('"memory access"', True),
        ('"access memory"', False),
        ('"memory acc', True),
        ('"a b.exe" lsass', True),
        ("fe80::1", True),
        ("c:\\temp", True),
        ("straße", True),
        ("access fin", True),
        ('"access fin"', False),
        ("-", True),
        ("(", False),
    ],
)
def test_words(text: str, shown: bool) -> None:
    assert Filter(text).matches(TEXTS) is shown


def test_only_what_can_be_shown_is_searched() -> None:
    long = "x" * MAX_LINE + "needle"
    assert not Filter("needle").matches([long])
    assert Filter("needle").matches([long[6:]])


@given(st.text('a b"!A', max_size=8), st.text('a b"!A', max_size=8), st.lists(st.text("ab A", max_size=6), max_size=3))
def test_a_narrower_filter_shows_no_row_that_the_wider_one_hides(wide: str, narrow: str, texts: list[str]) -> None:
    first, second = Filter(wide), Filter(narrow)
    if second.narrows(first) and second.matches(texts):
        assert not first or first.matches(texts)


def test_typing_on_looks_only_at_rows_that_are_left() -> None:
    looked: list[str] = []

    def texts(row: Row) -> tuple[str]:
        looked.append(row.id)
        return (row.title,)

    feed = Feed("t", type(SHAPE)(texts=texts))
    feed.add(Rows([Row(f"r{number}", title=f"title {number}") for number in range(200)]))
    feed.set_filter("title 1")
    assert len(looked) == 200
    looked.clear()
    feed.set_filter("title 19")
    assert len(looked) == 119
    looked.clear()
    feed.set_filter("title 1")
    assert len(looked) == 200
    assert len(feed) == 119
