"""A terminal for tests: runs a program on a pty, keeps its screen, counts the bytes of each key.

It answers what Textual asks (synchronized output), so that what is counted is what a good terminal gets. Nothing here
asserts a time; times are for printing and for ratios within one run.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import psutil
import pyte

ROOT = Path(__file__).resolve().parents[2]
# esc as terminals with the keyboard protocol send it: a bare one is read as one key with what comes right behind it,
# and a busy machine brings the two together however long the test waits between them
ESC = b"\x1b[27u"
# what pyte takes for text: private modes, keyboard protocol, queries
_NOT_FOR_PYTE = re.compile(
    rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$][a-zA-Z]?|\x1b\[[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;<=>?$]*|\][^\x07\x1b]*)?$")
# what Textual and its driver write of their own accord: moves, styles, the modes they use, the shape of the pointer
_KNOWN = re.compile(
    rb"\x1b\[[0-9]+;[0-9]+H|\x1b\[[0-9;]+m|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026)[hl]"
    rb"|\x1b\[\?20(?:26|48)\$p|\x1b\[>[0-9]+u|\x1b\[<u|\x1b\]22;[a-z-]+\x07"
)
_CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")


class Press(NamedTuple):
    """What a key cost: bytes written, and milliseconds to the first and the last of them (None when nothing came)."""

    size: int
    first: float | None
    last: float | None
    data: bytes


def stray_controls(output: bytes) -> list[bytes]:
    """Control characters that are neither a line break nor part of a sequence that Textual writes.

    Moves and styles can't be told from Textual's own; a hostile text for such a test should hold other sequences.
    """
    return _CONTROL.findall(_KNOWN.sub(b"", output))


class Terminal:
    """A program on a pty of its own.

    Args:
        argv: What to run; Python programs best as `python(...)`.
        columns: Width.
        rows: Height.
        env: Added to the environment; a value of None removes the variable.
        truecolor: Whether the terminal says so.
        synchronized: Whether it answers the query for synchronized output.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str | None] | None = None,
        truecolor: bool = True,
        synchronized: bool = True,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._unread = bytearray()
        self._synchronized = synchronized
        self.output = bytearray()
        self._master, slave = os.openpty()
        self._size(columns, rows)
        self.started = self._read_at = time.perf_counter()
        self._process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment(truecolor, env or {}),
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=_own_terminal,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    @property
    def rss(self) -> int:
        """Bytes of memory the program holds."""
        return int(psutil.Process(self.pid).memory_info().rss)

    @property
    def screen(self) -> pyte.Screen:
        """The screen. What was written is put on it when somebody looks, so that no measured time contains it."""
        if not self._unread:
            return self._screen
        data = bytes(self._unread)
        rest = _UNFINISHED.search(data)
        whole = data[: rest.start()] if rest else data
        self._unread = bytearray(data[len(whole) :])
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", whole))
        return self._screen

    @property
    def lines(self) -> list[str]:
        """The screen, line by line. The second half of a wide character is empty (pyte's own way fails on one whose
        first half was just written over)."""
        width = range(self.screen.columns)
        return ["".join(self.screen.buffer[y][x].data for x in width) for y in range(self.screen.lines)]

    @property
    def cells(self) -> list[list[pyte.screens.Char]]:
        """The screen as it looks: of a blank only what can be seen."""
        screen = self.screen
        return [[_seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Another size; the program is told."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)
        os.kill(self.pid, signal.SIGWINCH)

    def send(self, data: bytes) -> None:
        """Keys, as a terminal sends them."""
        os.write(self._master, data)

    def read(self, timeout: float) -> bytes | None:
        """What comes within `timeout` seconds; None when nothing does, b"" when the program has ended."""
        ready, _, _ = select.select([self._master], [], [], timeout)
        if not ready:
            return None
        try:
            data = os.read(self._master, 1 << 20)
        except OSError:
            return b""
        self._read_at = time.perf_counter()
        self.output += data
        self._unread += data
        if self._synchronized and b"\x1b[?2026$p" in data:
            os.write(self._master, b"\x1b[?2026;2$y")
        return data

    def wait_for_output(self, needle: str, timeout: float = 30.0) -> float:
        """Milliseconds from the start until these characters were written in one piece.

        For times: `wait_for` looks at the screen, which takes time of its own.

        Raises:
            TimeoutError: They never came; the message holds the screen.
        """
        wanted = needle.encode()
        end = time.perf_counter() + timeout
        while wanted not in self.output:
            if time.perf_counter() > end or self.read(0.05) == b"":
                raise TimeoutError(f"{needle!r} was never written\n{self.text}")
        return (self._read_at - self.started) * 1000

    def wait_for(self, needle: str, timeout: float = 30.0) -> float:
        """Milliseconds from the start until the text is on the screen.

        Raises:
            TimeoutError: It never came; the message holds the screen.
        """
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            data = self.read(0.05)
            if data and needle in self.text:
                return (time.perf_counter() - self.started) * 1000
            if data == b"":
                break
        raise TimeoutError(f"{needle!r} never came\n{self.text}")

    def settle(self, quiet: float = 0.25, first: float | None = None, timeout: float = 60.0) -> Press:
        """Read until nothing came for `quiet` seconds; waits `first` seconds for the first byte."""
        begin = time.perf_counter()
        data = bytearray()
        first_at = last_at = None
        while time.perf_counter() - begin < timeout:
            part = self.read(quiet if data or first is None else first)
            if not part:
                break
            last_at = (time.perf_counter() - begin) * 1000
            first_at = first_at or last_at
            data += part
        return Press(len(data), first_at, last_at, bytes(data))

    def press(self, data: bytes, quiet: float = 0.06, first: float = 2.0) -> Press:
        """One key and all that it makes the program write."""
        self.send(data)
        return self.settle(quiet, first)

    def hold(self, data: bytes, times: int, quiet: float = 0.04) -> list[Press]:
        """A key held at a rate at which each press is drawn."""
        return [self.press(data, quiet) for _ in range(times)]

    def close(self) -> None:
        """End the program, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)


def _seen(char: pyte.screens.Char) -> pyte.screens.Char:
    if char.data != " " or char.reverse:
        return char
    return char._replace(fg="default", bold=False, italics=False, blink=False)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def environment(truecolor: bool, extra: Mapping[str, str | None]) -> dict[str, str]:
    """The environment of a plain local terminal: nothing of the one the tests run in shows through.

    Byte code is written, as for a person: without it every start compiles everything again.
    """
    env = dict(os.environ)
    for name in ("NO_COLOR", "PYTHONDONTWRITEBYTECODE", "COLUMNS", "LINES", "COLORTERM", "SSH_CONNECTION", "SSH_TTY"):
        env.pop(name, None)
    ours = ("TEXTUAL", "COV_", "MDETUI_")
    for name in [name for name in env if name.startswith(ours) or name.lower().endswith("_proxy")]:
        del env[name]
    env |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    if truecolor:
        env["COLORTERM"] = "truecolor"
    for name, value in extra.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def python(*args: str) -> list[str]:
    """The command line of a Python program."""
    return [sys.executable, *args]


APPS = Path(__file__).parent / "apps"


def app(name: str, *args: str) -> list[str]:
    """The command line of one of the small programs in `apps/`."""
    return python("-m", f"tests.perf.apps.{name}", *args)
