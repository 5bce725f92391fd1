"""Alerts: list, get, changes, and what hangs on one."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data import machines
from mdetui.simulator.data.alerts import JOINED, JSON
from mdetui.simulator.data.evidence import Facts, domain_of, evidence
from mdetui.simulator.data.files import file_of
from mdetui.simulator.data.users import user_of
from mdetui.simulator.data.whole import FACTS
from mdetui.simulator.lists import Query, page, page_size, read_query
from mdetui.simulator.options import TENANT_ID
from mdetui.simulator.properties import ALERTS
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.routes.changes import read_change
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.ticks import parse
from mdetui.simulator.wire import HEADERS, Refused, collection, dumps, entity

READ = ("Alert.Read.All", "Alert.ReadWrite.All")
_WRITE = ("Alert.ReadWrite.All",)
# create-alert-by-reference.md
CREATE_KEYS = (
    "eventTime",
    "reportId",
    "machineId",
    "severity",
    "title",
    "description",
    "recommendedAction",
    "category",
)
_CREATE_CHOICES = {
    "severity": ("Low", "Medium", "High"),
    "category": (
        "General",
        "CommandAndControl",
        "Collection",
        "CredentialAccess",
        "DefenseEvasion",
        "Discovery",
        "Exfiltration",
        "Exploit",
        "Execution",
        "InitialAccess",
        "LateralMovement",
        "Malware",
        "Persistence",
        "PrivilegeEscalation",
        "Ransomware",
        "SuspiciousActivity",
    ),
}


class AlertRoutes:
    """Routes below `/api/alerts`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        return [
            Route("/api/alerts", self.list_all),
            Route("/api/alerts/batchupdate", self.batch_update, methods=["POST"]),
            Route("/api/alerts/createalertbyreference", self.create, methods=["POST"]),
            Route("/api/alerts/{id}", self.get),
            Route("/api/alerts/{id}", self.update, methods=["PATCH"]),
            Route("/api/alerts/{id}/machine", self.machine),
            Route("/api/alerts/{id}/user", self.user),
            Route("/api/alerts/{id}/files", self.files),
            Route("/api/alerts/{id}/ips", self.ips),
            Route("/api/alerts/{id}/domains", self.domains),
        ]

    async def list_all(self, request: Request) -> Response:
        """GET /api/alerts. `evidence` is empty unless `$expand=evidence` asks for it."""
        permit(request, *READ)
        query = read_query(request, ALERTS, expands=True)
        return page(self._tenant, request, ALERTS, query, alert_rows(self._tenant, query))

    async def get(self, request: Request) -> Response:
        """GET /api/alerts/{id}, with its evidence."""
        permit(request, *READ)
        return entity(self._row(self._find(request)["n"]), "Alerts")

    async def update(self, request: Request) -> Response:
        """PATCH /api/alerts/{id}; answers with the alert."""
        who = permit(request, *_WRITE)
        alert = self._find(request)
        change, _ = await read_change(request, [alert["classification"]])
        change.apply(self._tenant, [alert["n"]], who)
        return entity(self._row(alert["n"]), "Alerts")

    async def batch_update(self, request: Request) -> Response:
        """POST /api/alerts/batchUpdate: all or nothing; the 200 is empty."""
        who = permit(request, *_WRITE)
        change, ids = await read_change(request, None)
        found = self._tenant.store.rows(
            "SELECT id, n, classification FROM alerts WHERE created <= $now AND id IN (SELECT unnest($ids))",
            {"ids": ids, "now": self._tenant.ticks()},
        )
        missing = set(ids) - {row[0] for row in found}
        if missing:
            raise Refused(404, "ResourceNotFound", f"Alert {min(missing)} was not found")
        change.check_pairs([row[2] for row in found])
        change.apply(self._tenant, [row[1] for row in found], who)
        return Response(b"", 200, HEADERS)

    async def create(self, request: Request) -> Response:
        """POST /api/alerts/CreateAlertByReference: of an event that hunting shows; merged into an open alert alike."""
        permit(request, *_WRITE)
        body = await read_body(request, CREATE_KEYS)
        fields = {key: text_of(body, key, required=True, choices=_CREATE_CHOICES.get(key, ())) for key in CREATE_KEYS}
        tenant, now = self._tenant, self._tenant.ticks()
        machine = tenant.machine(fields["machineId"] or "")
        report, moment = fields["reportId"] or "", fields["eventTime"] or ""
        known = report.isascii() and report.isdigit() and len(report) < 18
        if not known or not tenant.hunting.event(machine["id"], int(report), moment, tenant.options.clock.now()):
            raise Refused(
                404, "ResourceNotFound", f"Event {report} at {moment} of machine {machine['id']} was not found"
            )
        number = tenant.alerts.find_open(machine["n"], fields["title"] or "", now)
        if number is None:
            details = {
                "title": fields["title"],
                "text": fields["description"],
                "severity": fields["severity"],
                "category": fields["category"],
                "machine": machine["n"],
                "event": parse(moment),
            }
            number = tenant.alerts.create(details, now)
        return entity(self._row(number), "Alerts")

    async def machine(self, request: Request) -> Response:
        """GET /api/alerts/{id}/machine."""
        permit(request, "Machine.Read.All", "Machine.ReadWrite.All")
        number = self._find(request)["machine"]
        sql = f"SELECT {machines.JSON} FROM machines m WHERE m.n = $n"
        return entity(self._tenant.store.texts(sql, {"n": number})[0], "Machines")

    async def user(self, request: Request) -> Response:
        """GET /api/alerts/{id}/user; 404 when the alert names none."""
        permit(request, "User.Read.All")
        alert = self._find(request)
        if not alert["has_user"]:
            raise Refused(404, "ResourceNotFound", f"User of alert {alert['id']} was not found")
        return entity(dumps(user_of(self._tenant.store, alert["machine"], self._tenant.options.machines)), "Users")

    async def files(self, request: Request) -> Response:
        """GET /api/alerts/{id}/files."""
        permit(request, "File.Read.All")
        pieces = {piece["sha1"]: piece for piece in self._evidence(request) if piece["sha1"]}
        return collection([dumps(_file(piece)) for piece in pieces.values()], "Files")

    async def ips(self, request: Request) -> Response:
        """GET /api/alerts/{id}/ips."""
        permit(request, "Ip.Read.All")
        found = dict.fromkeys(piece["ipAddress"] for piece in self._evidence(request) if piece["ipAddress"])
        return collection([dumps({"id": one}) for one in found], "Ips")

    async def domains(self, request: Request) -> Response:
        """GET /api/alerts/{id}/domains."""
        permit(request, "URL.Read.All")
        found = dict.fromkeys(domain_of(piece["url"]) for piece in self._evidence(request) if piece["url"])
        return collection([dumps({"host": one}) for one in found if one], "Domains")

    def _find(self, request: Request) -> dict[str, Any]:
        names = ("n", "id", "machine", "classification", "has_user")
        key = request.path_params["id"]
        found = self._tenant.store.rows(
            f"SELECT {', '.join(names)} FROM alerts WHERE id = $id AND created <= $now",
            {"id": key, "now": self._tenant.ticks()},
        )
        if not found:
            raise Refused(404, "ResourceNotFound", f"Alert {key} was not found")
        return dict(zip(names, found[0], strict=True))

    def _row(self, number: int) -> str:
        rows = self._tenant.store.rows(
            f"SELECT {JSON}, {FACTS} FROM (SELECT * FROM alerts WHERE n = $n) {JOINED}",
            {"n": number, "tenant": TENANT_ID},
        )
        return _with_evidence(rows[0])

    def _evidence(self, request: Request) -> list[dict[str, Any]]:
        number = self._find(request)["n"]
        sql = f"SELECT {FACTS} FROM (SELECT * FROM alerts WHERE n = $n) {JOINED}"
        return evidence(Facts(*self._tenant.store.rows(sql, {"n": number})[0]))


