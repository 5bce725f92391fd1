"""No secret leaves the program but to where it belongs: every path is walked over real TLS with real MSAL, then everything
that was written is searched, from the bytes on the terminal to the log files that somebody's environment asked for.

The one place where a person's tokens may lie is the profile's store.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.leaking import ENTER, PASSWORD, STALE, TYPED, WRONG, Person, World, loud_world
from tests.leaks import find
from tests.perf.programs import mdetui
from tests.perf.pty import ESC, python
from tests.signing import approve, handle, sign_in_at

TAB = b"\t"
WAYS = ("certificate", "federated", "command", "identity")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with loud logs."""
    with loud_world(tmp_path) as one:
        yield one


def sign_in_with_a_code(person: Person) -> None:
    """From the sign-in screen to the rows, twice refused by a policy."""
    served = person.world.served
    served.faults.set("aadsts", "50076", path="/devicecode", count=1)
    person.press(b"d")
    person.until("AADSTS50076")
    person.press(b"d")
    person.until("Waiting for you")
    handle(served).devices.newest().fail(53003)
    person.until("AADSTS53003")
    person.press(b"d")
    person.until("Waiting for you")
    device = handle(served).devices.newest()
    person.press(b"y")
    assert person.copied() == device.user_code
    approve(served, device.user_code)
    person.until("loaded")


def isolate(person: Person) -> None:
    """Isolate the first machine of the list; an API that revokes the token meanwhile is answered with a new one."""
    served = person.world.served
    person.go("write 30m", "WRITE")
    person.go("m", "SYSTEM")
    person.until("▌")
    person.press(b"ai")
    person.until("will be sent")
    (name,) = re.findall(r"^ (\S+) +Windows.* reported ", person.terminal.text, re.MULTILINE)
    person.press(b"INC-1 credential dumping", TAB)
    if "Type the name" in person.terminal.text:
        person.press(name.encode(), TAB)
    person.press(b"d")
    person.until("Dry run")
    person.until(" armed ! isolate")
    person.terminal.settle(quiet=0.5)
    handle(served).revoke()
    person.press(b"!")
    person.until_asked(lambda: served.journal.entries("/api", "POST"))
    person.until("job 1 of 1")
    person.press(ESC)
    person.until("SYSTEM")


def nothing_leaked(world: World) -> None:
    """The search."""
    everything = world.everything()
    assert b"the loud log is open" in everything[str(world.home / "loud.log")]
    assert any(len(data) > 5_000 for data in everything.values())
    assert find(world.needles(), everything) == {}


