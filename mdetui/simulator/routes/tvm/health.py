"""Antivirus health of devices."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.tvm import health
from mdetui.simulator.properties_tvm import DEVICE_AV
from mdetui.simulator.routes.tvm.relations import Relation, listing
from mdetui.simulator.tenant import Tenant, permit


class HealthRoutes:
    """The one list."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Path in lower case: the front lowers what is asked."""
        return [Route("/api/deviceavinfo", self.list_all)]

    async def list_all(self, request: Request) -> Response:
        """GET /api/deviceavinfo: a page has 10,000 rows, as a tenant reports (microsoft-365-docs issue 9713)."""
        permit(request, "Machine.Read.All", "Machine.ReadWrite.All")
        health.build(self._tenant.store)
        return listing(self._tenant, request, DEVICE_AV, Relation("av", "v", health.JSON, "v.n"))
