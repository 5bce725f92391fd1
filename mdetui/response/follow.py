"""Watching accepted actions to their end: one query for all that are open, by and by less often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.clock import Clock
from mdetui.errors import LedgerFailed, MdetuiError
from mdetui.response import preflight
from mdetui.response.entries import Event
from mdetui.response.jobs import Job, Row, State
from mdetui.response.ledger import Ledger
from mdetui.response.states import moment, when
from mdetui.response.wire import Wire

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction

# seconds: 5, growing to 15; a machine that is off may stay Pending for 3 days, which is 60 calls an hour then
FIRST = 5.0
LONGEST = 15.0
PATIENT = 60.0
# after this long without news of a new action the patient pace is enough
_LIVELY = timedelta(minutes=10)
_GROWTH = 1.5
# the service gives up an isolation of an offline machine after this long
LAPSE = timedelta(days=3)

_STATES = {
    "pending": State.ACCEPTED,
    "inprogress": State.RUNNING,
    "succeeded": State.DONE,
    "failed": State.FAILED,
    "timeout": State.TIMED_OUT,
    "cancelled": State.CANCELLED,
}
EVENTS = {
    State.DONE: Event.DONE,
    State.FAILED: Event.FAILED,
    State.TIMED_OUT: Event.TIMED_OUT,
    State.CANCELLED: Event.CANCELLED,
    State.LAPSED: Event.LAPSED,
}


def judge(job: Job, row: Row, action: MachineAction, now: datetime) -> tuple[State, str]:
    """How a target stands by its action, and words about it."""
    state = _STATES.get((action.status or "").casefold(), State.RUNNING)
    stamp = moment(when(action.updated) or when(action.creation_date_time_utc), now)
    if job.action.kind == "action":
        return _judge_cancel(state, action, stamp)
    asked = when(action.creation_date_time_utc) or row.asked
    old = asked is not None and now - asked >= LAPSE
    if old and job.action.switch is not None and state in (State.ACCEPTED, State.RUNNING, State.TIMED_OUT):
        return State.LAPSED, "the machine was off for 3 days; send it again when it is seen"
    by = "" if row.ours else f", asked by {text.line(action.requestor, 80)}, not by this job"
    error = f", error {text.line(action.error_h_result, 40)}" if state is State.FAILED and action.error_h_result else ""
    return state, f"action {text.line(action.status, 40)} {stamp}{by}{error}"


def _judge_cancel(state: State, action: MachineAction, stamp: str) -> tuple[State, str]:
    if state is State.CANCELLED:
        return State.DONE, f"cancelled {stamp}"
    if state in (State.ACCEPTED, State.RUNNING):
        return State.RUNNING, f"still {text.line(action.status, 40)}"
    return State.FAILED, f"it had ended before: {text.line(action.status, 40)} {stamp}"


@dataclass(slots=True, eq=False)
class _Watched:
    job: Job
    row: Row


class Follower:
    """Follows the actions of all jobs of one profile.

    Args:
        wire: The client.
        ledger: Where ends are recorded.
        clock: Time.
    """

    def __init__(self, wire: Wire, ledger: Ledger, clock: Clock) -> None:
        self._wire = wire
        self._ledger = ledger
        self._clock = clock
        self._watched: dict[str, list[_Watched]] = {}
        self._news = asyncio.Event()
        self._newest: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def open(self) -> int:
        """How many actions are still followed."""
        return len(self._watched)

    async def take(self, job: Job, row: Row, action: MachineAction) -> None:
        """Note what is known of an action now, and follow it if it is still open."""
        row.action_id = action.id
        self._watched.setdefault(action.id, []).append(_Watched(job, row))
        await self._note(action)
        if action.id in self._watched:
            self.follow()

    def watch(self, job: Job, row: Row) -> None:
        """Follow an action of which only the id is known (after a restart)."""
        self._watched.setdefault(row.action_id, []).append(_Watched(job, row))
        self.follow()

    def follow(self) -> None:
        """Go on, and lively again."""
        self._newest = self._clock.now()
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="mdetui-follow")

    async def look(self) -> None:
        """Read all open actions once.

        Raises:
            WireError: They could not be read.
        """
        found = await preflight.actions_by_id(self._wire, list(self._watched), urgent=False)
        for action in found.values():
            await self._note(action)

    async def aclose(self) -> None:
        """Stop watching; what was sent goes on at the service."""
        # a cancellation may be lost in what is awaited; then this ends the watching
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        pause = FIRST
        while self._watched and not self._closed:
            if self._news.is_set():
                self._news.clear()
                pause = FIRST
            await self._clock.sleep(pause)
            try:
                await self.look()
            except MdetuiError as error:
                self._tell(f"The actions could not be read: {error}")
            else:
                self._tell("")
            lively = self._newest is not None and self._clock.now() - self._newest < _LIVELY
            pause = min(pause * _GROWTH, LONGEST) if lively else PATIENT

    def _tell(self, trouble: str) -> None:
        for job in {id(one.job): one.job for ones in self._watched.values() for one in ones}.values():
            if job.trouble != trouble:
                job.trouble = trouble
                job.changed()

    async def _note(self, action: MachineAction) -> None:
        now = self._clock.now()
        ended = []
        for one in self._watched.get(action.id, []):
            state, detail = judge(one.job, one.row, action, now)
            ending = state in EVENTS
            # before the row shows its end: a job is not over while its end is not recorded
            one.job.recording += ending and one.row.ours
            one.job.put(one.row, state, detail, now)
            if ending:
                ended.append(one)
        left = [one for one in self._watched.pop(action.id, []) if one not in ended]
        if left:
            self._watched[action.id] = left
        for one in ended:
            if one.row.ours:
                await self._record(one, action.id)

    async def _record(self, one: _Watched, action_id: str) -> None:
        row = one.row
        try:
            await self._ledger.tell(row.entry, EVENTS[row.state], row.detail, action_id=action_id)
        except LedgerFailed as error:
            # it is sent and ended: the next start finds the open entry and reads the end again
            one.job.halt(f"Stopped: the end of an action could not be recorded. {error}")
        finally:
            one.job.recording -= 1
            one.job.changed()
