"""A job: what was sent from one sheet, and how each target of it stands."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mdetui import text
from mdetui.response.catalogue import ActionSpec
from mdetui.response.targets import Target


class State(StrEnum):
    """How one target stands. The words are those of the job table."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    UNCLEAR = "unclear"
    NOT_SENT = "not sent"
    STRUCK = "struck"
    STOPPED = "stopped"


_MOVING = frozenset({State.QUEUED, State.ACCEPTED, State.RUNNING})
# nothing was carried out, so a person may send it again; the program never does by itself
_AGAIN = frozenset({State.NOT_SENT, State.STOPPED, State.LAPSED})


@dataclass(slots=True)
class Row:
    """One target of a job.

    Attributes:
        target: As it was confirmed.
        state: How it stands.
        detail: Words about it; safe text.
        since: When it came to stand so.
        entry: Its ledger entry, "" before it was recorded.
        action_id: Machine action at the service, "" when there is none.
        ours: False when the action was already open and is somebody else's.
        asked: When it was sent.
    """

    target: Target
    state: State
    detail: str = ""
    since: datetime | None = None
    entry: str = ""
    action_id: str = ""
    ours: bool = True
    asked: datetime | None = None

    @property
    def moving(self) -> bool:
        """Whether something may still happen to it."""
        return self.state in _MOVING

    @property
    def again(self) -> bool:
        """Whether it may be offered to send it again."""
        return self.state in _AGAIN


class Job:
    """One job.

    Args:
        key: Its id, which stands in the ledger.
        profile: Name of the tenant's profile.
        action: What is done.
        rows: Its targets.
        started: When.
        restored: Whether it was found in the ledger at a start.

    Attributes:
        sending: Whether something may still be sent.
        recording: Ends that are just being written to the ledger.
        note: Why no more was sent; "".
        trouble: Why its actions can't be read at the moment; "".
        stopping: Set when no more is to be sent.
    """

    def __init__(
        self,
        key: str,
        profile: str,
        action: ActionSpec,
        rows: Iterable[Row],
        started: datetime | None,
        *,
        restored: bool = False,
    ) -> None:
        self.id = key
        self.profile = profile
        self.action = action
        self.rows = list(rows)
        self.started = started
        self.restored = restored
        self.sending = False
        self.recording = 0
        self.note = ""
        self.trouble = ""
        self.stopping = asyncio.Event()
        self._watchers: list[Callable[[], None]] = []

    @property
    def active(self) -> bool:
        """Whether something may still happen."""
        return self.sending or self.recording > 0 or any(row.moving for row in self.rows)

    @property
    def head(self) -> str:
        """`Isolate 3 machines: 2 done, 1 running`."""
        noun = self.action.kind
        counts = ", ".join(f"{count} {state}" for state, count in self.counts().items())
        return f"{self.action.title} {text.plural(len(self.rows), noun)}: {counts}"

    def counts(self) -> dict[str, int]:
        """How many targets stand how, in the order of `State`."""
        found = Counter(row.state for row in self.rows)
        return {state.value: found[state] for state in State if found[state]}

    def stop(self) -> None:
        """Send no more; what was sent goes on."""
        if self.sending:
            self.halt("You stopped it: what was sent goes on, the rest was not sent.")

    def halt(self, note: str) -> None:
        """Send no more, for a reason; the first reason stays."""
        if not self.stopping.is_set():
            self.note = note
            self.stopping.set()
            self.changed()

    def put(self, row: Row, state: State, detail: str, now: datetime) -> None:
        """A target stands otherwise now."""
        if (row.state, row.detail) != (state, detail):
            row.state, row.detail, row.since = state, detail, now
            self.changed()

    def subscribe(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change; returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher) if watcher in self._watchers else None

    def changed(self) -> None:
        """Tell the watchers."""
        for watcher in tuple(self._watchers):
            watcher()
