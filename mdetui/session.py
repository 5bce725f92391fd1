"""One open profile: connection, tokens, client, caches and the response desk, wired together.

A session is what screens and the command line share. It is made after the first paint, because it imports the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdetui import paths
from mdetui.api.client import Client, Pager
from mdetui.api.delta import Changes, changes
from mdetui.api.endpoints import Operation, operation
from mdetui.api.gate import WriteLock
from mdetui.api.log import RequestLog
from mdetui.api.pagers import SIZES
from mdetui.api.quotas import Quotas
from mdetui.api.reads import Reads
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Profile
from mdetui.net import Connection, Connector

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from mdetui.auth.identity import Identity
    from mdetui.response.desk import Desk
    from mdetui.response.protected import Protection


class Session:
    """Everything one profile needs while it is open."""

    def __init__(self, profile: Profile, connection: Connection, *, clock: Clock = SYSTEM, log: RequestLog) -> None:
        self.profile = profile
        self.clock = clock
        self.log = log
        self._connection = connection
        brought = connection.client_secret
        self.tokens = TokenSource(
            profile, connection.synchronous, secret=Secret(brought) if brought else None, clock=clock
        )
        self.lock = WriteLock(profile.name, clock)
        self.quotas = Quotas(profile, clock=clock)
        self.client = Client(
            profile, self.tokens, connection.asynchronous, lock=self.lock, quotas=self.quotas, log=log, clock=clock
        )
        self.reads = Reads(self.client, clock)
        self.recovered = False
        self._desk: Desk | None = None
        # the ledger of a tenant that is gone with this program
        self._passing: TemporaryDirectory[str] | None = None
        self._protection: Protection | None = None

    @classmethod
    def open(cls, profile: Profile, connector: Connector, *, clock: Clock = SYSTEM, log: RequestLog) -> Session:
        """Connect; nothing is sent before the first read.

        Raises:
            MdetuiError: The connector can't be used (missing extra, CA bundle).
        """
        return cls(profile, connector(profile), clock=clock, log=log)

    @property
    def identity(self) -> Identity | None:
        """Who the token says we are; None before the first token."""
        return self.tokens.identity

    @property
    def analyst(self) -> str:
        """The name that goes into comments, the ledger and "assign to me"; "" when it is not known."""
        if self.lock.analyst:
            return self.lock.analyst
        if self.profile.analyst:
            return self.profile.analyst
        identity = self.identity
        return identity.name if identity is not None and identity.kind == "person" else ""

    @property
    def desk(self) -> Desk:
        """The response desk; imported when first needed."""
        if self._desk is None:
            from mdetui.response.desk import Desk
            from mdetui.response.ledger import Ledger

            if self._connection.lasting:
                file = paths.ledger_file()
            else:
                from tempfile import TemporaryDirectory

                self._passing = TemporaryDirectory(prefix="mdetui-")
                file = Path(self._passing.name) / "ledger.jsonl"
            self._desk = Desk(
                self.client,
                self.profile,
                lock=self.lock,
                quotas=self.quotas,
                who=lambda: (self.identity, self.analyst),
                ledger=Ledger(file, clock=self.clock),
                clock=self.clock,
            )
        return self._desk

    @property
    def has_desk(self) -> bool:
        """Whether anything was done at the desk yet."""
        return self._desk is not None

    def pager(
        self,
        op: str,
        *,
        filter: str = "",  # noqa: A002
        path: Mapping[str, str] | None = None,
        sizes: Sequence[int] = SIZES,
        memory: str | None = None,
    ) -> Pager:
        """A pager over a list operation of the table; the arguments are those of `Client.pager`."""
        return self.client.pager(operation(op), filter=filter, path=path or {}, sizes=sizes, memory=memory)

    async def read(self, op: str, path: Mapping[str, str], query: Mapping[str, str], *, fresh: bool = False) -> Any:
        """A read through the cache of 60 s: the model or page of the operation."""
        return await self.reads.get(operation(op), path=path, query=query, fresh=fresh)

    async def raw(self, op: str, path: Mapping[str, str]) -> bytes:
        """An entity's JSON as the service sent it. What is decoded of it goes into the cache."""
        found = operation(op)
        answer = await self.client.send(found, path=path)
        self.reads.put(found, answer.decode(found), path=path)
        return answer.content

    async def file(self, op: str, link: str, most: int) -> bytes:
        """What lies behind a link that an operation has named, without a token; at most so many bytes.

        Raises:
            MdetuiError: As `Downloads.open` and `Download.read`.
        """
        download = await self.client.downloads.open(operation(op), link)
        found = bytearray()
        try:
            while len(found) < most and (chunk := await download.read()):
                found += chunk
        finally:
            await download.aclose()
        return bytes(found[:most])

    async def changed_alerts(self, since: datetime) -> Changes:
        """Alerts that are new or changed since this host's time `since`, in one background request."""
        return await changes(self.client, operation("alerts.list"), since)

    async def first_page(self, op: str, *, filter: str = "", sizes: Sequence[int] = SIZES) -> Changes | None:  # noqa: A002
        """The first page of a list once more, in one background request: what is new or changed as far as it shows there.

        Rows that are gone do not show. None when the list is empty.
        """
        asked = self.now()
        page = await self.client.pager(operation(op), filter=filter, urgent=False, sizes=sizes).next()
        return Changes(page, False, asked) if page is not None else None

    def job_changed(self) -> None:
        """A job changed something: what was read of actions, and of alerts and machines, is old."""
        for name in ("actions.list", "alerts.get", "incidents.get", "machines.get"):
            self.reads.forget(operation(name))

    def peek(self, op: str, path: Mapping[str, str], query: Mapping[str, str]) -> Any | None:
        """What the cache holds of a read, without asking."""
        return self.reads.peek(operation(op), path=path, query=query)

    @property
    def protection(self) -> Protection:
        """Which machines are protected: by name, known locally and at once, or by everything that was read of them."""
        if self._protection is None:
            from mdetui.response.protected import Protection

            self._protection = Protection(self.profile)
        return self._protection

    @property
    def facts(self) -> Mapping[str, Any]:
        """Machines by id, as far as they were read in the last minute."""
        return _Facts(self)

    def missing(self, op: str) -> str:
        """Name of the permission this sign-in lacks for an operation; "" when it has one or that is not known."""
        asked, identity = operation(op), self.identity
        # a token for another audience says nothing of this one
        roles = self.tokens.roles_of(asked.audience)
        if identity is None or roles is None:
            return ""
        return asked.missing(replace(identity, roles=roles))

    def operation(self, op: str) -> Operation:
        """The operation of that id."""
        return operation(op)

    def now(self) -> datetime:
        """Wall time."""
        return self.clock.now()

    async def close(self) -> None:
        """End the client and the connection; jobs that were sent go on at the service."""
        if self._desk is not None:
            await self._desk.aclose()
        if self._passing is not None:
            self._passing.cleanup()
        await self.reads.aclose()
        await self.client.aclose()
        await self.tokens.aclose()
        self._connection.close()


class _Facts(Mapping[str, Any]):
    """Machine facts that rows may borrow; a view into the read cache, which never asks."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, machine_id: str) -> Any:
        found = self._session.peek("machines.get", {"id": machine_id}, {})
        if found is None:
            raise KeyError(machine_id)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
