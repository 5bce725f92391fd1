"""Situations in which nobody can be signed in, or not any more: each ends in a sentence and a key, and work goes on where it can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mdetui.screens.sign_in import SignInScreen
from mdetui.simulator.directory import EXPIRED_SECRET, Directory
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import DEMO_SECRET
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.signing import approve, handle, make_pair, sign_in_at
from tests.sources import TOKEN_PATH
from tests.ui.test_sign_in_screen import DEVICE, at_sign_in, with_code

OTHER = "9f1b0c77-2d3e-4a5b-8c6d-7e8f90a1b2c3"
SECRET: dict[str, Any] = {"connector": "network"}
DOWN = pytest.mark.parametrize(
    ("how", "words"),
    [("503", "is busy"), ("429", "is busy"), ("reset", "was not reached"), ("refused", "was not reached")],
)


def said(one: Stage) -> str:
    """What the screen says, as one line."""
    return " ".join(one.text.replace("│", " ").split())


async def signed_in(one: Stage, screen: SignInScreen, tenant: Mounted) -> None:
    """By a device code, as far as the rows."""
    approve(tenant, await with_code(one, screen))
    await one.pass_time(lambda: one.app.screen is not screen)
    await one.filled()
    assert len(one.body.feed)


async def opened(one: Stage, words: str) -> str:
    """Enter on the profile, until the screen says something; all it says."""
    await one.press("enter")
    await one.until(lambda: words in said(one))
    assert "Traceback" not in one.text
    assert one.running
    return said(one)


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    """A tenant whose codes are asked for every second."""
    return start_simulator(directory=Directory(interval=1))


# another tenant, another cloud


async def test_the_account_of_another_tenant_is_thrown_away(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        code = await with_code(one, screen)
        handle(tenant).overrides["tid"] = OTHER
        approve(tenant, code)
        await one.pass_time(lambda: screen.stage == "choice")
        assert f"The token is for tenant {OTHER}, but profile demo is for {tenant.profile.tenant}." in said(one)
        assert "press r to sign in again" in said(one)
        assert one.session.identity is None
        assert not one.reads, "nothing was sent with it"
        del handle(tenant).overrides["tid"]
        await one.keys("r")
        await one.until(lambda: screen.stage == "device")
        approve(tenant)
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()


async def test_an_app_of_another_tenant_sends_nothing(tenant: Mounted, clock: HeldClock) -> None:
    handle(tenant).overrides["tid"] = OTHER
    async with stage(tenant, clock, profile="", **SECRET) as one:
        shown = await opened(one, f"The token is for tenant {OTHER}")
        assert "then press r" in shown
        assert not one.reads
        del handle(tenant).overrides["tid"]
        await one.keys("r")
        await one.filled()


async def test_a_tenant_of_another_cloud(tenant: Mounted, clock: HeldClock) -> None:
    elsewhere = f"https://{tenant.options.directory.elsewhere[0]}"
    async with at_sign_in(tenant, clock, **DEVICE, authority=elsewhere) as (one, screen):
        for key in "dbr":
            await one.keys(key)
            await one.until(lambda: screen.stage == "choice" and screen.error is not None)
            assert f"there is no tenant {tenant.profile.tenant} in cloud global (AADSTS90002," in said(one)
            assert "Press r to try again." in said(one)


async def test_an_app_of_another_cloud(tenant: Mounted, clock: HeldClock) -> None:
    elsewhere = f"https://{tenant.options.directory.elsewhere[0]}"
    async with stage(tenant, clock, profile="", authority=elsewhere, **SECRET) as one:
        shown = await opened(one, "(AADSTS90002,")
        assert "another cloud needs another cloud in the profile. Press r to try again." in shown
        await one.keys("r")
        await one.until_text("(AADSTS90002,")


# secrets and certificates


async def test_an_expired_secret_is_replaced_in_its_file(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text(EXPIRED_SECRET)
    tenant.connection.client_secret = None
    async with stage(tenant, clock, profile="", client_secret_file=str(file), **SECRET) as one:
        shown = await opened(one, "(AADSTS7000222,")
        assert "the client secret expired" in shown
        assert "then press r" in shown
        file.write_text(DEMO_SECRET)
        await one.keys("r")
        await one.filled()
        assert len(one.body.feed)


async def test_an_expired_secret_that_was_typed_is_typed_anew(
    tenant: Mounted, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MDETUI_CLIENT_SECRET", raising=False)
    tenant.connection.client_secret = None
    async with at_sign_in(tenant, clock, **SECRET) as (one, screen):
        assert screen.stage == "secret"
        await one.paste(EXPIRED_SECRET)
        await one.press("enter")
        await one.until(lambda: screen.stage == "secret" and screen.error is not None)
        await one.until(lambda: "(AADSTS7000222," in said(one))
        assert "not its Secret ID, then press Enter. (id " in said(one)
        assert EXPIRED_SECRET not in one.text
        # what is typed here is a secret, not a key
        await one.keys("r")
        assert screen.stage == "secret"
        await one.press("backspace")
        # the host is down: what was typed stays for the next try
        tenant.faults.set("authority-down", "503")
        await one.paste(DEMO_SECRET)
        await one.press("enter")
        await one.until(lambda: "is busy" in said(one))
        assert "then press Enter" in said(one)
        tenant.faults.clear()
        await one.press("enter")
        await one.until(lambda: one.app.screen is not screen)
        await one.filled()
        assert len(one.body.feed)


async def test_a_clock_that_is_off_spoils_a_certificate(
    start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,), authority_skew=3_600))
    async with stage(
        tenant, clock, profile="", method="certificate", certificate_file=str(pair.pem), connector="network"
    ) as one:
        shown = await opened(one, "(AADSTS")
        assert "or the clock is off (AADSTS700024," in shown
        assert "the clock of this host says" in shown
        assert "Press r to try again." in shown
        clock.advance(hours=1)


async def test_a_clock_that_is_off_spoils_every_token(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(directory=Directory(api_skew=3_700))
    async with stage(tenant, clock, profile="", **SECRET) as one:
        shown = await opened(one, "Lifetime validation failed")
        assert "the clock of this host" in shown
        assert "press r" in shown
        tokens = tenant.journal.count(TOKEN_PATH)
        assert tokens == 2, "one for the read, one because it was not taken"
        await one.keys("r")
        await one.until(lambda: tenant.journal.count(TOKEN_PATH) > tokens)
        assert one.running


# policies and ended sessions


async def test_a_blocked_device_code_leads_to_the_browser(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        handle(tenant).devices[await with_code(one, screen)].fail(53003)
        await one.pass_time(lambda: screen.stage == "choice")
        assert "a Conditional Access policy of the tenant blocked it (AADSTS53003," in said(one)
        assert "press b to use the browser elsewhere" in said(one)
        await one.keys("b")
        await one.until(lambda: screen.stage == "browser")
        assert screen._browser is not None
        await one.paste(sign_in_at(tenant, screen._browser.url))
        await one.press("enter")
        await one.until(lambda: one.app.screen is not screen)
        await one.filled()
        assert "person ana.reyes@contoso.com" in one.top


@pytest.mark.parametrize("code", [50173, 53003, 50076])
async def test_a_session_that_ends_while_rows_are_shown(code: int, tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        await signed_in(one, screen, tenant)
        await one.rested()
        rows = len(one.body.feed)
        handle(tenant).end_sessions(code)
        handle(tenant).revoke()
        one.body.refresh_rows()
        await one.until(lambda: f"(AADSTS{code}," in said(one))
        await one.calm()
        assert one.uncovered, "no screen that nobody asked for"
        assert len(one.body.feed) == rows
        assert "Refresh: The sign-in of profile demo was refused:" in said(one)
        assert "Press S to sign in. (id " in said(one)
        await one.keys("S")
        again = one.screen(SignInScreen)
        # what it says now names the keys of this screen
        assert f"(AADSTS{code}," in said(one)
        assert again._claims is not None or code == 50173, "what the next sign-in has to meet"
        approve(tenant, await with_code(one, again))
        await one.pass_time(lambda: one.app.screen is not again)
        assert len(one.body.feed) == rows
        one.body.refresh_rows()
        await one.rested()
        assert "AADSTS" not in one.text
        await one.keys("r")
        await one.filled()
        assert len(one.body.feed) == rows


# the authority is down


@pytest.mark.parametrize("how", ["503", "429", "reset", "refused"])
async def test_an_outage_is_not_noticed_by_who_has_a_token(how: str, tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        await signed_in(one, screen, tenant)
        tenant.faults.set("authority-down", how)
        # 200 s before its end: time for a new one
        clock.advance(tenant.options.token_seconds - 200)
        before = tenant.journal.count("/api", "GET")
        await one.keys("r")
        await one.filled()
        assert tenant.journal.count("/api", "GET") > before
        assert len(one.body.feed)
        assert "busy" not in one.text
        assert "not reached" not in one.text
        assert "retries" not in one.bottom


@DOWN
async def test_an_outage_without_a_token_is_said(how: str, words: str, tenant: Mounted, clock: HeldClock) -> None:
    tenant.faults.set("authority-down", how)
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        for key in "dbr":
            await one.keys(key)
            await one.until(lambda: screen.stage == "choice" and screen.error is not None)
            assert f"of profile demo {words}" in said(one)
            assert "then press r" in said(one)
        tenant.faults.clear()
        await one.keys("r")
        await one.until(lambda: screen.stage == "browser")


@DOWN
async def test_an_outage_without_a_token_is_said_of_an_app(
    how: str, words: str, tenant: Mounted, clock: HeldClock
) -> None:
    tenant.faults.set("authority-down", how)
    async with stage(tenant, clock, profile="", **SECRET) as one:
        assert "then press r" in await opened(one, f"of profile demo {words}")
        tenant.faults.clear()
        await one.keys("r")
        await one.filled()
        assert len(one.body.feed)


async def test_an_outage_while_a_person_types_the_code_is_waited_for(tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        code = await with_code(one, screen)
        assert "Waiting for you to finish there." in said(one)
        tenant.faults.set("aadsts", 90055, path="/token", count=1)
        await one.pass_time(lambda: "can't be reached now" in said(one))
        assert screen.stage == "device"
        approve(tenant, code)
        await one.pass_time(lambda: one.app.screen is not screen)
        await one.filled()


async def test_the_longest_hint_is_whole_in_a_small_window(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), **SECRET) as one:
        await one.rested()
        rows = len(one.body.feed)
        handle(tenant).expire()
        tenant.faults.set("aadsts", 65001, path="/token")
        one.body.refresh_rows()
        await one.until(lambda: "(AADSTS65001," in said(one))
        await one.calm()
        assert "Refresh: The sign-in of profile demo was refused:" in said(one)
        assert "An admin must grant the application permissions Alert.Read.All," in said(one)
        assert "then press r. (id " in said(one)
        assert len(one.body.feed) == rows
        assert one.table.size.height >= 5
