"""The action catalogue: everything this program can change, one declarative entry each.

A new action is an entry here (and its operation in the table): the menu, the sheet, the pre-flight, the tier, the
ledger and the runner are all driven by what the entry says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mdetui.api.endpoints import Permissions, operation
from mdetui.api.models.action import CommentBody, IsolateBody, ScanBody
from mdetui.api.models.alert import DETERMINATIONS, STATUSES
from mdetui.response.requests import Maker, Options, alert_restores, alert_updates, each
from mdetui.response.states import ISOLATION, Switch
from mdetui.response.targets import AlertValues, Kind

Rule = Literal["mild", "hard", "alerts", "off"]

# an option left as it is
KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose on the sheet.

    Attributes:
        id: Name in the options.
        label: Before the field.
        values: Allowed values; a function where they depend on what else is chosen; empty means free text.
        default: Value at first; "" must be chosen by the person.
        help: A sentence per value.
        hidden: Filled by the program, not a field of the sheet.
    """

    id: str
    label: str
    values: tuple[str, ...] | Callable[[Options], tuple[str, ...]] = ()
    default: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False

    def allowed(self, options: Options) -> tuple[str, ...]:
        """The values that may be chosen now."""
        return self.values(options) if callable(self.values) else self.values


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: `kind.verb`, named by views and by the ledger.
        letter: In its menu; "" keeps it out of menus.
        kind: What it is done to.
        title: Head of the sheet, as a command.
        verb: On the action line, after `!`, and the comment when no reason is given.
        ops: Operations it may send; the first decides the permission.
        rule: Which tier rule applies.
        what: What it does, one sentence per option value ("" for all others).
        undo: What undoes it, or that nothing does.
        undo_id: The action that undoes it; "" when none.
        make: Turns targets and options into requests.
        options: Fields of the sheet.
        service_type: `type` of the machine action it starts; "" when it starts none.
        scope: Option that becomes the action's scope; "".
        switch: State it turns, and to which side.
        wanted: Options to alert values, for alert updates.
        platforms: Prefixes of `osPlatform` it works on, per option value ("" for all others); empty means any.
        note: Caution of the whole action, per option value.
        reason: Label of the reason field.
        reason_needed: Whether even the mild tier needs it.
    """

    id: str
    letter: str
    kind: Kind
    title: str
    verb: str
    ops: tuple[str, ...]
    rule: Rule
    what: Mapping[str, str]
    undo: str
    undo_id: str
    make: Maker
    options: tuple[Option, ...] = ()
    service_type: str = ""
    scope: str = ""
    switch: tuple[Switch, bool] | None = None
    wanted: Callable[[Options], AlertValues] | None = None
    platforms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    reason: str = "Reason"
    reason_needed: bool = False

    def chosen(self, options: Options) -> str:
        """The option value that texts and platforms depend on."""
        return options.get(self.options[0].id, "") if self.options else ""

    def describe(self, options: Options) -> str:
        """What it does, with these options."""
        return self.what.get(self.chosen(options), self.what.get("", ""))

    def caution(self, options: Options) -> str:
        """A caution for all targets, or ""."""
        return self.note.get(self.chosen(options), self.note.get("", ""))

    def supports(self, platform: str | None, options: Options) -> bool:
        """Whether the documentation lists this platform; lists lag (gotchas 47), so it only warns."""
        listed = self.platforms.get(self.chosen(options), self.platforms.get("", ()))
        return not listed or not platform or platform.casefold().startswith(listed)

    def defaults(self) -> dict[str, str]:
        """The options as they stand at first."""
        return {option.id: option.default for option in self.options}

    def permits(self, identity: Permissions | None) -> str | None:
        """None when the token can do it, `unknown` when it can't be told, else the name of the missing permission."""
        if identity is None or not identity.roles:
            return "unknown"
        return operation(self.ops[0]).missing(identity) or None


def _status(options: Options) -> AlertValues:
    return AlertValues(status=options["status"])


def _classify(options: Options) -> AlertValues:
    status = options.get("status", KEEP)
    return AlertValues(
        status=None if status == KEEP else status,
        classification=options["classification"],
        determination=options["determination"],
    )


def _assign(options: Options) -> AlertValues:
    return AlertValues(assigned_to=options["assigned_to"])


def _nothing(options: Options) -> AlertValues:
    return AlertValues()


_WINDOWS = ("windows10", "windows11", "windowsserver2012r2", "windowsserver2016", "windowsserver20")
# what machines that run Defender on Linux call themselves, beside plain "Linux"
LINUX = (
    "linux", "ubuntu", "debian", "redhat", "rhel", "centos", "suse", "sles", "oracle", "amazon", "fedora", "rocky",
    "alma", "mariner",
)  # fmt: skip
_ALERT_OPS = ("alerts.update", "alerts.batchUpdate")
_ALERT_UNDO = "Undo: the old values are kept in the ledger and can be set again."
_CLASSIFY_UNDO = "Undo: the old values can be set again; a first classification can be changed, not taken away."

