"""What a failed exchange means: whether the request left, whether it may be asked again, and when."""

from __future__ import annotations

import random
from collections.abc import Mapping

import httpx

from mdetui import text
from mdetui.api.endpoints import Operation
from mdetui.config import Profile
from mdetui.errors import NetworkError, NotSent, UnclearAnswer
from mdetui.net import explain

# reads only
MAX_TRIES = 4
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0

# no byte of the request can have reached the service. Not LocalProtocolError: its headers may have left.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
FAILURES = (httpx.HTTPError, OSError)


def backoff(attempt: int, named: float | None = None) -> float:
    """Seconds before the next try: 0.5, 1, 2 with jitter of a half, or what the service named."""
    if named is not None:
        return min(named, _LONGEST_PAUSE)
    return _FIRST_PAUSE * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)


def is_partial(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a good answer lacks something: Graph says so when a service behind it failed (gotchas 57)."""
    return status == 206 or headers.get("warning", "").startswith("199")


def is_certificate(error: BaseException) -> bool:
    """Whether the other side could not prove who it is; trying again won't help."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def may_repeat(error: BaseException) -> bool:
    """Whether the same read may work a moment later."""
    return not is_certificate(error) and not isinstance(error, (httpx.ProxyError, httpx.UnsupportedProtocol))


def network_error(profile: Profile, op: Operation, error: BaseException) -> NetworkError:
    """The error for a request that no usable answer came to; `NotSent` when it surely never left."""
    base = profile.base_of(op.audience)
    host = text.line(httpx.URL(base).netloc.decode("ascii", "replace"), 120)
    kind = NotSent if isinstance(error, NEVER_LEFT) else NetworkError
    why = explain(error, base, profile)
    return kind(f"No answer from {host} to {op.id}: {why.reason}.", why.todo)


def unclear(op: Operation, why: str, correlation_id: str | None = None) -> UnclearAnswer:
    """The error for a write that may or may not have been carried out."""
    return UnclearAnswer(
        f"It is not clear whether {op.id} was carried out: {why}.",
        "Look at what is there before sending it again.",
        correlation_id=correlation_id,
    )
