"""Whether a token is for the tenant of its profile: acting in another one would hit somebody else's machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.auth.grant import WrongTenant
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.profile_check import is_guid

if TYPE_CHECKING:
    import httpx


def check(profile: Profile, known: str, *sources: Mapping[str, Any], named: bool = False) -> None:
    """Check the claims of everything an answer held.

    Args:
        profile: Whose tenant it must be.
        known: The tenant's id as the authority gives it: what a profile is held to that names a domain. An id that
            differs from the profile's is as wrong as one in a token.
        sources: Claims of access token and id token; those without `tid` say nothing.
        named: Whether at least one must name its tenant: where nobody but the token says whose it is.

    Raises:
        WrongTenant: One of them is another tenant's.
        SignInError: It can't be told.
    """
    wanted = profile.tenant if is_guid(profile.tenant) else known
    if not is_guid(wanted):
        raise SignInError(
            f"It can't be told which tenant {text.line(profile.tenant, 80)} of profile {profile.name} is.",
            "Give the tenant's id (a GUID) as tenant of the profile.",
        )
    told = [tid for claims in sources if isinstance(tid := claims.get("tid"), str) and tid]
    if named and not told:
        raise SignInError(
            f"The token for profile {profile.name} does not say which tenant it is for, so it was thrown away.",
            "Ask for a token of Microsoft Entra for the scope of the profile.",
        )
    for tid in (*told, *((known,) if is_guid(known) else ())):
        if tid.lower() != wanted.lower():
            from mdetui.auth import hints

            raise WrongTenant.of(hints.wrong_tenant(profile, tid))


def known_to_authority(profile: Profile, transport: httpx.BaseTransport) -> str:
    """The id behind a profile's domain, as the authority gives it; "" when the profile names an id. Blocks.

    Raises:
        SignInError: The authority was not reached or does not know the tenant.
    """
    if is_guid(profile.tenant):
        return ""
    from mdetui.auth.msal_app import MsalApp

    return MsalApp(profile, transport).tenant
