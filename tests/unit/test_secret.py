"""Secrets: never seen, and read only from a file that is ours alone."""

from __future__ import annotations

import os
import pickle
import pprint
import stat
from pathlib import Path

import pytest

from mdetui.auth.secret import Secret, read_secret
from mdetui.errors import SignInError
from tests.wiring import profile


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
