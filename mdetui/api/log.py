"""The request log: every request that left this host, what came of it and how much of the quota is used.

It holds no header and no body, so no token and no secret can be in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mdetui.api.listeners import Listeners


@dataclass(slots=True, eq=False)
class LogEntry:
    """One request on the wire. `status` is None while it is under way and when no answer came.

    Attributes:
        at: When it left, UTC.
        profile: The profile it was sent for.
        operation: Id in the table.
        method: HTTP method.
        path: Path and query as sent, percent-encoded.
        request_id: Our `x-ms-client-request-id`, the same for all tries of one call.
        family: Quota family.
        use: Our calls of that family in the last 60 s and 3,600 s, this one included.
        writes: Whether the operation changes something.
        attempt: 1 for the first try.
        status: HTTP status.
        ms: Milliseconds until the whole answer was here.
        size: Bytes of the answer, unpacked.
        correlation_id: The service's id of the answer.
        note: What the status does not say: why it failed, what is waited for.
    """

    at: datetime
    profile: str
    operation: str
    method: str
    path: str
    request_id: str
    family: str
    use: tuple[int, int] = (0, 0)
    writes: bool = False
    attempt: int = 1
    status: int | None = None
    ms: float = 0.0
    size: int = 0
    correlation_id: str | None = None
    note: str = ""


class RequestLog:
    """The last requests, oldest first; the same log serves all profiles of the program.

    Args:
        capacity: Entries kept.
    """

    def __init__(self, capacity: int = 2_000) -> None:
        self.entries: deque[LogEntry] = deque(maxlen=capacity)
        self.total = 0
        self._listeners: Listeners[LogEntry] = Listeners()

    def add(self, entry: LogEntry) -> None:
        """A request leaves now."""
        self.entries.append(entry)
        self.total += 1
        self._listeners.tell(entry)

    def changed(self, entry: LogEntry) -> None:
        """Something became known about an entry."""
        self._listeners.tell(entry)

    def subscribe(self, callback: Callable[[LogEntry], None]) -> Callable[[], None]:
        """Hear of new and changed entries; the returned function ends it."""
        return self._listeners.subscribe(callback)
