"""The response desk of one profile: the front door of this layer for screens and for the command line.

draft -> check -> sheet -> start -> job. Every way to change something leads through `start`, which asks the same
guards again that the sheet shows: a checked and fresh plan, right answers, the cap, the write lock.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from mdetui import paths, permissions, text
from mdetui.clock import SYSTEM, Clock
from mdetui.errors import GuardRefused, LedgerFailed, PlanError
from mdetui.response import catalogue, plan, preflight, targets
from mdetui.response.entries import Entry
from mdetui.response.follow import Follower
from mdetui.response.jobs import Job, Row, State
from mdetui.response.ledger import Heading, Ledger
from mdetui.response.plan import Answers, Plan, Setting
from mdetui.response.protected import Protection
from mdetui.response.recovery import Recovery, still_isolated
from mdetui.response.requests import Options, Request
from mdetui.response.runner import Runner, Sending
from mdetui.response.sheet import Sheet
from mdetui.response.targets import AlertValues, Kind, Target
from mdetui.response.tiers import Tier, split_reason
from mdetui.response.wire import Use, Wire

if TYPE_CHECKING:
    from mdetui.api.gate import WriteLock
    from mdetui.auth.identity import Identity
    from mdetui.config import Profile


# seconds for calls under way when the program ends
_GRACE = 2.0
_TAKES_EFFECT = frozenset({State.ACCEPTED, State.RUNNING, State.DONE})


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An action in a menu.

    Attributes:
        action: The catalogue entry.
        why: Why it can't be done here; "" when it can.
        note: A caution that does not stop it, such as that the tenant is read-only now.
    """

    action: catalogue.ActionSpec
    why: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dry:
    """A call that was not made: method, URL, and body as indented JSON. Clean them before showing."""

    method: str
    path: str
    body: str


