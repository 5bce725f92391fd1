"""Use an installed mdetui in a pseudo terminal, as a person would: for `.ci/wheel`, with the standard library only.

python wheel_probe.py MDETUI           the queue comes, all themes are there, q quits
python wheel_probe.py MDETUI --bare    without the extra the login screen says what to install
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

PATIENCE = 60.0
THEMES = ("ansi", "contrast", "dark", "light")


class Program:
    """A running program and what it has written so far."""

    def __init__(self, *command: str) -> None:
        self._written = b""
        self.home = tempfile.TemporaryDirectory()
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
            environment = {**kept, "TERM": "xterm-256color", "HOME": self.home.name}
            # 24 lines of 80 columns before the program asks
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            os.execve(command[0], command, environment)

    def wait_for(self, pattern: str) -> None:
        """Wait until it has written something.

        Raises:
            SystemExit: It never did; says what it wrote instead.
        """
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            if time.monotonic() > end or not self._read():
                sys.exit(f"there was no {pattern!r}:\n{self.shown[-2000:]}")

    def type(self, text: str) -> None:
        """Type, and look only at what comes after."""
        self._written = b""
        os.write(self._terminal, text.encode())

    def wait_for_end(self) -> int:
        """Exit code."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self._read()
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        os.kill(self._pid, signal.SIGKILL)
        sys.exit("it did not end")

    @property
    def shown(self) -> str:
        """What was written, without escape sequences."""
        plain = re.sub(
            rb"\x1b\[[0-9;?<>=$]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_].*?\x1b\\", b"", self._written
        )
        return plain.decode("utf-8", "replace")

    def _read(self) -> bool:
        """Read what there is, for a moment; False when the program is gone."""
        if not select.select([self._terminal], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self._written += data
        return bool(data)


def demo(program: str) -> None:
    """The wheel with the extra `demo`."""
    running = Program(program, "--demo")
    running.wait_for("READ-ONLY")
    running.wait_for(r"loaded \d+ of")
    running.type(":theme nothing-like-it\r")
    for theme in THEMES:
        running.wait_for(rf"Known: [\w, ]*{theme}")
    running.type("q")
    code = running.wait_for_end()
    if code:
        sys.exit(f"it ended with {code}")


def bare(program: str) -> None:
    """The wheel without extras."""
    running = Program(program)
    running.wait_for("Press Enter")
    running.type("\r")
    running.wait_for(r"mdetui\[demo\]")
    running.type(":quit\r")
    code = running.wait_for_end()
    if code:
        sys.exit(f"it ended with {code}")


if __name__ == "__main__":
    (bare if "--bare" in sys.argv else demo)(sys.argv[1])
