"""The authority is down, slow, or gives other answers than it should: what is good is kept, and nothing hangs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator import Options
from mdetui.simulator.directory import Directory
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID
from tests.conftest import StartSimulator
from tests.signing import handle
from tests.sources import TOKEN_PATH, by_browser, by_code, over_tls, people, posts, source_over_tls
from tests.wiring import RushingClock

METHODS = ("client-secret", "device-code")


async def test_over_tls_an_outage_takes_no_good_token_away(simulator_options: Options, tmp_path: Path) -> None:
    clock = RushingClock()
    with over_tls(simulator_options, tmp_path) as (served, person):
        app = replace(
            person, method="client-secret", client_id=CLIENT_ID, client_secret_file=str(tmp_path / "client-secret")
        )
        for one in (person, app):
            async with source_over_tls(one, clock) as tokens:
                if one is person:
                    await by_code(tokens, served)
                first = await tokens.get()
                for down in ("503", "reset"):
                    served.faults.set("authority-down", down)
                    clock.advance(3320 if down == "503" else 40)
                    before = served.journal.count(TOKEN_PATH) + served.journal.count(method="GET")
                    got = await asyncio.gather(*(tokens.get() for _ in range(20)))
                    assert set(got) == {first}
                    # one try for all, and none again at once
                    assert await tokens.get() == first
                    assert served.journal.count(TOKEN_PATH) + served.journal.count(method="GET") - before == 1
                    # what is not there can't be made up
                    with pytest.raises(SignInError, match="busy|not reached") as caught:
                        await tokens.get("graph")
                    assert not isinstance(caught.value, SignInNeeded)
                    # nor does a rejected one come back
                    with pytest.raises(SignInError, match="busy|not reached"):
                        await tokens.get(failed=first)
                    served.faults.clear("authority-down")
                clock.advance(31)
                assert await tokens.get() != first


async def test_a_start_in_an_outage_goes_on_with_what_is_kept(tenant: Mounted) -> None:
    first = people(tenant)
    await by_code(first, tenant)
    token = await first.get()
    await first.aclose()
    tenant.faults.set("authority-down", "refused")
    second = people(tenant)
    assert await second.get() == token
    with pytest.raises(SignInError, match="not reached"):
        await second.get("xdr")
    # nobody was signed out by it
    assert TokenStore(replace(tenant.profile, name="people")).load() is not None


async def test_a_kept_token_in_its_last_minutes_serves_as_long_as_it_can(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(token_seconds=200)
    clock = RushingClock()
    first = people(tenant, clock)
    await by_code(first, tenant)
    token = await first.get()
    tenant.faults.set("authority-down", "503")
    second = people(tenant, clock)
    assert await second.get() == token
    tenant.faults.clear()
    # it is tried again before long
    clock.advance(31)
    assert await second.get() != token


async def test_an_early_renewal_that_fails_falls_back(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(refresh_in=600))
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_browser(tokens, tenant)
    first = await tokens.get()
    clock.advance(601)
    tenant.faults.set("authority-down", "503", count=1)
    assert await tokens.get() == first
    clock.advance(31)
    assert await tokens.get() != first
    assert len(posts(tenant, "refresh_token")) == 1


async def test_a_person_who_tries_again_is_not_answered_from_memory(start_simulator: StartSimulator) -> None:
    """MSAL keeps refusals and 5xx for up to a minute and gives them again without asking."""
    tenant = start_simulator()
    tokens = people(tenant)
    for starting in (tokens.start_device_code, tokens.start_browser):
        tenant.faults.set("authority-down", "503", count=1)
        with pytest.raises(SignInError, match="busy"):
            await starting()
        await starting()
    tenant.faults.set("aadsts", "53003", path="/devicecode", count=1)
    with pytest.raises(SignInError, match="AADSTS53003"):
        await tokens.start_device_code()
    await tokens.start_device_code()


@pytest.mark.parametrize(
    "fault", [("html", ""), ("html", "502"), ("500", ""), ("reset", ""), ("authority-down", "429")]
)
async def test_odd_answers_end_in_a_sentence(tenant: Mounted, fault: tuple[str, str]) -> None:
    tokens = people(tenant)
    tenant.faults.set(fault[0], fault[1], path="/", count=None)
    for starting in (tokens.start_device_code, tokens.start_browser):
        with pytest.raises(SignInError) as caught:
            await starting()
        assert caught.value.todo
    tenant.faults.clear()
    await by_code(tokens, tenant)
    tenant.faults.set(fault[0], fault[1], path="/")
    with pytest.raises(SignInError) as caught:
        await tokens.get("graph")
    assert not isinstance(caught.value, SignInNeeded)


@pytest.mark.parametrize("method", METHODS)
async def test_a_token_that_lives_for_seconds_makes_no_storm(start_simulator: StartSimulator, method: str) -> None:
    tenant = start_simulator(token_seconds=20)
    clock = RushingClock()
    tokens: Any = people(tenant, clock)
    if method == "client-secret":
        secret = tenant.connection.client_secret
        assert secret is not None
        tokens = TokenSource(tenant.profile, tenant.connection.synchronous, secret=Secret(secret), clock=clock)
    else:
        await by_code(tokens, tenant)
    tenant.journal.clear()
    for _ in range(20):
        await tokens.get()
        clock.advance(1)
    assert 1 <= tenant.journal.count(TOKEN_PATH) <= 3


async def test_a_revoked_session_with_a_good_token_works_until_its_end(tenant: Mounted) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_code(tokens, tenant)
    first = await tokens.get()
    handle(tenant).end_sessions(50173)
    clock.advance(3400)
    assert await tokens.get() == first
    clock.advance(195)
    with pytest.raises(SignInNeeded, match="AADSTS50173"):
        await tokens.get()


async def test_an_authority_that_does_not_answer_holds_up_nobody_with_a_good_token(tenant: Mounted) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_code(tokens, tenant)
    first = await tokens.get()
    clock.advance(3400)
    tenant.faults.set("latency", "1200", path=TOKEN_PATH, count=1)
    got = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert set(got) == {first}
    assert len(posts(tenant, "refresh_token")) == 1
    # the renewal goes on meanwhile, and who asks for a token that was rejected waits for it
    assert await tokens.get(failed=first) != first
    assert len(posts(tenant, "refresh_token")) == 1
    await tokens.aclose()
