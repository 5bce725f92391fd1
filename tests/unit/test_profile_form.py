"""The profile form without a screen: which fields it has, what it keeps, what it finds wrong, what would be written."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from mdetui import config
from mdetui.config import METHOD_TABLE, METHODS, Profile
from mdetui.config_edit import add_profile
from mdetui.config_file import HIDDEN
from mdetui.errors import ConfigError
from mdetui.response.fields import ChoiceField
from mdetui.views.profile_fields import MORE, SAVE, SPECS
from mdetui.views.profile_form import ProfileForm
from mdetui.widgets.lines import wrap

ID = "11111111-2222-3333-4444-555555555555"
# lists of machines, for which a form of single lines is no place
NOT_ASKED = {"protected", "protected_tags", "protect_servers", "jump_hosts"}
VALUES: dict[str, dict[str, Any]] = {
    "device-code": {"store": "memory"},
    "browser": {"redirect_uri": "http://localhost:9000/x", "login_hint": "j.ito@contoso.example", "store": "file"},
    "client-secret": {"client_secret_file": "/etc/s"},
    "certificate": {
        "certificate_file": "/etc/c.pfx",
        "certificate_chain": True,
        "certificate_password_file": "/etc/p",
    },
    "federated": {"assertion_file": "/run/a"},
    "managed-identity": {"client_id": ""},
    "token-command": {"client_id": "", "token_command": ("/usr/bin/token", "a b", 'q"uote\\', "{scope}")},
}


def profile_of(method: str, **changes: Any) -> Profile:
    facts: dict[str, Any] = {"tenant": "contoso.example", "client_id": ID, "method": method, **VALUES[method]}
    return Profile(name="contoso", **{**facts, **changes})


def form_for(tmp_path: Path, profile: Profile | None = None, **environ: str) -> ProfileForm:
    return ProfileForm(tmp_path / "config.toml", profile, environ)


def typed(form: ProfileForm, **values: str) -> ProfileForm:
    """Values typed over whatever the fields hold, each field left afterwards."""
    for name, value in values.items():
        key = name.replace("__", ".")
        if key not in form.keys:
            form.toggle()
        while form.focus != key:
            form.step(1)
        field = form.fields[key]
        if isinstance(field, ChoiceField):
            while field.value != value:
                form.press("right", None)
        else:
            form.press("ctrl+u", None)
            for char in value:
                form.press(char, char)
        form.step(1)
    return form


def filled(tmp_path: Path, method: str = "device-code", **more: str) -> ProfileForm:
    return typed(form_for(tmp_path), name="contoso", tenant="contoso.example", method=method, **more)


# which fields


@pytest.mark.parametrize("method", METHODS)
def test_what_a_method_needs_and_takes_is_asked_and_nothing_of_another(tmp_path: Path, method: str) -> None:
    form = filled(tmp_path, method)
    if not form.more:
        form.toggle()
    rules = METHOD_TABLE[method]
    asked = set(form.keys)
    assert asked >= {*rules.needs, *rules.takes, "name", "cloud", "tenant", "method", MORE, SAVE}
    foreign = {key for one in METHOD_TABLE.values() for key in (*one.needs, *one.takes)} - {"client_id"}
    assert asked & foreign == {*rules.needs, *rules.takes} - {"client_id"}
    assert ("analyst" in asked) is not rules.person


def test_every_value_of_a_profile_has_a_field() -> None:
    keys = {one.name for one in fields(Profile)} - set(HIDDEN) - NOT_ASKED
    assert {key.partition(".")[0] for key in SPECS} - {"name"} == keys


def test_every_needed_field_says_so_when_it_is_left_empty(tmp_path: Path) -> None:
    for method in METHODS:
        form = filled(tmp_path, method)
        for key in METHOD_TABLE[method].needs:
            assert form.empty(key) == "needed"
            assert f"Method {method} needs it." in form.wrong[key]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("width", [58, 78])
def test_every_text_has_room_on_the_smallest_screen(tmp_path: Path, method: str, width: int) -> None:
    from mdetui.views.base import Cell, Line

    form = filled(tmp_path, method)
    form.toggle()
    for key in form.keys:
        form._go(key)
        rows = sum(len(wrap(Line((Cell(f"{'x' * 16} {words}"),)), width)) for words in form.help())
        # 60x15: two lines of frame, one rule, four rows of fields
        assert rows <= (8 if width < 78 else 6), (key, form.help())
        assert "{name}" not in str(form.help())
        assert "{secret}" not in str(form.help())
    assert all(len(spec.label) <= 13 for spec in SPECS.values())


# what is kept and written


@pytest.mark.parametrize("method", METHODS)
def test_a_profile_passes_through_the_form_unchanged(tmp_path: Path, method: str) -> None:
    profile = profile_of(
        method, base={"mde": "https://127.0.0.1:1"}, scope={"graph": "https://g/.default"}, protected=("dc-*",),
        write_minutes=30, analyst="jürgen", protect_servers=True, proxy="none", short="ct", jump_hosts=("10.0.0.1",),
    )  # fmt: skip
    form = form_for(tmp_path, profile)
    assert form.profile == profile
    assert not form.changed
    assert form.wrong == {}
    # `name` is not asked: tokens and the ledger go by it
    assert "name" not in form.keys


@pytest.mark.parametrize("method", METHODS)
def test_a_new_profile_of_every_method_can_be_typed(tmp_path: Path, method: str) -> None:
    wanted = profile_of(method)
    values = {}
    for key in (*METHOD_TABLE[method].needs, *METHOD_TABLE[method].takes):
        value = getattr(wanted, key)
        values[key] = '/usr/bin/token "a b" q\\"uote\\\\ {scope}' if key == "token_command" else value
        if isinstance(value, bool):
            values[key] = "yes" if value else "no"
    form = filled(tmp_path, method, **values)
    assert form.ready()
    assert form.profile == wanted


def test_what_was_typed_for_another_method_comes_back_and_is_not_written(tmp_path: Path) -> None:
    form = filled(tmp_path, "certificate", client_id=ID, certificate_file="c.pem", analyst="me")
    typed(form, method="device-code")
    assert form.ready()
    assert form.profile == Profile("contoso", tenant="contoso.example", client_id=ID, method="device-code")
    typed(form, method="certificate")
    assert (form.profile.certificate_file, form.profile.analyst) == ("c.pem", "me")


def test_what_no_field_shows_stays(tmp_path: Path) -> None:
    form = form_for(tmp_path, profile_of("client-secret", analyst="me", protected=("dc-*",)))
    typed(form, method="token-command", token_command="/bin/t")
    assert (form.profile.analyst, form.profile.client_id, form.profile.protected) == ("me", ID, ("dc-*",))
    assert form.profile.client_secret_file == ""


def test_only_what_the_file_says_is_written_back(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[profiles.contoso]\nmethod = "certificate"\ncertificate_file = "c.pem"\n')
    environ = {"AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": ID}
    seen = config.load(file, environ).profiles["contoso"]
    assert (seen.tenant, seen.certificate_file) == ("contoso.example", str(tmp_path / "c.pem"))
    form = ProfileForm(file, seen, environ)
    assert form.ready()
    assert form.empty("tenant") == "contoso.example, from AZURE_TENANT_ID"
    assert add_profile(file, form.profile, replace=True, environ=environ) == seen
    assert "AZURE" not in file.read_text()
    assert "tenant" not in file.read_text()
    assert 'certificate_file = "c.pem"' in file.read_text()


@pytest.mark.parametrize(
    "content",
    [
        "profiles = 7\n",
        "[profiles]\ncontoso = 3\n",
        '[profiles.contoso]\nmethod = "moon"\ncloud = 4\ntoken_command = [1]\nbase = { mde = 1 }\nstore = "x"\n',
        "[profiles.contoso\n",
        "\udcff",
    ],
)
def test_a_file_that_was_spoilt_meanwhile_does_no_harm(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    form = ProfileForm(file, profile_of("certificate"), {})
    form.toggle()
    assert form.help()
    assert form.profile.method in METHODS


# what is wrong


def test_a_field_is_judged_when_it_is_left(tmp_path: Path) -> None:
    form = form_for(tmp_path)
    assert form.focus == "name"
    form.step(2)
    for char in "no tenant":
        form.press("space" if char == " " else char, char)
    assert "tenant" not in form.complaints
    form.step(1)
    assert "'no tenant' is neither a tenant id nor a domain." in form.complaints["tenant"]
    assert "client_id" not in form.complaints
    typed(form, tenant="contoso.example")
    assert "tenant" not in form.complaints


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("name", "demo", "can't be a profile's name"),
        ("name", "", "A profile needs a name."),
        ("name", "a/b", "can't be a profile's name"),
        ("tenant", "common", "exactly one tenant"),
        ("client_id", "abc", "is not an application id"),
        ("proxy", "proxy:8080:1", "no proxy's address"),
        ("proxy", "http://me:geheim@proxy:8080", "A secret must not stand in the configuration."),
        ("authority", "http://login.example", "is not an https address"),
        ("authority", "https://login.example/contoso", "has a path"),
        ("base__mde", "api.example", "is not an https address"),
        ("scope__graph", "http://g/.default", "is not an https address"),
        ("write_minutes", "soon", "not a whole number"),
        ("write_minutes", "481", "out of range"),
        ("write_minutes", "9" * 5000, "not a whole number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(tmp_path: Path, key: str, value: str, words: str) -> None:
    form = filled(tmp_path, client_id=ID)
    assert form.ready()
    typed(form, **{key: value})
    key = key.replace("__", ".")
    assert words in form.complaints[key]
    assert "geheim" not in form.complaints[key]
    assert list(form.wrong) == [key]
    # wherever a person is by now, and although it is hidden
    form.more, form.focus = False, SAVE
    assert not form.ready()
    assert form.focus == key


def test_a_secret_is_not_taken_for_a_file(tmp_path: Path) -> None:
    form = filled(tmp_path, "client-secret", client_id=ID, client_secret_file="abc8Q~" + "x" * 34)
    assert "the secret itself" in form.complaints["client_secret_file"]
    assert "abc8" not in form.complaints["client_secret_file"]
    typed(form, client_secret_file="contoso.secret")
    assert form.ready()


def test_a_command_is_read_as_a_shell_would(tmp_path: Path) -> None:
    form = filled(tmp_path, "token-command", token_command='/bin/t "a')
    assert "quotation mark" in form.complaints["token_command"]
    typed(form, token_command='/bin/t "a b"')
    assert form.profile.token_command == ("/bin/t", "a b")


def test_a_taken_name_is_known_before_it_is_written(tmp_path: Path) -> None:
    add_profile(tmp_path / "config.toml", profile_of("device-code"), environ={})
    form = filled(tmp_path)
    assert "a profile of that name already" in form.complaints["name"]
    assert form_for(tmp_path, profile_of("device-code")).wrong == {}


def test_what_the_environment_gives_need_not_be_typed(tmp_path: Path) -> None:
    form = form_for(tmp_path, AZURE_TENANT_ID="fabrikam.example", AZURE_CLIENT_ID=ID)
    assert form.empty("tenant") == "fabrikam.example, from AZURE_TENANT_ID"
    assert typed(form, name="f").ready()
    assert form.profile.tenant == ""


def test_what_only_writing_finds_out_stands_at_its_field_until_that_is_changed(tmp_path: Path) -> None:
    form = filled(tmp_path, client_id=ID)
    where = str(form.file)
    form.refused(ConfigError("Too short.", "Make it longer.", where=where, key="profiles.contoso.proxy"))
    assert (form.focus, form.complaints) == ("proxy", {"proxy": "Too short. Make it longer."})
    form.press("x", "x")
    assert "Too short." not in str(form.complaints)
    form.refused(ConfigError("There is one.", "--replace it.", where=where, key="profiles.contoso"))
    assert form.focus == "name"
    assert "--replace" not in form.complaints["name"]
    typed(form, name="other", proxy="none")
    # of another profile, or of a line: that is the file's matter
    form.refused(ConfigError("No.", "", where=where, line=3, key="profiles.x.tenant"))
    assert form.message == f"{where}, line 3: profiles.x.tenant: No."


# leaving, help


def test_leaving_asks_once_when_something_was_typed(tmp_path: Path) -> None:
    form = form_for(tmp_path)
    assert form.leave()
    form.press("a", "a")
    assert not form.leave()
    assert "nothing is saved" in form.message
    form.step(1)
    assert form.message == ""
    assert not form.leave()
    assert form.leave()
    form = form_for(tmp_path)
    form.press("a", "a")
    form.press("backspace", None)
    assert form.leave()


def test_the_command_for_a_secret_file_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    form = ProfileForm(folder / "config.toml", None, {})
    typed(form, name="contoso", method="client-secret")
    form._go("client_secret_file")
    assert form.help()[-1] == f"(umask 077; cat > '{folder}/contoso.secret')"
    typed(form, client_secret_file="/run/s")
    form._go("client_secret_file")
    assert form.help()[-1] == "(umask 077; cat > /run/s)"


def test_the_focus_goes_round_with_tab_and_stops_with_arrows(tmp_path: Path) -> None:
    form = form_for(tmp_path)
    form.step(-1)
    assert form.focus == SAVE
    form.move(1)
    assert form.focus == SAVE
    form.move(-50)
    assert form.focus == "name"
    form.toggle()
    assert (form.focus, form.more) == ("store", True)
    form.toggle()
    assert (form.focus, form.more) == (MORE, False)


def test_a_paste_is_one_line_of_text_or_nothing(tmp_path: Path) -> None:
    form = form_for(tmp_path)
    form.paste("  con\r\ntoso\x1b[31m \n")
    assert form.fields["name"].value == "con toso\\x1b[31m"
    form.step(1)
    form.paste("gcc")
    assert form.fields["cloud"].value == "global"
    form.step(-2)
    form.paste("anything")
    assert replace(form.profile, name="") == Profile("", method="device-code")
