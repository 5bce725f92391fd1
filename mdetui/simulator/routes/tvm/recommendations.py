"""Recommendations: list, get, what each concerns; and those of one machine."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.tvm import advice
from mdetui.simulator.properties_tvm import RECOMMENDATIONS
from mdetui.simulator.routes.tvm.relations import FLAWS_OF, SOFTWARE, Relation, listing, missing, references
from mdetui.simulator.routes.tvm.software import flaws_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import CONTEXT, answer, collection, entity

READ = "SecurityRecommendation.Read.All"
_OF_MACHINE = """(a.p IN (SELECT i.p FROM installed i WHERE i.n = $n AND i.v < a.before)
  OR a.c IN (SELECT l.c FROM lacking l WHERE l.n = $n))"""


class RecommendationRoutes:
    """Routes below `/api/recommendations`, and the one of a machine."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/recommendations", self.list_all),
            Route("/api/recommendations/{id}", self.get),
            Route("/api/recommendations/{id}/software", self.software),
            Route("/api/recommendations/{id}/machinereferences", self.machines),
            Route("/api/recommendations/{id}/vulnerabilities", self.flaws),
            Route("/api/machines/{id}/recommendations", self.of_machine),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/recommendations."""
        permit(request, READ)
        advice.build(self._tenant.store)
        relation = Relation("advice", "a", advice.JSON, "a.place")
        return listing(self._tenant, request, RECOMMENDATIONS, relation)

    async def get(self, request: Request) -> Response:
        """GET /api/recommendations/{id}."""
        permit(request, READ)
        found = self._find(request)
        sql = f"SELECT {advice.JSON} FROM advice a WHERE a.id = $id"
        return entity(self._tenant.store.texts(sql, {"id": found["id"]})[0], "Recommendations")

    async def software(self, request: Request) -> Response:
        """GET /api/recommendations/{id}/software: one product, not a list; none of a setting."""
        permit(request, "Software.Read.All", delegated=("SecurityRecommendation.Read",))
        found = self._find(request)
        if found["p"] is None:
            raise missing("Software of recommendation", found["id"])
        row = self._tenant.store.texts(f"SELECT {SOFTWARE} FROM software d WHERE d.p = $p", {"p": found["p"]})[0]
        # the sample's context has no `/$entity`
        return answer(f'{{"@odata.context":"{CONTEXT}Analytics.Contracts.PublicAPI.PublicProductDto",{row[1:]}')

    async def machines(self, request: Request) -> Response:
        """GET /api/recommendations/{id}/machineReferences."""
        permit(request, READ)
        return references(self._tenant, advice.WHOM, {"advice": self._find(request)["id"]})

    async def flaws(self, request: Request) -> Response:
        """GET /api/recommendations/{id}/vulnerabilities: none of a setting."""
        permit(request, "Vulnerability.Read.All")
        product = self._find(request)["p"]
        return collection([] if product is None else flaws_of(self._tenant, product), FLAWS_OF)

    async def of_machine(self, request: Request) -> Response:
        """GET /api/machines/{id}/recommendations."""
        permit(request, READ)
        machine = self._tenant.machine(request.path_params["id"])
        advice.build(self._tenant.store)
        sql = f"SELECT {advice.JSON} FROM advice a WHERE {_OF_MACHINE} ORDER BY a.place"
        return collection(self._tenant.store.texts(sql, {"n": machine["n"]}), "Recommendations")

    def _find(self, request: Request) -> dict[str, Any]:
        key = request.path_params["id"]
        advice.build(self._tenant.store)
        found = self._tenant.store.rows("SELECT id, p FROM advice WHERE lower(id) = $id", {"id": key})
        if not found:
            raise missing("Recommendation", key)
        return {"id": found[0][0], "p": found[0][1]}
