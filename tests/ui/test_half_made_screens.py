"""A screen that is being put up has no lines yet: what happens meanwhile must not fail on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mdetui.app import MdetuiApp
from mdetui.config import Config, with_profile
from mdetui.screens.places import list_of
from mdetui.simulator.mount import Mounted
from mdetui.views.query import parse
from mdetui.widgets.one_line import OneLine
from tests.clocks import HeldClock


async def test_the_lock_counts_down_while_a_screen_is_put_up(tenant: Mounted, clock: HeldClock) -> None:
    config = with_profile(Config(), tenant.profile)
    app = MdetuiApp(config, lambda _: tenant.connection, profile=tenant.profile.name, write_minutes=30, clock=clock)
    async with app.run_test():
        await _until(lambda: app.shell.opened("demo"))
        clock.advance(61)
        app.shell.visit(list_of("alerts", "demo", parse("alerts", "sev:high")))
        frame = app.shell.frame
        assert frame is not None
        assert not frame.query(OneLine)
        app.shell.tick()
        await _until(lambda: frame.is_mounted)
        app.shell.tick()
        await _until(lambda: "WRITE 29:00" in _top(app))


async def _until(happened: Callable[[], object]) -> None:
    for _ in range(1_000):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


def _top(app: MdetuiApp) -> str:
    return "".join(segment.text for segment in app.screen._compositor.render_strips()[0])
