"""Tokens of an app that proves itself: with a secret, a certificate, or another provider's assertion."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.auth import tenant
from mdetui.auth.grant import Grant
from mdetui.auth.identity import claims_of
from mdetui.auth.secret import Secret, SecretNeeded, read_secret
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.errors import SignInError, SignInNeeded

if TYPE_CHECKING:
    import httpx

    from mdetui.auth.certificate import Certificate
    from mdetui.auth.msal_app import MsalApp

_LONGEST_ASSERTION = 65_536
_TYPE_ANOTHER = "Type the Value of a secret that is in force, not its Secret ID, then press Enter."


class AppTokens:
    """Tokens for a profile whose app signs in by itself. Nothing is kept: what proves the app makes new ones.

    Args:
        profile: Tenant, app and method.
        transport: What requests go over.
        secret: A client secret that the connection brings.
        clock: Time that assertions are signed with.
    """

    def __init__(self, profile: Profile, transport: httpx.BaseTransport, secret: Secret | None, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._transport = transport
        self._secret = secret
        self._typed: Secret | None = None
        # one app for each audience: each has its own cache and is used by one thread at a time
        self._apps: dict[str, _Proving] = {}

    def provide(self, secret: Secret) -> None:
        """Take a secret, or a certificate's password, that a person typed."""
        self._typed = secret

    def acquire(self, audience: str, claims: str | None, failed: Secret | None, held: Secret | None) -> Grant:
        """A new token, whatever there was; see `Giver`."""
        # out of the table while it is used: after a failure the next try starts with a new app, because MSAL
        # remembers refusals for 60 s and would not ask again
        app = self._apps.pop(audience, None)
        typed = self._typed
        try:
            if app is None:
                app = _Proving(self._profile, self._transport, self._secret or typed, typed, self._clock)
            grant = app.acquire(self._profile.scope_of(audience), claims)
        except SecretNeeded as error:
            self._typed = None
            raise SignInNeeded(error.what, error.todo, needs=_needs(error), audience=audience) from None
        except SignInError as error:
            if typed is None or self._secret is not None or not _was_refused(app, self._profile):
                raise
            # a secret that was typed wrongly is typed again
            self._typed = None
            raise SignInNeeded(
                error.what, _TYPE_ANOTHER, correlation_id=error.correlation_id, needs="secret", audience=audience
            ) from None
        self._apps[audience] = app
        return grant

    def forget(self) -> list[str]:
        """Forget tokens and what was typed."""
        self._apps.clear()
        self._typed = None
        kept = {
            "client-secret": f"The client secret {_in(self._profile.client_secret_file)}",
            "certificate": f"The certificate {_in(self._profile.certificate_file)}",
            "federated": f"The assertion {_in(self._profile.assertion_file)}",
        }[self._profile.method]
        return [
            f"The tokens of profile {self._profile.name} were removed from memory.",
            "Nothing was revoked: tokens that were given out work until they end, about an hour. "
            f"{kept} stays as it is and signs in again; to end that, remove it from the app registration.",
        ]

    def close(self) -> None:
        """Forget everything."""
        self._apps.clear()


class _Proving:
    """One app object of MSAL with its credential."""

    def __init__(
        self,
        profile: Profile,
        transport: httpx.BaseTransport,
        secret: Secret | None,
        password: Secret | None,
        clock: Clock,
    ) -> None:
        from mdetui.auth.msal_app import MsalApp

        self._profile = profile
        self._clock = clock
        self.msal: MsalApp | None = None
        said = ""
        credential: Any
        match profile.method:
            case "certificate":
                from mdetui.auth.certificate import read_certificate

                certificate = read_certificate(profile, password)
                credential, said = {"client_assertion": lambda: self._signed(certificate)}, certificate.said
            case "federated":
                # asked again for every request: the file is replaced about once an hour
                credential = {"client_assertion": lambda: read_assertion(profile)}
            case _:
                credential = secret or read_secret(profile)
        self.msal = MsalApp(profile, transport, credential, said)

    def acquire(self, scope: str, claims: str | None) -> Grant:
        """A new token: MSAL's cache is emptied first, because who asks here knows that the old one will not do."""
        from mdetui.auth.msal_app import grant_in

        assert self.msal is not None
        app = self.msal.app
        app.remove_tokens_for_client()
        answer = self.msal.ask(scope, app.acquire_token_for_client, [scope], claims_challenge=claims)
        grant = grant_in(answer)
        failed = self.msal.refused(answer, scope) if grant is None else None
        del answer
        if grant is None:
            assert failed is not None
            raise failed
        tenant.check(self._profile, self.msal.tenant, claims_of(grant.token.reveal()))
        return grant

    def _signed(self, certificate: Certificate) -> str:
        assert self.msal is not None
        endpoint = str(self.msal.app.authority.token_endpoint)
        now = self._clock.now().timestamp()
        return certificate.assertion(self._profile.client_id, endpoint, now=now, chain=self._profile.certificate_chain)


def read_assertion(profile: Profile) -> str:
    """The assertion in a profile's file.

    Not as strict as with secrets: Kubernetes lays a link there, to a file that is root's and readable for a group.

    Raises:
        SignInError: It can't be read or holds none.
    """
    path = profile.assertion_file or os.environ.get("AZURE_FEDERATED_TOKEN_FILE", "")
    shown = text.line(path or "(none is named)", 200)
    why = "it is empty or too long"
    try:
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise OSError(0, "it is no plain file")
        with Path(path).open("rb") as file:
            value = file.read(_LONGEST_ASSERTION + 1).decode("ascii").strip()
    except OSError as error:
        value, why = "", error.strerror or "unknown reason"
    except UnicodeDecodeError:
        value, why = "", "it holds no assertion"
    if not value or len(value) > _LONGEST_ASSERTION or len(value.split()) > 1:
        raise SignInError(
            f"The assertion file {shown} of profile {profile.name} can't be used: {why}.",
            "Whoever issues the assertions writes it; check assertion_file and that its token is mounted here.",
        )
    return value


def _needs(error: SecretNeeded) -> Any:
    return "secret" if error.noun == "client secret" else "passphrase"


def _was_refused(app: _Proving | None, profile: Profile) -> bool:
    return (
        profile.method == "client-secret"
        and app is not None
        and app.msal is not None
        and app.msal.refusal.error == "invalid_client"
    )


def _in(path: str) -> str:
    return f"in {text.line(path, 200)}" if path else "of the profile"
