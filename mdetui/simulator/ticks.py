"""Time of the wire: ticks of 100 ns, as the service's .NET times, so that 0 to 7 fraction digits come out by themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

SECOND = 10_000_000
# ticks between 0001-01-01 (where .NET begins, and alert ids with it) and 1970-01-01
DOTNET = 621_355_968_000_000_000

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?)?(?:Z|([+-])(\d\d):(\d\d))?", re.IGNORECASE
)


def ticks(moment: datetime) -> int:
    """Ticks since 1970 of an aware time."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return ((delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds) * 10


def parse(text: str) -> int:
    """Ticks of a time literal with 0 to 7 fraction digits (more are cut); a date alone is its midnight, no zone is UTC.

    Raises:
        ValueError: It is no time.
    """
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    zone = UTC
    if match[8]:
        offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
        zone = timezone(-offset if match[8] == "-" else offset)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return ticks(moment.astimezone(UTC)) + int((match[7] or "0")[:7].ljust(7, "0"))


def text(value: int) -> str:
    """A time as the service writes it: trailing zeros of the fraction are left out."""
    seconds, fraction = divmod(value, SECOND)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    tail = f".{fraction:07d}".rstrip("0") if fraction else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{tail}Z"
