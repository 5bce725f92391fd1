"""Files behind links that need no token: exports, results, packages.

A client of its own without sign-in, so that no token can leave with such a request. The link itself is as good as a
password for as long as it works: it is in no log, no exception and no repr. Only https, and no redirect is followed.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import httpx

from mdetui import __version__, text
from mdetui.api import failures, refusals
from mdetui.api.endpoints import Operation
from mdetui.api.log import LogEntry, RequestLog
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.errors import ApiError, HostRefused, NetworkError, ServiceDown
from mdetui.net import TIMEOUT, explain

# files that are read at the same time: a list that nobody scrolls any more must not hold the connections of the rest
MOST_OPEN = 2
# Azure Storage names what is wrong here
_CODE = "x-ms-error-code"


class Download:
    """One file that is being read. Made by `Downloads.open`.

    Attributes:
        name: Host and path, without the part that makes the link work; safe text.
    """

    def __init__(self, profile: Profile, op: Operation, origin: str, response: httpx.Response, entry: LogEntry) -> None:
        self.name = entry.path
        self._profile = profile
        self._op = op
        self._origin = origin
        self._response = response
        self._entry = entry
        self._chunks = response.aiter_raw()
        self.busy = False
        self.closed = False

    async def read(self) -> bytes:
        """The next piece of the file, as it lies there; b"" at its end.

        Raises:
            NetworkError: The rest did not come, or the file was closed meanwhile.
        """
        if self.closed:
            raise NetworkError(f"{self.name} was closed to let another file be read.", "Try again.")
        self.busy = True
        try:
            chunk = await anext(self._chunks, b"")
        except failures.FAILURES as error:
            raise network_error(self._profile, self._op, self._origin, error) from None
        finally:
            self.busy = False
        self._entry.size += len(chunk)
        return chunk

    async def aclose(self) -> None:
        """Stop reading."""
        self.closed = True
        await self._response.aclose()


class Downloads:
    """Fetches files without a token.

    Args:
        profile: For words and proxies.
        transport: The connection's transport, which is not ended here.
        log: Where requests are noted.
        clock: Time.
    """

    def __init__(self, profile: Profile, transport: httpx.AsyncBaseTransport, log: RequestLog, clock: Clock) -> None:
        self._profile = profile
        self._log = log
        self._clock = clock
        self._open: list[Download] = []
        self._http = httpx.AsyncClient(
            transport=_Lent(transport),
            # as it lies there: a file that is packed is unpacked here and nowhere else
            headers={"User-Agent": f"mdetui/{__version__}", "Accept-Encoding": "identity"},
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        )

    async def open(self, op: Operation, link: str) -> Download:
        """Begin to read a file; tried four times at most.

        Args:
            op: The operation that named the link.
            link: Address; only https.

        Raises:
            HostRefused: The link is no https address.
            ApiError: The file is not there, or its link no longer works.
            NetworkError: No answer.
        """
        origin = _origin_of(link)
        for attempt in range(1, failures.MAX_TRIES + 1):
            try:
                return await self._try(op, link, origin, attempt)
            except ServiceDown:
                if attempt == failures.MAX_TRIES:
                    raise
            except failures.FAILURES as error:
                if attempt == failures.MAX_TRIES or not failures.may_repeat(error):
                    # the address, and with it the link, stands in what httpx raises
                    raise network_error(self._profile, op, origin, error) from None
            await self._clock.sleep(failures.backoff(attempt))
        raise AssertionError("unreachable")

    async def _try(self, op: Operation, link: str, origin: str, attempt: int) -> Download:
        await self._make_room()
        parts = urlsplit(link)
        entry = LogEntry(
            at=self._clock.now(),
            profile=self._profile.name,
            operation=op.id,
            method="GET",
            path=text.line(f"{origin}{parts.path}", 500),
            request_id=str(uuid.uuid4()),
            family="",
            attempt=attempt,
        )
        self._log.add(entry)
        started = self._clock.monotonic()
        try:
            response = await self._http.send(self._http.build_request("GET", link), stream=True)
        except BaseException as error:
            entry.note = type(error).__name__
            raise
        finally:
            entry.ms = (self._clock.monotonic() - started) * 1000
            self._log.changed(entry)
        entry.status = response.status_code
        entry.correlation_id = refusals.correlation_of(response.headers)
        self._log.changed(entry)
        if response.status_code != 200:
            await response.aclose()
            raise _refused(op, response, origin)
        download = Download(self._profile, op, origin, response, entry)
        self._open.append(download)
        return download

    async def _make_room(self) -> None:
        """Close what was opened first and is not being read this moment."""
        self._open = [one for one in self._open if not one.closed]
        idle = [one for one in self._open if not one.busy]
        for one in idle[: max(0, len(self._open) - MOST_OPEN + 1)]:
            await one.aclose()

    async def aclose(self) -> None:
        """End the client; the transport stays."""
        for one in self._open:
            await one.aclose()
        await self._http.aclose()


class _Lent(httpx.AsyncBaseTransport):
    """A transport that belongs to somebody else."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(request)


def network_error(profile: Profile, op: Operation, origin: str, error: BaseException) -> NetworkError:
    """The error for a file that did not come."""
    why = explain(error, origin, profile)
    return NetworkError(f"No whole file of {op.id} from {text.line(origin, 120)}: {why.reason}.", why.todo)


def _origin_of(link: str) -> str:
    """Scheme, host and port of a link.

    Raises:
        HostRefused: It is no https address.
    """
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
        httpx.URL(link)
    except (ValueError, httpx.InvalidURL):
        host, port, parts = "", None, urlsplit("")
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        raise HostRefused(
            "A link to a file is no https address.",
            "Nothing was fetched; the service or something between is at fault.",
        )
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}{f':{port}' if port else ''}"


def _refused(op: Operation, response: httpx.Response, origin: str) -> ApiError:
    """The error for a file that was not handed out."""
    status, code = response.status_code, text.line(response.headers.get(_CODE, ""), 60)
    kind = ServiceDown if status >= 500 or status == 429 else ApiError
    todo = (
        "Links to files work for an hour at most: load the list again."
        if status in (401, 403, 404, 410)
        else "Try again in a minute."
    )
    what = f"{text.line(origin, 120)} did not hand out a file of {op.id} (HTTP {status}{f' {code}' if code else ''})."
    return kind(what, todo, status=status, code=code, correlation_id=refusals.correlation_of(response.headers))
