"""Files, domains, addresses and users: what is known of one, its alerts, its machines."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator import ticks
from mdetui.simulator.data import machines
from mdetui.simulator.data.files import FIRST_SEEN, file_of, global_count, is_system
from mdetui.simulator.data.traces import Trace
from mdetui.simulator.data.users import alerts_of_account, machines_of_account
from mdetui.simulator.lists import Query
from mdetui.simulator.routes.alerts import READ as READ_ALERTS
from mdetui.simulator.routes.alerts import alert_rows
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, collection, dumps, entity

_READ_MACHINES = ("Machine.Read.All", "Machine.ReadWrite.All")
_HOUR = 3_600 * ticks.SECOND
# the largest and the default lookBackHours: 30 days
_LOOK_BACK = 720
# the page of a domain names this maximum; of the others none is known, and a page of the API is the most
_DOMAIN_MACHINES = 500
_SHA1, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_STATS = "microsoft.windowsDefenderATP.api.InOrg{}Stats"


class TraceRoutes:
    """Routes below `/api/files`, `/api/domains`, `/api/ips` and `/api/users`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/files/{id}", self.file),
            Route("/api/files/{id}/alerts", self.file_alerts),
            Route("/api/files/{id}/machines", self.file_machines),
            Route("/api/files/{id}/stats", self.file_stats),
            Route("/api/domains/{id}/alerts", self.domain_alerts),
            Route("/api/domains/{id}/machines", self.domain_machines),
            Route("/api/domains/{id}/stats", self.domain_stats),
            Route("/api/ips/{id}/alerts", self.ip_alerts),
            Route("/api/ips/{id}/stats", self.ip_stats),
            Route("/api/users/{id}/alerts", self.user_alerts),
            Route("/api/users/{id}/machines", self.user_machines),
        ]

    async def file(self, request: Request) -> Response:
        """GET /api/files/{sha1 or sha256}."""
        permit(request, "File.Read.All")
        found = self._known_file(request)
        last = self._tenant.traces.seen(found, 0, self._tenant.ticks())["last"]
        folder, name = _split(found.value)
        row = file_of(folder, name, found.sha1, found.sha256, ticks.text(last))
        return entity(dumps(row), "Files")

    async def file_alerts(self, request: Request) -> Response:
        """GET /api/files/{sha1}/alerts; empty for a file nobody has seen."""
        permit(request, *READ_ALERTS)
        return self._alerts(self._seen_file(request, _SHA1))

    async def file_machines(self, request: Request) -> Response:
        """GET /api/files/{sha1}/machines: of a file of the system, every machine that has that system."""
        permit(request, *_READ_MACHINES)
        found = self._seen_file(request, _SHA1)
        if found and is_system(found.value):
            return self._machines("m.family IN (SELECT unnest($families))", {"families": _families(found.value)})
        return self._machines(*_machines_of(found))

    async def file_stats(self, request: Request) -> Response:
        """GET /api/files/{sha1 or sha256}/stats."""
        permit(request, "File.Read.All")
        found = self._known_file(request)
        stats = self._stats(request, found)
        system = is_system(found.value)
        if system:
            sql = "SELECT count(*) FROM machines WHERE family IN (SELECT unnest($families))"
            stats["organizationPrevalence"] = self._tenant.store.rows(sql, {"families": _families(found.value)})[0][0]
        row = {
            "sha1": found.sha1,
            **stats,
            # the service's spelling
            "globallyPrevalence": global_count(found.value),
            "globalFirstObserved": FIRST_SEEN,
            "globalLastObserved": stats["orgLastSeen"],
            "topFileNames": [_split(found.value)[1]],
        }
        return entity(dumps(row), _STATS.format("File"))

    async def domain_alerts(self, request: Request) -> Response:
        """GET /api/domains/{domain}/alerts."""
        permit(request, *READ_ALERTS)
        return self._alerts(self._domain(request))

    async def domain_machines(self, request: Request) -> Response:
        """GET /api/domains/{domain}/machines: 500 at most."""
        permit(request, *_READ_MACHINES)
        return self._machines(*_machines_of(self._domain(request)), limit=_DOMAIN_MACHINES)

    async def domain_stats(self, request: Request) -> Response:
        """GET /api/domains/{domain}/stats; prevalence 0 for one nobody asked for."""
        permit(request, "URL.Read.All")
        row = {"host": request.path_params["id"], **self._stats(request, self._domain(request))}
        return entity(dumps(row), _STATS.format("Domain"))

    async def ip_alerts(self, request: Request) -> Response:
        """GET /api/ips/{ip}/alerts."""
        permit(request, *READ_ALERTS)
        return self._alerts(self._ip(request))

    async def ip_stats(self, request: Request) -> Response:
        """GET /api/ips/{ip}/stats; prevalence 0 for one nobody spoke to."""
        permit(request, "Ip.Read.All")
        row = {"ipAddress": request.path_params["id"], **self._stats(request, self._ip(request))}
        return entity(dumps(row), _STATS.format("IP"))

    async def user_alerts(self, request: Request) -> Response:
        """GET /api/users/{account}/alerts: the name without a domain; nobody has a name with an @."""
        permit(request, *READ_ALERTS)
        sql, values = alerts_of_account(request.path_params["id"])
        return self._alert_rows(sql, values)

    async def user_machines(self, request: Request) -> Response:
        """GET /api/users/{account}/machines: those it signed in to."""
        permit(request, *_READ_MACHINES)
        tenant = self._tenant
        sql, values = machines_of_account(tenant.store, request.path_params["id"], tenant.options.machines)
        return self._machines(sql, values)

    # the pieces

    def _seen_file(self, request: Request, *kinds: re.Pattern[str]) -> Trace | None:
        text = request.path_params["id"]
        if not any(kind.fullmatch(text) for kind in kinds):
            raise Refused(400, "InvalidHashValue", f"{text} is not a valid hash for this request")
        return self._tenant.traces.find("file", "sha1" if _SHA1.fullmatch(text) else "sha256", text)

    def _known_file(self, request: Request) -> Trace:
        found = self._seen_file(request, _SHA1, _SHA256)
        if found is None or not self._tenant.traces.seen(found, 0, self._tenant.ticks())["machines"]:
            raise Refused(404, "ResourceNotFound", f"File {request.path_params['id']} was not found")
        return found

    def _domain(self, request: Request) -> Trace | None:
        text = request.path_params["id"]
        if not _DOMAIN.fullmatch(text):
            raise Refused(400, "InvalidDomainName", f"{text} is not a valid domain name")
        return self._tenant.traces.find("domain", "value", text)

    def _ip(self, request: Request) -> Trace | None:
        text = request.path_params["id"]
        try:
            ipaddress.ip_address(text)
        except ValueError as error:
            raise Refused(400, "InvalidIpAddress", f"{text} is not a valid IP address") from error
        return self._tenant.traces.find("ip", "value", text)

    def _stats(self, request: Request, found: Trace | None) -> dict[str, Any]:
        text = {name.lower(): value for name, value in request.query_params.items()}.get("lookbackhours", "")
        if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= _LOOK_BACK):
            raise Refused(400, "InvalidInput", f"lookBackHours must be between 1 and {_LOOK_BACK}")
        now = self._tenant.ticks()
        since = now - int(text or _LOOK_BACK) * _HOUR
        seen = self._tenant.traces.seen(found, since, now) if found else {"machines": 0, "first": None, "last": None}
        return {
            "organizationPrevalence": seen["machines"],
            "orgFirstSeen": _time(seen["first"]),
            "orgLastSeen": _time(seen["last"]),
        }

    def _alerts(self, found: Trace | None) -> Response:
        if found is None:
            return collection([], "Alerts")
        condition = "n IN (SELECT alert FROM traces WHERE entity = $entity)"
        return self._alert_rows(condition, {"entity": found.entity})

    def _alert_rows(self, condition: str, values: dict[str, Any]) -> Response:
        size = self._tenant.options.page_size
        return collection(alert_rows(self._tenant, Query("", None, size, 0, False), condition, values)[:size], "Alerts")

    def _machines(self, condition: str, values: dict[str, Any], limit: int = 0) -> Response:
        tenant = self._tenant
        if "$now" in condition:
            values = {**values, "now": tenant.ticks()}
        rows = f"SELECT * FROM machines m WHERE {condition} ORDER BY m.n LIMIT {limit or tenant.options.page_size}"
        found = tenant.store.texts(f"SELECT {machines.JSON} FROM ({rows}) m ORDER BY m.n", values)
        return collection(found, "Machines")


def _machines_of(found: Trace | None) -> tuple[str, dict[str, Any]]:
    condition = (
        "m.n IN (SELECT machine FROM alerts WHERE created <= $now AND n IN "
        "(SELECT alert FROM traces WHERE entity = $entity))"
    )
    return (condition, {"entity": found.entity}) if found else ("false", {})


def _families(path: str) -> list[int]:
    """Numbers of the families (names.FAMILIES) whose machines have that file of the system."""
    return [3, 4] if path.startswith("/") else [0, 1, 2]


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/" if path.startswith("/") else "\\")
    return folder, name


def _time(value: int | None) -> str | None:
    # whole seconds here, as in the samples
    return None if value is None else ticks.text(value // ticks.SECOND * ticks.SECOND)
