"""Screens in states that the pictures of the README do not show. After a change that is meant, and after a look at
snapshot_report.html: `uv run pytest tests/snapshots -n 0 --snapshot-update`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mdetui.config import Profile
from mdetui.screens.sign_in import SignInScreen
from mdetui.simulator.options import CLIENT_ID, Fault
from tests.pictures import Player, Scene, Steps, difference, neutral_host
from tests.screenshots import PERSON, with_code

PROFILES = (
    Profile("contoso", tenant="contoso.com", client_id="22222222-2222-2222-2222-222222222222", analyst="j.ito@contoso.com"),
    Profile("fabrikam-gov", cloud="gcc-high", tenant="fabrikam.us", client_id="33333333-3333-3333-3333-333333333333"),
)  # fmt: skip
EXPIRED = Fault("aadsts", "7000222", path="/token")
APP = Profile("contoso", tenant="contoso.com", client_id=CLIENT_ID, client_secret_file="/etc/mdetui/contoso.secret")


async def _login(player: Player) -> None:
    await player.press("down")


async def _marked(player: Player) -> None:
    # two marks, an opened fold, and a filter that hides one of the marked rows
    await player.walk("space", "down", "space", "down", "enter")
    await player.press("/", *"hr-ws", "enter")


async def _command(player: Player) -> None:
    await player.press(":", *"al sev:")


async def _alert(player: Player) -> None:
    await player.press("enter")


async def _software(player: Player) -> None:
    await player.press("m", "4")


async def _menu(player: Player) -> None:
    await player.press("a")


async def _sheet(player: Player) -> None:
    # two machines and a protected one; nothing typed yet
    await player.walk("space", "down", "space", "down", "down", "space")
    await player.press("a", "i")


async def _choice(player: Player) -> None:
    await player.until("browser elsewhere")


async def _address(player: Player) -> None:
    await _choice(player)
    await player.press("b")
    await player.until("Open this address")
    # what MSAL draws anew for each attempt, as long as it draws it
    screen = player.app.screen
    assert isinstance(screen, SignInScreen)
    assert screen._browser is not None
    url = re.sub(
        r"(?<=[?&])(state|nonce|code_challenge)=([^&]*)",
        lambda found: f"{found[1]}={found[1][0] * len(found[2])}",
        screen._browser.url,
    )
    screen._browser = replace(screen._browser, url=url)
    await player.paste("http://localhost:8400/?code=" + "0" * 1_172)


def _refused(code: int) -> Steps:
    async def refused(player: Player) -> None:
        await with_code(player)
        player.mounted.tenant.authority.devices.newest().fail(code)
        player.clock.advance(5)
        await player.until(f"AADSTS{code}")

    return refused


async def _expired(player: Player) -> None:
    await player.until("AADSTS7000222")


async def _wizard(player: Player) -> None:
    await player.press("n")


async def _doctor(player: Player) -> None:
    await player.press(":", *"doctor", "enter")
    await player.until("read")


SCENES = (
    Scene("login-two-profiles-80x24", 80, 24, _login, profile="", profiles=PROFILES),
    Scene("alerts-marked-120x40", 120, 40, _marked),
    Scene("command-80x24", 80, 24, _command),
    Scene("alert-80x24", 80, 24, _alert),
    Scene("machine-software-120x40", 120, 40, _software),
    Scene("actions-read-only-80x24", 80, 24, _menu),
    Scene("sheet-three-120x40", 120, 40, _sheet, write_minutes=30),
    Scene("sign-in-80x24", 80, 24, _choice, profile="contoso", profiles=(PERSON,)),
    Scene("sign-in-browser-80x24", 80, 24, _address, profile="contoso", profiles=(PERSON,)),
    Scene("sign-in-blocked-80x24", 80, 24, _refused(53003), profile="contoso", profiles=(PERSON,)),
    Scene("sign-in-no-consent-80x24", 80, 24, _refused(65001), profile="contoso", profiles=(PERSON,)),
    Scene("secret-expired-120x40", 120, 40, _expired, profile="contoso", profiles=(APP,), faults=(EXPIRED,)),
    Scene("profile-new-80x24", 80, 24, _wizard, profile=""),
    Scene("doctor-demo-120x40", 120, 40, _doctor),
)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_screen(scene: Scene, snap_compare: Callable[..., bool], request: pytest.FixtureRequest) -> None:
    kept = Path(__file__).parent / "__snapshots__" / "test_screens" / f"{request.node.name}.svg"
    with neutral_host():
        player = Player(scene)
        same = snap_compare(player.app, terminal_size=(scene.columns, scene.rows), run_before=player.play)
    if not same:
        before = kept.read_text(encoding="utf-8") if kept.exists() else ""
        todo = "If this is meant: uv run pytest tests/snapshots -n 0 --snapshot-update"
        pytest.fail(f"{difference(before, player.app.picture)}\n{todo}", pytrace=False)
