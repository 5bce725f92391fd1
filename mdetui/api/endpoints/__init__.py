"""The one table of API operations.

Everything that must be known about a call before it is made stands here once: quotas, the read-only gate, permission
hints, paging, the command line and the simulator's route check are derived from it. A new resource is a few rows in
the module of its group; modules and models are imported when the first of their rows is looked up, because the first
alerts on the screen need two of them.

Sources: the page of each operation in the Defender for Endpoint, Defender XDR and Graph documentation; limits from
the `rate limits` notes on those pages. `{name}` in a path is filled by `Client` with the value percent-encoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import msgspec

Paging = Literal["one", "whole", "nextLink", "linkOrSkip", "skip", "slices", "window"]


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
        Family("createAlert", 15, None),
        Family("machineVulnerabilities", 50, 1500),
        Family("packageUri", 2, 120),
        Family("liveResponse", 10, None),
        Family("startInvestigation", None, 50),
        Family("indicatorImport", 30, None),
        Family("indicatorDelete", 30, 1500),
        Family("hunting", 45, 1500),
        Family("avHealth", 30, 1000),
        # each export is counted by itself as far as the documentation says; together is what surely never hits a limit
        Family("exports", 30, 1000),
        Family("exportFiles", 5, 20),
        # another service than the rest, so that its calls are no part of `default`
        Family("xdrIncidents", 50, 1500),
        Family("xdrIncident", 100, 1500),
        # about 2,000 requests a second app-wide, which no person reaches
        Family("graph", None, None),
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
        returns: Entity decoded from the answer, as `file.Class` below `api.models`; "" when the body is empty. Read
            `model`.
        paging: `one` entity, the `whole` collection at once, or the pager of a list.
        page_max: Largest `$top` (`pageSize` of an export); 0 where there is none.
        reads: True when the call changes nothing. A POST may read; a False one needs an open write lock.
        takes: The request body likewise. Read `body`.
        family: Name of the quota family.
        audience: Which token (`mde`, `xdr`, `graph`).
        filters: Properties that `$filter` takes.
        expand: What `$expand` takes.
        options: Query options of its own.
        lines: Where the answer names files: the entity of one line of them, likewise. Read `line`.
        fickle: Answers 404 now and then for what is there, so that is asked once more (gotchas 33).
        retired: What became of it, in words; "" for what is not retired. Nothing in this program asks it by itself.
    """

    id: str
    method: str
    path: str
    application: tuple[str, ...]
    delegated: tuple[str, ...]
    returns: str = ""
    paging: Paging = "one"
    page_max: int = 0
    reads: bool = True
    takes: str = ""
    family: str = DEFAULT.name
    audience: str = "mde"
    filters: tuple[str, ...] = ()
    expand: str = ""
    options: tuple[str, ...] = ()
    lines: str = ""
    fickle: bool = False
    retired: str = ""

    @property
    def model(self) -> type[msgspec.Struct] | None:
        """Entity decoded from the answer; None when the body is empty."""
        return _model(self.returns)

    @property
    def body(self) -> type[msgspec.Struct] | None:
        """Model of the request body; None when there is none."""
        return _model(self.takes)

    @property
    def line(self) -> type[msgspec.Struct] | None:
        """Entity of one line of the files that the answer names; None when it names none."""
        return _model(self.lines)

    def missing(self, identity: Permissions | None) -> str:
        """Name of the permission a token lacks for this; "" when it has one, or when that can't be told from it."""
        if identity is None or not identity.roles:
            return ""
        needed = self.application if identity.kind == "app" else self.delegated
        return "" if identity.roles & set(needed) else needed[0]


@cache
def _model(name: str) -> type[msgspec.Struct] | None:
    if not name:
        return None
    file, _, entity = name.partition(".")
    found: type[msgspec.Struct] = getattr(import_module(f"mdetui.api.models.{file}"), entity)
    return found


# resource -> the modules with its rows, in the order of the documentation
_RESOURCES: dict[str, tuple[str, ...]] = {
    "alerts": ("alerts",),
    "machines": ("machines", "actions"),
    "actions": ("actions",),
    "liveResponse": ("actions",),
    "library": ("actions",),
    "investigations": ("indicators",),
    "indicators": ("indicators",),
    "files": ("entities",),
    "domains": ("entities",),
    "ips": ("entities",),
    "users": ("entities",),
    "hunting": ("hunting",),
    "vulnerabilities": ("posture",),
    "software": ("posture",),
    "recommendations": ("posture",),
    "scores": ("posture",),
    "remediation": ("posture",),
    "avHealth": ("exports",),
    "exports": ("exports",),
    "exportFiles": ("exports",),
    "browserExtensions": ("exports",),
    "baselines": ("exports",),
    "scans": ("scans",),
    "incidents": ("incidents",),
    "graphAlerts": ("graph",),
    "graphIncidents": ("graph",),
    "identities": ("graph",),
}


@cache
def _rows(module: str) -> dict[str, Operation]:
    rows: tuple[Operation, ...] = import_module(f"{__name__}.{module}").ROWS
    return {row.id: row for row in rows}


class _Table(Mapping[str, Operation]):
    """Operations by id. Looking one up imports its group; walking imports all."""

    def __getitem__(self, name: str) -> Operation:
        for module in _RESOURCES.get(name.partition(".")[0], ()):
            found = _rows(module).get(name)
            if found is not None:
                return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for module in dict.fromkeys(module for modules in _RESOURCES.values() for module in modules):
            yield from _rows(module)

    def __len__(self) -> int:
        return sum(1 for _ in self)


OPERATIONS: Mapping[str, Operation] = _Table()


def operation(name: str) -> Operation:
    """The operation of that id.

    Raises:
        KeyError: A programming mistake; ids in views are checked by a test.
    """
    return OPERATIONS[name]


def family_of(op: Operation) -> Family:
    """The quota family of an operation."""
    return FAMILIES[op.family]
