"""The little of the API client that this layer uses, so that it can be read in one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import msgspec

    from mdetui.api.endpoints import Operation
    from mdetui.api.gate import Permit


class Reply(Protocol):
    """The answer to a write (`api.client.Answer`)."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def correlation_id(self) -> str | None:
        """The service's id of this answer."""

    @property
    def server_date(self) -> str | None:
        """`Date` header."""

    @property
    def request_id(self) -> str:
        """Our id of the request."""

    def decode(self, op: Operation) -> Any:
        """The model of the operation."""


class Rows(Protocol):
    """A page of a list (`api.decode.Page`)."""

    @property
    def rows(self) -> Sequence[Any]:
        """Models, and `BadRow` where one does not fit."""


class Pages(Protocol):
    """A pager (`api.pagers`)."""

    async def next(self) -> Rows | None:
        """The next page, None at the end."""


class Wire(Protocol):
    """An API client (`api.client.Client`)."""

    async def send(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = ...,
        query: Mapping[str, str] = ...,
        body: msgspec.Struct | None = None,
        permit: Permit | None = None,
        urgent: bool = True,
    ) -> Reply:
        """Send one request."""

    async def fetch(
        self, op: Operation, *, path: Mapping[str, str] = ..., query: Mapping[str, str] = ..., urgent: bool = True
    ) -> Any:
        """Read one entity or one page."""

    def pager(
        self,
        op: Operation,
        *,
        filter: str = "",  # noqa: A002
        path: Mapping[str, str] = ...,
        urgent: bool = True,
    ) -> Pages:
        """A pager over a list."""


class Use(Protocol):
    """The quota (`api.quotas.Quotas`)."""

    def use(self, family: str) -> tuple[int, int]:
        """Our calls of a family in the last 60 s and 3,600 s."""
