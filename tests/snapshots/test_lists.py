"""Every list at 80x24 and 120x40 as text, on the pretend tenant whose time stands still.

After a change that is meant, and after a look at what differs: `uv run pytest tests/snapshots -n 0 --snapshot-update`.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from syrupy.assertion import SnapshotAssertion

from mdetui.screens.preview import JOIN
from mdetui.views.registry import VIEWS
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage

# what leads to the lists that hang on something: a command, then keys
HANGING = {
    "users": ("machines", "\r3"),
    "software of a machine": ("machines", "\r4"),
    "cves of a machine": ("machines", "\r5"),
    "advice of a machine": ("machines", "\r6"),
    "missing updates of a machine": ("machines", "\r7"),
    "actions of a machine": ("machines", "\r8"),
    "machines of a cve": ("vulnerabilities", "\r2"),
    "software of a cve": ("vulnerabilities", "\r3"),
    "machines of a product": ("software", "\r2"),
    "machines of a recommendation": ("recommendations", "\r2"),
    "alerts of an incident": ("incidents", "\r2"),
    "machines of an incident": ("incidents", "\r3"),
    "evidence of an incident": ("incidents", "\r4"),
    "browse certificates": ("browse exports.certificates", ""),
    "browse browser extensions": ("browse browserExtensions", ""),
    "isolated": ("isolated", ""),
    "ledger": ("ledger", ""),
}
OWN = {view.id: (view.command[0], "") for view in VIEWS.values() if view.command}


async def arrived(one: Stage) -> None:
    """Until what a list or a page asked for is there."""
    await one.until(lambda: not one.app.workers and not one.frame.fetching)
    await one.calm()


async def rested(one: Stage) -> str:
    """Until everything that was asked for is drawn, the preview too; the screen."""
    await arrived(one)
    await one.rested()
    # what came for the preview waits a moment for what comes with it before it is drawn
    await asyncio.sleep(2 * JOIN)
    await one.calm()
    # how many requests a preview has made by now is not what is looked at
    return re.sub(
        r" +global  our use +\d+ of", "  global  our use 00 of", "\n".join(line.rstrip() for line in one.lines)
    )


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_list(
    start_simulator: StartSimulator, clock: HeldClock, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    tenant = start_simulator()
    async with stage(tenant, clock, size=size) as one:
        wrong = []
        for name, (command, keys) in {**OWN, **HANGING}.items():
            await one.go(command)
            for key in keys:
                await arrived(one)
                await one.keys(key)
            shown = await rested(one)
            if shown != snapshot(name=name):
                wrong.append(f"{name}\n{shown}")
        assert not wrong, "\n".join(wrong)
