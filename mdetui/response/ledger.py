"""The ledger: the record on this host of every write, made before the write leaves.

One file per OS user, shared by all runs of the program (see `chain` for its form). An entry is opened by an `intent`
line that holds exactly what will be sent; later lines tell what became of it. Lines hold no token: a request carries
none, and only fields of the request and of the answer are written.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mdetui.clock import SYSTEM, Clock
from mdetui.errors import LedgerFailed
from mdetui.response.chain import ChainFile, Check, records
from mdetui.response.entries import Entry, Event, fold, target_record
from mdetui.response.live import LiveMark
from mdetui.threads import in_daemon

if TYPE_CHECKING:
    from mdetui.config import Profile
    from mdetui.response.requests import Options, Request

T = TypeVar("T")

# letters and digits that can't be mistaken for one another
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHORT = 4
# from here on four characters (a million ids) would begin to collide with other analysts' ids in comments
_MANY = 50_000
# seconds; a file system that takes longer is hanging
PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and from where, as far as this host knows.

    Attributes:
        os_user: Login name.
        host: Name of this host.
        ssh: Address the SSH session comes from; "" without SSH.
        pid: Process id.
    """

    os_user: str
    host: str
    ssh: str
    pid: int

    @classmethod
    def here(cls, environ: Mapping[str, str] | None = None) -> Actor:
        """Ask the operating system."""
        env = os.environ if environ is None else environ
        try:
            user = getpass.getuser()
        except (KeyError, OSError):
            # no such user id in the password file (containers)
            user = str(os.getuid())
        ssh = (env.get("SSH_CONNECTION") or env.get("SSH_CLIENT") or "").split()
        return cls(user, os.uname().nodename, ssh[0] if ssh else "", os.getpid())


@dataclass(frozen=True, slots=True)
class Heading:
    """What all entries of a job have in common."""

    job: str
    profile: Profile
    analyst: str
    identity: str
    action: str
    options: Options
    reason: str
    ticket: str


@dataclass(slots=True)
class _Known:
    """Ids in the file, as far as it was read."""

    ids: set[str] = field(default_factory=set)
    offset: int = 0


