"""Machine actions: list, get, cancel, and the three that start one here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.actions import JSON, RELATION, Order
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties import ACTIONS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, entity

_READ = ("Machine.Read.All", "Machine.ReadWrite.All")
_CANCEL = (
    "Machine.CollectForensics",
    "Machine.Isolate",
    "Machine.RestrictExecution",
    "Machine.Scan",
    "Machine.Offboard",
    "Machine.StopAndQuarantine",
    "Machine.LiveResponse",
)
_NO_AGENT = ("iOS", "Android")


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
            Route("/api/machines/{id}/isolate", self.isolate, methods=["POST"]),
            Route("/api/machines/{id}/unisolate", self.release, methods=["POST"]),
            Route("/api/machines/{id}/runantivirusscan", self.scan, methods=["POST"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/machineactions."""
        permit(request, *_READ)
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
        permit(request, *_READ)
        return entity(self._row(request.path_params["id"]), "MachineActions")

    async def cancel(self, request: Request) -> Response:
        """POST /api/machineactions/{id}/cancel: only while it is open."""
        who = permit(request, *_CANCEL)
        comment = text_of(await read_body(request, ("Comment",)), "Comment", required=True) or ""
        action = request.path_params["id"]
        self._row(action)
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
        return entity(self._row(action), "MachineActions")

    async def isolate(self, request: Request) -> Response:
        """POST /api/machines/{id}/isolate."""
        who = permit(request, "Machine.Isolate")
        body = await read_body(request, ("Comment", "IsolationType"))
        comment = text_of(body, "Comment", required=True) or ""
        kinds = ("Full", "Selective", "UnManagedDevice")
        scope = text_of(body, "IsolationType", choices=kinds) or "Full"
        bad = (*_NO_AGENT, "Linux") if scope == "Selective" else _NO_AGENT
        return self._order(request, "Isolate", scope, who, comment, bad)

    async def release(self, request: Request) -> Response:
        """POST /api/machines/{id}/unisolate."""
        who = permit(request, "Machine.Isolate")
        comment = text_of(await read_body(request, ("Comment",)), "Comment", required=True) or ""
        return self._order(request, "Unisolate", None, who, comment, _NO_AGENT)

    async def scan(self, request: Request) -> Response:
        """POST /api/machines/{id}/runAntiVirusScan."""
        who = permit(request, "Machine.Scan")
        body = await read_body(request, ("Comment", "ScanType"))
        comment = text_of(body, "Comment", required=True) or ""
        scope = text_of(body, "ScanType", required=True, choices=("Quick", "Full"))
        return self._order(request, "RunAntiVirusScan", scope, who, comment, _NO_AGENT)

    def _order(
        self, request: Request, kind: str, scope: str | None, who: str, comment: str, bad: tuple[str, ...]
    ) -> Response:
        tenant = self._tenant
        machine = tenant.machine(request.path_params["id"])
        if machine["os"] in bad:
            text = f"The action {kind} is not supported on the operating system {machine['os']}"
            raise Refused(400, "OsPlatformNotSupported", text)
        now = tenant.ticks()
        pending = tenant.actions.open_of(machine["n"], kind, now)
        if pending and tenant.options.active_request == "error":
            raise Refused(400, "ActiveRequestAlreadyExists", "Action is already in progress")
        if not pending:
            fault = tenant.faults.take("action-fails", request.scope["mdetui.path"])
            outcome = (fault.arg or "Failed") if fault else ""
            order = Order(kind, scope, machine["n"], who, comment)
            pending = tenant.actions.place(order, now, last_seen=machine["last_seen"], outcome=outcome)
        return entity(self._row(pending), "MachineActions", 201)

    def _row(self, action: str) -> str:
        tenant = self._tenant
        tenant.actions  # noqa: B018  made at the first use
        rows = tenant.store.texts(
            f"SELECT {JSON} FROM {RELATION} a WHERE a.id = $id", {"id": action.lower(), "now": tenant.ticks()}
        )
        if not rows:
            raise Refused(404, "ResourceNotFound", f"Machine action {action} was not found")
        return rows[0]
