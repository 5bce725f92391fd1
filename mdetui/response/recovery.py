"""What a dead run left open: each entry without an end is looked up at the service and closed.

A run that was killed between the ledger line and the answer leaves an `intent`; one that was killed later leaves a
`sent`. Entries of runs that are still alive are left alone (`live`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from mdetui import text
from mdetui.clock import Clock
from mdetui.errors import WireError
from mdetui.response import preflight, trace
from mdetui.response.catalogue import ACTIONS
from mdetui.response.entries import Entry, Event
from mdetui.response.follow import Follower
from mdetui.response.jobs import Job, Row, State
from mdetui.response.ledger import Ledger
from mdetui.response.targets import WORDS, AlertValues, Target
from mdetui.response.trace import Fate, Finding, Trail
from mdetui.response.wire import Wire

# actions are kept for longer, but what is older is nobody's incident any more
DAYS = 30.0
# a request that left just before the kill may still be on its way into the list of actions
_SETTLE = timedelta(seconds=15)

_STATES = {
    Event.SENT: State.ACCEPTED,
    Event.UNCLEAR: State.UNCLEAR,
    Event.NOT_SENT: State.NOT_SENT,
    Event.DONE: State.DONE,
    Event.FAILED: State.FAILED,
}


class Recovery:
    """Closes open entries of one profile.

    Args:
        wire: The client.
        ledger: Where they stand.
        follower: Follows what is still running.
        clock: Time.
        profile: Name of the profile.
    """

    def __init__(self, wire: Wire, ledger: Ledger, follower: Follower, clock: Clock, profile: str) -> None:
        self._wire = wire
        self._ledger = ledger
        self._follower = follower
        self._clock = clock
        self._profile = profile

    async def run(self) -> list[Job]:
        """Resolve all open entries; returns them as jobs, newest last. No call is made when there are none.

        Raises:
            LedgerFailed: The ledger can't be read or written.
        """
        left = await self._ledger.open_entries(self._profile, DAYS)
        entries = [entry for entry in left if entry.action in ACTIONS and entry.targets]
        if not entries:
            return []
        await self._let_settle(entries)
        jobs = []
        for key in dict.fromkeys(entry.job for entry in entries):
            mine = [entry for entry in entries if entry.job == key]
            job = Job(key, self._profile, ACTIONS[mine[0].action], (), mine[0].at, restored=True)
            jobs.append(job)
            for entry in mine:
                await self._resolve(job, entry)
        return jobs

    async def _let_settle(self, entries: Iterable[Entry]) -> None:
        newest = max((entry.at for entry in entries if entry.unanswered and entry.at), default=None)
        if newest is not None:
            wait = (newest + _SETTLE - self._clock.now()).total_seconds()
            if wait > 0:
                await self._clock.sleep(min(wait, _SETTLE.total_seconds()))

    async def _resolve(self, job: Job, entry: Entry) -> None:
        rows = [
            Row(target, State.UNCLEAR, "found in the ledger", entry.at, entry.id, entry.action_id, asked=entry.at)
            for target in entry.targets
        ]
        job.rows += rows
        try:
            if entry.unanswered:
                await self._unanswered(job, entry, rows)
            elif entry.action_id:
                await self._accepted(job, entry, rows[0])
            else:
                await self._alerts(job, entry, rows)
        except WireError as error:
            await self._tell(entry, Event.UNCLEAR, f"the service could not be read: {error}")
            self._put(job, rows, State.UNCLEAR, text.line(f"Defender could not be read: {error}", 400))

    async def _unanswered(self, job: Job, entry: Entry, rows: Sequence[Row]) -> None:
        """Not known whether it was sent: look for our mark."""
        action = ACTIONS[entry.action]
        trail = Trail(entry.id, action, entry.targets, entry.at or self._clock.now(), entry.old, entry.wanted)
        finding = await trace.find(self._wire, trail)
        if finding.fate is not Fate.SENT:
            event = Event.NOT_SENT if finding.fate is Fate.NOT_SENT else Event.UNCLEAR
            await self._tell(entry, event, finding.why)
            words = "it was not sent" if event is Event.NOT_SENT else "it may or may not have been sent"
            self._put(job, rows, _STATES[event], f"{words}: {finding.why}")
            return
        if action.kind == "alert":
            await self._alerts(job, entry, rows)
            return
        await self._sent(job, entry, rows[0], finding)

    async def _sent(self, job: Job, entry: Entry, row: Row, finding: Finding) -> None:
        """Our mark is there: record that it was sent, then follow it to its end."""
        if finding.action is None:
            return
        await self._tell(entry, Event.SENT, finding.why, action_id=finding.action.id)
        await self._follower.take(job, row, finding.action)

    async def _accepted(self, job: Job, entry: Entry, row: Row) -> None:
        """Sent and accepted, the end is missing."""
        row.state = State.ACCEPTED
        found = await preflight.actions_by_id(self._wire, [entry.action_id])
        action = found.get(entry.action_id)
        if action is None:
            self._put(job, [row], State.UNCLEAR, "Defender does not list its action any more")
            await self._tell(entry, Event.UNCLEAR, "its action is not listed any more", action_id=entry.action_id)
            return
        await self._follower.take(job, row, action)

    async def _alerts(self, job: Job, entry: Entry, rows: Sequence[Row]) -> None:
        """An alert update that was carried out: what it left behind is read back."""
        found = await preflight.alerts(self._wire, [target.id for target in entry.targets])
        failed = {}
        for row in rows:
            alert = found.get(row.target.id)
            missing = ["alert"] if alert is None else _missing(entry, row.target, AlertValues.of(alert))
            if missing:
                failed[row.target.id] = f"it is otherwise now: {', '.join(missing)}"
            state = State.FAILED if missing else State.DONE
            self._put(job, [row], state, failed.get(row.target.id, "it was carried out"))
        event = Event.FAILED if len(failed) == len(rows) else Event.DONE
        await self._tell(entry, event, "read back", failed=failed)

    async def _tell(self, entry: Entry, event: Event, outcome: str, **more: object) -> None:
        if event is entry.event:
            # unclear again, at every start: once is enough
            return
        await self._ledger.tell(entry.id, event, outcome, resolved=True, **more)

    def _put(self, job: Job, rows: Iterable[Row], state: State, detail: str) -> None:
        for row in rows:
            job.put(row, state, detail, self._clock.now())


def _missing(entry: Entry, target: Target, now: AlertValues) -> list[str]:
    return [WORDS[name] for name in now.missing(entry.wanted.get(target.id, AlertValues()))]


def still_isolated(entries: Iterable[Entry], profile: str) -> dict[str, tuple[Target, datetime | None]]:
    """Machines that were isolated from this ledger and not released from it, by id, with the time of isolation."""
    found: dict[str, tuple[Target, datetime | None]] = {}
    for entry in entries:
        if entry.profile != profile or not entry.targets:
            continue
        target = entry.targets[0]
        if entry.action == "machine.isolate" and entry.carried_out:
            found[target.machine_id] = (target, entry.at)
        elif entry.action == "machine.release" and entry.event is Event.DONE:
            found.pop(target.machine_id, None)
    return found
