"""What `test_every_size` leaves out: every tab, the smaller menus and sheets, the job table, and windows that are too small."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from mdetui.response.sheet import ACTION
from mdetui.screens.login import LoginScreen
from mdetui.screens.page import PageScreen
from mdetui.screens.too_small import TooSmallScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage

SIZES = [(80, 24), (120, 40), (200, 60)]
sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def framed(one: Stage, *place: str, lock: str = "READ-ONLY", keys: str = "? help") -> None:
    """The top line says where and whether writes are open, the bottom line what to press, and nothing is wider."""
    for word in (*place, lock):
        assert word in one.top, one.top
    assert keys in one.bottom, one.bottom
    assert all(cell_len(line) == one.app.size.width for line in one.lines)


@sizes
async def test_login(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    async with stage(tenant, clock, size=size, profile="") as one:
        await one.until(lambda: isinstance(one.app.screen, LoginScreen))
        await one.calm()
        framed(one, "mdetui", lock="not signed in")
        assert "Press Enter to look around on the demo tenant" in one.text
        assert "demo" in one.text
        await one.keys("\r")
        await one.filled()
        framed(one, "demo › alerts")


@sizes
@pytest.mark.parametrize("keys", ["\r", "m"], ids=["alert", "machine"])
async def test_every_tab_of_a_page(tenant: Mounted, clock: HeldClock, size: tuple[int, int], keys: str) -> None:
    async with stage(tenant, clock, size=size) as one:
        await one.keys("f0")
        row = await one.point(lambda row: row.computer_dns_name and row.related_user and len(row.title) > 30)
        await one.keys(keys)
        page = one.screen(PageScreen)
        tabs = page.spot.page.tabs
        for number, tab in enumerate(tabs, 1):
            await one.keys(str(number))
            await one.until(lambda: "reading" not in one.text and "oading" not in one.text)
            framed(one, "demo › alerts › ")
            strip = next(line for line in one.lines if f"[{tab.title}" in line)
            assert all(other.title in strip for other in tabs), strip
        what = row.title if keys == "\r" else row.machine_id
        assert what[:40] in one.text


@sizes
async def test_menus_bars_and_the_filter(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    async with stage(tenant, clock, size=size) as one:
        await one.keys("f0")
        await one.point(lambda row: row.computer_dns_name)
        for keys, words in {
            "Y": ("id", "name", "row", "JSON", "machine id", "portal link"),
            "p": ("the machine", "alerts of the incident", "alerts of the same category"),
            "s": ("the order they came in", "severity", "machine", "status", "owner"),
            "\x10": ("Everything that can be done here", "type to search"),
        }.items():
            await one.keys(keys)
            for word in words:
                assert word in one.text, (keys, one.text)
            assert all(cell_len(line) == size[0] for line in one.lines)
            await one.press("escape")
        await one.keys("/power")
        assert "/power" in one.bottom
        assert "loaded" in one.bottom
        assert "Tab asks the server" in one.bottom
        await one.keys("\r")
        framed(one, "demo › alerts")
        assert "/power" in one.bottom, "a filter is never forgotten"


async def show_sheet(one: Stage, keys: str, fits: Callable[[Any], object]) -> Any:
    await one.keys("f0")
    row = await one.point(fits)
    await one.keys(keys)
    await one.checked()
    return row


@sizes
async def test_sheets_for_one(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    async with stage(tenant, clock, size=size, write_minutes=30) as one:
        # the longest name there is
        row = await show_sheet(one, "ai", lambda row: row.computer_dns_name and len(row.computer_dns_name) > 60)
        await one.answer()
        for word in (
            "ISOLATE 1 machine", "demo (global)", "you@contoso.com", row.computer_dns_name, row.machine_id, "Undo: release",
            "INC-2291 credential dumping", "Type the name", "1 of 1 will be sent", "1 call", "! isolate", "d dry run",
        ):  # fmt: skip
            assert word in one.text, word
        framed(one, "ISOLATE", lock="demo", keys="esc leave")
        await one.press("escape")
        row = await show_sheet(one, "f0tc", lambda row: row.severity != "High" and row.status == "New")
        await one.keys("\t\t\t" + "a long reason " * 20 + "\t")
        assert one.sheet.sheet.focus == ACTION
        for word in (
            "CLASSIFY 1 alert",
            row.title,
            row.id,
            "Classification",
            "Determination",
            "Status",
            "! classify",
            "a long reason",
        ):
            assert word in one.text, word
        framed(one, "CLASSIFY", lock="demo", keys="esc leave")


@sizes
async def test_the_job_table(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    async with stage(tenant, clock, size=size, write_minutes=30) as one:
        # two of the many that have long names and one that has a name of its own
        await one.go("m")
        await one.filled()
        feed = one.body.feed
        chosen = [
            n
            for n in range(len(feed))
            if (feed.entry(n).item.computer_dns_name or "").startswith(("vdi-pool", "fin-ws-00"))
        ][:3]
        for index in chosen:
            feed.mark(index, True)
        one.table.marks_changed()
        one.table._go(chosen[0])
        await one.keys("as")
        await one.checked()
        await one.answer()
        await one.send()
        await one.pass_time(lambda: all(row.action_id for row in one.job.job.rows), step=0.1)
        await one.calm()
        framed(one, "AV quick scan of 3 machines", lock="demo", keys="esc leave")
        for row in one.job.job.rows:
            (line,) = [line for line in one.lines if f"#{row.entry}" in line]
            short = row.target.name.split(".")[0]
            assert short in line, line
            assert str(row.state) in line
        # leaving keeps it on the line of the list
        await one.press("escape")
        framed(one, "demo › machines", lock="WRITE")
        assert "running :jobs" in one.bottom


async def test_it_starts_in_a_window_that_is_too_small(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(50, 10), profile="") as one:
        await asyncio.sleep(0.3)
        await one.calm()
        assert "mdetui needs 60 x 15" in one.text
        await one.keys("\r:al\rq")
        assert isinstance(one.app.screen, TooSmallScreen)
        assert one.mounted.journal.count() == 0
        await one.resize(80, 24)
        await one.until(lambda: isinstance(one.app.screen, LoginScreen))
        await one.calm()
        assert "Press Enter" in one.text
        await one.keys("\r")
        await one.filled()
        framed(one, "demo › alerts")


async def test_too_small_over_a_menu_a_bar_and_a_page(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        await one.keys("f0")
        for keys, wanted in (
            ("a", "isolate"),
            ("/pow", "/pow"),
            (":al sev", "al sev"),
            ("?mark", "/mark"),
            ("m3", "[Users"),
        ):
            await one.keys(keys)
            await one.rested()
            assert wanted in one.text
            before, reads = one.app.screen, one.reads
            for small in ((59, 24), (80, 14), (20, 5)):
                await one.resize(*small)
                assert isinstance(one.app.screen, TooSmallScreen)
                assert "mdetui needs" in one.text
                await one.keys("qjx\r\ti!:m\r")
                await one.press("escape")
            await one.resize(80, 24)
            assert one.app.screen is before
            assert wanted in one.text
            assert one.reads == reads
            await one.press("escape", "escape")
            one.body.apply(one.body.feed.set_filter(""))
        assert one.writes == []
