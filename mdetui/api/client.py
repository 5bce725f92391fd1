"""The client of one profile: every call of the program to the API goes through `Client.send` or `Client.page_at`.

Reads are repeated, with patience and a limit. Writes are never repeated: what is not clearly answered ends in
`UnclearAnswer`, and whoever sent it reads `machineactions` before anything else; `NotSent` when it surely never left.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import msgspec

from mdetui import __version__
from mdetui.api import failures, gate, hosts, lists, misfits, refusals
from mdetui.api.answer import Answer
from mdetui.api.decode import BadRow, Decoder, Page
from mdetui.api.density import Densities
from mdetui.api.endpoints import Operation
from mdetui.api.gate import Permit, WriteLock
from mdetui.api.log import RequestLog
from mdetui.api.pagers import SIZES, Pager
from mdetui.api.quotas import Quotas
from mdetui.api.rawpage import RawPage
from mdetui.api.transport import Bearer, Guard, Sending
from mdetui.api.waits import Wait, Waits
from mdetui.auth.source import TokenSource
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Profile
from mdetui.errors import ApiError, BadAnswer, NotFound, RateLimited, ServiceDown
from mdetui.net import TIMEOUT
from mdetui.net.reasons import words

if TYPE_CHECKING:
    from mdetui.api.downloads import Downloads

__all__ = ["Answer", "BadRow", "Client", "Page", "Pager", "RawPage", "Wait", "Waits"]

NOTHING: Mapping[str, str] = MappingProxyType({})
# an alert page of 1,000 rows with evidence is 4 MB
MAX_BODY = 64_000_000


@dataclass(slots=True)
class _Reply:
    status: int
    headers: httpx.Headers
    content: bytes


class Client:
    """The API of one profile.

    Args:
        profile: Hosts, tenant, name.
        tokens: Where tokens come from.
        transport: The connection's asynchronous transport; ended with the client.
        lock: The profile's write lock. The client itself only ever looks at permits.
        quotas: The profile's quota.
        log: Where requests are noted.
        clock: Time.
    """

    def __init__(
        self,
        profile: Profile,
        tokens: TokenSource,
        transport: httpx.AsyncBaseTransport,
        *,
        lock: WriteLock,
        quotas: Quotas,
        log: RequestLog,
        clock: Clock = SYSTEM,
    ) -> None:
        self.profile = profile
        self.lock = lock
        self.quotas = quotas
        self.log = log
        self.clock = clock
        self.decoder = Decoder()
        self.densities = Densities(profile.name)
        self.skew = timedelta()
        self._tokens = tokens
        self._transport = transport
        self._downloads: Downloads | None = None
        self._http = httpx.AsyncClient(
            transport=Guard(profile, transport, quotas, log, clock),
            auth=Bearer(profile, tokens, quotas),
            headers={"User-Agent": f"mdetui/{__version__}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        )

    @property
    def downloads(self) -> Downloads:
        """Fetches files behind links, without a token; imported when first needed."""
        if self._downloads is None:
            from mdetui.api.downloads import Downloads

            self._downloads = Downloads(self.profile, self._transport, self.log, self.clock)
        return self._downloads

    @property
    def waits(self) -> Waits:
        """What is waited for; subscribe to it to show a countdown."""
        return self.quotas.waits

    @property
    def waiting(self) -> Wait | None:
        """The wait to show now; None when nothing waits."""
        return self.waits.current

    async def send(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: msgspec.Struct | None = None,
        permit: Permit | None = None,
        urgent: bool = True,
    ) -> Answer:
        """Make one call. Cancelling a write leaves it unclear.

        Args:
            op: An operation of the table.
            path: Values for the path, by name; percent-encoded here.
            query: Query options; percent-encoded here.
            body: Model of the request body.
            permit: Leave to write; needed when the operation does not just read.
            urgent: A person waits; background calls leave the quota's reserve alone.

        Raises:
            WriteRefused: Nothing was sent: no permit (`ReadOnly`), no such operation (`NoOperation`).
            SignInError: No token; nothing was carried out.
            NotSent: The request never left this host.
            NetworkError: A read had no usable answer in four tries.
            UnclearAnswer: A write may or may not have been carried out. It was not and must not be repeated.
            ApiError: The service refused; nothing was carried out (`RateLimited`, `PermissionMissing`, ...).
            ServiceDown: A read met 5xx in four tries.
            BadAnswer: The answer of a read is a redirect or too large.
        """
        gate.check(op, permit, self.profile.name)
        content = _encoded(body)
        target = self.target(op, path, query)
        if op.reads:
            return await self._read(op, target, content, urgent)
        return await self._write(op, target, content, permit, urgent)

    async def one(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: msgspec.Struct | None = None,
        urgent: bool = True,
    ) -> Any:
        """Read one entity: the operation's model.

        Raises:
            MdetuiError: As `send`; `BadAnswer` when the answer does not fit the model.
        """
        return (await self.send(op, path=path, query=query, body=body, urgent=urgent)).decode(op)

    async def page(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: msgspec.Struct | None = None,
        urgent: bool = True,
    ) -> Page:
        """Read one page of a list, as the query asks for it. Ask for at most 1,000 rows (`$top`).

        Raises:
            MdetuiError: As `send`; `BadAnswer` when the answer is no list.
        """
        return await self.page_at(op, self.target(op, path, query), urgent=urgent, content=_encoded(body))

    async def fetch(
        self,
        op: Operation,
        *,
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: msgspec.Struct | None = None,
        urgent: bool = True,
    ) -> Any:
        """Read by the table: the model where the operation returns one entity, else a `Page`."""
        read = self.one if op.paging == "one" else self.page
        return await read(op, path=path, query=query, body=body, urgent=urgent)

    def pager(
        self,
        op: Operation,
        *,
        filter: str = "",  # noqa: A002
        path: Mapping[str, str] = NOTHING,
        query: Mapping[str, str] = NOTHING,
        body: msgspec.Struct | None = None,
        urgent: bool = True,
        sizes: Sequence[int] = SIZES,
        memory: str | None = None,
    ) -> Pager:
        """A list that is fetched as it is needed, by the table's kind of pager.

        Args:
            op: A list operation, or an export by files: then its rows are the lines of the files.
            filter: `$filter`; see `odata`.
            path: Values for the path.
            query: Other query options (`tag` of findByTag).
            body: Request body of a list that is read by POST (scan history).
            urgent: A person waits.
            sizes: Rows of the first page, of the second and so on, as `lists.pager_of`.
            memory: Name of a queue whose filter is another one each time (`since:24h`).
        """
        return lists.pager_of(
            self, op, filter=filter, path=path, query=query, urgent=urgent, content=_encoded(body), sizes=sizes,
            memory=memory,
        )  # fmt: skip

    def target(self, op: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> str:
        """Path and query of a call. Spaces become `%20`: a `+` would stay a plus in a filter."""
        options = "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in query.items())
        return hosts.path_of(op, path) + (f"?{options}" if options else "")

    def resolve(self, op: Operation, link: str) -> str:
        """Path and query that a nextLink means.

        Raises:
            HostRefused: It leads to a foreign host.
            PagingError: It leads to another list.
        """
        return hosts.follow(self.profile, op, link)

    async def page_at(self, op: Operation, target: str, *, urgent: bool = True, content: bytes | None = None) -> Page:
        """Read the page of a list at a path and query, as `target` and `resolve` make them."""
        gate.check(op, None, self.profile.name)
        try:
            answer = await self._read(op, target, content, urgent)
        except NotFound:
            # some collections and searches answer 404 when they are empty; below an entity that may be what is missing
            if "/{" in op.path:
                raise
            return await self.decoder.page(op, b'{"value":[]}')
        page = await self.decoder.page(op, answer.content, answer.correlation_id)
        page.partial = answer.partial
        return page

    async def aclose(self) -> None:
        """End the client and its connections."""
        if self._downloads is not None:
            await self._downloads.aclose()
        await self._http.aclose()

    async def _read(self, op: Operation, target: str, content: bytes | None, urgent: bool) -> Answer:
        """A call that changes nothing: repeated while that may help, at most four tries."""
        sending = Sending(op, None, urgent, str(uuid.uuid4()))
        while True:
            sending.attempt += 1
            try:
                reply = await self._exchange(sending, target, content)
                return self._answer(op, sending, reply)
            except RateLimited as error:
                # the drained family makes the next try wait, and shows the countdown
                if sending.attempt >= failures.MAX_TRIES:
                    raise
                sending.note(self.log, f"asked again in {error.retry_after:.0f} s")
            except NotFound:
                if not op.fickle or sending.attempt > 1:
                    raise
                await self._pause(sending, "HTTP 404")
            except ServiceDown as error:
                if sending.attempt >= failures.MAX_TRIES:
                    raise
                await self._pause(
                    sending,
                    f"HTTP {error.status}",
                    refusals.retry_after(reply.headers, error.message, self.clock.now()),
                )
            except failures.FAILURES as error:
                if sending.attempt >= failures.MAX_TRIES or not failures.may_repeat(error):
                    raise failures.network_error(self.profile, op, error) from error
                await self._pause(sending, type(error).__name__)

    async def _write(
        self, op: Operation, target: str, content: bytes | None, permit: Permit | None, urgent: bool
    ) -> Answer:
        """A call that changes something: sent once."""
        sending = Sending(op, permit, urgent, str(uuid.uuid4()), attempt=1)
        try:
            reply = await self._exchange(sending, target, content)
        except failures.NEVER_LEFT as error:
            raise failures.network_error(self.profile, op, error) from error
        except failures.FAILURES as error:
            raise failures.unclear(op, words(error)) from error
        except BadAnswer as error:
            raise failures.unclear(op, "the answer does not end") from error
        try:
            return self._answer(op, sending, reply)
        except (BadAnswer, ServiceDown) as error:
            raise failures.unclear(op, f"the service answered HTTP {reply.status}", error.correlation_id) from error

    async def _pause(self, sending: Sending, why: str, named: float | None = None) -> None:
        seconds = failures.backoff(sending.attempt, named)
        sending.note(self.log, f"{why}, try {sending.attempt + 1} of {failures.MAX_TRIES} in {seconds:.1f} s")
        with self.waits.announce(seconds, why, sending.op.family, sending.urgent):
            await self.clock.sleep(seconds)

    def _answer(self, op: Operation, sending: Sending, reply: _Reply) -> Answer:
        """The answer of a reply, or the error that it is.

        Raises:
            ApiError: 4xx, 5xx.
            BadAnswer: A redirect.
        """
        correlation_id = refusals.correlation_of(reply.headers)
        if 200 <= reply.status < 300:
            date = reply.headers.get("date")
            self._learn_time(date)
            partial = failures.is_partial(reply.status, reply.headers)
            if partial:
                sending.note(self.log, "only a part of the answer: one of the services behind it failed")
            return Answer(reply.status, reply.content, correlation_id, date, sending.request_id, partial)
        if reply.status < 400:
            raise misfits.redirected(op, reply.status, reply.headers.get("location", "nowhere"), correlation_id)
        who = self._tokens.identity
        error: ApiError = refusals.error_of(
            op,
            reply.status,
            reply.headers,
            reply.content,
            self.clock.now(),
            # 2, 4, 8 s where a 429 names no time
            unnamed=2.0**sending.attempt,
            person=who is not None and who.kind == "person",
        )
        if isinstance(error, RateLimited):
            self.quotas.drain(op.family, error.retry_after)
        sending.note(self.log, f"{error.code or 'HTTP'} {error.message or reply.status}")
        raise error

    async def _exchange(self, sending: Sending, target: str, content: bytes | None) -> _Reply:
        """One request and its whole answer.

        Raises:
            httpx.HTTPError, OSError: No whole answer came.
            BadAnswer: The answer is too large.
        """
        op = sending.op
        headers = {"x-ms-client-request-id": sending.request_id}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if op.audience == "graph":
            # else enum members that are newer than v1.0 come as `unknownFutureValue` (gotchas 30)
            headers["Prefer"] = "include-unknown-enum-members"
        request = self._http.build_request(
            op.method,
            self.profile.base_of(op.audience) + target,
            content=content,
            headers=headers,
            extensions=sending.extensions(),
        )
        body = bytearray()
        response = await self._http.send(request, stream=True)
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise misfits.too_large(op, MAX_BODY, refusals.correlation_of(response.headers))
        finally:
            await response.aclose()
        if sending.entry is not None:
            sending.entry.ms = (self.clock.monotonic() - sending.started) * 1000
            sending.entry.size = len(body)
            self.log.changed(sending.entry)
        return _Reply(response.status_code, response.headers, bytes(body))

    def _learn_time(self, date: str | None) -> None:
        """How far the service's clock is from ours."""
        try:
            self.skew = parsedate_to_datetime(date or "") - self.clock.now()
        except (ValueError, TypeError):
            return  # no date, or none that is one: what was known stays


def _encoded(body: msgspec.Struct | None) -> bytes | None:
    return None if body is None else msgspec.json.encode(body)
