"""The one owner of a profile's tokens.

The rest of the program asks `get()` and sees a token only inside `httpx.Auth`. A token is kept in memory until
shortly before its end; MSAL is asked in a daemon thread, one request at a time per audience, and everybody who needs a
token meanwhile waits for that one. A shared task and not a lock: those who wait share a refusal too, so twenty lists
that meet an expired secret make one request and not twenty, and one that is cancelled takes nothing from the others.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdetui.auth.browser import BrowserFlow
from mdetui.auth.device import DeviceCode, Waiting
from mdetui.auth.identity import Identity, claims_of, identity_of
from mdetui.auth.secret import Secret, read_secret
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.threads import in_daemon

if TYPE_CHECKING:
    import httpx

    from mdetui.auth.msal_app import Grant, SecretApp

# seconds before its end from which a token is renewed (MSAL's own figure), and how long after a failed renewal the
# old one is used without asking again
_EARLY = 300.0
_PATIENCE = 30.0
# a token is not used in its last seconds: the request has to get there
_LAST = 5.0
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(slots=True)
class _Held:
    secret: Secret
    renew_at: float
    dies_at: float


class TokenSource:
    """Tokens of one profile.

    Args:
        profile: Tenant, app and method.
        transport: The connection's synchronous transport, which MSAL's requests go over.
        secret: The client secret, when the connection brings one; else it is read from the profile's file when needed.
        clock: Time.
    """

    def __init__(
        self, profile: Profile, transport: httpx.BaseTransport, *, secret: Secret | None = None, clock: Clock = SYSTEM
    ) -> None:
        self._profile = profile
        self._transport = transport
        self._secret = secret
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._flights: dict[str, asyncio.Task[Secret]] = {}
        # one MSAL app per audience: each has its own cache and is used by one thread at a time
        self._apps: dict[str, SecretApp] = {}
        self._identity: Identity | None = None

    def __repr__(self) -> str:
        return f"TokenSource({self._profile.name!r})"

    @property
    def identity(self) -> Identity | None:
        """Who the newest token says we are; None before the first one."""
        return self._identity

    async def get(self, audience: str = "mde", *, claims: str | None = None, failed: Secret | None = None) -> Secret:
        """A token for an audience.

        Args:
            audience: `mde`, `xdr` or `graph`.
            claims: Claims challenge of the 401 that rejected `failed`.
            failed: The token that the service rejected. When it was replaced meanwhile, the replacement is returned.

        Raises:
            SignInNeeded: A person must sign in or type a secret; `needs` says which. Nothing was sent to the API.
            SignInError: No token could be had. Nothing was sent to the API.
        """
        held = self._held.get(audience)
        now = self._clock.monotonic()
        if (
            held is not None
            and now < held.renew_at
            and held.secret != failed
            and (claims is None or failed is not None)
        ):
            return held.secret
        flight = self._flights.get(audience)
        if flight is None:
            flight = asyncio.create_task(self._renew(audience, claims, failed), name=f"token {audience}")
            self._flights[audience] = flight
            flight.add_done_callback(lambda task: self._landed(audience, task))
        return await asyncio.shield(flight)

    async def start_device_code(self, audience: str = "mde", *, claims: str | None = None) -> DeviceCode:
        """Ask the authority for a code that a person types elsewhere. Never called without a person's wish: a code
        that nobody asked for is how this flow is abused.

        Args:
            audience: What the first token is for; those for the others follow silently.
            claims: `SignInNeeded.claims`, when a policy or the service asked for this sign-in.

        Raises:
            SignInError: There is no code: not reached, busy, refused.
        """
        raise NotImplementedError

    async def finish_device_code(
        self, code: DeviceCode, changed: Callable[[Waiting], None] = lambda waiting: None
    ) -> Identity:
        """Wait until the person has used the code, and sign in.

        Cancel the task to give up: it ends at once, and a poll that is under way then leaves nothing behind, even when
        it succeeds. The next try needs a new code.

        Args:
            code: From `start_device_code`; each is waited for once.
            changed: Told on the loop how the waiting goes, the first time before the first poll.

        Raises:
            SignInError: Declined, expired, blocked by a policy, another tenant's account, ...; the sentences say what
                to do, a new code or the browser.
        """
        raise NotImplementedError

    async def start_browser(self, audience: str = "mde", *, claims: str | None = None) -> BrowserFlow:
        """Make an address for a browser on another host.

        Args:
            audience: As of `start_device_code`.
            claims: As of `start_device_code`.

        Raises:
            SignInError: The authority was not reached or does not know the tenant.
        """
        raise NotImplementedError

    async def finish_browser(self, flow: BrowserFlow, pasted: Secret) -> Identity:
        """Sign in with the address at which the browser ended.

        Args:
            flow: From `start_browser`. After an error that says to paste again it still stands; one that was redeemed
                does not.
            pasted: What was pasted, spaces and line breaks included. Clear the input at once.

        Raises:
            SignInError: Not such an address, that of another attempt, or refused.
        """
        raise NotImplementedError

    def provide_secret(self, secret: Secret) -> None:
        """Take what a person typed after `SignInNeeded` with `needs` of `secret` or `passphrase`.

        It is kept in memory until it is refused, until `sign_out` or until `aclose`.
        """
        raise NotImplementedError

    async def sign_out(self) -> list[str]:
        """Forget every token, here and in the store.

        Returns:
            Sentences: what was removed, and what goes on to work because it was not revoked at Entra.
        """
        raise NotImplementedError

    async def aclose(self) -> None:
        """Forget every token; whoever still waits is cancelled."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        self._held.clear()
        self._apps.clear()

    def _landed(self, audience: str, task: asyncio.Task[Secret]) -> None:
        self._flights.pop(audience, None)
        if not task.cancelled():
            # seen here, so that a refusal nobody waits for any more is not reported by the loop
            task.exception()

    async def _renew(self, audience: str, claims: str | None, failed: Secret | None) -> Secret:
        try:
            grant = await in_daemon(self._ask, audience, claims, name=f"sign-in {self._profile.name}")
        except SignInError:
            held = self._held.get(audience)
            now = self._clock.monotonic()
            if held is None or held.secret == failed or claims is not None or now >= held.dies_at - _LAST:
                raise
            # an outage of the authority must not take away a token that is still good
            held.renew_at = min(now + _PATIENCE, held.dies_at - _LAST)
            return held.secret
        identity = identity_of(claims_of(grant.token.reveal()), self._profile.client_id)
        if (
            identity.tid
            and _GUID.fullmatch(self._profile.tenant)
            and identity.tid.lower() != self._profile.tenant.lower()
        ):
            from mdetui.auth import hints

            self._held.pop(audience, None)
            raise hints.wrong_tenant(self._profile, identity.tid)
        early = min(_EARLY, grant.expires_in / 2)
        renew_in = grant.expires_in - early
        if grant.refresh_in is not None:
            renew_in = min(renew_in, grant.refresh_in)
        now = self._clock.monotonic()
        self._held[audience] = _Held(grant.token, now + renew_in, now + grant.expires_in)
        self._identity = identity
        return grant.token

    def _ask(self, audience: str, claims: str | None) -> Grant:
        """In a worker thread: the first call imports MSAL."""
        from mdetui.auth.msal_app import SecretApp

        # out of the table while it is used: after a failure the next try starts with a new app, because MSAL
        # remembers refusals for 60 s and would not ask again
        app = self._apps.pop(audience, None)
        if app is None:
            app = SecretApp(self._profile, self._secret or read_secret(self._profile), self._transport)
        grant = app.acquire(self._profile.scope_of(audience), claims)
        self._apps[audience] = app
        return grant
