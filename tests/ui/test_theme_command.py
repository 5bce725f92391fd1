"""`:theme` knows all themes however early it is typed."""

from __future__ import annotations

import pytest

from mdetui import paths
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import stage


@pytest.mark.parametrize("name", ["light", "contrast", "own"])
async def test_a_theme_is_taken_at_once(tenant: Mounted, clock: HeldClock, name: str) -> None:
    folder = paths.config_dir() / "themes"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text('[colors]\nprimary = "#336699"\n', encoding="utf-8")
    (folder / "broken.toml").write_text("colors", encoding="utf-8")
    async with stage(tenant, clock) as one:
        # what the start puts off has not been done yet
        await one.go(f"theme {name}")
        assert one.app.theme == name
        assert "broken.toml" in " ".join(notice.message for notice in one.app._notifications)
        await one.go("theme nothing-like-it")
        assert "Known: ansi, contrast, dark, light, own." in " ".join(one.text.split())


@pytest.mark.parametrize("name", ["dark", "ansi"])
async def test_a_menu_leaves_the_list_behind_it_visible(tenant: Mounted, clock: HeldClock, name: str) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        await one.go(f"theme {name}")
        one.table._go(0)
        await one.calm()
        before = one.lines[1]
        assert "TITLE" in before
        await one.keys("t")
        assert "assign to me" in one.text
        assert one.lines[1] == before
