"""Texts fitted to cells, columns fitted to a width, and lines in few bytes."""

from __future__ import annotations

import unicodedata
from io import StringIO

import pyte
import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mdetui import text as safe
from mdetui.views import actions, alerts, machines
from mdetui.views.base import Cell, Column
from mdetui.widgets.cells import cut, fit
from mdetui.widgets.columns import EDGE, GAP, lay_out
from mdetui.widgets.lean_strip import LeanStrip
from mdetui.widgets.one_line import OneLine

SAFE = st.text(max_size=30).map(safe.line)


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abcdef", 5, "abcd…"),
        ("abc", 3, "abc"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 2, "  "),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("e\u0301a\u0301b", 2, "e\u0301…"),
        ("a\x1b[2Jb", 9, "a\\x1b[2Jb"),
        ("a\nb", 4, "a\\nb"),
        ("a\u202eb", 8, "a\\u202eb"),
    ],
)
def test_fit(text: str, width: int, fitted: str) -> None:
    assert fit(text, width) == fitted


def test_the_other_end_and_the_other_side() -> None:
    assert fit("srv-001", 4, keep="end") == "…001"
    assert fit("日本語x", 4, keep="end") == "…語x"
    assert fit("12", 4, right=True) == "  12"
    assert cut("abc", 9) == "abc"


@given(st.text(max_size=40), st.integers(0, 30), st.booleans(), st.sampled_from(["start", "end"]))
def test_any_text_takes_exactly_its_cells_and_holds_no_control_character(
    text: str, width: int, right: bool, keep: str
) -> None:
    fitted = fit(text, width, right=right, keep=keep)
    assert cell_len(fitted) == width
    assert not [char for char in fitted if unicodedata.category(char)[0] == "C"]


@given(SAFE, st.integers(1, 30))
def test_what_we_count_is_what_a_terminal_counts(text: str, width: int) -> None:
    fitted = fit(text, width)
    assert sum(wcwidth.wcwidth(char) for char in fitted) == width
    if not any(unicodedata.category(char)[0] == "M" for char in fitted):
        # terminals disagree on marks that take space (Devanagari vowels): those are counted per character, as above
        assert wcwidth.wcswidth(fitted) == width


def test_every_character_that_is_shown_has_one_width() -> None:
    odd = [
        code
        for code in range(0x20, 0x110000)
        if safe.line("a" + chr(code)) == "a" + chr(code) and cell_len(chr(code)) != wcwidth.wcwidth(chr(code))
    ]
    assert odd == []


def column(name: str, width: int, grow: int = 0, at: int = 0) -> Column:
    return Column(name, name.upper(), lambda row, _: Cell(""), width, grow=grow, at=at)


def ids(columns: list[Column], width: int) -> list[tuple[str, int]]:
    return [(placed.column.id, placed.width) for placed in lay_out(columns, width)]


def test_columns_appear_by_width_and_share_what_is_left() -> None:
    columns = [column("a", 5), column("b", 10, grow=3), column("c", 10, grow=1), column("d", 8, at=50)]
    assert ids(columns, 40) == [("a", 5), ("b", 10 + 9), ("c", 10 + 2)]
    assert ids(columns, 50) == [("a", 5), ("b", 10 + 9), ("c", 10 + 3), ("d", 8)]


def test_columns_that_do_not_fit_are_squeezed_then_dropped() -> None:
    columns = [column("a", 5), column("b", 20, grow=1), column("c", 10), column("d", 8, at=30)]
    assert ids(columns, 32) == [("a", 5), ("b", 13), ("c", 10)]
    assert ids(columns, 20) == [("a", 5), ("b", 12)]
    assert ids(columns, 6) == [("a", 4)]
    assert ids([], 80) == []


