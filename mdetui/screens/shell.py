"""Shell: where the person is and what goes on around it: places, the write lock, jobs, quitting.

Made after the first paint, because it imports screens, feeds and the wire. The app itself only starts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mdetui.clock import Clock
from mdetui.config import Config, Profile
from mdetui.errors import MdetuiError, PlanError, SignInError
from mdetui.screens.frame import Frame
from mdetui.screens.history import History
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.places import LoginPlace, Place, queue_of
from mdetui.screens.tenants import Tenants
from mdetui.screens.too_small import TooSmallScreen
from mdetui.settings import Settings
from mdetui.text import plural
from mdetui.views.base import Cell
from mdetui.views.query import QUEUES

if TYPE_CHECKING:
    from mdetui.auth.identity import Identity
    from mdetui.net import Connection
    from mdetui.response.jobs import Job
    from mdetui.screens.in_order import InOrder
    from mdetui.session import Session


class Shell(Tenants):
    """The running program, for its screens.

    Args:
        app: The Textual app.
        config: The configuration in force.
        connector: How a profile's tenant is reached.
        write_minutes: Minutes the write lock is opened for when a profile is opened.
        remote: Whether this runs over SSH.
        clock: Time.
    """

    def __init__(
        self,
        app: InOrder,
        config: Config,
        connector: Callable[[Profile], Connection],
        write_minutes: int | None,
        *,
        remote: bool,
        clock: Clock,
    ) -> None:
        super().__init__(config, connector, write_minutes, clock)
        self.app = app
        self.remote = remote
        self.settings = Settings(config)
        self.history = History()
        # lines of the bar by its sign: they outlive the screen in which they were typed
        self.typed: dict[str, list[str]] = {}
        self.farewell = ""
        self.settled = False
        self._lock_shown: tuple[str, bool, int] = ("", False, 0)
        self._wait_shown: Sequence[Cell] = ()

    def start(self, profile: str) -> None:
        """The first place: the queue of a profile, or the login screen."""
        if profile:
            self.open_tenant(profile)
        else:
            self.visit(LoginPlace())

    # the write lock

    async def unlock(self, frame: Frame, minutes: int, cap: int | None) -> None:
        """Open the write lock of the frame's tenant.

        Raises:
            PlanError: No tenant is open, or nobody is named and the token is an app's.
        """
        session = self.opened(frame.place.profile)
        if session is None:
            raise PlanError("No tenant is open.", "Press Enter on a profile first.")
        if not session.analyst:
            frame.ask_analyst(lambda name: self._open_lock(frame, session, minutes, cap, name))
            return
        self._open_lock(frame, session, minutes, cap, session.analyst)

    def _open_lock(self, frame: Frame, session: Session, minutes: int, cap: int | None, analyst: str) -> None:
        session.lock.open_for(minutes, analyst=analyst, cap=cap or session.lock.DEFAULT_CAP)
        frame.redraw()
        limit = f", at most {cap} machines at once" if cap else ""
        frame.say(
            f"Writes are open on {frame.place.profile} for {minutes} minutes as {analyst}{limit}. :lock closes them."
        )

    # signing in and out

    def adopt(self, profile: Profile) -> Session | None:
        """As `Tenants.adopt`; places of the old session can't be gone back to."""
        self.history = History()
        return super().adopt(profile)

    def sign_in(self, frame: Frame, why: SignInError | None = None) -> None:
        """Put the sign-in of the frame's tenant up.

        Args:
            frame: What goes on once somebody is signed in.
            why: What asked for it; None when the person did.
        """
        from mdetui.screens.sign_in import SignInScreen

        session = self.session(frame.place.profile)
        before = session.identity

        def done(identity: Identity) -> None:
            if before is not None and (before.oid, before.name) != (identity.oid, identity.name):
                # a lock that one person opened is not another's
                session.lock.close()
            frame.signed_in(session)

        self.app.arriving(self.app.push_screen(SignInScreen(session, done, why)))

    # jobs

    def follow_job(self, session: Session, job: Job) -> None:
        """A job was sent: follow it for the screens."""
        self._watch(session, job)
        if self.frame is not None:
            self.frame.sent()

    def _watch(self, session: Session, job: Job) -> None:
        """What the job changes is read again, and the bottom line counts it."""

        def changed() -> None:
            session.job_changed()
            if self.app.is_running and self.frame is not None and self.frame.place.profile == session.profile.name:
                self.frame.call_later(self.frame.job_changed, job)

        job.subscribe(changed)

    async def recover(self, profile: str) -> None:
        """Close what a dead run left open, once per tenant, after the first rows are there."""
        session = self.session(profile)
        if session.recovered:
            return
        session.recovered = True
        try:
            found = await session.desk.recover()
        except MdetuiError as error:
            if self.frame is not None:
                # later: the screen may just be put up
                self.frame.call_later(self.frame.fail, error)
            return
        for job in found:
            self._watch(session, job)
        if found and self.frame is not None:
            told = f"Of the last run, {plural(len(found), 'job')} had no end in the ledger: :jobs shows how they went."
            self.frame.call_later(self.frame.say, told)

    def tick(self) -> None:
        """Count down what is to be counted down, the write lock and a wait; else nothing is written to the terminal."""
        frame = self.frame
        session = self.opened(frame.place.profile) if frame is not None else None
        if frame is None or session is None or not frame.is_mounted or not frame.query("#top"):
            # a screen that is being put up draws its top line itself, once it has one; one that goes away has none
            return
        now = (frame.place.profile, session.lock.is_open, int(session.lock.remaining))
        if now != self._lock_shown:
            self._lock_shown = now
            frame.draw_top()
        waits = self.wait_cells(frame.place.profile, frame.size.width)
        if waits != self._wait_shown:
            self._wait_shown = waits
            frame.draw_bottom()

    # places

    @property
    def frame(self) -> Frame | None:
        """The full screen that is shown, below any menu."""
        return next((screen for screen in reversed(self.app.screen_stack) if isinstance(screen, Frame)), None)

    def visit(self, place: Place) -> None:
        """Go to a place."""
        self.history.visit(place)
        self._draw(place)

    def return_to(self, place: Place) -> None:
        """Go to a place that was left open below this one."""
        self.history.return_to(place)
        self._draw(place)

    def step(self, by: int) -> None:
        """Back or forward in the history."""
        place = self.history.step(by)
        if place is not None:
            self._draw(place)

    def last_place(self) -> None:
        """The place before this one, and back again."""
        place = self.history.last()
        if place is not None:
            self._draw(place)

    def open_tenant(self, profile: str) -> None:
        """The queue of a tenant; the write lock of every other one closes."""
        for name, session in self.sessions.items():
            if name != profile:
                session.lock.close()
        queues = self.settings.queues("alerts")
        # who signs in is not known yet
        me = self.config.profiles[profile].analyst
        try:
            self.visit(queue_of("alerts", profile, next(iter(queues.values())), me))
        except PlanError:
            # a queue about a person who is not known: the program's own first one asks nobody
            self.visit(queue_of("alerts", profile, QUEUES["alerts"][0], me))

    def open_log(self, parent: Place) -> None:
        """The request log."""
        from mdetui.screens.local_lists import log_place

        self.visit(log_place(self.request_log, parent))

    def open_ledger(self, parent: Place) -> None:
        """The record of writes on this host."""
        from mdetui.screens.local_lists import ledger_place

        self.visit(ledger_place(parent, self.opened(parent.profile)))

    def open_jobs(self) -> bool:
        """What was sent from here; False when nothing was."""
        from mdetui.screens.jobs import show_jobs

        return show_jobs(self)

    def _draw(self, place: Place) -> None:
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        self.app.arriving(self.app.switch_screen(place.screen()))
        if self.app.deaf:
            # the first place, in a window that is too small from the start
            self.app.push_screen(TooSmallScreen())

    # quitting

    async def leave(self) -> None:
        """Quit; asks only while one of my jobs is still sending."""
        jobs = [job for session in self.busy() for job in session.desk.jobs if job.sending]
        sending = sum(row.state == "queued" for job in jobs for row in job.rows)
        if not sending:
            await self.quit_now()
            return
        entries = [
            Entry("stay", "s", "stay here"),
            Entry("quit", "q", "quit", note="what was not sent yet is not sent; what was sent goes on at the service"),
        ]

        async def answer(chosen: str) -> None:
            if chosen == "quit":
                await self.quit_now()

        self.app.arriving(self.app.push_screen(MenuScreen(f"{plural(sending, 'write')} not sent yet", entries, answer)))

    async def quit_now(self) -> None:
        """End the program; hosts I isolated and did not release are named on the terminal."""
        self.farewell = "\n".join(line for session in self.busy() for line in session.desk.farewell())
        self.app.exit()
