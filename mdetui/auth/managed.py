"""Tokens of the machine this runs on: a managed identity of Azure, asked at an address that only the machine has.

Whoever may reach that address gets the same tokens, so no request may leave the host on the way: it goes to loopback
or to the link-local address of Azure's metadata service, and never through a proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from mdetui import text
from mdetui.auth import tenant
from mdetui.auth.grant import Grant, Passing
from mdetui.auth.identity import claims_of
from mdetui.auth.secret import Secret
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.net import tls_context

# Azure's metadata service; App Service, Arc and Cloud Shell answer on loopback
_NEAR = frozenset({"169.254.169.254", "127.0.0.1", "::1", "localhost"})
# elsewhere than in Azure nobody answers at the link-local address: that is no reason to wait for long
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)


class MachineTokens:
    """Tokens for a profile of method `managed-identity`. Nothing is kept."""

    def __init__(self, profile: Profile, known_tenant: Callable[[], str]) -> None:
        self._profile = profile
        self._known_tenant = known_tenant

    def acquire(self, audience: str, claims: str | None, failed: Secret | None, held: Secret | None) -> Grant:
        """A token of the metadata service, which keeps tokens itself; see `Giver`."""
        import msal
        from requests.exceptions import RequestException

        from mdetui.auth.adapter import HttpxAdapter
        from mdetui.auth.msal_app import grant_in

        profile = self._profile
        who = (
            msal.UserAssignedManagedIdentity(client_id=profile.client_id)
            if profile.client_id
            else msal.SystemAssignedManagedIdentity()
        )
        with httpx.HTTPTransport(verify=tls_context(profile), trust_env=False) as transport:
            http = HttpxAdapter(profile, transport, _TIMEOUT, lambda url: url.host in _NEAR)
            try:
                # a new one each time: its cache would hand out the token that is to be replaced
                client = msal.ManagedIdentityClient(who, http_client=http, client_capabilities=["CP1"])
                resource = profile.scope_of(audience).removesuffix("/.default")
                answer = client.acquire_token_for_client(resource=resource, claims_challenge=claims)
            except RequestException as error:
                raise self._absent(f"the metadata service was not reached: {text.line(str(error), 300)}") from None
            except Exception:
                # its texts quote the answer
                status = http.last.status_code if http.last is not None else 0
                raise self._absent(f"the metadata service gave an answer that is none (HTTP {status})") from None
        grant = grant_in(answer if isinstance(answer, dict) else {})
        if grant is None:
            raise self._refused(answer)
        tenant.check(profile, self._known_tenant(), claims_of(grant.token.reveal()), named=True)
        return grant

    def forget(self) -> list[str]:
        """Sentences only: the metadata service keeps the tokens."""
        return [
            f"The tokens of profile {self._profile.name} were removed from memory.",
            "Nothing was revoked: the metadata service of this machine goes on giving tokens to everybody who can "
            "reach it; to end that, remove the identity from the machine or its permissions in Entra.",
        ]

    def close(self) -> None:
        """Nothing is kept open."""

    def _absent(self, why: str) -> SignInError:
        return Passing(
            f"There is no managed identity for profile {self._profile.name}: {why}.",
            "This method works on an Azure or Arc machine that has an identity; check that, or take another method.",
        )

    def _refused(self, answer: Any) -> SignInError:
        said = answer.get("error") if isinstance(answer, dict) else None
        word = text.line(said, 60) if isinstance(said, str) and said else "no reason given"
        which = f"client_id {text.line(self._profile.client_id, 60)}" if self._profile.client_id else "its own identity"
        return SignInError(
            f"The metadata service refused a token for profile {self._profile.name}: {word}.",
            f"Check that this machine has {which}, and that the identity has permissions for Defender for Endpoint.",
        )
