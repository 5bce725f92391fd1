"""The small locked file by which all instances on this host share one picture of the quota.

The service counts per app and tenant, so two windows share one allowance. Each call costs one locked read and write
of at most 22 kB (50 microseconds, in the runtime directory). The lock is never waited for here: a stopped process
that holds it must not stop this one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mdetui import paths
from mdetui.config import Profile

_MAX_BYTES = 1 << 20


class Calls(msgspec.Struct):
    """What is known of the last hour.

    Attributes:
        made: Times of calls by family, milliseconds since 1970, ascending.
        drained: Until when a family is closed after a 429, milliseconds since 1970.
    """

    made: dict[str, list[int]] = {}
    drained: dict[str, int] = {}

    def trim(self, now: int) -> None:
        """Forget what is older than an hour, or lies in the future because the clock was set back."""
        for family, times in self.made.items():
            self.made[family] = [time for time in times if now - 3_600_000 < time <= now + 1_000]
        self.drained = {family: until for family, until in self.drained.items() if now < until <= now + 3_700_000}

    def add(self, family: str, time: int) -> None:
        """Note a call."""
        times = self.made.setdefault(family, [])
        times.append(time)
        if len(times) > 1 and times[-2] > time:
            times.sort()


def file_of(profile: Profile) -> Path:
    """The file of a tenant and app. The name tells neither."""
    key = hashlib.sha256(f"{profile.base_of('mde')}|{profile.tenant}|{profile.client_id}".lower().encode()).hexdigest()
    return paths.runtime_dir() / f"quota-{key[:24]}.json"


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[Calls, int] | None]:
    """The file's content and its descriptor under an exclusive lock; None when somebody else holds the lock.

    A file that does not parse counts as empty and is written anew by `save`.

    Raises:
        OSError: The file can't be opened or read.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        data = os.pread(handle, _MAX_BYTES, 0)
        try:
            calls = msgspec.json.decode(data, type=Calls)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            calls = Calls()
        yield calls, handle
    finally:
        # closing gives the lock back
        os.close(handle)


def save(handle: int, calls: Calls) -> None:
    """Write the content back; call it under the lock only.

    Raises:
        OSError: It can't be written.
    """
    data = msgspec.json.encode(calls)
    os.pwrite(handle, data, 0)
    os.ftruncate(handle, len(data))
