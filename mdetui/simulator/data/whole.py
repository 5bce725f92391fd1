"""Whole alerts: with evidence and machine, as the other two APIs tell them inline."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mdetui.simulator.data import machines
from mdetui.simulator.data.alerts import JOINED, JSON
from mdetui.simulator.data.evidence import Facts, evidence
from mdetui.simulator.data.files import is_system
from mdetui.simulator.data.store import Store
from mdetui.simulator.options import TENANT_ID

# what evidence.Facts takes, in its order
FACTS = "a.kind, a.incident, a.mix, a.first_event, a.created, CASE WHEN a.has_user THEN m.account ELSE '' END"


def whole_alerts(
    store: Store, condition: str, values: dict[str, Any], tail: str = ""
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Alerts with evidence, and the machine of each, both as the Defender for Endpoint API writes them.

    Args:
        store: The tenant's database.
        condition: SQL over the columns of `alerts`; `$now` must be among the values when it is named.
        values: Parameters.
        tail: `ORDER BY`, `LIMIT`, `OFFSET`.
    """
    rows = f"SELECT *, row_number() OVER () AS place FROM (SELECT * FROM alerts WHERE {condition} {tail})"
    found = store.rows(
        f"SELECT {JSON}, {machines.JSON}, {FACTS} FROM ({rows}) {JOINED} ORDER BY a.place",
        {**values, "tenant": TENANT_ID},
    )
    out = []
    for alert, machine, *facts in found:
        row = json.loads(alert)
        row["evidence"] = evidence(Facts(*facts))
        out.append((row, json.loads(machine)))
    return out


def files_seen(store: Store) -> list[str]:
    """SHA1 of files that alerts name and the system does not own; at least one, made up when there is none."""
    found = {
        piece["sha1"]
        for alert, _ in whole_alerts(store, "n < 60", {})
        for piece in alert["evidence"]
        if piece["sha1"] and not is_system(piece["filePath"])
    }
    return sorted(found) or [hashlib.sha1(b"a file").hexdigest()]
