"""A tenant inside this process: a thread with its own event loop, and two transports that hand requests over.

Nothing opens a port. Answers come back as bytes and are decoded by httpx like any other, content encoding included.
The timeout of a request is honoured; a cancelled request leaves the tenant as a cancelled request leaves the service:
what had arrived is carried out.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from mdetui.config import Profile
from mdetui.net import Connection
from mdetui.simulator.blobs import blob_host
from mdetui.simulator.data.rows import Rows
from mdetui.simulator.faults import FaultBoard, is_authority
from mdetui.simulator.journal import Asked, Journal
from mdetui.simulator.options import Options

if TYPE_CHECKING:
    from mdetui.simulator.app import Front
    from mdetui.simulator.tenant import Tenant

METADATA_HOST = "169.254.169.254"


@dataclass(slots=True)
class _Raw:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Mounted:
    """A running tenant and the handle on it.

    Attributes:
        faults: Turn faults on and off here.
        journal: Every request that arrived.
        foreign: Requests to hosts that are not the tenant's: none may ever carry a token.
        connection: The transports for the program.
    """

    def __init__(self, options: Options, profile: Profile, rows: Rows) -> None:
        self.options = options
        self._rows = rows
        self.profile = profile
        self.faults = FaultBoard(options.faults)
        self.journal = Journal()
        self.foreign: list[Asked] = []
        bases = [urlsplit(profile.base_of(audience)).netloc for audience in ("mde", "xdr", "graph")]
        # the metadata address too: a client that asks it must not reach the machine's real one
        self._hosts = {
            urlsplit(profile.login).netloc,
            *bases,
            *map(blob_host, bases),
            *options.directory.elsewhere,
            METADATA_HOST,
        }
        self._front: Front | None = None
        self._tenant: Tenant | None = None
        self._broken: BaseException | None = None
        self._loop = asyncio.new_event_loop()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="mdetui-simulator", daemon=True)
        self._thread.start()
        self.connection = Connection(_Async(self), _Sync(self), close=self.close, client_secret=options.secret)

    @property
    def tenant(self) -> Tenant:
        """The tenant's state; waits until it is built. Reading it from a test's thread is safe."""
        asyncio.run_coroutine_threadsafe(self._ready(), self._loop).result()
        assert self._tenant is not None
        return self._tenant

    def close(self) -> None:
        """Stop the thread. Requests under way end with a closed connection."""
        if self._closed:
            return
        self._closed = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(2)

    def _run(self) -> None:
        # requests that come meanwhile wait in the loop's queue
        self._build()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._end())
            self._loop.close()

    async def _end(self) -> None:
        """Requests under way are told that it is over."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        self._rows.close()

    def _build(self) -> None:
        try:
            from mdetui.simulator.app import Front
            from mdetui.simulator.tenant import Tenant

            self._tenant = Tenant(self.options, self.faults, self.journal, self._rows)
            self._front = Front(self._tenant)
        except Exception as error:
            # told to everybody who asks, in _ready
            self._broken = error

    async def _ready(self) -> Front:
        if self._broken:
            raise self._broken
        assert self._front
        return self._front

    def submit(self, request: httpx.Request, body: bytes) -> Future[_Raw]:
        """Hand a request over; the future holds its answer.

        Raises:
            httpx.ConnectError: The host is not the tenant's, or the tenant is closed.
        """
        url = request.url
        host = url.netloc.decode("ascii")
        if host not in self._hosts:
            headers = dict(request.headers)
            token = bool(headers.pop("authorization", ""))
            self.foreign.append(Asked(request.method, host, url.path, url.query.decode(), token, body, headers))
            raise httpx.ConnectError(f"There is no host {host} here", request=request)
        if self._closed or self._refuses(url.path):
            raise httpx.ConnectError("The pretend tenant is closed", request=request)
        return asyncio.run_coroutine_threadsafe(self._answer(request, body), self._loop)

    def _refuses(self, path: str) -> bool:
        """Whether the authority refuses connections by fault."""
        path = path.lower()
        return is_authority(path) and self.faults.take("authority-down", path, default="/", arg="refused") is not None

    async def _answer(self, request: httpx.Request, body: bytes) -> _Raw:
        front = await self._ready()
        url = request.url
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 0),
            "server": (url.host, url.port or 443),
        }
        raw = _Raw(0, [], b"")
        pieces: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                raw.status, raw.headers = message["status"], list(message["headers"])
            else:
                pieces.append(message.get("body", b""))

        await front(scope, receive, send)
        raw.body = b"".join(pieces)
        return raw


def _answer_of(future: Future[_Raw], request: httpx.Request) -> httpx.Response:
    """The answer a finished future holds, or the exception a network would have raised."""
    from mdetui.simulator.wire import ConnectionDropped

    try:
        raw = future.result(0)
    except ConnectionDropped as error:
        raise httpx.ReadError("Connection reset by peer", request=request) from error
    except CancelledError as error:
        raise httpx.ReadError("The pretend tenant was closed", request=request) from error
    return httpx.Response(raw.status, headers=raw.headers, stream=_Body(raw.body), request=request)


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body for both kinds of client."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __iter__(self) -> Iterator[bytes]:
        yield self._data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data


class _Async(httpx.AsyncBaseTransport):
    """For the program's own loop: waits without blocking it."""

    def __init__(self, mounted: Mounted) -> None:
        self._mounted = mounted

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        future = self._mounted.submit(request, body)
        timeout = request.extensions.get("timeout", {}).get("read")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def wake(_: Future[_Raw]) -> None:
            # the asker may be gone by now, and its loop too
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_wake, done)

        future.add_done_callback(wake)
        try:
            # not wait_for: that of Python 3.11 loses a cancellation which comes with the answer
            async with asyncio.timeout(timeout):
                await done
        except TimeoutError:
            raise httpx.ReadTimeout("The pretend tenant took too long", request=request) from None
        return _answer_of(future, request)


def _wake(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)


class _Sync(httpx.BaseTransport):
    """For MSAL in its own thread; on the tenant's own thread it would wait for itself."""

    def __init__(self, mounted: Mounted) -> None:
        self._mounted = mounted

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        future = self._mounted.submit(request, request.read())
        timeout = request.extensions.get("timeout", {}).get("read")
        if not wait([future], timeout).done:
            raise httpx.ReadTimeout("The pretend tenant took too long", request=request)
        return _answer_of(future, request)
