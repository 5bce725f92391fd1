"""Incidents: groups of alerts, with what people wrote on them.

An incident is worked out from its alerts at the moment of asking, so that both always agree. What is set on an incident
itself lies over that. Some incidents were merged into others: they are told as Redirected and have no alerts any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mdetui.simulator.data.store import Store

_SEVERITIES = "UnSpecified|Informational|Low|Medium|High"
# words of an alert, and what an incident has for them (update-alert.md, api-update-incidents.md)
DETERMINATIONS = {
    "CompromisedUser": "CompromisedAccount",
    "ConfirmedUserActivity": "ConfirmedActivity",
    "InsufficientData": "NoEnoughDataToValidate",
}
_OF_ALERTS = {theirs: own for own, theirs in DETERMINATIONS.items()}
# added to a number: where the alerts' incidents went from
_MERGED = 2_000_000
# of so many incidents one swallowed another
_MERGES = 40

# what takes long to work out for a million alerts
_MORE = """, arg_min(kind, created) AS kind, count(DISTINCT kind) AS kinds,
      list_sort(list(DISTINCT category)) AS categories, count(DISTINCT machine) AS machines"""
# at `$now`; {only} narrows it to some, {more} adds columns
_RELATION = f"""(
  WITH grouped AS (
    SELECT incident AS id, min(created) AS created, max(updated) AS updated,
      nth('{_SEVERITIES}', 1 + max(list_position(string_split('{_SEVERITIES}', '|'), severity) - 1)::INTEGER) AS severity,
      CASE WHEN bool_and(status = 'Resolved') THEN 'Resolved' WHEN bool_or(status = 'InProgress') THEN 'InProgress'
        ELSE 'Active' END AS status,
      arg_max(assigned, created) AS assigned, arg_max(classification, created) AS classification,
      arg_max(determination, created) AS determination {{more}}
    FROM alerts WHERE created <= $now {{only}} GROUP BY incident
  ), changed AS (
    SELECT g.* REPLACE (
        coalesce(c.status, g.status) AS status, greatest(g.updated, c.updated) AS updated,
        CASE WHEN c.assigned IS NULL THEN g.assigned ELSE nullif(c.assigned, '') END AS assigned,
        coalesce(c.classification, g.classification) AS classification,
        coalesce(c.determination, g.determination) AS determination),
      coalesce(c.tags, []) AS tags, NULL::BIGINT AS target
    FROM grouped g LEFT JOIN incident_changes c ON c.id = g.id
  )
  SELECT * FROM changed
  UNION ALL BY NAME
  SELECT * REPLACE (id + {_MERGED} AS id, 'Redirected' AS status, created + 47_000_000 AS created,
      created + 941_300_000 AS updated, id AS target, NULL AS assigned, [] AS tags)
  FROM changed WHERE id % {_MERGES} = 7 AND created + 941_300_000 <= $now
)"""

_FIELDS = (
    "id", "created", "updated", "severity", "status", "assigned", "classification", "determination", "kind",
    "kinds", "categories", "machines", "tags", "target",
)  # fmt: skip


class Incidents:
    """What is written on incidents, and reading them.

    Args:
        store: The tenant's database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        store.define(
            "CREATE TABLE incident_changes (id BIGINT PRIMARY KEY, status VARCHAR, assigned VARCHAR, classification VARCHAR, "
            "determination VARCHAR, tags VARCHAR[], updated BIGINT); CREATE TABLE incident_comments "
            "(incident BIGINT, text VARCHAR, author VARCHAR, written BIGINT)"
        )

    def rows(self, condition: str, values: dict[str, Any], now: int, tail: str = "") -> list[dict[str, Any]]:
        """Incidents that exist at a time, newest first, with `title` of the first alert and `comments`."""
        # which ones first, all about them after: what takes long is done for a page, not for all
        numbers = self._store.texts(
            f"SELECT id FROM {_RELATION.format(only='', more='')} WHERE {condition} ORDER BY created DESC, id DESC {tail}",
            {**values, "now": now},
        )
        return self.some(numbers, now)

    def some(self, numbers: Iterable[Any], now: int) -> list[dict[str, Any]]:
        """The same of those that exist among some numbers."""
        wanted = list(numbers)
        only = "AND incident IN (SELECT unnest($own))"
        found = self._store.rows(
            f"SELECT {', '.join('i.' + name for name in _FIELDS)}, k.title FROM {_RELATION.format(only=only, more=_MORE)} i "
            "LEFT JOIN kinds k ON k.n = i.kind WHERE id IN (SELECT unnest($ids)) ORDER BY i.created DESC, i.id DESC",
            {"ids": wanted, "own": wanted + [number - _MERGED for number in wanted], "now": now},
        )
        rows = [dict(zip((*_FIELDS, "title"), row, strict=True)) for row in found]
        for row in rows:
            row["comments"] = self._comments(row["id"])
        return rows

    def change(self, incident: int, fields: dict[str, Any], now: int) -> None:
        """Set fields of an incident; status, owner and verdict are set on its alerts too, as the portal does.

        Args:
            incident: Its number.
            fields: `status`, `assigned` (empty: nobody), `classification`, `determination`, `tags`.
            now: Ticks.
        """
        values: dict[str, Any] = {"id": incident, "now": now}
        self._store.write(
            "INSERT INTO incident_changes (id, updated) VALUES ($id, $now) ON CONFLICT DO UPDATE SET updated = $now",
            values,
        )
        if not fields:
            return
        sets = ", ".join(f"{name} = ${name}" for name in fields)
        self._store.write(f"UPDATE incident_changes SET {sets} WHERE id = $id", {"id": incident, **fields})
        own = {name: value for name, value in fields.items() if name not in ("tags", "status")}
        if determination := own.get("determination"):
            own["determination"] = _OF_ALERTS.get(determination, determination)
        parts = [f"{name} = nullif(${name}, '')" for name in own]
        if fields.get("status") == "Resolved":
            parts += ["status = 'Resolved'", "resolved = coalesce(resolved, $now)"]
        if parts:
            self._store.write(
                f"UPDATE alerts SET updated = $now, {', '.join(parts)} WHERE incident = $id", {**values, **own}
            )

    def comment(self, incident: int, text: str, who: str, now: int) -> None:
        """Write a comment."""
        self._store.write(
            "INSERT INTO incident_comments VALUES ($id, $text, $who, $now)",
            {"id": incident, "text": text, "who": who, "now": now},
        )

    def _comments(self, incident: int) -> list[tuple[str, str, int]]:
        return self._store.rows(
            "SELECT text, author, written FROM incident_comments WHERE incident = $id ORDER BY written",
            {"id": incident},
        )


def name_of(row: dict[str, Any]) -> str:
    """What an incident is called: its alert's title when all have one, else by what it involves."""
    where = "one endpoint" if row["machines"] == 1 else "multiple endpoints"
    if row["kinds"] == 1:
        return f"{row['title']} on {where}"
    words = [_spaced(one) for one in row["categories"]][:2]
    kind = "Multi-stage incident" if len(row["categories"]) > 1 else "Incident"
    return f"{kind} involving {' & '.join(words)} on {where}"


def _spaced(word: str) -> str:
    text = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in word).strip()
    return text[:1].upper() + text[1:]
