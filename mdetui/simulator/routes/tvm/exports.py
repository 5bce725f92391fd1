"""Assessment exports: by pages that carry a token for the next one, and by files behind links.

Sources: get-assessment-methods-properties.md and the pages of the exports. `$top` means "this many and no link".
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data.tvm import exports
from mdetui.simulator.data.tvm.exports import Kind
from mdetui.simulator.faults import BLOBS
from mdetui.simulator.hostile import poison
from mdetui.simulator.options import TENANT_ID
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import CONTEXT, Refused, answer, collection, dumps

PAGE = 50_000
MOST = 200_000
# machines whose rows make up one file
_PER_FILE = 500
_DAY = 86_400 * ticks.SECOND
# a snapshot is made in the morning
_HOUR = 5 * 3600 * ticks.SECOND + 60 * ticks.SECOND
_OLDEST = 14 * _DAY
_LONGEST = 6
_KNOWN = {"pagesize", "$top", "$skiptoken", "sincetime"}

Handler = Callable[[Request], Awaitable[Response]]


class ExportRoutes:
    """Routes of the exports, below `/api/machines`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        pages = [Route(f"/api/machines/{one.rows.lower()}", self._pages(one)) for one in exports.KINDS if one.rows]
        files = [Route(f"/api/machines/{one.files.lower()}", self._files(one)) for one in exports.KINDS if one.files]
        return [*pages, *files]

    def _pages(self, kind: Kind) -> Handler:
        async def handle(request: Request) -> Response:
            permit(request, *kind.roles)
            options = _options(request)
            size, link = _size(options)
            machine, line = _position(options.get("$skiptoken", ""))
            values = {"since": self._since(options)} if "$since" in kind.sql else {}
            exports.build(self._tenant.store)
            rows = self._rows(kind, machine, line, size + 1, values)
            url = self._link(request, kind, rows, size, options) if link and len(rows) > size else ""
            edm = f"Collection(microsoft.windowsDefenderATP.api.{kind.edm})"
            return collection([text for _, text in rows[:size]], edm, self._spoilt(request, url, bool(rows)))

        return handle

    def _files(self, kind: Kind) -> Handler:
        async def handle(request: Request) -> Response:
            permit(request, *kind.roles)
            hours = _number(_options(request), "sasvalidhours", 1, _LONGEST)
            taken = self._taken()
            folder = f"{ticks.text(taken)[:10]}/{ticks.text(taken)[11:16].replace(':', '')}/{kind.folder}"
            count = -(-self._tenant.options.machines // _PER_FILE)
            links = [
                self._tenant.blobs.link(
                    request,
                    f"temp-{_guid('export')}/{folder}/{_part(place)}",
                    self._file(kind, place),
                    minutes=hours * 60,
                )
                # the last one is empty, as a recording of the service has it
                for place in range(count + 1)
            ]
            body = {"exportFiles": links, "generatedTime": ticks.text(taken)}
            context = f"{CONTEXT}microsoft.windowsDefenderATP.api.ExportFilesResponse"
            return answer(f'{{"@odata.context":"{context}",{dumps(body)[1:]}')

        return handle

    def _file(self, kind: Kind, place: int) -> Callable[[], bytes]:
        def make() -> bytes:
            first = place * _PER_FILE
            if first >= self._tenant.options.machines:
                return b""
            exports.build(self._tenant.store)
            lines = [text for _, text in self._query(kind, first, first + _PER_FILE - 1, {})]
            if self._tenant.faults.take("hostile", f"{BLOBS}/", default="/"):
                lines = [json.dumps(one) for one in poison([json.loads(line) for line in lines])]
            # no time of making in it: the same file each time
            return gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0)

        return make

    def _rows(self, kind: Kind, machine: int, line: int, count: int, values: dict[str, Any]) -> list[tuple[int, str]]:
        """Rows from the one after `line` of a machine on: of as many machines as it takes."""
        end, step = self._tenant.options.machines, count // kind.density + 8
        while True:
            rows = self._query(kind, machine, machine + step - 1, values, f"LIMIT {count} OFFSET {line}")
            if len(rows) == count or machine + step >= end:
                return rows
            step *= 4

    def _query(
        self, kind: Kind, first: int, last: int, values: dict[str, Any], limit: str = ""
    ) -> list[tuple[int, str]]:
        bound = {"first": first, "last": last, "start": self._tenant.store.start, **values}
        used = {name: value for name, value in bound.items() if f"${name}" in kind.sql}
        return self._tenant.store.rows(f"SELECT n, row FROM ({kind.sql}) ORDER BY n, k {limit}", used)

    def _link(
        self, request: Request, kind: Kind, rows: list[tuple[int, str]], size: int, options: dict[str, str]
    ) -> str:
        """Where the next page is. The token says which machine comes next, and how many of its rows were sent."""
        following = rows[size][0]
        sent = sum(number == following for number, _ in rows[:size])
        machine, line = _position(options.get("$skiptoken", ""))
        if following == machine:
            sent += line
        taken = ticks.text(self._taken())
        state = {
            "ExportDefinition": {"TimePath": f"{taken[:10]}/{taken[11:16].replace(':', '')}/"},
            "ExportFileIndex": following,
            "LineStoppedAt": sent,
        }
        token = base64.b64encode(dumps(state).encode()).decode()
        since = f"&sincetime={options['sincetime']}" if "sincetime" in options else ""
        host = request.headers["host"]
        return f"https://{host}/api/machines/{kind.rows}?pagesize={size}{since}&$skiptoken={token.replace('=', '%3D')}"

    def _spoilt(self, request: Request, url: str, full: bool) -> str:
        """The link after the faults for links."""
        path = request.scope["mdetui.path"]
        faults = self._tenant.faults
        if full and (fault := faults.take("nextlink-foreign", path)):
            return f"https://{fault.arg}{path}?{url.partition('?')[2]}"
        if full and faults.take("nextlink-loop", path):
            return f"https://{request.headers['host']}{path}?{request.url.query}"
        return url

    def _taken(self) -> int:
        """When the newest snapshot was made."""
        now = self._tenant.ticks()
        today = now - now % _DAY + _HOUR
        return today if today <= now else today - _DAY

    def _since(self, options: dict[str, str]) -> int:
        text = options.get("sincetime", "").strip()
        if not text:
            raise Refused(400, "MissingRequiredParameter", "The parameter 'sinceTime' is required")
        try:
            since = ticks.parse(text)
        except ValueError as error:
            raise Refused(400, "InvalidInput", f"'{text}' is not a valid sinceTime") from error
        if since < self._tenant.ticks() - _OLDEST:
            raise Refused(400, "InvalidInput", "sinceTime must be within the last 14 days")
        return since


