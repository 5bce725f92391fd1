"""The profile form in the whole program: keys and pastes as a terminal sends them, and the file that comes of it."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from mdetui import config, config_edit, paths
from mdetui.config import Profile
from mdetui.screens import wizard
from mdetui.screens.wizard import WizardScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.profile_fields import SAVE, SPECS
from tests.clocks import HeldClock
from tests.driving import Stage, stage

ID = "11111111-2222-3333-4444-555555555555"
SAVE_KEY, MORE_KEY, ESC = "\x13", "\x0f", "\x1b"
OWN = f"""# my tenants
theme = "dark"   # the old terminal

[profiles.two]
tenant = "two.example"  # the customer's
client_id = "{ID}"
method = "client-secret"
client_secret_file = "two.secret"   # beside this file
protected = [
  "dc-*", # domain controllers
]
"""


@pytest.fixture(autouse=True)
def _no_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)


class Opened:
    """An open form over the login screen.

    Attributes:
        file: The configuration file it is about.
        done: Profiles that were handed back.
    """

    def __init__(self, one: Stage, file: Path) -> None:
        self.one = one
        self.file = file
        self.done: list[Profile] = []

    async def open(self, profile: Profile | None = None) -> WizardScreen:
        """Put it up, as the login screen does."""
        screen = WizardScreen(self.file, self.done.append, profile)
        self.one.app.arriving(self.one.app.push_screen(screen))
        await self.one.calm()
        return screen

    @property
    def there(self) -> bool:
        """Whether the form is in front."""
        return isinstance(self.one.app.screen, WizardScreen)

    async def written(self) -> None:
        """Until the form is gone."""
        await self.one.until(lambda: not self.there)
        await self.one.calm()


def paste(text: str) -> str:
    """What a terminal sends for a paste."""
    return f"\x1b[200~{text}\x1b[201~"


async def test_a_profile_is_typed_and_written_into_a_folder_that_was_not_there(
    tenant: Mounted, clock: HeldClock
) -> None:
    file = paths.config_file()
    assert not file.parent.exists()
    async with stage(tenant, clock, size=(80, 24), profile="") as one:
        form = Opened(one, file)
        await form.open()
        assert "config.toml" in one.text
        # Tab over the cloud, the arrow and Enter do the same
        await one.keys("contoso\t\t" + paste("contoso.onmicrosoft.com\n") + "\x1b[B")
        assert "Allow public client flows" in one.text.replace("\n ", " ")
        assert "mdetui help auth" in one.text
        await one.keys("\r" + paste(f" {ID} ") + SAVE_KEY)
        await form.written()
        wanted = Profile("contoso", tenant="contoso.onmicrosoft.com", client_id=ID, method="device-code")
        assert form.done == [wanted]
        assert one.uncovered
    assert config.load(file, {}).profiles == {"contoso": wanted}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_change_leaves_the_rest_of_the_file_as_it_is(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OWN)
    async with stage(tenant, clock, profile="") as one:
        form = Opened(one, file)
        screen = await form.open(config.load(file, {}).profiles["two"])
        assert "Profile two" in one.top
        screen.form._go("tenant")
        await one.keys("\x15" + "three.example" + SAVE_KEY)
        await form.written()
    # the cloud is written even where it is the usual one, as `config_edit` does
    assert file.read_text() == OWN.replace("two.example", "three.example") + 'cloud = "global"\n'
    assert form.done == [config.load(file, {}).profiles["two"]]
    assert form.done[0].tenant == "three.example"


async def test_what_is_wrong_stands_below_its_field_and_nothing_is_written(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24), profile="") as one:
        form = Opened(one, paths.config_file())
        screen = await form.open()
        await one.keys("contoso\t\tcommon")
        assert "exactly one tenant" not in one.text
        await one.keys("\t")
        at = next(n for n, line in enumerate(one.lines) if "common" in line)
        assert one.lines[at + 1].strip().startswith("! A profile is for exactly one tenant.")
        await one.keys(MORE_KEY + "\t" + paste("http://me:geheim@proxy:1") + "\t" + SAVE_KEY)
        assert screen.form.focus == "tenant"
        screen.form._go("proxy")
        screen.draw()
        await one.calm()
        assert "http://me:******@proxy:1" in one.text
        assert "A secret must not stand in the configuration." in one.text
        assert "geheim" not in one.text
        assert form.there
    assert not paths.config_file().exists()


async def test_leaving_asks_once(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, profile="") as one:
        form = Opened(one, paths.config_file())
        await form.open()
        await one.press("escape")
        assert not form.there
        await form.open()
        await one.keys("contoso")
        await one.press("escape")
        assert "esc again leaves, nothing is saved." in one.text
        await one.keys("x")
        await one.press("escape")
        assert form.there
        await one.press("escape")
        assert not form.there
        assert one.uncovered
    assert form.done == []
    assert not paths.config_file().exists()


async def test_held_keys_write_once_or_not_at_all(
    tenant: Mounted, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[Path] = []
    disk = threading.Event()
    disk.set()
    add = config_edit.add_profile

    def counted(file: Path, profile: Profile, **more: Any) -> Profile:
        writes.append(file)
        assert disk.wait(20)
        return add(file, profile, **more)

    monkeypatch.setattr(config_edit, "add_profile", counted)
    # on a busy host a second may pass between two keys of a burst
    monkeypatch.setattr(wizard, "HELD", 30.0)
    async with stage(tenant, clock, profile="") as one:
        form = Opened(one, paths.config_file())
        screen = await form.open()
        await one.keys(f"contoso\t\tcontoso.example\t\t{ID}\x1b[5~\x1b[5~")
        assert screen.form.focus == "name"
        await one.press(*["down"] * 30)
        assert screen.form.focus == SAVE
        # Enter held on its way through all fields, over the line that opens more of them
        screen.form._go("client_id")
        await one.press(*["enter"] * 60)
        assert screen.form.focus == SAVE
        assert "press it once more" in one.text
        assert writes == []
        monkeypatch.setattr(wizard, "HELD", 0.0)
        await one.press("enter")
        await form.written()
        assert len(writes) == len(form.done) == 1
        # a slow disk: it is still being written
        disk.clear()
        screen = await form.open()
        await one.keys(f"fabrikam\t\tcontoso.example\t\t{ID}" + SAVE_KEY * 5)
        await one.until(lambda: len(writes) == 2)
        await one.keys(SAVE_KEY * 5 + "9" + paste("9"))
        assert screen.form.profile.client_id == ID
        await one.press("escape")
        assert "It is being written" in one.text
        monkeypatch.setattr(wizard, "HELD", 30.0)
        disk.set()
        await one.until(lambda: screen._written)
        # held on beyond the writing: nothing of it reaches the list below, whose Enter opens a tenant
        await one.press(*["enter"] * 20)
        assert form.there
        assert len(form.done) == 1
        await one.press("escape")
        assert one.uncovered
    assert len(writes) == len(form.done) == 2
    assert list(config.load(paths.config_file(), {}).profiles) == ["contoso", "fabrikam"]


@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
async def test_the_field_with_the_focus_is_always_visible(
    tenant: Mounted, clock: HeldClock, size: tuple[int, int]
) -> None:
    async with stage(tenant, clock, size=size, profile="") as one:
        form = Opened(one, paths.config_file())
        screen = await form.open()
        # a method with many fields, and every field wrong or long
        await one.keys("x" * 50 + "\t\t\tcc\t" + MORE_KEY + SAVE_KEY)
        assert screen.form.method == "certificate"
        seen = set()
        for name in ("\t", "\x1b[Z"):
            for _ in screen.form.keys:
                await one.keys(name)
                key = screen.form.focus
                label = SPECS[key].label if key in SPECS else key.capitalize()
                marked = [line for line in one.lines if "▌" in line]
                assert len(marked) == 1, one.text
                assert label in marked[0], one.text
                # what is said about it, to its last word
                assert screen.form.help()[-1].split()[-1] in one.text
                if words := screen.form.complaints.get(key):
                    assert words.split()[-1][-20:] in one.text
                seen.add(key)
        assert seen == set(screen.form.keys)
        await one.resize(60, 15)
        assert any("▌" in line for line in one.lines)


async def test_what_the_file_refuses_is_said_with_its_name(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("no folder")
    broken = tmp_path / "config.toml"
    broken.write_text('[profiles.two]\ntenant = "two.example"\nmethod = "moon"\n')
    before = broken.read_text()
    async with stage(tenant, clock, size=(120, 40), profile="") as one:
        for file, words in ((tmp_path / "folder" / "config.toml", "can't be read"), (broken, "profiles.two.method")):
            form = Opened(one, file)
            await form.open()
            await one.keys(f"contoso\t\tcontoso.example\t\t{ID}" + SAVE_KEY)
            await one.until_text(words)
            assert form.there
            # again: it was not written
            await one.keys(SAVE_KEY)
            await one.until_text(words)
            await one.press("escape", "escape")
            assert not form.there
            assert form.done == []
    assert broken.read_text() == before


async def test_a_name_that_somebody_took_meanwhile_comes_back_to_its_field(tenant: Mounted, clock: HeldClock) -> None:
    file = paths.config_file()
    async with stage(tenant, clock, profile="") as one:
        form = Opened(one, file)
        screen = await form.open()
        await one.keys(f"contoso\t\tcontoso.example\t\t{ID}")
        first = config_edit.add_profile(file, Profile("contoso", tenant="two.example", client_id=ID))
        await one.keys(SAVE_KEY)
        await one.until_text("a profile of that name already")
        assert screen.form.focus == "name"
        await one.keys("2" + SAVE_KEY)
        await form.written()
    profiles = config.load(file, {}).profiles
    assert profiles["contoso"] == first
    assert profiles["contoso2"] == form.done[0]


async def test_hostile_text_of_a_file_is_shown_as_text(tenant: Mounted, clock: HeldClock, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(OWN + 'analyst = "me\\u001b[31m\\u202eevil\\n"\nshort = "\\u0007\\u200b"\n')
    async with stage(tenant, clock, size=(80, 24), profile="") as one:
        form = Opened(one, file)
        screen = await form.open(config.load(file, {}).profiles["two"])
        await one.keys(MORE_KEY)
        for key in screen.form.keys:
            screen.form._go(key)
            screen.draw()
            await one.calm()
            assert all(line.isprintable() for line in one.lines)
            if key == "analyst":
                assert "me\\x1b[31m\\u202eevil\\n" in one.text
        assert screen.form.profile.analyst == "me\x1b[31m\u202eevil"


async def test_a_screen_in_front_is_not_taken_away_in_its_place(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, profile="") as one:
        form = Opened(one, paths.config_file())
        await form.open()
        await one.keys(f"contoso\t\tcontoso.example\t\t{ID}")
        await one.press("ctrl+s")
        await one.pilot.resize_terminal(50, 10)
        await one.until(lambda: paths.config_file().exists())
        await one.calm()
        await one.resize(80, 24)
        await form.written()
        assert one.uncovered
        assert [profile.name for profile in form.done] == ["contoso"]
