"""Updates of a part of a line: the terminal shows what painting the whole line would show."""

from __future__ import annotations

from io import StringIO

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from mdetui.views.cells import Cell
from mdetui.widgets.lean_compositor import LeanUpdate
from mdetui.widgets.one_line import changed

WIDTH = 12
TEXTS = st.lists(st.builds(Cell, st.text("ab 日é", max_size=5), st.sampled_from(["plain", "muted"])), max_size=4).map(
    lambda cells: fitted(cells)
)


def fitted(cells: list[Cell]) -> list[Cell]:
    """These cells as a line of `WIDTH` columns."""
    line: list[Cell] = []
    room = WIDTH
    for cell in cells:
        if cell_len(cell.text) <= room:
            line.append(cell)
            room -= cell_len(cell.text)
    return [*line, Cell(" " * room)]


def strip_of(line: list[Cell]) -> Strip:
    return Strip([Segment(cell.text) for cell in line], WIDTH)


def written(line: list[Cell], first: int, last: int) -> str:
    console = Console(file=StringIO(), force_terminal=True)
    return LeanUpdate([{0: strip_of(line)}], [(0, first, last)], [[WIDTH]]).render_segments(console)


def shown(*outputs: str) -> str:
    screen = pyte.Screen(WIDTH, 1)
    stream = pyte.Stream(screen)
    for output in outputs:
        stream.feed(output)
    return "".join(char.data for _, char in sorted(screen.buffer[0].items()))


@given(TEXTS, TEXTS)
def test_only_what_changed_is_written(before: list[Cell], now: list[Cell]) -> None:
    first, last = changed(before, now)
    assert 0 <= first <= last <= WIDTH
    text = ["".join(cell.text for cell in line) for line in (before, now)]
    if text[0] != text[1]:
        assert shown(written(before, 0, WIDTH), written(now, first, last)).rstrip() == text[1].rstrip()


@given(TEXTS, st.integers(0, WIDTH - 1), st.integers(1, WIDTH))
def test_a_wide_character_is_never_written_by_halves(line: list[Cell], first: int, last: int) -> None:
    whole = written(line, 0, WIDTH)
    assert shown(whole, written(line, first, max(first + 1, last))).rstrip() == shown(whole).rstrip()


def test_a_digit_of_a_countdown_is_a_digit() -> None:
    before, now = ([Cell(" "), Cell(f"WRITE 1:{seconds}", "state.bad"), Cell(" ")] for seconds in ("58", "57"))
    assert changed(before, now) == (10, 11)
    assert changed(before, list(before)) == (0, 0)
    mark = [Cell("ae\u0301 ")], [Cell("ae\u0300 ")]
    assert changed(*mark) == (1, 2)
