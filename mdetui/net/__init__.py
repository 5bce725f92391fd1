"""How this program reaches the network: one TLS context and one proxy decision, used by sign-in and by the API.

A `Connection` is a pair of httpx transports (asynchronous for the API, synchronous for MSAL). Where they lead is
decided by a connector that the command line hands to the app: the network, or a simulator in this process. No other
code knows which it is.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from mdetui.config import AUDIENCES, Profile
from mdetui.net.proxies import ProxyChoice, host_and_port, proxy_of
from mdetui.net.reasons import Explained, explain, reason_of, todo_of
from mdetui.net.trust import TlsTrust, tls_context, trust_of

__all__ = [
    "LIMITS",
    "TIMEOUT",
    "Connection",
    "Connector",
    "Explained",
    "ProxyChoice",
    "TlsTrust",
    "connect",
    "explain",
    "host_and_port",
    "proxy_of",
    "reason_of",
    "tls_context",
    "todo_of",
    "trust_of",
]

# seconds; a jump host's proxy can be slow to connect, an alert page of 1,000 rows can be slow to read
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# A kept connection that the service has just closed makes a write unclear, and whoever types a reason takes half a
# minute: after 15 s idle a new connection is made, which costs one handshake.
LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=15.0)


@dataclass(slots=True)
class Connection:
    """How one profile is reached.

    Attributes:
        asynchronous: For the API.
        synchronous: For MSAL.
        close: Ends both.
        client_secret: A secret that the connector brings with it (the demo).
        lasting: Whether what is reached outlives this program; the record of writes to what does not, does not either.
    """

    asynchronous: httpx.AsyncBaseTransport
    synchronous: httpx.BaseTransport
    close: Callable[[], None] = lambda: None
    client_secret: str | None = field(default=None, repr=False)
    lasting: bool = True


Connector = Callable[[Profile], Connection]


class _Ways:
    """What both transports of a connection have in common: a decision per host, kept."""

    def __init__(self, profile: Profile, context: ssl.SSLContext) -> None:
        self._profile = profile
        self._context = context
        self._decided: dict[tuple[str, str, int | None], ProxyChoice] = {}

    def choice(self, url: httpx.URL) -> ProxyChoice:
        """How an address is reached."""
        host = (url.scheme, url.host, url.port)
        if host not in self._decided:
            self._decided[host] = proxy_of(str(url), self._profile)
        return self._decided[host]

    def options(self, choice: ProxyChoice) -> dict[str, Any]:
        """What a transport of httpx is made with; it looks at no environment of its own."""
        return {"verify": self._context, "trust_env": False, "proxy": choice.for_httpx(self._context)}


class _Asynchronous(httpx.AsyncBaseTransport):
    def __init__(self, ways: _Ways) -> None:
        self._ways = ways
        self._made: dict[ProxyChoice, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        choice = self._ways.choice(request.url)
        if choice not in self._made:
            self._made[choice] = httpx.AsyncHTTPTransport(limits=LIMITS, **self._ways.options(choice))
        return await self._made[choice].handle_async_request(request)

    async def aclose(self) -> None:
        while self._made:
            await self._made.popitem()[1].aclose()


class _Synchronous(httpx.BaseTransport):
    def __init__(self, ways: _Ways) -> None:
        self._ways = ways
        self._made: dict[ProxyChoice, httpx.HTTPTransport] = {}
        # several sign-ins may run at once, each in a thread
        self._making = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._making:
            choice = self._ways.choice(request.url)
            if choice not in self._made:
                self._made[choice] = httpx.HTTPTransport(**self._ways.options(choice))
            way = self._made[choice]
        return way.handle_request(request)

    def close(self) -> None:
        while self._made:
            self._made.popitem()[1].close()


def connect(profile: Profile) -> Connection:
    """Reach the profile's hosts over the network. Redirects are never followed: a client must ask for that.

    Raises:
        ConfigError: The CA bundle or a proxy can't be used; names what named it.
    """
    ways = _Ways(profile, tls_context(profile))
    for url in (profile.login, *(profile.base_of(audience) for audience in AUDIENCES)):
        # a wrong proxy is told now, and not in the middle of a sign-in
        ways.choice(httpx.URL(url))
    synchronous = _Synchronous(ways)
    return Connection(_Asynchronous(ways), synchronous, synchronous.close)
