"""The HTTP client that MSAL asks for, on this program's own httpx. Imported in worker threads only: requests is slow.

Four things differ between requests, which MSAL expects, and httpx: bytes and None in forms, an empty `params`, and the
family of exceptions. Each was seen to break a sign-in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from requests.exceptions import ConnectionError as RequestsConnectionError

from mdetui import text
from mdetui.config import Profile
from mdetui.net import Explained, explain

# MSAL logs whole answers at ERROR and codes at DEBUG: nothing of that may reach a terminal that shows a screen
_log = logging.getLogger("msal")
_log.addHandler(logging.NullHandler())
_log.setLevel(logging.CRITICAL)


class TransportError(RequestsConnectionError):
    """A failed request, of the family MSAL knows how to treat. Its text says why and is fit for a person.

    Attributes:
        todo: What to do about it, one sentence.
    """

    def __init__(self, why: Explained) -> None:
        super().__init__(why.reason)
        self.todo = why.todo


class HttpxAdapter:
    """Sends MSAL's requests, and only where they may go.

    Args:
        profile: Whose requests they are.
        transport: What they go over; whoever made it closes it.
        timeout: Of one request.
        allows: Whether a request may go to an address.

    Attributes:
        last: The newest answer; None before the first.
    """

    def __init__(
        self,
        profile: Profile,
        transport: httpx.BaseTransport,
        timeout: httpx.Timeout,
        allows: Callable[[httpx.URL], bool],
    ) -> None:
        self._profile = profile
        self._client = httpx.Client(transport=transport, timeout=timeout, trust_env=False)
        self._allows = allows
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
        address = httpx.URL(url)
        if not self._allows(address):
            raise TransportError(
                Explained(f"it points to another host, {text.line(address.host, 80)}", "Check authority and proxy.")
            )
        lines = {name: value for name, value in (headers or {}).items() if value is not None}
        if isinstance(data, Mapping):
            # requests drops None and takes bytes as they are; httpx would send "claims=" and "b'..'"
            data = urlencode({name: value for name, value in data.items() if value is not None}, doseq=True)
            lines["Content-Type"] = "application/x-www-form-urlencoded"
        self.last = None
        try:
            # an empty params would erase the query that the address already has
            self.last = self._client.request(method, url, params=params or None, content=data, headers=lines)
        except httpx.HTTPError as error:
            # `from None`: the error holds the request, and the request holds the form
            raise TransportError(explain(error, url, self._profile)) from None
        return self.last


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, in one form."""
    return url.scheme, url.host, url.port
