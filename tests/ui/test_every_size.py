"""Every screen at three sizes: where I am, as whom and the next key are always there; below 60x15 no key acts."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage

SIZES = [(80, 24), (120, 40), (200, 60)]
# keys to a screen, and what must be seen there
WAYS = {
    "alerts": ("", ["alerts", "READ-ONLY", "? help", "loaded"]),
    "alert": ("\r\r", ["[Overview]", "READ-ONLY", "? help", "severity"]),
    "machines": (":m\r", ["machines", "MACHINE", "SYSTEM", "? help"]),
    "machine": ("m", ["isolation", "[Overview]", "? help", "id "]),
    "actions": (":act\r", ["actions", "STATUS", "? help"]),
    "log": ("L", ["requests", "PATH", "? help"]),
    "ledger": (":ledger\r", ["ledger", "OUTCOME", "? help"]),
    "help": ("?", ["Keys", "type to search"]),
    "act": ("a", ["isolate", "release", "scan"]),
    "triage": ("t", ["assign", "status", "classify", "comment"]),
    "sort": ("s", ["Sort by", "title"]),
    "command": (":", ["alerts machines"]),
}


def check(one: Stage, wanted: list[str], width: int) -> None:
    for word in wanted:
        assert word in one.text, f"{word!r} is missing:\n{one.text}"
    for line in one.lines:
        assert cell_len(line.rstrip()) <= width


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_nothing_important_is_cut(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    async with stage(tenant, clock, size=size) as one:
        for name, (keys, wanted) in WAYS.items():
            await one.go("al")
            await one.filled()
            await one.point(lambda row: row.computer_dns_name and row.machine_id)
            if keys:
                await one.keys(keys)
            if name in ("machines", "actions"):
                await one.filled()
            if name in ("alert", "machine"):
                await one.until(lambda: "reading" not in one.text)
            await one.calm()
            check(one, wanted, size[0])
            await one.keys("\x1b")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_sheet_shows_every_target_and_its_keys(
    tenant: Mounted, clock: HeldClock, size: tuple[int, int]
) -> None:
    async with stage(tenant, clock, size=size, write_minutes=30) as one:
        await one.go("m")
        await one.filled()
        marked = []
        for _ in range(8):
            row = one.cursor
            # protected machines are left out and named; each has a sheet of its own
            marked.append(row.computer_dns_name if row.computer_dns_name.startswith("dc-") else row.id)
            await one.keys(" j")
        await one.keys("k")
        await one.keys("ai")
        await one.checked()
        check(one, ["ISOLATE", "will be sent", "not armed", "! isolate", "esc leave", "Reason"], size[0])
        seen = one.text
        for _ in range(6):
            await one.press("pagedown")
            await one.calm()
            seen += one.text
        missing = [key for key in marked if key not in seen]
        assert not missing
        await one.keys("\x1b")


async def test_below_60_by_15_only_a_message_and_no_key_acts(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, write_minutes=30) as one:
        await one.filled()
        await asyncio.sleep(1)
        await one.calm()
        cursor, reads = one.table.cursor, one.reads
        await one.resize(50, 12)
        assert "60 x 15" in one.text
        await one.keys("jjjm:act\rai!q")
        await one.resize(120, 40)
        assert one.table.cursor == cursor
        assert one.reads == reads
        assert not one.writes
        assert one.running
