"""The one table of API operations.

Everything that must be known about a call before it is made stands here once: quotas, the read-only gate, permission
hints, paging, the command line and the simulator's route check are derived from it. A new resource is a few rows.

Sources: the page of each operation in the Defender for Endpoint API documentation; limits from `api-rate limits` notes
on those pages. `{name}` in a path is filled by `Client` with the value percent-encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from mdetui.api.models.action import CommentBody, IsolateBody, MachineAction, ScanBody
from mdetui.api.models.alert import Alert, AlertBatchUpdate, AlertRow, AlertUpdate
from mdetui.api.models.entity import Domain, File, Ip
from mdetui.api.models.inventory import Software, Vulnerability
from mdetui.api.models.machine import Machine, MachineTag, MachineUser

Paging = Literal["one", "whole", "nextLink", "skip", "slices"]


@dataclass(frozen=True, slots=True)
class Family:
    """A quota family: calls that the service counts together.

    Attributes:
        name: Shown in the status line and the request log.
        minute: Calls in 60 s; None when the service names no limit.
        hour: Calls in 3,600 s; None likewise.
    """

    name: str
    minute: int | None
    hour: int | None


DEFAULT = Family("default", 100, 1500)
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        DEFAULT,
        Family("batchUpdate", 10, 500),
        Family("machineVulnerabilities", 50, 1500),
    )
}


class Permissions(Protocol):
    """What an identity says of itself (`auth.Identity` fits)."""

    @property
    def kind(self) -> str:
        """`app` or `person`."""

    @property
    def roles(self) -> frozenset[str]:
        """Permissions in the token."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        id: `resource.verb`, the name used everywhere in this program.
        method: HTTP method.
        path: Path below the audience's base.
        application: Application permissions, any one of which is enough.
        delegated: Delegated permissions, any one of which is enough.
        model: Entity decoded from the answer; None when the body is empty.
        paging: `one` entity, the `whole` collection at once, or the pager of a list.
        page_max: Largest `$top`; 0 where there is none.
        reads: True when the call changes nothing. A POST may read; a False one needs an open write lock.
        body: Model of the request body.
        family: Name of the quota family.
        audience: Which token (`mde`, `xdr`, `graph`).
        filters: Properties that `$filter` takes.
        expand: What `$expand` takes.
    """

    id: str
    method: str
    path: str
    application: tuple[str, ...]
    delegated: tuple[str, ...]
    model: type[msgspec.Struct] | None = None
    paging: Paging = "one"
    page_max: int = 0
    reads: bool = True
    body: type[msgspec.Struct] | None = None
    family: str = DEFAULT.name
    audience: str = "mde"
    filters: tuple[str, ...] = ()
    expand: str = ""

    def missing(self, identity: Permissions | None) -> str:
        """Name of the permission a token lacks for this; "" when it has one, or when that can't be told from it."""
        if identity is None or not identity.roles:
            return ""
        needed = self.application if identity.kind == "app" else self.delegated
        return "" if identity.roles & set(needed) else needed[0]


_ALERT_R = (("Alert.Read.All", "Alert.ReadWrite.All"), ("Alert.Read", "Alert.ReadWrite"))
_ALERT_W = (("Alert.ReadWrite.All",), ("Alert.ReadWrite",))
_MACHINE_R = (("Machine.Read.All", "Machine.ReadWrite.All"), ("Machine.Read", "Machine.ReadWrite"))
_MACHINE_W = (("Machine.ReadWrite.All",), ("Machine.ReadWrite",))
_USER_R = (("User.Read.All",), ("User.Read.All",))
_SOFTWARE_R = (("Software.Read.All",), ("Software.Read",))
_VULNERABILITY_R = (("Vulnerability.Read.All",), ("Vulnerability.Read",))
_CANCEL = tuple(
    f"Machine.{name}"
    for name in (
        "CollectForensics",
        "Isolate",
        "RestrictExecution",
        "Scan",
        "Offboard",
        "StopAndQuarantine",
        "LiveResponse",
    )
)
_PAGE = 10_000

_ALERT_FILTERS = (
    "alertCreationTime",
    "lastUpdateTime",
    "lastEventTime",
    "incidentId",
    "investigationId",
    "id",
    "assignedTo",
    "detectionSource",
    "status",
    "severity",
    "category",
)
_MACHINE_FILTERS = (
    "computerDnsName",
    "id",
    "version",
    "deviceValue",
    "aadDeviceId",
    "machineTags",
    "lastSeen",
    "exposureLevel",
    "onboardingStatus",
    "lastIpAddress",
    "healthStatus",
    "osPlatform",
    "riskScore",
    "rbacGroupId",
)
_ACTION_FILTERS = ("id", "status", "machineId", "type", "requestor", "creationDateTimeUtc")


