"""Run an installed `mdetui --demo` in a pseudo terminal and wait for its rows: used by `.ci/wheel`, needs no test tools."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time


def main(program: str) -> int:
    """Exit code 0 when the queue with rows and all shipped themes came."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(program, [program, "--demo"], {**os.environ, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    wanted = [re.compile(rb"READ-ONLY"), re.compile(rb"loaded \d+ of")]
    end = time.monotonic() + 60
    try:
        while time.monotonic() < end and not all(one.search(plain(seen)) for one in wanted):
            ready, _, _ = select.select([terminal], [], [], 0.2)
            if ready:
                seen += os.read(terminal, 65536)
        if not all(one.search(plain(seen)) for one in wanted):
            sys.stderr.write(f"the demo showed no rows:\n{plain(seen)[-2000:].decode('utf-8', 'replace')}\n")
            return 1
        os.write(terminal, b":theme contrast\r")
        time.sleep(1)
        if select.select([terminal], [], [], 0)[0]:
            seen = os.read(terminal, 65536)
        if b"There is no theme" in plain(seen):
            sys.stderr.write("the wheel has no themes\n")
            return 1
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def plain(data: bytes) -> bytes:
    """What was written, without escape sequences."""
    return re.sub(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07]*\x07", b"", data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
