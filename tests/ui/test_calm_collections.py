"""Garbage is looked for when nobody types and nothing is loading: a key never waits for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import stage


@pytest.fixture
def collector() -> Iterator[None]:
    """Off, as the command line leaves it to the program; as before afterwards."""
    thresholds = gc.get_threshold()
    gc.collect()
    gc.disable()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()
    gc.unfreeze()


def waiting() -> int:
    """Collections of young objects since the last of all objects."""
    return gc.get_count()[2]


@pytest.mark.usefixtures("collector")
async def test_a_key_never_waits_for_garbage(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(machines=600, alerts=3_000)
    async with stage(tenant, clock) as one:
        await one.until(gc.isenabled)
        kept: list[list[list[int]]] = []
        while waiting() <= 30:
            kept.append([[] for _ in range(1_000)])
        await one.press("down")
        assert not one.app.quiet
        one.app._tidy()
        assert waiting() > 30
        one.app._last_key -= 60
        assert one.app.quiet
        assert one.body.feed.load_more()
        one.app._tidy()
        assert waiting() > 30, "a list was loading"
        one.body.feed.stop()
        one.app._tidy()
        assert waiting() > 30, "it may be the moment between two pages"
        one.app._tidy()
        assert waiting() < 5
        # nobody waits for ever
        while waiting() <= 210:
            kept.append([[] for _ in range(5_000)])
        await one.press("down")
        one.app._tidy()
        assert waiting() < 5