def _machine_action(name: str, path: str, permission: str, body: type[msgspec.Struct]) -> Operation:
    return Operation(
        f"machines.{name}",
        "POST",
        f"/api/machines/{{id}}/{path}",
        (permission,),
        (permission,),
        MachineAction,
        reads=False,
        body=body,
    )


OPERATIONS: dict[str, Operation] = {
    operation.id: operation
    for operation in (
        # alerts
        Operation(
            "alerts.list", "GET", "/api/alerts", *_ALERT_R, AlertRow, "slices", _PAGE,
            filters=_ALERT_FILTERS, expand="evidence",
        ),
        Operation("alerts.get", "GET", "/api/alerts/{id}", *_ALERT_R, Alert),
        Operation("alerts.update", "PATCH", "/api/alerts/{id}", *_ALERT_W, Alert, reads=False, body=AlertUpdate),
        Operation(
            "alerts.batchUpdate", "POST", "/api/alerts/batchUpdate", *_ALERT_W,
            reads=False, body=AlertBatchUpdate, family="batchUpdate",
        ),
        Operation("alerts.machine", "GET", "/api/alerts/{id}/machine", *_MACHINE_R, Machine),
        Operation("alerts.user", "GET", "/api/alerts/{id}/user", *_USER_R, MachineUser),
        Operation("alerts.files", "GET", "/api/alerts/{id}/files", ("File.Read.All",), ("File.Read.All",), File, "whole"),
        Operation("alerts.ips", "GET", "/api/alerts/{id}/ips", ("Ip.Read.All",), ("Ip.Read.All",), Ip, "whole"),
        Operation("alerts.domains", "GET", "/api/alerts/{id}/domains", ("URL.Read.All",), ("URL.Read.All",), Domain, "whole"),
        # machines
        Operation(
            "machines.list", "GET", "/api/machines", *_MACHINE_R, Machine, "skip", _PAGE, filters=_MACHINE_FILTERS
        ),
        Operation("machines.get", "GET", "/api/machines/{id}", *_MACHINE_R, Machine),
        Operation("machines.alerts", "GET", "/api/machines/{id}/alerts", *_ALERT_R, AlertRow, "whole", filters=_ALERT_FILTERS),
        Operation("machines.users", "GET", "/api/machines/{id}/logonusers", *_USER_R, MachineUser, "whole"),
        Operation("machines.software", "GET", "/api/machines/{id}/software", *_SOFTWARE_R, Software, "whole"),
        Operation(
            "machines.vulnerabilities", "GET", "/api/machines/{id}/vulnerabilities", *_VULNERABILITY_R, Vulnerability,
            "whole", family="machineVulnerabilities",
        ),
        # parentheses and quotes of an OData function stay as they are (gotchas 49)
        Operation(
            "machines.findByIp", "GET", "/api/machines/findbyip(ip='{ip}',timestamp={timestamp})", *_MACHINE_R,
            Machine, "whole",
        ),
        Operation("machines.findByTag", "GET", "/api/machines/findbytag", *_MACHINE_R, Machine, "whole"),
        Operation(
            "machines.tag", "POST", "/api/machines/{id}/tags", *_MACHINE_W, Machine, reads=False, body=MachineTag
        ),
        _machine_action("isolate", "isolate", "Machine.Isolate", IsolateBody),
        _machine_action("release", "unisolate", "Machine.Isolate", CommentBody),
        _machine_action("scan", "runAntiVirusScan", "Machine.Scan", ScanBody),
        # machine actions
        Operation(
            "actions.list", "GET", "/api/machineactions", *_MACHINE_R, MachineAction, "skip", _PAGE,
            filters=_ACTION_FILTERS,
        ),
        Operation("actions.get", "GET", "/api/machineactions/{id}", *_MACHINE_R, MachineAction),
        Operation(
            "actions.cancel", "POST", "/api/machineactions/{id}/cancel", _CANCEL, _CANCEL, MachineAction,
            reads=False, body=CommentBody,
        ),
    )
}  # fmt: skip


def operation(name: str) -> Operation:
    """The operation of that id.

    Raises:
        KeyError: A programming mistake; ids in views are checked by a test.
    """
    return OPERATIONS[name]


def family_of(op: Operation) -> Family:
    """The quota family of an operation."""
    return FAMILIES[op.family]
