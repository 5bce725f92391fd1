"""What to tell a person when no token could be had.

Microsoft says that the numbers may change, so nothing is decided by them: they only choose the words. Of an answer of
the authority only `error`, `suberror`, `error_codes` and `correlation_id` are ever used, never the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdetui import text
from mdetui.config import Profile
from mdetui.errors import SignInError

# code -> (what happened, what to do); {tenant} {client} {cloud} {file} {scope} are filled in
_HINTS: dict[int, tuple[str, str]] = {
    7000215: ("the client secret is wrong", "Put the secret's Value (not its Secret ID) into {file}."),
    7000222: ("the client secret expired", "Make a new secret for app {client} and put its value into {file}."),
    700016: (
        "the app {client} is not known in tenant {tenant}",
        "Check client_id, tenant and cloud ({cloud}) of the profile.",
    ),
    90002: ("there is no tenant {tenant} in cloud {cloud}", "Check tenant and cloud of the profile."),
    500011: (
        "the tenant {tenant} has no Defender for Endpoint service of the name {scope}",
        "Check cloud and scope of the profile, and that the tenant has the licence.",
    ),
    53003: (
        "a Conditional Access policy of the tenant blocked it",
        "Ask for the policies that apply to app {client} (workload identities, locations).",
    ),
}
_SAME = {700011: 700016, 90038: 90002, 900023: 90002, 650052: 500011, 650057: 500011, 530032: 53003, 530035: 53003}
_BUSY = frozenset({"temporarily_unavailable", "server_error", "service_unavailable"})


def refused(profile: Profile, scope: str, answer: Mapping[str, Any], status: int = 0) -> SignInError:
    """The error for an answer of the authority that holds no token.

    Args:
        profile: Whose sign-in it was.
        scope: The scope that was asked.
        answer: The decoded answer.
        status: HTTP status, 0 when unknown.
    """
    codes = [code for code in _list(answer.get("error_codes")) if isinstance(code, int)]
    kind = answer.get("error") if isinstance(answer.get("error"), str) else ""
    correlation = answer.get("correlation_id")
    correlation_id = text.line(correlation, 64) if isinstance(correlation, str) and correlation else None
    if status == 429 or status >= 500 or kind in _BUSY:
        return busy(profile, status, correlation_id)
    code = next((found for found in codes if _SAME.get(found, found) in _HINTS), None)
    shown = f"AADSTS{code or codes[0]}" if codes else text.line(kind or f"HTTP {status}", 60)
    if code is None:
        sub = answer.get("suberror")
        detail = ", ".join(text.line(part, 60) for part in (kind, sub) if isinstance(part, str) and part)
        what = f"The sign-in of profile {profile.name} was refused: {detail or 'no reason given'} ({shown})."
        return SignInError(what, "Look that code up in Microsoft's list.", correlation_id=correlation_id)
    what, todo = _HINTS[_SAME.get(code, code)]
    facts = {
        "tenant": text.line(profile.tenant, 80),
        "client": text.line(profile.client_id, 80),
        "cloud": profile.cloud,
        "file": text.line(profile.client_secret_file or "the secret file", 200),
        "scope": text.line(scope, 120),
    }
    return SignInError(
        f"The sign-in of profile {profile.name} was refused: {what.format(**facts)} ({shown}).",
        todo.format(**facts),
        correlation_id=correlation_id,
    )


def busy(profile: Profile, status: int, correlation_id: str | None = None) -> SignInError:
    """The authority can't answer now."""
    return SignInError(
        f"The sign-in host of profile {profile.name} is busy (HTTP {status}).",
        "Wait a minute and try again.",
        correlation_id=correlation_id,
    )


def unreachable(profile: Profile, reason: str) -> SignInError:
    """The authority was not reached."""
    return SignInError(
        f"The sign-in host {profile.login} of profile {profile.name} was not reached: {text.line(reason, 160)}.",
        "Check network, proxy and CA bundle.",
    )


def strange(profile: Profile, status: int, content_type: str) -> SignInError:
    """Something else than the authority answered: a captive portal, a proxy's page."""
    kind = text.line(content_type or "no content type", 60)
    return SignInError(
        f"The sign-in host {profile.login} of profile {profile.name} gave an answer that is none (HTTP {status}, {kind}).",
        "A proxy or a captive portal may have answered in its place.",
    )


def wrong_tenant(profile: Profile, tid: str) -> SignInError:
    """The token is another tenant's: acting with it would hit the wrong machines."""
    return SignInError(
        f"The token is for tenant {text.line(tid, 64)}, but profile {profile.name} is for {text.line(profile.tenant, 64)}.",
        "It was thrown away. Check tenant, authority and client_id of the profile.",
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
