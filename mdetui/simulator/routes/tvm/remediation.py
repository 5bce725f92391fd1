"""Remediation tasks: list, get, the machines that are left. There is no way to make one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.tvm import remediation
from mdetui.simulator.properties_tvm import REMEDIATIONS
from mdetui.simulator.routes.tvm.relations import REFERENCES, Relation, listing, missing
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import collection, entity

READ = "RemediationTasks.Read.All"
# the documentation has both names
_DELEGATED = ("RemediationTasks.Read", "RemediationTask.Read")
# the documentation's rows have no group number
_REFERENCE = """to_json({'id': m.id, 'computerDnsName': m.name, 'osPlatform': m.os,
  'rbacGroupName': coalesce(m.group_name, 'UnassignedGroup')})::VARCHAR"""


class RemediationRoutes:
    """Routes below `/api/remediationTasks`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/remediationtasks", self.list_all),
            Route("/api/remediationtasks/{id}", self.get),
            Route("/api/remediationtasks/{id}/machinereferences", self.machines),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/remediationTasks."""
        permit(request, READ, delegated=_DELEGATED)
        remediation.build(self._tenant.store)
        join = "JOIN advice a ON a.id = k.advice"
        return listing(
            self._tenant, request, REMEDIATIONS, Relation("tasks", "k", remediation.JSON, "k.place", join=join)
        )

    async def get(self, request: Request) -> Response:
        """GET /api/remediationTasks/{id}."""
        permit(request, READ, delegated=_DELEGATED)
        task, _ = self._find(request)
        sql = f"SELECT {remediation.JSON} FROM tasks k JOIN advice a ON a.id = k.advice WHERE k.id = $task"
        return entity(self._tenant.store.texts(sql, {"task": task})[0], "RemediationTasks")

    async def machines(self, request: Request) -> Response:
        """GET /api/remediationTasks/{id}/machineReferences: the machines that are still exposed."""
        permit(request, READ, delegated=_DELEGATED)
        task, recommendation = self._find(request)
        sql = f"SELECT {_REFERENCE} FROM machines m WHERE m.n IN {remediation.LEFT} ORDER BY m.n"
        return collection(self._tenant.store.texts(sql, {"task": task, "advice": recommendation}), REFERENCES)

    def _find(self, request: Request) -> tuple[str, str]:
        key = request.path_params["id"]
        remediation.build(self._tenant.store)
        found = self._tenant.store.rows("SELECT id, advice FROM tasks WHERE id = $id", {"id": key})
        if not found:
            raise missing("Remediation task", key)
        return found[0][0], found[0][1]
