"""Machine actions: list, get, cancel, and what starts one but for live response."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.actions import JSON, RELATION, Order
from mdetui.simulator.data.files import is_system
from mdetui.simulator.data.live import package
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties import ACTIONS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, entity, link

READ = ("Machine.Read.All", "Machine.ReadWrite.All")
_CANCEL = (
    "Machine.CollectForensics",
    "Machine.Isolate",
    "Machine.RestrictExecution",
    "Machine.Scan",
    "Machine.Offboard",
    "Machine.StopAndQuarantine",
    "Machine.LiveResponse",
)
NO_AGENT = ("iOS", "Android")
_NOT_WINDOWS = (*NO_AGENT, "Linux", "macOS")
# restriction by code integrity came with Windows Server 2019 (restrict-code-execution.md)
_NO_RESTRICTION = (*_NOT_WINDOWS, "WindowsServer2012R2", "WindowsServer2016")
_SHA1 = re.compile(r"[0-9a-f]{40}")
# minutes a link to a package works
_MINUTES = 10


class ActionRoutes:
    """Routes below `/api/machineactions`, and the actions below `/api/machines/{id}`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/machineactions", self.list_all),
            Route("/api/machineactions/{id}", self.get),
            Route("/api/machineactions/{id}/cancel", self.cancel, methods=["POST"]),
            Route("/api/machineactions/{id}/getpackageuri", self.package_uri),
            Route("/api/machines/{id}/isolate", self.isolate, methods=["POST"]),
            Route("/api/machines/{id}/unisolate", self.release, methods=["POST"]),
            Route("/api/machines/{id}/restrictcodeexecution", self.restrict, methods=["POST"]),
            Route("/api/machines/{id}/unrestrictcodeexecution", self.unrestrict, methods=["POST"]),
            Route("/api/machines/{id}/runantivirusscan", self.scan, methods=["POST"]),
            Route("/api/machines/{id}/stopandquarantinefile", self.quarantine, methods=["POST"]),
            Route("/api/machines/{id}/offboard", self.offboard, methods=["POST"]),
            Route("/api/machines/{id}/collectinvestigationpackage", self.collect, methods=["POST"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/machineactions."""
        permit(request, *READ)
        query = read_query(request, ACTIONS)
        tenant = self._tenant
        tenant.actions  # noqa: B018  made at the first use
        where = f"WHERE {query.where.sql}" if query.where else ""
        rows = tenant.store.texts(
            f"SELECT {JSON} FROM {RELATION} a {where} ORDER BY hash(a.id) LIMIT {page_size(tenant, query) + 1} "
            f"OFFSET {query.skip}",
            {"now": tenant.ticks(), **(query.where.values if query.where else {})},
        )
        return page(tenant, request, ACTIONS, query, rows)

    async def get(self, request: Request) -> Response:
        """GET /api/machineactions/{id}."""
        permit(request, *READ)
        return entity(self.row(request.path_params["id"]), "MachineActions")

    async def cancel(self, request: Request) -> Response:
        """POST /api/machineactions/{id}/cancel: only while it is open."""
        who = permit(request, *_CANCEL)
        comment = text_of(await read_body(request, ("Comment",)), "Comment", required=True) or ""
        action = request.path_params["id"]
        self.row(action)
        tenant, now = self._tenant, self._tenant.ticks()
        status = tenant.store.texts(f"SELECT status FROM {RELATION} WHERE id = $id", {"id": action, "now": now})[0]
        if status not in ("Pending", "InProgress"):
            raise Refused(
                400,
                "BadRequest",
                f"Canceled machine action status must be Pending or InProgress, Current Status: {status}, "
                f"machineActionId: {action}",
            )
        tenant.actions.cancel(action, now, who, comment)
        return entity(self.row(action), "MachineActions")

    async def isolate(self, request: Request) -> Response:
        """POST /api/machines/{id}/isolate."""
        who = permit(request, "Machine.Isolate")
        body = await read_body(request, ("Comment", "IsolationType"))
        comment = text_of(body, "Comment", required=True) or ""
        kinds = ("Full", "Selective", "UnManagedDevice")
        scope = text_of(body, "IsolationType", choices=kinds) or "Full"
        bad = (*NO_AGENT, "Linux") if scope == "Selective" else NO_AGENT
        return self._order(request, "Isolate", scope, who, comment, bad)

    async def release(self, request: Request) -> Response:
        """POST /api/machines/{id}/unisolate."""
        who = permit(request, "Machine.Isolate")
        comment = text_of(await read_body(request, ("Comment",)), "Comment", required=True) or ""
        return self._order(request, "Unisolate", None, who, comment, NO_AGENT)

    async def scan(self, request: Request) -> Response:
        """POST /api/machines/{id}/runAntiVirusScan."""
        who = permit(request, "Machine.Scan")
        body = await read_body(request, ("Comment", "ScanType"))
        comment = text_of(body, "Comment", required=True) or ""
        scope = text_of(body, "ScanType", required=True, choices=("Quick", "Full"))
        return self._order(request, "RunAntiVirusScan", scope, who, comment, NO_AGENT)

    async def restrict(self, request: Request) -> Response:
        """POST /api/machines/{id}/restrictCodeExecution."""
        who, comment = await self._asked(request, "Machine.RestrictExecution")
        return self._order(request, "RestrictCodeExecution", None, who, comment, _NO_RESTRICTION)

    async def unrestrict(self, request: Request) -> Response:
        """POST /api/machines/{id}/unrestrictCodeExecution."""
        who, comment = await self._asked(request, "Machine.RestrictExecution")
        return self._order(request, "UnrestrictCodeExecution", None, who, comment, _NO_RESTRICTION)

    async def quarantine(self, request: Request) -> Response:
        """POST /api/machines/{id}/StopAndQuarantineFile: one of the system's own files is left alone, and it fails."""
        who = permit(request, "Machine.StopAndQuarantine")
        body = await read_body(request, ("Comment", "Sha1"))
        comment = text_of(body, "Comment", required=True) or ""
        sha1 = (text_of(body, "Sha1", required=True) or "").lower()
        if not _SHA1.fullmatch(sha1):
            raise Refused(400, "InvalidHashValue", f"{sha1} is not a valid SHA1")
        machine = self._tenant.machine(request.path_params["id"])
        known = self._tenant.traces.find("file", "sha1", sha1)
        outcome = "Failed" if known and is_system(known.value) else ""
        order = Order("StopAndQuarantineFile", None, machine["n"], who, comment, file=sha1)
        return self.start(request, order, machine, _NOT_WINDOWS, outcome=outcome)

    async def offboard(self, request: Request) -> Response:
        """POST /api/machines/{id}/offboard: answers 200."""
        who, comment = await self._asked(request, "Machine.Offboard")
        return self._order(request, "Offboard", None, who, comment, (*NO_AGENT, "Linux"), 200)

    async def collect(self, request: Request) -> Response:
        """POST /api/machines/{id}/collectInvestigationPackage: 400 while one is collected."""
        who, comment = await self._asked(request, "Machine.CollectForensics")
        machine = self._tenant.machine(request.path_params["id"])
        order = Order("CollectInvestigationPackage", None, machine["n"], who, comment)
        return self.start(request, order, machine, NO_AGENT, strict=True)

    async def package_uri(self, request: Request) -> Response:
        """GET /api/machineactions/{id}/getPackageUri: once the package is there; wrapped in a second pair of quotes."""
        permit(request, *READ, delegated=("Machine.CollectForensics",))
        row = json.loads(self.row(request.path_params["id"]))
        if row["type"] != "CollectInvestigationPackage" or row["status"] != "Succeeded":
            raise Refused(404, "ResourceNotFound", f"Package of machine action {row['id']} was not found")
        columns = ("id", "name", "ip")
        found = self._tenant.store.rows(
            f"SELECT {', '.join(columns)} FROM machines WHERE id = $id", {"id": row["machineId"]}
        )[0]
        machine = dict(zip(columns, found, strict=True))
        name = f"packages/{row['id']}/WDATP_Investigation_Package.zip"
        url = self._tenant.blobs.link(request, name, lambda: package(machine), minutes=_MINUTES, kind="application/zip")
        return link(f'"{url}"')

    async def _asked(self, request: Request, role: str) -> tuple[str, str]:
        """Who asks, and the comment of the body."""
        who = permit(request, role)
        return who, text_of(await read_body(request, ("Comment",)), "Comment", required=True) or ""

    def _order(
        self,
        request: Request,
        kind: str,
        scope: str | None,
        who: str,
        comment: str,
        bad: tuple[str, ...],
        status: int = 201,
    ) -> Response:
        machine = self._tenant.machine(request.path_params["id"])
        return self.start(request, Order(kind, scope, machine["n"], who, comment), machine, bad, status=status)

    def start(
        self,
        request: Request,
        order: Order,
        machine: dict[str, Any],
        bad: tuple[str, ...],
        *,
        strict: bool = False,
        outcome: str = "",
        status: int = 201,
    ) -> Response:
        """Take an order and answer with its action.

        Args:
            request: What was asked.
            order: What is ordered.
            machine: As `Tenant.machine` has it.
            bad: Operating systems on which it can't be done.
            strict: Whether a second one while the first is open is refused whatever the options say.
            outcome: How it ends when not well: `Failed` or `TimeOut`.
            status: Of the answer.

        Raises:
            Refused: 400.
        """
        tenant, kind = self._tenant, order.type
        if machine["os"] in bad:
            text = f"The action {kind} is not supported on the operating system {machine['os']}"
            raise Refused(400, "OsPlatformNotSupported", text)
        now = tenant.ticks()
        pending = tenant.actions.open_of(machine["n"], kind, now)
        if pending and (strict or tenant.options.active_request == "error"):
            raise Refused(400, "ActiveRequestAlreadyExists", "Action is already in progress")
        if not pending:
            fault = tenant.faults.take("action-fails", request.scope["mdetui.path"])
            outcome = (fault.arg or "Failed") if fault else outcome
            pending = tenant.actions.place(order, now, last_seen=machine["last_seen"], outcome=outcome)
        return entity(self.row(pending), "MachineActions", status)

    def row(self, action: str) -> str:
        """JSON of an action.

        Raises:
            Refused: 404.
        """
        tenant = self._tenant
        tenant.actions  # noqa: B018  made at the first use
        rows = tenant.store.texts(
            f"SELECT {JSON} FROM {RELATION} a WHERE a.id = $id", {"id": action.lower(), "now": tenant.ticks()}
        )
        if not rows:
            raise Refused(404, "ResourceNotFound", f"Machine action {action} was not found")
        return rows[0]
