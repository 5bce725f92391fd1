"""Screens in states that the pictures of the README do not show. After a change that is meant, and after a look at
snapshot_report.html: `uv run pytest tests/snapshots -n 0 --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mdetui.config import Profile
from tests.pictures import Player, Scene, difference, neutral_host

PROFILES = (
    Profile("contoso", tenant="contoso.com", client_id="22222222-2222-2222-2222-222222222222", analyst="j.ito@contoso.com"),
    Profile("fabrikam-gov", cloud="gcc-high", tenant="fabrikam.us", client_id="33333333-3333-3333-3333-333333333333"),
)  # fmt: skip


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


SCENES = (
    Scene("login-two-profiles-80x24", 80, 24, _login, profile="", profiles=PROFILES),
    Scene("alerts-marked-120x40", 120, 40, _marked),
    Scene("command-80x24", 80, 24, _command),
    Scene("alert-80x24", 80, 24, _alert),
    Scene("machine-software-120x40", 120, 40, _software),
    Scene("actions-read-only-80x24", 80, 24, _menu),
    Scene("sheet-three-120x40", 120, 40, _sheet, write_minutes=30),
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