ACTIONS: dict[str, ActionSpec] = {
    spec.id: spec
    for spec in (
        ActionSpec(
            "machine.isolate", "i", "machine", "Isolate", "isolate", ("machines.isolate",), "hard",
            {
                "": "Full isolation: every connection is cut except to Defender.",
                "Selective": "Selective isolation: connections are cut except to Defender, Outlook and Teams.",
            },
            "Undo: release.", "machine.release",
            each("machines.isolate", lambda options, comment: IsolateBody(comment, options["isolation_type"])),
            (
                Option(
                    "isolation_type", "Isolation", ("Full", "Selective"), "Full",
                    {"Full": "only Defender gets through", "Selective": "Outlook and Teams keep working"},
                ),
            ),
            "Isolate", "isolation_type", (ISOLATION, True),
            # isolation page of the API documentation: Selective is not there for Linux
            platforms={"": (*_WINDOWS, "macos", *LINUX), "Selective": (*_WINDOWS, "macos")},
            note={"": "If it goes out through a web proxy or PAC, full isolation may not recover: Selective may.",
                  "Selective": ""},
        ),
        ActionSpec(
            "machine.release", "r", "machine", "Release", "release", ("machines.release",), "hard",
            {"": "Release from isolation: all connections are allowed again."},
            "Undo: isolate.", "machine.isolate",
            each("machines.release", lambda options, comment: CommentBody(comment)),
            service_type="Unisolate", switch=(ISOLATION, False),
        ),
        ActionSpec(
            "machine.scan", "s", "machine", "AV quick scan of", "scan", ("machines.scan",), "mild",
            {"": "Defender Antivirus scans the places where malware starts; the user may notice the load."},
            "Undo: none needed; cancel stops it while it runs.", "machine.cancel",
            each("machines.scan", lambda options, comment: ScanBody(comment, options["scan_type"])),
            (Option("scan_type", "Scan", ("Quick",), "Quick", hidden=True),),
            "RunAntiVirusScan", "scan_type",
            platforms={"": (*_WINDOWS, "macos", *LINUX)},
        ),
        ActionSpec(
            "machine.cancel", "c", "action", "Cancel", "cancel", ("actions.cancel",), "hard",
            {"": "Cancels an action that is Pending or InProgress; what it already did stays done."},
            "Undo: nothing; send the action again.", "",
            each("actions.cancel", lambda options, comment: CommentBody(comment)),
        ),
        ActionSpec(
            "alert.assign", "a", "alert", "Assign to me", "assign", _ALERT_OPS, "alerts",
            {"": "You become the owner."}, _ALERT_UNDO, "alert.restore", alert_updates(_assign),
            (Option("assigned_to", "Owner", hidden=True),), wanted=_assign,
        ),
        ActionSpec(
            "alert.status", "s", "alert", "Set status of", "set", _ALERT_OPS, "alerts",
            {"": "The status is set; classification and owner stay."}, _ALERT_UNDO, "alert.restore",
            alert_updates(_status), (Option("status", "Status", STATUSES),), wanted=_status,
        ),
        ActionSpec(
            "alert.classify", "c", "alert", "Classify", "classify", _ALERT_OPS, "alerts",
            {"": "Classification and determination are set, and the status if you choose one."},
            _CLASSIFY_UNDO, "alert.restore", alert_updates(_classify),
            (
                Option("classification", "Classification", tuple(DETERMINATIONS)),
                Option(
                    "determination", "Determination",
                    lambda options: DETERMINATIONS.get(options.get("classification", ""), ()),
                ),
                Option("status", "Status", (KEEP, *STATUSES), KEEP),
            ),
            wanted=_classify,
        ),
        ActionSpec(
            "alert.comment", "n", "alert", "Comment on", "comment", _ALERT_OPS, "alerts",
            {"": "A comment is added; nothing else changes."}, "Undo: nothing; a comment can't be taken back.", "",
            alert_updates(_nothing), wanted=_nothing, reason="Comment", reason_needed=True,
        ),
        ActionSpec(
            "alert.restore", "", "alert", "Undo changes of", "set back", _ALERT_OPS, "alerts",
            {"": "The old values from the ledger are set again."}, _ALERT_UNDO, "alert.restore", alert_restores,
        ),
    )
}  # fmt: skip


def action(action_id: str) -> ActionSpec:
    """The entry of that id.

    Raises:
        KeyError: A programming mistake; ids in views are checked by a test.
    """
    return ACTIONS[action_id]


def menu(kind: Kind) -> tuple[ActionSpec, ...]:
    """Entries of the menu for one kind of target, in the order of the catalogue."""
    return tuple(spec for spec in ACTIONS.values() if spec.kind == kind and spec.letter)
