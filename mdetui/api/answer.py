"""What came back from one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mdetui.api.decode import entity
from mdetui.api.endpoints import Operation


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer (2xx).

    Attributes:
        status: HTTP status.
        content: The body, unpacked.
        correlation_id: The service's id for this answer, when it gave one.
        server_date: The `Date` header: the service's own time.
        request_id: Our `x-ms-client-request-id`.
        partial: One of the services behind Graph failed, so something is missing (gotchas 57).
    """

    status: int
    content: bytes = field(repr=False)
    correlation_id: str | None
    server_date: str | None
    request_id: str
    partial: bool = False

    def decode(self, op: Operation) -> Any:
        """The entity of an operation that returns one; None when it returns none.

        Raises:
            BadAnswer: The body does not fit the operation's model.
        """
        return entity(op, self.content, self.correlation_id)
