"""Vulnerabilities: list, get, their machines, and one row per machine, product and vulnerability."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.tvm import tables
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties_tvm import MACHINES_VULNERABILITIES, VULNERABILITIES
from mdetui.simulator.routes.tvm.relations import (
    FLAW,
    FLAW_OF_MACHINE,
    FLAWS,
    Relation,
    listing,
    missing,
    references,
    select,
)
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import collection, entity

READ = "Vulnerability.Read.All"
_OF_MACHINE = "Vulnerabilities/microsoft.windowsDefenderATP.api.PublicVulnerabilityDto"

_PAIRS = """(
  SELECT i.n, i.p, x.f, m.id AS machine_id, w.id AS cve, d.vendor, d.name AS product, i.version, w.severity, t.kb,
    m.id || '-_-' || w.id || '-_-' || d.vendor || '-_-' || d.name || '-_-' || i.version || '-_-' || coalesce(t.kb, '')
      AS id
  FROM installed i JOIN fixes x ON x.p = i.p AND i.v < x.v JOIN flaws w ON w.f = x.f JOIN products d ON d.p = i.p
    JOIN machines m ON m.n = i.n LEFT JOIN versions t ON t.p = x.p AND t.v = x.v {where})"""
_PAIR = """to_json({'id': r.id, 'cveId': r.cve, 'machineId': r.machine_id, 'fixingKbId': r.kb,
  'productName': r.product, 'productVendor': r.vendor, 'productVersion': r.version, 'severity': r.severity})::VARCHAR"""


class VulnerabilityRoutes:
    """Routes below `/api/vulnerabilities`, and those of one machine."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/vulnerabilities", self.list_all),
            Route("/api/vulnerabilities/machinesvulnerabilities", self.pairs),
            Route("/api/vulnerabilities/{id}", self.get),
            Route("/api/vulnerabilities/{id}/machinereferences", self.machines),
            Route("/api/machines/{id}/vulnerabilities", self.of_machine),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/vulnerabilities: also those nobody is exposed to."""
        permit(request, READ)
        tables.installed(self._tenant.store)
        return listing(self._tenant, request, VULNERABILITIES, Relation(FLAWS, "w", FLAW, "w.f"))

    async def get(self, request: Request) -> Response:
        """GET /api/vulnerabilities/{cveId}."""
        permit(request, READ)
        number = self._find(request)
        sql = f"SELECT {FLAW} FROM {FLAWS} w WHERE w.f = $f"
        return entity(self._tenant.store.texts(sql, {"f": number})[0], "Vulnerabilities")

    async def machines(self, request: Request) -> Response:
        """GET /api/vulnerabilities/{cveId}/machineReferences."""
        permit(request, READ)
        who = "SELECT i.n FROM installed i JOIN fixes x ON x.p = i.p AND i.v < x.v WHERE x.f = $f"
        return references(self._tenant, who, {"f": self._find(request)})

    async def pairs(self, request: Request) -> Response:
        """GET /api/vulnerabilities/machinesVulnerabilities: millions of rows, unless a filter says which."""
        permit(request, READ)
        tenant = self._tenant
        query = read_query(request, MACHINES_VULNERABILITIES)
        tables.before(tenant.store)
        if query.where:
            rows = select(tenant, query, Relation(_PAIRS.replace("{where}", ""), "r", _PAIR, "r.n, r.p, r.f"))
        else:
            rows = self._of_all(query.skip, page_size(tenant, query) + 1)
        return page(tenant, request, MACHINES_VULNERABILITIES, query, rows)

    async def of_machine(self, request: Request) -> Response:
        """GET /api/machines/{id}/vulnerabilities; with `@odata.count`, as recorded."""
        permit(request, READ)
        store = self._tenant.store
        machine = self._tenant.machine(request.path_params["id"])
        tables.installed(store)
        own = "SELECT x.f FROM installed i JOIN fixes x ON x.p = i.p AND i.v < x.v WHERE i.n = $n"
        sql = f"SELECT {FLAW_OF_MACHINE} FROM {FLAWS} w WHERE w.f IN ({own}) ORDER BY w.f"
        rows = store.texts(sql, {"n": machine["n"]})
        return collection(rows, _OF_MACHINE, count=len(rows))

    def _of_all(self, skip: int, count: int) -> list[str]:
        """Rows `skip` and on: only the machines that have them are looked at."""
        values: dict[str, Any] = {"skip": skip, "end": skip + count}
        found = self._tenant.store.rows(
            "SELECT min(n), max(n), min(before) FROM weak_before WHERE before + rows > $skip AND before < $end", values
        )[0]
        if found[0] is None:
            return []
        table = _PAIRS.replace("{where}", "WHERE i.n BETWEEN $first AND $last")
        sql = (
            f"SELECT {_PAIR} FROM (SELECT * FROM {table} r ORDER BY r.n, r.p, r.f LIMIT {count} "
            f"OFFSET {skip - found[2]}) r ORDER BY r.n, r.p, r.f"
        )
        return self._tenant.store.texts(sql, {"first": found[0], "last": found[1]})

    def _find(self, request: Request) -> int:
        key = request.path_params["id"]
        tables.installed(self._tenant.store)
        found = self._tenant.store.rows("SELECT f FROM flaws WHERE lower(id) = $id", {"id": key})
        if not found:
            raise missing("Vulnerability", key.upper())
        number: int = found[0][0]
        return number
