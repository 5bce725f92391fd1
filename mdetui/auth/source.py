"""The one owner of a profile's tokens.

The rest of the program asks `get()` and sees a token only inside `httpx.Auth`. A token is kept in memory until
shortly before its end; the way to sign in is asked in a daemon thread, one request at a time per audience, and
everybody who needs a token meanwhile waits for that one. A shared task and not a lock: those who wait share a refusal
too, so twenty lists that meet an expired secret make one request and not twenty, and one that is cancelled takes
nothing from the others.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from mdetui.auth.confidential import AppTokens
from mdetui.auth.grant import EARLY, LAST, PATIENCE, Grant, WrongTenant
from mdetui.auth.identity import Identity, claims_of, identity_of
from mdetui.auth.person import Attempt, PersonTokens, Store
from mdetui.auth.secret import Secret
from mdetui.auth.ways import way_of
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.threads import in_daemon

if TYPE_CHECKING:
    import httpx

    from mdetui.auth.browser import BrowserFlow
    from mdetui.auth.device import DeviceCode, Waiting
    from mdetui.auth.public import SignedIn

T = TypeVar("T")

# seconds that a renewal ahead of time is waited for
_GRACE = 0.5
# seconds that quitting waits for a sign-in to be taken back
_UNDO_PATIENCE = 0.2


@dataclass(slots=True)
class _Held:
    secret: Secret
    renew_at: float
    dies_at: float
    identity: Identity


class TokenSource:
    """Tokens of one profile.

    Args:
        profile: Tenant, app and method.
        transport: The connection's synchronous transport, which requests to the authority go over.
        secret: The client secret, when the connection brings one; else it is looked for when needed.
        store: Where a person's account is kept; the profile's own store when left out.
        clock: Time.
    """

    def __init__(
        self,
        profile: Profile,
        transport: httpx.BaseTransport,
        *,
        secret: Secret | None = None,
        store: Store | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self._profile = profile
        self._transport = transport
        self._clock = clock
        self._way = way_of(profile, transport, secret, store, clock)
        self._held: dict[str, _Held] = {}
        self._flights: dict[str, asyncio.Task[Secret]] = {}
        # counts sign-ins and sign-outs: what was asked before one is asked again after it
        self._turn = 0
        self._identity: Identity | None = None
        self._refused = False
        self._undoing: list[threading.Thread] = []

    def __repr__(self) -> str:
        return f"TokenSource({self._profile.name!r})"

    @property
    def identity(self) -> Identity | None:
        """Who the newest token says we are, with the permissions of all tokens; None before the first one."""
        return self._identity

    def roles_of(self, audience: str) -> frozenset[str] | None:
        """Permissions in the newest token for an audience; None as long as there was none, when they are not known."""
        held = self._held.get(audience)
        return held.identity.roles if held is not None else None

    @property
    def refused(self) -> bool:
        """Whether the last token that was asked for could not be had."""
        return self._refused

    @property
    def notice(self) -> str:
        """What the person must see of the place where the account is kept; "" when there is nothing."""
        return self._way.notice if isinstance(self._way, PersonTokens) else ""

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
        if held is not None and held.secret != failed and claims is None and now < held.dies_at - LAST:
            # renewed ahead of its end: an authority that does not answer must not hold up who has a good token
            done, _ = await asyncio.wait({flight}, timeout=_GRACE)
            if not done and self._held.get(audience) is held:
                return held.secret
        return await asyncio.shield(flight)

    async def start_device_code(self, audience: str = "mde", *, claims: str | None = None) -> DeviceCode:
        """Ask the authority for a code that a person types elsewhere.

        Never called without a person's wish: a code that nobody asked for is how this flow is abused.

        Args:
            audience: What the first token is for; those for the others follow silently.
            claims: `SignInNeeded.claims`, when a policy or the service asked for this sign-in.

        Raises:
            SignInError: There is no code: not reached, busy, refused.
        """
        # here and below: only who signs in needs these, and the first rows do not wait for them
        from mdetui.auth.device import ask_for_code

        profile = replace(self._profile, method="device-code")
        return await self._for_person(ask_for_code, profile, self._transport, audience, claims, self._clock)

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
        from mdetui.auth.device import wait_for_person

        profile = replace(self._profile, method="device-code")
        signed = await wait_for_person(profile, self._transport, code, self._clock, changed)
        return await self._welcome(signed, code.audience)

    async def start_browser(self, audience: str = "mde", *, claims: str | None = None) -> BrowserFlow:
        """Make an address for a browser on another host.

        Args:
            audience: As of `start_device_code`.
            claims: As of `start_device_code`.

        Raises:
            SignInError: The authority was not reached or does not know the tenant.
        """
        from mdetui.auth.browser import ask_for_address

        profile = replace(self._profile, method="browser")
        return await self._for_person(ask_for_address, profile, self._transport, audience, claims)

    async def finish_browser(self, flow: BrowserFlow, pasted: Secret) -> Identity:
        """Sign in with the address at which the browser ended.

        Args:
            flow: From `start_browser`. After an error that says to paste again it still stands; one that was redeemed
                does not.
            pasted: What was pasted, spaces and line breaks included. Clear the input at once.

        Raises:
            SignInError: Not such an address, that of another attempt, or refused.
        """
        from mdetui.auth.browser import answer_in, redeem

        profile = replace(self._profile, method="browser")
        signed = await self._for_person(redeem, profile, self._transport, flow, answer_in(flow, pasted))
        return await self._welcome(signed, flow.audience)

    def provide_secret(self, secret: Secret) -> None:
        """Take what a person typed after `SignInNeeded` with `needs` of `secret` or `passphrase`.

        It is kept in memory until it is refused, until `sign_out` or until `aclose`.
        """
        if isinstance(self._way, AppTokens):
            self._way.provide(secret)

    async def sign_out(self) -> list[str]:
        """Forget every token, here and in the store.

        Returns:
            Sentences: what was removed, and what goes on to work because it was not revoked at Entra.
        """
        self._forget()
        return await in_daemon(self._way.forget, name=f"sign-out {self._profile.name}")

    async def aclose(self) -> None:
        """Forget every token; whoever still waits is cancelled. What the store keeps stays for the next run."""
        self._way.close()
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for thread in self._undoing:
            # a sign-in that was given up while it was being kept: a file is written in no time, a lock may be held
            await in_daemon(thread.join, _UNDO_PATIENCE)
        self._forget()

    async def _for_person(self, function: Callable[..., T], *args: object) -> T:
        """One step of a person's sign-in, in a thread. Cancelled, its result is dropped, and nothing was kept yet."""
        if not isinstance(self._way, PersonTokens):
            raise SignInError(
                f"Profile {self._profile.name} signs in by method {self._profile.method}, without a person.",
                "Press r to try again, or take a profile with method device-code or browser.",
            )
        return await in_daemon(function, *args, name=f"sign-in {self._profile.name}")

    def _forget(self) -> None:
        self._turn += 1
        self._held.clear()
        self._identity = None

    def _landed(self, audience: str, task: asyncio.Task[Secret]) -> None:
        self._flights.pop(audience, None)
        if not task.cancelled():
            # seen here, too, so that a refusal nobody waits for any more is not reported by the loop
            self._refused = task.exception() is not None

    async def _renew(self, audience: str, claims: str | None, failed: Secret | None) -> Secret:
        turn, held = self._turn, self._held.get(audience)
        old = held.secret if held is not None else None
        try:
            grant = await in_daemon(
                self._way.acquire, audience, claims, failed, old, name=f"sign-in {self._profile.name}"
            )
        except WrongTenant:
            self._forget()
            raise
        except SignInError:
            if turn != self._turn:
                return await self._renew(audience, None, None)
            now = self._clock.monotonic()
            if held is None or held.secret == failed or claims is not None or now >= held.dies_at - LAST:
                raise
            # an outage of the authority must not take away a token that is still good
            held.renew_at = min(now + PATIENCE, held.dies_at - LAST)
            return held.secret
        if turn != self._turn:
            # somebody else signed in meanwhile, or nobody is signed in any more
            return await self._renew(audience, None, None)
        self._hold(audience, grant)
        return grant.token

    def _hold(self, audience: str, grant: Grant) -> None:
        renew_in = grant.expires_in - min(EARLY, grant.expires_in / 2)
        if grant.refresh_in is not None:
            renew_in = min(renew_in, grant.refresh_in)
        now = self._clock.monotonic()
        who = identity_of(claims_of(grant.token.reveal()), self._profile.client_id, grant.name)
        self._held[audience] = _Held(grant.token, now + renew_in, now + grant.expires_in, who)
        roles = frozenset().union(*(held.identity.roles for held in self._held.values()))
        self._identity = replace(who, roles=roles)

    async def _welcome(self, signed: SignedIn, audience: str) -> Identity:
        """Go on as the person who has just signed in."""
        assert isinstance(self._way, PersonTokens)
        attempt = Attempt()
        try:
            await in_daemon(self._way.adopt, signed, attempt, name=f"sign-in {self._profile.name}")
        except asyncio.CancelledError:
            attempt.mark()
            # not a task: the loop may be ending
            thread = threading.Thread(target=attempt.undo, name=f"sign-in {self._profile.name}", daemon=True)
            thread.start()
            self._undoing = [one for one in (*self._undoing, thread) if one.is_alive()]
            raise
        self._forget()
        self._hold(audience, signed.grant)
        assert self._identity is not None
        return self._identity
