"""Which properties `$filter` takes for what the other two APIs list, and for investigations and indicators.

The lists are those of the operations' pages, as in `properties.py`.
"""

from __future__ import annotations

from mdetui.simulator.properties import Property, Resource


def _resource(name: str, edm: str, page_max: int, *properties: Property) -> Resource:
    return Resource(name, edm, page_max, {one.name.lower(): one for one in properties})


INCIDENTS = _resource(
    "Incidents",
    "microsoft.mtp.api.Incident",
    100,
    Property("lastUpdateTime", "updated", "time"),
    Property("createdTime", "created", "time"),
    Property("status", "status"),
    Property("assignedTo", "assigned", nullable=True),
)
