"""Authenticated scans: definitions, agents, history, and changes of definitions."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data.tvm.scans import Definition, Run, Scans
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties import Resource
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.routes.tvm.relations import missing
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import CONTEXT, HEADERS, Refused, answer, dumps, entity

READ = ("Machine.Read.All", "Machine.ReadWrite.All")
WRITE = ("Machine.ReadWrite.All",)
_DEFINITIONS = "DeviceAuthenticatedScanDefinitions"
_AGENTS = "DeviceAuthenticatedScanAgents"
_BASE = f"/api/{_DEFINITIONS.lower()}"
_KEYS = (
    "scanType", "scanName", "isActive", "target", "intervalInHours", "targetType", "scannerAgent",
    "scanAuthenticationParams",
)  # fmt: skip
_TYPES = {
    "#microsoft.windowsDefenderATP.api.WindowsAuthParams": ("Kerberos", "Negotiate"),
    "#microsoft.windowsDefenderATP.api.SnmpAuthParams": ("CommunityString", "NoAuthNoPriv", "AuthNoPriv", "AuthPriv"),
}


def _resource(name: str, most: int = 10_000) -> Resource:
    return Resource(name, f"microsoft.windowsDefenderATP.api.{name}", most, {})


class ScanRoutes:
    """Routes below `/api/DeviceAuthenticatedScanDefinitions` and `.../DeviceAuthenticatedScanAgents`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._made: Scans | None = None

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route(_BASE, self.list_all),
            Route(_BASE, self.add, methods=["POST"]),
            Route(f"{_BASE}/batchdelete", self.delete, methods=["POST"]),
            Route(f"{_BASE}/getscanhistorybyscandefinitionid", self.by_definition, methods=["POST"]),
            Route(f"{_BASE}/getscanhistorybysessionid", self.by_session, methods=["POST"]),
            Route(f"{_BASE}/{{id}}", self.change, methods=["PATCH"]),
            Route(f"/api/{_AGENTS.lower()}", self.agents),
            Route(f"/api/{_AGENTS.lower()}/{{id}}", self.agent),
        ]

    @property
    def _scans(self) -> Scans:
        if self._made is None:
            self._made = Scans(self._tenant.store)
        return self._made

    async def list_all(self, request: Request) -> Response:
        """GET .../DeviceAuthenticatedScanDefinitions, with what they sign in by."""
        permit(request, *READ)
        now = self._tenant.ticks()
        rows = [dumps(self._scans.row(one, now, told=True)) for one in self._scans.definitions.values()]
        return self._page(request, _resource(_DEFINITIONS), rows)

    async def add(self, request: Request) -> Response:
        """POST .../DeviceAuthenticatedScanDefinitions: 200 with the definition, without its secrets."""
        who = permit(request, *WRITE)
        body = await read_body(request, _KEYS)
        absent = [key for key in _KEYS if body.get(key) is None]
        if absent:
            raise Refused(400, "MissingRequiredParameter", f"The parameter '{absent[0]}' is required")
        return self._entity(self._scans.add(self._tenant.ticks(), who, self._fields(body)))

    async def change(self, request: Request) -> Response:
        """PATCH .../DeviceAuthenticatedScanDefinitions/{id}: what the body names."""
        permit(request, *WRITE)
        one = self._scans.definitions.get(request.path_params["id"])
        if one is None:
            raise missing("Scan definition", request.path_params["id"])
        for name, value in self._fields(await read_body(request, _KEYS)).items():
            setattr(one, name, value)
        return self._entity(one)

    async def delete(self, request: Request) -> Response:
        """POST .../BatchDelete: all or nothing."""
        permit(request, *WRITE)
        ids = await _ids(request, "ScanDefinitionIds")
        for key in ids:
            self._known(key)
        for key in ids:
            self._scans.definitions.pop(key, None)
        return Response(b"", 200, HEADERS)

    async def by_definition(self, request: Request) -> Response:
        """POST .../GetScanHistoryByScanDefinitionId."""
        permit(request, *READ)
        now = self._tenant.ticks()
        found = [self._known(key) for key in await _ids(request, "ScanDefinitionIds")]
        return self._history(request, [run for one in found for run in self._scans.runs(one, now)])

    async def by_session(self, request: Request) -> Response:
        """POST .../GetScanHistoryBySessionId."""
        permit(request, *READ)
        now = self._tenant.ticks()
        wanted = set(await _ids(request, "SessionIds"))
        runs = [run for one in self._scans.definitions.values() for run in self._scans.runs(one, now)]
        return self._history(request, [run for run in runs if run.session in wanted])

    async def agents(self, request: Request) -> Response:
        """GET .../DeviceAuthenticatedScanAgents."""
        permit(request, *READ)
        now = self._tenant.ticks()
        rows = [dumps(self._scans.agent(one, now)) for one in self._scans.agents]
        return self._page(request, _resource(_AGENTS), rows)

    async def agent(self, request: Request) -> Response:
        """GET .../DeviceAuthenticatedScanAgents/{id}: the sample has a list of one."""
        permit(request, *READ)
        machine = request.path_params["id"].rpartition("_")[2]
        if machine not in self._scans.agents:
            raise missing("Scan agent", request.path_params["id"])
        row = dumps(self._scans.agent(machine, self._tenant.ticks()))
        return answer(f'{{"@odata.context":"{CONTEXT}{_AGENTS}/$entity","value":[{row}]}}')

    def _page(self, request: Request, resource: Resource, rows: list[str]) -> Response:
        query = read_query(request, resource)
        end = query.skip + page_size(self._tenant, query) + 1
        return page(self._tenant, request, resource, query, rows[query.skip : end])

    def _history(self, request: Request, runs: list[Run]) -> Response:
        """Newest first; `$top` is 4,096 at most and what one gets without it."""
        resource = _resource(f"{_DEFINITIONS}/GetScanHistory", 4_096)
        query = read_query(request, resource)
        runs.sort(key=lambda run: -run.when)
        top = resource.page_max if query.top is None else query.top
        rows = [
            {
                "ScanDefinitionIds": run.definition.id,
                "LastScanned": ticks.text(run.when),
                "ScanStatus": run.status,
                "ScannerId": run.definition.agent,
            }
            for run in runs[query.skip : query.skip + top]
        ]
        name = request.scope["mdetui.path"].rpartition("/")[2]
        context = f"{CONTEXT.partition('$')[0]}{_DEFINITIONS}/{name}"
        return answer(f'{{"@odata.context":"{context}","value":{dumps(rows)}}}')

    def _entity(self, one: Definition) -> Response:
        return entity(dumps(self._scans.row(one, self._tenant.ticks(), told=False)), _DEFINITIONS)

    def _known(self, key: str) -> Definition:
        one = self._scans.definitions.get(key.lower())
        if one is None:
            raise missing("Scan definition", key)
        return one

    def _fields(self, body: dict[str, Any]) -> dict[str, Any]:
        """Fields of a definition that a body sets.

        Raises:
            Refused: 400 for a value of a wrong kind, 404 for an agent that is not there.
        """
        texts = {
            "type": text_of(body, "scanType", choices=("Windows", "Network")),
            "name": text_of(body, "scanName"),
            "target": text_of(body, "target"),
            "target_type": text_of(body, "targetType", choices=("Ip", "Hostname")),
        }
        fields: dict[str, Any] = {name: value for name, value in texts.items() if value is not None}
        if "isActive" in body:
            fields["active"] = _checked(body, "isActive", isinstance(body["isActive"], bool))
        if "intervalInHours" in body:
            hours = body["intervalInHours"]
            fields["hours"] = _checked(body, "intervalInHours", type(hours) is int and hours > 0)
        if "scannerAgent" in body:
            fields["agent"] = self._agent(body["scannerAgent"])
        if body.get("scanAuthenticationParams") is not None:
            params = body["scanAuthenticationParams"]
            kinds = _TYPES.get(str(params.get("@odata.type")), ()) if isinstance(params, dict) else ()
            good = isinstance(params, dict) and params.get("type") in kinds
            fields["params"] = _checked(body, "scanAuthenticationParams", good)
        return fields

    def _agent(self, body: Any) -> str:
        machine = body.get("machineId") if isinstance(body, dict) else None
        if not isinstance(machine, str):
            raise Refused(400, "InvalidRequestBody", "Request body is incorrect: 'scannerAgent' must name a machineId")
        if machine.lower() not in self._scans.agents:
            raise missing("Scan agent", machine)
        return machine.lower()


def _checked(body: dict[str, Any], key: str, good: bool) -> Any:
    if not good:
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: '{key}' is not valid")
    return body[key]


async def _ids(request: Request, key: str) -> list[str]:
    ids = (await read_body(request, (key,))).get(key)
    if not (isinstance(ids, list) and ids and all(isinstance(one, str) for one in ids)):
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: '{key}' must be a list of ids")
    return ids
