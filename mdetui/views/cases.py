"""What an incident's page shows, put together from Defender XDR or, where that can't be read, from its endpoint alerts.

Imported when the first incident is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.api import odata
from mdetui.api.models.alert import AlertRow, Comment, Evidence
from mdetui.api.models.base import RowTime
from mdetui.api.models.machine import Machine
from mdetui.errors import MdetuiError, NotFound
from mdetui.views import found, words

if TYPE_CHECKING:
    from mdetui.api.models.incident import Incident, IncidentAlert, IncidentDevice
    from mdetui.views.base import Reader

# words of an incident -> those of an endpoint alert (api-update-incidents.md, update-alert.md); None: nothing was said
_DETERMINATIONS = {
    "CompromisedAccount": "CompromisedUser",
    "ConfirmedActivity": "ConfirmedUserActivity",
    "NoEnoughDataToValidate": "InsufficientData",
    "NotAvailable": None,
}
# most alerts that are asked for where XDR can't be read, and machines that are looked up then (one request each)
_MOST_ALERTS = 1_000
_MOST_MACHINES = 30
_KINDS = ("Process", "File", "Ip", "Url", "User", "Registry")


class CaseMachine(Machine):
    """A machine of an incident; what the incident does not say of it is None."""

    alerts: int = 0
    worst: str | None = None


@dataclass(slots=True)
class Piece:
    """One thing that the evidence names, however often.

    Attributes:
        id: Unique within the incident.
        kind: In the words of the service (`File`, `User`).
        label: Safe text.
        detail: Likewise: folder, hash, sid.
        named: Its page, when it has one.
        status: What the detection says of it.
        machines: Names of the machines of its alerts.
        alerts: In how many alerts it is.
    """

    id: str
    kind: str
    label: str
    detail: str
    named: found.Named | None
    status: str | None
    machines: dict[str, None] = field(default_factory=dict)
    alerts: int = 0


@dataclass(slots=True)
class Case:
    """An incident.

    Attributes:
        partial: Why it was put together from endpoint alerts; None when XDR told it.
        unread: Why system and risk of its machines are not known.
        strangers: Names of devices that are not onboarded: nothing can be done to them from here.
        redirect: Number of the incident that swallowed it.
    """

    id: str
    name: str | None = None
    status: str | None = None
    severity: str | None = None
    assigned_to: str | None = None
    classification: str | None = None
    determination: str | None = None
    created_time: RowTime | None = None
    last_update_time: RowTime | None = None
    redirect: str | None = None
    tags: Sequence[str] = ()
    comments: Sequence[Comment] = ()
    alerts: list[AlertRow] = field(default_factory=list)
    machines: list[CaseMachine] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    partial: MdetuiError | None = None
    unread: MdetuiError | None = None


async def read(session: Reader, number: str, fresh: bool) -> Case:
    """An incident: one request, or three where XDR can't be read.

    Raises:
        MdetuiError: Neither way leads to it; why XDR refused, when the alerts know no such incident.
    """
    try:
        return of_incident(await session.read("incidents.get", {"id": number}, {}, fresh=fresh))
    except NotFound:
        raise
    except MdetuiError as error:
        refused = error
    if not number.isdigit():
        raise refused
    query = {"$filter": f"incidentId eq {number}", "$top": str(_MOST_ALERTS)}
    rows = [row for row in (await session.read("alerts.list", {}, query, fresh=fresh)).rows if type(row) is AlertRow]
    if not rows:
        raise refused
    try:
        case = of_alerts(number, rows, await _machines(session, rows, fresh), refused)
    except MdetuiError as error:
        # the list still has names, but neither systems nor risk
        case = of_alerts(number, rows, {}, refused)
        case.unread = error
    return case


async def _machines(session: Reader, rows: Iterable[AlertRow], fresh: bool) -> dict[str, Machine]:
    """System and risk of the machines of alerts.

    Raises:
        MdetuiError: They can't be read.
    """
    ids = list(dict.fromkeys(row.machine_id for row in rows if row.machine_id))[:_MOST_MACHINES]
    if not ids:
        return {}
    page = await session.read("machines.list", {}, {"$filter": odata.any_of("id", ids)}, fresh=fresh)
    return {row.id: row for row in page.rows if type(row) is Machine}


def of_incident(incident: Incident) -> Case:
    """From what Defender XDR says."""
    case = Case(
        id=incident.id,
        name=incident.incident_name,
        status=incident.status,
        severity=incident.severity,
        assigned_to=incident.assigned_to,
        classification=incident.classification,
        determination=incident.determination,
        created_time=incident.created_time,
        last_update_time=incident.last_update_time,
        redirect=None if incident.redirect_incident_id is None else str(incident.redirect_incident_id),
        tags=incident.tags or (),
        comments=incident.comments or (),
    )
    machines: dict[str, CaseMachine] = {}
    strangers: dict[str, None] = {}
    pieces: dict[str, Piece] = {}
    for alert in incident.alerts or ():
        case.alerts.append(_alert_row(alert, incident.incident_id))
        names = []
        for device in alert.devices or ():
            names.append(device.device_dns_name or "")
            if device.mdatp_device_id:
                _count(machines.setdefault(device.mdatp_device_id, _machine(device)), alert.severity)
            else:
                strangers[text.line(device.device_dns_name)] = None
        _collect(pieces, alert.entities or (), names)
    case.machines, case.strangers, case.pieces = list(machines.values()), list(strangers), _ordered(pieces)
    return case


def of_alerts(number: str, rows: Sequence[AlertRow], known: Mapping[str, Machine], why: MdetuiError) -> Case:
    """From endpoint alerts with that incident number: what XDR adds is missing.

    Args:
        number: Of the incident.
        rows: Its alerts.
        known: Machines by id.
        why: Why XDR can't be read.
    """
    rows = sorted(rows, key=lambda row: words.time_key(row.alert_creation_time))
    states = {(row.status or "").lower() for row in rows}
    owners = {row.assigned_to for row in rows if row.assigned_to}
    machines: dict[str, CaseMachine] = {}
    pieces: dict[str, Piece] = {}
    for row in rows:
        if row.machine_id:
            own = known.get(row.machine_id) or Machine(id=row.machine_id, computer_dns_name=row.computer_dns_name)
            _count(machines.setdefault(row.machine_id, _with_count(own)), row.severity)
        user = row.related_user
        if user is not None and user.user_name:
            item = Evidence(entity_type="User", account_name=user.user_name, domain_name=user.domain_name)
            _collect(pieces, [item], [row.computer_dns_name or ""])
    return Case(
        id=number,
        name=rows[0].title,
        status="Resolved" if states == {"resolved"} else "InProgress" if "inprogress" in states else "Active",
        severity=max((row.severity for row in rows), key=words.severity_rank),
        assigned_to=owners.pop() if len(owners) == 1 else None,
        created_time=rows[0].alert_creation_time,
        last_update_time=max((row.last_update_time for row in rows), key=words.time_key),
        alerts=list(rows),
        machines=list(machines.values()),
        pieces=_ordered(pieces),
        partial=why,
    )


def _alert_row(alert: IncidentAlert, number: Any) -> AlertRow:
    """An alert of an incident as a row of the alert list, in the words of that."""
    device = next((one for one in alert.devices or () if one.mdatp_device_id), None)
    first = device or next(iter(alert.devices or ()), None)
    techniques = alert.mitre_techniques if isinstance(alert.mitre_techniques, list) else []
    determination = alert.determination or None
    return AlertRow(
        id=alert.alert_id or "",
        title=alert.title,
        severity=alert.severity,
        status=alert.status,
        category=alert.category,
        detection_source=alert.detection_source or alert.service_source,
        classification=None if alert.classification == "Unknown" else alert.classification,
        determination=_DETERMINATIONS.get(determination, determination) if determination else None,
        assigned_to=alert.assigned_to,
        alert_creation_time=alert.creation_time,
        last_update_time=alert.last_updated_time,
        incident_id=alert.incident_id if alert.incident_id is not None else number,
        investigation_state=alert.investigation_state,
        machine_id=device.mdatp_device_id if device else None,
        computer_dns_name=first.device_dns_name if first else None,
        mitre_techniques=tuple(str(one) for one in techniques),
        threat_name=alert.threat_family_name,
    )


def _machine(device: IncidentDevice) -> CaseMachine:
    return CaseMachine(
        id=device.mdatp_device_id or "",
        computer_dns_name=device.device_dns_name,
        os_platform=device.os_platform,
        version=device.version,
        os_build=device.os_build,
        os_processor=device.os_processor,
        health_status=device.health_status,
        onboarding_status=device.onboarding_status,
        risk_score=device.risk_score,
        first_seen=device.first_seen,
        rbac_group_id=device.rbac_group_id,
        rbac_group_name=device.rbac_group_name,
        aad_device_id=device.aad_device_id,
        machine_tags=tuple(str(tag) for tag in device.tags) if isinstance(device.tags, list) else None,
        defender_av_status=device.defender_av_status,
    )


def _with_count(machine: Machine) -> CaseMachine:
    return CaseMachine(**{name: getattr(machine, name) for name in Machine.__struct_fields__})


def _count(machine: CaseMachine, severity: str | None) -> None:
    machine.alerts += 1
    machine.worst = max(machine.worst, severity, key=words.severity_rank)


def _collect(pieces: dict[str, Piece], items: Iterable[Evidence], machines: Iterable[str]) -> None:
    """Count what one alert names, each once."""
    here: dict[str, Piece] = {}
    for item in items:
        piece = _piece(item)
        here.setdefault(piece.id, piece)
    for key, piece in here.items():
        mine = pieces.setdefault(key, piece)
        mine.alerts += 1
        mine.machines.update(dict.fromkeys(name for name in machines if name))


def _piece(item: Evidence) -> Piece:
    kind = item.entity_type or "?"
    named = next(iter(found.of_evidence(item)), None)
    low = kind.lower()
    detail: Any = ""
    if low == "process":
        label, detail = item.process_command_line or item.file_name, item.sha1
    elif low == "file":
        label, detail = item.file_name or item.sha1, item.file_path
    elif low == "ip":
        label = item.ip_address
    elif low == "url":
        label = item.url
    elif low == "user":
        name = item.account_name or item.user_principal_name
        label, detail = f"{item.domain_name}\\{name}" if item.domain_name else name, item.user_sid
    elif low == "registry":
        label, detail = "\\".join(part for part in (item.registry_hive, item.registry_key) if part), item.registry_value
    else:
        # mailboxes, messages, groups: what other products add
        others = (
            getattr(item, name, None) for name in ("subject", "mailbox_address", "security_group_name", "cluster_by")
        )
        label = next((one for one in others if one), item.user_principal_name or item.account_name)
        detail = getattr(item, "sender", None)
    shown, more = text.line(label), text.line(detail) if detail else ""
    key = f"{low}|{named.id.casefold()}" if named is not None and low != "process" else f"{low}|{shown}|{more}"
    return Piece(key, kind, shown, more, named, item.detection_status)


def _ordered(pieces: Mapping[str, Piece]) -> list[Piece]:
    rank = {kind.lower(): place for place, kind in enumerate(_KINDS)}
    return sorted(pieces.values(), key=lambda piece: (rank.get(piece.kind.lower(), len(rank)), -piece.alerts))
