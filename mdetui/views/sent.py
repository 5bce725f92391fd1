"""An entity as the service sent it."""

from __future__ import annotations

from mdetui import text
from mdetui.views.base import Cell, Line


def json_lines(raw: bytes) -> list[Line]:
    """An answer as sent, with line breaks; it is shown even when it is no JSON."""
    import msgspec

    try:
        pretty = msgspec.json.format(raw, indent=2)
    except msgspec.DecodeError:
        pretty = raw
    return [Line((Cell(part),), 4) for part in text.block(pretty.decode("utf-8", "replace"))]
