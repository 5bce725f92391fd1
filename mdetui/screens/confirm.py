"""SheetScreen: the one sheet for every write. It forwards keys to the state machine and draws what that says.

Whether anything is sent is decided in `response.sheet`, which knows the time at which each key was read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.message import Message

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.keys import context
from mdetui.response import sheet_text
from mdetui.response.plan import Plan
from mdetui.response.sheet import Outcome, Sheet
from mdetui.screens import work
from mdetui.screens.in_order import KeyScreen
from mdetui.text import plural
from mdetui.views.base import BLANK, Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.lines import LinesView, wrap
from mdetui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp
    from mdetui.response.desk import Desk, Dry
    from mdetui.screens.shell import Shell

# seconds between two looks at the sheet: arming and the countdown come within a tenth
TICK = 0.1


class SheetScreen(KeyScreen):
    """One open sheet. Leaving it sends nothing; sending it turns it into the job table."""

    BINDINGS = bindings("sheet")
    DEFAULT_CSS = """
    SheetScreen { layout: vertical; background: $background; }
    SheetScreen > #top { background: $panel; }
    SheetScreen > #targets { height: 1fr; }
    SheetScreen > #form { height: 6; }
    """

    class Checked(Message):
        """Pre-flight was read, or it failed."""

        def __init__(self, plan: Plan | None, error: MdetuiError | None) -> None:
            super().__init__()
            self.plan = plan
            self.error = error

    class Dried(Message):
        """The calls of a dry run."""

        def __init__(self, requests: Sequence[Dry]) -> None:
            super().__init__()
            self.requests = requests

    def __init__(self, desk: Desk, plan: Plan) -> None:
        super().__init__()
        self.desk = desk
        self.sheet: Sheet = desk.new_sheet(plan)
        self._dry: list[Line] = []
        self._checking = False
        self._left = False

    @property
    def shell(self) -> Shell:
        """The running program."""
        return cast("MdetuiApp", self.app).shell

    def compose(self) -> ComposeResult:
        """Head, targets, form, keys."""
        yield OneLine(id="top")
        targets = LinesView(id="targets")
        targets.can_focus = False
        yield targets
        form = LinesView(id="form", rule="above")
        form.can_focus = False
        yield form
        yield BottomLine()

    def on_mount(self) -> None:
        """Draw at once, then read what pre-flight needs."""
        self.query_one(BottomLine).show_keys(context("sheet"))
        self.draw()
        self.set_interval(TICK, self._tick)
        self.check()

    # pre-flight

    def check(self) -> None:
        """Read pre-flight, once at a time."""
        if not self._checking:
            self._checking = True
            work.start(self, self._check, group="check")

    async def _check(self) -> None:
        try:
            plan = await self.desk.check(self.sheet.plan)
        except MdetuiError as error:
            self.post_message(self.Checked(None, error))
        else:
            self.post_message(self.Checked(plan, None))

    def on_sheet_screen_checked(self, event: Checked) -> None:
        """Judge by it; what was typed is kept."""
        event.stop()
        self._checking = False
        if event.plan is not None:
            # options may have been changed while it was read
            self._do(self.sheet.replace(self.desk.with_options(event.plan, self.sheet.plan.options)))
        elif event.error is not None:
            self._do(self.sheet.failed(event.error))

    # keys, pastes, time

    async def take_key(self, event: events.Key) -> None:
        """Every key goes to the state machine with the time at which it was read."""
        self._dry = []
        self._do(self.sheet.press(event.key, event.character, event.time))

    def take_paste(self, event: events.Paste) -> None:
        """A paste is text for a field, never a key."""
        self._do(self.sheet.paste(event.text, event.time))

    def _tick(self) -> None:
        if self.sheet.needs_check:
            self.check()
        outcome = self.sheet.tick(time.monotonic())
        self._do(outcome if outcome is not Outcome.NOTHING else Outcome.REDRAW)

    def _do(self, outcome: Outcome) -> None:
        if outcome is Outcome.LEAVE:
            self.leave()
        elif outcome is Outcome.SEND:
            self._send()
        elif outcome is Outcome.DRY:
            work.start(self, self._dry_run, group="dry")
        elif outcome is Outcome.REDRAW:
            self.draw()

    def leave(self) -> None:
        """Back to where it was opened."""
        if not self._left:
            self._left = True
            self.app.pop_screen()

    def _send(self) -> None:
        from mdetui.screens.jobs import JobScreen

        try:
            job = self.desk.start(self.sheet.plan, self.sheet.answers)
        except MdetuiError as error:
            self._do(self.sheet.refused(error))
            return
        self._left = True
        self.shell.follow_job(self.shell.session(self.desk.profile.name), job)
        self.shell.app.arriving(self.app.switch_screen(JobScreen(self.desk, job, self.sheet.plan.apart)))

    async def _dry_run(self) -> None:
        try:
            requests = await self.desk.dry_run(self.sheet.plan, self.sheet.answers)
        except MdetuiError as error:
            self.post_message(self.Checked(None, error))
        else:
            self.post_message(self.Dried(requests))

    def on_sheet_screen_dried(self, event: Dried) -> None:
        """Show the calls above all else, until the next key."""
        event.stop()
        self._dry = [Line((Cell("Dry run: nothing was sent. These are the calls:", "state.warn"),))]
        for request in event.requests:
            self._dry.append(Line((Cell(f"  {request.method} {text.line(request.path)}"),), 4))
            self._dry += [Line((Cell(f"    {part}", "muted"),), 6) for part in text.block(request.body)]
        self.draw()

    def on_resize(self) -> None:
        """What was shown has moved: it must be drawn again before it can be armed."""
        self._do(self.sheet.disturbed())
        self.draw()

    def on_screen_suspend(self) -> None:
        """Something stood in front of it."""
        self.sheet.disturbed()

    def on_screen_resume(self) -> None:
        """Back in front: draw, then it may be armed."""
        if self.is_mounted:
            self.draw()

    # drawing

    def draw(self) -> None:
        """The sheet as it stands now."""
        at = time.monotonic()
        view = sheet_text.view(self.sheet, at)
        width = self.size.width
        # what is done to how many is never cut: where both do not fit, the identity moves into the body
        fits = cell_len(view.head) + cell_len(view.who) + 4 <= width
        right = view.who if fits else view.tenant if cell_len(view.head) + cell_len(view.tenant) + 4 <= width else ""
        self.query_one("#top", OneLine).show([Cell(view.head, "strong")], [Cell(right)] if right else [])
        lines = [] if fits else [Line((Cell(view.who),), 2)]
        lines.append(Line((Cell(view.what),)))
        # before the targets: with many of them, what holds for all must not be scrolled away
        lines += [Line(tuple(Cell(*piece) for piece in line), 2) for line in view.notes]
        lines.append(BLANK)
        lines += [Line(tuple(Cell(*piece) for piece in line), 4) for line in view.targets]
        targets = self.query_one("#targets", LinesView)
        targets.show([*self._dry, BLANK, *lines] if self._dry else lines, keep=True)
        form = self._form(view, targets.more)
        box = self.query_one("#form", LinesView)
        box.styles.height = 1 + min(
            max(4, self.size.height // 2), sum(len(wrap(line, max(10, width - 2))) for line in form)
        )
        box.show(form, keep=True)
        revision = self.sheet.revision
        self.call_after_refresh(lambda: self.sheet.drawn(revision, time.monotonic()))

    def _form(self, view: sheet_text.SheetView, below: int) -> list[Line]:
        room = max((cell_len(field.label) for field in view.fields), default=0)
        lines = [_field(field, room) for field in view.fields]
        if below:
            lines.append(Line((Cell(f"PgDn: {plural(below, 'more line')} of targets above", "state.warn"),)))
        lines.append(Line((Cell(view.summary),)))
        lines.append(Line(tuple(Cell(*piece) for piece in view.action)))
        if view.message:
            lines.append(Line((Cell(view.message, "state.warn"),)))
        return lines

    def action_scroll(self, by: int) -> None:
        """Scroll the targets."""
        self.query_one("#targets", LinesView).scroll_page(by)
        self.call_after_refresh(self.draw)

    def action_nothing(self) -> None:
        """A key that quits other programs."""


def _field(field: sheet_text.FieldView, room: int) -> Line:
    """Label, value with the cursor in it, hint."""
    cells: list[Cell] = [Cell(field.label.ljust(room) + "  ", "strong" if field.cursor is not None else "muted")]
    cells += with_cursor(field.value, field.cursor)
    if field.hint:
        cells.append(Cell(f"   {field.hint}", field.style))
    return Line(tuple(cells), 4)


def with_cursor(value: str, cursor: int | None) -> Sequence[Cell]:
    """A text with the cursor on one of its characters, or behind it."""
    if cursor is None:
        return (Cell(value),)
    at = max(0, min(cursor, len(value)))
    return (Cell(value[:at]), Cell(value[at : at + 1] or " ", "cursor"), Cell(value[at + 1 :]))