class _Wait(Generic[T]):
    """Who was first: the call that ended, or the one who gave up waiting for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self.ended: list[T] = []

    def end(self, result: T) -> bool:
        """The call ended; True when somebody still waits."""
        with self._lock:
            if not self._given_up:
                self.ended.append(result)
            return not self._given_up

    def give_up(self) -> None:
        """Nobody waits any more."""
        with self._lock:
            self._given_up = True


class Ledger:
    """The ledger of this OS user.

    Args:
        file: Where it lies (`paths.ledger_file()`).
        clock: Time of the lines.
        actor: Who acts; asked from the operating system when not given.
        patience: Seconds to wait for the disk.
    """

    def __init__(
        self, file: Path, *, clock: Clock = SYSTEM, actor: Actor | None = None, patience: float = PATIENCE
    ) -> None:
        self.file = file
        self._chain = ChainFile(file)
        self._clock = clock
        self._actor = actor
        self._patience = patience
        self._mark = LiveMark(file.parent / "live")
        self._order = threading.Lock()
        self._known = _Known()
        self._given: set[str] = set()

    @property
    def session(self) -> str:
        """Name of this run in the lines it writes."""
        return self._mark.session

    # writing

    async def ready(self) -> None:
        """Learn the ids that are taken and show that this run is alive; before the first `new_id`.

        Raises:
            LedgerFailed: The ledger can't be used.
        """
        await self._run(self._learn)

    def new_id(self) -> str:
        """A fresh entry id such as `k3f9`; call `ready` before."""
        length = _SHORT if len(self._known.ids) < _MANY else _SHORT + 2
        while True:
            made = "".join(secrets.choice(_ALPHABET) for _ in range(length))
            if made not in self._known.ids and made not in self._given:
                self._given.add(made)
                return made

    async def intent(self, heading: Heading, request: Request) -> None:
        """Record what is about to be sent; on the disk when this returns.

        Raises:
            LedgerFailed: It is not surely on the disk, so nothing may be sent.
        """
        line = self._opening(Event.INTENT, heading, request)

        def late(_: None) -> None:
            # the sender gave up waiting and sent nothing: without this line it would look like a crash
            self._chain.append(self._line(Event.NOT_SENT, request.entry, outcome="the ledger was too slow"))

        await self._run(lambda: self._append_new(request.entry, line), late)

    async def dry(self, heading: Heading, requests: Sequence[Request]) -> None:
        """Record a dry run.

        Raises:
            LedgerFailed: It can't be written.
        """
        lines = [self._opening(Event.DRY, heading, request) for request in requests]
        await self._run(lambda: self._chain.append(*lines))

    async def tell(self, entry: str, event: Event, outcome: str = "", **more: Any) -> None:
        """Record what became of an entry.

        Args:
            entry: Its id.
            event: What happened.
            outcome: Words about it.
            more: `action_id`, `request_id`, `status`, `correlation_id`, `server_date`, `failed`, `resolved`.

        Raises:
            LedgerFailed: It can't be written.
        """
        line = self._line(event, entry, outcome=outcome, **more)
        await self._run(
            lambda: self._chain.append(line),
            todo="What was sent is found at the next start. Check the disk it lies on.",
        )

    # reading

    async def entries(self, days: float | None = None) -> list[Entry]:
        """Entries in order, oldest first; of the last `days` when given.

        Raises:
            LedgerFailed: The file can't be read.
        """
        found = await self._run(lambda: fold(records(self._chain.read()[0])))
        if days is None:
            return found
        since = self._clock.now() - timedelta(days=days)
        return [entry for entry in found if entry.at is not None and entry.at >= since]

    async def open_entries(self, profile: str, days: float | None = None) -> list[Entry]:
        """Entries of a profile of which the end is not known, without those a live run is busy with.

        Raises:
            LedgerFailed: The file can't be read.
        """
        found = [entry for entry in await self.entries(days) if entry.open and entry.profile == profile]
        living = await self._run(
            lambda: {session: self._mark.alive(session) for session in {entry.session for entry in found}}
        )
        return [entry for entry in found if not living[entry.session]]

    async def verify(self) -> Check:
        """Walk the hash chain.

        Raises:
            LedgerFailed: The file can't be read.
        """
        return await self._run(self._chain.verify)

    def close(self) -> None:
        """End of this run; its open entries are from now on another run's to resolve."""
        self._mark.release()

    # in the thread

    def _learn(self) -> None:
        self._mark.hold()
        lines, offset = self._chain.read(self._known.offset)
        if offset < self._known.offset:
            self._known = _Known()
        self._known.offset = offset
        self._known.ids.update(str(record["id"]) for record in records(lines) if "id" in record)

    def _append_new(self, entry: str, line: Mapping[str, Any]) -> None:
        self._learn()
        if entry in self._known.ids:
            raise LedgerFailed(f"The ledger id {entry} was just taken by another window.", "Send it again.")
        self._chain.append(line)

    async def _run(
        self,
        call: Callable[[], T],
        late: Callable[[T], object] | None = None,
        todo: str = "Nothing was sent. Check the disk it lies on.",
    ) -> T:
        """Run a blocking call in a daemon thread: a flock or an fsync can hang.

        Args:
            call: What blocks; calls of this ledger run one after the other.
            late: Runs behind `call` when it ends well after the waiting was given up.
            todo: What to do when the disk does not answer.
        """
        wait: _Wait[T] = _Wait()

        def ordered() -> T:
            with self._order:
                result = call()
                if not wait.end(result) and late is not None:
                    late(result)
                return result

        def unwanted(result: T) -> None:
            with self._order:
                if late is not None:
                    late(result)

        try:
            # not wait_for: that of Python 3.11 loses a cancellation which comes with the result, and who was to end
            # goes on
            async with asyncio.timeout(self._patience):
                return await in_daemon(ordered, name="mdetui-ledger")
        except TimeoutError as error:
            wait.give_up()
            if wait.ended:
                # it ended in the very moment in which the waiting did
                return wait.ended[0]
            raise LedgerFailed(f"The ledger {self.file} did not answer within {self._patience:.0f} s.", todo) from error
        except asyncio.CancelledError:
            wait.give_up()
            if wait.ended:
                # it ended in the very moment of the cancellation: nobody takes the result
                threading.Thread(target=unwanted, args=wait.ended, name="mdetui-ledger", daemon=True).start()
            raise
        finally:
            wait.give_up()

    # forms

    def _line(self, event: Event, entry: str, **more: Any) -> dict[str, Any]:
        known = {name: value for name, value in more.items() if value not in (None, "", {})}
        return {
            "at": self._clock.now().isoformat(timespec="milliseconds"),
            "event": event.value,
            "id": entry,
            "session": self.session,
            **known,
        }

    def _opening(self, event: Event, heading: Heading, request: Request) -> dict[str, Any]:
        if self._actor is None:
            self._actor = Actor.here()
        profile, actor = heading.profile, self._actor
        return self._line(
            event, request.entry,
            v=1, job=heading.job, profile=profile.name, tenant=profile.tenant, cloud=profile.cloud,
            analyst=heading.analyst, identity=heading.identity,
            os_user=actor.os_user, host=actor.host, ssh=actor.ssh, pid=actor.pid,
            action=heading.action, options=dict(heading.options), ticket=heading.ticket, reason=heading.reason,
            op=request.op.id, method=request.op.method, route=request.route, body=json.loads(request.json),
            targets=[target_record(target) for target in request.targets],
            old={key: values.to_dict() for key, values in request.old.items()},
            wanted={key: values.to_dict() for key, values in request.wanted.items()},
        )  # fmt: skip
