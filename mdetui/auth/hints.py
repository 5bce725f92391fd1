"""What to tell a person when no token could be had: the words are in `aadsts.py`.

Of an answer of the authority only `error`, `suberror`, the codes, `correlation_id` and `timestamp` are ever used,
never the rest: descriptions quote what was sent. Out of one only the code and the id are taken, where there are no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from mdetui import permissions, text
from mdetui.auth.aadsts import BUSY, BY_ERROR, HINTS, Hint
from mdetui.config import METHOD_TABLE, Profile
from mdetui.errors import SignInError

_BUSY_ERRORS = frozenset({"temporarily_unavailable", "server_error", "service_unavailable"})
# an answer in a browser's address has neither error_codes nor an id, only a text with both
_CODE = re.compile(r"AADSTS(\d{5,8})\b")
_QUOTED_ID = re.compile(r"\bCorrelation ID: ([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\b")
_LAST_CODE = 10**8
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ")


def refused(
    profile: Profile,
    scope: str,
    answer: Mapping[str, Any],
    status: int = 0,
    *,
    certificate: str = "",
    now: datetime | None = None,
) -> SignInError:
    """The error for an answer of the authority that holds no token.

    Args:
        profile: Whose sign-in it was.
        scope: The scope that was asked.
        answer: The decoded answer, or the fields of the address a browser ended at.
        status: HTTP status, 0 when unknown.
        certificate: What is known of the certificate that was used: thumbprint, last day.
        now: Wall time of this host.
    """
    kind = _text(answer, "error")
    sub = _text(answer, "suberror")
    codes = _codes(answer)
    correlation = text.line(found, 64) if (found := _correlation(answer)) else None
    if is_busy(answer, status):
        return busy(profile, status, correlation)
    clock = text.stamp(now or datetime.now(UTC))
    known = next((code for code in codes if code in HINTS), None)
    hint = HINTS[known] if known is not None else BY_ERROR.get(kind)
    code = f"AADSTS{known or codes[0]}" if codes else text.line(kind or f"HTTP {status}", 60)
    stamp = found if _STAMP.fullmatch(found := _text(answer, "timestamp")) else clock
    if hint is None:
        said = ", ".join(text.line(part, 60) for part in (kind, sub) if part) or "no reason given"
        what, todo = said, "Look that code up in Microsoft's list of AADSTS codes, then press r."
    else:
        facts = _facts(profile, scope, certificate, clock)
        what, todo = hint.what.format(**facts), _todo(profile, hint).format(**facts)
    return SignInError(
        f"The sign-in of profile {profile.name} was refused: {what} ({code}, {stamp}).",
        todo,
        correlation_id=correlation,
    )


def is_busy(answer: Mapping[str, Any], status: int) -> bool:
    """Whether an answer says no more than that the authority can't answer now."""
    if status == 429 or status >= 500 or _text(answer, "error") in _BUSY_ERRORS:
        return True
    return next((HINTS[code] for code in _codes(answer) if code in HINTS), None) is BUSY


def busy(
    profile: Profile,
    status: int,
    correlation_id: str | None = None,
    *,
    until: datetime | None = None,
    wait: float | None = None,
) -> SignInError:
    """The authority can't answer now.

    Args:
        profile: Whose sign-in it was.
        status: HTTP status, 0 when unknown.
        correlation_id: Of the answer.
        until: When the token that is still good ends.
        wait: Seconds until it is asked again by itself.
    """
    how = f" (HTTP {status})" if status else ""
    good = f"Go on working: the current token is good until {until.astimezone(UTC):%H:%M}Z. " if until else ""
    todo = f"It is asked again in {wait:.0f} s." if wait is not None else BUSY.todo
    return SignInError(
        f"The sign-in host of profile {profile.name} is busy{how}.", f"{good}{todo}", correlation_id=correlation_id
    )


def unreachable(profile: Profile, reason: str) -> SignInError:
    """The authority was not reached."""
    return SignInError(
        f"The sign-in host {text.line(profile.login, 200)} of profile {profile.name} was not reached: "
        f"{text.line(reason, 500)}.",
        "Check network, proxy and CA bundle, then press r.",
    )


def strange(profile: Profile, status: int, content_type: str) -> SignInError:
    """Something else than the authority answered: a captive portal, a proxy's page."""
    kind = text.line(content_type or "no content type", 60)
    return SignInError(
        f"The sign-in host {profile.login} of profile {profile.name} gave an answer that is none (HTTP {status}, {kind}).",
        "A proxy or a captive portal may have answered in its place; press r to try again.",
    )


def wrong_tenant(profile: Profile, tid: str) -> SignInError:
    """The token is another tenant's: acting with it would hit the wrong machines."""
    return SignInError(
        f"The token is for tenant {text.line(tid, 64)}, but profile {profile.name} is for {text.line(profile.tenant, 64)}.",
        "It was thrown away. Check tenant, authority and client_id of the profile, then press r to sign in again.",
    )


def consent_link(profile: Profile) -> str:
    """The address at which an admin grants consent."""
    return (
        f"{profile.login}/{quote(profile.tenant, safe='')}/adminconsent?client_id={quote(profile.client_id, safe='')}"
    )


def _todo(profile: Profile, hint: Hint) -> str:
    if profile.method == "device-code" and hint.device:
        return hint.device
    method = METHOD_TABLE.get(profile.method)
    return hint.app if hint.app and method is not None and not method.person else hint.todo


def _facts(profile: Profile, scope: str, certificate: str, clock: str) -> dict[str, str]:
    """What is filled in, safe to show."""
    method = METHOD_TABLE.get(profile.method)
    person = method is not None and method.person
    look = ", ".join(permissions.names(person=person, responds=False))
    respond = ", ".join(permissions.names(person=person, responds=True))
    kind = "delegated" if person else "application"
    file = profile.client_secret_file or profile.certificate_file or profile.assertion_file
    return {
        "tenant": text.line(profile.tenant, 80),
        "client": text.line(profile.client_id or "of this machine", 80),
        "cloud": text.line(profile.cloud, 20),
        "login": text.line(profile.login, 200),
        "file": text.line(file or "the place the profile reads it from", 200),
        "certificate": text.line(certificate or f"the certificate in {file or 'this profile'}", 300),
        "scope": text.line(scope, 120),
        "permissions": f"the {kind} permissions {look}, and to respond {respond}",
        "consent": text.line(consent_link(profile), 300),
        "redirect": text.line(profile.redirect_uri, 120),
        "clock": clock,
    }


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""


def _correlation(answer: Mapping[str, Any]) -> str:
    if given := _text(answer, "correlation_id"):
        return given
    found = _QUOTED_ID.search(_text(answer, "error_description"))
    return found[1] if found else ""


def _codes(answer: Mapping[str, Any]) -> list[int]:
    given = answer.get("error_codes")
    codes = [
        code
        for code in (given[:20] if isinstance(given, list) else [])
        if isinstance(code, int) and not isinstance(code, bool) and 0 < code < _LAST_CODE
    ]
    if not codes and (found := _CODE.match(_text(answer, "error_description"))):
        codes = [int(found[1])]
    return codes
