"""`:find X`: what a hash, an address, a name, an account, a CVE or a number is, and where it leads.

Resolved with as few requests as there are things it can be, at most three at once; several answers are shown to choose
from. What was not found is said; what the API can't look up is said, too.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.api import odata
from mdetui.errors import MdetuiError, NotFound, PlanError
from mdetui.views.found import host_of, is_address, is_hash, user
from mdetui.views.machines import short_id

if TYPE_CHECKING:
    from mdetui.session import Session

_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_ID = re.compile(r"[0-9a-fA-F]{40}")
_CVE = re.compile(r"(?:CVE-\d{4}-\d{3,7}|TVM-\d{4}-\d{3,7})", re.IGNORECASE)
_ALERT = re.compile(r"(?:da|ra|ar)\d+_-?\d+")
_NUMBER = re.compile(r"\d{1,12}")
_SPLIT = re.compile(r"[\s,;]+")
# what may stand before a colon, to say what is meant
KINDS = ("file", "address", "domain", "user", "machine", "cve", "alert", "incident")
# machines in one question: an `or` chain of this many stays well below the longest address
_CHAIN = 20
# machines that a name may begin
_MOST = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing it can be.

    Attributes:
        page: Id of the page, as in the registry.
        id: Id of the entity.
        label: What it is.
        note: What tells it from the others: id, last report.
        exact: Whether it is called just so; one such answer makes guesses needless.
    """

    page: str
    id: str
    label: str
    note: str = ""
    exact: bool = False


@dataclass(slots=True)
class Answers:
    """What was found.

    Attributes:
        found: In the order of how likely they are meant.
        machines: Machines of a pasted list, when it was one.
        missing: Sentences about what was not found or can't be looked up.
    """

    found: list[Answer] = field(default_factory=list)
    machines: list[Any] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


async def find(session: Session, typed: str) -> Answers:
    """What a text can be in this tenant.

    Args:
        session: The tenant.
        typed: What was typed or pasted: one thing, or several machines.

    Raises:
        MdetuiError: Nothing could be asked.
    """
    value = typed.strip().strip("\"'<>")
    parts = [part for part in _SPLIT.split(value) if part]
    if not parts:
        raise PlanError("Nothing to look for.", "Type a hash, address, name, user, CVE, alert or incident after :find.")
    if len(parts) > 1:
        return await _several(session, parts)
    kind, colon, rest = value.partition(":")
    if colon and kind.lower() in KINDS:
        value, ways = rest.strip(), _ways_of(kind.lower(), rest.strip())
    else:
        ways = [way for _, fits, way in _WAYS if fits(value)]
    answers = Answers()
    for found in await asyncio.gather(*(way(session, value) for way in ways), return_exceptions=True):
        if isinstance(found, NotFound):
            continue
        if isinstance(found, MdetuiError):
            answers.missing.append(f"{found.what} {found.todo}".strip())
        elif isinstance(found, BaseException):
            raise found
        else:
            answers.found += found.found
            answers.missing += found.missing
    exact = [answer for answer in answers.found if answer.exact]
    if len(exact) == 1:
        answers.found = exact
    if not answers.found and not answers.missing:
        answers.missing.append(f"Nothing here is called {text.line(value, 80)}.")
    return answers


# what each kind is asked by


async def _file(session: Session, value: str) -> Answers:
    file = await session.read("files.get", {"id": value.lower()}, {})
    # alerts and machines of a file are asked by SHA1 only
    name = text.line(file.file_product_name or file.determination_type or "file")
    return Answers([Answer("file", (file.sha1 or value).lower(), f"file {name}", text.line(file.sha1 or value))])


async def _md5(session: Session, value: str) -> Answers:
    return Answers(missing=["The API finds files by SHA1 or SHA256, not by MD5: hunt for it, or look in VirusTotal."])


async def _machine_id(session: Session, value: str) -> Answers:
    return Answers([_machine(await session.read("machines.get", {"id": value.lower()}, {}))])


async def _machines(session: Session, value: str) -> Answers:
    page = await session.read(
        "machines.list", {}, {"$filter": odata.starts_with("computerDnsName", value.lower()), "$top": str(_MOST)}
    )
    return Answers([_machine(row, value) for row in page.rows])


async def _address(session: Session, value: str) -> Answers:
    answers = Answers([Answer("ip", value, f"address {value}", "its statistics and alerts")])
    page = await session.read("machines.list", {}, {"$filter": odata.eq("lastIpAddress", value), "$top": str(_MOST)})
    answers.found += [_machine(row) for row in page.rows]
    return answers


