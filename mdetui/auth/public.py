"""MSAL for people: a device code, a browser elsewhere, and renewal without them. Imported in worker threads only."""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from mdetui import text
from mdetui.auth import hints, tenant
from mdetui.auth.adapter import origin
from mdetui.auth.grant import Grant, Sealed
from mdetui.auth.identity import claims_of
from mdetui.auth.kept import Kept, key_of
from mdetui.auth.msal_app import MsalApp, grant_in
from mdetui.auth.secret import Secret
from mdetui.errors import SignInError

# a person can't follow a code that lives shorter, and one that lives longer is no code of Entra's
_LONGEST_CODE = 3600


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who has just signed in. Nothing of it is kept anywhere yet: whoever drops it has undone it."""

    kept: Kept
    grant: Grant


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought."""

    state: Literal["pending", "slower", "done"]
    signed: SignedIn | None = field(default=None, repr=False)


def start_device(app: MsalApp, scope: str, claims: str | None) -> Sealed[dict[str, Any]]:
    """A flow with a code.

    Raises:
        SignInError: There is none.
    """
    flow = app.ask(scope, app.app.initiate_device_flow, [scope], claims_challenge=claims)
    code, url, secret = flow.get("user_code"), flow.get("verification_uri"), flow.get("device_code")
    failed: SignInError | None = None
    if not isinstance(code, str) or not code:
        # MSAL gives refusals back as they are
        failed = app.refused(flow, scope)
    elif not isinstance(url, str) or not url.startswith("https://") or not isinstance(secret, str):
        failed = hints.strange(app.profile, 200, "a device code without an https address")
    if failed is not None:
        del flow, code, secret
        raise failed
    flow["user_code"], flow["verification_uri"] = text.line(code, 40), text.line(url, 200)
    flow["expires_in"] = min(max(flow["expires_in"], 1), _LONGEST_CODE)
    return Sealed(flow)


def poll(app: MsalApp, flow: Sealed[dict[str, Any]], scope: str, claims: str | None) -> Poll:
    """Ask once whether the person has used the code.

    Raises:
        SignInError: No, and they will not any more; `Passing` when it could not be asked.
    """
    answer = app.ask(
        scope,
        app.app.acquire_token_by_device_flow,
        # a copy, of which MSAL may think what it likes: the time between polls is ours
        {**flow.reveal(), "interval": 1, "latest_attempt_at": 0},
        claims_challenge=claims,
        exit_condition=lambda _: True,
    )
    match answer.get("error"):
        case "authorization_pending":
            return Poll("pending")
        case "slow_down":
            return Poll("slower")
    return Poll("done", _signed_in(app, answer, scope))


def start_browser(app: MsalApp, scope: str, claims: str | None) -> Sealed[dict[str, Any]]:
    """A flow with an address.

    Raises:
        SignInError: There is none.
    """
    # MSAL recommends a form that is posted to a listener, which this way does without
    warnings.filterwarnings("ignore", message="response_mode='form_post' is recommended", category=UserWarning)
    flow = Sealed(
        app.ask(
            scope,
            app.app.initiate_auth_code_flow,
            [scope],
            redirect_uri=app.profile.redirect_uri,
            prompt="select_account",
            login_hint=app.profile.login_hint or None,
            claims_challenge=claims,
        )
    )
    if origin(httpx.URL(flow.reveal()["auth_uri"])) != origin(httpx.URL(app.profile.login)):
        # a person would type a password there
        raise hints.unreachable(app.profile, "its sign-in page is said to be on another host")
    return flow


def finish_browser(app: MsalApp, flow: Sealed[dict[str, Any]], answer: Sealed[dict[str, str]], scope: str) -> SignedIn:
    """Redeem the code of an answer that belongs to the flow.

    Raises:
        SignInError: Refused.
    """
    # copies: MSAL takes things out of them
    redeem = app.app.acquire_token_by_auth_code_flow
    return _signed_in(app, app.ask(scope, redeem, dict(flow.reveal()), dict(answer.reveal())), scope)


def renew(app: MsalApp, kept: Kept, scope: str, claims: str | None) -> SignedIn | None:
    """A new access token for a scope, whichever the refresh token was first given for; None when there is no session.

    Raises:
        SignInError: Refused, and `app.refusal` says how; or `Passing`.
    """
    # read anew each time: another program may have renewed it
    account = None
    with contextlib.suppress(Exception):
        # what is kept may be damaged in ways that only MSAL notices: then nobody is signed in
        app.cache.deserialize(kept.cache.reveal())
        account = next((one for one in app.app.get_accounts() if one.get("home_account_id") == kept.home), None)
    if account is None:
        return None
    answer = app.ask(
        scope,
        app.app.acquire_token_silent_with_error,
        [scope],
        account,
        # who asks here knows that the old token will not do
        force_refresh=True,
        claims_challenge=claims,
    )
    if not answer:
        return None
    grant = _grant(app, answer, scope)
    _check(app, answer, grant)
    return SignedIn(
        kept.with_cache(app.cache.serialize()), Grant(grant.token, grant.expires_in, grant.refresh_in, kept.name)
    )


def _signed_in(app: MsalApp, answer: dict[str, Any], scope: str) -> SignedIn:
    """A person who is in this app's cache, and in no other place.

    Raises:
        SignInError: The answer is a refusal, or another tenant's. The cache goes with the app.
    """
    grant = _grant(app, answer, scope)
    _check(app, answer, grant)
    accounts = app.app.get_accounts()
    if len(accounts) != 1 or not accounts[0].get("home_account_id"):
        raise SignInError(
            f"The sign-in host of profile {app.profile.name} did not say who signed in.",
            "Check authority and client_id of the profile.",
        )
    name = text.line(str(accounts[0].get("username") or ""), 120)
    kept = Kept(key_of(app.profile), accounts[0]["home_account_id"], name, Secret(app.cache.serialize()))
    return SignedIn(kept, Grant(grant.token, grant.expires_in, grant.refresh_in, name))


def _grant(app: MsalApp, answer: dict[str, Any], scope: str) -> Grant:
    """The token, which the answer holds no more: only its claims stay in it.

    Raises:
        SignInError: It is a refusal.
    """
    grant = grant_in(answer)
    failed = app.refused(answer, scope) if grant is None else None
    told = answer.get("id_token_claims")
    answer.clear()
    if failed is not None or grant is None:
        assert failed is not None
        raise failed
    answer["id_token_claims"] = told
    return grant


def _check(app: MsalApp, answer: dict[str, Any], grant: Grant) -> None:
    told = answer.get("id_token_claims")
    sources = [claims_of(grant.token.reveal()), told if isinstance(told, dict) else {}]
    tenant.check(app.profile, app.tenant, *sources, named=True)
