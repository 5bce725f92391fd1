"""Draw the main screens from the demo tenant into screenshots/: `uv run python -m tests.screenshots [NAME ...]`.

The same bytes on every run; `tests/snapshots` holds the pictures to what the program shows now.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mdetui.config import Profile
from mdetui.simulator.directory import DESKTOP_ID
from tests.pictures import Player, Scene, draw, neutral_host

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"

# somebody of the pretend tenant
PERSON = Profile("contoso", tenant="contoso.com", client_id=DESKTOP_ID, method="device-code", store="memory")


async def _open(player: Player) -> None:
    """As it opens."""


async def _alert(player: Player) -> None:
    # the word processor that started a shell: twice, folded; the evidence is the second tab
    await player.walk("down", "down")
    await player.press("enter", "enter", "2")


async def _machine(player: Player) -> None:
    await player.press("m")


async def _triage(player: Player) -> None:
    await player.press("t")


async def _help(player: Player) -> None:
    await player.press("?")


async def _sheet(player: Player) -> None:
    await player.press("a", "i")
    await player.paste("INC-2291 sign-in stolen, containing the host")
    await player.press("tab", *"hr-ws-015", "tab")
    await player.until(" armed ")


async def _job(player: Player) -> None:
    # four machines, one of them protected
    for down in (0, 1, 2, 4):
        await player.press(*["down"] * down, "space")
    await player.press("a", "i")
    await player.paste("INC-2291 credential theft, containing all of them")
    await player.press("tab", "3", "tab")
    await player.press("!")
    await player.until("accepted")
    for _ in range(2):
        await player.settle()
        player.clock.advance(8)
    await player.until("done")


async def with_code(player: Player) -> None:
    """Nobody is signed in: ask for a device code."""
    await player.until("browser elsewhere")
    await player.press("d")
    await player.until("Type this code")


SCENES = (
    Scene("login-80x24", 80, 24, _open, profile=""),
    Scene("sign-in-80x24", 80, 24, with_code, profile="contoso", profiles=(PERSON,)),
    Scene("alerts-80x24", 80, 24, _open),
    Scene("alerts-120x40", 120, 40, _open),
    Scene("alerts-light-120x40", 120, 40, _open, theme="light"),
    Scene("alerts-ansi-80x24", 80, 24, _open, theme="ansi"),
    Scene("alert-120x40", 120, 40, _alert),
    Scene("machine-80x24", 80, 24, _machine),
    Scene("machine-120x40", 120, 40, _machine),
    Scene("sheet-80x24", 80, 24, _sheet, write_minutes=30),
    Scene("job-80x24", 80, 24, _job, write_minutes=30),
    Scene("triage-80x24", 80, 24, _triage, write_minutes=30),
    Scene("help-80x24", 80, 24, _help),
)


def main(names: list[str]) -> int:
    """Draw the scenes of these names, all of them when none is given; says which pictures have changed."""
    known = {scene.name: scene for scene in SCENES}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.stderr.write(f"There is no scene {', '.join(unknown)}. Known: {', '.join(known)}.\n")
        return 2
    FOLDER.mkdir(exist_ok=True)
    for name in names or known:
        file = FOLDER / f"{name}.svg"
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        with neutral_host():
            picture = asyncio.run(draw(known[name]))
        file.write_text(picture, encoding="utf-8")
        sys.stdout.write(f"{name}: {'as it was' if picture == before else 'drawn anew'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
