"""Which app asks, and whether it proves that it is that app."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Mapping
from threading import RLock
from typing import TYPE_CHECKING

from mdetui.simulator.aadsts import Denied
from mdetui.simulator.authority.tokens import APP_NAMES
from mdetui.simulator.directory import DESKTOP_ID, EXPIRED_SECRET
from mdetui.simulator.options import CLIENT_ID, Options

if TYPE_CHECKING:
    from mdetui.simulator.authority.assertions import Assertions

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Clients:
    """The registered apps.

    Args:
        options: Secret and credentials of the service app.
        lock: Shared by the whole authority.
    """

    def __init__(self, options: Options, lock: RLock) -> None:
        self._options = options
        self._lock = lock
        self._assertions: Assertions | None = None

    def known(self, client_id: str) -> None:
        """Check that there is such an app.

        Raises:
            Denied: 700016.
        """
        if client_id not in APP_NAMES:
            raise Denied(700016, client=client_id)

    def prove(self, form: Mapping[str, str], audiences: Collection[str], now: float, *, alone: bool) -> str:
        """How the app proved itself: `0` not at all (a public client), `1` secret, `2` assertion.

        Args:
            form: The request.
            audiences: What may stand in an assertion's `aud`.
            now: The authority's time, seconds since 1970.
            alone: The app acts without a person, so that being public is no excuse.

        Raises:
            Denied: Unknown, or not proved.
        """
        client = form.get("client_id", "")
        self.known(client)
        secret, assertion = form.get("client_secret", ""), form.get("client_assertion", "")
        if client == DESKTOP_ID:
            if secret or assertion:
                raise Denied(700025)
            if alone:
                raise Denied(7000216)
            if not self._options.directory.public_flows:
                raise Denied(7000218)
            return "0"
        if assertion:
            if form.get("client_assertion_type") != _BEARER:
                raise Denied(900144, parameter="client_assertion_type")
            self._check_assertion(assertion, client, audiences, now)
            return "2"
        if not secret:
            raise Denied(7000216 if alone else 7000218)
        if secret == EXPIRED_SECRET:
            raise Denied(7000222, client=client)
        if not hmac.compare_digest(secret.encode(), self._options.secret.encode()):
            raise Denied(7000215, client=client)
        return "1"

    def redirects_to(self, client_id: str, uri: str) -> bool:
        """Whether an address is registered; of `http://localhost` the port does not count (redirect URI rules)."""
        if client_id == CLIENT_ID:
            return False
        scheme, _, rest = uri.partition("://")
        host, slash, path = rest.partition("/")
        bare = f"{scheme}://{host.partition(':')[0]}{slash}{path}" if host.startswith("localhost") else uri
        return bare in self._options.directory.redirect_uris

    def _check_assertion(self, text: str, client: str, audiences: Collection[str], now: float) -> None:
        with self._lock:
            if self._assertions is None:
                from mdetui.simulator.authority.assertions import Assertions

                self._assertions = Assertions(self._options.directory)
            self._assertions.check(text, client, audiences, now)
