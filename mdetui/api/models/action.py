"""Machine action and the bodies that start one. Source: machineaction.md, isolate-machine.md, run-av-scan.md."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Loose, Model, Timestamp
from mdetui.api.models.live import CommandState

OPEN_STATUSES = frozenset({"Pending", "InProgress"})


class RelatedFile(Model):
    """The file a StopAndQuarantineFile action is about."""

    file_identifier: str | None = None
    file_identifier_type: str | None = None


class MachineAction(Model):
    """A machine action. Read `updated`: the time of the last change has two names on the wire (gotchas 24)."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "type",
        "scope",
        "status",
        "machine_id",
        "computer_dns_name",
        "requestor",
        "request_source",
    )

    id: str = ""
    type: str | None = None
    scope: str | None = None
    status: str | None = None
    machine_id: str | None = None
    computer_dns_name: str | None = None
    requestor: str | None = None
    requestor_comment: str | None = None
    title: str | None = None
    request_source: str | None = None
    external_id: str | None = None
    creation_date_time_utc: Timestamp | None = None
    last_update_date_time_utc: Timestamp | None = None
    last_update_time_utc: Timestamp | None = None
    cancellation_requestor: str | None = None
    cancellation_comment: str | None = None
    cancellation_date_time_utc: Timestamp | None = None
    error_h_result: Loose = msgspec.field(default=None, name="errorHResult")
    related_file_info: RelatedFile | None = None
    commands: list[CommandState] | None = None
    troubleshoot_info: str | None = None

    @property
    def updated(self) -> Timestamp | None:
        """Time of the last change, whichever name it came under."""
        return self.last_update_date_time_utc or self.last_update_time_utc

    @property
    def open(self) -> bool:
        """Whether the service still works on it."""
        return self.status in OPEN_STATUSES


# Bodies: the documentation calls these keys case sensitive, so the fields carry the wire's capitals.


class IsolateBody(msgspec.Struct):
    """Body of `isolate`. `IsolationType` is Full or Selective."""

    Comment: str
    IsolationType: str


class CommentBody(msgspec.Struct):
    """Body of every action that takes only a comment (`unisolate`, `cancel`, ...)."""

    Comment: str


class ScanBody(msgspec.Struct):
    """Body of `runAntiVirusScan`. `ScanType` is Quick or Full."""

    Comment: str
    ScanType: str


class QuarantineBody(msgspec.Struct):
    """Body of `StopAndQuarantineFile`."""

    Comment: str
    Sha1: str
