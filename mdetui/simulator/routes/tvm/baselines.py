"""Catalogues: baseline profiles and settings, and what permissions of browser extensions mean."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.tvm import baselines
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties import Resource
from mdetui.simulator.properties_tvm import BASELINE_CONFIGURATIONS, BASELINE_PROFILES
from mdetui.simulator.routes.tvm.relations import Relation, listing
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import dumps

READ = "SecurityBaselinesAssessment.Read.All"
_PERMISSIONS = Resource("BrowserExtension", "microsoft.windowsDefenderATP.api.BrowserExtension", 10_000, {})


class BaselineRoutes:
    """The three lists."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/baselineprofiles", self.profiles),
            Route("/api/baselineconfigurations", self.configurations),
            Route("/api/browserextensions/permissionsinfo", self.permissions),
        ]

    async def profiles(self, request: Request) -> Response:
        """GET /api/baselineProfiles."""
        permit(request, READ)
        baselines.build(self._tenant.store)
        relation = Relation("baseline_profiles", "b", baselines.PROFILE, "b.place")
        return listing(self._tenant, request, BASELINE_PROFILES, relation)

    async def configurations(self, request: Request) -> Response:
        """GET /api/baselineConfigurations; the texts are HTML."""
        permit(request, READ)
        baselines.build(self._tenant.store)
        relation = Relation("baseline_settings", "s", baselines.SETTING, "s.place")
        return listing(self._tenant, request, BASELINE_CONFIGURATIONS, relation)

    async def permissions(self, request: Request) -> Response:
        """GET /api/browserextensions/permissionsinfo: nothing to filter by."""
        from mdetui.simulator.data.tvm.extensions import PERMISSIONS

        permit(request, "Software.Read.All")
        query = read_query(request, _PERMISSIONS)
        rows = [dumps(dict(zip(("key", "permissionName", "description"), one, strict=True))) for one in PERMISSIONS]
        end = query.skip + page_size(self._tenant, query) + 1
        return page(self._tenant, request, _PERMISSIONS, query, rows[query.skip : end])
