"""Automated investigations: those that alerts name, and those somebody started.

One that was started here goes on with the clock, as machine actions do.
"""

from __future__ import annotations

from typing import Any

from mdetui.simulator.data.store import Store
from mdetui.simulator.ticks import SECOND

# seconds a started one takes
_LASTS = 720
_FIRST = 990_001

# at `$now`; the state of an investigation is what its alerts say it is
RELATION = f"""(
  WITH found AS (
    SELECT investigation AS number, min(created) + 21_330_000 AS started, any_value(investigation_state) AS state,
      arg_min(machine, created) AS machine, arg_min(id, created) AS trigger,
      least(max(created) + (300 + investigation % 2400) * {SECOND}, $now) AS ended
    FROM alerts WHERE investigation IS NOT NULL AND created <= $now GROUP BY investigation
    UNION ALL BY NAME
    SELECT number, started, machine, NULL AS trigger, started + {_LASTS * SECOND} AS ended,
      CASE WHEN started + {_LASTS * SECOND} > $now THEN 'Running' WHEN number % 3 = 0 THEN 'SuccessfullyRemediated'
        ELSE 'Benign' END AS state
    FROM investigations_started
  )
  SELECT f.number, f.number::VARCHAR AS id, f.started, f.state, f.trigger, m.id AS machine_id, m.name AS machine_name,
    CASE WHEN f.state NOT IN ('Running', 'Queued', 'PendingApproval', 'PendingResource') THEN f.ended END AS ended
  FROM found f JOIN machines m ON m.n = f.machine)"""

JSON = """to_json({
  'id': v.id, 'startTime': wire_time(v.started), 'endTime': wire_time(v.ended), 'state': v.state, 'cancelledBy': NULL,
  'statusDetails': NULL, 'machineId': v.machine_id, 'computerDnsName': v.machine_name,
  'triggeringAlertId': v.trigger})::VARCHAR"""


class Investigations:
    """Reading and starting them.

    Args:
        store: The tenant's database; alerts and machines must be there.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next = _FIRST
        store.define("CREATE TABLE investigations_started (number BIGINT, machine BIGINT, started BIGINT)")

    def rows(self, condition: str, values: dict[str, Any], now: int, tail: str = "") -> list[str]:
        """JSON of those that exist, in no order that means anything."""
        return self._store.texts(
            f"SELECT {JSON} FROM (SELECT * FROM {RELATION} WHERE {condition} ORDER BY hash(number) {tail}) v "
            "ORDER BY hash(v.number)",
            {**values, "now": now},
        )

    def start(self, machine: int, now: int) -> str:
        """Start one; its id is returned."""
        number, self._next = self._next, self._next + 1
        self._store.write(
            "INSERT INTO investigations_started VALUES ($number, $machine, $now)",
            {"number": number, "machine": machine, "now": now},
        )
        return str(number)
