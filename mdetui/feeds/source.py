"""Where rows come from. A pager of `api` fits, and so does any local list (the ledger, the request log)."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

RowKey = tuple[str, str]
"""Names a row everywhere: (profile, id)."""


class Batch(Protocol):
    """Rows that came together."""

    @property
    def rows(self) -> Sequence[Any]:
        """The rows, in the order in which they came."""

    @property
    def raw(self) -> Any:
        """What the raw view reads from, by the index of a row; None when there is none."""


class Source(Protocol):
    """Hands out batches until there are no more."""

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""

    @property
    def total(self) -> int | None:
        """How many rows there will be; None when nobody knows."""

    def next(self) -> Coroutine[Any, Any, Batch | None]:
        """The next batch; None when everything was handed out."""
