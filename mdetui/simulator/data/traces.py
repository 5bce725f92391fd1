"""Which files, domains and addresses the alerts' evidence names: the way back from a trace to its alerts.

Evidence itself is made for one alert at a time, in Python; this is the same recipe in SQL for all of them at once. It
is made at the first question about a trace: a second for 250,000 alerts.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from mdetui.simulator.data.catalogue import KINDS
from mdetui.simulator.data.evidence import recipe
from mdetui.simulator.data.store import Store

# must fill as evidence._Filler does; a test compares the two
_FILLED = """
WITH cases AS (
  SELECT a.n, a.kind, (1000 + a.incident % 8999)::VARCHAR AS number, sha256('case:' || a.incident) AS drawn,
    CASE WHEN a.has_user THEN m.account ELSE 'Public' END AS who
  FROM alerts a LEFT JOIN machines m ON m.n = a.machine WHERE a.n >= $first AND a.n < $last
), parts AS (
  SELECT * REPLACE (substr(drawn, 1, 8) AS drawn), '198.51.100.' || (('0x' || substr(drawn, 1, 2))::INTEGER % 254 + 1) AS ip
  FROM cases
)
SELECT p.n AS alert, r.type, replace(replace(replace(replace(r.template,
    '{user}', p.who), '{n}', p.number), '{hex}', p.drawn), '{ip}', p.ip) AS value
FROM parts p JOIN recipes r ON r.kind = p.kind
"""
_TRACES = f"SELECT alert, hash(type || value) AS entity FROM ({_FILLED})"
_ENTITIES = f"""
SELECT entity, type, value, CASE WHEN type = 'file' THEN sha1('file:' || value) END AS sha1,
  CASE WHEN type = 'file' THEN sha256('file:' || value) END AS sha256
FROM (SELECT DISTINCT hash(type || value) AS entity, type, value FROM ({_FILLED}))
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something alerts name; `entity` is its number in the table `traces`, `value` the path, domain or address."""

    entity: int
    value: str
    sha1: str = ""
    sha256: str = ""


class Traces:
    """The tables `traces` (alert, entity) and `entities`.

    Args:
        store: The tenant's database; alerts and machines must be there.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._upto = 0
        self._lock = threading.Lock()
        rows = sorted({(kind, *one) for kind in range(1, len(KINDS) + 1) for one in recipe(kind)})
        values = ", ".join(f"({kind}, '{type_}', '{template}')" for kind, type_, template in rows)
        store.define(f"CREATE TABLE recipes AS SELECT * FROM (VALUES {values}) r(kind, type, template)")
        store.define(
            "CREATE TABLE traces (alert BIGINT, entity UBIGINT); CREATE TABLE entities "
            "(entity UBIGINT, type VARCHAR, value VARCHAR, sha1 VARCHAR, sha256 VARCHAR)"
        )

    def follow(self, made: int) -> None:
        """See that the first `made` alerts are in."""
        with self._lock:
            if made > self._upto:
                span = {"first": self._upto, "last": made}
                self._store.write(f"INSERT INTO traces {_TRACES}", span)
                new = "WHERE entity NOT IN (SELECT entity FROM entities)"
                self._store.write(f"INSERT INTO entities SELECT * FROM ({_ENTITIES}) {new}", span)
                self._upto = made

    def find(self, kind: str, column: str, value: str) -> Trace | None:
        """A trace.

        Args:
            kind: `file`, `domain` or `ip`.
            column: Which column: `value`, `sha1` or `sha256`.
            value: In lower case.
        """
        found = self._store.rows(
            f"SELECT entity, value, coalesce(sha1, ''), coalesce(sha256, '') FROM entities "
            f"WHERE type = $kind AND {column} = $value LIMIT 1",
            {"kind": kind, "value": value},
        )
        return Trace(*found[0]) if found else None

    def seen(self, trace: Trace, since: int, now: int) -> dict[str, Any]:
        """How many machines it was seen on, and when first and last (ticks), in alerts between two times."""
        count, first, last = self._store.rows(
            "SELECT count(DISTINCT machine), min(first_event), max(last_event) FROM alerts WHERE created <= $now "
            "AND last_event >= $since AND n IN (SELECT alert FROM traces WHERE entity = $entity)",
            {"now": now, "since": since, "entity": trace.entity},
        )[0]
        return {"machines": count, "first": first, "last": last}
