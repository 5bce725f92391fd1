"""Files behind links that need no token: results, packages, exports. Their host is another than the API's.

A link works until it expires, and a request for it must not carry a token: Azure Storage refuses one that does
("Authorize requests to Azure Storage": a request is authorised in one way only).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.clock import Clock
from mdetui.simulator.faults import BLOBS

_VERSION = "2023-11-03"


def blob_host(host: str) -> str:
    """The host of the files of an API host. On loopback it is another name of the same machine."""
    name, colon, port = host.partition(":")
    if name == "127.0.0.1":
        return f"localhost{colon}{port}"
    return f"files.{host.removeprefix('api.')}"


class Blobs:
    """The files there are links to.

    Args:
        clock: Links expire by it.
        seed: Of the signatures.
    """

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._files: dict[str, tuple[Callable[[], bytes], str]] = {}

    def link(
        self,
        request: Request,
        name: str,
        make: Callable[[], bytes],
        *,
        minutes: float,
        kind: str = "application/octet-stream",
    ) -> str:
        """A link to a file.

        Args:
            request: The API request that asks for it: names the host.
            name: Path of the file, `exports/a.gz`; the same name is the same file.
            make: Makes its bytes, when somebody fetches it.
            minutes: How long the link works.
            kind: Its content type.
        """
        self._files[name] = make, kind
        expires = f"{self._clock.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
        host = blob_host(request.headers["host"])
        query = f"sv={_VERSION}&se={quote(expires, safe='')}&sr=b&sp=r&sig={quote(self._sign(name, expires), safe='')}"
        return f"https://{host}{BLOBS}/{quote(name)}?{query}"

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route(f"{BLOBS}/{{name:path}}", self._get)]

    async def _get(self, request: Request) -> Response:
        name, query = request.path_params["name"], request.query_params
        if "authorization" in request.headers:
            return _refusal(
                400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format."
            )
        expires = query.get("se", "")
        if query.get("sig") != self._sign(name, expires) or expires < f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}":
            return _refusal(403, "AuthenticationFailed", "Server failed to authenticate the request.")
        if name not in self._files:
            return _refusal(404, "BlobNotFound", "The specified blob does not exist.")
        make, kind = self._files[name]
        return Response(make(), 200, {"x-ms-version": _VERSION, "x-ms-blob-type": "BlockBlob"}, kind)

    def _sign(self, name: str, expires: str) -> str:
        return hashlib.sha256(f"{self._seed}:{name}:{expires}".encode()).hexdigest()[:43] + "="


def _refusal(status: int, code: str, text: str) -> Response:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Response(body, status, {"x-ms-error-code": code}, "application/xml")
