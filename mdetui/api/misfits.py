"""Bodies that are not what the operation returns: what can be mended, and the one clear error for the rest."""

from __future__ import annotations

import json
import re

import msgspec

from mdetui import text
from mdetui.api.endpoints import Operation
from mdetui.errors import BadAnswer

# what a decoder of msgspec raises
REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_AT = re.compile(r" - at `\$\.?([^`]*)`")
_MISSING = re.compile(r"missing required field `([^`]*)`")


def repaired(op: Operation, body: bytes, error: Exception, correlation_id: str | None) -> bytes:
    """JSON that strict parsers refuse and attackers can cause: half surrogates from a file name, NaN, raw control
    characters, bytes that are no UTF-8, a byte order mark. One such alert must not blind a whole queue.

    Raises:
        BadAnswer: It is no JSON at all.
    """
    try:
        data = json.loads(body.decode("utf-8-sig", "replace"), strict=False, parse_constant=lambda _: None)
        return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, RecursionError):
        raise not_json(op, body, error, correlation_id) from None


def not_json(op: Operation, body: bytes, error: Exception, correlation_id: str | None) -> BadAnswer:
    """The error for a body that is no JSON."""
    start = body[:200].lstrip()
    if not start:
        what = "is empty"
    elif start.startswith(b"<"):
        what = "is a web page, not JSON"
    elif "truncated" in str(error):
        what = "breaks off in the middle"
    else:
        what = f"is not JSON ({text.line(error, 120)})"
    return BadAnswer(
        f"The answer to {op.id} {what}.", "Try again.", operation=op.id, field="", correlation_id=correlation_id
    )


def misfit(op: Operation, error: Exception, correlation_id: str | None) -> BadAnswer:
    """The error for JSON that does not fit the operation's model."""
    what, field = parts_of(error)
    at = f" in {field}" if field else ""
    return BadAnswer(
        f"The answer to {op.id} does not fit{at}: {what}.",
        "Report this: the service changed, or something stands between.",
        operation=op.id,
        field=field,
        correlation_id=correlation_id,
    )


def parts_of(error: Exception) -> tuple[str, str]:
    """What does not fit, and the path of the field."""
    said = str(error)
    found = _AT.search(said)
    if not found:
        missing = _MISSING.search(said)
        return text.line(said.replace("`", ""), 160), missing[1] if missing else ""
    return text.line(said[: found.start()].replace("`", ""), 160), text.line(found[1], 80) if found[1] else ""


def nameless(op: Operation, correlation_id: str | None) -> BadAnswer:
    """The error for an entity without an id."""
    return BadAnswer(
        f"The answer to {op.id} has no id.", "Try again.", operation=op.id, field="id", correlation_id=correlation_id
    )


def redirected(op: Operation, status: int, location: str, correlation_id: str | None) -> BadAnswer:
    """The error for a redirect: a token does not follow it."""
    return BadAnswer(
        f"The answer to {op.id} is a redirect (HTTP {status}) to {text.line(location, 120)}, which is not followed.",
        "A proxy or a captive portal may have answered in the service's place.",
        operation=op.id,
        correlation_id=correlation_id,
    )


def too_large(op: Operation, limit: int, correlation_id: str | None) -> BadAnswer:
    """The error for a body that does not end."""
    return BadAnswer(
        f"The answer to {op.id} is larger than {limit // 1_000_000} MB.",
        "Narrow the list with a filter.",
        operation=op.id,
        correlation_id=correlation_id,
    )
