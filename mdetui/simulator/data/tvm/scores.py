"""Scores: how exposed the tenant and its machine groups are, and how well machines are set up."""

from __future__ import annotations

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import tables

# of each machine: the share of its products that it is exposed by, weighed by how bad they are
_EXPOSURE = """
SELECT m.group_id, coalesce(m.group_name, 'UnassignedGroup') AS group_name, count(DISTINCT m.n) AS machines,
  100 * sum(CASE WHEN i.v < d.before THEN 1 + d.public::INTEGER ELSE 0 END) / (2 * count(*)) AS score
FROM installed i JOIN software d ON d.p = i.p JOIN machines m ON m.n = i.n GROUP BY ALL ORDER BY m.group_id
"""


def exposure(store: Store) -> None:
    """The table `exposure`: score of each machine group, 0 to 100, higher is worse."""
    tables.installed(store)
    store.build("exposure", _EXPOSURE, {})


def configuration(store: Store) -> float:
    """The device secure score: points of the settings that machines have, on average."""
    tables.settings(store)
    return float(
        store.rows(
            "SELECT sum(points * (1 - coalesce(lacking, 0) / machines)) FROM ("
            "SELECT s.impact * 10 AS points, (SELECT count(*) FROM machines m WHERE list_contains(s.families, m.family)) AS machines, "
            "(SELECT count(*) FROM lacking l WHERE l.c = s.c) AS lacking FROM settings s) WHERE machines > 0"
        )[0][0]
        or 0
    )
