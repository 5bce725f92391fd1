"""Investigations: list, get, start one on a machine."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties_xdr import INVESTIGATIONS
from mdetui.simulator.routes.alerts import READ
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, entity

_KIND = "Investigations"


class InvestigationRoutes:
    """Routes below `/api/investigations`, and `startInvestigation`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/investigations", self.list_all),
            Route("/api/investigations/{id}", self.get),
            Route("/api/machines/{id}/startinvestigation", self.start, methods=["POST"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/investigations."""
        permit(request, *READ)
        query = read_query(request, INVESTIGATIONS)
        where = query.where
        rows = self._tenant.investigations.rows(
            where.sql if where else "true",
            where.values if where else {},
            self._tenant.ticks(),
            f"LIMIT {page_size(self._tenant, query) + 1} OFFSET {query.skip}",
        )
        return page(self._tenant, request, INVESTIGATIONS, query, rows)

    async def get(self, request: Request) -> Response:
        """GET /api/investigations/{id}."""
        permit(request, *READ)
        return self._one(request.path_params["id"])

    async def start(self, request: Request) -> Response:
        """POST /api/machines/{id}/startInvestigation: on Windows 10, 11, and servers from 2019."""
        permit(request, "Alert.ReadWrite.All")
        text_of(await read_body(request, ("Comment",)), "Comment", required=True)
        machine = self._tenant.machine(request.path_params["id"])
        if not machine["os"].startswith("Windows") or machine["os"] in ("WindowsServer2012R2", "WindowsServer2016"):
            text = f"An automated investigation is not supported on the operating system {machine['os']}"
            raise Refused(400, "OsPlatformNotSupported", text)
        return self._one(self._tenant.investigations.start(machine["n"], self._tenant.ticks()), 201)

    def _one(self, key: str, status: int = 200) -> Response:
        rows = self._tenant.investigations.rows("id = $id", {"id": key}, self._tenant.ticks())
        if not rows:
            raise Refused(404, "ResourceNotFound", f"Investigation {key} was not found")
        return entity(rows[0], _KIND, status)
