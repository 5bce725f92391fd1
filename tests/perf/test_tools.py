"""The measuring tools themselves: a tool that can't find anything proves nothing."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from tests.perf.conftest import measuring
from tests.perf.pty import Terminal, app, python, stray_controls
from tests.perf.table import Budgets, Figure, figures, lines


def test_stray_controls_are_found_and_textual_itself_writes_none() -> None:
    escapes = (b"\x1b]52;c;aGk=\x07", b"\x1b]0;title\x07", b"\x1bP", b"\x1b[2J", b"\x1b[?1002h", b"\x1b[6n", b"\x1b")
    for bad in (*escapes, b"\x00", b"\x07", b"\x08", b"\xc2\x9b2J", b"\x7f", b"a\tb"):
        assert stray_controls(b"text\x1b[1;31m" + bad + b"\r\n"), bad
    with Terminal(app("bare")) as terminal:
        terminal.wait_for("ready")
        terminal.settle()
        assert b"\x1b[?2026h" in terminal.output
        assert stray_controls(bytes(terminal.output)) == []
        assert terminal.returncode is None
        assert terminal.rss > 10_000_000


def test_the_terminal_is_one_of_its_own() -> None:
    code = "import os, sys; print(os.get_terminal_size(), os.isatty(0), os.environ.get('NO_COLOR'), os.environ['X'])"
    with Terminal(python("-c", code), columns=77, rows=11, env={"X": "set", "NO_COLOR": None}) as terminal:
        terminal.wait_for("set")
        assert "columns=77, lines=11" in terminal.text
        assert "True None set" in terminal.text.replace("\n", "")


def test_a_resize_reaches_the_program() -> None:
    with Terminal(app("feed_list", "50", "ansi")) as terminal:
        terminal.wait_for("CATEGORY")
        terminal.settle()
        terminal.resize(70, 10)
        terminal.settle(first=2.0)
        assert "CATEGORY" not in terminal.text
        assert terminal.lines[1].startswith("▌")


def test_the_table_says_what_was_met() -> None:
    class Report:
        when = "call"
        user_properties: list[tuple[str, object]] = [("other", 1)]

    budgets = Budgets(Report.user_properties)
    budgets.check("B12", "requests", 3, 3)
    budgets.note("B2", "first paint", "1.2 x", "<= 1.15 x", False)
    with pytest.raises(AssertionError, match="B5: bytes: 502 B, budget 500 B"):
        budgets.check("B5", "bytes", 501.5, 500, "B")
    found = figures([Report()])
    assert [figure.id for figure in found] == ["B2", "B5", "B12"]
    assert found[2] == Figure("B12", "requests", "3", "<= 3", True)
    text = lines(found)
    assert text[1].endswith("MISSED")
    assert text[3].endswith("ok")


def test_the_table_fits_120_columns() -> None:
    long = Figure("B1", "a word or two " * 12, "1,234 B", "<= 2,000 B", True)
    text = lines([long, Figure("B2", "short", "1", "", None)])
    assert max(map(len, text)) <= 120
    assert text[1].endswith("1,234 B  <= 2,000 B  ok")
    assert text[2].startswith("      ")
    assert "word" in text[2]
    assert text[-1].split() == ["B2", "short", "1"]


def test_who_takes_times_is_alone(tmp_path: Path) -> None:
    def is_free() -> bool:
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    lock = tmp_path / "lock"
    with measuring(lock, alone=False), measuring(lock, alone=False):
        assert not is_free()
    with measuring(lock, alone=True):
        assert not is_free()
    assert is_free()
