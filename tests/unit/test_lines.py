"""Wrapping: nothing is lost, nothing is wider than the room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mdetui.views.base import Cell, Line
from mdetui.widgets.lines import wrap

cells = st.lists(
    st.builds(Cell, st.text("ab 東é-", max_size=30), st.sampled_from(["plain", "muted"])), min_size=1, max_size=6
)


@given(cells, st.integers(2, 40), st.integers(0, 12))
def test_no_row_is_too_wide_and_no_letter_is_lost(given_cells: list[Cell], width: int, indent: int) -> None:
    line = Line(tuple(given_cells), indent)
    rows = wrap(line, width)
    for row in rows:
        assert sum(cell_len(cell.text) for cell in row) <= width
    before = "".join(cell.text for cell in given_cells).replace(" ", "")
    after = "".join(cell.text for row in rows for cell in row).replace(" ", "")
    assert after == before


def test_the_continuation_is_set_in() -> None:
    rows = wrap(Line((Cell("label   "), Cell("one two three")), 8), 14)
    assert ["".join(cell.text for cell in row) for row in rows] == ["label   one ", "       two ", "       three"]


def texts(line: Line, width: int) -> list[str]:
    return ["".join(cell.text for cell in row).rstrip() for row in wrap(line, width)]


def test_a_label_stays_with_its_value() -> None:
    line = Line(
        (Cell("hr-ws-015"), Cell("  risk ", "muted"), Cell("Info"), Cell("  value ", "muted"), Cell("Very High")), 2
    )
    assert texts(line, 27) == ["hr-ws-015  risk Info", "  value Very High"]
    assert texts(line, 33) == ["hr-ws-015  risk Info  value Very", "  High"]


def test_a_word_that_fits_no_row_does_not_begin_in_the_last_columns() -> None:
    line = Line((Cell("msedge.exe --single https://login.example.org/common/oauth2/authorize"),), 2)
    assert texts(line, 30) == ["msedge.exe --single", "  https://login.example.org/co", "  mmon/oauth2/authorize"]
    assert texts(line, 38)[0] == "msedge.exe --single https://login.exam"
