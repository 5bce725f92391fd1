"""The configuration: what is wrong is named with file, line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdetui import config
from mdetui.errors import ConfigError

GOOD = """theme = "ansi"
refresh = 30

[profiles.contoso]
cloud = "gcc-high"
tenant = "contoso.example"
client_id = "11111111-1111-1111-1111-111111111111"
client_secret_file = "secret"
analyst = "j.ito@contoso.example"
protected = ["dc-*"]

[profiles.contoso.base]
mde = "https://127.0.0.1:8443/"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file(tmp_path: Path) -> None:
    found = config.load(write(tmp_path, GOOD), environ={})
    profile = found.profiles["contoso"]
    assert found.theme == "ansi"
    assert found.refresh == 30
    assert profile.name == "contoso"
    assert profile.base_of("mde") == "https://127.0.0.1:8443"
    assert profile.base_of("graph") == "https://graph.microsoft.us"
    assert profile.login == "https://login.microsoftonline.us"
    assert profile.protected == ("dc-*",)
    assert profile.client_secret_file == str(tmp_path / "secret")


def test_flags_win_over_variables_and_variables_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert config.load(path, environ={"MDETUI_THEME": "light"}).theme == "light"
    assert config.load(path, environ={"MDETUI_THEME": "light"}, theme="dark").theme == "dark"
    assert config.load(path, environ={"MDETUI_REFRESH": "0"}, theme=None).refresh == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ('cloud = "gcc-high"', 'cloud = "moon"', 5, "profiles.contoso.cloud", "global, gcc, gcc-high, dod"),
        ("refresh = 30", 'refresh = "soon"', 2, "refresh", "Expected int, got str"),
        ('theme = "ansi"', 'them = "ansi"', 1, "them", "Known here: theme"),
        ('analyst = "j', 'analist = "j', 9, "profiles.contoso.analist", "Known here: cloud, tenant"),
        ('protected = ["dc-*"]', "protected = [3]", 10, "profiles.contoso.protected[0]", "Expected str, got int"),
        ('tenant = "contoso.example"', 'tenant = "common"', 6, "profiles.contoso.tenant", "exactly one tenant"),
        ('mde = "https://127', 'mde = "http://127', 13, "profiles.contoso.base.mde", "not an https address"),
        ('mde = "https://127', 'mdr = "https://127', 13, "profiles.contoso.base.mdr", "mde, xdr, graph"),
        ("client_secret_file", "client_secret", 8, "profiles.contoso.client_secret", "mode 0600"),
        ("[profiles.contoso]", "[profiles.demo]", 4, "profiles.demo", "not 'demo'"),
        ('cloud = "gcc-high"', 'connector = "demo"', 5, "profiles.contoso.connector", "not known"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, line: int, key: str, says: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        config.load(path, environ={})
    assert caught.value.where == str(path)
    assert caught.value.key == key
    assert caught.value.line == line
    assert says in str(caught.value)


def test_a_file_that_is_not_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, "theme = 'a'\nrefresh = = 3\n"), environ={})
    assert caught.value.line == 2


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        config.load(tmp_path / "nothing.toml", environ={})


def test_an_unknown_profile_says_which_there_are(tmp_path: Path) -> None:
    found = config.load(write(tmp_path, GOOD), environ={})
    with pytest.raises(ConfigError, match="Known profiles: contoso"):
        config.find_profile(found, "fabrikam", "--profile")


@pytest.mark.parametrize("value", ["maybe", ""])
def test_a_variable_that_is_no_switch(value: str) -> None:
    with pytest.raises(ConfigError, match="on or off"):
        config.load(environ={"MDETUI_MOUSE": value})
