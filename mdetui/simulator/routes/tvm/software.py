"""Software: list, get, versions, machines, weaknesses, missing updates; and the software of one machine."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import properties_tvm
from mdetui.simulator.data.tvm import tables
from mdetui.simulator.routes.tvm.relations import (
    FLAW,
    FLAWS,
    FLAWS_OF,
    KBS,
    KBS_MISSED,
    SOFTWARE,
    Relation,
    listing,
    missing,
    references,
)
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import collection, entity

READ = "Software.Read.All"

_VERSIONS = """
SELECT to_json({'version': version, 'installations': machines,
  'vulnerabilities': (SELECT count(*) FROM fixes x WHERE x.p = $p AND s.v < x.v)})::VARCHAR
FROM (SELECT version, v, count(*) AS machines FROM installed WHERE p = $p GROUP BY version, v) s ORDER BY v, version
"""


class SoftwareRoutes:
    """Routes below `/api/Software`, and those of one machine."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/software", self.list_all),
            Route("/api/software/{id}", self.get),
            Route("/api/software/{id}/distributions", self.versions),
            Route("/api/software/{id}/machinereferences", self.machines),
            Route("/api/software/{id}/vulnerabilities", self.flaws),
            Route("/api/software/{id}/getmissingkbs", self.kbs),
            Route("/api/machines/{id}/software", self.of_machine),
            Route("/api/machines/{id}/getmissingkbs", self.kbs_of_machine),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/Software: what at least one machine has."""
        permit(request, READ)
        tables.installed(self._tenant.store)
        return listing(self._tenant, request, properties_tvm.SOFTWARE, Relation("software", "d", SOFTWARE, "d.p"))

    async def get(self, request: Request) -> Response:
        """GET /api/Software/{id}."""
        permit(request, READ)
        sql = f"SELECT {SOFTWARE} FROM software d WHERE d.p = $p"
        return entity(self._tenant.store.texts(sql, {"p": self._find(request)})[0], "Software")

    async def versions(self, request: Request) -> Response:
        """GET /api/Software/{id}/distributions."""
        permit(request, READ)
        return collection(self._tenant.store.texts(_VERSIONS, {"p": self._find(request)}), "Distributions")

    async def machines(self, request: Request) -> Response:
        """GET /api/Software/{id}/machineReferences."""
        permit(request, READ)
        return references(self._tenant, "SELECT n FROM installed WHERE p = $p", {"p": self._find(request)})

    async def flaws(self, request: Request) -> Response:
        """GET /api/Software/{id}/vulnerabilities: those that some installed version has."""
        permit(request, "Vulnerability.Read.All")
        number = self._find(request)
        return collection(flaws_of(self._tenant, number), FLAWS_OF)

    async def kbs(self, request: Request) -> Response:
        """GET /api/Software/{id}/getmissingkbs: empty for what Microsoft does not update."""
        permit(request, READ)
        sql = KBS_MISSED.format(who="i.p = $p")
        return collection(self._tenant.store.texts(sql, {"p": self._find(request)}), KBS)

    async def of_machine(self, request: Request) -> Response:
        """GET /api/machines/{id}/software; the counts are of the whole tenant."""
        permit(request, READ)
        machine = self._tenant.machine(request.path_params["id"])
        tables.installed(self._tenant.store)
        own = "SELECT p FROM installed WHERE n = $n"
        sql = f"SELECT {SOFTWARE} FROM software d WHERE d.p IN ({own}) ORDER BY d.p"
        return collection(self._tenant.store.texts(sql, {"n": machine["n"]}), "Software")

    async def kbs_of_machine(self, request: Request) -> Response:
        """GET /api/machines/{id}/getmissingkbs."""
        permit(request, READ)
        machine = self._tenant.machine(request.path_params["id"])
        tables.installed(self._tenant.store)
        sql = KBS_MISSED.format(who="i.n = $n")
        return collection(self._tenant.store.texts(sql, {"n": machine["n"]}), KBS)

    def _find(self, request: Request) -> int:
        key = request.path_params["id"]
        tables.installed(self._tenant.store)
        found = self._tenant.store.rows("SELECT p FROM software WHERE lower(id) = $id", {"id": key})
        if not found:
            raise missing("Software", key)
        number: int = found[0][0]
        return number


def flaws_of(tenant: Tenant, product: int) -> list[str]:
    """JSON of the weaknesses of a product that some machine is exposed to by it."""
    own = "SELECT x.f FROM fixes x WHERE x.p = $p AND x.v > (SELECT min(v) FROM installed WHERE p = $p)"
    return tenant.store.texts(f"SELECT {FLAW} FROM {FLAWS} w WHERE w.f IN ({own}) ORDER BY w.f", {"p": product})