def _options(request: Request) -> dict[str, str]:
    options = {name.lower(): value for name, value in request.query_params.items()}
    for name in options:
        if name.startswith("$") and name not in _KNOWN:
            raise Refused(
                400, "ODataError", f"The query specified in the URI is not valid. Query option '{name}' is not allowed."
            )
    return options


def _size(options: dict[str, str]) -> tuple[int, bool]:
    """Rows of the page, and whether it may carry a link."""
    if "$top" in options:
        return _number(options, "$top", 0, MOST), False
    return _number(options, "pagesize", PAGE, MOST, least=1), True


def _number(options: dict[str, str], name: str, usual: int, most: int, *, least: int = 0) -> int:
    # a sample of the documentation has blanks behind the number
    text = options.get(name, str(usual)).strip()
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise Refused(400, "InvalidInput", f"'{text}' is not valid for {name}: it must be at most {most}")
    return int(text)


def _position(token: str) -> tuple[int, int]:
    """Machine, and rows of it that were sent, of a `$skiptoken`."""
    if not token:
        return 0, 0
    try:
        state = json.loads(base64.b64decode(token, validate=True))
        return int(state["ExportFileIndex"]), int(state["LineStoppedAt"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(400, "InvalidInput", "The $skiptoken is not valid") from error


def _guid(what: str) -> str:
    return str(UUID(bytes=hashlib.sha256(what.encode()).digest()[:16]))


def _part(place: int) -> str:
    return f"json/OrgId={TENANT_ID}/part-{place:05d}-{_guid(f'part {place}')}.c000.json.gz"
