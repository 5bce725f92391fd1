"""Machine actions: what was done before the start, what is done now, and how each goes on with the clock.

A row holds its whole future (when it starts, when and how it ends); the status is worked out from the clock at the
moment of asking, so nothing has to run in the background.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import Any

from mdetui.simulator.data import names
from mdetui.simulator.data.live import COMMANDS, PAST, TABLE
from mdetui.simulator.data.store import Store, words
from mdetui.simulator.data.whole import files_seen
from mdetui.simulator.ticks import SECOND

# seconds until it starts and until it ends, from/to
_PACE = {
    "CollectInvestigationPackage": (4, 10, 60, 150),
    "LiveResponse": (5, 15, 20, 60),
    "RunAntiVirusScan": (3, 9, 40, 120),
}
_USUAL = (2, 7, 8, 30)
# a machine not seen for a week does not answer; the service keeps trying for three days (isolate-machine.md)
OFFLINE = 7 * 86_400 * SECOND
GIVES_UP = 3 * 86_400 * SECOND
# machines from which on a tenant starts with such an action
_WAITS = 500
_ERRORS = {"Failed": -2145844840, "TimeOut": -2147467260}

_PAST = """
WITH drawn AS (
  SELECT i, draw(':act:', i) AS h, draw(':act2:', i) AS g FROM range($count) r(i)
), typed AS (
  SELECT *, CASE WHEN i < $isolated THEN 'Isolate' ELSE pick(
      'RunAntiVirusScan|RunAntiVirusScan|Isolate|Unisolate|RunAntiVirusScan|CollectInvestigationPackage|StopAndQuarantineFile|LiveResponse|RestrictCodeExecution', h)
    END AS type,
    (h >> 8) % $machines AS machine, CASE WHEN i < $isolated THEN h % 90 + 2 ELSE 100 + h % 1900 END AS hours
  FROM drawn
), timed AS (
  SELECT * REPLACE (CASE WHEN i = $waiting THEN 'Isolate' ELSE type END AS type,
      CASE WHEN i = $waiting THEN 33 ELSE machine END AS machine),
    $start - (CASE WHEN i = $waiting THEN 20 ELSE hours END) * 36000000000 - g % 36000000000 AS created,
    CASE WHEN i < $isolated THEN 'Succeeded' WHEN i = $waiting THEN 'TimeOut' ELSE pick('Succeeded|Succeeded|Succeeded|Succeeded|Succeeded|Failed|TimeOut|Cancelled', g >> 8) END
      AS outcome
  FROM typed
)
SELECT md5('action' || $seed || i)::UUID::VARCHAR AS id, type,
  CASE type WHEN 'Isolate' THEN pick('Full|Full|Selective', g >> 16) WHEN 'RunAntiVirusScan' THEN pick('Quick|Full', g >> 16) END
    AS scope,
  machine, CASE WHEN g % 4 = 0 THEN $app ELSE pick($analysts, g >> 20) END AS requestor,
  pick($reasons, g >> 24) AS comment, CASE WHEN g % 4 = 0 THEN 'PublicApi' ELSE 'Portal' END AS source,
  created, CASE WHEN i <> $waiting THEN created + 40000000 + g % 60000000 END AS starts,
  CASE WHEN i = $waiting THEN created + $gives_up ELSE created + 200000000 + g % 900000000 END AS ends,
  CASE WHEN outcome = 'Cancelled' THEN 'Succeeded' ELSE outcome END AS outcome,
  CASE outcome WHEN 'Failed' THEN $failed WHEN 'TimeOut' THEN $timeout ELSE 0 END::BIGINT AS error,
  CASE WHEN outcome = 'Cancelled' THEN created + 90000000 END AS cancelled,
  CASE WHEN outcome = 'Cancelled' THEN pick($analysts, g >> 20) END AS cancelled_by,
  CASE WHEN outcome = 'Cancelled' THEN 'Wrong machine' END AS cancel_comment, CASE WHEN type = 'StopAndQuarantineFile' THEN pick($files, g >> 28) END AS file
