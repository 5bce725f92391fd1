"""Changes through Graph: its words made into those of the tables."""

from __future__ import annotations

from typing import Any

from mdetui.simulator.routes.bodies import text_of
from mdetui.simulator.routes.changes import PAIRS as ALERT_PAIRS
from mdetui.simulator.routes.changes import Change
from mdetui.simulator.routes.incidents import PAIRS as INCIDENT_PAIRS
from mdetui.simulator.wire import Refused

# member -> word of the tables; apt and securityPersonnel are gone
_DETERMINATIONS = {
    "unknown": ("", ""),
    "malware": ("Malware", "Malware"),
    "phishing": ("Phishing", "Phishing"),
    "unwantedSoftware": ("UnwantedSoftware", "UnwantedSoftware"),
    "multiStagedAttack": ("MultiStagedAttack", "MultiStagedAttack"),
    "maliciousUserActivity": ("MaliciousUserActivity", "MaliciousUserActivity"),
    "compromisedAccount": ("CompromisedUser", "CompromisedAccount"),
    "securityTesting": ("SecurityTesting", "SecurityTesting"),
    "confirmedActivity": ("ConfirmedUserActivity", "ConfirmedActivity"),
    "lineOfBusinessApplication": ("LineOfBusinessApplication", "LineOfBusinessApplication"),
    "notMalicious": ("Clean", "Clean"),
    "notEnoughDataToValidate": ("InsufficientData", "NoEnoughDataToValidate"),
    "other": ("Other", "Other"),
}
_ALERT_STATUSES = {"new": "New", "inProgress": "InProgress", "resolved": "Resolved"}
_INCIDENT_STATUSES = {"active": "Active", "inProgress": "InProgress", "resolved": "Resolved"}
_CLASSES = {
    "unknown": "",
    "falsePositive": "FalsePositive",
    "truePositive": "TruePositive",
    "informationalExpectedActivity": "InformationalExpectedActivity",
}


def alert_change(body: dict[str, Any]) -> Change:
    """What a PATCH of an alert asks for.

    Raises:
        Refused: 400.
    """
    status, owner, classification, determination = _fields(body, _ALERT_STATUSES, 0)
    change = Change(status, owner, classification, determination, None)
    if determination and classification and determination not in ALERT_PAIRS[classification]:
        raise _odd_pair(body)
    return change


def incident_change(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Incidents.change` that a PATCH sets.

    Raises:
        Refused: 400.
    """
    status, owner, classification, determination = _fields(body, _INCIDENT_STATUSES, 1, "customTags")
    if determination and classification and determination not in INCIDENT_PAIRS[classification]:
        raise _odd_pair(body)
    tags = body.get("customTags")
    if tags is not None and not (isinstance(tags, list) and all(isinstance(one, str) for one in tags)):
        raise Refused(400, "BadRequest", "customTags must be a list of strings")
    fields = {
        "status": status,
        "assigned": owner,
        "classification": classification,
        "determination": determination,
        "tags": tags,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _fields(
    body: dict[str, Any], statuses: dict[str, str], column: int, *others: str
) -> tuple[str | None, str | None, str | None, str | None]:
    known = ("status", "assignedTo", "classification", "determination", *others)
    if not any(body.get(name) is not None for name in known):
        raise Refused(400, "BadRequest", "The request body is empty")
    status = _member(body, "status", statuses)
    owner = "" if body.get("assignedTo") == "" else text_of(body, "assignedTo")
    classification = _member(body, "classification", _CLASSES)
    determination = _member(body, "determination", {name: pair[column] for name, pair in _DETERMINATIONS.items()})
    return status, owner, classification or None, determination or None


def _member(body: dict[str, Any], key: str, members: dict[str, str]) -> str | None:
    """Graph takes its members in any case."""
    text = text_of(body, key)
    if text is None:
        return None
    for name, word in members.items():
        if name.lower() == text.lower():
            return word
    raise Refused(400, "BadRequest", f"Requested value '{text}' was not found for {key}.")


def _odd_pair(body: dict[str, Any]) -> Refused:
    text = f"Determination {body['determination']} is not valid for classification {body['classification']}"
    return Refused(400, "BadRequest", text)