def alert_rows(tenant: Tenant, query: Query, condition: str = "", bound: dict[str, Any] | None = None) -> list[str]:
    """JSON of the alerts that a list asks for, one more than fits.

    Args:
        tenant: Whose.
        query: The query options.
        condition: SQL of what else must hold.
        bound: Parameters of the condition.
    """
    conditions = ["created <= $now", *([condition] if condition else [])]
    values: dict[str, Any] = {"now": tenant.ticks(), "tenant": TENANT_ID, **(bound or {})}
    if query.where:
        conditions.append(query.where.sql)
        values |= query.where.values
    # rows first, then what they need of machines and kinds: the join is for one page, not for a million rows
    rows = (
        f"SELECT * FROM alerts WHERE {' AND '.join(conditions)} "
        f"LIMIT {page_size(tenant, query) + 1} OFFSET {query.skip}"
    )
    if not query.expand:
        return tenant.store.texts(f"SELECT {JSON} FROM ({rows}) {JOINED} ORDER BY a.n", values)
    found = tenant.store.rows(f"SELECT {JSON}, {FACTS} FROM ({rows}) {JOINED} ORDER BY a.n", values)
    return [_with_evidence(row) for row in found]


def _with_evidence(row: tuple[Any, ...]) -> str:
    # evidence is the last key of the row and comes empty from the database
    text: str = row[0]
    return f"{text.removesuffix('[]}')}{dumps(evidence(Facts(*row[1:])))}}}"


def _file(piece: dict[str, Any]) -> dict[str, Any]:
    return file_of(
        piece["filePath"] or "", piece["fileName"], piece["sha1"], piece["sha256"], piece["evidenceCreationTime"]
    )
