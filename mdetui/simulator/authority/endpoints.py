"""The authority over HTTP: addresses, answers, error bodies, faults.

Error texts follow recorded answers of the real one, line breaks inside `error_description` included.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from mdetui.simulator.aadsts import ERRORS, Denied, describe
from mdetui.simulator.authority import pages
from mdetui.simulator.authority.core import Authority, error_of, is_tenant
from mdetui.simulator.authority.tokens import APP_NAMES
from mdetui.simulator.faults import FaultBoard
from mdetui.simulator.options import TENANT_ID, Options

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# what the `claims` of a refusal look like, as recorded beside 53003 and 50076
_STEP_UP = '{"access_token":{"capolids":{"essential":true,"values":["1f3d6a5e-2b74-4c09-a8d1-7e5f90c3b264"]}}}'
_UNCACHED = {"cache-control": "no-store, no-cache", "pragma": "no-cache"}


class Endpoints:
    """The routes of an authority."""

    def __init__(self, authority: Authority, options: Options, faults: FaultBoard) -> None:
        self._authority = authority
        self._options = options
        self._faults = faults

    def routes(self) -> list[Route]:
        """All that MSAL and a browser touch."""
        return [
            Route("/common/discovery/instance", self._instance),
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._metadata),
            Route("/{tenant}/discovery/v2.0/keys", self._keys),
            Route("/{tenant}/oauth2/v2.0/devicecode", self._device, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route("/{tenant}/oauth2/v2.0/authorize", self._authorize, methods=["GET", "POST"]),
            Route(pages.DEVICE_PAGE, self._device_page, methods=["GET", "POST"]),
        ]

    async def _instance(self, request: Request) -> Response:
        """Served, but no program of this project may ask it: tests look for it in the journal."""
        host = request.headers["host"]
        names = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        found = f"https://{host}/common/v2.0/.well-known/openid-configuration"
        return JSONResponse({"tenant_discovery_endpoint": found, "api-version": "1.1", "metadata": [names]})

    async def _metadata(self, request: Request) -> Response:
        try:
            self._check_tenant(request)
        except Denied as denied:
            return self._refusal(request, denied, {})
        # whatever name was asked for: the addresses carry the tenant's id
        base = f"https://{request.headers['host']}/{TENANT_ID}"
        oauth = f"{base}/oauth2/v2.0"
        return JSONResponse(
            {
                "issuer": _issuer(request),
                "authorization_endpoint": f"{oauth}/authorize",
                "token_endpoint": f"{oauth}/token",
                "device_authorization_endpoint": f"{oauth}/devicecode",
                "end_session_endpoint": f"{oauth}/logout",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "tenant_region_scope": "EU",
            }
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": []})

    async def _device(self, request: Request) -> Response:
        form = await _form(request)
        try:
            self._check_tenant(request)
            self._strike("/devicecode")
            device = self._authority.start_device(form)
        except Denied as denied:
            return self._refusal(request, denied, form)
        directory = self._options.directory
        page = f"https://microsoft.com/devicelogin{'us' if directory.cloud in ('gcc-high', 'dod') else ''}"
        if directory.own_pages:
            page = f"https://{request.headers['host']}{pages.DEVICE_PAGE}"
        return JSONResponse(
            {
                "user_code": device.user_code,
                "device_code": device.code,
                "verification_uri": page,
                "expires_in": directory.device_seconds,
                "interval": directory.interval,
                "message": f"To sign in, use a web browser to open the page {page} and enter the code {device.user_code} to authenticate.",
            },
            headers=_UNCACHED,
        )

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        base = _base(request)
        try:
            self._check_tenant(request)
            self._strike(f"/token/{form.get('grant_type', '').rpartition(':')[2]}")
            audiences = (f"{base}/oauth2/v2.0/token", f"{base}/oauth2/token", f"{base}/v2.0", _issuer(request))
            answer = self._authority.exchange(form, audiences, _issuer(request))
        except Denied as denied:
            return self._refusal(request, denied, form)
        return JSONResponse(answer, headers=_UNCACHED)

    async def _authorize(self, request: Request) -> Response:
        """The browser's side. The authority's `person` signs in: a program at once, a browser asks them first."""
        query = dict(request.query_params)
        try:
            self._check_tenant(request)
            self._authority.check_redirect(query)
        except Denied as denied:
            text = html.escape(describe(denied.code, _facts(query, denied)))
            return pages.page("Sign in", f"<p>{text}</p>", ERRORS[denied.code].status)
        if pages.wants_page(request):
            return pages.page("Sign in", pages.choice(self._authority, query["client_id"]))
        try:
            self._strike("/authorize", named=True)
            if request.method == "POST" and (await _form(request)).get("answer") != pages.YES:
                raise Denied(65004)
            fields = {"code": self._authority.sign_in(query)}
            if query.get("client_info") == "1":
                fields["client_info"] = self._authority.tokens.client_info(self._authority.person)
        except Denied as denied:
            fields = {"error": error_of(denied), "error_description": self._description(denied, query, _ids(request))}
            if denied.code == 65004:
                fields["error_subcode"] = "cancel"
        return _sent_back(query, {**fields, "state": query.get("state", ""), "session_state": str(uuid4())})

    async def _device_page(self, request: Request) -> Response:
        """Where a device code is typed."""
        form = await _form(request) if request.method == "POST" else {}
        return pages.device_page(self._authority, form.get("user_code", "").strip(), form.get("answer", ""))

    def _check_tenant(self, request: Request) -> None:
        """Check that this cloud has that tenant.

        Raises:
            Denied: 90002.
        """
        tenant = request.path_params["tenant"]
        if not is_tenant(tenant) or request.url.hostname in self._options.directory.elsewhere:
            raise Denied(90002, tenant=tenant)

    def _strike(self, path: str, *, named: bool = False) -> None:
        """Refuse by fault; `named` means only by one that names this path."""
        if fault := self._faults.take("aadsts", path, default=None if named else "/"):
            raise Denied(int(fault.arg))

    def _refusal(self, request: Request, denied: Denied, form: Mapping[str, str]) -> Response:
        entry = ERRORS[denied.code]
        trace, correlation = _ids(request)
        body: dict[str, Any] = {
            "error": error_of(denied),
            "error_description": self._description(denied, form, (trace, correlation)),
            "error_codes": [denied.code],
            "timestamp": self._stamp(),
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://{request.headers['host']}/error?code={denied.code}",
        }
        if entry.suberror:
            body["suberror"] = entry.suberror
        if entry.claims:
            body["claims"] = _STEP_UP
        return JSONResponse(body, entry.status, headers={**_UNCACHED, "x-ms-request-id": trace})

    def _description(self, denied: Denied, form: Mapping[str, str], ids: tuple[str, str]) -> str:
        text = describe(denied.code, _facts(form, denied))
        return f"{text}\r\nTrace ID: {ids[0]}\r\nCorrelation ID: {ids[1]}\r\nTimestamp: {self._stamp()}"

    def _stamp(self) -> str:
        return f"{datetime.fromtimestamp(self._authority.tokens.now(), UTC):%Y-%m-%d %H:%M:%SZ}"


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _base(request: Request) -> str:
    """Addresses follow the host that was asked."""
    return f"https://{request.headers['host']}/{request.path_params['tenant']}"


def _issuer(request: Request) -> str:
    return f"https://{request.headers['host']}/{TENANT_ID}/v2.0"


def _facts(form: Mapping[str, str], denied: Denied) -> dict[str, str]:
    client = form.get("client_id", "")
    said = {
        "client": client,
        "app": APP_NAMES.get(client, client),
        "scope": form.get("scope", ""),
        "resource": form.get("scope", "").partition(" ")[0].rpartition("/")[0],
        "user": form.get("login_hint", ""),
    }
    return {**{name: value for name, value in said.items() if value}, **denied.facts}


def _ids(request: Request) -> tuple[str, str]:
    """Trace and correlation id; the second is the client's own when it sent one."""
    sent = request.headers.get("client-request-id", "")
    return str(uuid4()), sent if _GUID.fullmatch(sent) else str(uuid4())


def _sent_back(query: Mapping[str, str], fields: Mapping[str, str]) -> Response:
    """The browser goes back to the program, in the response mode asked for."""
    to = query["redirect_uri"]
    mode = query.get("response_mode", "query")
    if mode == "form_post":
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items()
        )
        return HTMLResponse(f'<form method="POST" action="{html.escape(to)}">{inputs}</form>')
    mark = "#" if mode == "fragment" else "&" if "?" in to else "?"
    return RedirectResponse(f"{to}{mark}{urlencode(fields)}", 302, headers=_UNCACHED)
