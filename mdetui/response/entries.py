"""Ledger lines folded into entries: one entry per call that changes something, with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, get_args

from mdetui import text
from mdetui.response.targets import AlertValues, Kind, Target


class Event(StrEnum):
    """What a ledger line says. `intent` and `dry` open an entry, the others tell what became of it."""

    INTENT = "intent"
    DRY = "dry"
    SENT = "sent"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNCLEAR = "unclear"
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


# Resolving at a later start does not make a new kind of outcome: such a line carries `resolved: true`.
_OPEN = frozenset({Event.INTENT, Event.SENT, Event.UNCLEAR})
_KNOWN = frozenset(event.value for event in Event)
_CARRIED_OUT = frozenset({Event.SENT, Event.DONE})


@dataclass(slots=True)
class Entry:
    """One call as the ledger knows it. Text fields are raw: clean them before showing.

    Attributes:
        id: The id in the comment (`#k3f9`).
        at: When it was recorded, before it was sent.
        event: The last thing the ledger says about it.
        told: When it said so.
        outcome: The last line's words about it.
        action_id: Machine action at the service, when known.
        failed: Targets of a batch that were not changed, with the reason.
        session: Which run of the program wrote it, to tell a dead one from a live one.
    """

    id: str
    at: datetime | None
    event: Event
    told: datetime | None
    job: str = ""
    profile: str = ""
    tenant: str = ""
    analyst: str = ""
    os_user: str = ""
    ssh: str = ""
    host: str = ""
    session: str = ""
    action: str = ""
    op: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    reason: str = ""
    ticket: str = ""
    old: Mapping[str, AlertValues] = field(default_factory=dict)
    wanted: Mapping[str, AlertValues] = field(default_factory=dict)
    outcome: str = ""
    action_id: str = ""
    request_id: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    resolved: bool = False

    @property
    def open(self) -> bool:
        """Whether something is still to be found out about it."""
        return self.event in _OPEN

    @property
    def unanswered(self) -> bool:
        """Whether it is not known if it was carried out."""
        return self.event in (Event.INTENT, Event.UNCLEAR)

    @property
    def carried_out(self) -> bool:
        """Whether the service took it, as far as the ledger knows."""
        return self.event in _CARRIED_OUT

    @property
    def shown(self) -> str:
        """The targets in safe text: one name, or how many."""
        return self.targets[0].shown if len(self.targets) == 1 else text.plural(len(self.targets), "target")


def fold(records: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Entries in the order in which they were opened. Lines about unknown entries are left out."""
    entries: dict[str, Entry] = {}
    for record in records:
        kind, key = record.get("event"), record.get("id")
        if not isinstance(key, str) or not isinstance(kind, str) or kind not in _KNOWN:
            continue
        event = Event(kind)
        if event in (Event.INTENT, Event.DRY):
            # the wire of a batch is one entry; an id is never used twice in one file
            entries.setdefault(key, _opened(record, event, key))
        elif key in entries:
            _told(entries[key], record, event)
    return list(entries.values())


def _opened(record: Mapping[str, Any], event: Event, key: str) -> Entry:
    profile = _text(record, "profile")
    at = text.parse_time(record.get("at"))
    return Entry(
        key,
        at,
        event,
        at,
        job=_text(record, "job"),
        profile=profile,
        tenant=_text(record, "tenant"),
        analyst=_text(record, "analyst"),
        os_user=_text(record, "os_user"),
        ssh=_text(record, "ssh"),
        host=_text(record, "host"),
        session=_text(record, "session"),
        action=_text(record, "action"),
        op=_text(record, "op"),
        options={str(name): str(value) for name, value in _table(record, "options").items()},
        targets=tuple(_target(profile, item) for item in record.get("targets", []) if isinstance(item, dict)),
        reason=_text(record, "reason"),
        ticket=_text(record, "ticket"),
        old=_values(record, "old"),
        wanted=_values(record, "wanted"),
    )


def _told(entry: Entry, record: Mapping[str, Any], event: Event) -> None:
    entry.event = event
    entry.told = text.parse_time(record.get("at"))
    entry.outcome = _text(record, "outcome")
    entry.action_id = _text(record, "action_id") or entry.action_id
    entry.request_id = _text(record, "request_id") or entry.request_id
    entry.resolved = bool(record.get("resolved"))
    if "failed" in record:
        entry.failed = {str(key): str(why) for key, why in _table(record, "failed").items()}


def target_record(target: Target) -> dict[str, str]:
    """A target as the ledger keeps it."""
    return {
        "kind": target.kind,
        "id": target.id,
        "name": target.name,
        "machine_id": target.machine_id,
        "machine_name": target.machine_name,
    }


def _target(profile: str, data: Mapping[str, Any]) -> Target:
    kind = _text(data, "kind")
    known: Kind = "machine" if kind not in get_args(Kind) else kind  # type: ignore[assignment]
    return Target(
        profile, known, _text(data, "id"), _text(data, "name"), _text(data, "machine_id"), _text(data, "machine_name")
    )


def _values(record: Mapping[str, Any], name: str) -> dict[str, AlertValues]:
    return {
        str(key): AlertValues.from_dict(value) for key, value in _table(record, name).items() if isinstance(value, dict)
    }


def _table(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
