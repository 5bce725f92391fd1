"""Signing in with a browser on another host: an address to open there, and the address it ends at, pasted back here.

Nothing listens: the browser fails to load the address it is sent to, which holds the code. PKCE and `state` make the
code useless to anybody who sees it on the way; that the browser runs on the managed workstation is what proves the
device to the tenant's policies.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from mdetui.auth import hints
from mdetui.auth.grant import Sealed
from mdetui.auth.secret import Secret
from mdetui.config import Profile
from mdetui.errors import SignInError

if TYPE_CHECKING:
    import httpx

    from mdetui.auth.public import SignedIn

# an authorization response is a few kB; what is longer is something else that lay in the clipboard
_LONGEST = 32_768
_FIELDS = ("code", "state", "client_info", "error", "error_description")


@dataclass(frozen=True, slots=True)
class BrowserFlow:
    """One attempt to sign in with a browser. Hand it back to `TokenSource.finish_browser` with what was pasted.

    Attributes:
        url: What the person opens on the workstation. It holds no secret, but it belongs to this attempt alone.
        redirect_uri: Where the browser ends; nothing listens there, so it shows an error page.
        audience: What the first token will be for.
    """

    url: str = field(repr=False)
    redirect_uri: str
    audience: str
    _flow: Sealed[dict[str, Any]] = field(repr=False, compare=False)


def ask_for_address(profile: Profile, transport: httpx.BaseTransport, audience: str, claims: str | None) -> BrowserFlow:
    """A new address. Blocks.

    Raises:
        SignInError: The authority did not say where its sign-in page is.
    """
    from mdetui.auth.msal_app import MsalApp
    from mdetui.auth.public import start_browser

    flow = start_browser(MsalApp(profile, transport), profile.scope_of(audience), claims)
    return BrowserFlow(flow.reveal()["auth_uri"], profile.redirect_uri, audience, flow)


def answer_in(flow: BrowserFlow, pasted: Secret) -> Sealed[dict[str, str]]:
    """What the address that was pasted says: `code` and `state`, or `error` and what belongs to it.

    Only the query matters: a terminal breaks long lines, so spaces and line breaks in it mean nothing.

    Raises:
        SignInError: There is no answer of the sign-in page in it, or it is the answer to another attempt.
    """
    answer = Sealed(_fields_in(pasted))
    given = {name for name, value in answer.reveal().items() if value}
    if "state" not in given or not given & {"code", "error"}:
        raise SignInError(
            "What was pasted is not the address a sign-in ends at.",
            "Copy the whole address from the browser's address bar, from http to its end, and paste it here.",
        )
    if not hmac.compare_digest(answer.reveal()["state"].encode(), flow._flow.reveal()["state"].encode()):
        raise SignInError(
            "The address that was pasted belongs to another attempt to sign in.",
            "Open the address shown now, sign in there, and paste where that one ends.",
        )
    return answer


def _fields_in(pasted: Secret) -> dict[str, str]:
    text = "".join(pasted.reveal().split()).strip("<>\"'`")
    query = (text.partition("?")[2] or text).partition("#")[0]
    try:
        fields = dict(parse_qsl(query if len(query) <= _LONGEST else "", max_num_fields=50))
    except ValueError:
        return {}
    return {name: fields[name] for name in _FIELDS if name in fields}


def redeem(
    profile: Profile, transport: httpx.BaseTransport, flow: BrowserFlow, answer: Sealed[dict[str, str]]
) -> SignedIn:
    """Tokens for the code of an answer. Blocks.

    Raises:
        SignInError: The sign-in page or the authority said no.
    """
    scope = profile.scope_of(flow.audience)
    if "error" in answer.reveal():
        raise hints.refused(profile, scope, answer.reveal())
    from mdetui.auth.msal_app import MsalApp
    from mdetui.auth.public import finish_browser

    # an app of its own: whatever goes wrong, its cache goes with it, and with it an account that MSAL has filed before
    # it found the nonce wrong
    return finish_browser(MsalApp(profile, transport), flow._flow, answer, scope)
