"""The whole program in a terminal, on a tenant whose every text is hostile: looked at byte by byte.

A list alone is looked at in `test_hostile_list`; here it is every screen, over the wire, as a person would walk.
"""

from __future__ import annotations

import base64
import json
import re
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdetui.simulator.hostile import strings
from tests.perf.programs import Home, Simulator, mdetui
from tests.perf.pty import ESC, Press, Terminal, stray_controls

COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
DOWN, PAGE, END, TAB, ENTER = b"\x1b[B", b"\x1b[6~", b"\x1b[F", b"\t", b"\r"
# hostile texts that would do something to a terminal: none of them may be there as it is
ARMED = [
    text.encode("utf-8", "surrogatepass")
    for text in strings()
    if 3 < len(text) < 1_000 and any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)
]
OWN = (b"\x1b[?1049h", b"\x1b[?25l")


class Walk:
    """A person at the terminal: after each step the bytes of that step and the screen are looked at."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.copied: list[str] = []
        self.rows = 0

    def press(self, *keys: bytes, copies: bool = False) -> None:
        """Press keys."""
        for key in keys:
            quiet, first = (0.5, 2.0) if copies else (0.05, 0.2)
            found = self.terminal.press(key, quiet, first)
            for _ in range(20):
                if not copies or COPY.search(found.data):
                    break
                # a busy machine may draw the list again long before it copies
                more = self.terminal.settle(quiet, 1.0)
                found = found._replace(data=found.data + more.data)
            self._look(found, copies)

    def copy_row(self) -> str:
        """Copy the id and the JSON of the row under the cursor, or of the next whose JSON fits a clipboard; the id."""
        for _ in range(20):
            self.press(b"y", copies=True)
            self._look(self.terminal.press(b"Y", 0.3, 2.0), False)
            self._look(press := self.terminal.press(b"j", 0.5, 2.0), bool(COPY.search(press.data)))
            if COPY.search(press.data):
                return self.copied[-2]
            # some have titles of 100 kB: that is said
            assert "too large for a terminal's clipboard" in self.terminal.text
            self.press(DOWN)
        raise AssertionError("no row fits a clipboard")

    def until(self, needle: str) -> None:
        """Wait for a text."""
        if needle not in self.terminal.text:
            self.terminal.wait_for(needle)
        self._look(self.terminal.settle(quiet=0.15), False)

    def _look(self, press: Press, copies: bool) -> None:
        assert self.terminal.returncode is None, self.terminal.text
        data = press.data
        found = COPY.findall(data)
        if copies:
            (one,) = found
            self.copied.append(base64.b64decode(one, validate=True).decode())
        else:
            assert not found, "nobody copied anything"
        # the screen is whole: every line as wide as the terminal, no character wider than its cells
        for y in range(self.terminal.screen.lines):
            line = self.terminal.screen.buffer[y]
            assert all(len(line[x].data) <= 4 for x in range(self.terminal.screen.columns)), self.terminal.lines[y]

    def aligned(self, *titles: str) -> None:
        """Below the start of each column every row has its blank before it."""
        lines = self.terminal.lines
        head = next(y for y, line in enumerate(lines) if all(title in line for title in titles))
        starts = [lines[head].index(title) for title in titles]
        for y in range(head + 1, len(lines) - 1):
            if "─" * 20 in lines[y]:
                break
            if lines[y].lstrip("▌ ").startswith("? ") or not lines[y].strip(" │"):
                continue
            if any(unicodedata.category(char) in ("Mn", "Mc", "Me") for char in lines[y]):
                # pyte drops what follows a mark that has no combining class; terminals do not
                continue
            self.rows += 1
            for start in starts:
                assert self.terminal.screen.buffer[y][start - 1].data in (" ", ""), (start, lines[y])


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Simulator]:
    folder = tmp_path / "tenant"
    with Simulator(folder, "--machines", "60", "--alerts", "300", "--fault", "hostile") as running:
        yield running


def start(tenant: Simulator, tmp_path: Path, *more: str, columns: int = 100, rows: int = 30) -> Terminal:
    return Terminal(mdetui(*tenant.arguments, *more), columns=columns, rows=rows, env=Home(tmp_path).new())


def clean(terminal: Terminal) -> None:
    """No control byte of the tenant is among all that was written."""
    output = COPY.sub(b"", bytes(terminal.output))
    assert stray_controls(output) == []
    for text in ARMED:
        # what the program itself writes at its start would be the tenant's anywhere else
        assert output.count(text) == (text in OWN), text


def test_every_screen(tenant: Simulator, tmp_path: Path) -> None:
    with start(tenant, tmp_path, "--write") as terminal:
        walk = Walk(terminal)
        walk.until("loaded")
        walk.until("▌")
        # the queue: through it, unfolded, sorted, filtered, wide, in another time
        walk.aligned("MACHINE", "STATUS", "OWNER")
        walk.press(b"f", b"0")
        for _ in range(5):
            walk.press(PAGE)
            walk.aligned("MACHINE", "STATUS", "OWNER")
        walk.press(END, b"J", b"K", b"g", b"sm", b"z", b"w", b"w", b"z", b"st", b"s0")
        walk.press(b"/e", ENTER)
        walk.aligned("MACHINE", "STATUS", "OWNER")
        walk.press(ESC)
        # what is copied is copied as it is, in base64
        alert_id = walk.copy_row()
        assert re.fullmatch(r"da\d+_-?\d+", alert_id)
        raw = json.loads(walk.copied[-1])
        assert raw["id"] == alert_id
        assert raw["title"] in strings() or raw["title"] in [text[:300] for text in strings()]
        walk.press(b"Y", ESC, b"p", ESC, b"t", ESC, b"a", ESC, b"?", b"copy", ESC, b"\x10", ESC)
        # a page with all its tabs
        walk.press(ENTER)
        walk.until("[Overview]")
        for tab in (b"2", b"3", b"4", b"5"):
            walk.press(tab, PAGE)
        walk.until("[JSON]")
        walk.press(ESC, b"m")
        walk.until("[Overview]")
        for tab in (b"2", b"3", b"4", b"5", b"6", b"7"):
            walk.press(tab, PAGE)
        # the other lists
        lists = ((b":m\r", "SYSTEM"), (b":act\r", "ACTION"), (b":log\r", "PATH"), (b":inc\r", "INCIDENT"))
        for line, title in (
            *lists,
            (b":ind\r", "EXPIRES"),
            (b":sw\r", "VENDOR"),
            (b":inv\r", "TRIGGERED"),
            (b":ga\r", "PRODUCT"),
        ):
            walk.press(line)
            walk.until(title)
            walk.until("▌")
            walk.press(DOWN, PAGE, END)
        # a sheet for several machines, its dry run, and one that is sent
        walk.press(b":m\r")
        walk.until("▌")
        walk.press(b"  ", b"ai")
        walk.until("will be sent")
        walk.press(PAGE, PAGE, b"\x1b[5~", ESC, b"M")
        # of a machine that is hard to name: one that is protected
        walk.press(b"g", b"as")
        walk.until("will be sent")
        walk.press(b"reason with words", TAB)
        # a name that does not show as itself can't be typed from the screen: its id is
        (machine,) = re.findall(r"id ([0-9a-f]{40})", terminal.text)
        assert "Type the first 8 of the id" in terminal.text
        walk.press(machine[:8].encode(), TAB, b"d")
        walk.until("Dry run")
        walk.press(PAGE, DOWN)
        walk.until(" armed")
        terminal.settle(quiet=0.5)
        walk.press(b"!")
        walk.until("job 1 of 1")
        walk.press(ESC, b":ledger\r")
        walk.until("OUTCOME")
        walk.until("▌")
        walk.press(DOWN, b"m", ESC)
        walk.press(b":jobs\r")
        walk.until("AV quick scan of 1 machine")
        walk.press(ESC, b":tenant\r")
        walk.until("TENANT")
        assert walk.rows > 80
        clean(terminal)
        terminal.send(b"q")
        begun = time.monotonic()
        while terminal.returncode is None and time.monotonic() < begun + 20:
            terminal.read(0.05)
            time.sleep(0.02)
        assert terminal.returncode == 0, terminal.text


def test_rows_that_can_not_be_read_are_rows_that_say_so(tmp_path: Path) -> None:
    faults = ("--fault", "schema-drift", "--fault", "hostile")
    with (
        Simulator(tmp_path / "tenant", "--machines", "60", "--alerts", "300", *faults) as tenant,
        start(tenant, tmp_path, "--theme", "ansi", columns=120, rows=40) as terminal,
    ):
        walk = Walk(terminal)
        walk.until("▌")
        walk.press(b":al\r")
        walk.until("▌")
        walk.press(b"f", b"0")
        for _ in range(4):
            walk.aligned("MACHINE", "STATUS", "OWNER")
            walk.press(PAGE)
        # rows that could not be read have no page, no sheet and nothing to copy, but are no obstacle
        walk.press(b"/could", ESC, b"g", b"*", b"t", ESC, b":m\r")
        walk.until("SYSTEM")
        walk.until("could not be read: ")
        walk.aligned("MACHINE", "SYSTEM", "HEALTH")
        bad = next(y for y, line in enumerate(terminal.lines) if "could not be read: " in line)
        assert terminal.lines[bad].lstrip("▌ ").startswith("? ")
        for _ in range(bad - 2):
            walk.press(DOWN)
        walk.press(ENTER, b"y", b"ai", b"p", b"m", ESC)
        walk.press(b"g", PAGE, PAGE)
        clean(terminal)
