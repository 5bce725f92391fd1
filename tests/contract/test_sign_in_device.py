"""The device code: polls, pauses, trouble, and codes that come to nothing. Real MSAL, the pretend authority."""

from __future__ import annotations

import pytest

from mdetui.auth.device import Waiting
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError
from mdetui.simulator.directory import Directory
from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.signing import approve, handle
from tests.sources import (
    by_code,
    desktop,
    people,
)
from tests.wiring import RushingClock


async def test_the_waiting_is_told(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(interval=2))
    clock = RushingClock()
    tokens = people(tenant, clock)
    code = await tokens.start_device_code()
    assert (code.interval, code.url, code.audience) == (2, "https://microsoft.com/devicelogin", "mde")
    assert (code.expires_at - clock.now()).total_seconds() == 900
    device = handle(tenant).devices[code.user_code]
    device.slow_down()
    told: list[Waiting] = []

    def changed(waiting: Waiting) -> None:
        told.append(waiting)
        if waiting.state == "slowed":
            tenant.faults.set("authority-down", "503", count=1)
        if waiting.state == "trouble":
            device.approve()

    await tokens.finish_device_code(code, changed)
    assert [(one.state, one.interval) for one in told] == [("waiting", 2), ("slowed", 7), ("trouble", 7)]
    assert "busy" in told[2].why
    # the pauses are the authority's, lengthened for good by what it asked for
    assert clock.slept == [2, 7, 7]
    # one 503 did not poison the polls after it
    assert device.redeemed


@pytest.mark.parametrize(("down", "words"), [("503", "busy"), ("429", "busy"), ("reset", "not reached")])
async def test_trouble_while_polling_passes(tenant: Mounted, down: str, words: str) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    code = await tokens.start_device_code()
    troubles: list[Waiting] = []

    def changed(waiting: Waiting) -> None:
        if waiting.state == "trouble":
            troubles.append(waiting)
            approve(tenant, code.user_code)

    tenant.faults.set("authority-down", down, count=3)
    await tokens.finish_device_code(code, changed)
    assert len(troubles) == 1
    assert words in troubles[0].why


@pytest.mark.parametrize("given", [0, -5, 100_000])
async def test_an_odd_interval_is_put_right(start_simulator: StartSimulator, given: int) -> None:
    tenant = start_simulator(directory=Directory(interval=given))
    clock = RushingClock()
    tokens = people(tenant, clock)
    code = await tokens.start_device_code()
    approve(tenant, code.user_code)
    await tokens.finish_device_code(code)
    assert clock.slept == [min(max(given, 1), 120)]


@pytest.mark.parametrize(
    ("decide", "words"),
    [("decline", "AADSTS70018"), ("expire", "AADSTS70020"), ("53003", "AADSTS53003"), ("7000218", "AADSTS7000218")],
)
async def test_a_code_that_comes_to_nothing(tenant: Mounted, decide: str, words: str) -> None:
    tokens = people(tenant)
    code = await tokens.start_device_code()
    device = handle(tenant).devices[code.user_code]
    device.fail(int(decide)) if decide.isdigit() else getattr(device, decide)()
    with pytest.raises(SignInError, match=words) as caught:
        await tokens.finish_device_code(code)
    assert caught.value.todo
    assert device.polls == 1
    assert TokenStore(desktop(tenant)).load() is None


async def test_a_code_expires_by_itself(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(device_seconds=12, interval=5))
    tokens = people(tenant)
    code = await tokens.start_device_code()
    with pytest.raises(SignInError, match="expired"):
        await tokens.finish_device_code(code)
    assert handle(tenant).devices[code.user_code].polls == 2


@pytest.mark.parametrize("code", [7000218, 700016, 90002])
async def test_no_code_is_given(tenant: Mounted, code: int) -> None:
    tenant.faults.set("aadsts", str(code), path="/devicecode")
    with pytest.raises(SignInError, match=f"AADSTS{code}") as caught:
        await people(tenant).start_device_code()
    assert caught.value.correlation_id


async def test_a_public_client_that_may_not_be_one(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(public_flows=False))
    tokens = people(tenant)
    with pytest.raises(SignInError, match="AADSTS7000218"):
        await by_code(tokens, tenant)
