"""Advanced hunting: Graph's operation, and the two that it replaces."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.kql import Found, QueryError
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, answer, dumps

_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.security.huntingQueryResults"
_LOOK_BACK = timedelta(days=30)
# the two older ones give no data from then on (Message Center MC1220762)
_END = datetime(2027, 2, 1, tzinfo=UTC)
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?")


class HuntingRoutes:
    """`runHuntingQuery`, `advancedhunting/run`, `advancedqueries/run`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/v1.0/security/runhuntingquery", self.graph, methods=["POST"]),
            Route("/api/advancedhunting/run", self.xdr, methods=["POST"]),
            Route("/api/advancedqueries/run", self.mde, methods=["POST"]),
        ]

    async def graph(self, request: Request) -> Response:
        """POST /v1.0/security/runHuntingQuery."""
        permit(request, "ThreatHunting.Read.All")
        body = await read_body(request, ("Query", "query", "Timespan", "timespan"))
        body = {name.lower(): value for name, value in body.items()}
        query = text_of(body, "query", required=True) or ""
        now = self._tenant.options.clock.now()
        since, until = _span(text_of(body, "timespan") or "P30D", now)
        found = self._run(query, max(since, now - _LOOK_BACK), until)
        schema = [{"name": name, "type": kind} for name, kind in found.columns]
        text = dumps({"@odata.context": _CONTEXT, "schema": schema, "results": found.rows})
        return Response(text, 200, {"odata-version": "4.0"}, "application/json")

    async def xdr(self, request: Request) -> Response:
        """POST /api/advancedhunting/run."""
        permit(request, "AdvancedHunting.Read.All")
        return await self._older(request, lambda query: True)

    async def mde(self, request: Request) -> Response:
        """POST /api/advancedqueries/run: tables of machines only."""
        permit(request, "AdvancedQuery.Read.All")
        return await self._older(
            request, lambda query: not re.search(r"\b(?:Alert|Identity|Email|CloudApp)[A-Z]\w+", query)
        )

    async def _older(self, request: Request, allowed: Callable[[str], bool]) -> Response:
        query = text_of(await read_body(request, ("Query",)), "Query", required=True) or ""
        if not allowed(query):
            raise Refused(400, "BadRequest", "The query uses a table that is not available here")
        now = self._tenant.options.clock.now()
        found = Found([], []) if now >= _END else self._run(query, now - _LOOK_BACK, now)
        schema = [{"Name": name, "Type": kind} for name, kind in found.columns]
        stats = {"ExecutionTime": 0.015, "dataset_statistics": [{"table_row_count": len(found.rows)}]}
        return answer(dumps({"Stats": stats, "Schema": schema, "Results": found.rows}))

    def _run(self, query: str, since: datetime, until: datetime) -> Found:
        self._tenant.ticks()
        try:
            return self._tenant.hunting.run(query, since, until, self._tenant.options.clock.now())
        except QueryError as error:
            raise Refused(400, "BadRequest", str(error)) from error


def _span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of a Timespan: `P30D`, `start`, `start/end`, `start/P30D`, `P30D/end`.

    Raises:
        Refused: 400.
    """
    first, _, second = text.partition("/")
    try:
        if not second:
            length = _duration(first)
            return (now - length, now) if length else (_moment(first), now)
        length = _duration(first)
        if length:
            return _moment(second) - length, _moment(second)
        start = _moment(first)
        length = _duration(second)
        return start, start + length if length else _moment(second)
    except ValueError as error:
        raise Refused(400, "BadRequest", f"The Timespan '{text}' is not valid") from error


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    days, hours, minutes = (int(one or 0) for one in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
