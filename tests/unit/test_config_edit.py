"""Profiles added to and removed from a file that a person wrote: nothing else in it changes."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from mdetui import config
from mdetui.config import METHODS, Profile
from mdetui.config_edit import add_profile, remove_profile
from mdetui.errors import ConfigError

ID = "11111111-2222-3333-4444-555555555555"
OWN = """# my tenants
theme = "ansi"   # the old terminal
profile = "two"

[profiles.one]
tenant = "one.example" # the first
client_id = "11111111-2222-3333-4444-555555555555"

# the second is the customer's
[profiles.two]
client_id = "11111111-2222-3333-4444-555555555555"
tenant     =   'two.example'
protected = [
  "dc-*", # domain controllers
]

[profiles.two.base]
mde = "https://127.0.0.1:8443"
"""


def new(name: str = "contoso", **changes: Any) -> Profile:
    facts: dict[str, Any] = {"tenant": "contoso.example", "client_id": ID, "method": "device-code"}
    return Profile(name=name, **{**facts, **changes})


def add(file: Path, profile: Profile, **more: Any) -> Profile:
    return add_profile(file, profile, environ={}, **more)


def load(file: Path) -> dict[str, Profile]:
    return config.load(file, environ={}).profiles


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


MORE: dict[str, dict[str, Any]] = {
    "device-code": {"store": "memory"},
    "browser": {"redirect_uri": "http://localhost:9000/x", "login_hint": "j.ito@contoso.example"},
    "client-secret": {"client_secret_file": "/etc/s"},
    "certificate": {"certificate_file": "/etc/c.pfx", "certificate_chain": True},
    "federated": {"assertion_file": "/run/a"},
    "managed-identity": {"client_id": ""},
    "token-command": {"client_id": "", "token_command": ("/usr/bin/token", "a b", 'q"uote\\')},
}


@pytest.mark.parametrize("method", METHODS)
def test_a_profile_comes_back_as_it_was_given(tmp_path: Path, method: str) -> None:
    file = tmp_path / "deep" / "er" / "config.toml"
    profile = new(
        method=method, base={"mde": "https://127.0.0.1:1"}, protected=("dc-*",), write_minutes=30, analyst="jürgen",
        protect_servers=True, **MORE[method],
    )  # fmt: skip
    assert add(file, profile) == profile
    assert load(file) == {"contoso": profile}


def test_a_new_file_is_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "mdetui" / "config.toml"
    old = os.umask(0)
    try:
        add(file, new())
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [one.name for one in file.parent.iterdir()] == ["config.toml"]
    assert file.read_text() == (
        f'[profiles.contoso]\ncloud = "global"\ntenant = "contoso.example"\nclient_id = "{ID}"\nmethod = "device-code"\n'
    )


def test_what_stands_there_stays(own: Path) -> None:
    own.chmod(0o640)
    before = load(own)
    add(own, new())
    text = own.read_text()
    assert text.startswith(OWN)
    assert "[profiles.contoso]" in text[len(OWN) :]
    assert load(own) == {**before, "contoso": new()}
    assert stat.S_IMODE(own.stat().st_mode) == 0o640


def test_added_and_removed_is_as_before(own: Path) -> None:
    add(own, new(base={"mde": "https://127.0.0.1:1"}))
    assert remove_profile(own, "contoso", environ={}) is False
    assert own.read_text().rstrip() == OWN.rstrip()


def test_a_link_stays_a_link(own: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(own)
    add(link, new())
    assert link.is_symlink()
    assert "contoso" in load(own)


def test_one_of_that_name_is_not_overwritten_by_chance(own: Path) -> None:
    with pytest.raises(ConfigError, match="of that name already") as caught:
        add(own, new("one"))
    assert "--replace" in caught.value.todo
    assert own.read_text() == OWN


def test_one_of_that_name_is_replaced_in_its_place(own: Path) -> None:
    profile = new("two", client_id=ID.replace("1", "9"), protected=("dc-*",))
    add(own, profile, replace=True)
    assert load(own)["two"] == profile
    text = own.read_text()
    assert "[profiles.two.base]" not in text
    assert "# domain controllers" in text
    assert "# the second is the customer's\n[profiles.two]" in text
    assert list(load(own)) == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"tenant": "common"}, "tenant"),
        ({"client_id": ""}, "client_id"),
        ({"method": "certificate"}, "certificate_file"),
        ({"client_secret_file": "x"}, "client_secret_file"),
        ({"authority": "http://x"}, "authority"),
    ],
)
def test_what_would_be_wrong_is_not_written(own: Path, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        add(own, new(**changes))
    assert caught.value.key == f"profiles.contoso.{key}"
    assert own.read_text() == OWN


@pytest.mark.parametrize("name", ["demo", "", "a b", "../x", "x" * 41, "a]b"])
def test_a_name_that_can_not_be(own: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="can't be a profile's name"):
        add(own, new(name))
    assert own.read_text() == OWN


def test_what_the_environment_gives_need_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    env = {"AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": ID}
    assert add_profile(file, Profile("p", method="device-code"), environ=env).tenant == "contoso.example"
    assert "contoso" not in file.read_text()


def test_a_file_that_is_wrong_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("theme = = 1")
    with pytest.raises(ConfigError, match="not valid TOML"):
        add(file, new())
    assert file.read_text() == "theme = = 1"


def test_the_profile_of_the_start_goes_with_its_setting(own: Path) -> None:
    assert remove_profile(own, "two", environ={}) is True
    found = config.load(own, environ={})
    assert list(found.profiles) == ["one"]
    assert found.profile == ""
    assert found.theme == "ansi"
    assert "[profiles.two" not in own.read_text()
    assert "# the first" in own.read_text()


def test_the_last_one_can_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    add(file, new())
    remove_profile(file, "contoso", environ={})
    assert load(file) == {}
    add(file, new())
    assert list(load(file)) == ["contoso"]


def test_one_that_is_not_there_is_not_removed(own: Path) -> None:
    with pytest.raises(ConfigError, match="Known profiles: one, two"):
        remove_profile(own, "three", environ={})


@pytest.mark.parametrize(
    "text",
    [
        f'[profiles]\none = {{ tenant = "one.example", client_id = "{ID}" }}\n',
        f'[profiles]\n[profiles.one]\ntenant = "one.example"\nclient_id = "{ID}"\n',
        f'[profiles."one"]\r\ntenant = "one.example"\r\nclient_id = "{ID}"\r\n',
    ],
)
def test_other_ways_to_write_it_work(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(text.encode())
    before = load(file)
    add(file, new())
    assert load(file) == {**before, "contoso": new()}
    add(file, new("one"), replace=True)
    assert load(file) == {"one": new("one"), "contoso": new()}
    remove_profile(file, "one", environ={})
    assert load(file) == {"contoso": new()}


@pytest.mark.parametrize(
    "text",
    [
        f'profiles.one.tenant = "one.example"\nprofiles.one.client_id = "{ID}"\n',
        f'profiles = {{ one = {{ tenant = "one.example", client_id = "{ID}" }} }}\ntheme = "dark"\n',
    ],
)
def test_what_can_not_be_edited_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    assert list(load(file)) == ["one"]
    with pytest.raises(ConfigError, match="by hand"):
        add(file, new())
    assert file.read_text() == text


def test_line_ends_stay(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = 'theme = "dark" # mine\r\n'
    file.write_bytes(text.encode())
    add(file, new())
    assert file.read_bytes().startswith(text.encode())


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_can_not_be_written(own: Path) -> None:
    own.parent.chmod(0o500)
    with pytest.raises(ConfigError, match="can't be written"):
        add(own, new())
