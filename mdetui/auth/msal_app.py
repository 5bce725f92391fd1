"""MSAL on this program's own httpx stack. Imported in worker threads only: msal and requests cost 100 ms.

MSAL speaks the protocol. It neither owns tokens (`source.py` does) nor opens connections: requests go over the
profile's synchronous transport, so that there is one CA setting, one proxy decision, one simulator.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import msal
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import RequestException

from mdetui.auth import hints
from mdetui.auth.secret import Secret
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.net import TIMEOUT

# MSAL logs whole answers at ERROR and codes at DEBUG: nothing of that may reach a terminal that shows a screen
_log = logging.getLogger("msal")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL)


class TransportError(RequestsConnectionError):
    """A failed request, of the family MSAL knows how to treat."""


class _ForeignHost(RequestsConnectionError):
    """The authority's own configuration points elsewhere; nothing was sent there."""


class HttpxAdapter:
    """The HTTP client MSAL asks for, over httpx."""

    def __init__(self, transport: httpx.BaseTransport, login: str) -> None:
        self._origin = _origin(httpx.URL(login))
        self._client = httpx.Client(transport=transport, timeout=TIMEOUT, trust_env=False)
        self.last: httpx.Response | None = None

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        """GET, as requests' session has it."""
        return self._send("GET", url, params, None, headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        """POST of a form, as requests' session has it."""
        return self._send("POST", url, params, data, headers)

    def close(self) -> None:
        """The transport is the connection's, which ends it."""

    def _send(self, method: str, url: str, params: Any, data: Any, headers: Any) -> httpx.Response:
        if _origin(httpx.URL(url)) != self._origin:
            raise _ForeignHost(f"it points to another host, {httpx.URL(url).host}")
        lines = {name: value for name, value in (headers or {}).items() if value is not None}
        if isinstance(data, Mapping):
            # requests drops None and takes bytes as they are; httpx would send "claims=" and "b'..'"
            data = urlencode({name: value for name, value in data.items() if value is not None}, doseq=True)
            lines["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            # an empty params would erase the query that the address already has
            self.last = self._client.request(method, url, params=params or None, content=data, headers=lines)
        except httpx.HTTPError as error:
            raise TransportError(f"{type(error).__name__}: {error}") from error
        return self.last


@dataclass(frozen=True, slots=True)
class Grant:
    """A token and its times in seconds from now; `refresh_in` when the authority asked for an early renewal."""

    token: Secret
    expires_in: float
    refresh_in: float | None


class SecretApp:
    """A confidential client with a client secret, for one audience. Blocking; used by one thread at a time."""

    def __init__(self, profile: Profile, secret: Secret, transport: httpx.BaseTransport) -> None:
        """Asks the authority for its addresses.

        Raises:
            SignInError: It did not answer, or does not know the tenant.
        """
        self._profile = profile
        self._http = HttpxAdapter(transport, profile.login)
        try:
            self._app = msal.ConfidentialClientApplication(
                profile.client_id,
                authority=f"{profile.login}/{profile.tenant}",
                client_credential=secret.reveal(),
                http_client=self._http,
                # the only request that would go to a host nobody configured
                instance_discovery=False,
                azure_region=msal.ClientApplication.DISABLE_MSAL_FORCE_REGION,
                client_capabilities=["cp1"],
            )
        except Exception as error:
            # any of them: MSAL trips in many ways over answers that are none. `from None`: its texts quote them
            raise self._failure(error, "") from None

    def acquire(self, scope: str, claims: str | None) -> Grant:
        """A new token: MSAL's cache is emptied first, because who asks here knows that the old one will not do.

        Raises:
            SignInError: There is none to be had.
        """
        self._app.remove_tokens_for_client()
        try:
            result = self._app.acquire_token_for_client([scope], claims_challenge=claims)
        except Exception as error:
            raise self._failure(error, scope) from None
        token = result.get("access_token") if isinstance(result, dict) else None
        if not isinstance(token, str) or not token:
            status = self._http.last.status_code if self._http.last is not None else 0
            raise hints.refused(self._profile, scope, result if isinstance(result, dict) else {}, status)
        refresh_on = _seconds(result.get("refresh_on"), None)
        return Grant(
            Secret(token),
            _seconds(result.get("expires_in"), 300.0),
            None if refresh_on is None else max(0.0, refresh_on - time.time()),
        )

    def _failure(self, error: Exception, scope: str) -> SignInError:
        if isinstance(error, RequestException):
            return hints.unreachable(self._profile, str(error))
        last = self._http.last
        if last is None:
            return hints.unreachable(self._profile, f"{self._profile.login} is no usable authority")
        if last.status_code == 429 or last.status_code >= 500:
            return hints.busy(self._profile, last.status_code)
        try:
            answer = json.loads(last.text)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and "error" in answer:
            return hints.refused(self._profile, scope, answer, last.status_code)
        return hints.strange(self._profile, last.status_code, last.headers.get("content-type", ""))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return (url.scheme, url.host, url.port)


def _seconds(value: object, otherwise: Any) -> Any:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
