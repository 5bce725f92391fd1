"""Machines: list, get, what hangs on one, finding by address or tag."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data.machines import JSON
from mdetui.simulator.data.users import users_of
from mdetui.simulator.lists import Query, compile_text, page, page_size, read_query
from mdetui.simulator.properties import ALERTS, MACHINES
from mdetui.simulator.routes.alerts import READ as READ_ALERTS
from mdetui.simulator.routes.alerts import alert_rows
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import HEADERS, Refused, collection, dumps, entity

_READ = ("Machine.Read.All", "Machine.ReadWrite.All")
_BY_IP = re.compile(r"ip='([^']*)',\s*timestamp=(.+)")
_QUARTER = 15 * 60 * ticks.SECOND
_MONTH = 30 * 86_400 * ticks.SECOND


class MachineRoutes:
    """Routes below `/api/machines`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/machines", self.list_all),
            Route("/api/machines/findbytag", self.find_by_tag),
            Route("/api/machines/findbyip({arguments})", self.find_by_ip),
            Route("/api/machines/{id}", self.get),
            Route("/api/machines/{id}/alerts", self.alerts),
            Route("/api/machines/{id}/alerts/$count", self.alert_count),
            Route("/api/machines/{id}/logonusers", self.users),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/machines."""
        permit(request, *_READ)
        query = read_query(request, MACHINES)
        condition = query.where.sql if query.where else "true"
        limit = f"LIMIT {page_size(self._tenant, query) + 1} OFFSET {query.skip}"
        rows = self._rows(condition, query.where.values if query.where else {}, limit)
        return page(self._tenant, request, MACHINES, query, rows)

    async def get(self, request: Request) -> Response:
        """GET /api/machines/{id}, by id or name."""
        permit(request, *_READ)
        return self._one(self._machine(request))

    async def find_by_tag(self, request: Request) -> Response:
        """GET /api/machines/findbytag?tag=..&useStartsWithFilter=.."""
        permit(request, *_READ)
        options = {name.lower(): value for name, value in request.query_params.items()}
        tag = options.get("tag")
        if not tag:
            raise Refused(400, "MissingRequiredParameter", "The parameter 'tag' is required")
        condition = "list_contains(m.tags, $tag)"
        if options.get("usestartswithfilter", "false").lower() == "true":
            condition = "EXISTS (SELECT 1 FROM (SELECT unnest(m.tags) AS one) WHERE starts_with(one, $tag))"
        return collection(self._rows(condition, {"tag": tag}), "Machines")

    async def find_by_ip(self, request: Request) -> Response:
        """GET /api/machines/findbyip(ip='..',timestamp=..): seen with that address within 15 minutes of a time."""
        permit(request, *_READ)
        match = _BY_IP.fullmatch(request.path_params["arguments"])
        if not match:
            raise Refused(400, "BadRequest", "Use findbyip(ip='{ip}',timestamp={timestamp})")
        try:
            ipaddress.ip_address(match[1])
        except ValueError as error:
            raise Refused(400, "InvalidIpAddress", f"{match[1]} is not a valid IP address") from error
        try:
            moment = ticks.parse(match[2])
        except ValueError as error:
            raise Refused(400, "InvalidInput", f"{match[2]} is not a valid timestamp") from error
        now = self._tenant.ticks()
        if not now - _MONTH <= moment <= now + _QUARTER:
            raise Refused(400, "InvalidInput", "The timestamp must be in the last 30 days")
        rows = self._rows(
            "m.ip = $ip AND m.first_seen - $near <= $at AND $at <= m.last_seen + $near",
            {"ip": match[1], "at": moment, "near": _QUARTER},
        )
        if not rows:
            raise Refused(404, "NotFound", f"No machine was seen with {match[1]}")
        return collection(rows, "Machines")

    async def alerts(self, request: Request) -> Response:
        """GET /api/machines/{id}/alerts: all of them at once."""
        permit(request, *READ_ALERTS)
        return collection(self._alerts(request), "Alerts")

    async def alert_count(self, request: Request) -> Response:
        """GET /api/machines/{id}/alerts/$count: a number, and nothing else."""
        permit(request, *READ_ALERTS)
        return Response(str(len(self._alerts(request))), 200, HEADERS, "text/plain")

    async def users(self, request: Request) -> Response:
        """GET /api/machines/{id}/logonusers."""
        permit(request, "User.Read.All")
        rows = users_of(self._tenant.store, self._machine(request), self._tenant.options.machines)
        return collection([dumps(row) for row in rows], "Users")

    def _machine(self, request: Request) -> int:
        number: int = self._tenant.machine(request.path_params["id"])["n"]
        return number

    def _one(self, number: int) -> Response:
        return entity(self._rows("m.n = $n", {"n": number})[0], "Machines")

    def _rows(self, condition: str, values: dict[str, Any], limit: str = "") -> list[str]:
        # rows first, their JSON after: a page of 50,000 machines must not write all of them
        rows = f"SELECT * FROM machines m WHERE {condition} ORDER BY m.n {limit}"
        return self._tenant.store.texts(f"SELECT {JSON} FROM ({rows}) m ORDER BY m.n", values)

    def _alerts(self, request: Request) -> list[str]:
        where = compile_text(request.query_params.get("$filter", ""), ALERTS)
        # no page size here: the documentation names none
        query = Query("", where, 2**31, 0, False)
        return alert_rows(self._tenant, query, "machine = $machine", {"machine": self._machine(request)})
