"""The OAuth authority: metadata, tokens for apps, and what the API makes of a token.

The access token looks like the one of the real authority (claims of version 1.0) and can't be forged: its third part
is an HMAC. Error texts follow recorded answers of the real one, line breaks inside `error_description` included.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mdetui.simulator.options import APP_NAME, APP_OBJECT_ID, CLIENT_ID, TENANT_ID, Options
from mdetui.simulator.wire import Refused

AUDIENCE = "https://api.securitycenter.microsoft.com"
# resource of the scope asked for; the API of Defender for Endpoint takes the first two
AUDIENCES = (AUDIENCE, "https://securitycenter.onmicrosoft.com/windowsatpservice")


class Authority:
    """Issues and checks tokens of one app in one tenant."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._clock = options.clock
        self._key = secrets.token_bytes(32)
        self._issued = 0
        self._revoked_to = 0
        self._expired_to = 0

    def revoke(self) -> None:
        """Every token issued so far is answered with a claims challenge."""
        self._revoked_to = self._issued

    def expire(self) -> None:
        """Every token issued so far has expired."""
        self._expired_to = self._issued

    def check(self, header: str, host: str) -> dict[str, Any]:
        """Claims of the bearer token of a request.

        Raises:
            Refused: 401.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorised("Missing or malformed Authorization header")
        claims = self._claims(token)
        if claims["aud"] not in AUDIENCES:
            raise _unauthorised("Invalid audience")
        if claims["exp"] <= self._now().timestamp() or claims["serial"] <= self._expired_to:
            raise _unauthorised("Lifetime validation failed, the token is expired")
        if claims["serial"] <= self._revoked_to:
            raise self._challenge(host)
        return claims

    def routes(self) -> list[Route]:
        """Endpoints that MSAL touches."""
        return [
            Route("/{tenant}/v2.0/.well-known/openid-configuration", self._metadata),
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route("/{tenant}/discovery/v2.0/keys", self._keys),
        ]

    async def _metadata(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        if not _known(tenant):
            return self._error(400, 90002, "invalid_tenant", f"Tenant '{tenant}' not found. Check the tenant id.")
        base = f"https://{request.headers['host']}/{tenant}"
        return JSONResponse(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "tenant_region_scope": "EU",
            }
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": []})

    async def _token(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        client = form.get("client_id", "")
        scope = form.get("scope", "")
        if not _known(tenant):
            return self._error(400, 90002, "invalid_tenant", f"Tenant '{tenant}' not found. Check the tenant id.")
        if "grant_type" not in form:
            text = "The request body must contain the following parameter: 'grant_type'."
            return self._error(400, 900144, "invalid_request", text)
        if form["grant_type"] != "client_credentials":
            text = f"The app requested an unsupported grant type '{form['grant_type']}'."
            return self._error(400, 70003, "unsupported_grant_type", text)
        if client != CLIENT_ID:
            text = f"Application with identifier '{client}' was not found in the directory 'Contoso'."
            return self._error(400, 700016, "unauthorized_client", text)
        if not hmac.compare_digest(form.get("client_secret", "").encode(), self._options.secret.encode()):
            text = f"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
            return self._error(401, 7000215, "invalid_client", text)
        if not scope.endswith("/.default") or " " in scope:
            text = f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
            return self._error(400, 1002012, "invalid_scope", text)
        seconds = self._options.token_seconds
        return JSONResponse(
            {
                "token_type": "Bearer",
                "expires_in": seconds,
                "ext_expires_in": seconds,
                "access_token": self.issue(scope.removesuffix("/.default")),
            },
            headers={"cache-control": "no-store, no-cache", "pragma": "no-cache"},
        )

    def issue(
        self, audience: str = AUDIENCE, *, roles: tuple[str, ...] | None = None, seconds: int | None = None
    ) -> str:
        """A token; tests also make odd ones."""
        self._issued += 1
        now = int(self._now().timestamp())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": now + (self._options.token_seconds if seconds is None else seconds),
            "app_displayname": APP_NAME,
            "appid": CLIENT_ID,
            "appidacr": "1",
            "idtyp": "app",
            "oid": APP_OBJECT_ID,
            "roles": list(self._options.roles if roles is None else roles),
            "sub": APP_OBJECT_ID,
            "tid": TENANT_ID,
            "serial": self._issued,
            "ver": "1.0",
        }
        head = json.dumps({"typ": "JWT", "alg": "HS256"}).encode()
        signed = f"{_b64(head)}.{_b64(json.dumps(claims).encode())}"
        return f"{signed}.{self._sign(signed)}"

    def _claims(self, token: str) -> dict[str, Any]:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(signed).encode()):
            raise _unauthorised("Signature validation failed")
        payload = signed.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims

    def _sign(self, text: str) -> str:
        return _b64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def _challenge(self, host: str) -> Refused:
        since = str(int(self._now().timestamp()))
        claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": since}}})
        header = (
            f'Bearer realm="", authorization_uri="https://{host}/common/oauth2/authorize", '
            f'error="insufficient_claims", claims="{base64.b64encode(claims.encode()).decode()}"'
        )
        text = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
        return Refused(401, "InvalidAuthenticationToken", text, {"www-authenticate": header})

    def _error(self, status: int, number: int, error: str, text: str) -> Response:
        trace, correlation = str(uuid4()), str(uuid4())
        stamp = f"{self._now():%Y-%m-%d %H:%M:%SZ}"
        return JSONResponse(
            {
                "error": error,
                "error_description": f"AADSTS{number}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {stamp}",
                "error_codes": [number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://login.microsoftonline.com/error?code={number}",
            },
            status,
        )

    def _now(self) -> datetime:
        return self._clock.now()


def _known(tenant: str) -> bool:
    return tenant.lower() in (TENANT_ID, "contoso.onmicrosoft.com", "contoso.com")


def _unauthorised(reason: str) -> Refused:
    text = f"Unauthorized request - reason of failure: {reason}"
    return Refused(401, "Unauthorized", text, {"www-authenticate": 'Bearer error="invalid_token"'})


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
