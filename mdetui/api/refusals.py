"""Answers of the service that are errors, as exceptions that a person can act on.

Sources: the API's error page, recorded answers and issue threads (`{"error": {"code", "message", "target"}}` where
`target` is the correlation id; gateways answer with HTML, nothing, or `{"statusCode", "message"}`). The status decides,
the code refines: 429s were seen with the code "429" as well as "TooManyRequests".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from mdetui import text
from mdetui.api.endpoints import Operation
from mdetui.api.misfits import REFUSED
from mdetui.errors import (
    ActionAlreadyOpen,
    ApiError,
    BadRequest,
    LicenceRefused,
    NotFound,
    PermissionMissing,
    RateLimited,
    ServiceDown,
    TokenRejected,
)

# what a refusal by licence says under 401 or 403; no sign-in mends it
_LICENCE = re.compile(r"(?i)no tvm license|account mode is inactive|not licensed|licen[cs]e is required")
_LICENCE_CODES = frozenset({"DisabledFeature", "DisallowedOperation"})
_AGAIN = re.compile(r"(?i)again in (\d{1,6}) second")
_PERMISSION = re.compile(r"\b[A-Z][A-Za-z]{1,39}(?:\.[A-Z][A-Za-z]{1,39}){1,3}\b")
# the part of a 403 text that lists what the token has, not what it lacks
_HAVE = re.compile(r"(?i)[,;.]\s*(?:application|user|token|delegated) (?:roles|permissions|scopes):")
# seconds to wait after a 429 that names none, and the most that a header may make us wait
UNNAMED = 10.0
_LONGEST = 3_600.0
_CORRELATION = ("mise-correlation-id", "request-id", "x-ms-request-id", "x-ms-correlation-request-id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error body says; every field may be empty."""

    code: str = ""
    message: str = ""
    target: str = ""


def read(body: bytes) -> Refusal:
    """What an error body says, whatever form it has."""
    try:
        data = msgspec.json.decode(body)
    except REFUSED:
        return Refusal()
    if not isinstance(data, dict):
        return Refusal()
    inner: Any = data.get("error")
    if isinstance(inner, str):
        return Refusal(inner, _text(data, "error_description", "message"))
    if not isinstance(inner, dict):
        inner = data
    return Refusal(_text(inner, "code"), _text(inner, "message", "Message"), _text(inner, "target"))


def correlation_of(headers: Mapping[str, str]) -> str | None:
    """The service's id of an answer, from its headers."""
    found = next((headers[name] for name in _CORRELATION if headers.get(name)), None)
    return text.line(found, 100) if found else None


def is_licence(refusal: Refusal) -> bool:
    """Whether no sign-in and no permission can mend it."""
    return refusal.code in _LICENCE_CODES or bool(_LICENCE.search(refusal.message))


def retry_after(headers: Mapping[str, str], message: str, now: datetime) -> float | None:
    """Seconds the service wants us to wait, from the header or from the text; None when it names none."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return min(float(value), _LONGEST)
    if value:
        try:
            return min(max((parsedate_to_datetime(value) - now).total_seconds(), 1.0), _LONGEST)
        except (ValueError, TypeError, OverflowError):
            pass  # not a date either: the text may know
    found = _AGAIN.search(message)
    return min(float(found[1]), _LONGEST) if found else None


def permissions_of(op: Operation, message: str, person: bool = False) -> tuple[str, ...]:
    """The permissions of which one is needed: what the service names, else what the table knows."""
    have = _HAVE.search(message)
    named = _PERMISSION.findall(message[: have.start()] if have else message)
    return tuple(dict.fromkeys(named)) or (op.delegated if person else op.application)


def error_of(
    op: Operation,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    *,
    unnamed: float = UNNAMED,
    person: bool = False,
) -> ApiError:
    """The exception for an answer with an error status.

    Args:
        op: What was asked.
        status: HTTP status, 400 or more.
        headers: Headers of the answer.
        body: Its body, whatever it is.
        now: Wall time, for a `Retry-After` that is a date.
        unnamed: Seconds to wait after a 429 that names none.
        person: The token is a person's, who needs delegated permissions; else an app's.
    """
    refusal = read(body)
    said = text.line(refusal.message, 400) if refusal.message else ""
    code = text.line(refusal.code, 60) if refusal.code else ""
    facts: dict[str, Any] = {
        "status": status,
        "code": refusal.code,
        "message": refusal.message,
        "correlation_id": text.line(refusal.target, 100) if refusal.target else correlation_of(headers),
    }
    reason = f": {said.rstrip('.')}" if said else f" (HTTP {status}{', ' + code if code else ''})"
    if status in (401, 403) and is_licence(refusal):
        return LicenceRefused(
            f"The tenant's licence or settings do not allow {op.id}{reason}.",
            "Signing in again will not help; ask who runs the tenant.",
            **facts,
        )
    if status == 401:
        return TokenRejected(
            f"The service did not accept our sign-in for {op.id}{reason}.",
            "Check the profile's scope and app registration, and the clock of this host (:doctor compares it); then "
            "press r.",
            **facts,
        )
    if status == 403:
        names = permissions_of(op, refusal.message, person)
        return PermissionMissing(
            # a text that lists permissions says the same as the second sentence, only longer
            f"We lack the permission for {op.id}{'' if names[0] in refusal.message else reason}.",
            f"One of these is needed: {', '.join(names)}; then sign in again.",
            permissions=names,
            **facts,
        )
    if status == 404:
        return NotFound(f"The service does not know what {op.id} asked for{reason}.", **facts)
    if status == 429:
        wait = retry_after(headers, refusal.message, now)
        seconds = unnamed if wait is None else wait
        return RateLimited(
            f"The quota for {op.id} is used up{reason}.",
            f"It may be asked again in {seconds:.0f} s.",
            retry_after=seconds,
            **facts,
        )
    if status >= 500 or status == 408:
        return ServiceDown(f"The service could not answer {op.id}{reason}.", "Try again in a minute.", **facts)
    if refusal.code == "ActiveRequestAlreadyExists":
        return ActionAlreadyOpen(
            f"{op.id}: an equal action is open on this machine already{reason}.", "Look at its open actions.", **facts
        )
    if status == 400:
        return BadRequest(f"The service did not accept {op.id}{reason}.", **facts)
    return ApiError(f"The service refused {op.id}{reason}.", **facts)


def _text(data: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = data.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""
