"""The sign-in screen in the whole program: from Enter on a profile to the rows of its queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from mdetui.screens.login import LoginScreen
from mdetui.screens.sign_in import SignInScreen
from mdetui.simulator.directory import DESKTOP_ID, Directory, Person
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.signing import approve, handle, sign_in_at

DEVICE: dict[str, Any] = {"method": "device-code", "client_id": DESKTOP_ID, "store": "memory", "connector": "network"}
BROWSER: dict[str, Any] = {**DEVICE, "method": "browser"}


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    """A tenant whose codes are asked for every second."""
    return start_simulator(directory=Directory(interval=1))


@asynccontextmanager
async def at_sign_in(tenant: Mounted, clock: HeldClock, **changes: Any) -> AsyncIterator[tuple[Stage, SignInScreen]]:
    """The login screen, Enter pressed, until the program asks how to sign in."""
    size = changes.pop("size", (120, 40))
    async with stage(tenant, clock, profile="", size=size, **changes) as one:
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, SignInScreen) and one.app.screen.is_mounted)
        yield one, one.screen(SignInScreen)


async def with_code(one: Stage, screen: SignInScreen) -> str:
    """Ask for a code; the code."""
    await one.keys("d")
    await one.until(lambda: screen.stage == "device")
    assert screen._device is not None
    return screen._device.user_code


async def test_a_device_code_from_the_login_screen_to_the_queue(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        assert "has nobody signed in" in one.text
        assert not handle(tenant).handed_out(), "nothing is asked for before the person wants it"
        code = await with_code(one, screen)
        assert code in one.text
        assert "█▀▀▀█" in one.text, "the address as a QR code"
        approve(tenant, code)
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()
        assert "Signed in as person ana.reyes@contoso.com." in one.text
        assert "person ana.reyes@contoso.com" in one.top
        assert "loaded" in one.bottom
        assert code not in one.text


async def test_time_is_counted_down_and_an_expired_code_says_what_to_press(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        await with_code(one, screen)
        assert "lives 15:00 longer" in one.text
        clock.advance(61)
        screen._tick()
        await one.calm()
        assert "lives 13:59 longer" in one.text
        await one.pass_time(lambda: screen.stage == "choice", step=60)
        assert "expired" in " ".join(one.text.split())
        assert "70020" in one.text


async def test_leaving_while_it_waits_signs_nobody_in(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        code = await with_code(one, screen)
        await one.press("escape")
        assert screen.stage == "choice"
        approve(tenant, code)
        clock.advance(30)
        await one.calm()
        await one.press("escape")
        assert one.session.identity is None
        assert "has nobody signed in" in " ".join(one.text.split()) or "r retries" in one.text
        # r asks again, and so does S
        await one.keys("S")
        assert isinstance(one.app.screen, SignInScreen)


async def test_a_pasted_address_signs_in_and_is_never_shown(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **BROWSER) as (one, screen):
        await one.press(*["enter"] * 5)
        assert screen.stage == "choice", "an Enter that is held asks for nothing"
        screen._entered -= 1
        await one.press("enter")
        await one.until(lambda: screen.stage == "browser")
        assert screen._browser is not None
        url = screen._browser.url
        assert url.split("?")[0] in one.text
        ended = sign_in_at(tenant, url)
        await one.paste("  " + ended[:60] + "\n" + ended[60:] + "\n")
        assert "characters, Enter signs in" in one.text
        assert ended[-40:] not in one.text.replace("\n", "")
        await one.press("enter")
        await one.until(lambda: one.app.screen is not screen)
        await one.filled()
        assert "person ana.reyes@contoso.com" in one.top


async def test_what_is_no_answer_is_said_beside_the_address_which_stays(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **BROWSER) as (one, screen):
        await one.keys("b")
        await one.until(lambda: screen.stage == "browser")
        before = screen._browser
        await one.paste("https://example.org/?nothing=here")
        await one.press("enter")
        await one.until(lambda: screen.error is not None)
        assert screen.stage == "browser"
        assert screen._browser is before
        assert "not the address a sign-in ends at" in " ".join(one.text.split())
        # letters are a part of what is typed from the first one on; before it they are keys
        await one.keys("d")
        await one.until(lambda: screen.stage == "device")


@pytest.mark.parametrize(
    ("code", "says", "todo"),
    [
        (53003, "Conditional Access", "browser elsewhere"),
        (50105, "", ""),
        (7000218, "", "Allow public client flows"),
    ],
)
async def test_a_refusal_says_what_to_do_next(
    tenant: Mounted, clock: HeldClock, code: int, says: str, todo: str
) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        user_code = await with_code(one, screen)
        handle(tenant).devices[user_code].fail(code)
        await one.pass_time(lambda: screen.stage == "choice")
        said = " ".join(one.text.split())
        assert f"AADSTS{code}" in said
        assert says in said
        assert todo in said


async def test_another_person_closes_the_lock_of_the_first(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        approve(tenant, await with_code(one, screen))
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()
        one.unlock()
        assert one.session.lock.is_open
        await one.keys("S")
        again = one.screen(SignInScreen)
        approve(
            tenant,
            await with_code(one, again),
            Person("j.ito@contoso.com", "J. Ito", "0" * 8 + "-0000-4000-8000-" + "1" * 12),
        )
        await one.pass_time(lambda: one.app.screen is not again)
        await one.calm()
        assert not one.session.lock.is_open
        assert "j.ito@contoso.com" in one.top


async def test_an_ended_session_is_said_and_rows_stay(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        approve(tenant, await with_code(one, screen))
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()
        rows = len(one.body.feed)
        handle(tenant).end_sessions(50173)
        handle(tenant).revoke()
        await one.keys("r")
        await one.until(lambda: isinstance(one.app.screen, SignInScreen) or "AADSTS50173" in one.text)
        assert rows


async def test_signing_out_says_what_goes_on(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        approve(tenant, await with_code(one, screen))
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()
        await one.go("login")
        login = one.screen(LoginScreen)
        assert "signed in" in one.text
        await one.keys("x")
        await one.until(lambda: "Revoke" in one.text or "revoke" in one.text)
        assert one.session.identity is None
        assert "not signed in" in one.text
        assert login.is_current
