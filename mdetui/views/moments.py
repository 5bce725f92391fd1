"""Times in words (`24h`, `today`, `2026-11-01`) as times of the wire. Everything is UTC: no hour is missing or twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mdetui.errors import PlanError

TAKES = "15m, 24h, 7d, 2w, today, yesterday, 2026-11-01 or 2026-11-01T14:30, in UTC"
_SPAN = re.compile(r"(\d{1,4})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?Z?")


def read(value: str, now: datetime) -> str:
    """What a word means at a time, as a literal of OData (`2026-11-01T00:00:00Z`).

    A span counts back from the last full minute, so that the same question asked twice in a minute is the same.

    Raises:
        PlanError: It is no time.
    """
    at = _moment(value.strip(), now.astimezone(UTC))
    if at is None:
        raise PlanError(f"{value!r} is not a time.", f"Use {TAKES}.")
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def _moment(value: str, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    word = value.lower()
    if word == "today":
        return midnight
    if word == "yesterday":
        return midnight - timedelta(days=1)
    span = _SPAN.fullmatch(word)
    if span is not None:
        return now.replace(second=0, microsecond=0) - int(span[1]) * _UNITS[span[2]]
    if _DATE.fullmatch(value.upper()) is None:
        return None
    try:
        found = datetime.fromisoformat(value.upper().removesuffix("Z"))
    except ValueError:
        return None
    # year 1 is the service's "no date", and strftime writes years below 1000 with fewer digits on some systems
    return found.replace(tzinfo=UTC) if found.year >= 1970 else None
