"""Kept tokens against what a jump host does to files: other runs, kills, half files, links, masks, logouts."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mdetui.auth import store_places
from mdetui.auth.store import TokenStore
from mdetui.config import Profile
from tests.faults.storing_child import TOKENS

ROOT = Path(__file__).parents[2]
KEPT = '{"RefreshToken": {"one": "a-refresh-token"}}'


@pytest.fixture
def runtime() -> Path:
    """The runtime folder of this test's session."""
    return Path(os.environ["XDG_RUNTIME_DIR"])


@pytest.fixture
def file(runtime: Path) -> Path:
    """Where the tokens of `contoso` lie."""
    return runtime / "mdetui" / "contoso.json"


@pytest.fixture
def open_mask() -> Iterator[None]:
    """A umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def store(kind: str = "auto", name: str = "contoso", patience: float = 15.0) -> TokenStore:
    return TokenStore(Profile(name=name, store=kind), patience=patience)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def child(*argv: str, code: str = "") -> subprocess.Popen[str]:
    """Another run of the program."""
    how = ["-c", code] if code else ["-m", "tests.faults.storing_child"]
    return subprocess.Popen(
        [sys.executable, *how, *argv], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    out, said = process.communicate(timeout=60)
    assert not said, said
    return process.returncode, out.splitlines()


# what is kept, and where


def test_auto_is_a_private_file_in_the_runtime_folder(file: Path) -> None:
    one = store()
    assert one.load() is None
    one.save(KEPT)
    assert (file.read_text(), mode(file), mode(file.parent)) == (KEPT, 0o600, 0o700)
    assert store().load() == KEPT
    assert one.where == f"{file}, gone at logout"
    assert not one.notice


def test_memory_writes_nothing(runtime: Path) -> None:
    one = store("memory")
    one.save(KEPT)
    assert one.load() == KEPT
    assert store("memory").load() is None
    assert "memory" in one.where
    assert not list(runtime.rglob("*"))
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("*"))


def test_file_is_plain_text_in_the_state_folder_and_says_so(runtime: Path) -> None:
    one = store("file")
    one.save(KEPT)
    file = Path(os.environ["XDG_STATE_HOME"]) / "mdetui" / "tokens" / "contoso.json"
    assert (file.read_text(), mode(file), mode(file.parent), mode(file.parent.parent)) == (KEPT, 0o600, 0o700, 0o700)
    assert one.where == f"{file}, as plain text on the disk"
    assert not list(runtime.rglob("*"))


def test_each_profile_has_its_own_tokens(file: Path) -> None:
    names = [
        "contoso",
        "Contoso",
        "CONTOSO",
        "quota-1",
        "../contoso",
        "a/b",
        "a\\b",
        "a b",
        "",
        ".",
        "c:d",
        "ü",
        "\0",
        "\ud800",
    ]
    for name in names:
        store(name=name).save(json.dumps({"of": ascii(name)}))
    for name in names:
        assert json.loads(store(name=name).load() or "{}") == {"of": ascii(name)}
    files = [path for path in file.parent.rglob("*") if path.suffix == ".json"]
    assert len({path.name.lower() for path in files}) == len(names)
    assert {path.parent for path in files} == {file.parent}
    assert not [path for path in file.parents[1].iterdir() if path != file.parent]


def test_only_a_json_object_is_kept(file: Path) -> None:
    one = store()
    one.save(KEPT)
    for wrong in ("", "[]", "null", '{"a": ', "[" * 100_000):
        with pytest.raises(ValueError, match="JSON object"):
            one.save(wrong)
    assert one.load() == KEPT


def test_forget_removes_every_trace_of_every_setting(file: Path) -> None:
    for kind in ("file", "auto"):
        store(kind).save(KEPT)
    file.with_suffix(".broken").write_text('{"half')
    other = store(name="fabrikam")
    other.save(KEPT)
    one = store()
    one.forget()
    assert one.load() is None
    left = [
        path for path in (*file.parent.rglob("*"), *Path(os.environ["XDG_STATE_HOME"]).rglob("*")) if path.is_file()
    ]
    assert {path.name for path in left if path.stat().st_size} == {"fabrikam.json"}
    assert other.load() == KEPT


def test_forget_in_another_run_is_seen(file: Path) -> None:
    one = store()
    one.save(KEPT)
    store().forget()
    assert one.load() is None
    assert not one.notice


def test_repr_shows_no_token(file: Path) -> None:
    for kind in ("auto", "memory"):
        one = store(kind)
        one.save(KEPT)
        assert "a-refresh-token" not in repr(one) + repr(vars(one)) + repr(one._place)


# several runs


def test_six_processes_lose_nothing(file: Path) -> None:
    """240 of 240: read, add, write is one step for everybody else."""
    runs = [child("contoso", "auto", "add", str(who)) for who in range(6)]
    assert [ended(run) for run in runs] == [(0, [f"{file}, gone at logout", ""])] * 6
    assert len(json.loads(file.read_text())) == 6 * TOKENS
    assert {path.name for path in file.parent.iterdir()} == {"contoso.json", "contoso.lock"}
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)


def test_threads_lose_nothing_either(file: Path) -> None:
    one = store()

    def add(who: int) -> None:
        for number in range(10):
            with one.section():
                kept = json.loads(one.load() or "{}")
                kept[f"{who}-{number}"] = 1
                one.save(json.dumps(kept))

    threads = [threading.Thread(target=add, args=(who,)) for who in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(file.read_text())) == 60


def test_a_run_that_keeps_it_busy_is_not_waited_for_without_end(file: Path) -> None:
    holder = child("contoso", "auto", "hold", "30")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    one = store(patience=0.05)
    with one.section():
        one.save(KEPT)
    assert "Another run of mdetui keeps the token store of profile contoso busy" in one.notice
    assert file.read_text() == KEPT
    # a stopped run must not keep others from reading either
    assert store().load() == KEPT
    holder.kill()
    ended(holder)


@pytest.mark.parametrize("moment", ["holding", "writing"])
def test_a_killed_run_leaves_a_whole_file_and_no_lock(file: Path, moment: str) -> None:
    store().save(KEPT)
    assert ended(child("contoso", "auto", "die", moment))[0] == -signal.SIGKILL
    drafts = [path for path in file.parent.iterdir() if path.name.startswith(".")]
    assert len(drafts) == (moment == "writing")
    assert [mode(path) for path in drafts] == [0o600] * len(drafts)
    # no patience at all: a lock that outlived its process would be reported
    after = store(patience=0)
    assert after.load() == KEPT
    with after.section():
        after.save('{"after": 1}')
    assert file.read_text() == '{"after": 1}'
    assert not after.notice
    assert {path.name for path in file.parent.iterdir()} == {"contoso.json", "contoso.lock"}


# what lies there is not what it should be


@pytest.mark.parametrize("content", [KEPT[:-9].encode(), b"", b"[1]", b"\xff\xfe{}", b"[" * 100_000, b" " * (5 << 20)])
def test_a_damaged_file_is_set_aside_and_reported(file: Path, content: bytes) -> None:
    store().save(KEPT)
    file.write_bytes(content)
    one = store()
    assert one.load() is None
    aside = file.with_suffix(".broken")
    assert (aside.read_bytes(), mode(aside)) == (content, 0o600)
    assert f"{file} is damaged. It was set aside as {aside}. Sign in again." in one.notice
    one.save('{"new": 1}')
    assert (store().load(), one.where) == ('{"new": 1}', f"{file}, gone at logout")


def test_a_file_that_others_can_read_is_closed_and_reported(file: Path) -> None:
    store().save(KEPT)
    file.chmod(0o644)
    file.parent.chmod(0o755)
    one = store()
    assert one.load() == KEPT
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert f"{file} was open to others (mode 0644) and was set to 0600" in one.notice
    assert f"{file.parent} was open to others (mode 0755) and was set to 0700" in one.notice


def test_no_umask_opens_or_locks_anything(
    open_mask: None, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home" / "state"))
    for mask in (0, 0o777):
        os.umask(mask)
        for kind in ("auto", "file"):
            one = store(kind, f"mask-{mask}")
            one.save(KEPT)
            assert (store(kind, f"mask-{mask}").load(), one.notice) == (KEPT, "")
    made = [file.parent, *file.parent.iterdir(), *(tmp_path / "home").rglob("*"), tmp_path / "home"]
    assert {mode(path) for path in made if path.is_dir()} == {0o700}
    assert {mode(path) for path in made if path.is_file()} == {0o600}
    assert len([path for path in made if path.is_file()]) == 8


@pytest.mark.parametrize("what", ["file", "folder", "lock"])
def test_a_symbolic_link_is_neither_read_nor_written(file: Path, tmp_path: Path, what: str) -> None:
    strange = tmp_path / "strange"
    strange.mkdir()
    target = strange / file.name
    target.write_text(KEPT)
    if what == "folder":
        file.parent.symlink_to(strange)
    else:
        file.parent.mkdir(mode=0o700)
        (file if what == "file" else file.with_suffix(".lock")).symlink_to(target)
    one = store()
    if what != "lock":
        assert one.load() is None
    one.save('{"mine": 1}')
    assert one.load() == '{"mine": 1}'
    assert "is a symbolic link" in one.notice
    assert "in memory only" in one.notice
    assert "memory" in one.where
    assert (target.read_text(), [path.name for path in strange.iterdir()]) == (KEPT, [file.name])
    one.forget()
    assert target.read_text() == KEPT


def test_a_write_does_not_replace_a_link_that_was_laid_meanwhile(file: Path, tmp_path: Path) -> None:
    one = store()
    one.save(KEPT)
    target = tmp_path / "target"
    target.write_text("untouched")
    file.unlink()
    file.symlink_to(target)
    one.save('{"mine": 1}')
    assert (target.read_text(), file.is_symlink(), one.load()) == ("untouched", True, '{"mine": 1}')
    assert "is a symbolic link" in one.notice


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["file", "folder", "runtime"])
def test_what_is_another_users_is_refused(file: Path, what: str) -> None:
    store().save(KEPT)
    strange = {"file": file, "folder": file.parent, "runtime": file.parents[1]}[what]
    os.chown(strange, 12_345, -1)
    one = store()
    assert one.load() is None
    one.save('{"mine": 1}')
    assert "belongs to another user" in one.notice
    assert str(strange) in one.notice
    assert file.read_text() == KEPT


def test_a_runtime_folder_that_others_may_write_to_is_refused(file: Path) -> None:
    file.parents[1].chmod(0o777)
    one = store()
    one.save(KEPT)
    assert "others may write into the folder" in one.notice
    assert not file.parent.exists()


def test_a_named_pipe_in_its_place_hangs_nothing(file: Path) -> None:
    file.parent.mkdir(mode=0o700)
    os.mkfifo(file)
    one = store()
    assert one.load() is None
    assert "is not a plain file" in one.notice


def test_a_file_in_the_folders_place(file: Path) -> None:
    file.parent.write_text("")
    one = store()
    one.save(KEPT)
    assert (one.load(), "is not a folder" in one.notice) == (KEPT, True)


# folders that come and go


@pytest.mark.parametrize("value", [None, "", "relative/run", "/nonexistent/run"])
def test_without_a_runtime_folder_tokens_stay_in_memory(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", value)
    one = store()
    one.save(KEPT)
    assert (one.load(), one.notice) == (KEPT, "")
    assert one.where == "in memory only, gone when the program ends"
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("*"))


def test_a_runtime_folder_that_vanishes_is_survived_in_memory(runtime: Path) -> None:
    """A logout while the program goes on under tmux."""
    one, reader = store(), store()
    one.save(KEPT)
    assert reader.load() == KEPT
    shutil.rmtree(runtime)
    assert reader.load() == KEPT
    with one.section():
        assert one.load() == KEPT
        one.save('{"renewed": 1}')
    assert one.load() == '{"renewed": 1}'
    for each in (one, reader):
        assert "kept in memory only from now on" in each.notice
        assert each.notice.count("No such file or directory") == 1
    assert not runtime.exists()
    # the next login has nothing of it
    runtime.mkdir(mode=0o700)
    assert store().load() is None


def test_our_folder_alone_that_vanishes_is_made_anew(file: Path) -> None:
    """A cleaner of old files."""
    one = store()
    one.save(KEPT)
    shutil.rmtree(file.parent)
    assert one.load() is None
    one.save(KEPT)
    assert (file.read_text(), one.notice) == (KEPT, "")


def test_a_folder_swept_in_a_section_does_not_let_two_in(file: Path) -> None:
    one, two = store(), store(patience=0)
    one.save(KEPT)
    with one.section():
        with two.section():
            pass
        assert "busy" in two.notice


def test_a_disk_that_takes_nothing_more_is_survived_in_memory(tmp_path: Path) -> None:
    # the size of files of this one process is limited: what a full disk does, without filling one
    code = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4)); sys.argv[0] = 'child'; "
        "runpy.run_module('tests.faults.storing_child', run_name='__main__')"
    )
    store("file").save(KEPT)
    status, (where, notice) = ended(child("contoso", "file", "save", '{"larger": "than that"}', code=code))
    assert (status, where) == (0, "in memory only, gone when the program ends")
    assert "File too large" in notice
    assert store("file").load() == KEPT
    folder = Path(os.environ["XDG_STATE_HOME"]) / "mdetui" / "tokens"
    assert {path.name for path in folder.iterdir()} == {"contoso.json", "contoso.lock"}


# platforms and keyrings


def test_a_host_without_flock_and_owners_keeps_tokens_in_memory_or_a_file() -> None:
    code = (
        "import os, sys, platformdirs\n"
        "for name in ('geteuid', 'getuid', 'O_NOFOLLOW', 'O_CLOEXEC', 'O_NONBLOCK', 'fchmod'):\n    delattr(os, name)\n"
        "import runpy; sys.argv[0] = 'child'; runpy.run_module('tests.faults.storing_child', run_name='__main__')"
    )
    assert ended(child("contoso", "memory", "save", KEPT, code=code))[0] == 0
    assert ended(child("contoso", "file", "save", KEPT, code=code))[0] == 0
    status, (said, _, notice) = ended(child("contoso", "file", "load", code=code))
    assert (status, said, notice) == (0, KEPT, "")


def test_without_the_package_a_keyring_is_no_plain_file() -> None:
    code = (
        "import sys; sys.modules['keyring'] = None; sys.argv[0] = 'child'\n"
        "import runpy; runpy.run_module('tests.faults.storing_child', run_name='__main__')"
    )
    status, (where, notice) = ended(child("contoso", "keyring", "save", KEPT, code=code))
    assert (status, where) == (0, "in memory only, gone when the program ends")
    assert "the package keyring is not installed" in notice
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        assert not list(Path(os.environ[name]).rglob("*.json"))


def keyring_like(monkeypatch: pytest.MonkeyPatch, name: str, priority: float, store: dict[str, str]) -> None:
    """Have the keyring library choose a back end of ours, as PYTHON_KEYRING_BACKEND does."""
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")

    class Backend(keyring.backend.KeyringBackend):  # type: ignore[misc, name-defined]
        def set_password(self, service: str, username: str, password: str) -> None:
            if name == "Locked":
                raise OSError("Prompt dismissed: a-refresh-token")
            store[f"{service}/{username}"] = password

        def get_password(self, service: str, username: str) -> str | None:
            return None if name == "Forgetful" else store.get(f"{service}/{username}")

        def delete_password(self, service: str, username: str) -> None:
            del store[f"{service}/{username}"]

    Backend.name = name
    Backend.priority = priority
    monkeypatch.setattr(keyring.core, "_keyring_backend", Backend())


def test_a_real_keyring_keeps_the_tokens_and_no_file_does(monkeypatch: pytest.MonkeyPatch) -> None:
    entries: dict[str, str] = {}
    keyring_like(monkeypatch, "Desktop", 5, entries)
    one = store("keyring")
    one.save(KEPT)
    assert (entries, one.where, one.notice) == ({"mdetui/contoso": KEPT}, "in the keyring Desktop", "")
    assert store("keyring").load() == KEPT
    entries["mdetui/contoso"] = KEPT[:9]
    assert one.load() is None
    assert "The entry of tokens in the keyring Desktop is damaged" in one.notice
    one.save(KEPT)
    one.forget()
    assert not entries
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        assert not list(Path(os.environ[name]).rglob("*.json"))


@pytest.mark.parametrize(
    ("name", "priority", "why"),
    [
        ("PlaintextKeyring", 0.5, "no keyring works on this host"),
        ("Locked", 5, "the keyring Locked does not work (OSError)"),
        ("Forgetful", 5, "the keyring Forgetful did not give back what it was given"),
    ],
)
def test_a_keyring_that_is_none_is_said_and_not_used(
    monkeypatch: pytest.MonkeyPatch, name: str, priority: float, why: str
) -> None:
    entries: dict[str, str] = {}
    keyring_like(monkeypatch, name, priority, entries)
    one = store("keyring")
    one.save(KEPT)
    assert one.load() == KEPT
    assert one.where == "in memory only, gone when the program ends"
    assert f"kept in memory only: {why}" in one.notice
    assert "a-refresh-token" not in one.notice
    assert KEPT not in entries.values()
    assert not list(Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*.json"))


def test_names_of_files_are_plain_where_they_can_be() -> None:
    assert store_places.file_stem("contoso-prod.eu") == "contoso-prod.eu"
    assert store_places.file_stem("Contoso").startswith("contoso~")
