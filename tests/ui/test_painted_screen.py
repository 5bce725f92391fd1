"""Whatever happens to a list, the screen shows what painting everything anew would show.

The list paints only what it believes has changed; this finds the lines it believes wrongly.
"""

from __future__ import annotations

import random

import pytest

from tests.perf.pty import Terminal, app

KEYS = {
    "down": b"\x1b[B", "up": b"\x1b[A", "page": b"\x1b[6~", "end": b"\x1b[F", "home": b"\x1b[H", "mark": b" ",
    "open": b"\r", "sort": b"s", "fold": b"f", "filter": b"/", "arrive": b"a", "later": b"t",
}  # fmt: skip


@pytest.mark.parametrize(("seed", "options"), enumerate(("dark", "ansi jump bare", "dark jump bare")))
def test_what_is_painted_is_what_is_there(seed: int, options: str) -> None:
    dice = random.Random(seed)
    pressed: list[str] = []
    with Terminal(app("feed_list", "300", *options.split()), columns=100, rows=20) as terminal:
        terminal.wait_for("TITLE")
        terminal.settle()
        for _ in range(12):
            for name in dice.choices(list(KEYS), weights=[6, 4, 3, 1, 1, 3, 2, 1, 1, 1, 2, 2], k=8):
                terminal.send(KEYS[name])
                pressed.append(name)
                if dice.random() < 0.5:
                    terminal.settle(quiet=0.02)
            if dice.random() < 0.15:
                terminal.resize(dice.choice([60, 100, 120]), dice.choice([8, 20, 33]))
            # long enough for a busy machine: what is compared must be finished
            terminal.settle(quiet=0.4, first=1.0)
            lines, cells = terminal.lines, terminal.cells
            terminal.press(b"r", first=0.5)
            assert lines == terminal.lines, pressed[-8:]
            assert cells == terminal.cells, pressed[-8:]
            assert sum(line.startswith("▌") for line in lines) <= 1
        assert terminal.returncode is None
    assert len(set(pressed)) == len(KEYS)