class Desk:
    """The desk.

    Args:
        wire: The API client of the profile.
        profile: The tenant.
        lock: Its write lock.
        quotas: Its quota.
        who: Identity of the token and name of the analyst, as known now.
        ledger: The ledger of this OS user; the usual file when not given.
        protection: Rules of protected machines; made from the profile when not given.
        clock: Time.
    """

    def __init__(
        self,
        wire: Wire,
        profile: Profile,
        *,
        lock: WriteLock,
        quotas: Use,
        who: Callable[[], tuple[Identity | None, str]],
        ledger: Ledger | None = None,
        protection: Protection | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.profile = profile
        self.ledger = ledger or Ledger(paths.ledger_file(), clock=clock)
        self.protection = protection or Protection(profile)
        self.jobs: list[Job] = []
        self._wire = wire
        self._lock = lock
        self._use = quotas
        self._who = who
        self._clock = clock
        self._follower = Follower(wire, self.ledger, clock)
        self._runner = Runner(wire, quotas, self.ledger, self._follower, clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self._started: set[str] = set()
        self._isolated: dict[str, tuple[Target, datetime | None]] = {}

    # menus

    def actions_for(self, kind: Kind, chosen: Sequence[Target] = ()) -> list[MenuEntry]:
        """The menu for some targets: every entry, with the reason where it can't be done."""
        wrong = ""
        try:
            if chosen:
                targets.one_tenant(chosen)
        except PlanError as error:
            wrong = error.what
        identity, _ = self._who()
        note = "" if self._lock.is_open else "read-only: :write 30m opens the lock"
        entries = []
        for spec in catalogue.menu(kind):
            missing = spec.permits(identity)
            why = wrong
            if not why and missing is not None and missing != "unknown":
                why = permissions.lacks(missing)
            entries.append(MenuEntry(spec, why, note))
        return entries

    # plans

    def setting(self, spec: catalogue.ActionSpec) -> Setting:
        """The guards as they are now."""
        identity, analyst = self._who()
        shown = "not signed in" if identity is None else identity.name
        if identity is not None and identity.kind == "app":
            shown = f"app {shown}"
        return Setting(
            profile=self.profile,
            who=shown,
            analyst=analyst,
            missing=spec.permits(identity),
            cap=self._lock.cap,
            protection=self.protection,
            use=self._use.use,
        )

    def draft(
        self,
        action_id: str,
        chosen: Sequence[Target],
        options: Options | None = None,
        restore: Mapping[str, AlertValues] | None = None,
    ) -> Plan:
        """A plan at once, from what is known here; `check` makes it one that can be sent.

        Raises:
            PlanError: The targets do not fit together or do not fit the action.
        """
        spec = catalogue.action(action_id)
        frozen = targets.one_tenant(chosen)
        setting = self.setting(spec)
        return plan.build(setting, spec, _with_me(spec, options or {}, setting), frozen, None, restore)

    async def check(self, drafted: Plan) -> Plan:
        """Read pre-flight and judge by it. Any time, also to check again.

        Raises:
            WireError: The service could not be read.
            SignInError: No token.
        """
        readings = await preflight.read(self._wire, drafted.targets, self._clock)
        spec, setting = drafted.action, self.setting(drafted.action)
        options = _with_me(spec, drafted.options, setting)
        return plan.build(setting, spec, options, drafted.targets, readings, drafted.restore)

    async def prepare(self, action_id: str, chosen: Sequence[Target], options: Options | None = None) -> Plan:
        """`draft` and `check` in one."""
        return await self.check(self.draft(action_id, chosen, options))

    def with_options(self, made: Plan, options: Options) -> Plan:
        """The same plan with other options under the guards of now; the service is not asked.

        Raises:
            PlanError: An option value that the API does not take.
        """
        setting = self.setting(made.action)
        return plan.rebuilt(made, _with_me(made.action, options, setting), setting)

    def new_sheet(self, made: Plan) -> Sheet:
        """The confirmation sheet for a plan, checked or not."""
        return Sheet(made, clock=self._clock, lock=self._lock_state, replan=self.with_options)

    # sending

    def start(self, made: Plan, answers: Answers) -> Job:
        """Send a plan: returns at once, the job goes on by itself. One plan starts one job.

        Raises:
            GuardRefused: A guard says no; nothing was sent.
            ReadOnly: The write lock is closed.
        """
        if made.token in self._started:
            raise GuardRefused("This plan was sent already.", "Look at :jobs.")
        if made.profile.name != self.profile.name:
            raise GuardRefused("This plan is for another tenant.", "Make it again here.")
        made.check(answers, self._clock.now())
        if made.action.kind != "alert" and made.tier >= Tier.WIDE and len(made.sent) > self._lock.cap:
            raise GuardRefused(f"More than {self._lock.cap} machines.", "Raise the cap with :write 30m max=N.")
        key = secrets.token_hex(4)
        permit = self._lock.permit(key)
        self._started.add(made.token)
        now = self._clock.now()
        rows = [Row(verdict.target, State.QUEUED, since=now) for verdict in made.sent]
        struck = [Row(verdict.target, State.STRUCK, verdict.struck, now) for verdict in made.struck]
        job = Job(key, self.profile.name, made.action, [*rows, *struck], now)
        job.sending = True
        self.jobs.append(job)
        by_id = {row.target.id: row for row in rows}
        sending = Sending(job, self._heading(job.id, made, answers), permit, deque(), by_id)
        task = asyncio.create_task(self._run(sending, made, answers), name=f"mdetui-job-{key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def dry_run(self, made: Plan, answers: Answers) -> list[Dry]:
        """What would be sent, recorded as dry. The ids in it are used up.

        Raises:
            GuardRefused: The plan is not checked yet or nothing is left to send.
            LedgerFailed: It could not be recorded.
        """
        if not made.checked or not made.sent:
            raise GuardRefused("There is nothing to show yet.", "Wait for the check.")
        await self.ledger.ready()
        requests = made.requests(answers, self.ledger.new_id)
        await self.ledger.dry(self._heading("", made, answers), requests)
        base = self.profile.base_of("mde")
        return [Dry(one.op.method, base + one.route, _indented(one)) for one in requests]

    async def aclose(self) -> None:
        """End: what was not sent is not sent, what was sent goes on at the service and is found at the next start."""
        for job in self.jobs:
            job.stop()
        tasks = tuple(self._tasks)
        if tasks:
            # what is under way may still be answered and recorded
            await asyncio.wait(tasks, timeout=_GRACE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._follower.aclose()
        self.ledger.close()

    # after a restart, and undo

    async def recover(self) -> list[Job]:
        """Close what a dead run left open, and learn what is still isolated. Asks nothing when nothing is open.

        Raises:
            LedgerFailed: The ledger can't be read.
        """
        await self.ledger.ready()
        found = await Recovery(self._wire, self.ledger, self._follower, self._clock, self.profile.name).run()
        known = {job.id for job in self.jobs}
        self.jobs[:0] = [job for job in found if job.id not in known]
        self._isolated = {target.machine_id: (target, at) for target, at in await self.my_isolated()}
        return found

    async def my_isolated(self) -> list[tuple[Target, datetime | None]]:
        """Machines isolated from here and not released from here, oldest first.

        Raises:
            LedgerFailed: The ledger can't be read.
        """
        return list(still_isolated(await self.ledger.entries(), self.profile.name).values())

    def farewell(self) -> list[str]:
        """Lines for the end: machines of mine that are still isolated, as far as known without reading."""
        isolated = dict(self._isolated)
        for job in self.jobs:
            for row in job.rows:
                if job.action.id == "machine.isolate" and row.ours and row.state in _TAKES_EFFECT:
                    isolated.setdefault(row.target.machine_id, (row.target, row.asked))
                elif job.action.id == "machine.release" and row.state is State.DONE:
                    isolated.pop(row.target.machine_id, None)
        now = self._clock.now()
        name = text.line(self.profile.name)
        return [
            f"Still isolated in {name}: {target.shown}, for {text.lasting(at, now)}" for target, at in isolated.values()
        ]

    async def undo_of_job(self, job: Job) -> Plan:
        """The plan that undoes what a job did, as far as it was carried out.

        Raises:
            PlanError: Nothing undoes it, or nothing of it was carried out.
            LedgerFailed: The ledger can't be read.
        """
        return self.undo_of(*[entry for entry in await self.ledger.entries() if entry.job == job.id])

    def undo_of(self, *entries: Entry) -> Plan:
        """The plan that undoes ledger entries of one action; it goes through a sheet like any other.

        Raises:
            PlanError: Nothing undoes it, or nothing of it was carried out.
        """
        spec = catalogue.ACTIONS.get(entries[0].action) if entries else None
        if spec is None or not spec.undo_id or any(entry.profile != self.profile.name for entry in entries):
            raise PlanError("Nothing undoes this.", spec.undo if spec is not None else "")
        done = [entry for entry in entries if entry.carried_out and entry.action == spec.id]
        if not done:
            raise PlanError("None of this was carried out.", "There is nothing to undo.")
        chosen = [target for entry in done for target in entry.targets]
        undo = catalogue.action(spec.undo_id)
        if undo.kind == "alert":
            restore = {key: values for entry in done for key, values in _old_values(entry).items()}
            return self.draft(undo.id, chosen, restore=restore)
        if undo.kind == "action":
            chosen = [_open_action(entry, spec.service_type) for entry in done]
        return self.draft(undo.id, chosen)

    # inside

    async def _run(self, sending: Sending, made: Plan, answers: Answers) -> None:
        job = sending.job
        try:
            await self.ledger.ready()
            sending.requests.extend(made.requests(answers, self.ledger.new_id))
            await self._runner.run(sending)
        except LedgerFailed as error:
            for row in sending.rows.values():
                job.put(row, State.NOT_SENT, "not sent: the ledger can't be used", self._clock.now())
            job.halt(f"Stopped: {error}")
        finally:
            job.sending = False
            job.changed()

    def _heading(self, job: str, made: Plan, answers: Answers) -> Heading:
        ticket, words = split_reason(answers.reason)
        return Heading(
            job, self.profile, made.setting.analyst, made.setting.who, made.action.id, made.options, words, ticket
        )

    def _lock_state(self) -> tuple[bool, object]:
        return self._lock.is_open, (self._lock.cap, self._who()[1])


def _with_me(spec: catalogue.ActionSpec, options: Options, setting: Setting) -> Options:
    """The options, with whoever is answerable now as the owner where "me" is meant."""
    mine = {option.id: setting.analyst for option in spec.options if option.id == "assigned_to"}
    return {**options, **mine}


def _indented(request: Request) -> str:
    return msgspec.json.format(request.json, indent=2).decode()


def _open_action(entry: Entry, kind: str) -> Target:
    """The machine action that an entry started, as a target to cancel."""
    one = entry.targets[0]
    return Target(entry.profile, "action", entry.action_id, kind, one.machine_id, one.machine_name)


def _old_values(entry: Entry) -> dict[str, AlertValues]:
    """Old values of the fields an update changed.

    An empty classification can't be set again. An empty owner is asked for as an empty text, which is not documented:
    the sheet says so and it is read back.
    """
    restored = {}
    for target in entry.targets:
        wanted = entry.wanted.get(target.id, AlertValues()).to_dict()
        old = entry.old.get(target.id, AlertValues()).to_dict()
        if "assigned_to" in wanted:
            old.setdefault("assigned_to", "")
        if target.id not in entry.failed:
            restored[target.id] = replace(AlertValues(), **{name: old[name] for name in wanted if name in old})
    return restored
