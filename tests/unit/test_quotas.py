"""The quota: a sliding log, people first, shared by every window of this host."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sys
from pathlib import Path

import pytest

from mdetui.api.quota_file import file_of
from mdetui.api.quotas import Quotas
from tests.clocks import HeldClock
from tests.wiring import RushingClock, profile


def alone(clock: HeldClock) -> Quotas:
    return Quotas(profile(), clock, shared=False)


async def admitted(quotas: Quotas, family: str, count: int, *, urgent: bool = True) -> int:
    """How many of so many calls are let through at once."""
    tasks = [asyncio.create_task(quotas.admit(family, urgent)) for _ in range(count)]
    for _ in range(5):
        await asyncio.sleep(0)
    through = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return through


async def test_a_minute_lets_its_allowance_through_and_no_more() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    assert await admitted(quotas, "default", 130) == 100
    assert quotas.use("default") == (100, 100)
    clock.advance(59.9)
    assert await admitted(quotas, "default", 5) == 0
    clock.advance(0.2)
    assert await admitted(quotas, "default", 130) == 100
    assert quotas.use("default") == (100, 200)


async def test_it_is_a_sliding_log_and_no_bucket() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    assert await admitted(quotas, "default", 60) == 60
    clock.advance(40)
    assert await admitted(quotas, "default", 60) == 40
    clock.advance(21)
    assert await admitted(quotas, "default", 100) == 60


async def test_the_hour_counts_too() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    for _ in range(15):
        assert await admitted(quotas, "default", 100) == 100
        clock.advance(61)
    assert await admitted(quotas, "default", 1) == 0
    clock.advance(3600 - 15 * 61 + 1)
    assert await admitted(quotas, "default", 1) == 1


async def test_the_background_stops_itself_before_it_starves_a_person() -> None:
    quotas = alone(HeldClock())
    assert await admitted(quotas, "default", 100, urgent=False) == 80
    assert await admitted(quotas, "default", 100) == 20


async def test_families_are_apart_and_unknown_ones_share_the_default() -> None:
    quotas = alone(HeldClock())
    assert await admitted(quotas, "batchUpdate", 20) == 10
    assert await admitted(quotas, "something new", 120) == 100
    assert await admitted(quotas, "default", 1) == 0


async def test_a_window_that_names_no_limit_has_none() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    assert await admitted(quotas, "graph", 300) == 300
    assert await admitted(quotas, "startInvestigation", 60) == 50
    clock.advance(61)
    assert await admitted(quotas, "startInvestigation", 1) == 0
    clock.advance(3_600)
    assert await admitted(quotas, "startInvestigation", 60) == 50
    assert await admitted(quotas, "liveResponse", 20) == 10
    clock.advance(61)
    assert await admitted(quotas, "liveResponse", 20) == 10


async def test_who_waits_goes_on_when_there_is_room_and_the_wait_shows() -> None:
    clock = RushingClock()
    quotas = alone(clock)
    heard: list[str] = []
    quotas.waits.subscribe(lambda wait: heard.append(f"{wait.family} {wait.urgent}" if wait else "none"))
    for _ in range(101):
        await quotas.admit("default")
    assert clock.slept == [pytest.approx(60, abs=0.01)]
    assert heard == ["default True", "none"]
    assert quotas.waits.current is None


async def test_the_wait_says_until_when_and_why() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    assert await admitted(quotas, "batchUpdate", 10) == 10
    clock.advance(10)
    background = asyncio.create_task(quotas.admit("batchUpdate", False))
    waiting = asyncio.create_task(quotas.admit("batchUpdate"))
    await asyncio.sleep(0)
    wait = quotas.waits.current
    assert wait is not None
    assert wait.urgent
    assert (wait.until - clock.now()).total_seconds() == 50
    assert wait.why == "our 10 calls a minute are used"
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert quotas.waits.current is not None
    assert not quotas.waits.current.urgent
    background.cancel()
    await asyncio.gather(background, return_exceptions=True)
    assert quotas.waits.current is None


async def test_a_429_closes_the_family_for_the_time_it_names() -> None:
    clock = HeldClock()
    quotas = alone(clock)
    quotas.drain("default", 8)
    assert await admitted(quotas, "default", 3) == 0
    assert await admitted(quotas, "batchUpdate", 3) == 3
    clock.advance(8.1)
    assert await admitted(quotas, "default", 3) == 3


async def test_two_windows_share_one_allowance() -> None:
    clock = HeldClock()
    one, other = Quotas(profile(), clock), Quotas(profile(), clock)
    elsewhere = Quotas(profile(client_id="another-app"), clock)
    assert await admitted(one, "default", 70) == 70
    assert await admitted(other, "default", 70) == 30
    assert await admitted(elsewhere, "default", 70) == 70
    other.drain("default", 100)
    clock.advance(61)
    assert await admitted(one, "default", 1) == 0
    assert one.trouble == other.trouble == ""


async def test_a_tenant_in_this_process_is_nobody_elses() -> None:
    clock = HeldClock()
    demo = profile(connector="demo")
    assert await admitted(Quotas(demo, clock), "default", 100) == 100
    assert await admitted(Quotas(demo, clock), "default", 100) == 100
    assert not file_of(demo).exists()


CALLER = """
import asyncio, sys
from mdetui.api.quotas import Quotas
from tests.wiring import profile
async def main():
    quotas = Quotas(profile())
    for _ in range(int(sys.argv[1])):
        await quotas.admit("default")
