"""The doctor's report in the program."""

from __future__ import annotations

import base64
import re

import pytest

from mdetui.screens.doctor import DoctorPlace, DoctorScreen, open_doctor
from mdetui.screens.listing import ListScreen
from mdetui.screens.login import LoginScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage


async def opened(one: Stage, profile: str = "demo") -> DoctorScreen:
    """The report, whole."""
    open_doctor(one.app.shell, profile)
    await one.until(lambda: isinstance(one.app.screen, DoctorScreen))
    screen = one.screen(DoctorScreen)
    await one.until(lambda: screen.spot.done)
    await one.calm()
    return screen


async def test_the_report_fills_in_is_copied_and_made_again(
    tenant: Mounted, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    async with stage(tenant, clock) as one:
        screen = await opened(one)
        assert "demo › doctor" in one.top
        assert {check.status for check in screen.spot.checks} == {"ok", "skipped"}
        assert "app mdetui-demo of tenant" in one.text
        assert "works" in one.bottom
        await one.keys("G")
        assert "Everything works that was looked at." in one.text
        written: list[str] = []
        assert one.app._driver is not None
        monkeypatch.setattr(one.app._driver, "write", written.append)
        await one.keys("y")
        monkeypatch.undo()
        assert "The report was sent to the terminal" in one.text
        (copied,) = re.findall(r"\x1b]52;c;([^\x07]*)\x07", "".join(written))
        report = base64.b64decode(copied).decode()
        assert "Everything works that was looked at." in report
        for secret in (*tenant.tenant.authority.handed_out(), *tenant.tenant.authority.presented()):
            assert secret not in report
        reads, count = one.reads, len(screen.spot.checks)
        await one.keys("r")
        await one.until(lambda: screen.spot.done)
        assert (one.reads - reads, len(screen.spot.checks)) == (9, count), "asked again, drawn once"
        await one.keys("\x1b")
        await one.keys("\x1b")
        assert isinstance(one.frame, ListScreen), "back where it was opened"
        assert (await one.session.read("alerts.list", {}, {"$top": "1"})).rows, "the session is still open"


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_what_is_wrong_is_told_with_what_to_do(tenant: Mounted, clock: HeldClock, size: tuple[int, int]) -> None:
    tenant.faults.set("forbidden", "Alert.ReadWrite.All", path="/api/alerts")
    async with stage(tenant, clock, size=size, profile="") as one:
        assert isinstance(one.frame, LoginScreen)
        await one.until_text("demo")
        screen = await opened(one)
        assert "signing in" not in one.top, "the report has a session of its own"
        bad = [check.id for check in screen.spot.checks if check.status == "bad"]
        assert bad == ["read.alerts.list"]
        await one.keys("G")
        shown = " ".join(one.text.split())
        assert "One of these is needed: Alert.Read.All, Alert.ReadWrite.All" in shown
        assert "1 thing does not work." in shown
        await one.keys("gjjkk")
        assert "configuration" in one.lines[2]


async def test_leaving_ends_it_and_coming_back_begins_again(tenant: Mounted, clock: HeldClock) -> None:
    tenant.faults.set("latency", 60_000, path="/api/machines")
    async with stage(tenant, clock) as one:
        open_doctor(one.app.shell, "demo")
        await one.until(lambda: isinstance(one.app.screen, DoctorScreen))
        spot = one.screen(DoctorScreen).spot
        await one.until(lambda: any(check.id == "read.alerts.list" for check in spot.checks))
        await one.keys("\x1b")
        await one.until(lambda: isinstance(one.frame, ListScreen))
        assert not spot.done
        tenant.faults.clear()
        await one.keys("-")
        await one.until(lambda: spot.done)
        assert one.screen(DoctorScreen).spot is spot
        # one report is not opened below another
        open_doctor(one.app.shell, "demo")
        await one.until(lambda: one.frame.place is not spot)
        assert isinstance(one.frame.place, DoctorPlace)
        assert one.frame.place.parent is spot.parent


async def test_it_can_be_stopped(tenant: Mounted, clock: HeldClock) -> None:
    tenant.faults.set("latency", 60_000, path="/api/machines")
    async with stage(tenant, clock) as one:
        open_doctor(one.app.shell, "demo")
        await one.until(lambda: isinstance(one.app.screen, DoctorScreen))
        screen = one.screen(DoctorScreen)
        await one.until(lambda: any(check.id == "read.alerts.list" for check in screen.spot.checks))
        await one.press("ctrl+c")
        assert "The examination was stopped; r begins again." in one.text
        assert "stopped" in one.bottom
        assert not screen.spot.done
