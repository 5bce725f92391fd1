"""The ASGI app: a front that every request passes, and the routes behind it.

The front does what the service's gateway does: paths in any case and with or without `/v1.0`, token, quota, content
encoding. It also is where faults strike, and where requests are noted.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mdetui.simulator import licences
from mdetui.simulator.authority.endpoints import Endpoints
from mdetui.simulator.faults import is_api, is_authority, is_blob, is_graph
from mdetui.simulator.journal import Asked
from mdetui.simulator.metadata import Metadata
from mdetui.simulator.options import Fault
from mdetui.simulator.quotas import LIMITS
from mdetui.simulator.quotas import refusal as quota_refusal
from mdetui.simulator.routes import tvm
from mdetui.simulator.routes.actions import ActionRoutes
from mdetui.simulator.routes.alerts import AlertRoutes
from mdetui.simulator.routes.graph import GraphRoutes
from mdetui.simulator.routes.hunting import HuntingRoutes
from mdetui.simulator.routes.identities import IdentityRoutes
from mdetui.simulator.routes.incidents import IncidentRoutes
from mdetui.simulator.routes.indicators import IndicatorRoutes
from mdetui.simulator.routes.investigations import InvestigationRoutes
from mdetui.simulator.routes.later import Later
from mdetui.simulator.routes.library import LibraryRoutes
from mdetui.simulator.routes.live import LiveRoutes
from mdetui.simulator.routes.machine_changes import MachineChangeRoutes
from mdetui.simulator.routes.machines import MachineRoutes
from mdetui.simulator.routes.traces import TraceRoutes
from mdetui.simulator.spoil import PAGE, spoil
from mdetui.simulator.tenant import Tenant
from mdetui.simulator.wire import ConnectionDropped, Refused, encode, graph_refusal, refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
# status, headers, body before content encoding
Served = tuple[int, list[tuple[bytes, bytes]], bytes]

_PREFIX = re.compile(r"^/api/v1\.0(?=/|$)", re.IGNORECASE)
_API = re.compile(r"^/api(?=/|$)", re.IGNORECASE)
_GRAPH = re.compile(r"^/v1\.0/", re.IGNORECASE)
_XDR = re.compile(r"^/api/(?:incidents|advancedhunting)(?=/|$)")
_SECRET = re.compile(rb"((?:client_secret|client_assertion)=)[^&]*")
# pieces a body is sent in when it drips
_DRIPS = 20
# the first that fits; what is in none is of the default family
_FAMILIES = {
    re.compile(r"/api/alerts/batchupdate"): "batchUpdate",
    re.compile(r"/api/alerts/createalertbyreference"): "createAlertByReference",
    re.compile(r"/api/deviceavinfo"): "deviceAv",
    re.compile(r"/api/incidents"): "incidents",
    re.compile(r"/api/incidents/[^/]+"): "incident",
    re.compile(r"/api/indicators/import"): "indicatorImport",
    re.compile(r"/api/indicators/batchdelete"): "indicatorBatchDelete",
    re.compile(r"/api/machineactions/[^/]+/getpackageuri"): "packageUri",
    re.compile(r"/api/machines/[a-z]+bymachine"): "exportRows",
    re.compile(r"/api/machines/[a-z]+export"): "exportFiles",
    re.compile(r"/api/machines/[^/]+/runliveresponse"): "liveResponse",
    re.compile(r"/api/machines/[^/]+/startinvestigation"): "startInvestigation",
    re.compile(r"/api/machines/[^/]+/vulnerabilities"): "machineVulnerabilities",
    re.compile(r"/v1\.0/security/runhuntingquery|/api/advanced(?:queries|hunting)/run"): "hunting",
    re.compile(r"/v1\.0/.*"): "graph",
}


class Front:
    """The outermost ASGI application of a tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        actions = ActionRoutes(tenant)
        routes = [
            *Endpoints(tenant.authority, tenant.options, tenant.faults).routes(),
            *AlertRoutes(tenant).routes(),
            *actions.routes(),
            *LiveRoutes(tenant, actions).routes(),
            *LibraryRoutes(tenant).routes(),
            Later(tvm.PATHS, lambda: tvm.routes(tenant)),
            *MachineRoutes(tenant).routes(),
            *MachineChangeRoutes(tenant).routes(),
            *TraceRoutes(tenant).routes(),
            *IncidentRoutes(tenant).routes(),
            *IndicatorRoutes(tenant).routes(),
            *InvestigationRoutes(tenant).routes(),
            *GraphRoutes(tenant).routes(),
            *IdentityRoutes(tenant).routes(),
            *HuntingRoutes(tenant).routes(),
            *Metadata(tenant).routes(),
            *tenant.blobs.routes(),
        ]
        handlers: Any = {Refused: self._on_refused, HTTPException: self._on_missing}
        self._inner = Starlette(routes=routes, exception_handlers=handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything else goes to Starlette."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        asked = self._note(scope, body)
        path = _lower(asked.path)
        await self._strike_before(asked, path)
        served = self._outage(path) or await self._serve(scope, asked, path, body)
        if _writes(asked, path) and self._strikes("lost-answer", path):
            raise ConnectionDropped
        asked.status = served[0]
        # files are sent as they lie there
        accept = "" if is_blob(path) else asked.headers.get("accept-encoding", "")
        await self._send(send, served, accept, self._strikes("slow-drip", path), self._now(path))

    def _note(self, scope: Scope, body: bytes) -> Asked:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        authorised = bool(headers.pop("authorization", ""))
        asked = Asked(
            scope["method"],
            headers.get("host", ""),
            scope["path"],
            scope["query_string"].decode("latin-1"),
            authorised,
            _SECRET.sub(rb"\1***", body),
            headers,
        )
        self._tenant.journal.add(asked)
        return asked

    def _strikes(self, name: str, path: str) -> Fault | None:
        return self._tenant.faults.take(name, path)

    async def _strike_before(self, asked: Asked, path: str) -> None:
        """Faults that keep a request from being served at all."""
        if fault := self._strikes("latency", path):
            await asyncio.sleep(int(fault.arg) / 1000)
        if self._strikes("reset", path):
            raise ConnectionDropped
        if _writes(asked, path) and self._strikes("dropped-write", path):
            raise ConnectionDropped

    def _outage(self, path: str) -> Served | None:
        """The authority's page when it is down by fault.

        Raises:
            ConnectionDropped: It is down without a word.
        """
        if not is_authority(path):
            return None
        fault = self._tenant.faults.take("authority-down", path, default="/")
        if fault is None:
            return None
        if fault.arg in ("reset", "refused"):
            raise ConnectionDropped
        headers = {"retry-after": "20"} if fault.arg == "429" else {}
        return _served(HTMLResponse("<h1>Service unavailable</h1>", int(fault.arg or 503), headers))

    async def _serve(self, scope: Scope, asked: Asked, path: str, body: bytes) -> Served:
        inner = dict(scope)
        inner["mdetui.path"] = path
        inner["path"] = path if is_api(path) else asked.path
        inner["raw_path"] = inner["path"].encode()
        try:
            self._fail(path)
            if is_api(path):
                self._admit(inner, path)
        except Refused as error:
            return _served(self._refusal(error, path))
        if fault := self._strikes("html", path):
            return _served(HTMLResponse(PAGE, int(fault.arg or 502)))
        status, headers, content = await _call(self._inner, inner, body)
        if status < 300 and is_api(path):
            content = spoil(content, self._tenant.faults, path)
            if status == 200 and self._strikes("partial", path):
                # Graph's word for "a service behind this one failed" (microsoftgraph issue 7353)
                status = 206
                headers = [
                    *headers,
                    (b"warning", b'199 - "microsoft/Partial Results Returned: 1 of 4 providers failed"'),
                ]
        if is_blob(path) and self._tenant.faults.take("truncated", path, default=None):
            content = content[: len(content) * 2 // 3]
        return status, headers, content

    def _fail(self, path: str) -> None:
        if self._strikes("500", path):
            raise Refused(500, "InternalServerError", "Oops, something went wrong")
        # at times the service does not find what is there (microsoft-365-docs issue 13047)
        if is_api(path) and self._strikes("404", path):
            raise Refused(404, "ResourceNotFound", f"Machine {path.split('/', 3)[-1].partition('/')[0]} was not found")

    def _admit(self, scope: Scope, path: str) -> None:
        """Token, then quota.

        Raises:
            Refused: 401, 429.
        """
        tenant = self._tenant
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        if self._strikes("revoke", path):
            tenant.authority.revoke()
        if self._strikes("expire", path):
            tenant.authority.expire()
        bearer = headers.get(b"authorization", b"").decode("latin-1")
        claims = tenant.authority.check(bearer, host, _service(path))
        scope["mdetui.claims"] = claims
        missing = self._strikes("forbidden", path)
        scope["mdetui.missing"] = missing.arg if missing else ""
        licences.check(tenant.faults, path)
        family = next((name for pattern, name in _FAMILIES.items() if pattern.fullmatch(path)), "default")
        if self._strikes("429", path):
            raise quota_refusal(LIMITS[family][0], "00:01:00", 8, header=tenant.options.retry_after)
        if tenant.options.quotas:
            # each export has its own count
            what = path if family.startswith("export") else ""
            key = f"{claims['tid']}{claims['appid']}{what}"
            tenant.quotas.count(family, key, tenant.options.clock.now().timestamp())

    def _refusal(self, error: Refused, path: str) -> Response:
        """An error as the service behind the path words it."""
        return graph_refusal(error, self._now(path)) if is_graph(path) else refusal(error)

    async def _on_refused(self, request: Request, error: Refused) -> Response:
        return self._refusal(error, request.scope["mdetui.path"])

    async def _on_missing(self, request: Request, error: HTTPException) -> Response:
        code = "NotFound" if error.status_code == 404 else "BadRequest"
        text = f"No such operation: {request.method} {unquote(request.url.path)}"
        return self._refusal(Refused(error.status_code, code, text), request.scope["mdetui.path"])

    def _now(self, path: str) -> datetime:
        """What the host behind a path takes for the time."""
        directory = self._tenant.options.directory
        skew = directory.api_skew if is_api(path) else directory.authority_skew
        return self._tenant.options.clock.now() + timedelta(seconds=skew)

    async def _send(self, send: Send, served: Served, accept: str, drip: Fault | None, now: datetime) -> None:
        status, headers, content = served
        # no content-length: the service sends chunks
        kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
        kept.append((b"date", now.strftime("%a, %d %b %Y %H:%M:%S GMT").encode()))
        encoding, data = encode(content, accept)
        if encoding:
            kept.append((b"content-encoding", encoding.encode()))
        await send({"type": "http.response.start", "status": status, "headers": kept})
        if drip:
            size = max(1, len(data) // _DRIPS)
            while len(data) > size:
                await send({"type": "http.response.body", "body": data[:size], "more_body": True})
                data = data[size:]
                await asyncio.sleep(int(drip.arg or 50) / 1000)
        await send({"type": "http.response.body", "body": data})


def _lower(path: str) -> str:
    """The path as the routes know it: lower case and without a version, ids and names included."""
    if _GRAPH.match(path):
        return path.lower().rstrip("/")
    if not _API.match(path):
        return path
    return _PREFIX.sub("/api", path).lower().rstrip("/")


def _service(path: str) -> str:
    """Key of the service whose token a path needs: it goes by path, not by host."""
    if is_graph(path):
        return "graph"
    return "xdr" if _XDR.match(path) else "mde"


def _writes(asked: Asked, path: str) -> bool:
    return asked.method != "GET" and is_api(path)


def _served(response: Response) -> Served:
    return response.status_code, response.raw_headers, bytes(response.body)


async def _call(app: Any, scope: Scope, body: bytes) -> Served:
    """Run an ASGI app to its end and keep what it says."""
    start: Message = {}
    content = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            content.extend(message.get("body", b""))

    await app(scope, receive, send)
    return start["status"], list(start["headers"]), bytes(content)
