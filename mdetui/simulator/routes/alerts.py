"""Alerts: list, get, changes, and what hangs on one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.alerts import JOINED, JSON
from mdetui.simulator.lists import Query, page, page_size, read_query
from mdetui.simulator.options import TENANT_ID
from mdetui.simulator.properties import ALERTS
from mdetui.simulator.tenant import Tenant, permit

_READ = ("Alert.Read.All", "Alert.ReadWrite.All")


class AlertRoutes:
    """Routes below `/api/alerts`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/alerts", self.list_all),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/alerts."""
        permit(request, *_READ)
        query = read_query(request, ALERTS, expands=True)
        return page(self._tenant, request, ALERTS, query, self._rows(query))

    def _rows(self, query: Query) -> list[str]:
        tenant = self._tenant
        where = f"AND {query.where.sql}" if query.where else ""
        # rows first, then what they need of machines and kinds: the join is for one page, not for a million rows
        rows = (
            f"SELECT * FROM alerts WHERE created <= $now {where} "
            f"LIMIT {page_size(tenant, query) + 1} OFFSET {query.skip}"
        )
        return tenant.store.texts(
            f"SELECT {JSON} FROM ({rows}) {JOINED} ORDER BY a.n",
            {"now": tenant.ticks(), "tenant": TENANT_ID, **(query.where.values if query.where else {})},
        )
