"""The configuration: what is wrong is named with file, line, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdetui import config
from mdetui.config import Config
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
    for wrong in ("4", "-1", "soon", "9" * 5_000):
        with pytest.raises(ConfigError, match="Use 0 to turn it off, or 5 to 3600"):
            config.load(path, environ={"MDETUI_REFRESH": wrong})


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ('cloud = "gcc-high"', 'cloud = "moon"', 5, "profiles.contoso.cloud", "global, gcc, gcc-high, dod"),
        ("refresh = 30", "refresh = 4", 2, "refresh", "Use 0 to turn it off, or 5 to 3600"),
        ("refresh = 30", "refresh = -1", 2, "refresh", "Use 0 to turn it off, or 5 to 3600"),
        ("refresh = 30", 'refresh = "soon"', 2, "refresh", "This must be a whole number, not text"),
        ('theme = "ansi"', 'them = "ansi"', 1, "them", "Known here: theme"),
        ('analyst = "j', 'analist = "j', 9, "profiles.contoso.analist", "Known here: cloud, tenant"),
        (
            'protected = ["dc-*"]',
            "protected = [3]",
            10,
            "profiles.contoso.protected[0]",
            "This must be text, not a whole number",
        ),
        ('tenant = "contoso.example"', 'tenant = "common"', 6, "profiles.contoso.tenant", "exactly one tenant"),
        ('mde = "https://127', 'mde = "http://127', 13, "profiles.contoso.base.mde", "not an https address"),
        ('mde = "https://127', 'mdr = "https://127', 13, "profiles.contoso.base.mdr", "mde, xdr, graph"),
        ("client_secret_file", "client_secret", 8, "profiles.contoso.client_secret", "mode 0600"),
        ("client_secret_file", "CLIENT_SECRET", 8, "profiles.contoso.CLIENT_SECRET", "MDETUI_CLIENT_SECRET"),
        ("client_secret_file", "secret", 8, "profiles.contoso.secret", "client_secret_file"),
        ("client_secret_file", "password", 8, "profiles.contoso.password", "client_secret_file"),
        (
            "client_secret_file",
            "certificate_password",
            8,
            "profiles.contoso.certificate_password",
            "certificate_password_file",
        ),
        ("client_secret_file", "access-token", 8, "profiles.contoso.access-token", "token_command"),
        ("client_secret_file", "private_key", 8, "profiles.contoso.private_key", "must not stand"),
        ('theme = "ansi"', 'token = "ansi"', 1, "token", "must not stand"),
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


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ("mouse = 1", "mouse", "true or false, not a whole number"),
        ("refresh = true", "refresh", "a whole number, not true or false"),
        ("refresh = 1.5", "refresh", "a whole number, not a number with a fraction"),
        ("refresh = 2026-11-24", "refresh", "not a date or time"),
        ("profiles = []", "profiles", "a table, not a list"),
        ("[profiles]\np = 3", "profiles.p", "a table, not a whole number"),
        ('[profiles.p]\nprotected = "dc"', "profiles.p.protected", "a list, not text"),
        ('[profiles.p]\nbase = "x"', "profiles.p.base", "a table, not text"),
        ("[profiles.p.base]\nmde = 3", "profiles.p.base.mde", "text, not a whole number"),
        ('[profiles.p]\nname = "x"', "profiles.p.name", "not known"),
    ],
)
def test_a_value_of_another_kind_is_named(tmp_path: Path, line: str, key: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, line), environ={})
    assert caught.value.key == key
    assert says in str(caught.value)
    assert caught.value.line == 1 + line.count("\n")


@pytest.mark.parametrize("value", ["maybe", ""])
def test_a_variable_that_is_no_switch(value: str) -> None:
    with pytest.raises(ConfigError, match="on or off"):
        config.load(environ={"MDETUI_MOUSE": value})


# methods

ID = "11111111-1111-1111-1111-111111111111"


def of(tmp_path: Path, method: str, more: str = "", environ: dict[str, str] | None = None) -> Config:
    text = f'[profiles.p]\ntenant = "contoso.example"\nmethod = "{method}"\n{more}\n'
    return config.load(write(tmp_path, text), environ=environ or {})


WHOLE = {
    "device-code": f'client_id = "{ID}"',
    "browser": f'client_id = "{ID}"\nredirect_uri = "http://localhost:9000"\nlogin_hint = "j.ito@contoso.example"',
    "client-secret": f'client_id = "{ID}"',
    "certificate": f'client_id = "{ID}"\ncertificate_file = "c.pem"\ncertificate_chain = true\ncertificate_password_file = "p"',
    "federated": f'client_id = "{ID}"\nassertion_file = "/run/assertion"',
    "managed-identity": "",
    "token-command": 'token_command = ["/usr/bin/token", "mde"]',
}


def test_every_method_is_tried_here() -> None:
    assert tuple(WHOLE) == config.METHODS


@pytest.mark.parametrize("method", config.METHODS)
def test_a_method_with_what_it_needs(tmp_path: Path, method: str) -> None:
    profile = of(tmp_path, method, WHOLE[method]).profiles["p"]
    assert profile.method == method
    assert profile.signs_in.person == (method in ("device-code", "browser", "token-command"))
    if profile.certificate_file:
        assert profile.certificate_file == str(tmp_path / "c.pem")
    assert profile.assertion_file in ("", "/run/assertion")


NEEDED = [(m.name, key) for m in config.METHOD_TABLE.values() for key in m.needs]


@pytest.mark.parametrize(("method", "key"), NEEDED)
def test_what_a_method_needs_is_asked_for(tmp_path: Path, method: str, key: str) -> None:
    rest = "\n".join(line for line in WHOLE[method].splitlines() if not line.startswith(f"{key} "))
    with pytest.raises(ConfigError, match=f"Method {method} needs it") as caught:
        of(tmp_path, method, rest)
    assert caught.value.key == f"profiles.p.{key}"
    # the line of the table it should stand in
    assert caught.value.line == 1
    assert len(caught.value.todo) > 20


@pytest.mark.parametrize(
    ("method", "line", "says"),
    [
        ("device-code", 'client_secret_file = "s"', "it is for client-secret"),
        ("device-code", 'redirect_uri = "http://localhost:8400"', "it is for browser"),
        ("client-secret", 'certificate_file = "c"', "Allowed with client-secret: client_secret_file"),
        ("certificate", 'client_secret_file = "s"', "Allowed with certificate: certificate_file, certificate_chain"),
        ("managed-identity", 'assertion_file = "a"', "it is for federated"),
        ("token-command", "certificate_chain = false", "it is for certificate"),
    ],
)
def test_what_belongs_to_another_method_is_refused(tmp_path: Path, method: str, line: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        of(tmp_path, method, f"{WHOLE[method]}\n{line}")
    assert caught.value.key == f"profiles.p.{line.partition(' ')[0]}"
    assert caught.value.line == 4 + WHOLE[method].count("\n") + (1 if WHOLE[method] else 1)
    assert caught.value.where == str(tmp_path / "config.toml")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ('store = "cloud"', "store", "auto, memory, file, keyring"),
        ('proxy = "proxy:8080"', "proxy", "http://host:port"),
        ('proxy = "socks5://proxy:1080"', "proxy", "http://host:port"),
        ('proxy = "http://joe:hush-hush@proxy:8080"', "proxy", "HTTPS_PROXY"),
        ('authority = "http://login.example"', "authority", "not an https address"),
        ('authority = "https://login.example/contoso"', "authority", "has a path"),
        ('authority = "https://u:hush-hush@login.example"', "authority", "more than scheme"),
        ('authority = "https://login.example:99999"', "authority", "not an https address"),
        ('authority = "http://u:hush-hush@login.example"', "authority", "This is not an https address"),
        ('authority = "https://u:hush-hush@"', "authority", "This is not an https address"),
        ('authority = "https://"', "authority", "not an https address"),
        ('authority = "https://login.example?x=1"', "authority", "more than scheme"),
        ('client_id = "mdetui"', "client_id", "a GUID"),
        ("write_minutes = 481", "write_minutes", "0 to 480"),
        ("write_minutes = -1", "write_minutes", "0 to 480"),
    ],
)
def test_values_that_can_not_be(tmp_path: Path, line: str, key: str, says: str) -> None:
    rest = "" if line.startswith("client_id") else f'client_id = "{ID}"\n'
    with pytest.raises(ConfigError) as caught:
        of(tmp_path, "device-code", f"{rest}{line}")
    assert caught.value.key == f"profiles.p.{key}"
    assert says in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("uri", ["http://evil.example", "localhost:8400", "ftp://localhost", "http://localhost:x"])
def test_a_redirect_ends_on_this_host(tmp_path: Path, uri: str) -> None:
    with pytest.raises(ConfigError) as caught:
        of(tmp_path, "browser", f'client_id = "{ID}"\nredirect_uri = "{uri}"')
    assert caught.value.key == "profiles.p.redirect_uri"


@pytest.mark.parametrize(
    "tenant", ["common", "Organizations", "", "contoso", "a b.example", "../x.example", "x.example/y"]
)
def test_a_tenant_is_one_tenant(tmp_path: Path, tenant: str) -> None:
    text = f'[profiles.p]\ntenant = "{tenant}"\nclient_id = "{ID}"'
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text), environ={})
    assert caught.value.key == "profiles.p.tenant"


# the environment

AZURE = {"AZURE_TENANT_ID": "contoso.example", "AZURE_CLIENT_ID": ID}


def test_the_environment_fills_what_is_empty_and_nothing_else(tmp_path: Path) -> None:
    text = (
        '[profiles.p]\nmethod = "certificate"\n[profiles.q]\ntenant = "q.example"\nclient_id = "'
        + ID.replace("1", "2")
        + '"'
    )
    env = {
        **AZURE,
        "AZURE_CLIENT_CERTIFICATE_PATH": "/etc/c.pem",
        "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "True",
        "AZURE_FEDERATED_TOKEN_FILE": "/run/a",
        "AZURE_AUTHORITY_HOST": "login.microsoftonline.us/",
    }
    found = config.load(write(tmp_path, text), environ=env)
    first, second = found.profiles.values()
    assert (first.tenant, first.client_id, first.certificate_file) == ("contoso.example", ID, "/etc/c.pem")
    assert first.certificate_chain is True
    assert first.assertion_file == ""
    assert first.login == "https://login.microsoftonline.us"
    assert (second.tenant, second.client_id, second.certificate_file) == ("q.example", ID.replace("1", "2"), "")
    assert found.source_of("profiles.p.tenant") == "AZURE_TENANT_ID"
    assert found.source_of("profiles.p.method") == f"{tmp_path / 'config.toml'}, line 2"
    assert found.source_of("profiles.q.tenant") == f"{tmp_path / 'config.toml'}, line 4"
    assert found.source_of("profiles.q.store") == "default"


def test_a_cloud_that_is_written_down_has_its_own_authority(tmp_path: Path) -> None:
    env = {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us"}
    found = of(tmp_path, "device-code", f'client_id = "{ID}"\ncloud = "gcc"', env)
    assert found.profiles["p"].login == "https://login.microsoftonline.com"


def test_a_system_assigned_identity_stays_one(tmp_path: Path) -> None:
    assert of(tmp_path, "managed-identity", "", AZURE).profiles["p"].client_id == ""


@pytest.mark.parametrize(
    ("more", "method"),
    [
        ({"AZURE_CLIENT_SECRET": "hush"}, "client-secret"),
        ({"MDETUI_CLIENT_SECRET": "hush"}, "client-secret"),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": "/etc/c.pem"}, "certificate"),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/run/a"}, "federated"),
    ],
)
def test_the_environment_alone_is_a_profile(tmp_path: Path, more: dict[str, str], method: str) -> None:
    file = write(tmp_path, 'theme = "dark"\n')
    found = config.load(file, environ={**AZURE, **more})
    assert list(found.profiles) == ["environment"]
    assert found.profiles["environment"].method == method
    assert found.source_of("profiles.environment.client_id") == "AZURE_CLIENT_ID"
    assert found.source_of("profiles.environment.method") == next(iter(more))
    assert found.source_of("theme").endswith("line 1")
    assert "hush" not in repr(found)
    # a file with profiles has the say
    assert list(config.load(write(tmp_path, GOOD), environ={**AZURE, **more}).profiles) == ["contoso"]
    for name in (*AZURE, *more):
        less = {one: value for one, value in {**AZURE, **more}.items() if one != name}
        assert config.load(write(tmp_path, ""), environ=less).profiles == {}


def test_the_host_of_the_environment_tells_the_cloud(tmp_path: Path) -> None:
    env = {**AZURE, "AZURE_CLIENT_SECRET": "x", "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us"}
    profile = config.load(write(tmp_path, ""), environ=env).profiles["environment"]
    assert profile.cloud == "gcc-high"
    assert profile.base_of("mde") == "https://api-gov.securitycenter.microsoft.us"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AZURE_TENANT_ID", "common"), ("AZURE_CLIENT_ID", "me"), ("AZURE_AUTHORITY_HOST", "http://x")],
)
def test_a_variable_that_can_not_be_is_named(tmp_path: Path, variable: str, value: str) -> None:
    env = {**AZURE, "AZURE_CLIENT_SECRET": "hush", variable: value}
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, ""), environ=env)
    assert caught.value.where == variable
    text = '[profiles.p]\nmethod = "client-secret"'
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, text), environ=env)
    assert variable in str(caught.value)


def test_flags_and_variables_are_named_as_sources(tmp_path: Path) -> None:
    found = config.load(write(tmp_path, GOOD), environ={"MDETUI_REFRESH": "5"}, theme="dark")
    assert found.source_of("theme") == "--theme"
    assert found.source_of("refresh") == "MDETUI_REFRESH"
    assert found.source_of("mouse") == "default"
