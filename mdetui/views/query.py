"""Friendly words of the command bar (`sev:high status:new`) as an OData filter. The filter is shown to the person."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from mdetui import text
from mdetui.errors import PlanError
from mdetui.views import moments

# word, or name:word, or name:"several words"; text that holds a colon goes into quotes
_TIMES = ("1h", "24h", "7d", "today", "yesterday")
_SEVERITIES = ("informational", "low", "medium", "high")
_TOKEN = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')


def quote(value: str) -> str:
    """An OData string literal: quotes are doubled."""
    return "'" + value.replace("'", "''") + "'"


def _as_typed(value: str, now: datetime) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Word:
    """One friendly word.

    Attributes:
        name: Before the colon.
        help: What it takes, for the hint.
        filter: Value and the analyst's name to OData.
        fits: Row, value and the analyst's name to whether the row would be in the answer: for rows of a refresh,
            which asks for everything that changed.
        reads: Value as typed and the time of asking to what `filter` and `fits` take: `24h` is another time each time.
        known: Values worth offering; none where `filter` knows them, or anything goes.
    """

    name: str
    help: str
    filter: Callable[[str, str], str]
    fits: Callable[[Any, str, str], bool] = lambda row, value, me: True
    reads: Callable[[str, datetime], str] = _as_typed
    known: tuple[str, ...] = ()

    @property
    def values(self) -> Sequence[str]:
        """What completes the word."""
        return self.known or (tuple(self.filter.known) if isinstance(self.filter, OneOf) else ())


def times(prop: str, of: Callable[[Any], Any]) -> tuple[Word, Word]:
    """`since:` and `before:` on a time of a resource; `moments` says what they take.

    Args:
        prop: Property of the `$filter`.
        of: Row to that time as it came over the wire.
    """

    def later(row: Any, value: str, me: str) -> bool | None:
        at, bound = text.parse_time(of(row)), text.parse_time(value)
        return None if at is None or bound is None else at >= bound

    return (
        Word(
            "since",
            "since:24h since:today since:2026-11-01",
            lambda value, me: f"{prop} ge {value}",
            lambda row, value, me: later(row, value, me) is True,
            moments.read,
            _TIMES,
        ),
        Word(
            "before",
            "before:7d before:2026-11-01",
            lambda value, me: f"{prop} lt {value}",
            lambda row, value, me: later(row, value, me) is False,
            moments.read,
            _TIMES,
        ),
    )


@dataclass(frozen=True, slots=True)
class OneOf:
    """The filter of a word that takes a few values.

    Attributes:
        prop: Property of the `$filter`.
        known: What a person writes, in lower case, to the text that the service compares with.
    """

    prop: str
    known: Mapping[str, str]

    def __call__(self, value: str, me: str) -> str:
        """The filter for a value.

        Raises:
            PlanError: It is none of them.
        """
        if value.lower() in self.known:
            return f"{self.prop} eq {quote(self.known[value.lower()])}"
        raise PlanError(f"{value!r} is not a value of this filter.", f"Use one of: {', '.join(self.known)}.")


one_of = OneOf


def _severities(value: str) -> tuple[str, ...]:
    """`high`, or all from `medium+` up; empty when it is no severity."""
    name = value.lower().rstrip("+")
    found = next((n for n, word in enumerate(_SEVERITIES) if name and word.startswith(name)), None)
    if found is None:
        return ()
    return _SEVERITIES[found:] if value.endswith("+") else _SEVERITIES[found : found + 1]


def _severity(value: str, me: str) -> str:
    chosen = _severities(value)
    if not chosen:
        known = ", ".join(_SEVERITIES)
        raise PlanError(f"{value!r} is not a severity.", f"Use one of: {known}; medium+ means and above.")
    parts = [f"severity eq {quote(word.capitalize())}" for word in chosen]
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _status(value: str, me: str) -> str:
    if value.lower() == "open":
        return "status ne 'Resolved'"
    return one_of("status", {"new": "New", "inprogress": "InProgress", "resolved": "Resolved"})(value, me)


def _owner(value: str, me: str) -> str:
    if value.lower() == "me":
        if not me:
            raise PlanError("Who you are is not known here.", "Set analyst in the profile.")
        value = me
    return "assignedTo eq null" if value.lower() in ("none", "-") else f"assignedTo eq {quote(value)}"


def _incident(value: str, me: str) -> str:
    if not value.isdigit():
        raise PlanError(f"{value!r} is not an incident number.", "Use digits.")
    return f"incidentId eq {value}"


def equals(prop: str) -> Callable[[str, str], str]:
    """The filter of a word that takes a text."""
    return lambda value, me: f"{prop} eq {quote(value)}"


def _fits_severity(row: Any, value: str, me: str) -> bool:
    return (row.severity or "").lower() in _severities(value)


def _fits_status(row: Any, value: str, me: str) -> bool:
    status = (row.status or "").lower()
    return status != "resolved" if value.lower() == "open" else status == value.lower()


def _fits_owner(row: Any, value: str, me: str) -> bool:
    wanted = me if value.lower() == "me" else "" if value.lower() in ("none", "-") else value
    return (row.assigned_to or "").lower() == wanted.lower()


OWNER = Word("owner", "owner:me, owner:none, owner:name@host", _owner, _fits_owner, known=("me", "none"))

_LEVELS = {word: word.capitalize() for word in ("none", "informational", "low", "medium", "high")}

_ACTION_STATES = ("Pending", "InProgress", "Succeeded", "Failed", "TimeOut", "Cancelled")
_ACTION_TYPES = (
    "Isolate", "Unisolate", "RestrictCodeExecution", "UnrestrictCodeExecution", "RunAntiVirusScan",
    "CollectInvestigationPackage", "StopAndQuarantineFile", "LiveResponse", "Offboard",
)  # fmt: skip

# of the lists that come first; the others say theirs themselves (`View.words`)
WORDS: dict[str, tuple[Word, ...]] = {
    "alerts": (
        Word("sev", "sev:high sev:medium+", _severity, _fits_severity, known=(*_SEVERITIES[::-1], "medium+", "low+")),
        Word(
            "status",
            "status:new, inprogress, resolved, open",
            _status,
            _fits_status,
            known=("open", "new", "inprogress", "resolved"),
        ),
        OWNER,
        Word("inc", "inc:1042", _incident, lambda row, value, me: str(row.incident_id) == value),
        Word("cat", "cat:Execution", equals("category"), lambda row, value, me: row.category == value),
        Word(
            "source",
            "source:WindowsDefenderAv",
            equals("detectionSource"),
            lambda row, value, me: row.detection_source == value,
        ),
        *times("alertCreationTime", lambda row: row.alert_creation_time),
    ),
    "machines": (
        Word("name", "name:fin-", lambda value, me: f"startswith(computerDnsName,{quote(value)})"),
        Word("tag", "tag:finance", lambda value, me: f"machineTags/any(tag: tag eq {quote(value)})"),
        Word("os", "os:Windows11", equals("osPlatform")),
        Word(
            "health",
            "health:Active",
            equals("healthStatus"),
            known=("Active", "Inactive", "ImpairedCommunication", "NoSensorData"),
        ),
        Word("risk", "risk:high", one_of("riskScore", _LEVELS)),
        Word("value", "value:high", one_of("deviceValue", {w: w.capitalize() for w in ("low", "normal", "high")})),
        Word("ip", "ip:10.0.0.7", equals("lastIpAddress")),
        *times("lastSeen", lambda row: row.last_seen),
    ),
    "actions": (
        Word("status", "status:Pending", equals("status"), known=_ACTION_STATES),
        Word("type", "type:Isolate", equals("type"), known=_ACTION_TYPES),
        Word("by", "by:j.ito@contoso.com", equals("requestor")),
        *times("creationDateTimeUtc", lambda row: row.creation_date_time_utc),
    ),
}


def words_of(view: str) -> tuple[Word, ...]:
    """The words of a list; empty when the server filters it by none."""
    if view not in WORDS:
        from mdetui.views.registry import VIEWS

        WORDS[view] = VIEWS[view].words if view in VIEWS else ()
    return WORDS[view]


@dataclass(frozen=True, slots=True)
class Query:
    """What a line of words means.

    Attributes:
        words: As typed, for the breadcrumb.
        filter: OData, "" for everything.
        local: What comes after a slash: a filter of what is loaded.
        tests: What the words ask of a row.
        again: Builds it anew for another time of asking; None where no word depends on the time.
    """

    words: str
    filter: str
    local: str = ""
    tests: tuple[Callable[[Any], bool], ...] = ()
    again: Callable[[datetime], Query] | None = None

    def at(self, now: datetime) -> Query:
        """The same question, asked at this time: `since:24h` means 24 hours before it."""
        return self.again(now) if self.again is not None else self

    def matches(self, row: Any) -> bool:
        """Whether a row that came by another way belongs here."""
        return all(test(row) for test in self.tests)


def parse(view: str, line: str, me: str = "", now: datetime | None = None) -> Query:
    """Read a line such as `sev:high status:new /powershell`.

    Args:
        view: Whose words.
        line: The words.
        me: The analyst's name, for `owner:me`.
        now: Time of asking; this moment when None. Whoever asks calls `Query.at`.

    Raises:
        PlanError: A word that this view does not know, or a value that a word does not take.
    """
    server, _, local = _split_local(line)
    known = {word.name: word for word in words_of(view)}
    found: list[tuple[Word, str]] = []
    for name, quoted, bare in _TOKEN.findall(server):
        value = quoted or bare
        if not name:
            raise PlanError(
                f"{value!r} is no filter the server takes.",
                f"Known: {', '.join(known) or 'none'}; /{value} filters what is loaded.",
            )
        if name not in known:
            raise PlanError(
                f"{name}: is not known here.", f"Known: {', '.join(known) or 'none'}. Quote text with a colon."
            )
        found.append((known[name], value))
    return _query(server.strip(), local.strip(), found, me, now or datetime.now(UTC))


def of(view: str, words: Mapping[str, str], me: str = "", now: datetime | None = None) -> Query:
    """The query of words and values that nobody typed: a value may hold anything.

    Raises:
        PlanError: A value that a word does not take.
    """
    known = {word.name: word for word in words_of(view)}
    shown = " ".join(f"{name}:{value}" for name, value in words.items())
    return _query(shown, "", [(known[name], value) for name, value in words.items()], me, now or datetime.now(UTC))


def _query(shown: str, local: str, found: Sequence[tuple[Word, str]], me: str, now: datetime) -> Query:
    parts: list[str] = []
    tests: list[Callable[[Any], bool]] = []
    for word, typed in found:
        value = word.reads(typed, now)
        parts.append(word.filter(value, me))
        tests.append(_test(word, value, me))
    moves = any(word.reads is not _as_typed for word, _ in found)
    again = (lambda later: _query(shown, local, found, me, later)) if moves else None
    return Query(shown, " and ".join(parts), local, tuple(tests), again)


def _test(word: Word, value: str, me: str) -> Callable[[Any], bool]:
    return lambda row: word.fits(row, value, me)


def _split_local(line: str) -> tuple[str, str, str]:
    """Cut at the first slash that stands outside quotes and at the start of a word."""
    quoted = False
    for index, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == "/" and not quoted and (index == 0 or line[index - 1] == " "):
            return line[:index], "/", line[index + 1 :]
    return line, "", ""


class Queue(NamedTuple):
    """A saved queue.

    Attributes:
        name: What it is called.
        words: What is asked, as in the command bar.
        sort: Column to sort by, `-` before it for descending; "" for the order of the view.
        fold: Fold to begin with; "" for that of the view, `none` for no fold.
    """

    name: str
    words: str
    sort: str = ""
    fold: str = ""


# The queues on the number keys that every installation has; `settings` puts those of the configuration among them.
QUEUES: dict[str, tuple[Queue, ...]] = {
    "alerts": (
        Queue("open", "status:open"),
        Queue("new, high", "status:new sev:high"),
        Queue("mine", "status:open owner:me"),
        Queue("all", ""),
    ),
    "machines": (
        Queue("all", ""),
        Queue("risk high", "risk:high"),
        Queue("value high", "value:high"),
        Queue("not active", "health:Inactive"),
    ),
    "actions": (Queue("all", ""), Queue("pending", "status:Pending"), Queue("isolations", "type:Isolate")),
}
