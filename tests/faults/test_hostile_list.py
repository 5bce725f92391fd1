"""Hostile texts in the list, looked at where it matters: the bytes that reach the terminal, and the screen they make."""

from __future__ import annotations

import pytest

from tests.perf.apps.hostile_list import texts
from tests.perf.pty import Terminal, app, stray_controls


def test_there_are_two_hundred_different_texts() -> None:
    assert len(set(texts())) == len(texts()) == 200


@pytest.mark.parametrize("theme", ["dark", "ansi"])
def test_no_control_byte_reaches_the_terminal_and_columns_stay_aligned(theme: str) -> None:
    seen: set[int] = set()
    with Terminal(app("hostile_list", theme), columns=120, rows=40) as terminal:
        terminal.wait_for("TEXT")
        terminal.settle()
        for _ in range(7):
            bar = terminal.lines[0].index("|")
            for y, line in enumerate(terminal.lines[1:], 1):
                number = line[2:6].strip()
                if number.isdigit():
                    seen.add(int(number))
                    assert terminal.screen.buffer[y][bar].data == "|", line
                    assert all(len(terminal.screen.buffer[y][x].data) <= 4 for x in range(120)), line
            terminal.press(b"\x1b[6~")
        assert terminal.returncode is None
        assert stray_controls(bytes(terminal.output)) == []
    # every seventh row stands for one that could not be read
    assert seen == {number for number in range(1, 201) if number % 7}
