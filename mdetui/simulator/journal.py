"""What was asked of the tenant: tests count requests here and look for what must not have left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mdetui.simulator.faults import BLOBS


@dataclass(slots=True)
class Asked:
    """One request.

    Attributes:
        method: HTTP method.
        host: Host it was sent to.
        path: Path as sent.
        query: Query as sent, still encoded.
        authorised: Whether it carried a bearer token.
        body: Its body; a client secret in it is masked.
        headers: Its headers by lower-case name, without the token.
        status: Status of the answer; 0 while there is none, and where the connection was dropped.
    """

    method: str
    host: str
    path: str
    query: str
    authorised: bool
    body: bytes
    headers: dict[str, str]
    status: int = 0


class Journal:
    """Every request so far, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Asked] = []

    def add(self, asked: Asked) -> None:
        """Note a request."""
        with self._lock:
            self._entries.append(asked)

    def entries(self, path: str = "", method: str = "", where: Callable[[Asked], Any] | None = None) -> list[Asked]:
        """Requests whose path starts so (in any case), of that method, for which `where` says yes."""
        with self._lock:
            entries = list(self._entries)
        return [
            one
            for one in entries
            if one.path.lower().startswith(path.lower())
            and (not method or one.method == method)
            and (where is None or where(one))
        ]

    def misplaced(self) -> list[Asked]:
        """Requests for files that carried a token: there must be none, whatever became of them."""
        return self.entries(f"{BLOBS}/", where=lambda asked: asked.authorised)

    def count(self, path: str = "", method: str = "") -> int:
        """How many there were."""
        return len(self.entries(path, method))

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._entries.clear()
