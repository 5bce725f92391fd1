"""How dense an alert queue is, remembered from run to run, so that the first request of the next start is the right one.

One number per profile and filter: rows per hour at the new end of the queue. Lives in `paths.memory_file()`, which may
be deleted at any time and holds no tenant data but the filters' text.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import msgspec

from mdetui import paths

# filters remembered per profile; the oldest goes first
_MOST = 50
_SECTION = "density"


class Densities:
    """The remembered densities of one profile's queues.

    Args:
        profile: Name of the profile.
        file: Where they are kept; None takes the user's memory file.
    """

    def __init__(self, profile: str, file: Path | None = None) -> None:
        self._profile = profile
        self._file = file
        self._known: dict[str, float] | None = None

    def recall(self, filter: str) -> float | None:  # noqa: A002
        """Rows per hour of a queue; None when it was never seen."""
        if self._known is None:
            stored = self._read().get(_SECTION, {})
            mine = stored.get(self._profile, {}) if isinstance(stored, dict) else {}
            self._known = {
                name: float(value)
                for name, value in (mine.items() if isinstance(mine, dict) else ())
                if isinstance(value, (int, float)) and 0 <= value < 1e9
            }
        return self._known.get(filter)

    def remember(self, filter: str, per_hour: float) -> None:  # noqa: A002
        """Keep the density of a queue. A file that can't be written only costs the next start a request or two."""
        old = self.recall(filter)
        assert self._known is not None
        if old is not None and abs(old - per_hour) <= 0.2 * old:
            return
        self._known.pop(filter, None)
        self._known[filter] = per_hour
        for name in list(self._known)[:-_MOST]:
            del self._known[name]
        with contextlib.suppress(OSError):
            data = self._read()
            section = data.get(_SECTION)
            data[_SECTION] = {**(section if isinstance(section, dict) else {}), self._profile: self._known}
            self._write(msgspec.json.encode(data))

    def _path(self) -> Path:
        return self._file or paths.memory_file()

    def _read(self) -> dict[str, Any]:
        try:
            data = msgspec.json.decode(self._path().read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def _write(self, data: bytes) -> None:
        path = self._path()
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        fresh.replace(path)
