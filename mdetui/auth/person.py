"""The tokens of a person: one account, kept in the profile's store, shared with other runs of this program.

Reading, asking and writing happen in one section of the store, so that two programs do not both redeem a refresh
token and lose one another's. Everything here blocks and runs in daemon threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from mdetui import text
from mdetui.auth.grant import EARLY, LAST, PATIENCE, Grant, WrongTenant
from mdetui.auth.kept import Kept, kept_in
from mdetui.auth.secret import Secret
from mdetui.config import Profile
from mdetui.errors import SignInError, SignInNeeded

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import httpx

    from mdetui.auth.msal_app import MsalApp, Refusal
    from mdetui.auth.public import SignedIn

# OAuth's words for "not without the person"
_ASK = frozenset({"invalid_grant", "interaction_required", "login_required"})


class Store(Protocol):
    """Where a text is kept between runs; `auth.store.TokenStore` is one."""

    @property
    def where(self) -> str:
        """The place, for people."""

    @property
    def notice(self) -> str:
        """What the person must see of it; "" when there is nothing."""

    def load(self) -> str | None:
        """What is kept."""

    def save(self, kept: str) -> None:
        """Keep this instead."""

    def forget(self) -> None:
        """Keep nothing."""

    def section(self) -> AbstractContextManager[None]:
        """Keep other threads and programs out meanwhile."""


class Attempt:
    """One sign-in of a person, who may give it up at any moment, also while its result is being kept."""

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._given_up = False
        self._undo: Callable[[], None] = lambda: None

    def keep(self, do: Callable[[], Callable[[], None]]) -> None:
        """Keep the result, unless it was given up; `do` asks `go_on` before it writes, and gives back what undoes it.

        Raises:
            SignInError: It was given up.
        """
        with self._door:
            self.go_on()
            self._undo = do()

    def go_on(self) -> None:
        """Raises SignInError when it was given up."""
        if self._given_up:
            raise SignInError("The sign-in was given up.", "Start it again.")

    def mark(self) -> None:
        """It is given up from now on. Does not block."""
        self._given_up = True

    def undo(self) -> None:
        """Take back what was kept of it."""
        with self._door:
            self._undo()
            self._undo = lambda: None


class PersonTokens:
    """Tokens of whoever is signed in to a profile.

    Args:
        profile: Tenant and app.
        transport: What requests go over.
        store: Where the account outlives this run.
    """

    def __init__(self, profile: Profile, transport: httpx.BaseTransport, store: Store) -> None:
        self._profile = profile
        self._transport = transport
        self._store = store
        self._app: MsalApp | None = None
        # whom this run works with: it never goes on as somebody else who signed in elsewhere meanwhile
        self._home = ""
        # counts sign-ins and sign-outs, so that a renewal that was on its way does not bring the old account back
        self._turn = 0

    @property
    def notice(self) -> str:
        """What the person must see of the store."""
        return self._store.notice

    def acquire(self, audience: str, claims: str | None, failed: Secret | None, held: Secret | None) -> Grant:
        """A token that another run got meanwhile, or a new one; see `Giver`.

        Raises:
            SignInNeeded: Nobody is signed in, or the authority wants the person again.
        """
        from mdetui.auth.public import renew

        scope = self._profile.scope_of(audience)
        with self._store.section():
            kept = self._kept(audience, claims)
            turn = self._turn
            found = kept.grant(self._profile.client_id, scope, [one for one in (failed, held) if one is not None])
            if found is not None and found.expires_in > EARLY and (claims is None or failed is not None):
                return found
            app: MsalApp | None = None
            try:
                app = self._fresh_app()
                renewed = renew(app, kept, scope, claims)
            except WrongTenant:
                self._drop()
                raise
            except SignInError as error:
                if found is not None and claims is None and found.expires_in > LAST:
                    # an outage of the authority must not take away a token that is still good
                    return replace(found, refresh_in=PATIENCE)
                if app is not None and _wants_person(app.refusal):
                    raise SignInNeeded(
                        error.what,
                        error.todo,
                        correlation_id=error.correlation_id,
                        audience=audience,
                        claims=app.refusal.claims or claims,
                    ) from None
                raise
            if renewed is None or turn != self._turn:
                raise self._nobody(audience, claims)
            self._store.save(renewed.kept.text().reveal())
        self._app = app
        return renewed.grant

    def adopt(self, signed: SignedIn, attempt: Attempt) -> None:
        """Keep a person who has just signed in, instead of whoever was.

        Raises:
            SignInError: The attempt was given up.
        """

        def keep() -> Callable[[], None]:
            with self._store.section():
                before, home = self._store.load(), self._home
                # the section may have been waited for
                attempt.go_on()
                self._store.save(signed.kept.text().reveal())
                self._turn += 1
                self._home = signed.kept.home

            def undo() -> None:
                with self._store.section():
                    if before is None:
                        self._store.forget()
                    else:
                        self._store.save(before)
                    self._turn += 1
                    self._home = home

            return undo

        attempt.keep(keep)

    def forget(self) -> list[str]:
        """Remove the account from memory and store; sentences for the person."""
        self._turn += 1
        self._home, self._app = "", None
        where = self._store.where
        kept = self._read()
        self._store.forget()
        # once more, for one that came between and that the store did not wait for any longer
        self._turn += 1
        who = text.line(kept.name, 80) if kept is not None and kept.name else "whoever was signed in"
        return [
            f"The tokens of profile {self._profile.name} ({who}) were removed from where they were kept ({where}).",
            "Nothing was revoked: an access token that was given out works until it ends, about an hour, and the "
            "session goes on at Entra until it ends there. To end it now, choose Revoke sessions on the user's page "
            "of the Entra admin center, or sign out everywhere at the account page of Microsoft.",
        ]

    def close(self) -> None:
        """Nothing is kept open; a renewal that is under way is still kept, or its refresh token would be lost."""

    def _read(self) -> Kept | None:
        loaded = self._store.load()
        return kept_in(Secret(loaded), self._profile) if loaded is not None else None

    def _kept(self, audience: str, claims: str | None) -> Kept:
        kept = self._read()
        if kept is None:
            raise self._nobody(audience, claims)
        if self._home and kept.home != self._home:
            raise SignInNeeded(
                f"Another run of mdetui signed in to profile {self._profile.name} as {text.line(kept.name, 80)}.",
                "Sign in again as whom you mean to be.",
                audience=audience,
                claims=claims,
            )
        self._home = kept.home
        return kept

    def _fresh_app(self) -> MsalApp:
        """An app for one call. It is put back when the call went well: one that failed would not ask again for 60 s."""
        from mdetui.auth.msal_app import MsalApp

        app, self._app = self._app, None
        return app or MsalApp(self._profile, self._transport)

    def _drop(self) -> None:
        """Throw away an account that has turned out to be another tenant's."""
        self._turn += 1
        self._home = ""
        self._store.forget()

    def _nobody(self, audience: str, claims: str | None) -> SignInNeeded:
        ended = bool(self._home)
        what = "was signed out, here or by another run of mdetui" if ended else "has nobody signed in"
        return SignInNeeded(
            f"Profile {self._profile.name} {what}.",
            "Sign in with a device code or with a browser elsewhere.",
            audience=audience,
            claims=claims,
        )


def _wants_person(refusal: Refusal) -> bool:
    """Whether a sign-in can mend it; a consent that is missing is the admin's to give."""
    consent = "consent_required" in (refusal.error, refusal.suberror)
    return refusal.error in _ASK and not consent
