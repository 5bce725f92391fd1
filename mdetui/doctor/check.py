"""What an examination finds: one `Check` for each thing that was looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from mdetui import text
from mdetui.errors import MdetuiError

Status = Literal["ok", "warn", "bad", "skipped"]
T = TypeVar("T")
OnCheck = Callable[["Check"], None]

# seconds for any one thing that is looked at
PATIENCE = 10.0
# how a status is written, so that it is found without colours too
MARKS: Mapping[Status, str] = {"ok": "ok     ", "warn": "WARN   ", "bad": "BAD    ", "skipped": "skipped"}
# columns of a title
TITLE = 30


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. All of it is safe text and holds no secret.

    Attributes:
        id: Stable name: `ca`, `proxy.mde`, `tls.authority`, `read.alerts.list`, ...
        title: What was looked at, for people.
        status: `ok`; `warn`: it works, and something should be known; `bad`: it does not work; `skipped`: nothing was
            looked at, `said` says why.
        said: What was found, without a full stop unless it is sentences.
        todo: What to do about it; "" when nothing.
        facts: The same for programs: numbers, names and lists by stable keys.
    """

    id: str
    title: str
    status: Status
    said: str
    todo: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class Late(Exception):
    """Something took longer than its time, in seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def said(self) -> str:
        """In words."""
        return f"nothing came in {self.seconds:.0f} s"


def step() -> float:
    """Seconds for one step on the wire: it gives up by itself first, and so closes what it has opened."""
    return PATIENCE * 0.9


async def in_time(what: Awaitable[T]) -> T:
    """Wait for something, but no longer than `PATIENCE`.

    Raises:
        Late: It took longer. What was waited for is cancelled; what goes on in a thread is left behind.
    """
    seconds = PATIENCE
    try:
        async with asyncio.timeout(seconds) as limit:
            return await what
    except TimeoutError:
        if limit.expired():
            raise Late(seconds) from None
        raise


def failed(id: str, title: str, error: MdetuiError | Late, status: Status = "bad", todo: str = "") -> Check:  # noqa: A002
    """The check for something that ended in an error."""
    if isinstance(error, Late):
        return Check(id, title, status, error.said, todo)
    facts = {"correlation_id": text.line(error.correlation_id, 100)} if error.correlation_id else {}
    said = text.line(error.what, 1_000) + (f" (id {facts['correlation_id']})" if facts else "")
    return Check(id, title, status, said, todo or (text.line(error.todo, 1_000) if error.todo else ""), facts)


def lines_of(check: Check) -> list[str]:
    """A finding as lines of text."""
    lines = [f"{MARKS[check.status]}  {check.title:<{TITLE}}  {check.said}"]
    return [*lines, f"{'':<9}-> {check.todo}"] if check.todo else lines


def worst(checks: Iterable[Check]) -> Status:
    """The status of a whole examination: `bad`, `warn` or `ok`."""
    found = {check.status for check in checks}
    return "bad" if "bad" in found else "warn" if "warn" in found else "ok"


def summary(checks: Iterable[Check]) -> str:
    """One sentence on the whole."""
    counts = dict.fromkeys(("bad", "warn"), 0)
    for check in checks:
        if check.status in counts:
            counts[check.status] += 1
    if counts["bad"]:
        does = "does" if counts["bad"] == 1 else "do"
        more = f", {text.plural(counts['warn'], 'warning')}" if counts["warn"] else ""
        return f"{text.plural(counts['bad'], 'thing')} {does} not work{more}."
    if counts["warn"]:
        return f"Everything works that was looked at, with {text.plural(counts['warn'], 'warning')}."
    return "Everything works that was looked at."
