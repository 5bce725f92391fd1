"""A lock between processes that is waited for with patience, in a thread, and that dies with its process.

flock: the kernel drops it with the process, a SIGKILL included, so there is no stale lock to break. The file of the
lock is never removed: who removes it may remove the one that another process holds.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PAUSE = 0.01
_LONGEST_PAUSE = 0.1


@contextlib.contextmanager
def locked(path: Path, patience: float) -> Iterator[bool]:
    """Hold the lock of a file, made with mode 0600 in a folder that is there.

    Args:
        path: The lock's file.
        patience: Seconds to wait for it.

    Yields:
        Whether it is held; False when somebody else kept it for all that time.

    Raises:
        OSError: The file can't be opened, or the file system knows no locks.
    """
    ends = time.monotonic() + patience
    pause = _PAUSE
    while True:
        handle = _open(path)
        try:
            held = _try(handle)
            if held and not _still_there(path, handle):
                # the folder was removed and made anew between open and lock: another process may hold the new file
                continue
            if held or time.monotonic() >= ends:
                yield held
                return
        finally:
            # closing gives the lock back
            os.close(handle)
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags, 0o600)
    try:
        # for a umask that takes even our own rights away
        path.chmod(0o600)
    except OSError:
        os.close(handle)
        raise
    return handle


def _still_there(path: Path, handle: int) -> bool:
    opened = os.fstat(handle)
    with contextlib.suppress(FileNotFoundError):
        now = path.lstat()
        return (now.st_dev, now.st_ino) == (opened.st_dev, opened.st_ino)
    return False


if sys.platform == "win32":  # pragma: no cover

    def _try(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _try(handle: int) -> bool:
        """Whether it is ours now."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
