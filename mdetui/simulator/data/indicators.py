"""Indicators: what the tenant allows, audits, warns of and blocks. Some forty at the start, a few of them expired."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data import names
from mdetui.simulator.data.store import Store
from mdetui.simulator.data.whole import whole_alerts
from mdetui.simulator.options import APP_NAME, CLIENT_ID

CAPACITY = 15_000
_DAY = 86_400 * ticks.SECOND
# (title, action, type, severity, days until it expires, description); the value is made or taken from evidence
_MADE = (
    ("Phishing kit of February", "Block", "DomainName", "High", 90, "Relays sign-ins. Seen in mail to finance."),
    ("Phishing kit of February", "Block", "Url", "High", 90, "The page itself."),
    ("C2 of the loader", "Block", "IpAddress", "High", 60, "Beacon address from the report of the CERT."),
    ("C2 of the loader, old", "Block", "IpAddress", "Medium", -20, "Address was given back."),
    ("Loader, first stage", "BlockAndRemediate", "FileSha256", "High", 180, "From the sandbox."),
    ("Loader, second stage", "BlockAndRemediate", "FileSha1", "High", 180, "From the sandbox."),
    ("Remote support tool", "Audit", "FileSha256", "Low", None, "Allowed for the help desk only: who else uses it?"),
    ("File sharing site", "Warn", "DomainName", "Informational", None, "Use the company's own."),
    ("Own build tool", "Allowed", "FileSha256", None, None, "Signed by nobody, but ours."),
    ("Pen test of the winter", "Allowed", "IpAddress", None, -3, "Address of the testers; ends with the test."),
    ("Stolen certificate", "Block", "CertificateThumbprint", "High", 365, "Named by its owner."),
    ("Old worm", "AlertAndBlock", "FileMd5", "Medium", None, "Taken over from the antivirus before."),
)
_COUNT = 40
_HASHES = {"FileSha1": 40, "FileMd5": 32, "FileSha256": 64, "CertificateThumbprint": 40}
_SETTABLE = (
    "indicatorValue indicatorType action title description application expirationTime severity recommendedActions "
    "rbacGroupNames educateUrl generateAlert"
)
KEYS = tuple(_SETTABLE.split(" "))


class Indicators:
    """The table `indicators`: columns to filter by, and each row's JSON.

    Args:
        store: The tenant's database; alerts and machines must be there.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next = 1
        store.define(
            "CREATE TABLE indicators (number BIGINT, id VARCHAR, value VARCHAR, type VARCHAR, action VARCHAR, title VARCHAR, "
            "application VARCHAR, severity VARCHAR, expires BIGINT, alerting BOOLEAN, groups VARCHAR[], group_ids VARCHAR[], "
            "created BIGINT, created_by VARCHAR, display_name VARCHAR, body VARCHAR)"
        )
        for fields, who, when in self._starters():
            self.put(fields, who, when)

    def rows(self, condition: str, values: dict[str, Any], tail: str = "") -> list[str]:
        """JSON of the indicators for which a condition holds."""
        return self._store.texts(f"SELECT body FROM indicators WHERE {condition} ORDER BY hash(number) {tail}", values)

    def count(self, now: int) -> int:
        """How many are active."""
        active = "SELECT count(*) FROM indicators WHERE expires IS NULL OR expires > $now"
        found: int = self._store.rows(active, {"now": now})[0][0]
        return found

    def find(self, kind: str, value: str) -> dict[str, Any] | None:
        """The indicator of that type and value."""
        rows = self.rows("type = $type AND lower(value) = lower($value)", {"type": kind, "value": value})
        return json.loads(rows[0]) if rows else None

    def put(self, fields: dict[str, Any], who: tuple[str, str], now: int) -> str:
        """Make one, or change the one of that type and value; its id is returned.

        Args:
            fields: Of `KEYS`, checked.
            who: Id and name of who does it.
            now: Ticks.
        """
        old = self.find(fields["indicatorType"], fields["indicatorValue"]) or {}
        key = old.get("id") or str(self._next + 1_860)
        self._next += 0 if old else 1
        ident, name = who
        body = {
            "id": key,
            "indicatorValue": fields["indicatorValue"],
            "indicatorType": fields["indicatorType"],
            "action": fields["action"],
            # set once: an update does not reach it (microsoft-365-docs issue 5890)
            "application": old["application"] if old else fields.get("application"),
            "source": old.get("source", name),
            "sourceType": old.get("sourceType", "User" if "@" in name else "AadApp"),
            "title": fields["title"],
            "creationTimeDateTimeUtc": old.get("creationTimeDateTimeUtc", ticks.text(now)),
            "createdBy": old.get("createdBy", ident),
            "expirationTime": fields.get("expirationTime"),
            "lastUpdateTime": ticks.text(now),
            "lastUpdatedBy": name,
            "severity": fields.get("severity"),
            "description": fields["description"],
            "recommendedActions": fields.get("recommendedActions"),
            "rbacGroupNames": fields.get("rbacGroupNames") or [],
            "rbacGroupIds": [str(101 + names.GROUPS.index(one)) for one in fields.get("rbacGroupNames") or []],
            "generateAlert": bool(fields.get("generateAlert")),
            "educateUrl": fields.get("educateUrl"),
            "createdByDisplayName": old.get("createdByDisplayName", name),
            "createdBySource": old.get("createdBySource", "Portal" if "@" in name else "PublicApi"),
            "externalId": None,
            "category": 1,
            "historicalDetection": False,
            "lookBackPeriod": None,
            "additionalInfo": None,
            "bypassDurationHours": None,
            "notificationId": None,
            "notificationBody": None,
            "version": None,
            "mitreTechniques": [],
            "certificateInfo": None,
        }
        self.delete([key])
        self._insert(body)
        return key

    def delete(self, ids: list[str]) -> None:
        """Delete those of these ids that exist."""
        self._store.write("DELETE FROM indicators WHERE id IN (SELECT unnest($ids))", {"ids": ids})

    def _insert(self, body: dict[str, Any]) -> None:
        values: dict[str, Any] = {
            "number": int(body["id"]),
            "id": body["id"],
            "value": body["indicatorValue"],
            "type": body["indicatorType"],
            "action": body["action"],
            "title": body["title"],
            "application": body["application"],
            "severity": body["severity"],
            "expires": ticks.parse(body["expirationTime"]) if body["expirationTime"] else None,
            "alerting": body["generateAlert"],
            "groups": body["rbacGroupNames"],
            "group_ids": body["rbacGroupIds"],
            "created": ticks.parse(body["creationTimeDateTimeUtc"]),
            "created_by": body["createdBy"],
            "display_name": body["createdByDisplayName"],
            "body": json.dumps(body, separators=(",", ":")),
        }
        columns = ", ".join(f"${name} AS {name}" for name in values)
        self._store.write(f"INSERT INTO indicators BY NAME SELECT {columns}", values)

    def _starters(self) -> list[tuple[dict[str, Any], tuple[str, str], int]]:
        seen = self._seen()
        out = []
        for number in range(_COUNT):
            title, action, kind, severity, days, text = _MADE[number % len(_MADE)]
            digest = hashlib.sha256(f"{self._store.seed}:indicator:{number}".encode()).hexdigest()
            # every other is of what the alerts show, as far as that goes
            value = seen[kind].pop() if seen.get(kind) and number % 2 else _value(kind, digest)
            person = names.ANALYSTS[int(digest[:2], 16) % len(names.ANALYSTS)]
            own = (CLIENT_ID, APP_NAME) if int(digest[2:4], 16) % 3 == 0 else (_guid(person), person)
            age = (1 + int(digest[4:6], 16) % 200) * _DAY + int(digest[6:12], 16)
            fields = {
                "indicatorValue": value,
                "indicatorType": kind,
                "action": action,
                "title": title,
                "description": text,
                "application": "Import of the CERT list" if number % 4 == 0 else None,
                "severity": severity,
                "expirationTime": None if days is None else ticks.text(self._store.start + days * _DAY),
                "recommendedActions": "Isolate the machine, look for how it came there."
                if severity == "High"
                else None,
                "rbacGroupNames": ["Servers"] if number % 11 == 5 and "Servers" in names.GROUPS else [],
                "educateUrl": "https://intranet.contoso.com/blocked" if action == "Warn" else None,
                "generateAlert": severity is not None,
            }
            out.append((fields, own, self._store.start - age))
        return out

    def _seen(self) -> dict[str, list[str]]:
        """Values of the evidence of the first alerts, by type."""
        found: dict[str, dict[str, None]] = {
            "FileSha1": {},
            "FileSha256": {},
            "DomainName": {},
            "IpAddress": {},
            "Url": {},
        }
        for alert, _ in whole_alerts(self._store, "n < 60", {}):
            for piece in alert["evidence"]:
                if piece["entityType"] == "File":
                    found["FileSha1"][piece["sha1"]] = found["FileSha256"][piece["sha256"]] = None
                elif piece["ipAddress"]:
                    found["IpAddress"][piece["ipAddress"]] = None
                elif (piece["url"] or "").startswith("https://"):
                    found["Url"][piece["url"]] = None
                    found["DomainName"][piece["url"].split("/")[2]] = None
        return {kind: sorted(values) for kind, values in found.items()}


def _value(kind: str, digest: str) -> str:
    if length := _HASHES.get(kind):
        return digest[:length]
    if kind == "IpAddress":
        return f"192.0.2.{int(digest[:2], 16) % 254 + 1}"
    host = f"{digest[:6]}.example.net"
    return host if kind == "DomainName" else f"https://{host}/{digest[6:10]}"


def _guid(name: str) -> str:
    text = hashlib.sha256(f"person:{name}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
