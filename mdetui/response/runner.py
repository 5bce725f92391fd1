"""Sending a job: recorded before, paced, two in flight, nothing sent twice, the end of each target told.

What each answer means is decided here and nowhere else:
- a refusal of one machine is that machine's; three in a row of 401, 403 or 5xx stop the job
- 429 was not carried out: wait, then the same request again
- an equal action is open: it is followed, and called somebody else's
- no clear answer: before anything else our mark is looked for at the service (`trace`)
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.api.endpoints import FAMILIES, Operation
from mdetui.clock import Clock
from mdetui.errors import (
    ActionAlreadyOpen,
    ApiError,
    BadAnswer,
    HostRefused,
    LedgerFailed,
    LicenceRefused,
    MdetuiError,
    NotSent,
    PermissionMissing,
    RateLimited,
    ServiceDown,
    SignInError,
    TokenRejected,
    UnclearAnswer,
    WireError,
    WriteRefused,
)
from mdetui.response import preflight, trace
from mdetui.response.alert_writes import AlertWrites
from mdetui.response.entries import Event
from mdetui.response.follow import Follower
from mdetui.response.jobs import Job, Row, State
from mdetui.response.ledger import Heading, Ledger
from mdetui.response.requests import Request, carries
from mdetui.response.states import moment, same
from mdetui.response.trace import Fate, Finding, Trail
from mdetui.response.wire import Reply, Use, Wire

if TYPE_CHECKING:
    from mdetui.api.gate import Permit
    from mdetui.api.models.action import MachineAction

IN_FLIGHT = 2
STRIKES = 3
# seconds before our mark is looked for, each time: a slow service may still be writing it
SETTLE = (0.0, 5.0)
# seconds between two looks at a quota that is used up
_ROOM = 1.0

# surely nothing left this host, or nothing that could be carried out
_NEVER_LEFT = (NotSent, SignInError, WriteRefused, HostRefused)
_STRIKING = (TokenRejected, PermissionMissing, LicenceRefused, SignInError, ServiceDown)


@dataclass(slots=True)
class Sending:
    """A job on its way.

    Attributes:
        job: What screens look at.
        heading: What its ledger entries have in common.
        permit: Leave to write, taken once at the start.
        requests: What is still to be sent.
        rows: Rows by target id.
        strikes: Refusals in a row that concern everybody.
    """

    job: Job
    heading: Heading
    permit: Permit
    requests: deque[Request]
    rows: dict[str, Row]
    strikes: int = field(default=0)

    def rows_of(self, request: Request) -> list[Row]:
        """The rows a request is about."""
        return [self.rows[target.id] for target in request.targets]


class Runner:
    """Sends jobs.

    Args:
        wire: The client.
        use: The quota.
        ledger: Where everything is recorded first.
        follower: Follows accepted actions.
        clock: Time.
    """

    def __init__(self, wire: Wire, use: Use, ledger: Ledger, follower: Follower, clock: Clock) -> None:
        self._wire = wire
        self._use = use
        self._ledger = ledger
        self._follower = follower
        self._clock = clock
        self._alerts = AlertWrites(wire, clock)

    async def run(self, sending: Sending) -> None:
        """Send everything, or as much as is right."""
        job = sending.job
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(IN_FLIGHT, len(sending.requests))):
                    group.create_task(self._work(sending))
        finally:
            job.sending = False
            for request in sending.requests:
                self._put(sending, request, State.STOPPED, "not sent")
            # only when the program ends or fails in the middle of a call
            for row in job.rows:
                if row.state is State.QUEUED:
                    job.put(row, State.UNCLEAR, "interrupted: the next start looks for it", self._clock.now())
            job.changed()

    async def _work(self, sending: Sending) -> None:
        while sending.requests and not sending.job.stopping.is_set():
            request = sending.requests.popleft()
            if not await self._room(sending.job, request.op):
                sending.requests.appendleft(request)
                return
            if sending.job.action.kind == "alert":
                await self._send_alerts(sending, request)
            else:
                await self._send(sending, request)

    async def _send_alerts(self, sending: Sending, request: Request) -> None:
        """Read again first: what was changed by somebody since the sheet is not overwritten."""
        try:
            kept, moved = await self._alerts.reread(request)
        except WireError as error:
            self._put(sending, request, State.NOT_SENT, f"the alerts could not be read again: {error}")
            return
        for target_id, why in moved.items():
            sending.job.put(sending.rows[target_id], State.NOT_SENT, why, self._clock.now())
        if kept is not None:
            await self._send(sending, kept)

    async def _send(self, sending: Sending, request: Request) -> None:
        """Record one request, send it, and tell what became of it."""
        try:
            await self._ledger.intent(sending.heading, request)
        except LedgerFailed as error:
            self._put(sending, request, State.NOT_SENT, "not sent: it could not be recorded")
            sending.job.halt(f"Stopped: {error}")
            return
        for row in sending.rows_of(request):
            row.entry, row.asked = request.entry, self._clock.now()
        try:
            reply = None if sending.job.stopping.is_set() else await self._deliver(sending, request)
        except UnclearAnswer as error:
            await self._unclear(sending, request, error)
        except ActionAlreadyOpen as error:
            await self._already_open(sending, request, error)
        except _NEVER_LEFT as error:
            await self._refused(sending, request, error, Event.NOT_SENT, State.NOT_SENT)
        except ApiError as error:
            await self._refused(sending, request, error, Event.REFUSED, State.FAILED)
        else:
            if reply is None:
                await self._tell(sending, request, Event.NOT_SENT, "stopped before it was sent")
                self._put(sending, request, State.STOPPED, "not sent")
                return
            sending.strikes = 0
            await self._accepted(sending, request, reply)

    async def _deliver(self, sending: Sending, request: Request) -> Reply | None:
        """Send it, again after each 429; None when the job was stopped while it waited."""
        while True:
            try:
                return await self._wire.send(request.op, path=request.path, body=request.body, permit=sending.permit)
            except RateLimited as error:
                self._put(sending, request, State.QUEUED, f"Defender asked to wait {error.retry_after:.0f} s")
                if await self._stopped_within(sending.job, error.retry_after):
                    return None

    # answers

    async def _accepted(self, sending: Sending, request: Request, reply: Reply) -> None:
        told = {
            "status": reply.status,
            "request_id": reply.request_id,
            "correlation_id": reply.correlation_id,
            "server_date": reply.server_date,
        }
        if sending.job.action.kind == "alert":
            await self._tell(sending, request, Event.SENT, "accepted", **told)
            await self._read_back(sending, request, reply)
            return
        try:
            action: MachineAction = reply.decode(request.op)
        except BadAnswer as error:
            await self._unclear(sending, request, error)
            return
        (row,) = sending.rows_of(request)
        row.ours = _is_ours(request, action)
        if row.ours:
            await self._tell(sending, request, Event.SENT, "accepted", action_id=action.id, **told)
        else:
            # an equal action was pending and the service handed that one out
            outcome = f"the service returned the open action {action.id} of {action.requestor}"
            await self._tell(sending, request, Event.REFUSED, outcome, **told)
        await self._follower.take(sending.job, row, action)

    async def _read_back(self, sending: Sending, request: Request, reply: Reply) -> None:
        """The 200 of a batch is empty and a PATCH can be taken in part: look."""
        try:
            failed = await self._alerts.read_back(request, reply)
        except WireError as error:
            # accepted, so the entry stays open as sent; the next start looks again
            self._put(sending, request, State.UNCLEAR, f"accepted, but it could not be read back: {error}")
            return
        now = self._clock.now()
        for row in sending.rows_of(request):
            why = failed.get(row.target.id)
            sending.job.put(row, State.FAILED if why else State.DONE, why or f"set {moment(now, now)}", now)
        event = Event.FAILED if len(failed) == len(request.targets) else Event.DONE
        await self._tell(sending, request, event, "read back", failed=failed)

    async def _refused(
        self, sending: Sending, request: Request, error: MdetuiError, event: Event, state: State
    ) -> None:
        facts = {"status": error.status, "code": error.code} if isinstance(error, ApiError) else {}
        await self._tell(sending, request, event, str(error), correlation_id=error.correlation_id, **facts)
        self._put(sending, request, state, text.line(str(error), 400))
        self._strike(sending, error, error)
        if isinstance(error, WriteRefused):
            sending.job.halt(f"Stopped: {error}")

    async def _already_open(self, sending: Sending, request: Request, error: ActionAlreadyOpen) -> None:
        """Somebody's equal action is open: follow that one. Ours can't be, unless a proxy sent it twice."""
        sending.strikes = 0
        (row,) = sending.rows_of(request)
        machine_id = row.target.machine_id
        try:
            actions = (await preflight.actions_of(self._wire, [machine_id])).get(machine_id, ())
        except WireError as trouble:
            await self._tell(sending, request, Event.REFUSED, str(error), correlation_id=error.correlation_id)
            self._put(sending, request, State.FAILED, f"an equal action is open; it could not be read: {trouble}")
            return
        mine = [one for one in actions if one.open and same(one.type, sending.job.action.service_type)]
        if not mine:
            await self._tell(sending, request, Event.REFUSED, str(error), correlation_id=error.correlation_id)
            self._put(sending, request, State.FAILED, "an equal action was open and has ended meanwhile")
            return
        found = max(mine, key=lambda one: one.creation_date_time_utc or "")
        row.ours = carries(found.requestor_comment, request.entry)
        event = Event.SENT if row.ours else Event.REFUSED
        known = {"action_id": found.id} if row.ours else {}
        outcome = f"an equal action is open: {found.id} of {found.requestor}"
        await self._tell(sending, request, event, outcome, correlation_id=error.correlation_id, **known)
        await self._follower.take(sending.job, row, found)

    async def _unclear(self, sending: Sending, request: Request, error: UnclearAnswer | BadAnswer) -> None:
        """No clear answer: look for our mark before anything else; never send again by ourselves."""
        await self._tell(sending, request, Event.UNCLEAR, str(error), correlation_id=error.correlation_id)
        self._put(sending, request, State.UNCLEAR, "no clear answer: looking for it at Defender")
        trail = Trail(
            request.entry, sending.job.action, request.targets, self._clock.now(), request.old, request.wanted
        )
        finding = Finding(Fate.UNCLEAR, "")
        try:
            for pause in SETTLE:
                if pause:
                    await self._clock.sleep(pause)
                finding = await trace.find(self._wire, trail)
                if finding.fate is not Fate.NOT_SENT:
                    break
        except WireError as trouble:
            finding = Finding(Fate.UNCLEAR, f"Defender could not be read: {trouble}")
        await self._found(sending, request, finding)
        if finding.fate is not Fate.SENT:
            self._strike(sending, error, error.__cause__)

    async def _found(self, sending: Sending, request: Request, finding: Finding) -> None:
        if finding.fate is Fate.UNCLEAR:
            detail = f"it may or may not have been carried out: {finding.why}"
            await self._tell(sending, request, Event.UNCLEAR, detail)
            self._put(sending, request, State.UNCLEAR, detail)
        elif finding.fate is Fate.NOT_SENT:
            await self._tell(sending, request, Event.NOT_SENT, f"looked for at the service: {finding.why}")
            self._put(sending, request, State.NOT_SENT, "it was not carried out and can be sent again")
        elif finding.action is None:
            await self._tell(sending, request, Event.DONE, f"looked for at the service: {finding.why}")
            self._put(sending, request, State.DONE, f"it was carried out: {finding.why}")
        else:
            sending.strikes = 0
            outcome = f"looked for at the service: {finding.why}"
            await self._tell(sending, request, Event.SENT, outcome, action_id=finding.action.id)
            (row,) = sending.rows_of(request)
            await self._follower.take(sending.job, row, finding.action)

    # small things

    def _strike(self, sending: Sending, error: MdetuiError, cause: BaseException | None) -> None:
        """Count refusals in a row that the next machine would meet too."""
        if not isinstance(cause, _STRIKING):
            if not isinstance(error, (UnclearAnswer, NotSent)):
                sending.strikes = 0
            return
        sending.strikes += 1
        if sending.strikes >= STRIKES:
            sending.job.halt(f"Stopped after {STRIKES} refusals in a row, the rest was not sent. {error}")

    async def _tell(self, sending: Sending, request: Request, event: Event, outcome: str, **more: object) -> None:
        try:
            await self._ledger.tell(request.entry, event, outcome, **more)
        except LedgerFailed as error:
            # the entry stays open, and the next start finds it
            sending.job.halt(f"Stopped: {error}")

    def _put(self, sending: Sending, request: Request, state: State, detail: str) -> None:
        now = self._clock.now()
        for row in sending.rows_of(request):
            sending.job.put(row, state, detail, now)

    async def _room(self, job: Job, op: Operation) -> bool:
        """Wait here, where it can be stopped, until the quota has room; False when the job was stopped."""
        family = FAMILIES[op.family]
        while True:
            minute, hour = self._use.use(op.family)
            if (family.minute is None or minute < family.minute) and (family.hour is None or hour < family.hour):
                return True
            if await self._stopped_within(job, _ROOM):
                return False

    async def _stopped_within(self, job: Job, seconds: float) -> bool:
        """Wait; True at once when the job is stopped meanwhile."""
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        stop = asyncio.ensure_future(job.stopping.wait())
        try:
            await asyncio.wait({sleep, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()
        return job.stopping.is_set()


def _is_ours(request: Request, action: MachineAction) -> bool:
    """Whether an answered action is the one just asked for; a pending one may be returned instead (gotchas 39)."""
    if request.op.id == "actions.cancel":
        return True
    said = (action.requestor_comment or "").strip()
    return not said or carries(said, request.entry) or request.comment.startswith(said)