def test_a_person(world: World) -> None:
    served, authority = world.served, handle(world.served)
    with world.terminal(mdetui("--config", world.config, "--profile", "simulator-device")) as terminal:
        person = Person(world, terminal, "walk")
        person.until("d device code")
        sign_in_with_a_code(person)
        limits = Path(f"/proc/{terminal.pid}/limits").read_text()
        assert re.search(r"^Max core file size +0 ", limits, re.MULTILINE), "a core dump holds everything"
        (store,) = world.stores
        assert world.needles().within(store.read_bytes())
        assert (store.stat().st_mode & 0o777, store.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        # a token that the service does not take any more: renewed with a claims challenge, and without one
        for reject in (authority.revoke, authority.expire):
            before = len(authority.handed_out())
            reject()
            person.press(b"r")
            person.until_asked(lambda before=before: len(authority.handed_out()) > before)  # type: ignore[misc]
        isolate(person)
        person.go("al", "AGE")
        person.until("▌")
        person.press(b"Y", b"j")
        assert json.loads(person.copied())["id"]
        person.press(ENTER, b"5", ESC)
        for line, title in (("ledger", "OUTCOME"), ("jobs", "Isolate 1"), ("log", "PATH")):
            person.go(line, title)
            person.press(ESC)
        person.go("doctor", "› doctor")
        person.until_asked(lambda: "works" in terminal.lines[-1])
        person.press(ESC)
        # the session was revoked: the person must sign in again
        authority.end_sessions(50173)
        authority.expire()
        person.go("al", "AADSTS50173")
        person.press(b"b")
        person.until("Open this address")
        person.press(b"y")
        address = person.copied()
        person.paste(f"http://localhost:8400?code={STALE}&state=another")
        person.press(ENTER)
        person.until("another attempt")
        authority.refuse_sign_in(65004)
        person.paste(sign_in_at(served, address))
        person.press(ENTER)
        person.until("AADSTS65004")
        if "Open this address" not in terminal.text:
            person.press(b"b")
            person.until("Open this address")
        person.press(b"y")
        person.paste(sign_in_at(served, person.copied()))
        person.press(ENTER)
        person.until("loaded")
        for arguments in (["doctor", "simulator-device"], ["doctor", "simulator-device", "--json"]):
            assert "ana.reyes@contoso.com" in world.run(*arguments, "--config", world.config)
        assert "simulator-device" in world.run("profiles", "show", "simulator-device", "--config", world.config)
        person.go("signout", "Nothing was revoked")
        assert world.stores == []
        nothing_leaked(world)
    assert len({*authority.handed_out(), *authority.presented()}) > 20


def test_apps(world: World) -> None:
    served, authority = world.served, handle(world.served)
    with world.terminal(mdetui("--config", world.config, "--profile", "simulator")) as terminal:
        person = Person(world, terminal, "walk")
        for way in ("simulator", *(f"simulator-{way}" for way in WAYS), "pfx", "spied", "typed"):
            if way != "simulator":
                person.go(f"tenant {way}", f"{way} › alerts", "It is kept in memory")
            if way == "typed":
                person.paste(WRONG)
                person.press(ENTER)
                person.until("AADSTS7000215")
                person.press(TYPED.encode())
                person.press(ENTER)
            person.until("loaded")
            # the service wants a new token, and there is none at first
            authority.revoke()
            if way == "typed":
                continue
            served.faults.set(*(("imds", "400") if way == "simulator-identity" else ("aadsts", "7000222")))
            person.press(b"r")
            person.until("AADSTS7000222", "refused a token", "gave no token")
            served.faults.clear()
            person.press(b"r")
            person.until_asked(lambda: "loaded" in terminal.lines[-1])
        person.go("log", "PATH")
        person.go("tenant typed", "loaded")
        person.go("signout", "Nothing was revoked")
    for way in ("pfx", "spied"):
        world.run("doctor", way, "--config", world.config)
        assert way in world.run("profiles", "show", way, "--config", world.config)
    world.run("profiles", "list", "--config", world.config)
    world.run("logout", "--config", world.config)
    assert world.stores == []
    spied = (world.home / "spied.json").read_text()
    assert "spy.py" in spied
    assert "LOUD_LOG" in spied
    assert PASSWORD not in spied
    nothing_leaked(world)


@pytest.mark.parametrize("kind", ["handler", "request", "sign-in", "paste", "beside"])
def test_a_mistake_of_the_program(kind: str, world: World, tmp_path: Path) -> None:
    trigger = tmp_path / "now"
    name = "typed" if kind == "paste" else "simulator"
    argv = python("-m", "tests.faults.crashing_child", world.config, name, kind, str(trigger))
    if kind == "sign-in":
        trigger.touch()
    with world.terminal(argv) as terminal:
        person = Person(world, terminal, kind)
        if kind == "sign-in":
            person.until("simulator was not reached", "is no usable", "gave an answer that is none")
        else:
            person.until("It is kept in memory" if kind == "paste" else "loaded")
            if kind == "paste":
                person.paste(WRONG)
            trigger.touch()
            if kind == "request":
                person.press(b"r")
        if kind in ("handler", "request", "paste"):
            end = time.monotonic() + 30
            while terminal.returncode is None and time.monotonic() < end:
                terminal.read(0.05)
            person.world.keep(terminal, kind)
            assert terminal.returncode == 1
            assert b"because of a mistake in itself (RuntimeError)" in terminal.output
            report = world.home / "xdg_state_home" / "mdetui" / "crash.txt"
            assert "crashing_child.py" in report.read_text()
            assert report.stat().st_mode & 0o777 == 0o600
        else:
            terminal.settle(0.5)
            assert terminal.returncode is None
            assert trigger.exists() == (kind == "sign-in"), "the mistake was made"
            person.press(b":", b"log", ENTER)
    nothing_leaked(world)
