"""Tenants: the open profiles, and what the lines around every screen say of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mdetui import permissions
from mdetui.api.log import RequestLog
from mdetui.clock import Clock
from mdetui.config import Config, Profile
from mdetui.errors import PlanError
from mdetui.screens.sizes import WIDE
from mdetui.views.base import Cell, Context

if TYPE_CHECKING:
    from mdetui.net import Connection
    from mdetui.session import Session


class Tenants:
    """Sessions by profile.

    Args:
        config: The configuration in force.
        connector: How a profile's tenant is reached.
        write_minutes: Minutes the write lock is opened for when a profile is opened; None takes the profile's own.
        clock: Time.
    """

    def __init__(
        self, config: Config, connector: Callable[[Profile], Connection], write_minutes: int | None, clock: Clock
    ) -> None:
        self.config = config
        self.connector = connector
        self.write_minutes = write_minutes
        self.clock = clock
        self.utc = False
        self.sessions: dict[str, Session] = {}
        self.request_log = RequestLog()

    def session(self, profile: str) -> Session:
        """The session of a profile, opened when it is first needed.

        Raises:
            MdetuiError: It can't be opened (missing extra, CA bundle).
        """
        if profile not in self.sessions:
            from mdetui.session import Session

            found = self.config.profiles[profile]
            session = Session.open(found, self.connector, clock=self.clock, log=self.request_log)
            minutes = self.write_minutes if self.write_minutes is not None else found.write_minutes
            # nobody's name is made up: where none is configured, :write asks for it
            if minutes and session.analyst:
                session.lock.open_for(minutes, analyst=session.analyst)
            self.sessions[profile] = session
        return self.sessions[profile]

    async def sign_out(self, profile: str) -> list[str]:
        """Forget the tokens of a profile, here and where they are kept; its write lock closes.

        Returns:
            Sentences: what was removed, and what goes on to work because it was not revoked.

        Raises:
            MdetuiError: A write is still being sent, or the profile can't be opened.
        """
        self.hold_still(profile)
        session = self.session(profile)
        session.lock.close()
        return await session.tokens.sign_out()

    def hold_still(self, profile: str) -> None:
        """Nothing of a tenant may be under way when its profile or its person changes.

        Raises:
            PlanError: A write is still being sent.
        """
        session = self.opened(profile)
        if session is not None and session.has_desk and any(job.sending for job in session.desk.jobs):
            raise PlanError("A write of this tenant is still being sent.", "Wait for it, or stop it in :jobs.")

    def adopt(self, profile: Profile) -> Session | None:
        """A profile is new or changed, and in force from now on.

        Returns:
            The session that went by the old one; its caller closes it.
        """
        profiles = {**self.config.profiles, profile.name: profile}
        # the demo stays last
        profiles = dict(sorted(profiles.items(), key=lambda item: item[1].connector == "demo"))
        self.config = replace(self.config, profiles=profiles)
        return self.sessions.pop(profile.name, None)

    def opened(self, profile: str) -> Session | None:
        """The session of a profile if it is open already."""
        return self.sessions.get(profile)

    def analyst(self, profile: str) -> str:
        """Who works in the tenant of a profile, as far as is known: before it is opened its configuration tells."""
        session = self.opened(profile)
        return session.analyst if session is not None else self.config.profiles[profile].analyst

    def lacks(self, profile: str, *operations: str) -> str:
        """Why the sign-in of a profile can't ask for something; "" when it can or that is not known yet."""
        session = self.opened(profile)
        missing = next((name for op in operations if session is not None and (name := session.missing(op))), "")
        return permissions.lacks(missing) if missing else ""

    def standing(self, profile: str, width: int) -> Sequence[Cell]:
        """Right side of the top line: as whom, how much is left of the write lock."""
        session = self.opened(profile)
        if session is None:
            return (Cell("not signed in", "muted"),) if not profile else (Cell("signing in", "muted"),)
        cells: list[Cell] = []
        identity = session.identity
        if width >= WIDE or session.profile.cloud != "global":
            cells.append(Cell(f"{session.profile.cloud}  ", "muted"))
        if width >= WIDE:
            minute, _ = session.quotas.use("default")
            cells.append(Cell(f"our use {minute} of 100/min  ", "muted"))
        if identity is None:
            cells.append(Cell("not signed in  " if session.tokens.refused else "signing in  ", "muted"))
        else:
            cells.append(Cell(f"{identity.kind} {identity.name}  ", "plain"))
        cells.append(lock_cell(session))
        return cells

    def context(self, profile: str) -> Context:
        """What cells of a tenant's lists depend on now."""
        session = self.opened(profile)
        if session is None:
            return Context(self.clock.now(), self.utc, tenants=self.context)
        rules = session.protection
        return Context(self.clock.now(), self.utc, session.analyst, rules.by_name, rules.reason, session.facts)

    def job_cells(self, profile: str) -> Sequence[Cell]:
        """`2 running :jobs`, while jobs of a tenant go on."""
        session = self.opened(profile)
        if session is None or not session.has_desk:
            return ()
        moving = sum(row.moving for job in session.desk.jobs for row in job.rows)
        unclear = sum(row.state == "unclear" for job in session.desk.jobs for row in job.rows)
        bad = sum(row.state in ("failed", "timed out", "lapsed") for job in session.desk.jobs for row in job.rows)
        cells = [Cell(f"{bad} failed :jobs  ", "state.bad")] if bad else []
        cells += [Cell(f"{unclear} unclear :jobs  ", "state.warn")] if unclear else []
        return [*cells, Cell(f"{moving} running :jobs  ", "state.busy")] if moving else cells

    def wait_cells(self, profile: str, width: int) -> Sequence[Cell]:
        """`waits 25 s: 429`, while a request of a tenant has to wait: nothing hangs, and it goes on by itself."""
        session = self.opened(profile)
        wait = session.client.waiting if session is not None else None
        if wait is None:
            return ()
        left = max(1, math.ceil((wait.until - self.clock.now()).total_seconds()))
        # in steps, as the lock
        left = left if left <= 10 else -(-left // 5) * 5
        return (Cell(f"waits {left} s: {wait.why}  " if width >= WIDE else f"waits {left} s  ", "state.warn"),)

    def busy(self) -> Iterable[Session]:
        """Sessions in which something was or may be written."""
        return (session for session in self.sessions.values() if session.has_desk)

    async def close(self) -> None:
        """Close what is open; a job that was sent goes on at the service."""
        for session in self.sessions.values():
            await session.close()


def lock_cell(session: Session) -> Cell:
    """`READ-ONLY`, or how long writes are open: in steps, because a step writes a line (300 B) to a slow terminal."""
    if not session.lock.is_open:
        return Cell("READ-ONLY", "state.good")
    left = int(session.lock.remaining)
    step = 10 if left > 60 else 5
    left = -(-left // step) * step
    return Cell(f"WRITE {left // 60}:{left % 60:02d}", "state.bad")
