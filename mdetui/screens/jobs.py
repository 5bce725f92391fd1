"""JobScreen: the table a sheet turns into once it is sent, and what `:jobs` brings back, after a restart too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.message import Message

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.keys import Key, context
from mdetui.response.jobs import Job, Row, State
from mdetui.response.plan import Plan
from mdetui.screens import work
from mdetui.screens.confirm import SheetScreen
from mdetui.screens.in_order import KeyScreen
from mdetui.views.base import BLANK, Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.cells import cut, fit
from mdetui.widgets.lines import LinesView
from mdetui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp
    from mdetui.response.desk import Desk
    from mdetui.response.targets import Target
    from mdetui.screens.shell import Shell

# columns beside the name: state, age, entry
_BESIDE = 30
_STYLES = {
    State.QUEUED: "muted",
    State.ACCEPTED: "state.busy",
    State.RUNNING: "state.busy",
    State.DONE: "state.good",
    State.FAILED: "state.bad",
    State.TIMED_OUT: "state.bad",
    State.UNCLEAR: "state.warn",
    State.NOT_SENT: "state.warn",
    State.LAPSED: "state.warn",
}


class JobScreen(KeyScreen):
    """One job, followed to the end. Leaving it stops nothing."""

    BINDINGS = bindings("job")
    DEFAULT_CSS = """
    JobScreen { layout: vertical; background: $background; }
    JobScreen > #top { background: $panel; }
    JobScreen > #rows { height: 1fr; }
    """

    class Undo(Message):
        """The plan that undoes the job, or why there is none."""

        def __init__(self, plan: Plan | None, error: MdetuiError | None) -> None:
            super().__init__()
            self.plan = plan
            self.error = error

    def __init__(self, desk: Desk, job: Job, apart: Plan | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.job = job
        self.apart = apart
        self._watching = job.subscribe(self._changed)

    @property
    def shell(self) -> Shell:
        """The running program."""
        return cast("MdetuiApp", self.app).shell

    def compose(self) -> ComposeResult:
        """Head, rows, keys."""
        yield OneLine(id="top")
        rows = LinesView(id="rows")
        rows.can_focus = False
        yield rows
        yield BottomLine()

    def on_mount(self) -> None:
        """Draw, and again once in a while: how long something runs is part of it."""
        self.draw()
        self.set_interval(5.0, self.draw)

    def on_unmount(self) -> None:
        """Nobody looks any more; the job goes on."""
        self._watching()

    def _changed(self) -> None:
        if self.is_attached:
            self.call_later(self.draw)

    def keys(self) -> Iterable[Key]:
        """Only what can be done with this job now."""
        allowed = {"job.leave", "job.down"}
        if self.job.sending:
            allowed.add("job.stop")
        if self.apart is not None:
            allowed.add("job.apart")
        if self._undoable():
            allowed.add("job.undo")
        if len(self.desk.jobs) > 1:
            allowed.add("job.next")
        return [key for key in context("job") if key.id in allowed]

    def _undoable(self) -> bool:
        return not self.job.sending and any(
            row.entry and row.state in (State.DONE, State.RUNNING) for row in self.job.rows
        )

    def draw(self) -> None:
        """The job as it stands."""
        job = self.job
        number = self.desk.jobs.index(job) + 1 if job in self.desk.jobs else 1
        right = f"job {number} of {max(1, len(self.desk.jobs))}  {job.profile}"
        self.query_one("#top", OneLine).show([Cell(job.head, "strong")], [Cell(right, "muted")])
        names = names_of(job.rows, max(24, self.size.width - _BESIDE))
        width = max((cell_len(name) for name in names), default=10)
        lines = [self._line(row, fit(name, width), width) for row, name in zip(job.rows, names, strict=True)]
        notes = [Line((Cell(part, "state.warn"),)) for part in (job.note, job.trouble) if part]
        if self.apart is not None:
            notes.append(Line((Cell(_left_out(self.apart), "protected"),), 2))
        if not job.active:
            notes.append(Line((Cell("All of it has ended.", "muted"),)))
        body = [*notes, BLANK, *lines] if notes else lines
        self.query_one("#rows", LinesView).show(body, keep=True)
        self.query_one(BottomLine).show_keys(list(self.keys()))

    def _line(self, row: Row, name: str, width: int) -> Line:
        since = text.lasting(row.since, self.shell.clock.now())
        cells = [
            Cell(f"{name}  "),
            Cell(row.state.value.ljust(9), _STYLES.get(row.state, "muted")),
            Cell(f"  {since.rjust(4)}", "muted"),
            Cell(f"  #{row.entry}" if row.entry else "", "muted"),
            Cell(f"  {row.detail}" if row.detail else ""),
        ]
        return Line(tuple(cells), width + 2)

    # keys

    def action_leave(self) -> None:
        """The work goes on; the bottom line of the screen below counts it."""
        self.app.pop_screen()

    def action_stop(self) -> None:
        """Send no more."""
        self.job.stop()
        self.draw()

    def action_apart(self) -> None:
        """The sheet of the protected machines."""
        if self.apart is not None:
            self.shell.app.arriving(self.app.switch_screen(SheetScreen(self.desk, self.apart)))

    def action_undo(self) -> None:
        """The sheet that undoes what this job did."""
        if self._undoable():
            work.start(self, self._undo, group="undo")

    async def _undo(self) -> None:
        try:
            plan = await self.desk.undo_of_job(self.job)
        except MdetuiError as error:
            self.post_message(self.Undo(None, error))
        else:
            self.post_message(self.Undo(plan, None))

    def on_job_screen_undo(self, event: Undo) -> None:
        """Open its sheet, or say why there is none; not in place of something else that has come in front meanwhile."""
        event.stop()
        if self.app.screen is not self:
            return
        if event.plan is not None:
            self.shell.app.arriving(self.app.switch_screen(SheetScreen(self.desk, event.plan)))
        elif event.error is not None:
            self.query_one("#rows", LinesView).show([Line((Cell(str(event.error), "state.warn"),))])

    def action_next_job(self) -> None:
        """The next job, over the end."""
        jobs = self.desk.jobs
        if len(jobs) > 1 and self.job in jobs:
            job = jobs[(jobs.index(self.job) + 1) % len(jobs)]
            self.shell.app.arriving(self.app.switch_screen(JobScreen(self.desk, job)))

    def action_scroll(self, by: int) -> None:
        """Scroll the rows."""
        self.query_one("#rows", LinesView).scroll_lines(by)

    def action_nothing(self) -> None:
        """A key that quits other programs."""


def _left_out(apart: Plan) -> str:
    """Which protected machines are not part of this job."""
    names = [cut(verdict.target.shown, 40) for verdict in apart.sent]
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    own = "its" if len(names) == 1 else "their"
    return f"{text.plural(len(names), 'protected machine')} left out: {shown}. p opens {own} own sheet."


def names_of(rows: Sequence[Row], room: int) -> list[str]:
    """Names of targets in at most `room` cells; those that look the same get a part of their id."""
    names = [cut(row.target.shown, room) for row in rows]
    twins = {name for name, count in Counter(names).items() if count > 1}
    return [
        f"{cut(row.target.shown, room - 10)}  {_telling(row.target)}" if name in twins else name
        for row, name in zip(rows, names, strict=True)
    ]


def _telling(target: Target) -> str:
    """The part of an id in which ids of this kind differ: those of alerts begin with a time."""
    return text.line(target.id[-8:] if target.kind == "alert" else target.id[:8])


def show_jobs(shell: Shell) -> bool:
    """Show the newest job; False when nothing was sent from here."""
    desks = [session.desk for session in shell.sessions.values() if session.has_desk and session.desk.jobs]
    if not desks:
        return False
    shell.app.arriving(shell.app.push_screen(JobScreen(desks[-1], desks[-1].jobs[-1])))
    return True
