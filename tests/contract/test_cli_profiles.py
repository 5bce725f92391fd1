"""`mdetui profiles`, `help` and `logout`, as they are typed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mdetui import cli, config
from mdetui.auth import guide
from mdetui.auth.store import TokenStore
from mdetui.config import METHODS
from mdetui.permissions import PERMISSIONS
from tests.perf.pty import ROOT

ID = "11111111-2222-3333-4444-555555555555"
ADD = ("--name", "contoso", "--tenant", "contoso.example", "--client-id", ID)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, without anybody's Azure variables."""
    for name in [name for name in os.environ if name.startswith(("AZURE_", "MDETUI_"))]:
        monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def file(home: Path) -> Path:
    return home / "XDG_CONFIG_HOME" / "mdetui" / "config.toml"


class Keyboard(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


class Screen(io.StringIO):
    """Where a person reads."""

    def isatty(self) -> bool:
        return True


def run(*argv: str) -> tuple[int, str]:
    """Exit code, and what was said on both outputs."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr(sys, "stdin", io.StringIO())
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", out)
        try:
            return cli.main(argv), out.getvalue()
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()


def typed(lines: str, *argv: str) -> tuple[int, str]:
    """The same for a person who types."""
    with pytest.MonkeyPatch.context() as patch:
        out = Screen()
        patch.setattr(sys, "stdin", Keyboard(lines))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", out)
        return cli.main(argv), out.getvalue()


# add


def test_added_by_flags(file: Path) -> None:
    code, said = run(
        "profiles", "add", *ADD, "--method", "client-secret", "--client-secret-file", "s", "--protected", "dc-*",
        "--protected", "*-sql", "--base", "mde=https://127.0.0.1:8443", "--protect-servers", "--write-minutes", "30",
    )  # fmt: skip
    assert (code, said.splitlines()[-1]) == (0, "Open it with: mdetui --profile contoso")
    profile = config.load(environ={}).profiles["contoso"]
    assert profile.client_secret_file == str(Path.cwd() / "s")
    assert profile.protected == ("dc-*", "*-sql")
    assert profile.base_of("mde") == "https://127.0.0.1:8443"
    assert (profile.protect_servers, profile.write_minutes) == (True, 30)
    assert str(file) in said


@pytest.mark.parametrize("place", ["before", "after"])
def test_another_file(tmp_path: Path, file: Path, place: str) -> None:
    other = tmp_path / "other.toml"
    argv = ["profiles", "add", *ADD, "--method", "browser"]
    argv = ["--config", str(other), *argv] if place == "before" else [*argv, "--config", str(other)]
    assert run(*argv)[0] == 0
    assert other.exists()
    assert not file.exists()


def test_a_command_with_arguments() -> None:
    code, _ = run(
        "profiles", "add", "--name", "p", "--tenant", "contoso.example", "--method", "token-command",
        "--token-command", "/bin/token --for 'a b'",
    )  # fmt: skip
    assert code == 0
    assert config.load(environ={}).profiles["p"].token_command == ("/bin/token", "--for", "a b")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (ADD, "--method: How to sign in is not said. Give --method: device-code, browser"),
        (ADD[2:], "--name: A profile needs a name."),
        ((*ADD, "--method", "magic"), "--method: 'magic' is not a way to sign in. Allowed: device-code"),
        ((*ADD[:2], *ADD[4:], "--method", "browser"), "--tenant: A profile is for exactly one tenant."),
        (
            (*ADD, "--method", "device-code", "--client-secret-file", "s"),
            "--client-secret-file: This key does not belong",
        ),
        ((*ADD, "--method", "browser", "--base", "mdr=https://x"), "argument --base: use one of mde, xdr, graph"),
        ((*ADD, "--method", "browser", "--base", "mde=http://x"), "--base.mde: 'http://x' is not an https address"),
        (("--name", "demo", *ADD[2:], "--method", "browser"), "'demo' can't be a profile's name"),
    ],
)
def test_what_is_wrong_names_the_flag_and_writes_nothing(file: Path, argv: tuple[str, ...], says: str) -> None:
    code, said = run("profiles", "add", *argv)
    assert code == 2
    assert says in said
    assert "Traceback" not in said
    assert not file.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--client-secret", "hush"), ("--client-secret=hush",), ("--secret", "hush"), ("--password=hush",),
        ("--certificate-password", "hush"), ("--token", "hush"), ("--client_secret=hush",),
    ],
)  # fmt: skip
def test_a_secret_on_the_command_line_is_refused_and_not_shown(file: Path, words: tuple[str, ...]) -> None:
    code, said = run("profiles", "add", *ADD, "--method", "client-secret", *words)
    assert code == 2
    assert "never goes on the command line" in said
    assert "hush" not in said
    assert not file.exists()


def test_one_of_that_name_is_replaced_only_when_told(file: Path) -> None:
    run("profiles", "add", *ADD, "--method", "browser")
    before = file.read_text()
    code, said = run("profiles", "add", *ADD, "--method", "device-code")
    assert code == 2
    assert "--replace" in said
    assert file.read_text() == before
    assert run("profiles", "add", *ADD, "--method", "device-code", "--replace")[0] == 0
    assert config.load(environ={}).profiles["contoso"].method == "device-code"


# questions


def test_a_person_is_asked_and_asked_again() -> None:
    answers = ["demo", "contoso", "moon", "", "common", "contoso.example", "", "mdetui", ID]
    code, said = typed("\n".join(answers) + "\n", "profiles", "add")
    assert code == 0, said
    profile = config.load(environ={}).profiles["contoso"]
    assert (profile.cloud, profile.tenant, profile.method) == ("global", "contoso.example", "device-code")
    assert profile.client_id == ID
    for why in ("'demo' can't be", "'moon' is not a cloud", "exactly one tenant", "'mdetui' is not an application id"):
        assert why in said
    assert all(f"  {method} " in said for method in METHODS)


def test_a_name_that_is_taken_is_known_before_the_other_questions() -> None:
    run("profiles", "add", *ADD, "--method", "browser")
    code, said = typed("", "profiles", "add", "--name", "contoso")
    assert (code, said.count(": ")) == (2, 2)
    code, said = typed(f"contoso\nother\n\ncontoso.example\n\n{ID}\n", "profiles", "add")
    assert code == 0, said
    assert "of that name already" in said
    assert list(config.load(environ={}).profiles) == ["contoso", "other"]


def test_a_broken_file_is_known_before_the_questions(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("theme = = 1")
    code, said = typed("", "profiles", "add")
    assert code == 2
    assert "line 1" in said


def test_what_a_flag_gave_is_not_asked() -> None:
    code, said = typed("\nj.ito\n", "profiles", "add", *ADD, "--cloud", "gcc", "--method", "client-secret")
    assert code == 0, said
    profile = config.load(environ={}).profiles["contoso"]
    assert (profile.client_secret_file, profile.analyst) == ("", "j.ito")
    assert "MDETUI_CLIENT_SECRET" in said
    assert "Tenant id" not in said


def test_who_leaves_in_the_middle_has_written_nothing(file: Path) -> None:
    code, said = typed("contoso\n", "profiles", "add")
    assert code == 2
    assert "Nothing was written." in said
    assert not file.exists()


# list, show, remove


def test_no_profile_says_how_to_add_one(file: Path) -> None:
    code, said = run("profiles", "list")
    assert (code, said) == (0, f"There is no profile in {file}. Add one with: mdetui profiles add\n")
    assert run("profiles", "list", "--json") == (0, "[]\n")


def test_all_are_listed() -> None:
    run("profiles", "add", *ADD, "--method", "device-code")
    run("profiles", "add", "--name", "vm", "--tenant", "contoso.example", "--method", "managed-identity")
    _, said = run("profiles", "list")
    assert said.splitlines()[0].split() == ["NAME", "CLOUD", "SIGN-IN", "TENANT", "AS"]
    assert said.splitlines()[2] == "vm       global  managed-identity  contoso.example  this machine"
    told = json.loads(run("profiles", "list", "--json")[1])
    assert [(one["name"], one["method"]) for one in told] == [("contoso", "device-code"), ("vm", "managed-identity")]


def test_what_is_in_force_and_where_it_came_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.mkdir()
    file.write_text('[profiles.contoso]\nmethod = "client-secret"\ntenant = "contoso.example"\n')
    monkeypatch.setenv("AZURE_CLIENT_ID", ID)
    monkeypatch.setenv("MDETUI_CLIENT_SECRET", "hush-hush")
    code, said = run("profiles", "show", "contoso")
    assert code == 0
    assert "hush" not in said
    told = json.loads(run("profiles", "show", "contoso", "--json")[1])
    assert told["tenant"] == {"value": "contoso.example", "source": f"{file}, line 3"}
    assert told["client_id"] == {"value": ID, "source": "AZURE_CLIENT_ID"}
    assert told["authority"] == {"value": "https://login.microsoftonline.com", "source": "cloud global"}
    assert told["base.graph"]["value"] == "https://graph.microsoft.com"
    assert told["client secret"] == {"value": "not shown", "source": "MDETUI_CLIENT_SECRET"}
    assert told["short"] == {"value": "", "source": "default"}
    # what belongs to other methods is not there
    assert not {"certificate_file", "redirect_uri", "token_command", "store"} & set(told)
    # it was looked at, not taken
    assert os.environ["MDETUI_CLIENT_SECRET"] == "hush-hush"


def test_arguments_of_a_command_are_not_shown() -> None:
    argv = ("--tenant", "contoso.example", "--method", "token-command", "--token-command", "/bin/token hush-hush")
    run("profiles", "add", "--name", "p", *argv)
    said = run("profiles", "show", "p")[1] + run("profiles", "show", "p", "--json")[1]
    assert "/bin/token and 1 argument" in said
    assert "hush" not in said


def test_one_that_is_not_there() -> None:
    for command in ("show", "remove"):
        code, said = run("profiles", command, "nobody")
        assert code == 2
        assert "Known profiles: none." in said


def test_removed_with_its_tokens(file: Path) -> None:
    run("profiles", "add", *ADD, "--method", "device-code")
    store = TokenStore(config.load(environ={}).profiles["contoso"])
    store.save('{"a": 1}')
    code, said = run("profiles", "remove", "contoso")
    assert code == 0
    assert said.splitlines() == [f"Profile contoso was taken out of {file}.", "Its tokens on this host are gone."]
    assert config.load(environ={}).profiles == {}
    assert store.load() is None


def test_what_is_in_force_is_readable(file: Path) -> None:
    run("profiles", "add", *ADD, "--method", "device-code")
    said = run("profiles", "show", "contoso")[1].splitlines()
    assert said[0] == f"Profile contoso; lines are those of {file}."
    assert said[3].split() == ["tenant", "contoso.example", "line", "3"]


# the program


def test_no_dump_of_the_program_is_ever_written() -> None:
    code = (
        "import resource\nfrom mdetui import cli\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n"
        "cli._no_core_dumps()\nprint(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "0\n"


# logout


def test_logout_removes_and_says_what_it_does_not_revoke() -> None:
    run("profiles", "add", *ADD, "--method", "device-code")
    run("profiles", "add", "--name", "vm", "--tenant", "contoso.example", "--method", "managed-identity")
    profiles = config.load(environ={}).profiles
    stores = [TokenStore(profile) for profile in profiles.values()]
    for store in stores:
        store.save('{"a": 1}')
    code, said = run("logout", "contoso")
    assert code == 0
    assert said.startswith("The tokens of profile contoso ")
    assert "Revoke sessions" in said
    assert "Nothing was revoked" in said
    assert "profile vm" not in said
    assert [store.load() is None for store in stores] == [True, False]
    code, said = run("logout")
    assert code == 0
    assert "The tokens of profile vm were removed" in said
    assert "metadata service" in said
    assert [store.load() is None for store in stores] == [True, True]


def test_logout_of_nothing() -> None:
    assert run("logout") == (0, "There is no profile, so there is nothing to sign out of.\n")
    assert run("logout", "nobody")[0] == 2


# help


def test_the_guide_fits_and_says_it_all() -> None:
    code, said = run("help", "auth")
    assert code == 0
    assert max(len(line) for line in said.splitlines()) <= guide.WIDTH
    assert said.isascii()
    for one in PERMISSIONS:
        assert one.application in said
        assert one.delegated in said
    for name in METHODS:
        assert f"\n{name}: " in said


@pytest.mark.parametrize("method", METHODS)
def test_the_examples_of_the_guide_are_taken(file: Path, method: str) -> None:
    file.parent.mkdir()
    file.write_text(guide.example(method))
    assert config.load(environ={}).profiles["contoso"].method == method
    assert all(f"     {line}\n" in guide.guide() for line in guide.example(method).splitlines())


def test_a_topic_that_is_none() -> None:
    code, said = run("help", "cooking")
    assert code == 2
    assert "auth" in said


@pytest.mark.parametrize("argv", [("help", "auth"), ("profiles", "list"), ("profiles", "--help")])
def test_a_short_command_loads_nothing_heavy(argv: tuple[str, ...]) -> None:
    heavy = ("textual", "rich", "msal", "httpx", "msgspec", "tomlkit", "duckdb", "starlette", "asyncio")
    code = (
        "import sys\nfrom mdetui import cli\n"
        f"try:\n    cli.main({list(argv)!r})\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', *[name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded:"
