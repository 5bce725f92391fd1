"""How much a person must do before something is sent: the tier of a plan, and what is typed for it.

The table is section 3 of the interaction page: mild, hard, wide, off.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.response.catalogue import ActionSpec

if TYPE_CHECKING:
    from mdetui.response.verdicts import Verdict


class Tier(IntEnum):
    """How far a write reaches."""

    MILD = 1
    HARD = 2
    WIDE = 3
    OFF = 4


# more than this is wide
MACHINES = 5
# up to this many alerts, none of them High, are mild
ALERTS = 20
REASON = 10
COUNTDOWN = 3.0

_TICKET = re.compile(r"\[?([A-Z][A-Z0-9]{1,9}-\d{1,9}|[A-Z]{2,5}\d{4,12}|#\d{2,10})\]?[:,]?(?:\s+|$)")


def tier_of(spec: ActionSpec, count: int, severities: Sequence[str]) -> Tier:
    """The tier of an action.

    Args:
        spec: The action.
        count: Targets asked for, those set apart included: setting two apart must not make five of seven.
        severities: Severities of the alerts among them.
    """
    if spec.rule == "off":
        return Tier.OFF
    if spec.kind == "alert":
        mild = count <= ALERTS and not any(severity.casefold() == "high" for severity in severities)
        return Tier.MILD if mild else Tier.HARD
    if count > MACHINES:
        return Tier.WIDE
    return Tier.MILD if spec.rule == "mild" else Tier.HARD


@dataclass(frozen=True, slots=True)
class TypedItem:
    """Something the person types to show that they mean it.

    Attributes:
        key: Stable name, so that typed text survives a new pre-flight.
        label: What to type, in words; it does not give the answer away where the answer is on the sheet.
        accepts: Right answers, folded.
    """

    key: str
    label: str
    accepts: frozenset[str]

    def right(self, typed: str) -> bool:
        """Whether this is a right answer; case and spaces around do not count, as host names have no case."""
        return fold(typed) in self.accepts


def fold(typed: str) -> str:
    """A typed answer as it is compared."""
    return " ".join(typed.split()).casefold()


def items(
    spec: ActionSpec, tier: Tier, sent: Sequence[Verdict], *, protected: bool, tenant: str
) -> tuple[TypedItem, ...]:
    """What must be typed.

    Args:
        spec: The action.
        tier: Its tier.
        sent: Verdicts of the targets that are sent.
        protected: Whether this is the job of protected machines: each name is typed.
        tenant: The tenant's short name.
    """
    made: list[TypedItem] = []
    if spec.kind != "alert" and sent and (protected or (tier >= Tier.HARD and len(sent) == 1)):
        made += [_name(verdict, alone=len(sent) == 1) for verdict in sent]
    elif tier >= Tier.HARD:
        noun = {"alert": "alerts", "machine": "machines", "action": "actions"}[spec.kind]
        made.append(TypedItem("count", f"Type the number of {noun}", frozenset({str(len(sent))})))
    if tier >= Tier.WIDE:
        made.append(TypedItem("tenant", "Type the tenant's short name", frozenset({fold(tenant)})))
    return tuple(made)


def _name(verdict: Verdict, *, alone: bool) -> TypedItem:
    """The item for one machine: its name, with the start of its id when the name is not surely its own."""
    machine_id = verdict.target.machine_id or verdict.target.id
    key = f"name {machine_id}"
    whose = "" if alone else f" of {text.line(verdict.name or machine_id, 60)}"
    if not typable(verdict.name):
        # what does not show as itself can't be typed from the screen
        return TypedItem(key, f"Type the first 8 of the id{whose}", frozenset({machine_id[:8].casefold()}))
    names = {fold(verdict.name), fold(verdict.name).split(".", 1)[0]}
    if verdict.unique:
        return TypedItem(key, f"Type the name{whose}", frozenset(names))
    length = _telling(machine_id, verdict.twins)
    start = machine_id[:length].casefold()
    label = f"Type the name and the first {length} of the id{whose}"
    return TypedItem(key, label, frozenset(f"{name} {start}" for name in names))


def typable(name: str) -> bool:
    """Whether a person can type what they see: letters of another script can look just like Latin ones."""
    return bool(name) and name.isascii() and text.is_plain(name)


def _telling(machine_id: str, others: Sequence[str]) -> int:
    """How many characters of the id tell it from the others, at least 4."""
    for length in range(4, len(machine_id)):
        if not any(other.casefold().startswith(machine_id[:length].casefold()) for other in others):
            return length
    return max(4, len(machine_id))


def split_reason(typed: str) -> tuple[str, str]:
    """Ticket and words of a reason field: `INC-2291 credential dumping` gives `INC-2291` and the rest.

    A ticket stands first: `INC-2291`, `INC0012345`, `#4711`, with or without brackets.
    """
    words = text.line(" ".join(typed.split()), 600) if typed.strip() else ""
    found = _TICKET.match(words)
    return (found[1], words[found.end() :]) if found else ("", words)


def reason_problem(spec: ActionSpec, tier: Tier, typed: str) -> str:
    """What is wrong with the reason, "" when nothing is."""
    ticket, words = split_reason(typed)
    if tier >= Tier.HARD and not ticket and len(words) < REASON:
        return f"{spec.reason}: {REASON} characters or a ticket"
    if spec.reason_needed and not words:
        return f"{spec.reason}: some words"
    return ""
