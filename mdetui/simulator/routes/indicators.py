"""Indicators: list, make or change, import, delete."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data import names
from mdetui.simulator.data.indicators import CAPACITY, KEYS
from mdetui.simulator.lists import page, page_size, read_query
from mdetui.simulator.properties_xdr import INDICATORS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import HEADERS, Refused, collection, dumps, entity

_ROLES = ("Ti.ReadWrite", "Ti.ReadWrite.All")
BATCH = 500
_TYPES = ("FileSha1", "FileMd5", "FileSha256", "CertificateThumbprint", "IpAddress", "DomainName", "Url")
_ACTIONS = ("Allowed", "Audit", "Warn", "Block", "BlockAndRemediate", "Alert", "AlertAndBlock")
_SEVERITIES = ("Informational", "Low", "Medium", "High")
_HEX = {"FileSha1": 40, "FileMd5": 32, "FileSha256": 64, "CertificateThumbprint": 40}
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,}", re.IGNORECASE)


class IndicatorRoutes:
    """Routes below `/api/indicators`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/indicators", self.list_all),
            Route("/api/indicators", self.put, methods=["POST"]),
            Route("/api/indicators/import", self.put_many, methods=["POST"]),
            Route("/api/indicators/batchdelete", self.delete_many, methods=["POST"]),
            Route("/api/indicators/{id}", self.delete, methods=["DELETE"]),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/indicators; an app with `Ti.ReadWrite` alone sees its own only."""
        permit(request, *_ROLES)
        query = read_query(request, INDICATORS)
        conditions = [query.where.sql] if query.where else []
        values = dict(query.where.values) if query.where else {}
        if owner := _only(request):
            conditions.append("created_by = $owner")
            values["owner"] = owner
        rows = self._tenant.indicators.rows(
            " AND ".join(conditions) or "true",
            values,
            f"LIMIT {page_size(self._tenant, query) + 1} OFFSET {query.skip}",
        )
        return page(self._tenant, request, INDICATORS, query, rows)

    async def put(self, request: Request) -> Response:
        """POST /api/indicators: a new one, or the one of that type and value changed."""
        who = permit(request, *_ROLES)
        key = self._put(await read_body(request, KEYS), request, who)
        return entity(self._tenant.indicators.rows("id = $id", {"id": key})[0], "Indicators")

    async def put_many(self, request: Request) -> Response:
        """POST /api/indicators/import: what fails is told inside the 200."""
        who = permit(request, *_ROLES)
        rows = _batch(await read_body(request, ("Indicators",)), "Indicators")
        results = []
        for row in rows:
            value = row.get("indicatorValue") if isinstance(row, dict) else None
            try:
                if not isinstance(row, dict) or set(row) - set(KEYS):
                    raise Refused(400, "InvalidRequestBody", "Request body is incorrect")
                key = self._put(row, request, who)
            except Refused as error:
                results.append({"id": None, "indicator": value, "isFailed": True, "failureReason": error.message})
            else:
                results.append({"id": key, "indicator": value, "isFailed": False, "failureReason": None})
        kind = "Collection(microsoft.windowsDefenderATP.api.ImportIndicatorResult)"
        return collection([dumps(one) for one in results], kind)

    async def delete(self, request: Request) -> Response:
        """DELETE /api/indicators/{id}."""
        permit(request, *_ROLES)
        self._delete(request, [request.path_params["id"]])
        return Response(b"", 204, HEADERS)

    async def delete_many(self, request: Request) -> Response:
        """POST /api/indicators/BatchDelete: all or nothing."""
        permit(request, *_ROLES)
        ids = _batch(await read_body(request, ("IndicatorIds",)), "IndicatorIds")
        if not all(isinstance(one, str) and one.isdigit() for one in ids):
            raise Refused(400, "InvalidInput", "IndicatorIds must be ids of indicators")
        self._delete(request, ids)
        return Response(b"", 204, HEADERS)

    def _delete(self, request: Request, ids: list[str]) -> None:
        rows = self._tenant.indicators.rows("id IN (SELECT unnest($ids))", {"ids": ids})
        found = {row["id"]: row for row in map(json.loads, rows)}
        missing = set(ids) - set(found)
        if missing:
            raise Refused(404, "ResourceNotFound", f"Indicator {min(missing)} was not found")
        owner = _only(request)
        if owner and any(row["createdBy"] != owner for row in found.values()):
            raise Refused(403, "Forbidden", "The indicator was made by another application")
        self._tenant.indicators.delete(ids)

    def _put(self, fields: dict[str, Any], request: Request, who: str) -> str:
        tenant, now = self._tenant, self._tenant.ticks()
        _check(fields, now)
        known = tenant.indicators.find(fields["indicatorType"], fields["indicatorValue"])
        if not known and (count := tenant.indicators.count(now)) >= CAPACITY:
            text = f"Max capacity exceeded. Current Total: {count}, Limit: {CAPACITY} (Parameter 'Capacity: {count}/{CAPACITY}')"
            raise Refused(400, "BadRequest", text)
        claims = request.scope["mdetui.claims"]
        return tenant.indicators.put(fields, (claims["oid"] if "scp" in claims else claims["appid"], who), now)


def _only(request: Request) -> str:
    """Id of the app when it may touch its own indicators only."""
    claims = request.scope["mdetui.claims"]
    return "" if "scp" in claims or "Ti.ReadWrite.All" in claims["roles"] else str(claims["appid"])


def _batch(body: dict[str, Any], key: str) -> list[Any]:
    rows = body.get(key)
    if not isinstance(rows, list) or not rows:
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: '{key}' must be a list that is not empty")
    if len(rows) > BATCH:
        raise Refused(400, "MaximumBatchSizeExceeded", f"The maximum of {BATCH} {key} is exceeded: {len(rows)}")
    return rows


def _check(fields: dict[str, Any], now: int) -> None:
    """See that the service would take it.

    Raises:
        Refused: 400.
    """
    value = text_of(fields, "indicatorValue", required=True) or ""
    kind = text_of(fields, "indicatorType", required=True, choices=_TYPES) or ""
    action = text_of(fields, "action", required=True, choices=_ACTIONS)
    for name in ("title", "description"):
        text_of(fields, name, required=True)
    for name in ("application", "recommendedActions", "educateUrl"):
        text_of(fields, name)
    _check_value(kind, value)
    alerting = fields.get("generateAlert")
    if alerting is not None and not isinstance(alerting, bool):
        raise Refused(400, "InvalidRequestBody", "Request body is incorrect: 'generateAlert' must be a boolean")
    if action == "Audit" and not alerting:
        raise Refused(400, "BadRequest", "The action Audit needs generateAlert to be true")
    if action == "BlockAndRemediate" and not kind.startswith("File"):
        raise Refused(400, "BadRequest", f"The action BlockAndRemediate is not supported for {kind}")
    if not text_of(fields, "severity", choices=_SEVERITIES) and alerting:
        raise Refused(
            400, "MissingRequiredParameter", "The parameter 'severity' is required when an alert is generated"
        )
    groups = fields.get("rbacGroupNames") or []
    if not isinstance(groups, list) or set(map(str, groups)) - set(names.GROUPS):
        raise Refused(400, "BadRequest", "rbacGroupNames names a device group that does not exist")
    if expires := text_of(fields, "expirationTime"):
        try:
            late = ticks.parse(expires) <= now
        except ValueError as error:
            raise Refused(400, "InvalidInput", f"'{expires}' is not a valid Edm.DateTimeOffset") from error
        if late:
            text = f"Indicator {value} is inactive. (Expiration time should be set to a future date time)"
            raise Refused(400, "BadRequest", text)


def _check_value(kind: str, value: str) -> None:
    if length := _HEX.get(kind):
        if not re.fullmatch(rf"[0-9a-fA-F]{{{length}}}", value):
            raise Refused(400, "InvalidHashValue", f"{value} is not a valid {kind}")
    elif kind == "IpAddress":
        try:
            # an address, no network: the service takes no CIDR
            ipaddress.ip_address(value)
        except ValueError as error:
            raise Refused(400, "InvalidIpAddress", f"{value} is not a valid IP address") from error
    elif kind == "DomainName" and not _DOMAIN.fullmatch(value):
        raise Refused(400, "InvalidDomainName", f"{value} is not a valid domain name")
    elif kind == "Url" and not urlsplit(value if "//" in value else f"https://{value}").hostname:
        raise Refused(400, "InvalidUrl", f"{value} is not a valid URL")
