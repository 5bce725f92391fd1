"""Quotas: calls of the last minute and the last hour, per family, app and tenant; a 429 when one is used up.

Families and limits: rate-limit notes of the operations' pages. Bodies: reports by users of the service (evidence page);
the code is the text "429" and the wait stands in the message, with or without a Retry-After header.
"""

from __future__ import annotations

import math
from bisect import bisect_right

from mdetui.simulator.wire import Refused

LIMITS: dict[str, tuple[int, int]] = {
    "default": (100, 1500),
    "batchUpdate": (10, 500),
    "createAlertByReference": (15, 1500),
    "deviceAv": (30, 1000),
    "exportFiles": (5, 20),
    "exportRows": (30, 1000),
    # Graph's own limits are so wide that nobody meets them by hand
    "graph": (120_000, 7_200_000),
    "hunting": (45, 1500),
    "incident": (100, 1500),
    "incidents": (50, 1500),
    "indicatorBatchDelete": (30, 1500),
    "indicatorImport": (30, 1500),
    "liveResponse": (10, 1500),
    "machineVulnerabilities": (50, 1500),
    "packageUri": (2, 120),
    "startInvestigation": (100, 50),
}
_WINDOWS = ((60.0, "00:01:00"), (3600.0, "01:00:00"))


class Quotas:
    """Sliding logs of calls.

    Args:
        retry_after: Whether a refusal carries the header.
    """

    def __init__(self, *, retry_after: bool) -> None:
        self._retry_after = retry_after
        self._calls: dict[tuple[str, str], list[float]] = {}

    def count(self, family: str, key: str, now: float) -> None:
        """Count a call.

        Args:
            family: One of `LIMITS`.
            key: Tenant and app.
            now: Seconds.

        Raises:
            Refused: 429; the call is not counted.
        """
        calls = self._calls.setdefault((family, key), [])
        del calls[: bisect_right(calls, now - 3600)]
        for limit, (window, name) in zip(LIMITS[family], _WINDOWS, strict=True):
            inside = len(calls) - bisect_right(calls, now - window)
            if inside >= limit:
                wait = max(1, math.ceil(calls[-limit] + window - now))
                raise refusal(limit, name, wait, header=self._retry_after)
        calls.append(now)


def refusal(limit: int, window: str, wait: int, *, header: bool) -> Refused:
    """A 429. Without the header the text names no wait either, as in the oldest report."""
    text = f"API calls quota exceeded! Maximum allowed {limit} per {window} for the key Destination+TenantID+AppID."
    if not header:
        return Refused(429, "429", f"API calls quota exceeded! maximum allowed {limit} per {window}")
    return Refused(429, "429", f"{text} You can send requests again in {wait} seconds.", {"retry-after": str(wait)})