asyncio.run(main())
"""


async def test_two_processes_share_one_allowance() -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    callers = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", CALLER, "30", cwd=root, env=environment)
        for _ in range(2)
    ]
    assert [await caller.wait() for caller in callers] == [0, 0]
    quotas = Quotas(profile())
    await quotas.admit("default")
    assert quotas.use("default")[1] == 61


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"made":{"default":["x"]}}', b"\xff" * 100, b"null"])
async def test_a_broken_file_is_begun_anew(content: bytes) -> None:
    path = file_of(profile())
    path.write_bytes(content)
    quotas = Quotas(profile(), HeldClock())
    await quotas.admit("default")
    assert len(json.loads(path.read_bytes())["made"]["default"]) == 1
    assert quotas.trouble == ""


async def test_a_file_that_can_not_be_used_is_said_and_does_no_harm() -> None:
    path = file_of(profile())
    path.mkdir()
    quotas = Quotas(profile(), HeldClock())
    assert await admitted(quotas, "default", 130) == 100
    assert "not shared" in quotas.trouble


async def test_a_link_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep me")
    file_of(profile()).symlink_to(precious)
    quotas = Quotas(profile(), HeldClock())
    await quotas.admit("default")
    assert precious.read_text() == "keep me"
    assert quotas.trouble


async def test_a_lock_held_by_a_stopped_process_holds_nobody_up() -> None:
    clock = HeldClock()
    quotas = Quotas(profile(), clock)
    await quotas.admit("default")
    handle = os.open(file_of(profile()), os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)
    await quotas.admit("default")
    quotas.drain("batchUpdate", 50)
    os.close(handle)
    # what happened meanwhile is handed in with the next call
    await quotas.admit("default")
    other = Quotas(profile(), clock)
    await other.admit("default")
    assert other.use("default") == (4, 4)
    assert await admitted(other, "batchUpdate", 1) == 0


async def test_a_clock_set_back_does_not_block_for_ever() -> None:
    clock = HeldClock()
    quotas = Quotas(profile(), clock)
    assert await admitted(quotas, "default", 100) == 100
    earlier = Quotas(profile(), HeldClock(clock.now().replace(year=2025)))
    assert await admitted(earlier, "default", 100) == 100


async def test_the_file_is_private_and_names_nobody() -> None:
    await Quotas(profile(), HeldClock()).admit("default")
    path = file_of(profile())
    assert path.stat().st_mode & 0o777 == 0o600
    assert profile().tenant not in path.name
    assert path.stat().st_size < 200
