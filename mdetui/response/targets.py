"""What an action is done to: a frozen target, and the alert values that an update changes and an undo needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from mdetui import text
from mdetui.errors import PlanError

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction
    from mdetui.api.models.alert import AlertRow
    from mdetui.api.models.machine import Machine

Kind = Literal["machine", "alert", "action"]


@dataclass(frozen=True, slots=True)
class AlertValues:
    """The values of an alert that an update can change.

    None means "not said" in an update and "empty" in an alert; an empty text in an update means "make it empty".
    """

    status: str | None = None
    assigned_to: str | None = None
    classification: str | None = None
    determination: str | None = None

    @classmethod
    def of(cls, row: AlertRow) -> AlertValues:
        """The values a row of the service carries; an empty text counts as none."""
        return cls(row.status or None, row.assigned_to or None, row.classification or None, row.determination or None)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> AlertValues:
        """Values from a ledger line; what is no text is left out."""
        known = {item.name: data.get(item.name) for item in fields(cls)}
        return cls(**{name: value for name, value in known.items() if isinstance(value, str)})

    def to_dict(self) -> dict[str, str]:
        """The values that are there, by field name."""
        return {name: value for name, value in self.pairs() if value is not None}

    def pairs(self) -> tuple[tuple[str, str | None], ...]:
        """Field name and value, in the order of the fields."""
        return tuple((item.name, getattr(self, item.name)) for item in fields(self))

    def covers(self, wanted: AlertValues) -> bool:
        """Whether everything that `wanted` says is so here. Enums come in several spellings (gotchas 29)."""
        return not self.missing(wanted)

    def missing(self, wanted: AlertValues) -> list[str]:
        """Field names in which this differs from what `wanted` says."""
        mine = dict(self.pairs())
        return [
            name
            for name, value in wanted.pairs()
            if value is not None and (mine[name] or "").casefold() != value.casefold()
        ]


WORDS = {
    "status": "status",
    "assigned_to": "owner",
    "classification": "classification",
    "determination": "determination",
}


def changes(old: AlertValues, new: AlertValues) -> tuple[str, ...]:
    """Sentence parts such as `status New -> Resolved`, in safe text; `-` stands for empty."""
    before, after = dict(old.pairs()), dict(new.pairs())
    return tuple(
        f"{word} {text.line(before[name])} -> {text.line(after[name])}"
        for name, word in WORDS.items()
        if (before[name] or "").casefold() != (after[name] or "").casefold()
    )


@dataclass(frozen=True, slots=True)
class Target:
    """One thing an action is done to, as it stood on screen when the person chose it.

    Attributes:
        profile: Name of the profile: a plan is for one tenant.
        kind: `machine`, `alert` or `action` (a machine action, to cancel it).
        id: Id of the service.
        name: Computer name, alert title, or what the action is; raw tenant text, may be empty.
        machine_id: The machine it is about; equals `id` for a machine, may be empty for an alert.
        machine_name: Name of that machine as loaded; raw tenant text.
        values: Alert values as loaded; None when it is no alert or they were not loaded.
        severity: Alert severity as loaded.
    """

    profile: str
    kind: Kind
    id: str
    name: str = ""
    machine_id: str = ""
    machine_name: str = ""
    values: AlertValues | None = None
    severity: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """(profile, id): what a target is."""
        return (self.profile, self.id)

    @property
    def shown(self) -> str:
        """Safe name for a person; the id when there is no name."""
        return text.line(self.name or self.id, 200)


def machine(profile: str, row: Machine) -> Target:
    """A target from a loaded machine."""
    name = row.computer_dns_name or ""
    return Target(profile, "machine", row.id, name, row.id, name)


def machine_by_id(profile: str, machine_id: str, name: str | None = None) -> Target:
    """A target from what an alert or the command line knows of a machine."""
    return Target(profile, "machine", machine_id, name or "", machine_id, name or "")


def alert(profile: str, row: AlertRow) -> Target:
    """A target from a loaded alert."""
    return Target(
        profile, "alert", row.id, row.title or "", row.machine_id or "", row.computer_dns_name or "",
        AlertValues.of(row), row.severity or "",
    )  # fmt: skip


def action(profile: str, row: MachineAction) -> Target:
    """A target from a loaded machine action, to cancel it."""
    return Target(profile, "action", row.id, row.type or "", row.machine_id or "", row.computer_dns_name or "")


def one_tenant(targets: Iterable[Target]) -> tuple[Target, ...]:
    """The targets without repeats, in order.

    Raises:
        PlanError: There are none, or they are of several tenants or kinds.
    """
    unique = tuple({target.key: target for target in targets}.values())
    if not unique:
        raise PlanError("There is nothing to act on.", "Move the cursor to a row or mark some.")
    if len({target.profile for target in unique}) > 1:
        raise PlanError("These rows are of several tenants.", "Act on one tenant at a time.")
    if len({target.kind for target in unique}) > 1:
        raise PlanError("These rows are of several kinds.", "Mark alerts or machines, not both.")
    if not all(target.id for target in unique):
        raise PlanError("One of these rows has no id.", "Reload the list.")
    return unique
