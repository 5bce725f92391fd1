"""Which properties `$filter` takes per resource, and the SQL that stands for each.

The lists are those of the documentation (get-alerts.md, get-machines.md, get-machineactions-collection.md); a property
outside them is refused with 400 ODataError, as the service mostly does. Names are taken in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "time", "int", "float", "bool", "strings"]


@dataclass(frozen=True, slots=True)
class Property:
    """A property that can be filtered.

    Attributes:
        name: As the JSON spells it.
        column: Column of the resource's relation.
        kind: Type of the literals it compares with; `strings` is a collection, for `any()`.
        nullable: Whether it can be null: decides how SQL's third truth value is kept out.
        folds: Whether values compare without regard to case (reports of `onboardingStatus eq 'onboarded'`).
    """

    name: str
    column: str
    kind: Kind = "string"
    nullable: bool = False
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Resource:
    """A list that takes `$filter`.

    Attributes:
        name: As in `@odata.context`.
        edm: Type name in error texts.
        page_max: Largest `$top`.
        properties: By lower-case name.
    """

    name: str
    edm: str
    page_max: int
    properties: dict[str, Property]


def _resource(name: str, edm: str, *properties: Property) -> Resource:
    return Resource(
        name, f"microsoft.windowsDefenderATP.api.{edm}", 10_000, {one.name.lower(): one for one in properties}
    )


ALERTS = _resource(
    "Alerts",
    "Alert",
    Property("alertCreationTime", "created", "time"),
    Property("lastUpdateTime", "updated", "time"),
    Property("lastEventTime", "last_event", "time"),
    Property("incidentId", "incident", "int"),
    Property("investigationId", "investigation", "int", nullable=True),
    Property("id", "id"),
    Property("assignedTo", "assigned", nullable=True),
    Property("detectionSource", "source"),
    Property("status", "status"),
    Property("severity", "severity"),
    Property("category", "category"),
)

MACHINES = _resource(
    "Machines",
    "Machine",
    Property("computerDnsName", "name", nullable=True),
    Property("id", "id"),
    Property("version", "version", nullable=True),
    Property("deviceValue", "device_value"),
    Property("aadDeviceId", "aad_id", nullable=True),
    Property("machineTags", "tags", "strings"),
    Property("lastSeen", "last_seen", "time"),
    Property("exposureLevel", "exposure"),
    Property("onboardingStatus", "onboarding", folds=True),
    Property("lastIpAddress", "ip", nullable=True),
    Property("healthStatus", "health"),
    Property("osPlatform", "os"),
    Property("riskScore", "risk"),
    Property("rbacGroupId", "group_id", "int"),
)

ACTIONS = _resource(
    "MachineActions",
    "MachineAction",
    Property("id", "id"),
    Property("status", "status"),
    Property("machineId", "machine_id"),
    Property("type", "type"),
    Property("requestor", "requestor"),
    Property("creationDateTimeUtc", "created", "time"),
)
