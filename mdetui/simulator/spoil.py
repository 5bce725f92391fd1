"""Answers gone wrong: cut, replaced by a web page, of another shape, full of hostile text."""

from __future__ import annotations

import json
from typing import Any

from mdetui.simulator.faults import FaultBoard
from mdetui.simulator.hostile import poison

PAGE = """<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body></html>
"""

# lists that are null in drifted rows
_LISTS = {"machineTags", "mitreTechniques", "ipAddresses", "comments", "exploitTypes", "rbacGroupNames", "diskPaths"}


def spoil(content: bytes, faults: FaultBoard, path: str) -> bytes:
    """The body of a good answer after the faults that strike this path."""
    if not content:
        return content
    if faults.take("schema-drift", path):
        content = _json(_drift(json.loads(content)))
    if faults.take("hostile", path):
        content = _json(_poisoned(json.loads(content)))
    if faults.take("truncated", path):
        content = content[: len(content) * 2 // 3]
    return content


def _json(value: Any) -> bytes:
    # ASCII only: lone surrogates travel as escapes, as the service's serialiser would send them
    return json.dumps(value).encode("ascii")


def _poisoned(body: Any) -> Any:
    # hunting names its rows otherwise, and its schema is no tenant's text
    for key in ("value", "results", "Results"):
        if isinstance(body, dict) and isinstance(body.get(key), list):
            return {**body, key: poison(body[key])}
    return poison(body)


def _drift(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("value"), list):
        return {
            **body,
            "@odata.newAnnotation": 1,
            "value": [_row(row, place) for place, row in enumerate(body["value"])],
        }
    return _retyped(body)


def _row(row: Any, place: int) -> Any:
    """Every kind of drift has its rows: unknown keys and other types, PascalCase, keys missing, no row at all."""
    if not isinstance(row, dict):
        return row
    match place % 13:
        case 3:
            return {**row, "title": {"text": row.get("title")}, "computerDnsName": ["x"]}
        case 4 | 9:
            return {key[:1].upper() + key[1:]: value for key, value in row.items()}
        case 5 | 10:
            return {key: value for number, (key, value) in enumerate(row.items()) if key == "id" or number % 2}
        case 6:
            return {key: None if key != "id" else value for key, value in row.items()}
        case 12:
            return "not a row"
        case _:
            return _retyped(row)


def _retyped(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers and booleans as text, lists as null, renamed times, keys nobody knows."""
    out: dict[str, Any] = {"@odata.type": "#microsoft.windowsDefenderATP.api.Drifted"}
    for key, value in row.items():
        if isinstance(value, bool | int | float):
            out[key] = str(value)
        elif key in _LISTS:
            out[key] = None
        elif key == "lastUpdateDateTimeUtc":
            out["lastUpdateTimeUtc"] = value
        else:
            out[key] = value
    return {**out, "brandNew": {"nested": [1, 2]}, "another": None}
