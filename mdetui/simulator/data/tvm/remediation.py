"""Remediation tasks: somebody asked that a recommendation be followed, on all machines or on those of some groups.

A task covers the machines its recommendation concerns; fixed ones are no longer among them, so a task's machines are
those that are left. A completed task has none left.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from mdetui.simulator.data import names
from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import advice, tables
from mdetui.simulator.ticks import SECOND

_DAY = 86_400 * SECOND
_MOST = 18
_SHAPE = (
    '[{"place":"INTEGER","id":"VARCHAR","advice":"VARCHAR","created":"BIGINT","changed":"BIGINT","due":"BIGINT",'
    '"status":"VARCHAR","groups":"VARCHAR[]","all_groups":"BOOLEAN","left_over":"BIGINT","fixed":"BIGINT",'
    '"requester":"VARCHAR","notes":"VARCHAR","priority":"VARCHAR","completer":"VARCHAR","method":"VARCHAR"}]'
)
_NOTES = ("", "Please before the audit.", "Pilot ring first.", "Ticket CHG-20441", "Agreed with the platform team.")

JSON = """to_json({'id': k.id, 'title': a.name, 'createdOn': wire_time(k.created),
  'requesterId': md5(k.requester)::UUID::VARCHAR, 'requesterEmail': k.requester, 'status': k.status,
  'statusLastModifiedOn': wire_time(k.changed),
  'description': CASE WHEN a.p IS NULL THEN a.name || ' to lower the attack surface of your devices.'
    ELSE 'Update ' || a.related || ' to a later version to mitigate ' || a.weaknesses || ' known vulnerabilities affecting your devices.' END,
  'relatedComponent': a.related, 'targetDevices': k.left_over + k.fixed, 'rbacGroupNames': k.groups,
  'fixedDevices': k.fixed, 'requesterNotes': k.notes, 'dueOn': wire_time(k.due),
  'category': CASE WHEN a.p IS NULL THEN 'SecurityConfiguration' ELSE 'Software' END,
  'productivityImpactRemediationType': CASE WHEN a.p IS NULL THEN 'AllExposedAssets' END, 'priority': k.priority,
  'completionMethod': k.method, 'completerId': md5(k.completer)::UUID::VARCHAR, 'completerEmail': k.completer,
  'scid': CASE WHEN a.p IS NULL THEN substr(a.id, 7) END, 'type': a.remediation,
  'productId': CASE WHEN a.p IS NULL THEN NULL ELSE substr(a.id, 6) END, 'vendorId': CASE WHEN a.p IS NULL THEN NULL ELSE a.vendor END,
  'nameId': CASE WHEN a.p IS NULL THEN NULL ELSE a.product END, 'recommendedVersion': nullif(a.version, ''),
  'recommendedVendor': NULL, 'recommendedProgram': NULL})::VARCHAR"""

# numbers of the machines that are left; `$advice` and `$task`
LEFT = f"""(SELECT x.n FROM {advice.WHOM} x JOIN machines m ON m.n = x.n JOIN tasks k ON k.id = $task
  WHERE k.status = 'Active'
    AND (k.all_groups OR list_contains(k.groups, coalesce(m.group_name, 'UnassignedGroup'))))"""


def build(store: Store) -> None:
    """The table `tasks`."""
    if store.has("tasks"):
        return
    advice.build(store)
    sql = "SELECT id FROM advice WHERE status = 'Active' ORDER BY draw(':task:' || id, 0) LIMIT $most"
    chosen = store.texts(sql, {"most": _MOST})
    tables.load(store, "tasks", _SHAPE, [_task(store, place, one) for place, one in enumerate(chosen)])


def _task(store: Store, place: int, recommendation: str) -> dict[str, Any]:
    draw = hashlib.sha256(f"{store.seed}:task:{place}".encode()).digest()
    groups = sorted(row[0] for row in _groups(store, recommendation))
    everybody = draw[0] % 3 != 0 or len(groups) < 3
    if not everybody:
        groups = groups[: 1 + draw[1] % 2]
    concerned = sum(count for name, count in _groups(store, recommendation) if name in groups)
    done = draw[2] % 4 == 0
    created = store.start - (2 + draw[3] % 60) * _DAY - draw[4] * 97 * SECOND - draw[5]
    changed = created if not done else min(created + (1 + draw[6] % 9) * _DAY, store.start - _DAY)
    who = names.ANALYSTS[draw[7] % len(names.ANALYSTS)]
    return {
        "place": place,
        "id": str(UUID(bytes=draw[8:24])),
        "advice": recommendation,
        "created": created,
        "changed": changed + 1529,
        # a date without a time
        "due": (created // _DAY + 7 + draw[24] % 60) * _DAY,
        "status": "Completed" if done else "Active",
        "groups": groups,
        "all_groups": everybody,
        "left_over": 0 if done else concerned,
        "fixed": concerned if done else concerned * (draw[25] % 90) // 100,
        "requester": who,
        "notes": _NOTES[draw[26] % len(_NOTES)],
        "priority": ("High", "Medium", "Medium", "Low")[draw[27] % 4],
        "completer": who if done else None,
        "method": ("Automatic", "Manual")[draw[28] % 2] if done else None,
    }


def _groups(store: Store, recommendation: str) -> list[Any]:
    """Groups of the machines concerned, and how many of each."""
    sql = (
        f"SELECT coalesce(m.group_name, 'UnassignedGroup'), count(*) FROM {advice.WHOM} x JOIN machines m ON m.n = x.n "
        "GROUP BY ALL ORDER BY 1"
    )
    return store.rows(sql, {"advice": recommendation})
