"""The live response library: list, upload, delete."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import HEADERS, Refused, collection, dumps, entity

_ROLE = "Library.Manage"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
# by the API; the portal takes more (upload-library.md)
_LARGEST = 20 * 2**20


class LibraryRoutes:
    """Routes below `/api/libraryfiles`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/libraryfiles", self.list_all),
            Route("/api/libraryfiles", self.upload, methods=["POST"]),
            Route("/api/libraryfiles/{name}", self.delete, methods=["DELETE"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/libraryfiles."""
        permit(request, _ROLE)
        return collection([dumps(row) for row in self._tenant.library.rows()], "LibraryFiles")

    async def upload(self, request: Request) -> Response:
        """POST /api/libraryfiles: a form with the file and its description."""
        who = permit(request, _ROLE)
        fields, name, data = _form(request.headers.get("content-type", ""), await request.body())
        if not _NAME.fullmatch(name):
            raise Refused(
                400, "InvalidInput", f"'{name}' is not a valid file name: letters, digits, '-', '_' and '.' only"
            )
        if len(data) > _LARGEST:
            raise Refused(400, "BadRequest", f"The file is larger than {_LARGEST // 2**20} MB")
        library = self._tenant.library
        if name in library and not _true(fields, "OverrideIfExists"):
            raise Refused(400, "BadRequest", f"File {name} already exists in the library")
        parameters = fields.get("ParametersDescription", "") if _true(fields, "HasParameters") else None
        row = library.put(name, data, fields.get("Description") or None, parameters, who, self._tenant.ticks())
        return entity(dumps(row), "LibraryFiles")

    async def delete(self, request: Request) -> Response:
        """DELETE /api/libraryfiles/{fileName}."""
        permit(request, _ROLE)
        name = request.path_params["name"]
        if not self._tenant.library.delete(name):
            raise Refused(404, "ResourceNotFound", f"Library file {name} was not found")
        return Response(b"", 204, HEADERS)


def _form(kind: str, body: bytes) -> tuple[dict[str, str], str, bytes]:
    """Fields, name of the file and its bytes of a form (RFC 7578).

    Raises:
        Refused: 400 when it is no such form or has no file.
    """
    # the demo is to start soon, and nobody uploads then
    from email import policy
    from email.parser import BytesParser

    message = BytesParser(policy=policy.HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    fields: dict[str, str] = {}
    found: tuple[str, bytes] | None = None
    for part in message.iter_parts() if message.get_content_type() == "multipart/form-data" else ():
        key = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if key == "file" and part.get_filename():
            found = str(part.get_filename()), data
        elif key:
            fields[str(key)] = data.decode("utf-8", "replace")
    if found is None:
        raise Refused(400, "MissingRequiredParameter", "The parameter 'file' is required")
    return fields, *found


def _true(fields: dict[str, str], name: str) -> bool:
    return fields.get(name, "").lower() == "true"
