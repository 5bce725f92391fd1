"""Authenticated scans: definitions, the machines that scan, and runs, which happen as the clock goes on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from mdetui.simulator import ticks
from mdetui.simulator.data.store import Store
from mdetui.simulator.options import TENANT_ID

_HOUR = 3600 * ticks.SECOND
# from the making of a definition to its first run
_FIRST = 600 * ticks.SECOND
_APPLICATION = "ae4a5cde-b4a1-4b76-8635-458b2cf15752"
_STATUSES = ("Success", "Success", "Success", "Partial Success", "Partial Success", "Fail")
# no more runs of one definition are kept
_KEPT = 500
_WINDOWS = "#microsoft.windowsDefenderATP.api.WindowsAuthParams"
_SNMP = "#microsoft.windowsDefenderATP.api.SnmpAuthParams"


@dataclass(slots=True)
class Definition:
    """A scan. `agent` is the id of the machine that runs it, `created` is in ticks."""

    id: str
    type: str
    name: str
    active: bool
    target: str
    target_type: str
    hours: int
    agent: str
    params: dict[str, Any] | None
    by: str
    created: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a definition."""

    definition: Definition
    turn: int
    when: int

    @property
    def session(self) -> str:
        """Its session id."""
        return str(UUID(bytes=self._draw[:16]))

    @property
    def status(self) -> str:
        """How it ended."""
        return _STATUSES[self._draw[16] % len(_STATUSES)]

    @property
    def _draw(self) -> bytes:
        return hashlib.sha256(f"{self.definition.id}:{self.turn}".encode()).digest()


class Scans:
    """Definitions and agents of a tenant. A few of each exist at the start."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # servers of Windows, as the scanner needs one
        sql = "SELECT id FROM machines WHERE family IN (0, 2) AND NOT duplicate ORDER BY n LIMIT 3"
        self.agents: list[str] = store.texts(sql)
        self.definitions: dict[str, Definition] = {}
        if self.agents:
            for place, seed in enumerate(_seeds(self.agents)):
                self._seed(place, seed)

    def _seed(self, place: int, seed: dict[str, Any]) -> None:
        made = UUID(bytes=hashlib.sha256(f"{self._store.seed}:scan:{place}".encode()).digest()[:16])
        created = self._store.start - (30 + place * 11) * 24 * _HOUR - 245_561_791
        one = Definition(id=str(made), by="m.okafor@contoso.com", created=created, **seed)
        self.definitions[one.id] = one

    def add(self, now: int, by: str, fields: dict[str, Any]) -> Definition:
        """A new definition of fields of `Definition`."""
        one = Definition(id=str(uuid4()), by=by, created=now, **fields)
        self.definitions[one.id] = one
        return one

    def runs(self, one: Definition, now: int) -> list[Run]:
        """Runs up to a time, newest first. One that is not active has none."""
        if not one.active or now < one.created + _FIRST:
            return []
        last = (now - one.created - _FIRST) // (one.hours * _HOUR)
        return [
            Run(one, turn, one.created + _FIRST + turn * one.hours * _HOUR)
            for turn in range(last, max(-1, last - _KEPT), -1)
        ]

    def row(self, one: Definition, now: int, *, told: bool) -> dict[str, Any]:
        """A definition as the service writes it; `told` says whether with what it signs in by."""
        latest = next(iter(self.runs(one, now)), None)
        machine = self._machine(one.agent)
        return {
            "id": one.id,
            "scanType": one.type,
            "scanName": one.name,
            "isActive": one.active,
            "target": one.target,
            "orgId": TENANT_ID,
            "intervalInHours": one.hours,
            "createdBy": one.by,
            "targetType": one.target_type,
            "scanAuthenticationParams": one.params if told else None,
            "scannerAgent": {
                "id": f"{TENANT_ID}_{one.agent}",
                "machineId": one.agent,
                "machineName": machine["name"],
                "lastSeen": ticks.text(machine["seen"]),
                "assignedApplicationId": _APPLICATION,
                "scannerSoftwareVersion": "7.6.0.0",
                "lastCommandExecutionTimestamp": ticks.text(latest.when) if latest else None,
                "mdeClientVersion": machine["agent"],
            },
            "latestScan": {
                "status": latest.status if latest else None,
                "failureReason": "The target did not answer" if latest and latest.status == "Fail" else None,
                "executionDateTime": ticks.text(latest.when) if latest else None,
            },
        }

    def agent(self, machine: str, now: int) -> dict[str, Any]:
        """An agent; half of its keys begin with a capital (get-all-scan-agents.md)."""
        own = [one for one in self.definitions.values() if one.agent == machine]
        last = max((run.when for one in own for run in self.runs(one, now)[:1]), default=None)
        facts = self._machine(machine)
        return {
            "id": f"{TENANT_ID}_{machine}",
            "machineId": machine,
            "lastSeen": ticks.text(facts["seen"]),
            "computerDnsName": facts["name"],
            "AssignedApplicationId": _APPLICATION.upper(),
            "ScannerSoftwareVersion": "7.6.0.0",
            "LastCommandExecutionTimestamp": None if last is None else ticks.text(last),
            "mdeClientVersion": facts["agent"],
        }

    def _machine(self, machine: str) -> dict[str, Any]:
        sql = "SELECT name, last_seen, agent FROM machines WHERE id = $id"
        return dict(zip(("name", "seen", "agent"), self._store.rows(sql, {"id": machine})[0], strict=True))


def _seeds(agents: list[str]) -> list[dict[str, Any]]:
    snmp = {"@odata.type": _SNMP, "username": None, "authProtocol": None, "authPassword": None, "privProtocol": None}
    return [
        {
            "type": "Network", "name": "Core switches", "active": True, "target": "10.20.0.0/24,10.20.1.0/24",
            "target_type": "Ip", "hours": 24, "agent": agents[0],
            # the documentation's sample has them in the open
            "params": {**snmp, "type": "AuthPriv", "username": "scanner", "authProtocol": "SHA1", "authPassword": "pretend-auth-password", "privProtocol": "AES", "privPassword": "pretend-priv-password", "communityString": None},
        },
        {
            "type": "Network", "name": "Printers, all floors", "active": True, "target": "10.60.4.10,10.60.4.11,10.60.4.12",
            "target_type": "Ip", "hours": 12, "agent": agents[-1],
            "params": {**snmp, "type": "CommunityString", "privPassword": None, "communityString": "pretend-community"},
        },
        {
            "type": "Windows", "name": "Unmanaged Windows in the labs", "active": True, "target": "lab-01.contoso.com,lab-02.contoso.com",
            "target_type": "Hostname", "hours": 4, "agent": agents[0],
            "params": {"@odata.type": _WINDOWS, "type": "Kerberos", "username": "svc-scan$", "domain": "contoso.com", "isGmsaUser": True, "keyVaultUrl": None, "keyVaultSecretName": None},
        },
        {
            "type": "Windows", "name": "DMZ (paused)", "active": False, "target": "192.0.2.0/28",
            "target_type": "Ip", "hours": 24, "agent": agents[-1],
            "params": {"@odata.type": _WINDOWS, "type": "Negotiate", "username": "scan", "domain": "dmz", "isGmsaUser": False, "keyVaultUrl": "https://scans.vault.example", "keyVaultSecretName": "dmz-scan"},
        },
    ]  # fmt: skip
