"""The client, wired as a session wires it, over transports that a test chooses. No layer of ours is replaced."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from mdetui.api.client import Client
from mdetui.api.gate import WriteLock
from mdetui.api.log import RequestLog
from mdetui.api.quotas import Quotas
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock

TENANT = "8f2b6a3e-52a1-4c52-9d2e-1a7c0f6b9e11"
LOGIN = "https://login.test.invalid"
BASE = "https://api.test.invalid"
SECRET = "a-client-secret-of-a-test"


def profile(**changes: Any) -> Profile:
    """A profile whose hosts resolve nowhere."""
    facts: dict[str, Any] = {
        "name": "test",
        "tenant": TENANT,
        "client_id": "11111111-2222-3333-4444-555555555555",
        "authority": LOGIN,
        "base": {"mde": BASE, "xdr": BASE, "graph": BASE},
    }
    return Profile(**{**facts, **changes})


class RushingClock(HeldClock):
    """A held clock whose sleeps end at once, with the time advanced: what was slept is in `slept`."""

    async def sleep(self, seconds: float) -> None:
        """Advance and go on."""
        if seconds > 0:
            self.slept.append(seconds)
            self.advance(seconds)
        await super().sleep(0)
        self.slept.remove(0)


def token_of(**claims: Any) -> str:
    """An unsigned token with those claims."""

    def part(data: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()

    facts = {"tid": TENANT, "oid": "o-1", "appid": "a-1", "app_displayname": "test app", "roles": ["Alert.Read.All"]}
    return f"{part({'alg': 'none'})}.{part({**facts, **claims})}.sig"


@dataclass
class Authority:
    """A scripted login authority behind a synchronous transport.

    Attributes:
        forms: Every form posted to the token endpoint.
        answers: What the token endpoint says, in order; the last one repeats. A response, an exception, or None for
            a fresh token.
        metadata: What discovery says; None for the usual.
    """

    answers: list[httpx.Response | Exception | None] = field(default_factory=lambda: [None])
    metadata: httpx.Response | Exception | None = None
    forms: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    expires_in: Any = 3599
    claims: dict[str, Any] = field(default_factory=dict)

    @property
    def transport(self) -> httpx.BaseTransport:
        """The transport that leads here."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url}")
        if request.method == "GET":
            return self._say(self.metadata) or httpx.Response(
                200,
                json={
                    name: f"{LOGIN}/{TENANT}/{name}"
                    for name in ("issuer", "authorization_endpoint", "token_endpoint", "device_authorization_endpoint")
                },
            )
        self.forms.append(dict(parse_qsl(request.content.decode())))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return self._say(answer) or httpx.Response(
            200,
            json={
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "access_token": token_of(serial=len(self.forms), **self.claims),
            },
        )

    @staticmethod
    def _say(answer: httpx.Response | Exception | None) -> httpx.Response | None:
        if isinstance(answer, Exception):
            raise answer
        return answer


Reaction = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Service(httpx.AsyncBaseTransport):
    """A scripted API.

    Args:
        reactions: What each request meets, in order; the last one repeats.
    """

    def __init__(self, *reactions: Reaction) -> None:
        self.reactions = list(reactions)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The next reaction."""
        self.requests.append(request)
        await request.aread()
        reaction = self.reactions.pop(0) if len(self.reactions) > 1 else self.reactions[0]
        if isinstance(reaction, Exception):
            raise reaction
        if callable(reaction):
            return reaction(request)
        # a response is used up when it was read: each request gets its own
        return httpx.Response(reaction.status_code, headers=reaction.headers, content=reaction.content)

    @property
    def paths(self) -> list[str]:
        """Path and query of every request."""
        return [request.url.raw_path.decode() for request in self.requests]


@dataclass
class Wired:
    """A client and everything below it."""

    client: Client
    tokens: TokenSource
    lock: WriteLock
    quotas: Quotas
    log: RequestLog
    clock: Any


def wire(
    asynchronous: httpx.AsyncBaseTransport,
    synchronous: httpx.BaseTransport | None = None,
    *,
    of: Profile | None = None,
    secret: str = SECRET,
    clock: Clock | None = None,
) -> Wired:
    """Wire a client over two transports."""
    one = of or profile()
    ticking = clock or RushingClock()
    tokens = TokenSource(one, synchronous or Authority().transport, secret=Secret(secret), clock=ticking)
    lock = WriteLock(one.name, ticking)
    quotas = Quotas(one, ticking, shared=False)
    log = RequestLog()
    client = Client(one, tokens, asynchronous, lock=lock, quotas=quotas, log=log, clock=ticking)
    return Wired(client, tokens, lock, quotas, log, ticking)


def wire_tenant(mounted: Mounted, clock: Clock | None = None) -> Wired:
    """Wire a client to a running pretend tenant. Its own clock need not be the tenant's."""
    connection = mounted.connection
    return wire(
        connection.asynchronous,
        connection.synchronous,
        of=mounted.profile,
        secret=connection.client_secret or "",
        clock=clock,
    )


def error_body(code: str, message: str = "", target: str = "t-1") -> dict[str, Any]:
    """The envelope of an error."""
    return {"error": {"code": code, "message": message, "target": target}}


def listed(rows: Sequence[Any], **more: Any) -> httpx.Response:
    """A collection."""
    return httpx.Response(200, json={"value": list(rows), **more})
