"""Answers of the last 60 s: going back costs nothing, and ten rows that want the same machine make one request."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mdetui.api.client import NOTHING, Client
from mdetui.api.endpoints import Operation
from mdetui.clock import SYSTEM, Clock

MAX_AGE = 60.0
# pages of a tab are the largest things kept; their raw bytes are compressed
_MOST = 400

Key = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class _Kept:
    value: Any
    at: float


class Reads:
    """The read cache of one client.

    Args:
        client: Asks what is not here.
        clock: Time.
    """

    def __init__(self, client: Client, clock: Clock = SYSTEM) -> None:
        self._client = client
        self._clock = clock
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._flights: dict[Key, asyncio.Task[Any]] = {}

    async def get(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        fresh: bool = False,
        urgent: bool = True,
    ) -> Any:
        """The model or page of an operation, at most 60 s old.

        Whoever asks for the same meanwhile shares the request. Being cancelled ends the waiting, not the request:
        its answer is kept for the next.

        Args:
            op: An operation that reads.
            path: Values for the path.
            query: Query options.
            fresh: Ask the service whatever is kept; a request that is under way already was made before and is not
                good enough.
            urgent: A person waits.

        Raises:
            MdetuiError: As `Client.fetch`; errors are not kept.
        """
        key = _key(op, path, query)
        if not fresh:
            found = self._fresh(key)
            if found is not None:
                return found.value
        flight = None if fresh else self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._ask(key, op, dict(path), dict(query), urgent), name=f"read {op.id}")
            self._flights[key] = flight
            flight.add_done_callback(lambda task: self._landed(key, task))
        return await asyncio.shield(flight)

    def peek(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        stale: bool = False,
    ) -> Any:
        """What is kept, without asking anybody; None when nothing is. `stale` takes older than 60 s too."""
        key = _key(op, path, query)
        found = self._kept.get(key) if stale else self._fresh(key)
        return found.value if found is not None else None

    def put(
        self, op: Operation, value: Any, *, path: Mapping[str, str] = NOTHING, query: Mapping[str, str] = NOTHING
    ) -> None:
        """Keep an answer that came another way (the entity a PATCH returned, the rows of a batched read)."""
        self._keep(_key(op, path, query), value)

    def forget(self, op: Operation | None = None, *, path: Mapping[str, str] | None = None) -> None:
        """Drop what is kept: everything, what one operation returned, or that for one path only."""
        for key in list(self._kept):
            if (op is None or key[0] == op.id) and (path is None or key[1] == _pairs(path)):
                del self._kept[key]

    async def aclose(self) -> None:
        """End what is under way."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _ask(self, key: Key, op: Operation, path: dict[str, str], query: dict[str, str], urgent: bool) -> Any:
        value = await self._client.fetch(op, path=path, query=query, urgent=urgent)
        if self._flights.get(key) is asyncio.current_task():
            # else a fresh request overtook this one
            self._keep(key, value)
        return value

    def _landed(self, key: Key, task: asyncio.Task[Any]) -> None:
        if self._flights.get(key) is task:
            del self._flights[key]
        if not task.cancelled():
            # seen here, so that an error nobody waits for any more is not reported by the loop
            task.exception()

    def _fresh(self, key: Key) -> _Kept | None:
        found = self._kept.get(key)
        return found if found is not None and self._clock.monotonic() - found.at < MAX_AGE else None

    def _keep(self, key: Key, value: Any) -> None:
        self._kept[key] = _Kept(value, self._clock.monotonic())
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def _pairs(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(values.items()))


def _key(op: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> Key:
    return op.id, _pairs(path), _pairs(query)
