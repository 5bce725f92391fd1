"""The claims challenge of a 401 (continuous access evaluation)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable

_CLAIMS = re.compile(r'\bclaims="([^"]{1,8192})"')


def claims_of_challenge(headers: Iterable[str]) -> str | None:
    """The claims that `WWW-Authenticate` lines ask for, as JSON text; None when there is no usable challenge.

    The value is JSON or base64 of it, of either alphabet, with or without padding.
    """
    for header in headers:
        found = _CLAIMS.search(header)
        if "insufficient_claims" not in header or not found:
            continue
        raw = found[1].strip()
        try:
            if not raw.startswith("{"):
                plain = raw.replace("-", "+").replace("_", "/").rstrip("=")
                raw = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("utf-8")
            if isinstance(json.loads(raw), dict):
                return raw
        except (binascii.Error, ValueError, RecursionError):
            continue
    return None
