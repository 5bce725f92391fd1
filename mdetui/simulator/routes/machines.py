"""Machines: list, get, what hangs on one, finding by address or tag, tags."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.machines import JSON
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties import MACHINES
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import entity

_READ = ("Machine.Read.All", "Machine.ReadWrite.All")
_WRITE = ("Machine.ReadWrite.All",)


class MachineRoutes:
    """Routes below `/api/machines`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/machines", self.list_all),
            Route("/api/machines/{id}", self.get),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/machines."""
        permit(request, *_READ)
        query = read_query(request, MACHINES)
        tenant = self._tenant
        where = f"WHERE {query.where.sql}" if query.where else ""
        rows = tenant.store.texts(
            f"SELECT {JSON} FROM machines m {where} ORDER BY m.n LIMIT {page_size(tenant, query) + 1} OFFSET {query.skip}",
            query.where.values if query.where else {},
        )
        return page(tenant, request, MACHINES, query, rows)

    async def get(self, request: Request) -> Response:
        """GET /api/machines/{id}, by id or name."""
        permit(request, *_READ)
        return entity(self.row(self._tenant.machine(request.path_params["id"])["n"]), "Machines")

    def row(self, number: int) -> str:
        """JSON of a machine by its number."""
        return self._tenant.store.texts(f"SELECT {JSON} FROM machines m WHERE m.n = $n", {"n": number})[0]
