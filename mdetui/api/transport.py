"""The last code that a request passes before it leaves: who may send, where to, with which token.

`Bearer` is the only code that holds a token, for the length of one request. `Guard` wraps the connection's transport
and asks everything again, so that a request that came past `Client` is stopped all the same. Both read what the
request is from its extensions, where `Client` puts it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from mdetui import text
from mdetui.api import gate, hosts, refusals
from mdetui.api.endpoints import Operation
from mdetui.api.gate import Permit
from mdetui.api.log import LogEntry, RequestLog
from mdetui.api.quotas import Quotas
from mdetui.auth.challenge import claims_of_challenge
from mdetui.auth.source import TokenSource
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.errors import NoOperation

# these log addresses with their queries at INFO, and a screen has no room for any of it
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)
    logging.getLogger(_name).addHandler(logging.NullHandler())


# an answer that does not end, or drips so that no read ever times out, is not waited for
BODY_SECONDS = 120.0


@dataclass(slots=True)
class Sending:
    """What a request is; travels in its extensions under "sending".

    Attributes:
        op: The operation.
        permit: Leave to write.
        urgent: A person waits for it.
        request_id: Our id, the same for all tries.
        attempt: 1 for the first try.
        entry: The log entry of the last time it went over the wire; set by `Guard`.
        started: Monotonic time of that.
    """

    op: Operation
    permit: Permit | None
    urgent: bool
    request_id: str
    attempt: int = 0
    entry: LogEntry | None = None
    started: float = 0.0

    def note(self, log: RequestLog, said: str) -> None:
        """Write into the log entry what its status does not say."""
        if self.entry is not None:
            said = text.line(said, 200)
            self.entry.note = f"{self.entry.note}; {said}" if self.entry.note else said
            log.changed(self.entry)

    def extensions(self) -> dict[str, Any]:
        """The extensions of a request that is this."""
        return {"operation": self.op, "permit": self.permit, "sending": self}


def allowed(profile: Profile, request: httpx.Request) -> Operation:
    """The operation of a request that may be sent as it stands.

    Raises:
        NoOperation: It names no operation, or its method or path are not that operation's.
        ReadOnly: It writes without a permit.
        HostRefused: It goes to a foreign host.
    """
    op = request.extensions.get("operation")
    gate.check(op, request.extensions.get("permit"), profile.name)
    assert isinstance(op, Operation)  # check has seen to it
    hosts.check_host(profile, op.audience, str(request.url))
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    if request.method != op.method or not hosts.is_path_of(op, hosts.below_base(profile, op.audience, path)):
        raise NoOperation(
            f"{request.method} {text.line(path, 120)} is not {op.id}, which it says it is.", "This is a bug: report it."
        )
    return op


class Bearer(httpx.Auth):
    """Puts the bearer token on a request, and renews it once when the service rejects it."""

    def __init__(self, profile: Profile, tokens: TokenSource, quotas: Quotas) -> None:
        self._profile = profile
        self._tokens = tokens
        self._quotas = quotas

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Gate, quota, token, request; after a 401 once more with a new token.

        A 401 means that nothing was carried out, so this holds for writes too.
        """
        op = allowed(self._profile, request)
        sending = request.extensions.get("sending")
        urgent = sending.urgent if isinstance(sending, Sending) else True
        await self._quotas.admit(op.family, urgent)
        token = await self._tokens.get(op.audience)
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        response = yield request
        if response.status_code != 401 or refusals.is_licence(refusals.read(await response.aread())):
            return
        claims = claims_of_challenge(response.headers.get_list("www-authenticate"))
        token = await self._tokens.get(op.audience, claims=claims, failed=token)
        await self._quotas.admit(op.family, urgent)
        request.headers["Authorization"] = f"Bearer {token.reveal()}"
        yield request


class _Watched(httpx.AsyncByteStream):
    """A body that must end in time."""

    def __init__(self, inner: httpx.AsyncByteStream, request: httpx.Request) -> None:
        self._inner = inner
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        ends = now() + BODY_SECONDS
        async for chunk in self._inner:
            if now() > ends:
                raise httpx.ReadTimeout("The answer did not end in time.", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class Guard(httpx.AsyncBaseTransport):
    """Lets a request through to the connection's transport, or not, and logs what went through."""

    def __init__(
        self, profile: Profile, inner: httpx.AsyncBaseTransport, quotas: Quotas, log: RequestLog, clock: Clock
    ) -> None:
        self._profile = profile
        self._inner = inner
        self._quotas = quotas
        self._log = log
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it.

        Raises:
            WriteRefused: It may not be sent.
            HostRefused: It goes to a foreign host.
        """
        op = allowed(self._profile, request)
        sending = request.extensions.get("sending")
        entry = LogEntry(
            at=self._clock.now(),
            profile=self._profile.name,
            operation=op.id,
            method=request.method,
            path=text.line(request.url.raw_path.decode("ascii")),
            request_id=request.headers.get("x-ms-client-request-id", ""),
            family=op.family,
            use=self._quotas.use(op.family),
            writes=not op.reads,
        )
        started = self._clock.monotonic()
        if isinstance(sending, Sending):
            entry.attempt = sending.attempt
            sending.entry, sending.started = entry, started
        self._log.add(entry)
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            entry.ms = (self._clock.monotonic() - started) * 1000
            entry.note = type(error).__name__
            self._log.changed(entry)
            raise
        entry.status = response.status_code
        entry.ms = (self._clock.monotonic() - started) * 1000
        entry.correlation_id = refusals.correlation_of(response.headers)
        self._log.changed(entry)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Watched(response.stream, request)
        return response

    async def aclose(self) -> None:
        """End the connection's transport."""
        await self._inner.aclose()
