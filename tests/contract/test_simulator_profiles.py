"""`mdetui simulator --write-config`: every profile that it writes signs in, with the program's own sign-in and real MSAL."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from mdetui import config
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.clock import SYSTEM
from mdetui.config import Config, Profile
from tests.sources import source_over_tls
from tests.wiring import RushingClock

PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """The configuration that the command has written; it runs."""
    folder = tmp_path_factory.mktemp("simulator") / "a 'folder'"
    command = [sys.executable, "-m", "mdetui", "simulator", "--machines", "2", "--alerts", "2"]
    with subprocess.Popen(
        [*command, "--write-config", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening ")
        yield config.load(folder / "config.toml", environ={})
        process.terminate()
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


def browser(profile: Profile) -> httpx.Client:
    """A person's browser: it follows no redirect, as nothing listens where it leads."""
    context = ssl.create_default_context(cafile=profile.ca_bundle)
    return httpx.Client(verify=context, headers=PAGE, trust_env=False)


async def sign_in(profile: Profile, tokens: TokenSource) -> None:
    """What a person does by hand."""
    if profile.method == "device-code":
        code = await tokens.start_device_code()
        assert code.url == f"{profile.login}/devicelogin"
        with browser(profile) as person:
            form = {"user_code": code.user_code}
            assert "Continue as" in person.post(code.url, data=form).text
            person.post(code.url, data={**form, "answer": "continue"}).raise_for_status()
        await tokens.finish_device_code(code)
    elif profile.method == "browser":
        flow = await tokens.start_browser()
        with browser(profile) as person:
            assert "Continue as" in person.get(flow.url).text
            back = person.post(flow.url, data={"answer": "continue"}).headers["location"]
        await tokens.finish_browser(flow, Secret(back))


def test_there_is_a_profile_for_each_way(written: Config) -> None:
    assert sorted(profile.method for profile in written.profiles.values()) == sorted(config.METHODS)
    assert next(iter(written.profiles)) == "simulator"
    assert written.file is not None
    modes = {file.name: file.stat().st_mode & 0o777 for file in written.file.parent.iterdir()}
    assert modes == dict.fromkeys(
        ("config.toml", "ca.pem", "client-secret", "app.pem", "assertion", "print-token.py"), 0o600
    )


@pytest.mark.parametrize("name", ["", "-device", "-browser", "-certificate", "-federated", "-command", "-identity"])
async def test_a_profile_signs_in(name: str, written: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = written.profiles[f"simulator{name}"]
    assert written.file is not None
    variable = f"AZURE_POD_IDENTITY_AUTHORITY_HOST={profile.login}"
    assert variable in written.file.read_text()
    monkeypatch.setenv(*variable.split("=", 1))
    # assertions carry the time; between two polls for a code none has to pass
    clock = RushingClock() if profile.method == "device-code" else SYSTEM
    async with source_over_tls(profile, clock) as tokens:
        await sign_in(profile, tokens)
        token = await tokens.get()
        assert tokens.identity is not None
        assert tokens.identity.kind == ("person" if name in ("-device", "-browser") else "app")
    with browser(profile) as client:
        bearer = {"authorization": f"Bearer {token.reveal()}", "accept": "application/json"}
        answer = client.get(f"{profile.base_of('mde')}/api/alerts", headers=bearer)
    assert len(answer.json()["value"]) == 2
