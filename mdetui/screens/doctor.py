"""DoctorScreen: what of a profile works and what does not; the report fills in as the findings come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from textual.message import Message
from textual.widget import Widget

from mdetui import doctor, text
from mdetui.doctor import Check, Status
from mdetui.keys import Key
from mdetui.screens import work
from mdetui.screens.commanding import Commanding
from mdetui.screens.frame import Frame
from mdetui.screens.places import LoginPlace, Place
from mdetui.views.base import BLANK, Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.clipboard import copy
from mdetui.widgets.lines import LinesView
from mdetui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from textual.worker import Worker

    from mdetui.screens.shell import Shell

_STYLES: dict[Status, str] = {"ok": "state.good", "warn": "state.warn", "bad": "state.bad", "skipped": "muted"}


@dataclass(eq=False)
class DoctorPlace(Place):
    """The report on one profile.

    Attributes:
        profile: Its name.
        parent: Where it was opened from.
        checks: What was found so far.
        done: Whether that is all.
    """

    profile: str
    parent: Place | None
    checks: list[Check] = field(default_factory=list)
    done: bool = False

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Profile and what this is; where one came from does not matter to it."""
        return (self.profile, "doctor")

    def screen(self) -> Frame:
        """The report."""
        return DoctorScreen(self)


def open_doctor(shell: Shell, profile: str) -> None:
    """Examine a profile and show the report.

    Args:
        shell: The running program.
        profile: A name in its configuration.
    """
    here = shell.frame.place if shell.frame is not None else LoginPlace()
    if isinstance(here, DoctorPlace):
        # not one below the other
        here = here.parent or LoginPlace()
    shell.visit(DoctorPlace(profile, here))


class DoctorScreen(Commanding):
    """The report on one profile."""

    BINDINGS = bindings("doctor")
    DEFAULT_CSS = """
    DoctorScreen #report { margin: 1 0 0 0; }
    """
    _work: Worker[None] | None = None

    class Came(Message):
        """A finding; None when there are no more. `turn` says of which examination."""

        def __init__(self, turn: int, check: Check | None) -> None:
            super().__init__()
            self.turn = turn
            self.check = check

    def __init__(self, place: DoctorPlace) -> None:
        super().__init__(place)
        self._turn = 0

    @property
    def spot(self) -> DoctorPlace:
        """The place, with its own type."""
        return cast(DoctorPlace, self.place)

    def body(self) -> Iterable[Widget]:
        """The report."""
        yield LinesView(id="report")

    def furnished(self) -> None:
        """Begin, unless the report is there already."""
        if not self.query("#report"):
            # left before it stood
            return
        super().furnished()
        self.draw_report()
        self.release()
        if not self.spot.done:
            self.action_again()

    def focus_target(self) -> Widget | None:
        """The report."""
        return self._report

    @property
    def _report(self) -> LinesView:
        return self.query_one("#report", LinesView)

    def hints(self) -> Sequence[Key]:
        """The keys of a report."""
        return self.keys_of("doctor")

    def standing(self) -> Sequence[Cell]:
        """How it goes."""
        if not self.spot.done:
            return (Cell("examining  ", "state.busy"),) if self._examining else (Cell("stopped  ", "muted"),)
        result = doctor.worst(self.spot.checks)
        return (Cell({"bad": "does not work  ", "warn": "works, see WARN  "}.get(result, "works  "), _STYLES[result]),)

    @property
    def _examining(self) -> bool:
        return self._work is not None and not self._work.is_finished

    def draw_top(self) -> None:
        """Of whom; a profile that is not open is not being signed in to either: the report does that for itself."""
        if self.shell.opened(self.spot.profile) is not None:
            super().draw_top()
            return
        self.query_one("#top", OneLine).show([Cell(self.spot.profile), Cell(" › ", "muted"), Cell("doctor", "strong")])

    # examining

    async def _examine(self, turn: int) -> None:
        shell, name = self.shell, self.spot.profile

        def tell(check: Check) -> None:
            self.post_message(self.Came(turn, check))

        await doctor.examine(
            shell.config.profiles[name],
            shell.config,
            shell.connector,
            clock=shell.clock,
            on_check=tell,
            session=shell.opened(name),
            log=shell.request_log,
        )
        self.post_message(self.Came(turn, None))

    def on_doctor_screen_came(self, event: Came) -> None:
        """Draw what came."""
        event.stop()
        if event.turn != self._turn:
            return
        if event.check is None:
            self.spot.done = True
        else:
            self.spot.checks.append(event.check)
        self.draw_report()
        # somebody may be signed in now
        self.draw_top()
        self.draw_bottom()

    def draw_report(self) -> None:
        """Everything that was found."""
        lines = [line for check in self.spot.checks for line in _lines(check)]
        if self.spot.done:
            result = doctor.worst(self.spot.checks)
            lines += [BLANK, Line((Cell(doctor.summary(self.spot.checks), _STYLES[result]),))]
        elif not lines:
            lines = [Line((Cell("examining ...", "muted"),))]
        self._report.show(lines, keep=True)

    # keys

    def action_again(self) -> None:
        """Examine everything again."""
        self._turn += 1
        self.spot.checks.clear()
        self.spot.done = False
        self._work = work.start(self, self._examine, self._turn, group="doctor")
        self.draw_report()
        self.draw_bottom()

    def action_stop(self) -> None:
        """Stop the examination; what was found stays."""
        if self._work is None or not self._examining:
            super().action_stop()
            return
        self._turn += 1
        self._work.cancel()
        self._work = None
        self.say("The examination was stopped; r begins again.")
        self.draw_bottom()

    def action_copy(self) -> None:
        """The report as text."""
        lines = [line for check in self.spot.checks for line in doctor.lines_of(check)]
        if self.spot.done:
            lines.append(doctor.summary(self.spot.checks))
        if copy(self.app, "\n".join(lines)):
            self.say(f"The report was sent to the terminal ({text.plural(len(lines), 'line')}).")
        else:
            self.say("The report is too large for a terminal's clipboard.")

    def action_move(self, by: int) -> None:
        """Lines."""
        self._report.scroll_lines(by)

    def action_page(self, by: int) -> None:
        """Pages."""
        self._report.scroll_page(by)

    def action_half_page(self, by: int) -> None:
        """Half pages."""
        self._report.scroll_lines(by * max(1, self.size.height // 3))

    def action_first(self) -> None:
        """To the top."""
        self._report.scroll_to_line(0)

    def action_end(self) -> None:
        """To the end."""
        self._report.scroll_lines(1_000_000)


def _lines(check: Check) -> list[Line]:
    """A finding as it is shown."""
    mark = f"{doctor.MARKS[check.status]}  "
    room = len(mark) + doctor.TITLE + 2
    title = f"{check.title:<{doctor.TITLE}}  "
    said = "muted" if check.status == "skipped" else "plain"
    lines = [Line((Cell(mark, _STYLES[check.status]), Cell(title, said), Cell(check.said, said)), room)]
    if check.todo:
        lines.append(Line((Cell(f"{'':<{len(mark)}}-> {check.todo}", "strong"),), len(mark) + 3))
    return lines
