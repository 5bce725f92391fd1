"""Changes of alerts: what a body may say, and carrying it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant
from mdetui.simulator.wire import Refused

STATUSES = ("New", "InProgress", "Resolved")
# names of the documentation, and the older ones that the service is reported to take (microsoft-365-docs issue 11228)
PAIRS: dict[str, tuple[str, ...]] = {
    "TruePositive": (
        "MultiStagedAttack",
        "MaliciousUserActivity",
        "CompromisedUser",
        "Malware",
        "Phishing",
        "UnwantedSoftware",
        "Other",
    ),
    "InformationalExpectedActivity": (
        "SecurityTesting",
        "LineOfBusinessApplication",
        "ConfirmedUserActivity",
        "ConfirmedActivity",
        "Other",
    ),
    "FalsePositive": ("Clean", "NotMalicious", "InsufficientData", "NoEnoughDataToValidate", "Other"),
}
_KEYS = ("status", "assignedTo", "classification", "determination", "comment")


@dataclass(slots=True)
class Change:
    """What is to be changed; None stays as it is, an empty owner means nobody."""

    status: str | None
    owner: str | None
    classification: str | None
    determination: str | None
    comment: str | None

    def check_pairs(self, present: list[str | None]) -> None:
        """See that classification and determination fit, for alerts that have these classifications now.

        Raises:
            Refused: 400.
        """
        if self.determination is None:
            return
        for old in present:
            classification = self.classification or old
            if classification is None or self.determination not in PAIRS.get(classification, ()):
                text = f"Determination {self.determination} is not valid for classification {classification}"
                raise Refused(400, "BadRequest", text)

    def apply(self, tenant: Tenant, numbers: list[int], who: str) -> None:
        """Carry it out: fields, comment, times."""
        now = tenant.ticks()
        sets = ["updated = $now"]
        values: dict[str, Any] = {"now": now, "numbers": numbers}
        if self.status is not None:
            sets += ["status = $status", f"resolved = {'$now' if self.status == 'Resolved' else 'NULL'}"]
            values["status"] = self.status
        if self.owner is not None:
            sets.append("assigned = nullif($owner, '')")
            values["owner"] = self.owner
        if self.classification is not None:
            sets += ["classification = $classification", "determination = $determination"]
            values |= {"classification": self.classification, "determination": self.determination}
        elif self.determination is not None:
            sets.append("determination = $determination")
            values["determination"] = self.determination
        tenant.store.write(f"UPDATE alerts SET {', '.join(sets)} WHERE n IN (SELECT unnest($numbers))", values)
        if self.comment is not None:
            tenant.store.write(
                "INSERT INTO alert_comments SELECT n, $text, $who, $now, (SELECT count(*) FROM alert_comments) "
                "FROM (SELECT unnest($numbers) AS n)",
                {"text": self.comment, "who": who, "now": now, "numbers": numbers},
            )


async def read_change(request: Request, present: list[str | None] | None) -> tuple[Change, list[str]]:
    """The change of a body, and the ids when it is one for several alerts.

    Args:
        request: PATCH or batchUpdate.
        present: Classifications the alerts have now; None for a batch, which names its alerts itself.

    Raises:
        Refused: 400 for a key, value or pair the service does not take.
    """
    batch = present is None
    body = await read_body(request, (*_KEYS, "alertIds") if batch else _KEYS)
    ids = body.pop("alertIds", None)
    if batch and not (isinstance(ids, list) and ids and all(isinstance(one, str) for one in ids)):
        raise Refused(400, "InvalidRequestBody", "Request body is incorrect: 'alertIds' must be a list of ids")
    if not any(body.get(key) is not None for key in _KEYS):
        raise Refused(400, "InvalidRequestBody", "Request body is incorrect: there is nothing to update")
    change = Change(
        text_of(body, "status", choices=STATUSES),
        "" if body.get("assignedTo") == "" else text_of(body, "assignedTo"),
        text_of(body, "classification", choices=tuple(PAIRS)),
        text_of(body, "determination"),
        text_of(body, "comment"),
    )
    if present is not None:
        change.check_pairs(present)
    return change, ids or []
