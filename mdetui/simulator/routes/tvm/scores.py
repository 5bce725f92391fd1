"""Exposure score, device secure score, and the exposure of each machine group. They change once an hour here."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data.tvm import scores
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import collection, dumps, entity

READ = "Score.Read.All"
_HOUR = 3600 * ticks.SECOND


class ScoreRoutes:
    """The three scores."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/exposurescore", self.exposure),
            Route("/api/exposurescore/bymachinegroups", self.groups),
            Route("/api/configurationscore", self.configuration),
        ]

    async def exposure(self, request: Request) -> Response:
        """GET /api/exposureScore: of the whole tenant, which is no group."""
        permit(request, READ)
        scores.exposure(self._tenant.store)
        score = self._tenant.store.rows("SELECT sum(score * machines) / sum(machines) FROM exposure")[0][0]
        return entity(dumps(self._score(score)), "ExposureScore")

    async def groups(self, request: Request) -> Response:
        """GET /api/exposureScore/ByMachineGroups."""
        permit(request, READ)
        scores.exposure(self._tenant.store)
        rows = self._tenant.store.rows("SELECT score, group_name, group_id FROM exposure ORDER BY group_id")
        return collection([dumps(self._score(*row)) for row in rows], "ExposureScore")

    async def configuration(self, request: Request) -> Response:
        """GET /api/configurationScore."""
        permit(request, READ)
        return entity(dumps(self._score(scores.configuration(self._tenant.store))), "ConfigurationScore")

    def _score(self, score: float, name: str | None = None, number: int | None = None) -> dict[str, object]:
        now = self._tenant.ticks()
        when = ticks.text(now - now % _HOUR + 1_665_846)
        return {"time": when, "score": score, "rbacGroupName": name, "rbacGroupId": number}
