"""Secrets: never seen, and read only from a file that is ours alone."""

from __future__ import annotations

import os
import pickle
import pprint
import stat
from pathlib import Path

import pytest

from mdetui.auth import secret as secrets
from mdetui.auth.secret import Secret, SecretNeeded, place_of, read_password, read_secret, without_secrets
from mdetui.errors import SignInError
from tests.wiring import TENANT, profile


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret in the environment."""
    for name in (*secrets.SECRET_VARIABLES, "CREDENTIALS_DIRECTORY", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)


def test_a_secret_shows_in_no_form() -> None:
    secret = Secret("hush-hush")
    shown = f"{secret} {secret!r} {[secret]} {pprint.pformat({'a': secret})} %s" % secret
    assert "hush" not in shown
    assert secret.reveal() == "hush-hush"
    assert secret == Secret("hush-hush")
    assert secret != Secret("other")
    assert secret != "hush-hush"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def write(path: Path, data: bytes, mode: int = 0o600) -> str:
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"s3cret", "s3cret"),
        (b"s3cret\n", "s3cret"),
        (b"s3cret\r\n", "s3cret"),
        (b" s3cret \n", " s3cret "),
        ("ünï".encode(), "ünï"),
    ],
)
def test_one_newline_is_dropped_and_nothing_else(tmp_path: Path, data: bytes, value: str) -> None:
    assert read_secret(profile(client_secret_file=write(tmp_path / "s", data))).reveal() == value


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_modes_that_are_private(tmp_path: Path, mode: int) -> None:
    assert read_secret(profile(client_secret_file=write(tmp_path / "s", b"x", mode))) == Secret("x")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
def test_a_file_others_can_use_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path / "s", b"hush-hush", mode)
    with pytest.raises(SignInError, match=f"mode {mode:04o}") as caught:
        read_secret(profile(client_secret_file=path))
    assert f"chmod 600 {path}" in caught.value.todo
    assert "hush" not in str(caught.value)


def test_a_link_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "real", b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(SignInError, match="symbolic link"):
        read_secret(profile(client_secret_file=str(tmp_path / "link")))


def test_a_pipe_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SignInError, match="not a plain file"):
        read_secret(profile(client_secret_file=str(tmp_path / "pipe")))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignInError):
        read_secret(profile(client_secret_file=str(tmp_path)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignInError, match="No such file"):
        read_secret(profile(client_secret_file=str(tmp_path / "nothing")))


@pytest.mark.parametrize("data", [b"", b"\n", b"a\nb", b"a\x00b", b"\xff\xfe", b"x" * 20_000])
def test_what_can_be_no_secret_is_refused_and_not_shown(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SignInError) as caught:
        read_secret(profile(client_secret_file=write(tmp_path / "s", data)))
    assert len(str(caught.value)) < 600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "s", b"x")
    os.chown(path, 65534, -1)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    with pytest.raises(SignInError, match="another user"):
        read_secret(profile(client_secret_file=path))


# the environment


@pytest.mark.parametrize("name", ["MDETUI_CLIENT_SECRET", "AZURE_CLIENT_SECRET"])
def test_a_variable_is_read_once_and_children_do_not_inherit_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hush-hush")
    assert place_of(profile()) == name
    assert read_secret(profile()) == Secret("hush-hush")
    assert name not in os.environ
    # every audience has an app of its own, and all of them ask
    assert read_secret(profile()) == Secret("hush-hush")
    assert place_of(profile()) == name


def test_our_own_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "theirs")
    monkeypatch.setenv("MDETUI_CLIENT_SECRET", "ours")
    assert read_secret(profile()) == Secret("ours")


def test_the_file_wins_over_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MDETUI_CLIENT_SECRET", "of the environment")
    file = write(tmp_path / "s", b"of the file")
    assert read_secret(profile(client_secret_file=file)) == Secret("of the file")
    assert place_of(profile(client_secret_file=file)) == file


@pytest.mark.parametrize(
    ("name", "value"),
    [("AZURE_CLIENT_ID", "99999999-2222-3333-4444-555555555555"), ("AZURE_TENANT_ID", "other.example")],
)
def test_azures_secret_of_another_application_goes_nowhere(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "of another")
    monkeypatch.setenv(name, value)
    with pytest.raises(SecretNeeded):
        read_secret(profile())
    assert os.environ["AZURE_CLIENT_SECRET"] == "of another"
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT.upper())
    monkeypatch.setenv("AZURE_CLIENT_ID", profile().client_id)
    assert read_secret(profile()) == Secret("of another")


def test_what_another_program_is_started_with() -> None:
    ours = {
        "PATH": "/bin",
        "AZURE_CLIENT_ID": "a",
        "AZURE_CLIENT_SECRET": "s",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD": "p",
    }
    assert without_secrets(ours) == {"PATH": "/bin", "AZURE_CLIENT_ID": "a"}


# systemd


def test_a_systemd_credential(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SecretNeeded):
        read_secret(profile())
    # as systemd makes them for a user that is not root: root's, with an access list
    file = write(tmp_path / "test.client-secret", b"of systemd\n", 0o440)
    assert read_secret(profile()) == Secret("of systemd")
    assert place_of(profile()) == file


def test_a_systemd_credential_that_everybody_reads_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    write(tmp_path / "test.client-secret", b"x", 0o444)
    with pytest.raises(SignInError, match="mode 0444"):
        read_secret(profile())


# a person


def test_what_is_nowhere_is_asked_for_with_all_the_other_ways() -> None:
    with pytest.raises(SecretNeeded) as caught:
        read_secret(profile())
    assert caught.value.noun == "client secret"
    for way in ("client_secret_file", "MDETUI_CLIENT_SECRET", "test.client-secret"):
        assert way in caught.value.todo
    assert place_of(profile()) == "a person is asked"


# a certificate's password


def test_a_certificate_may_have_no_password() -> None:
    assert read_password(profile(method="certificate")) is None
    assert place_of(profile(method="certificate")) == "none"
    assert place_of(profile(method="device-code")) == ""


def test_a_certificates_password_comes_the_same_ways(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "not this one")
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "of azure")
    assert read_password(profile(method="certificate")) == Secret("of azure")
    assert "AZURE_CLIENT_CERTIFICATE_PASSWORD" not in os.environ
    file = write(tmp_path / "p", b"of the file\n")
    assert read_password(profile(method="certificate", certificate_password_file=file)) == Secret("of the file")
    Path(file).chmod(0o644)
    with pytest.raises(SignInError, match=r"certificate password file .*mode 0644"):
        read_password(profile(method="certificate", certificate_password_file=file))
    assert secrets.password_needed(profile()).noun == "certificate password"