@pytest.mark.parametrize(
    "columns", [alerts.COLUMNS, machines.COLUMNS, actions.COLUMNS], ids=["alerts", "machines", "actions"]
)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_utc_times_have_room_where_ages_were(columns: tuple[Column, ...], width: int) -> None:
    widths = {placed.column.id: placed.width for placed in lay_out(columns, width, utc=True)}
    times = [column.id for column in columns if column.utc and column.id in widths]
    assert times
    assert {widths[name] for name in times} == {len("11-24 10:26")}
    assert sum(widths.values()) + GAP * (len(widths) - 1) <= width - EDGE


def test_what_lies_between_gives_way_before_the_tenant_and_the_place() -> None:
    line = OneLine()
    line.show(
        [Cell("contoso"), Cell(" › "), Cell("Suspicious PowerShell command line"), Cell(" › "), Cell("CONTOSO-DC01")],
        yielding=[2],
    )

    def left(room: int) -> str:
        return "".join(cell.text for cell in line.fitted_left(room))

    assert left(80) == "contoso › Suspicious PowerShell command line › CONTOSO-DC01"
    assert left(40) == "contoso › Suspicious Pow… › CONTOSO-DC01"
    assert left(31) == "contoso › Suspi… › CONTOSO-DC01"
    assert left(25) == "contoso › Suspi… › CONTO…"


@given(st.integers(2, 220), st.sampled_from([alerts.COLUMNS, machines.COLUMNS]))
def test_columns_never_take_more_than_there_is(width: int, columns: tuple[Column, ...]) -> None:
    placed = lay_out(columns, width)
    assert sum(size for _, size in placed) + GAP * (len(placed) - 1) <= width - EDGE
    if width >= 60:
        assert sum(size for _, size in placed) + GAP * (len(placed) - 1) == width - EDGE


COLORS = st.sampled_from(["red", "bright_blue", "default", "#10a0ff", "color(200)"])
STYLES = st.builds(
    Style,
    color=st.one_of(st.none(), COLORS),
    bgcolor=st.one_of(st.none(), COLORS),
    bold=st.sampled_from([None, True, False]),
    italic=st.sampled_from([None, True]),
    underline=st.sampled_from([None, True]),
    reverse=st.sampled_from([None, True]),
    strike=st.sampled_from([None, True]),
)
PIECES = st.lists(st.tuples(st.text("ab 日", min_size=1, max_size=4), st.one_of(st.none(), STYLES)), max_size=6)


def seen(char: pyte.screens.Char) -> object:
    """What can be seen of a character: of a blank neither its colour nor its weight."""
    if char.data != " " or char.reverse:
        return char
    return char._replace(fg="default", bold=False, italics=False)


def drawn(strip: Strip, system: str) -> tuple[list[object], int]:
    """What a terminal shows of the strip and of a character written behind it, and the bytes it took."""
    console = Console(file=StringIO(), force_terminal=True, color_system=system)  # type: ignore[arg-type]
    written = strip.render(console)
    screen = pyte.Screen(40, 1)
    stream = pyte.Stream(screen)
    stream.feed(written + "!")
    return [seen(screen.buffer[0][x]) for x in range(40)], len(written)


@given(PIECES, st.sampled_from(["standard", "256", "truecolor"]))
def test_a_lean_strip_looks_the_same_and_is_never_longer(pieces: list[tuple[str, Style | None]], system: str) -> None:
    segments = [Segment(text, style) for text, style in pieces]
    plain, size = drawn(Strip(segments), system)
    lean, lean_size = drawn(LeanStrip.of(Strip(segments)), system)
    assert lean == plain
    assert lean_size <= size


def test_a_lean_strip_stays_lean_when_it_is_cut() -> None:
    strip = LeanStrip.of(Strip([Segment("abc", Style(color="red")), Segment("def", Style(color="blue"))]))
    assert isinstance(strip.crop(1, 4), LeanStrip)
    assert all(isinstance(part, LeanStrip) for part in strip.divide([2, 6]))
    assert strip.divide([6]) == [strip]
    assert strip.crop(1, 4).text == "bcd"