async def _host(session: Session, value: str) -> Answers:
    host = host_of(value)
    return Answers([Answer("domain", host, f"domain {text.line(host)}", "its statistics, alerts and machines")])


async def _user(session: Session, value: str) -> Answers:
    name, _, domain = value.partition("@")
    before, _, account = name.rpartition("\\")
    named = user(account or name, before or domain or None)
    return Answers([Answer("user", named.id, named.label, "its alerts and machines")])


async def _vulnerability(session: Session, value: str) -> Answers:
    found = await session.read("vulnerabilities.get", {"id": value.upper()}, {})
    return Answers([Answer("vulnerability", value.upper(), f"vulnerability {text.line(found.name or value.upper())}")])


async def _alert(session: Session, value: str) -> Answers:
    alert = await session.read("alerts.get", {"id": value}, {})
    return Answers([Answer("alert", value, f"alert {text.line(alert.title)}", text.line(alert.computer_dns_name))])


async def _incident(session: Session, value: str) -> Answers:
    page = await session.read("alerts.list", {}, {"$filter": f"incidentId eq {int(value)}", "$top": "100"})
    if not page.rows:
        return Answers()
    count = text.plural(len(page.rows), "alert")
    return Answers([Answer("incident", str(int(value)), f"incident {int(value)}", count)])


def _machine(row: Any, called: str = "") -> Answer:
    return Answer(
        "machine", row.id, f"machine {text.line(row.computer_dns_name)}",
        f"{short_id(row.id)}  {text.line(row.os_platform)}  last report {text.stamp_of(row.last_seen)}",
        exact=bool(called) and _is(row, called.lower()),
    )  # fmt: skip


def _name(value: str) -> bool:
    return not (is_address(value) or _CVE.fullmatch(value) or _ALERT.fullmatch(value) or "\\" in value or "/" in value)


_Way = Callable[["Session", str], Awaitable[Answers]]
# kind, whether a text can be one, and how it is asked for
_WAYS: Sequence[tuple[str, Callable[[str], object], _Way]] = (
    ("machine", _ID.fullmatch, _machine_id),
    ("file", is_hash, _file),
    ("file", _MD5.fullmatch, _md5),
    ("cve", _CVE.fullmatch, _vulnerability),
    ("alert", _ALERT.fullmatch, _alert),
    ("incident", _NUMBER.fullmatch, _incident),
    ("address", is_address, _address),
    ("machine", lambda value: _name(value) and not is_hash(value) and "@" not in value, _machines),
    ("domain", lambda value: bool(host_of(value)) and not is_address(host_of(value)) and not {"@", "\\"} & set(value), _host),
    ("user", lambda value: "\\" in value or "@" in value or (_name(value) and "." not in value and not is_hash(value) and not _NUMBER.fullmatch(value)), _user),
)  # fmt: skip


def _ways_of(kind: str, value: str) -> list[_Way]:
    """How a text is asked for whose kind was said.

    Raises:
        PlanError: It can't be one.
    """
    # whose name it is nobody can tell by its look
    free = kind == "user" and bool(value)
    ways = [way for known, fits, way in _WAYS if known == kind and (free or fits(value))]
    if not ways:
        raise PlanError(
            f"{text.line(value, 80) or 'Nothing'} is no {kind}.", f"Leave {kind}: out to look for anything."
        )
    return ways


async def _several(session: Session, parts: Sequence[str]) -> Answers:
    """A pasted list of machines: ids and names, each found or said to be missing. Twins are all taken."""
    wanted = list(dict.fromkeys(part.lower() for part in parts))
    rows: dict[str, Any] = {}
    for start in range(0, len(wanted), _CHAIN):
        chain = wanted[start : start + _CHAIN]
        asked = " or ".join(
            odata.eq("id", part) if _ID.fullmatch(part) else odata.starts_with("computerDnsName", part)
            for part in chain
        )
        page = await session.read("machines.list", {}, {"$filter": asked, "$top": "1000"})
        rows.update({row.id: row for row in page.rows})
    found = [row for row in rows.values() if any(_is(row, part) for part in wanted)]
    missing = [part for part in wanted if not any(_is(row, part) for row in found)]
    answers = Answers(machines=found)
    if missing:
        named = ", ".join(text.line(part, 60) for part in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        answers.missing.append(f"Not found: {named}{more}.")
    return answers


def _is(row: Any, part: str) -> bool:
    """Whether a machine is the one that was named: its id, its full name, or its name without domain."""
    name = (row.computer_dns_name or "").lower()
    return part in (row.id, name, name.partition(".")[0])