FROM timed
"""

# the actions that exist at `$now`, with the status they have then
RELATION = """(
  SELECT x.*, m.id AS machine_id, m.name AS machine_name,
    CASE WHEN cancelled <= $now THEN 'Cancelled' WHEN ends <= $now THEN outcome
      WHEN starts <= $now THEN 'InProgress' ELSE 'Pending' END AS status,
    CASE WHEN cancelled <= $now THEN cancelled WHEN ends <= $now THEN ends
      WHEN starts <= $now THEN starts ELSE created END AS updated
  FROM actions x JOIN machines m ON m.n = x.machine WHERE created <= $now)"""

JSON = """to_json({
  'id': a.id, 'type': a.type, 'title': NULL, 'requestor': a.requestor, 'requestorComment': a.comment,
  'status': a.status, 'machineId': a.machine_id, 'computerDnsName': a.machine_name,
  'creationDateTimeUtc': wire_time(a.created), 'lastUpdateDateTimeUtc': wire_time(a.updated),
  'cancellationRequestor': a.cancelled_by, 'cancellationComment': a.cancel_comment,
  'cancellationDateTimeUtc': wire_time(a.cancelled),
  'errorHResult': CASE WHEN a.status IN ('Failed', 'TimeOut') THEN a.error ELSE 0 END, 'scope': a.scope,
  'externalId': NULL, 'requestSource': a.source,
  'relatedFileInfo': CASE WHEN a.file IS NOT NULL THEN {'fileIdentifier': a.file, 'fileIdentifierType': 'Sha1'} END,
  'commands': {commands}, 'troubleshootInfo': NULL})::VARCHAR""".replace("{commands}", COMMANDS)


@dataclass(frozen=True, slots=True)
class Order:
    """A machine action somebody asks for.

    Attributes:
        file: SHA1 that it is about.
        commands: JSON of each command of a live response session.
        fails_at: Place of the command that can't work; None when all can.
    """

    type: str
    scope: str | None
    machine: int
    requestor: str
    comment: str
    file: str | None = None
    commands: tuple[str, ...] = ()
    fails_at: int | None = None


class Actions:
    """The table `actions`.

    Args:
        store: The tenant's database; `machines` must be there.
        machines: How many machines there are.
        failures: Share of new actions that fail, 0 to 1.
    """

    def __init__(self, store: Store, *, machines: int, failures: float, app: str) -> None:
        self._store = store
        self._failures = failures
        self._placed = 0
        self._lock = threading.Lock()
        store.define(TABLE)
        store.build(
            "actions",
            _PAST,
            {
                "count": min(60, machines),
                "isolated": min(4, machines // 10),
                # an isolation that waits for a machine nobody has seen for weeks (33 is an old twin)
                "waiting": 5 if machines >= _WAITS else -1,
                "gives_up": GIVES_UP,
                "machines": machines,
                "start": store.start,
                "seed": str(store.seed),
                "app": app,
                "analysts": words(names.ANALYSTS),
                "reasons": words(["INC-4471 contain", "triage", "Scan after alert", "[CHG-902] pilot", "clean up"]),
                "failed": _ERRORS["Failed"],
                "timeout": _ERRORS["TimeOut"],
                "files": words(files_seen(store)),
            },
        )
        for action, outcome in store.rows("SELECT id, outcome FROM actions WHERE type = 'LiveResponse'"):
            # whoever looked into a machine before took the same two steps
            self._command(action, PAST, 0 if outcome != "Succeeded" else None)

    def sessions(self, now: int) -> int:
        """How many live response sessions are open."""
        sql = f"SELECT count(*) FROM {RELATION} WHERE type = 'LiveResponse' AND status IN ('Pending', 'InProgress')"
        count: int = self._store.rows(sql, {"now": now})[0][0]
        return count

    def open_of(self, machine: int, kind: str, now: int) -> str | None:
        """Id of the action of that type the service still works on."""
        found = self._store.texts(
            f"SELECT id FROM {RELATION} WHERE machine = $machine AND type = $kind AND status IN ('Pending', 'InProgress') "
            "ORDER BY created LIMIT 1",
            {"machine": machine, "kind": kind, "now": now},
        )
        return found[0] if found else None

    def place(self, order: Order, now: int, *, last_seen: int, outcome: str = "") -> str:
        """Take an order and return the id of its action.

        Args:
            order: What is asked for.
            now: Ticks.
            last_seen: Of the machine: one not seen for a week stays Pending until the service gives up.
            outcome: `Failed` or `TimeOut` makes it end so.
        """
        with self._lock:
            self._placed += 1
            digest = hashlib.sha256(f"{self._store.seed}:placed:{self._placed}".encode()).digest()
        starts, ends = self._future(order.type, digest)
        error = 0
        if order.fails_at is not None:
            outcome = "Failed"
        if not outcome and digest[5] / 256 < self._failures:
            outcome = "Failed" if digest[6] % 2 else "TimeOut"
        values: dict[str, Any] = {
            "id": _guid(digest), "type": order.type, "scope": order.scope, "machine": order.machine,
            "requestor": order.requestor, "comment": order.comment, "created": now,
            "starts": now + starts, "ends": now + ends, "outcome": outcome or "Succeeded",
            "error": _ERRORS.get(outcome, error), "file": order.file,
        }  # fmt: skip
        if now - last_seen > OFFLINE:
            values |= {"starts": None, "ends": now + GIVES_UP, "outcome": "TimeOut", "error": _ERRORS["TimeOut"]}
        self._store.write(
            "INSERT INTO actions BY NAME SELECT $id AS id, $type AS type, $scope AS scope, $machine AS machine, "
            "$requestor AS requestor, $comment AS comment, 'PublicApi' AS source, $created AS created, "
            "$starts AS starts, $ends AS ends, $outcome AS outcome, $error AS error, $file AS file",
            values,
        )
        if order.commands:
            last = len(order.commands) - 1
            self._command(values["id"], order.commands, last if outcome and order.fails_at is None else order.fails_at)
        return str(values["id"])

    def cancel(self, action: str, now: int, by: str, comment: str) -> None:
        """Cancel an action that is still open."""
        self._store.write(
            "UPDATE actions SET cancelled = $now, cancelled_by = $by, cancel_comment = $comment WHERE id = $id",
            {"id": action, "now": now, "by": by, "comment": comment},
        )

    def _command(self, action: str, commands: tuple[str, ...], fails_at: int | None) -> None:
        for place, command in enumerate(commands):
            self._store.write(
                "INSERT INTO action_commands VALUES ($action, $place, $command, $fails)",
                {"action": action, "place": place, "command": command, "fails": place == fails_at},
            )

    def _future(self, kind: str, digest: bytes) -> tuple[int, int]:
        soonest, latest, shortest, longest = _PACE.get(kind, _USUAL)
        starts = soonest * SECOND + (latest - soonest) * SECOND * digest[0] // 255
        lasts = shortest * SECOND + (longest - shortest) * SECOND * digest[1] // 255
        return starts, starts + lasts


def _guid(digest: bytes) -> str:
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
