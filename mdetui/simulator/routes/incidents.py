"""Incidents of Defender XDR: list, get, change. They need a token of their own audience."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.whole import whole_alerts
from mdetui.simulator.data.xdr import alert_of, incident_of
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties_xdr import INCIDENTS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, dumps, entity

_READ = ("Incident.Read.All", "Incident.ReadWrite.All")
_WRITE = ("Incident.ReadWrite.All",)
_STATUSES = ("Active", "Resolved", "InProgress", "Redirected")
# api-update-incidents.md: not the words of the alerts
PAIRS: dict[str, tuple[str, ...]] = {
    "TruePositive": (
        "MultiStagedAttack",
        "MaliciousUserActivity",
        "CompromisedAccount",
        "Malware",
        "Phishing",
        "UnwantedSoftware",
        "Other",
    ),
    "InformationalExpectedActivity": ("SecurityTesting", "LineOfBusinessApplication", "ConfirmedActivity", "Other"),
    "FalsePositive": ("Clean", "NoEnoughDataToValidate", "Other"),
    "Unknown": ("NotAvailable",),
}
_KEYS = ("status", "assignedTo", "classification", "determination", "tags", "comment")


class IncidentRoutes:
    """Routes below `/api/incidents`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/incidents", self.list_all),
            Route("/api/incidents/{id}", self.get),
            Route("/api/incidents/{id}", self.update, methods=["PATCH"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/incidents: newest first, alerts inside."""
        permit(request, *_READ)
        query = read_query(request, INCIDENTS)
        size = min(page_size(self._tenant, query), INCIDENTS.page_max)
        where = query.where
        tail = f"LIMIT {size + 1} OFFSET {query.skip}"
        found = self._tenant.incidents.rows(
            where.sql if where else "true", where.values if where else {}, self._tenant.ticks(), tail
        )
        rows = self._json(found)
        return page(self._tenant, request, INCIDENTS, query, rows)

    async def get(self, request: Request) -> Response:
        """GET /api/incidents/{id}."""
        permit(request, *_READ)
        return entity(self._row(request), "Incidents")

    async def update(self, request: Request) -> Response:
        """PATCH /api/incidents/{id}; answers with the incident."""
        who = permit(request, *_WRITE)
        row = json.loads(self._row(request))
        if target := row["redirectIncidentId"]:
            raise Refused(400, "BadRequest", f"Incident {row['incidentId']} was merged into incident {target}")
        number, now = int(request.path_params["id"]), self._tenant.ticks()
        body = await read_body(request, _KEYS)
        fields = incident_change(body)
        comment = text_of(body, "comment")
        if not fields and not comment:
            raise Refused(400, "InvalidRequestBody", "Request body is incorrect: there is nothing to update")
        self._tenant.incidents.change(number, fields, now)
        if comment:
            self._tenant.incidents.comment(number, comment, who, now)
        return entity(self._row(request), "Incidents")

    def _row(self, request: Request) -> str:
        key = request.path_params["id"]
        known = key.isascii() and key.isdigit() and len(key) < 18
        rows = self._json(self._tenant.incidents.some([int(key)], self._tenant.ticks())) if known else []
        if not rows:
            raise Refused(404, "ResourceNotFound", f"Incident {key} was not found")
        return rows[0]

    def _json(self, rows: list[dict[str, Any]]) -> list[str]:
        tenant, now = self._tenant, self._tenant.ticks()
        alerts: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
        found = whole_alerts(
            tenant.store,
            "created <= $now AND incident IN (SELECT unnest($incidents))",
            {"now": now, "incidents": [row["id"] for row in rows]},
            "ORDER BY created",
        )
        for alert, machine in found:
            alerts[alert["incidentId"]].append(alert_of(alert, machine))
        return [dumps(incident_of(row, alerts[row["id"]])) for row in rows]


def incident_change(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Incidents.change` that a body sets.

    Raises:
        Refused: 400.
    """
    fields: dict[str, Any] = {}
    if status := text_of(body, "status", choices=_STATUSES):
        fields["status"] = status
    if body.get("assignedTo") == "":
        fields["assigned"] = ""
    elif owner := text_of(body, "assignedTo"):
        fields["assigned"] = owner
    classification = text_of(body, "classification", choices=tuple(PAIRS))
    determination = text_of(body, "determination")
    if classification:
        fields["classification"] = classification
    if determination:
        known = PAIRS[classification] if classification else [word for words in PAIRS.values() for word in words]
        if determination not in known:
            text = f"Determination {determination} is not valid for classification {classification}"
            raise Refused(400, "BadRequest", text)
        fields["determination"] = determination
    tags = body.get("tags")
    if tags is not None:
        if not (isinstance(tags, list) and all(isinstance(one, str) for one in tags)):
            raise Refused(400, "InvalidRequestBody", "Request body is incorrect: 'tags' must be a list of strings")
        fields["tags"] = tags
    return fields
