"""Pictures of the program on the demo tenant, with everything that differs between two runs held still.

The time, the data, the theme, the host and the user are fixed, so that a scene is drawn with the same bytes wherever
and whenever it is drawn. `tests.screenshots` draws those of the README, `tests/snapshots` compares.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from unittest import mock

import httpx
from textual import events
from textual.pilot import Pilot

from mdetui import simulator
from mdetui.app import MdetuiApp
from mdetui.config import Config, Profile, with_profile
from mdetui.net import Connection
from mdetui.response.protected import Here
from mdetui.simulator import Options
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import Fault
from tests.clocks import HeldClock

# Looks without any change after which a screen counts as finished, and seconds between two of them: together longer
# than the rest of a cursor before the preview asks (0.3 s) and the quiet before a sheet is armed (0.3 s).
STILL = 5
POLL = 0.1
PATIENCE = 60.0

# width of a character in a picture, fixed by Rich
_CELL = 12.2
# where the configuration would be
FILE = Path("/home/you/.config/mdetui/config.toml")
# what the authority makes device codes of
_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ2-9"
_SETTINGS = re.compile(r"SSH_|MDETUI_|NO_COLOR$|XDG_")


class Wire(httpx.AsyncBaseTransport):
    """A transport that knows how many answers are outstanding."""

    def __init__(self, below: httpx.AsyncBaseTransport) -> None:
        self._below = below
        self.outstanding = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand it on."""
        self.outstanding += 1
        try:
            return await self._below.handle_async_request(request)
        finally:
            self.outstanding -= 1


class FilmedApp(MdetuiApp):
    """The program; its pictures are tidied, and the last one is kept."""

    picture = ""

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """A picture of the screen."""
        self.picture = tidy(super().export_screenshot(title=title, simplify=simplify))
        return self.picture


class Player:
    """Plays a scene: the program on the demo tenant, and a hand on its keyboard.

    Attributes:
        clock: The program's and the tenant's time.
        mounted: The tenant that was opened last.
    """

    mounted: Mounted

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.clock = HeldClock()
        self._wires: list[Wire] = []
        self._pilot: Pilot[None] | None = None
        own = {one.name: one for one in scene.profiles}
        config = with_profile(Config(FILE, theme=scene.theme, profiles=own), simulator.demo_profile())
        self.app = FilmedApp(
            config, self._connect, profile=scene.profile, write_minutes=scene.write_minutes, clock=self.clock
        )

    def _connect(self, profile: Profile) -> Connection:
        self.mounted = simulator.start(Options(arrivals=0, clock=self.clock, faults=self.scene.faults), profile)
        wire = Wire(self.mounted.connection.asynchronous)
        self._wires.append(wire)
        return replace(self.mounted.connection, asynchronous=wire, lasting=False)

    async def play(self, pilot: Pilot[None]) -> None:
        """Play the scene to its end."""
        self._pilot = pilot
        await self.settle()
        await self.scene.steps(self)
        frame = self.app.shell.frame
        if frame is not None:
            # what the lines around a list say of our requests is drawn now and then; now is after the last of them
            frame.redraw()
        await self.settle()

    # the keyboard

    async def press(self, *keys: str) -> None:
        """Press keys as fast as they go, then wait until the screen stands still."""
        assert self._pilot is not None
        await self._pilot.press(*keys)
        await self.settle()

    async def walk(self, *keys: str) -> None:
        """Press keys and rest after each. Where the cursor rests the preview asks, which counts as a call."""
        for key in keys:
            await self.press(key)

    async def paste(self, text: str) -> None:
        """Paste a text into the field that has the focus."""
        self.app.post_message(events.Paste(text))
        await self.settle()

    # the screen

    @property
    def lines(self) -> list[str]:
        """What the screen shows, one text a row."""
        return lines_of(self.app.export_screenshot(simplify=True))

    async def until(self, word: str) -> None:
        """Wait until a word is on the screen."""
        await self._watch(lambda now: any(word in line for line in now), f"{word!r} did not come")

    async def settle(self) -> None:
        """Wait until nothing is under way and the screen has not changed for a while."""
        looks, before = 0, [""]

        def still(now: list[str]) -> bool:
            # looks are counted, not seconds: on a busy host all the time may have gone into one turn of the loop
            nonlocal looks, before
            looks, before = (looks + 1, now) if now == before and not self._busy else (0, now)
            return looks >= STILL

        await self._watch(still, "the screen never stood still")

    async def _watch(self, enough: Callable[[list[str]], bool], complaint: str) -> None:
        end = time.monotonic() + PATIENCE
        while not enough(now := self.lines):
            if time.monotonic() > end:
                raise AssertionError(f"{self.scene.name}: {complaint}:\n" + "\n".join(now))
            await asyncio.sleep(POLL)

    @property
    def _busy(self) -> bool:
        # a sign-in waits for its person as long as it takes
        working = any(not one.is_finished and one.group != "sign-in" for one in self.app.workers)
        return working or any(wire.outstanding for wire in self._wires)


