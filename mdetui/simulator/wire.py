"""What an answer looks like: envelopes, headers, bodies.

Sources: common-errors.md for the envelope and the codes, recorded answers of the live service for headers (52 of 52
had a raw deflate body, OData-Version, no request id and no rate header) and bodies.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.responses import Response

CONTEXT = "https://api.securitycenter.microsoft.com/api/$metadata#"
JSON_TYPE = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
HEADERS = {
    "odata-version": "4.0",
    "vary": "Accept-Encoding",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}


class Refused(Exception):
    """A request the service answers with an error envelope."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class ConnectionDropped(Exception):
    """The connection ends here, without a word more: the mount and the server turn it into what a client sees."""


def answer(body: str | bytes, status: int = 200) -> Response:
    """An OData answer."""
    return Response(body, status, HEADERS, JSON_TYPE)


def link(url: str) -> Response:
    """An address of a file, as an OData text."""
    return answer(f'{{"@odata.context":"{CONTEXT}Edm.String","value":{json.dumps(url)}}}')


def entity(row: str, kind: str, status: int = 200) -> Response:
    """One entity.

    Args:
        row: Its JSON object.
        kind: Name of its collection.
        status: 201 for a new machine action.
    """
    return answer(f'{{"@odata.context":"{CONTEXT}{kind}/$entity",{row[1:]}', status)


def collection(rows: list[str], kind: str, next_link: str = "", *, count: int | None = None) -> Response:
    """A collection; `count` where the service sends `@odata.count`."""
    counted = "" if count is None else f'"@odata.count":{count},'
    link = f',"@odata.nextLink":{json.dumps(next_link)}' if next_link else ""
    return answer(f'{{"@odata.context":"{CONTEXT}{kind}",{counted}"value":[{",".join(rows)}]{link}}}')


def refusal(error: Refused) -> Response:
    """The error envelope; `target` is the correlation id."""
    target = str(uuid4())
    body = {"error": {"code": error.code, "message": error.message, "target": target}}
    headers = {**HEADERS, "mise-correlation-id": target, **error.headers}
    return Response(json.dumps(body), error.status, headers, JSON_TYPE)


# Graph's words for some codes
_GRAPH_CODES = {
    "429": "TooManyRequests",
    "InvalidRequestBody": "BadRequest",
    "MissingRequiredParameter": "BadRequest",
    "InvalidInput": "BadRequest",
    "ODataError": "BadRequest",
    "ResourceNotFound": "NotFound",
    "Unauthorized": "InvalidAuthenticationToken",
}


def graph_refusal(error: Refused, now: datetime) -> Response:
    """Graph's error envelope: no target, but `innerError` with a request id, which is a header too."""
    ident = str(uuid4())
    inner = {"date": f"{now:%Y-%m-%dT%H:%M:%S}", "request-id": ident, "client-request-id": ident}
    body = {"error": {"code": _GRAPH_CODES.get(error.code, error.code), "message": error.message, "innerError": inner}}
    headers = {"vary": "Accept-Encoding", "request-id": ident, "client-request-id": ident, **error.headers}
    return Response(json.dumps(body), error.status, headers, "application/json")


def encode(body: bytes, accept: str) -> tuple[str, bytes]:
    """Content encoding and bytes.

    Deflate wins over gzip and has no zlib header, as recorded from the live service.
    """
    names = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    if not body or not names & {"deflate", "gzip"}:
        return "", body
    encoding, bits = ("deflate", -15) if "deflate" in names else ("gzip", 31)
    packer = zlib.compressobj(1, wbits=bits)
    return encoding, packer.compress(body) + packer.flush()


def dumps(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
