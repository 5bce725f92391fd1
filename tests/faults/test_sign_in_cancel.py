"""A sign-in that is given up, at every moment of it: nothing is left behind, and the program can end at once."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mdetui.auth.device import wait_for_person
from mdetui.auth.identity import Identity
from mdetui.auth.person import Attempt, PersonTokens
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator import Options
from mdetui.simulator.mount import Mounted
from tests.signing import approve, handle, sign_in_at
from tests.sources import BOB, TOKEN_PATH, by_code, desktop, over_tls, people, posts, source_over_tls, until
from tests.wiring import RushingClock

ROOT = Path(__file__).resolve().parents[2]


def at_work() -> list[str]:
    """Threads of a sign-in that live."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("sign-")]


async def test_a_poll_in_flight_that_succeeds_after_all_leaves_nothing(
    simulator_options: Options, tmp_path: Path
) -> None:
    with over_tls(simulator_options, tmp_path) as (served, one):
        async with source_over_tls(one) as tokens:
            code = await tokens.start_device_code()
            device = approve(served, code.user_code)
            served.faults.set("latency", "400", path=TOKEN_PATH, count=1)
            waiting = asyncio.create_task(tokens.finish_device_code(code))
            await until(lambda: posts(served, "urn"))
            assert not device.redeemed
            waiting.cancel()
            # it ends at once, with the poll on its way
            done, _ = await asyncio.wait({waiting}, timeout=0.2)
            assert done
            assert waiting.cancelled()
            assert not device.redeemed
            assert at_work()
            # the authority gives out tokens, and nobody takes them
            await until(lambda: device.redeemed and not at_work())
            assert TokenStore(one).load() is None
            assert tokens.identity is None
            with pytest.raises(SignInNeeded, match="nobody signed in"):
                await tokens.get()
            assert len(posts(served, "urn")) == 1


async def test_giving_up_between_two_polls_ends_the_polling(tenant: Mounted) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    code = await tokens.start_device_code()
    device = handle(tenant).devices[code.user_code]
    waiting = asyncio.create_task(tokens.finish_device_code(code))
    await until(lambda: device.polls >= 3)
    waiting.cancel()
    await asyncio.wait({waiting})
    await until(lambda: not at_work())
    polls = device.polls
    device.approve()
    await asyncio.sleep(0.05)
    assert (device.polls, device.redeemed) == (polls, False)


async def with_store(tenant: Mounted, before: bool) -> tuple[TokenSource, TokenStore, str | None]:
    """A source, the store it keeps the account in, and what is kept there: of somebody signed in before, or nothing."""
    tokens, store = people(tenant), TokenStore(desktop(tenant))
    if before:
        await by_code(tokens, tenant)
    return tokens, store, store.load()


async def redeeming(tokens: TokenSource, tenant: Mounted) -> asyncio.Task[Identity]:
    """A sign-in in a browser that has its tokens and waits for the store."""
    flow = await tokens.start_browser()
    back = Secret(sign_in_at(tenant, flow.url, BOB))
    waiting = asyncio.create_task(tokens.finish_browser(flow, back))
    await until(lambda: posts(tenant, "authorization_code"))
    await asyncio.sleep(0.1)
    return waiting


@pytest.mark.parametrize("before", [False, True])
async def test_giving_up_while_the_account_is_being_kept(tenant: Mounted, before: bool) -> None:
    tokens, store, kept = await with_store(tenant, before)
    # another run keeps the store busy
    with store.section():
        waiting = await redeeming(tokens, tenant)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait({waiting})
        await tokens.aclose()
    await until(lambda: not at_work())
    assert store.load() == kept
    assert (kept is not None) == before


@pytest.mark.parametrize("before", [False, True])
async def test_giving_up_when_the_account_has_just_been_kept(tenant: Mounted, before: bool) -> None:
    """Kept by the thread, and not yet told to the loop, which is busy: the key that gives up comes first."""
    tokens, store, kept = await with_store(tenant, before)
    with store.section():
        waiting = await redeeming(tokens, tenant)
    # no turn of the loop until it is kept
    for _ in range(4_000):
        if store.load() != kept:
            break
        threading.Event().wait(0.005)
    assert store.load() != kept
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    await tokens.aclose()
    await until(lambda: not at_work())
    assert store.load() == kept


@pytest.mark.parametrize("before", [False, True])
async def test_an_account_that_was_kept_a_moment_too_early_is_taken_back(tenant: Mounted, before: bool) -> None:
    tokens, store, kept = await with_store(tenant, before)
    way = PersonTokens(desktop(tenant), tenant.connection.synchronous, store)
    code = await tokens.start_device_code()
    approve(tenant, code.user_code, BOB)
    signed = await wait_for_person(
        desktop(tenant), tenant.connection.synchronous, code, RushingClock(), lambda waiting: None
    )
    attempt = Attempt()
    way.adopt(signed, attempt)
    assert store.load() != kept
    attempt.mark()
    attempt.undo()
    assert store.load() == kept
    # one that was given up before is not kept at all
    with pytest.raises(SignInError, match="given up"):
        way.adopt(signed, attempt)
    assert store.load() == kept


@contextmanager
def silent_host() -> Iterator[tuple[int, threading.Event]]:
    """A host that takes connections and never answers; the event says that one has come."""
    came = threading.Event()
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return
                came.set()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for one in held:
        one.close()


_PROGRAM = """
import asyncio, sys
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.config import Profile
from mdetui.net import connect

async def main():
    profile = Profile(
        name="hang", tenant="8f2b6a3e-52a1-4c52-9d2e-1a7c0f6b9e11", client_id="11111111-2222-3333-4444-555555555555",
        method={method!r}, authority="https://127.0.0.1:{port}", token_command={command!r},
    )
    connection = connect(profile)
    tokens = TokenSource(profile, connection.synchronous, secret=Secret("s"))
    asking = asyncio.create_task({call})
    await asyncio.to_thread(sys.stdin.readline)
    asking.cancel()
    await asyncio.wait({{asking}})
    await tokens.aclose()
    print("left", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("client-secret", "tokens.get()"),
        ("device-code", "tokens.start_device_code()"),
        ("browser", "tokens.start_browser()"),
    ],
)
def test_the_program_ends_while_the_authority_is_silent(method: str, call: str) -> None:
    """Held for 30 s by the request when its thread were waited for; this waits for ten."""
    with silent_host() as (port, came):
        program = _PROGRAM.format(method=method, call=call, port=port, command=())
        with subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert came.wait(20)
            said, _ = process.communicate("\n", timeout=10)
        assert process.returncode == 0
        assert said == "left\n"


def test_the_program_ends_and_takes_the_token_command_with_it(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    command = ("/bin/sh", "-c", f"sleep 300 & echo $! > {pid}.new; mv {pid}.new {pid}; wait")
    program = _PROGRAM.format(method="token-command", call="tokens.get()", port=1, command=command)
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        for _ in range(2_000):
            if pid.exists():
                break
            threading.Event().wait(0.01)
        grandchild = int(pid.read_text())
        said, _ = process.communicate("\n", timeout=10)
    assert said == "left\n"
    for _ in range(500):
        if not _alive(grandchild):
            break
        threading.Event().wait(0.01)
    assert not _alive(grandchild)


def _alive(pid: int) -> bool:
    """Whether a process runs; a zombie, which waits for init to notice, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