Steps = Callable[[Player], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One picture.

    Attributes:
        name: File name without its end.
        columns: Width of the terminal.
        rows: Height of the terminal.
        steps: What is done before the picture is taken.
        theme: Colours.
        profile: Profile that is open at the start; "" is the login screen.
        write_minutes: Minutes for which the write lock is open.
        profiles: Profiles of a configuration, beside the demo.
        faults: What the tenant does wrong.
    """

    name: str
    columns: int
    rows: int
    steps: Steps
    theme: str = "dark"
    profile: str = "demo"
    write_minutes: int | None = None
    profiles: tuple[Profile, ...] = ()
    faults: tuple[Fault, ...] = ()


@contextmanager
def neutral_host() -> Iterator[None]:
    """No trace of this host, its user and their settings: empty folders, no SSH, no colour settings."""
    with tempfile.TemporaryDirectory() as folder:
        mine = {name: value for name, value in os.environ.items() if not _SETTINGS.match(name)}
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            mine[name] = str(Path(folder) / name.lower())
            Path(mine[name]).mkdir(mode=0o700)
        # a host with the name or address of a machine of the tenant would protect it
        with mock.patch.dict(os.environ, mine, clear=True), mock.patch.object(Here, "read", Here):
            yield


async def draw(scene: Scene) -> str:
    """Play a scene and draw it."""
    player = Player(scene)
    async with player.app.run_test(size=(scene.columns, scene.rows)) as pilot:
        await player.play(pilot)
        return player.app.export_screenshot(simplify=True)


def tidy(svg: str) -> str:
    """A picture without what differs between two runs: the ids that Rich makes, those of ledger entries and of the
    sign-in host's answers, and device codes.

    It fetches no font from a web host, and its spaces are kept by drawing libraries that would drop them.
    """
    svg = re.sub(r"\bterminal-\d+", "terminal", svg).replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"\s*@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    svg = re.sub(rf"(?<=[>;])[{_CODE_LETTERS}]{{9}}(?=&#160;|<)", "F4KTXQ7RB", svg)
    svg = re.sub(
        r"(?<=[>;])[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\))", "6e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", svg
    )
    numbers: dict[str, int] = {}
    return re.sub(
        r"(?<=[>;])#[0-9a-hjkmnp-tv-z]{4}(?=&#160;|<)",
        lambda found: f"#k{numbers.setdefault(found[0], len(numbers)) + 3}f9"[:5],
        svg,
    )


def difference(kept: str, drawn: str) -> str:
    """How two pictures differ, for a person: the rows of text that do."""
    before, now = lines_of(kept), lines_of(drawn)
    changed = difflib.unified_diff(before, now, "the picture", "the program", lineterm="", n=0)
    return "\n".join(changed) or "The words are the same; colours or places are not."


def lines_of(svg: str) -> list[str]:
    """The rows of text in a picture."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(r'<text class="[^"]*-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        rows.setdefault(float(y), []).append((float(x), unescape(text)))
    lines = []
    for y in sorted(rows):
        line = ""
        for x, text in sorted(rows[y]):
            line = line.ljust(round(x / _CELL)) + text
        lines.append(line.replace("\xa0", " ").rstrip())
    return lines
