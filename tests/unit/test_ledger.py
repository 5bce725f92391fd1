"""The ledger: several processes, torn lines, tampering, a disk that refuses, and what the lines hold."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mdetui.config import Profile
from mdetui.errors import LedgerFailed
from mdetui.response import catalogue, targets
from mdetui.response.chain import ChainFile, seal
from mdetui.response.entries import Event, fold
from mdetui.response.ledger import Actor, Heading, Ledger
from mdetui.response.requests import Draft, Request, comment_text
from mdetui.response.targets import AlertValues, Target

PROFILE = Profile("contoso", tenant="11111111-2222-3333-4444-555555555555", client_id="app", short="con")
ACTOR = Actor("night-shift", "jump-1", "10.9.9.9", 4711)


def ledger_at(folder: Path, **more: object) -> Ledger:
    return Ledger(folder / "state" / "ledger.jsonl", actor=ACTOR, **more)  # type: ignore[arg-type]


def heading(**changes: object) -> Heading:
    base = Heading(
        "j1", PROFILE, "j.ito", "app mdetui-ir", "machine.isolate", {"isolation_type": "Full"}, "because", "INC-1"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def isolate(entry: str, *machines: Target) -> tuple[Request, ...]:
    spec = catalogue.action("machine.isolate")
    chosen = machines or (targets.machine_by_id("contoso", "a" * 40, "fin-ws-014"),)
    ids = iter([entry, *(f"{entry}{number}" for number in range(len(chosen)))])
    return spec.make(
        Draft(chosen, spec.defaults(), {}, {}, lambda key: comment_text("INC-1", "because", "j.ito", key), ids.__next__)
    )


def exit_code(code: str) -> int:
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


async def test_an_entry_goes_from_intent_to_done(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.ready()
    entry = ledger.new_id()
    (request,) = isolate(entry)
    await ledger.intent(heading(), request)
    (found,) = await ledger.entries()
    assert (found.id, found.event, found.open, found.unanswered) == (entry, Event.INTENT, True, True)
    await ledger.tell(entry, Event.SENT, "accepted", action_id="act-1", request_id="req-1", server_date="Tue")
    await ledger.tell(entry, Event.DONE, "Succeeded")
    (found,) = await ledger.entries()
    assert (found.event, found.action_id, found.request_id, found.open) == (Event.DONE, "act-1", "req-1", False)
    assert found.targets[0].name == "fin-ws-014"
    assert (found.analyst, found.os_user, found.ssh) == ("j.ito", "night-shift", "10.9.9.9")
    assert (found.reason, found.ticket, found.tenant) == ("because", "INC-1", PROFILE.tenant)
    assert (await ledger.verify()).whole


async def test_the_line_holds_exactly_what_is_sent(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.ready()
    (request,) = isolate("k3f9")
    await ledger.intent(heading(), request)
    record = json.loads(ledger.file.read_text())
    assert record["body"] == {"Comment": "[INC-1] because (j.ito via mdetui #k3f9)", "IsolationType": "Full"}
    assert record["route"] == f"/api/machines/{'a' * 40}/isolate"
    assert record["method"] == "POST"


async def test_old_values_of_alerts_come_back(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.ready()
    old = AlertValues(status="New", assigned_to="someone@contoso.com")
    spec = catalogue.action("alert.status")
    target = Target("contoso", "alert", "da1_2", "title")
    draft = Draft((target,), {"status": "Resolved"}, {"da1_2": old}, {}, lambda key: f"c #{key}", lambda: "q1q1")
    (request,) = spec.make(draft)
    await ledger.intent(heading(action="alert.status"), request)
    (found,) = await ledger.entries()
    assert found.old == {"da1_2": old}
    assert found.wanted == {"da1_2": AlertValues(status="Resolved")}


async def test_modes_are_private_even_when_they_were_not(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    ledger.file.parent.mkdir(mode=0o755)
    ledger.file.parent.chmod(0o755)
    ledger.file.touch(mode=0o644)
    ledger.file.chmod(0o644)
    await ledger.tell("k3f9", Event.DONE)
    assert ledger.file.stat().st_mode & 0o777 == 0o600
    assert ledger.file.parent.stat().st_mode & 0o777 == 0o700


async def test_a_symbolic_link_is_refused_for_writing_and_reading(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    ledger.file.parent.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    ledger.file.symlink_to(elsewhere)
    with pytest.raises(LedgerFailed, match="symbolic link"):
        await ledger.tell("k3f9", Event.DONE)
    with pytest.raises(LedgerFailed, match="symbolic link"):
        await ledger.entries()
    assert elsewhere.read_bytes() == b""


async def test_a_second_name_and_a_strange_file_are_refused(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    ledger.file.parent.mkdir(mode=0o700)
    ledger.file.touch()
    os.link(ledger.file, tmp_path / "second")
    with pytest.raises(LedgerFailed, match="second name"):
        await ledger.tell("k3f9", Event.DONE)
    ledger.file.unlink()
    os.mkfifo(ledger.file)
    with pytest.raises(LedgerFailed, match="not a plain file"):
        await ledger.tell("k3f9", Event.DONE)


async def test_a_full_or_missing_disk_refuses_the_write(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    ledger = Ledger(blocked / "ledger.jsonl", actor=ACTOR)
    (request,) = isolate("k3f9")
    with pytest.raises(LedgerFailed, match="can't be used") as caught:
        await ledger.intent(heading(), request)
    assert "Nothing is sent" in caught.value.todo or "Check the disk" in caught.value.todo


async def test_no_space_left_is_reported_and_the_torn_line_is_marked_later(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.tell("aaaa", Event.DONE)
    size = ledger.file.stat().st_size
    code = textwrap.dedent(
        f"""
        import resource, signal, sys
        from pathlib import Path
        from mdetui.response.chain import ChainFile
        from mdetui.errors import LedgerFailed
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 20}, {size + 20}))
        try:
            ChainFile(Path({str(ledger.file)!r})).append({{"event": "done", "id": "bbbb"}})
        except LedgerFailed:
            sys.exit(7)
        """
    )
    assert exit_code(code) == 7
    assert ledger.file.stat().st_size == size + 20
    await ledger.tell("cccc", Event.DONE)
    check = await ledger.verify()
    assert check.whole
    assert check.torn == 1


async def test_a_disk_that_hangs_refuses_the_write_and_marks_the_late_line(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path, patience=0.2)
    await ledger.ready()
    (request,) = isolate("k3f9")
    ledger.file.touch()
    fd = os.open(ledger.file, os.O_RDWR)
    # another process that holds the lock looks just like an fsync that hangs
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(LedgerFailed, match="did not answer"):
        await ledger.intent(heading(), request)
    assert ledger.file.stat().st_size == 0
    os.close(fd)
    # calls run in order: this read comes after the late line
    (entry,) = await ledger.entries()
    assert (entry.event, entry.open) == (Event.NOT_SENT, False)


async def test_a_cancellation_that_comes_with_the_result_is_not_lost(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    release = threading.Event()
    unwanted = threading.Event()
    waiting = asyncio.create_task(ledger._run(release.wait, lambda _: unwanted.set()))
    await asyncio.sleep(0.05)
    release.set()
    # the loop stands still: the result waits in its queue, and is handed over in the turn of the cancellation
    time.sleep(0.2)  # noqa: ASYNC251
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    # an intent is marked as not sent
    assert await asyncio.to_thread(unwanted.wait, 10)


def test_a_hanging_disk_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    code = textwrap.dedent(
        """
        import asyncio, fcntl, os, sys
        from pathlib import Path
        from mdetui.errors import LedgerFailed
        from mdetui.response.entries import Event
        from mdetui.response.ledger import Ledger
        async def main():
            file = Path(sys.argv[1])
            ledger = Ledger(file, patience=0.05)
            await ledger.tell("aaaa", Event.DONE)
            fcntl.flock(os.open(file, os.O_RDWR), fcntl.LOCK_EX)
            try:
                await ledger.tell("aaaa", Event.DONE)
            except LedgerFailed:
                print("given up")
        asyncio.run(main())
        """
    )
    command = [sys.executable, "-c", code, str(tmp_path / "ledger.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "given up\n"


async def test_no_thread_before_the_first_use(tmp_path: Path) -> None:
    started: list[str] = []
    threading.setprofile(lambda *_: started.append(threading.current_thread().name))
    try:
        ledger = ledger_at(tmp_path)
        assert started == []
        await ledger.entries()
    finally:
        threading.setprofile(None)
    assert "mdetui-ledger" in started


_WRITER = """
import sys
from pathlib import Path
from mdetui.response.chain import ChainFile
chain = ChainFile(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    chain.append({"event": "done", "id": f"{sys.argv[2]}-{number}", "pad": "x" * (number * 37 % 900)})
"""


def test_six_processes_append_and_the_chain_holds(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    running = [subprocess.Popen([sys.executable, "-c", _WRITER, str(file), f"w{number}", "40"]) for number in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    check = ChainFile(file).verify()
    assert check.problems == ()
    assert check.lines == 240
    lines, _ = ChainFile(file).read()
    for number in range(6):
        mine = [line.data["id"] for line in lines if line.data and str(line.data["id"]).startswith(f"w{number}-")]
        assert mine == [f"w{number}-{at}" for at in range(40)]


@pytest.mark.parametrize("cut", [1, 2, 17, 100])
def test_a_torn_last_line_is_kept_and_marked(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "ledger.jsonl"
    chain = ChainFile(file)
    chain.append({"event": "intent", "id": "aaaa"}, {"event": "intent", "id": "bbbb"})
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    torn = whole[:-cut].rpartition(b"\n")[2]
    chain.append({"event": "done", "id": "cccc"})
    lines, _ = chain.read()
    events = [line.data and line.data["event"] for line in lines]
    # without its line feed alone the line is whole, and no torn line
    assert events == (["intent", "intent", "done"] if cut == 1 else ["intent", None, "torn", "done"])
    assert lines[1].raw == torn
    assert chain.verify().problems == ()


def test_a_line_torn_to_zeros_by_a_power_cut_is_marked(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    chain = ChainFile(file)
    chain.append({"event": "intent", "id": "aaaa"})
    with file.open("ab") as handle:
        handle.write(b"\0" * 300)
    chain.append({"event": "done", "id": "aaaa"})
    check = chain.verify()
    assert (check.problems, check.torn) == ((), 1)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_is_found(tmp_path: Path, line: int) -> None:
    file = tmp_path / "ledger.jsonl"
    chain = ChainFile(file)
    chain.append(*({"event": "done", "id": f"id{number}", "reason": "because"} for number in range(4)))
    lines = file.read_bytes().split(b"\n")
    lines[line] = lines[line].replace(b"because", b"besides")
    file.write_bytes(b"\n".join(lines))
    check = chain.verify()
    assert not check.whole
    assert f"line {line + 1}" in check.problems[0]


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_line_forged_with_a_right_sum_is_found_by_the_next(tmp_path: Path, line: int) -> None:
    file = tmp_path / "ledger.jsonl"
    chain = ChainFile(file)
    chain.append(*({"event": "done", "id": f"id{number}"} for number in range(4)))
    lines = file.read_bytes().split(b"\n")
    lines[line] = seal({"event": "done", "id": "forged"}, lines[line - 1] if line else b"")
    file.write_bytes(b"\n".join(lines))
    assert chain.verify().problems == (f"line {line + 2} does not follow the line before it",)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_line_taken_out_is_found(tmp_path: Path, line: int) -> None:
    file = tmp_path / "ledger.jsonl"
    chain = ChainFile(file)
    chain.append(*({"event": "done", "id": f"id{number}"} for number in range(4)))
    lines = file.read_bytes().split(b"\n")
    del lines[line]
    file.write_bytes(b"\n".join(lines))
    assert not chain.verify().whole


async def test_ids_are_short_and_never_given_twice(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.ready()
    ids = [ledger.new_id() for _ in range(3000)]
    assert len(set(ids)) == 3000
    assert all(len(made) == 4 and made.isalnum() and made == made.lower() for made in ids)


async def test_an_id_taken_by_another_window_is_refused(tmp_path: Path) -> None:
    mine, other = ledger_at(tmp_path), ledger_at(tmp_path)
    await mine.ready()
    (request,) = isolate("k3f9")
    await other.ready()
    await other.intent(heading(), request)
    with pytest.raises(LedgerFailed, match="taken"):
        await mine.intent(heading(), request)


async def test_entries_of_a_live_run_are_left_alone(tmp_path: Path) -> None:
    mine, other = ledger_at(tmp_path), ledger_at(tmp_path)
    await mine.ready()
    await other.ready()
    (request,) = isolate("k3f9")
    await mine.intent(heading(), request)
    assert await other.open_entries("contoso") == []
    mine.close()
    assert [entry.id for entry in await other.open_entries("contoso")] == ["k3f9"]
    assert await other.open_entries("fabrikam") == []


async def test_entries_of_a_killed_run_are_found(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    code = textwrap.dedent(
        f"""
        import asyncio, os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        import test_ledger as t
        async def main():
            ledger = t.ledger_at(Path({str(tmp_path)!r}))
            await ledger.ready()
            await ledger.intent(t.heading(), t.isolate("k3f9")[0])
            os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(main())
        """
    )
    assert exit_code(code) == -signal.SIGKILL
    assert [entry.id for entry in await ledger.open_entries("contoso")] == ["k3f9"]


async def test_marks_of_dead_runs_are_cleared_and_live_ones_kept(tmp_path: Path) -> None:
    mine, other, dead = ledger_at(tmp_path), ledger_at(tmp_path), ledger_at(tmp_path)
    await mine.ready()
    folder = mine.file.parent / "live"
    (folder / dead.session).touch()
    await other.ready()
    assert {path.name for path in folder.iterdir()} == {mine.session, other.session}
    mine.close()
    other.close()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../ledger.jsonl", "", ".", "a/b"])
async def test_a_session_name_of_a_line_can_not_lead_elsewhere(tmp_path: Path, name: str) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.tell("k3f9", Event.DONE)
    assert not ledger._mark.alive(name)
    assert ledger.file.exists()


async def test_hostile_names_are_stored_as_escapes_and_come_back(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path)
    await ledger.ready()
    name = "ws\x1b]52;c;aGk=\x07\u202e\n"
    (request,) = isolate("k3f9", targets.machine_by_id("contoso", "b" * 40, name))
    await ledger.intent(heading(reason="\x1b[2J"), request)
    raw = ledger.file.read_bytes()
    assert raw.isascii()
    assert b"\x1b" not in raw
    assert raw.count(b"\n") == 1
    (entry,) = await ledger.entries()
    assert entry.targets[0].name == name
    assert "\x1b" not in entry.shown


async def test_only_recent_days_when_asked(tmp_path: Path) -> None:
    class Held:
        at = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)

        def now(self) -> datetime:
            return self.at

        def monotonic(self) -> float:
            return 0.0

        async def sleep(self, seconds: float) -> None:
            return None

    clock = Held()
    ledger = ledger_at(tmp_path, clock=clock)
    await ledger.intent(heading(), isolate("aaaa")[0])
    clock.at += timedelta(days=8)
    await ledger.intent(heading(), isolate("bbbb")[0])
    assert [entry.id for entry in await ledger.entries(7)] == ["bbbb"]
    assert [entry.id for entry in await ledger.entries()] == ["aaaa", "bbbb"]


def test_lines_of_other_shapes_do_not_break_the_fold() -> None:
    records: list[dict[str, Any]] = [
        {"event": "torn", "bytes": 4},
        {"event": ["intent"], "id": "aaaa"},
        {"event": "intent", "id": 7},
        {"event": "done", "id": "none"},
        {"event": "intent", "id": "aaaa", "targets": [3, {"id": "x"}], "old": {"x": 1}, "options": []},
        {"event": "somethingnew", "id": "aaaa"},
    ]
    (entry,) = fold(records)
    assert [target.id for target in entry.targets] == ["x"]
    assert entry.event is Event.INTENT
