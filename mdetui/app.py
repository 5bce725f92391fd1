"""The Textual app: wiring only. Which place is shown, which tenants are open, themes, sizes, quitting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from mdetui import crash
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Config, Profile
from mdetui.errors import MdetuiError, PlanError
from mdetui.screens.frame import Frame
from mdetui.screens.in_order import InOrder
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.places import History, LoginPlace, Place, alert_queue
from mdetui.text import plural
from mdetui.views.base import Cell, Context
from mdetui.views.query import QUEUES, parse
from mdetui.widgets.themes import load_themes

if TYPE_CHECKING:
    from mdetui.api.log import RequestLog
    from mdetui.net import Connection
    from mdetui.response.jobs import Job
    from mdetui.session import Session

SMALLEST = (60, 15)


class MdetuiApp(InOrder):
    """mdetui.

    Args:
        config: The configuration in force.
        connector: How a profile's tenant is reached.
        profile: Profile to open at once; "" shows the login screen.
        write_minutes: Minutes the write lock is opened for when a profile is opened.
        remote: Whether this runs over SSH: fewer bytes, jumps of half a page.
        clock: Time.
    """

    TITLE = "mdetui"
    CSS = """
    * { scrollbar-size-vertical: 1; }
    Toast { background: $panel; }
    """
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "f1"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "nothing", "", show=False, priority=True, id="app.nothing", tooltip="Does nothing"),
        Binding("ctrl+c", "stop_load", "", show=False, id="app.stop-anywhere", tooltip="Never quits"),
    ]

    def __init__(
        self,
        config: Config,
        connector: Callable[[Profile], Connection],
        *,
        profile: str = "",
        write_minutes: int | None = None,
        remote: bool = False,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__()
        self.config = config
        self.connector = connector
        self.first_profile = profile
        self.write_minutes = write_minutes
        self.remote = remote
        self.clock = clock
        self.utc = False
        self.folded = True
        self.farewell = ""
        self.history = History()
        self.sessions: dict[str, Session] = {}
        self._requests: RequestLog | None = None
        self._crashed = False
        self._lock_shown: tuple[str, bool, int] = ("", False, 0)
        self._theme_errors: list[MdetuiError] = []
        self._choose_theme()

    # themes

    def _choose_theme(self) -> None:
        themes, errors = load_themes()
        for theme in themes:
            self.register_theme(theme)
        self._theme_errors = list(errors)
        wanted = self.config.theme or ("ansi" if self.remote else "dark")
        if wanted not in self.available_themes:
            known = ", ".join(theme.name for theme in themes)
            self._theme_errors.append(MdetuiError(f"There is no theme {wanted!r}.", f"Known themes: {known}."))
            wanted = "dark" if "dark" in self.available_themes else "textual-dark"
        self.theme = wanted

    # start

    def get_default_screen(self) -> Screen[None]:
        """The first place is the first screen: no blank screen is drawn before it."""
        place = self._first_place()
        self.history.visit(place)
        screen = place.screen()
        # Textual gives its default screen no result callback, and `switch_screen` then fails on it (8.2.8)
        screen._push_result_callback(self, None)
        return screen

    def _first_place(self) -> Place:
        if self.first_profile:
            name, words = QUEUES["alerts"][0]
            return alert_queue(self.first_profile, parse("alerts", words), name)
        return LoginPlace()

    def on_mount(self) -> None:
        """Say what was wrong with theme files, once the first screen is there."""
        for error in self._theme_errors:
            self.notify(str(error), severity="warning", markup=False)
        self.set_interval(1.0, self.tick_lock)

    # sessions

    @property
    def request_log(self) -> RequestLog:
        """The request log of this program, one for all tenants."""
        if self._requests is None:
            from mdetui.api.log import RequestLog

            self._requests = RequestLog()
        return self._requests

    def session(self, profile: str) -> Session:
        """The session of a profile, opened when it is first needed.

        Not before the first paint: this imports the wire.

        Raises:
            MdetuiError: It can't be opened (missing extra, CA bundle).
        """
        if profile not in self.sessions:
            from mdetui.session import Session

            found = self.config.profiles[profile]
            session = Session.open(found, self.connector, clock=self.clock, log=self.request_log)
            minutes = self.write_minutes if self.write_minutes is not None else found.write_minutes
            if minutes:
                session.lock.open_for(minutes, analyst=session.analyst or found.name)
            self.sessions[profile] = session
        return self.sessions[profile]

    def opened(self, profile: str) -> Session | None:
        """The session of a profile if it is open already."""
        return self.sessions.get(profile)

    def standing(self, profile: str, width: int) -> Sequence[Cell]:
        """Right side of the top line: as whom, how much is left of the write lock."""
        session = self.opened(profile)
        if session is None:
            return (Cell("not signed in", "muted"),) if not profile else (Cell("signing in", "muted"),)
        cells: list[Cell] = []
        identity = session.identity
        if width >= 120:
            minute, _ = session.quotas.use("default")
            cells += [Cell(f"{session.profile.cloud}  our use {minute} of 100/min  ", "muted")]
        if identity is None:
            cells.append(Cell("signing in  ", "muted"))
        else:
            cells.append(Cell(f"{identity.kind} {identity.name}  ", "plain"))
        cells.append(self.lock_cell(session))
        return cells

    @staticmethod
    def lock_cell(session: Session) -> Cell:
        """`READ-ONLY`, or how long writes are open."""
        if not session.lock.is_open:
            return Cell("READ-ONLY", "state.good")
        left = int(session.lock.remaining)
        return Cell(f"WRITE {left // 60}:{left % 60:02d}", "state.bad")

    def context(self, profile: str) -> Context:
        """What cells of a tenant's lists depend on now."""
        session = self.opened(profile)
        if session is None:
            return Context(self.clock.now(), self.utc)
        return Context(self.clock.now(), self.utc, session.analyst, session.protects, session.facts)

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

    def follow_job(self, session: Session, job: Job) -> None:
        """Follow a job for the screens: what it changes is read again, the bottom line counts it."""

        def changed() -> None:
            session.job_changed()
            if self.is_running and self.frame is not None and self.frame.place.profile == session.profile.name:
                self.frame.call_later(self.frame.job_changed, job)

        job.subscribe(changed)

    def job_cells(self, profile: str) -> Sequence[Cell]:
        """`2 running :jobs`, while jobs of a tenant go on."""
        session = self.opened(profile)
        if session is None or not session.has_desk:
            return ()
        moving = sum(row.moving for job in session.desk.jobs for row in job.rows)
        unclear = sum(row.state == "unclear" for job in session.desk.jobs for row in job.rows)
        cells = [Cell(f"{unclear} unclear :jobs  ", "state.warn")] if unclear else []
        return [*cells, Cell(f"{moving} running :jobs  ", "state.busy")] if moving else cells

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
                self.frame.fail(error)
            return
        for job in found:
            self.follow_job(session, job)
        if found and self.frame is not None:
            self.frame.say(
                f"Of the last run, {plural(len(found), 'job')} had no end in the ledger: :jobs shows how they went."
            )

    def tick_lock(self) -> None:
        """Count the write lock down; nothing is written to the terminal while it is closed."""
        frame = self.frame
        session = self.opened(frame.place.profile) if frame is not None else None
        if frame is None or session is None:
            return
        now = (frame.place.profile, session.lock.is_open, int(session.lock.remaining))
        if now != self._lock_shown:
            self._lock_shown = now
            frame.draw_top()

    # places

    @property
    def frame(self) -> Frame | None:
        """The full screen that is shown, below any menu."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Frame)), None)

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
        name, words = QUEUES["alerts"][0]
        self.visit(alert_queue(profile, parse("alerts", words), name))

    def open_log(self, parent: Place) -> None:
        """The request log."""
        from mdetui.screens.local_lists import log_place

        self.visit(log_place(self.request_log, parent))

    def open_ledger(self, parent: Place) -> None:
        """The record of writes on this host."""
        from mdetui.screens.local_lists import ledger_place

        self.visit(ledger_place(parent))

    def open_jobs(self) -> bool:
        """What was sent from here; False when nothing was."""
        from mdetui.screens.jobs import show_jobs

        return show_jobs(self)

    def _draw(self, place: Place) -> None:
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.arriving(self.switch_screen(place.screen()))

    # what is too small

    def on_resize(self, event: events.Resize) -> None:
        """Below 60x15 only a message is drawn, and no key acts."""
        from mdetui.screens.too_small import TooSmallScreen

        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if small and not self.deaf:
            self.deaf = True
            self.push_screen(TooSmallScreen())
        elif not small and self.deaf:
            self.deaf = False
            if isinstance(self.screen, TooSmallScreen):
                self.pop_screen()

    # quitting

    async def leave(self) -> None:
        """Quit; asks only while one of my jobs is still sending."""
        jobs = [job for session in self._busy() for job in session.desk.jobs if job.sending]
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

        self.arriving(self.push_screen(MenuScreen(f"{plural(sending, 'write')} not sent yet", entries, answer)))

    async def quit_now(self) -> None:
        """End the program; hosts I isolated and did not release are named on the terminal."""
        self.farewell = "\n".join(line for session in self._busy() for line in session.desk.farewell())
        self.exit()

    def _busy(self) -> Iterable[Session]:
        return (session for session in self.sessions.values() if session.has_desk)

    async def on_unmount(self) -> None:
        """Close what is open; a job that was sent goes on at the service."""
        for session in self.sessions.values():
            await session.close()

    def action_stop_load(self) -> None:
        """ctrl+c never ends the program; a screen that loads binds it itself."""

    def action_nothing(self) -> None:
        """A key that other programs use to quit."""

    def _fatal_error(self) -> None:
        """A bug of this program: the terminal gets two sentences, the details go to a file, without local variables
        (they could hold a token or tenant data)."""
        if not self._crashed:
            # what fails while the first failure takes the screens down says nothing new
            self._crashed = True
            self.panic(crash.report())

    # palette

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The same actions as the keys, each with its key."""
        frame = self.frame
        if frame is None:
            return
        for key in frame.hints():
            if key.label:
                yield SystemCommand(f"{key.help}", f"key {key.display}", lambda key=key: self._run_key(key.action))
        for theme in sorted(self.available_themes):
            if not theme.startswith("textual") and theme in ("dark", "light", "contrast", "ansi"):
                yield SystemCommand(f"Theme {theme}", "Change the colours", lambda name=theme: self._set_theme(name))

    def _set_theme(self, name: str) -> None:
        self.theme = name

    def _run_key(self, action: str) -> None:
        frame = self.frame
        if frame is not None:
            frame.call_later(frame.run_action, action)
