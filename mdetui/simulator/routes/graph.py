"""Microsoft Graph: security alerts and incidents."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.conditions import Where
from mdetui.simulator.data.graph import alert_of, comment_of, incident_of
from mdetui.simulator.data.whole import whole_alerts
from mdetui.simulator.lists import compile_text
from mdetui.simulator.properties import Resource
from mdetui.simulator.properties_xdr import GRAPH_ALERTS, GRAPH_INCIDENTS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.routes.changes import Change
from mdetui.simulator.routes.graph_words import alert_change, incident_change
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, dumps

_READ_ALERTS = ("SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All")
_READ_INCIDENTS = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")
_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#security/"
# larger ones are clamped; beyond the largest $skip it refuses (reports in the evidence page)
_TOP, _SKIP, _INCIDENT_PAGE = 1_000, 500, 50
_OPTIONS = {"$filter", "$top", "$skip", "$count", "$expand", "$skiptoken"}
_EVIDENCE = re.compile(
    r"evidence/any\(\s*(\w+)\s*:\s*\1/microsoft\.graph\.security\.deviceEvidence/(deviceDnsName|mdeDeviceId)\s+eq\s+"
    r"('(?:[^']|'')*')\s*\)",
    re.IGNORECASE,
)


class GraphRoutes:
    """Routes below `/v1.0/security`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        alerts, incidents = "/v1.0/security/alerts_v2", "/v1.0/security/incidents"
        return [
            Route(alerts, self.alerts),
            Route(f"{alerts}/{{id}}", self.alert),
            Route(f"{alerts}/{{id}}", self.update_alert, methods=["PATCH"]),
            Route(f"{alerts}/{{id}}/comments", self.comment, methods=["POST"]),
            Route(incidents, self.incidents),
            Route(f"{incidents}/{{id}}", self.incident),
            Route(f"{incidents}/{{id}}", self.update_incident, methods=["PATCH"]),
            Route(f"{incidents}/{{id}}/alerts", self.incident_alerts),
        ]

    async def alerts(self, request: Request) -> Response:
        """GET alerts_v2: evidence inline, newest first, and no nextLink, as observed."""
        permit(request, *_READ_ALERTS)
        options = _options(request, expand="")
        where = _where(options, GRAPH_ALERTS)
        condition = f"created <= $now AND {where.sql}"
        values = {**where.values, "now": self._tenant.ticks()}
        top, skip = _number(options, "$top", _TOP), _number(options, "$skip", 0)
        tail = f"ORDER BY created DESC, n LIMIT {min(top, _TOP)} OFFSET {skip}"
        found = whole_alerts(self._tenant.store, condition, values, tail)
        count = None
        if options.get("$count") == "true":
            count = self._tenant.store.rows(f"SELECT count(*) FROM alerts WHERE {condition}", values)[0][0]
        return _collection("alerts_v2", [alert_of(*one) for one in found], count=count)

    async def alert(self, request: Request) -> Response:
        """GET alerts_v2/{id}."""
        permit(request, *_READ_ALERTS)
        return _entity("alerts_v2", alert_of(*self._find(request)))

    async def update_alert(self, request: Request) -> Response:
        """PATCH alerts_v2/{id}; answers with the alert."""
        who = permit(request, "SecurityAlert.ReadWrite.All")
        number = self._number(request)
        alert_change(await read_body(request, _KEYS)).apply(self._tenant, [number], who)
        return _entity("alerts_v2", alert_of(*self._find(request)))

    async def comment(self, request: Request) -> Response:
        """POST alerts_v2/{id}/comments; answers with all comments of the alert."""
        who = permit(request, "SecurityAlert.ReadWrite.All")
        number = self._number(request)
        text = text_of(await read_body(request, ("@odata.type", "comment")), "comment", required=True)
        Change(None, None, None, None, text).apply(self._tenant, [number], who)
        alert, _ = self._find(request)
        key = request.path_params["id"]
        return _collection(f"alerts_v2('{key}')/comments", [comment_of(one) for one in alert["comments"]])

    async def incidents(self, request: Request) -> Response:
        """GET incidents: pages of 50 with an opaque nextLink; `$expand=alerts` brings the alerts."""
        permit(request, *_READ_INCIDENTS)
        options = _options(request, expand="alerts")
        where = _where(options, GRAPH_INCIDENTS)
        size = min(_number(options, "$top", _INCIDENT_PAGE), _TOP)
        skip = _position(options["$skiptoken"]) if "$skiptoken" in options else _number(options, "$skip", 0)
        now = self._tenant.ticks()
        rows = self._tenant.incidents.rows(where.sql, where.values, now, f"LIMIT {size + 1} OFFSET {skip}")
        out = [incident_of(row) for row in rows[:size]]
        if options.get("$expand"):
            self._expand(out)
        link = _link(request, options, skip + size) if len(rows) > size else ""
        return _collection("incidents", out, link)

    async def incident(self, request: Request) -> Response:
        """GET incidents/{id}; takes `$expand=alerts` too."""
        permit(request, *_READ_INCIDENTS)
        options = _options(request, expand="alerts")
        row = incident_of(self._incident(request))
        if options.get("$expand"):
            self._expand([row])
        return _entity("incidents", row)

    async def update_incident(self, request: Request) -> Response:
        """PATCH incidents/{id}; answers with the incident."""
        permit(request, "SecurityIncident.ReadWrite.All")
        if target := self._incident(request)["target"]:
            raise _bad(f"Incident {request.path_params['id']} was merged into incident {target}.")
        fields = incident_change(await read_body(request, (*_KEYS, "customTags")))
        self._tenant.incidents.change(int(request.path_params["id"]), fields, self._tenant.ticks())
        return _entity("incidents", incident_of(self._incident(request)))

    async def incident_alerts(self, request: Request) -> Response:
        """GET incidents/{id}/alerts."""
        permit(request, *_READ_INCIDENTS)
        row: dict[str, Any] = {"id": str(self._incident(request)["id"])}
        self._expand([row])
        return _collection(f"incidents('{row['id']}')/alerts", row["alerts"])

    # the pieces

    def _find(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        return whole_alerts(self._tenant.store, "n = $n", {"n": self._number(request)})[0]

    def _number(self, request: Request) -> int:
        """Number of the alert a path names.

        Raises:
            Refused: 404.
        """
        key = request.path_params["id"]
        found = self._tenant.store.rows(
            "SELECT n FROM alerts WHERE id = $id AND created <= $now", {"id": key, "now": self._tenant.ticks()}
        )
        if not found:
            raise Refused(404, "ResourceNotFound", f"Alert {key} was not found")
        number: int = found[0][0]
        return number

    def _incident(self, request: Request) -> dict[str, Any]:
        key = request.path_params["id"]
        known = key.isascii() and key.isdigit() and len(key) < 18
        rows = self._tenant.incidents.some([int(key)], self._tenant.ticks()) if known else []
        if not rows:
            raise Refused(404, "ResourceNotFound", f"Incident {key} was not found")
        return rows[0]

    def _expand(self, rows: list[dict[str, Any]]) -> None:
        """Put the alerts into incidents."""
        for row in rows:
            row["alerts"] = []
        by_id = {row["id"]: row for row in rows}
        values = {"now": self._tenant.ticks(), "incidents": [int(key) for key in by_id]}
        condition = "created <= $now AND incident IN (SELECT unnest($incidents))"
        for alert, machine in whole_alerts(self._tenant.store, condition, values, "ORDER BY created"):
            by_id[str(alert["incidentId"])]["alerts"].append(alert_of(alert, machine))


_KEYS = ("@odata.type", "status", "assignedTo", "classification", "determination")


def _options(request: Request, *, expand: str) -> dict[str, str]:
    options = {name.lower(): value for name, value in request.query_params.items()}
    for name in options:
        if name.startswith("$") and name not in _OPTIONS:
            raise _bad(f"The query option '{name}' is not supported.")
    if options.get("$expand", expand).lower() != expand:
        raise _bad(f"Could not find a property named '{options['$expand']}'.")
    if _number(options, "$skip", 0) > _SKIP:
        raise _bad(f"The $skip value must be between 0 and {_SKIP}.")
    return options


def _where(options: Mapping[str, str], resource: Resource) -> Where:
    text = options.get("$filter", "")
    if resource is GRAPH_ALERTS:
        text = _EVIDENCE.sub(r"\2 eq \3", text)
    return compile_text(text, resource) or Where("true", {})


def _number(options: Mapping[str, str], name: str, usual: int) -> int:
    text = options.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _bad(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def _position(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("skip:"))
    except (binascii.Error, ValueError) as error:
        raise _bad("The skip token is not valid.") from error


def _link(request: Request, options: Mapping[str, str], skip: int) -> str:
    token = base64.urlsafe_b64encode(f"skip:{skip}".encode()).decode()
    kept = {name: options[name] for name in ("$filter", "$expand", "$top") if name in options}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in {**kept, "$skiptoken": token}.items())
    return f"https://{request.headers['host']}{request.scope['mdetui.path']}?{query}"


def _bad(text: str) -> Refused:
    return Refused(400, "BadRequest", text)


def _collection(name: str, rows: list[dict[str, Any]], link: str = "", *, count: int | None = None) -> Response:
    body: dict[str, Any] = {"@odata.context": f"{_CONTEXT}{name}"}
    if count is not None:
        body["@odata.count"] = count
    if link:
        body["@odata.nextLink"] = link
    return Response(dumps({**body, "value": rows}), 200, {"odata-version": "4.0"}, "application/json")


def _entity(name: str, row: dict[str, Any]) -> Response:
    body = {"@odata.context": f"{_CONTEXT}{name}/$entity", **row}
    return Response(dumps(body), 200, {"odata-version": "4.0"}, "application/json")
