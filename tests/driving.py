"""The whole program, driven without a terminal: keys go in as a terminal would send them, the screen comes out as text.

The app, its screens, the client and the pretend tenant are the real ones; only the terminal is missing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen

from mdetui import paths
from mdetui.app import MdetuiApp
from mdetui.config import Config, Profile, with_profile
from mdetui.response.sheet import ACTION
from mdetui.response.sheet import REASON as REASON_FIELD
from mdetui.screens.confirm import SheetScreen
from mdetui.screens.frame import Frame
from mdetui.screens.jobs import JobScreen
from mdetui.screens.list_body import ListBody
from mdetui.screens.menu import MenuScreen
from mdetui.screens.preview import REST_ASK
from mdetui.session import Session
from mdetui.simulator.journal import Asked
from mdetui.simulator.mount import Mounted
from mdetui.widgets.feed_table import FeedTable
from tests.clocks import HeldClock
from tests.responding import Wiretap

S = TypeVar("S", bound=Screen[Any])

REASON = "INC-2291 credential dumping"


@dataclass
class Stage:
    """A running program.

    Attributes:
        app: The program.
        pilot: Textual's handle on it.
        mounted: The pretend tenant.
        clock: The clock that both hold.
        tap: Sees each write before it leaves.
    """

    app: MdetuiApp
    pilot: Pilot[None]
    mounted: Mounted
    clock: HeldClock
    tap: Wiretap

    @property
    def running(self) -> bool:
        """Whether the program has neither been quit nor failed."""
        return self.app.is_running and self.app._exception is None and not self.app._exit

    # keys

    async def keys(self, data: str) -> None:
        """What a terminal sends, in one piece, through Textual's own parser of terminals. Returns when all is handled."""
        parser = XTermParser()
        found: list[Message] = [*parser.feed(data), *parser.feed("")]
        await self.events(event for event in found if isinstance(event, events.Key | events.Paste))

    async def paste(self, data: str) -> None:
        """A paste, in one piece."""
        await self.events([events.Paste(data)])

    async def press(self, *names: str) -> None:
        """Keys by Textual's names, in one piece."""
        await self.events(events.Key(name, name if len(name) == 1 else None) for name in names)

    async def events(self, found: Iterable[events.Event]) -> None:
        """Hand events over as the driver of a terminal does."""
        for event in found:
            event.set_sender(self.app)
            self.app.post_message(event)
        await self.calm()

    async def slow(self, *names: str) -> None:
        """Keys with a look at the screen after each."""
        for name in names:
            await self.press(name)

    async def calm(self) -> None:
        """Until every key so far is handled and what it caused in the queues is done."""
        for _ in range(2):
            done = asyncio.Event()
            self.app.call_later(done.set)
            while not done.is_set():
                if not self.running:
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), 0.5)
            await self.pilot.pause(0)

    async def until(self, happened: Callable[[], object], seconds: float = 20.0) -> None:
        """Wait for something the program does by itself.

        Raises:
            AssertionError: It did not happen; holds the screen.
        """
        for _ in range(round(seconds / 0.01)):
            if happened():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never happened; the screen:\n" + self.text)

    async def until_text(self, needle: str, seconds: float = 20.0) -> None:
        """Wait for a text on the screen."""
        await self.until(lambda: needle in self.text, seconds)

    async def pass_time(self, happened: Callable[[], object], *, step: float = 1.0, turns: int = 2_000) -> None:
        """Advance the held clock until something has happened."""
        for _ in range(turns):
            for _ in range(4):
                if happened():
                    return
                await asyncio.sleep(0.002)
            self.clock.advance(step)
        raise AssertionError("it never came about; the screen:\n" + self.text)

    async def resize(self, columns: int, rows: int) -> None:
        """Another size of the terminal."""
        await self.pilot.resize_terminal(columns, rows)
        await self.calm()

    # the screen

    @property
    def lines(self) -> list[str]:
        """The top screen, line by line."""
        return ["".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The top screen as one text."""
        return "\n".join(line.rstrip() for line in self.lines)

    @property
    def top(self) -> str:
        """The top line."""
        return self.lines[0]

    @property
    def bottom(self) -> str:
        """The bottom line."""
        return self.lines[-1]

    def screen(self, kind: type[S]) -> S:
        """The top screen, which must be of that kind."""
        assert isinstance(self.app.screen, kind), f"{self.app.screen!r}\n{self.text}"
        return cast(S, self.app.screen)

    @property
    def frame(self) -> Frame:
        """The full screen below any menu."""
        found = self.app.shell.frame
        assert found is not None
        return found

    @property
    def uncovered(self) -> bool:
        """Whether nothing stands in front of the full screen."""
        return self.app.screen is cast(Any, self.frame)

    @property
    def body(self) -> ListBody:
        """The list on the full screen."""
        return self.frame.query_one(ListBody)

    @property
    def table(self) -> FeedTable:
        """The table of that list."""
        return self.body.table

    @property
    def cursor(self) -> Any:
        """The row under the cursor."""
        return self.body.cursor_item()

    @property
    def menu(self) -> MenuScreen:
        """The open menu."""
        return self.screen(MenuScreen)

    @property
    def sheet(self) -> SheetScreen:
        """The open sheet."""
        return self.screen(SheetScreen)

    @property
    def job(self) -> JobScreen:
        """The open job table."""
        return self.screen(JobScreen)

    # the tenant

    @property
    def session(self) -> Session:
        """The open session."""
        return self.app.shell.sessions[self.mounted.profile.name]

    def unlock(self, minutes: int = 240, cap: int = 25) -> None:
        """Open the write lock as `:write` does."""
        self.session.lock.open_for(minutes, analyst=self.session.analyst, cap=cap)

    @property
    def writes(self) -> list[Asked]:
        """Requests of the program to the API that are no reads."""
        return self.mounted.journal.entries(
            "/api", where=lambda one: one.method != "GET" and one.headers["user-agent"].startswith("mdetui/")
        )

    @property
    def reads(self) -> int:
        """Reads that reached the API."""
        return self.mounted.journal.count("/api", "GET")

    @property
    def ledger(self) -> str:
        """The ledger as it lies on the disk."""
        file = paths.ledger_file()
        return file.read_text() if file.exists() else ""

    # ways through the program

    async def filled(self) -> None:
        """Until the list here has rows and is not at work."""
        await self.until(lambda: self.body.feed.loaded and not self.body.feed.busy)
        await self.calm()

    async def rested(self) -> None:
        """Until the cursor has rested long enough for the preview, and all that was asked is answered."""
        await asyncio.sleep(REST_ASK + 0.1)
        await self.until(lambda: not self.app.workers)
        await self.calm()

    async def go(self, line: str) -> None:
        """A line of the command bar."""
        await self.keys(f":{line}\r")

    async def point(self, fits: Callable[[Any], object]) -> Any:
        """Put the cursor on the first row that fits; the row."""
        feed = self.body.feed
        index = next(
            n for n in range(len(feed)) if feed.shape.bad(feed.entry(n).item) is None and fits(feed.entry(n).item)
        )
        self.table._go(index)
        await self.calm()
        return self.cursor

    async def checked(self) -> SheetScreen:
        """The open sheet, once pre-flight is there."""
        await self.until(lambda: isinstance(self.app.screen, SheetScreen))
        sheet = self.sheet
        await self.until(lambda: sheet.sheet.plan.checked)
        await self.calm()
        return sheet

    async def answer(self, reason: str = REASON) -> None:
        """Type all that the open sheet asks for, field by field, and stand on the action line."""
        sheet = self.sheet.sheet
        while sheet.focus != ACTION:
            right = {item.key: sorted(item.accepts)[0] for item in sheet.plan.items}
            await self.keys({**right, REASON_FIELD: reason}.get(sheet.focus, "") + "\t")

    async def armed(self) -> None:
        """Until `!` counts."""
        sheet = self.sheet.sheet
        await self.until(lambda: sheet.armed(time.monotonic()))

    async def send(self) -> JobScreen:
        """`!` on the armed sheet; the job table."""
        await self.armed()
        await self.keys("!")
        await self.until(lambda: isinstance(self.app.screen, JobScreen))
        return self.job


@asynccontextmanager
async def stage(
    mounted: Mounted,
    clock: HeldClock,
    *,
    size: tuple[int, int] = (120, 40),
    profile: str | None = None,
    write_minutes: int | None = None,
    refresh: int = 0,
    ahead: str = "",
    config: Config | None = None,
    **changes: Any,
) -> AsyncIterator[Stage]:
    """Run the program.

    Args:
        mounted: The pretend tenant.
        clock: The clock of both.
        size: Of the terminal.
        profile: What is opened; the tenant's own profile when None, "" for the login screen.
        write_minutes: As `--write`.
        refresh: Seconds between two refreshes; 0 leaves them to the test.
        ahead: Keys that are there before the program is.
        config: The configuration, but for refresh and profiles.
        changes: Of the profile.
    """
    used: Profile = replace(mounted.profile, **changes)
    tap = Wiretap(mounted.connection.asynchronous)
    connection = replace(mounted.connection, asynchronous=tap)
    app = MdetuiApp(
        with_profile(replace(config or Config(), refresh=refresh), used),
        lambda _: connection,
        profile=used.name if profile is None else profile,
        write_minutes=write_minutes,
        clock=clock,
    )
    async with app.run_test(size=size) as pilot:
        one = Stage(app, pilot, mounted, clock, tap)
        if ahead:
            await one.keys(ahead)
        await one.until(lambda: app.shell.frame is not None)
        if profile != "":
            await one.filled()
        yield one
