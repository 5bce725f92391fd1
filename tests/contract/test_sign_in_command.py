"""The token command: an external program, run for real."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.auth.command import CommandTokens
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.errors import SignInError
from mdetui.simulator import Options
from mdetui.simulator.directory import Directory
from mdetui.simulator.options import TENANT_ID
from tests.clocks import START, HeldClock
from tests.signing import handle
from tests.sources import posts, served_for, source_over_tls, until
from tests.wiring import LOGIN, profile, token_of

LEAKED = "S3cretThatMustNotBeSeenAnywhere0123456789"


def written(folder: Path, body: str) -> Path:
    """A program of Python in a file."""
    path = folder / "tokens.py"
    path.write_text(f"import json, os, sys, time\nfrom pathlib import Path\n{body}\n")
    return path


def printing(folder: Path, **answer: Any) -> tuple[str, ...]:
    """A command that counts its runs and prints an answer that is read anew each time."""
    (folder / "answer").write_text(json.dumps(answer))
    body = f"Path({str(folder / 'runs')!r}).open('a').write('x')\nprint(Path({str(folder / 'answer')!r}).read_text())"
    return (sys.executable, str(written(folder, body)))


def answer(serial: int = 1, seconds: float = 3600, **claims: Any) -> dict[str, Any]:
    """What a command prints."""
    token = token_of(serial=serial, scp="Alert.Read", upn="ana@contoso.com", **claims)
    return {"access_token": token, "expires_on": int(START.timestamp() + seconds)}


def source(command: tuple[str, ...], clock: HeldClock | None = None, **changes: Any) -> TokenSource:
    one = profile(**{"method": "token-command", "token_command": command, "client_id": "", **changes})
    return TokenSource(one, httpx.MockTransport(lambda request: httpx.Response(500)), clock=clock or HeldClock())


async def test_a_command_gives_renews_and_forgets(tmp_path: Path) -> None:
    clock = HeldClock()
    tokens = source(printing(tmp_path, **answer()), clock)
    got = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert len(set(got)) == 1
    assert tokens.identity is not None
    assert (tokens.identity.kind, tokens.identity.name) == ("person", "ana@contoso.com")
    clock.advance(3290)
    assert await tokens.get() == got[0]
    assert (tmp_path / "runs").read_text() == "x"
    (tmp_path / "answer").write_text(json.dumps(answer(2, 7200)))
    clock.advance(20)
    again = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert again[0] != got[0]
    assert (tmp_path / "runs").read_text() == "xx"
    said = await tokens.sign_out()
    assert "Nothing was revoked" in said[1]
    assert tokens.identity is None
    await tokens.get()
    assert (tmp_path / "runs").read_text() == "xxx"


async def test_over_tls_the_authority_is_asked_which_tenant_a_domain_is(
    simulator_options: Options, tmp_path: Path
) -> None:
    clock = HeldClock()
    command = printing(tmp_path)
    with served_for(
        simulator_options, tmp_path, Directory(), method="token-command", token_command=command, tenant="contoso.com"
    ) as (served, one):

        def print_next() -> str:
            token = handle(served).issue()
            facts = {"access_token": token, "expires_on": str(clock.now().timestamp() + 3600)}
            (tmp_path / "answer").write_text(json.dumps(facts))
            return token

        async with source_over_tls(one, clock) as tokens:
            first = print_next()
            assert (await tokens.get()).reveal() == first
            clock.advance(3590)
            second = print_next()
            assert (await tokens.get()).reveal() == second
            third = print_next()
            assert (await tokens.get(failed=Secret(second))).reveal() == third
            await tokens.sign_out()
            assert tokens.identity is None
            # whoever runs this can be asked for a token at any time: the authority gives none
            assert not posts(served, "")
        other = replace(one, tenant="99999999-0000-0000-0000-000000000000")
        async with source_over_tls(other, clock) as tokens:
            with pytest.raises(SignInError, match=TENANT_ID):
                await tokens.get()


async def test_arguments_are_filled_in_and_nothing_is_given_to_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", LEAKED)
    monkeypatch.setenv("MDETUI_CLIENT_SECRET", LEAKED)
    seen = tmp_path / "seen"
    body = (
        f"facts = dict(argv=sys.argv[1:], input=sys.stdin.read(), env=sorted(os.environ.values()), group=os.getpgrp())\n"
        f"Path({str(seen)!r}).write_text(json.dumps(facts))\nprint({json.dumps(answer())!r})"
    )
    command = (
        sys.executable,
        str(written(tmp_path, body)),
        "--scope={scope}",
        "{tenant}",
        "{audience}",
        "$(id);`id`",
        "",
    )
    await source(command).get("graph")
    facts = json.loads(seen.read_text())
    assert facts["argv"] == [
        "--scope=https://graph.microsoft.com/.default",
        profile().tenant,
        "graph",
        "$(id);`id`",
        "",
    ]
    assert facts["input"] == ""
    assert LEAKED not in facts["env"]
    assert facts["group"] != os.getpgrp()


@pytest.mark.parametrize(
    "expires",
    [
        int(START.timestamp()) + 700,
        float(START.timestamp()) + 700.5,
        str(int(START.timestamp()) + 700),
        (START + timedelta(seconds=700)).isoformat(),
        (START + timedelta(seconds=700)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    ],
)
async def test_every_form_of_an_end_is_understood(tmp_path: Path, expires: object) -> None:
    clock = HeldClock()
    command = printing(tmp_path, **{**answer(), "expires_on": expires})
    tokens = source(command, clock)
    await tokens.get()
    clock.advance(390)
    await tokens.get()
    assert (tmp_path / "runs").read_text() == "x"
    clock.advance(20)
    await tokens.get()
    assert (tmp_path / "runs").read_text() == "xx"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"access_token": ""}, "no access_token"),
        ({"access_token": None}, "no access_token"),
        ({"access_token": f"a {LEAKED}"}, "no access_token"),
        ({"access_token": f"a\r\nX: {LEAKED}"}, "no access_token"),
        ({"expires_on": None}, "no expires_on"),
        ({"expires_on": "soon"}, "no expires_on"),
        ({"expires_on": True}, "no expires_on"),
        ({"expires_on": "nan"}, "no expires_on"),
        ({"expires_on": "2030-01-01T00:00:00"}, "no expires_on"),
        ({"expires_on": 1}, "expired"),
        ({"expires_on": int(START.timestamp()) + 3}, "expired"),
        ({"access_token": f"opaque-{LEAKED}"}, "does not say which tenant"),
    ],
    ids=range(12),
)
async def test_an_answer_that_is_none(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SignInError, match=words) as caught:
        await source(printing(tmp_path, **{**answer(), **changes})).get()
    assert caught.value.todo
    assert LEAKED not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print('hello')", "something else"),
        ("print('[1]')", "something else"),
        ("print('[' * 100_000)", "something else"),
        (f'print(\'{{"a": "{LEAKED}\')', "something else"),
        ("sys.exit(3)", "status 3"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
        ("sys.stderr.write('\\n\\x1b[31mno session\\nmore'); sys.exit(1)", "saying: .*no session"),
        (f"sys.stderr.write('token {LEAKED} is bad'); sys.exit(1)", r"saying: token \*\*\* is bad"),
        ("sys.stderr.write('x y ' * 1_000_000); sys.exit(1)", "status 1"),
        ("print('x' * 1_000_000)", "too much"),
    ],
    ids=range(10),
)
async def test_a_command_that_fails(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(SignInError, match=words) as caught:
        await source((sys.executable, str(written(tmp_path, body)))).get()
    said = f"{caught.value} {caught.value!r}"
    assert LEAKED not in said
    assert "\x1b" not in said
    assert "more" not in caught.value.what


async def test_a_command_that_is_not_there() -> None:
    with pytest.raises(SignInError, match="can't be started: No such file"):
        await source(("/nowhere/tokens",)).get()


async def test_another_tenants_token_is_thrown_away(tmp_path: Path) -> None:
    tokens = source(printing(tmp_path, **answer(tid="99999999-0000-0000-0000-000000000000")))
    with pytest.raises(SignInError, match="99999999"):
        await tokens.get()
    assert tokens.identity is None


async def test_a_domain_can_not_be_told_without_the_authority(tmp_path: Path) -> None:
    tokens = source(printing(tmp_path, **answer()), tenant="contoso.com", authority=LOGIN)
    with pytest.raises(SignInError, match="busy"):
        await tokens.get()


async def test_the_rejected_token_printed_again_is_an_error(tmp_path: Path) -> None:
    tokens = source(printing(tmp_path, **answer()))
    dead = await tokens.get()
    with pytest.raises(SignInError, match="printed the token again"):
        await tokens.get(failed=dead)


async def test_a_command_that_fails_takes_no_good_token_away(tmp_path: Path) -> None:
    clock = HeldClock()
    command = printing(tmp_path, **answer())
    tokens = source(command, clock)
    first = await tokens.get()
    (tmp_path / "answer").write_text("out of order")
    clock.advance(3400)
    assert await tokens.get() == first


def slow(folder: Path) -> tuple[tuple[str, ...], Path]:
    """A command that starts a child and waits, and where the child's number will be."""
    pid = folder / "pid"
    return ("/bin/sh", "-c", f"sleep 300 & echo $! > {pid}.new; mv {pid}.new {pid}; wait"), pid


def runs(pid: int) -> bool:
    """Whether a process runs; a zombie, which waits for init to notice, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_closing_kills_the_command_and_its_children(tmp_path: Path) -> None:
    command, pid = slow(tmp_path)
    tokens = source(command)
    asking = asyncio.create_task(tokens.get())
    await until(pid.exists)
    child = int(pid.read_text())
    assert runs(child)
    await tokens.aclose()
    done, _ = await asyncio.wait({asking}, timeout=1)
    assert done
    await until(lambda: not runs(child))
    await until(lambda: not any(thread.name.startswith("sign-in") for thread in threading.enumerate()))
    # and nothing is started any more
    with pytest.raises(SignInError, match="being closed"):
        await tokens.get()


def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    command, pid = slow(tmp_path)
    one = profile(method="token-command", token_command=command)
    with pytest.raises(SignInError, match="did not end"):
        CommandTokens(one, HeldClock(), lambda: "", patience=0.5).acquire("mde", None, None, None)
    child = int(pid.read_text())
    for _ in range(1_000):
        if not runs(child):
            break
        threading.Event().wait(0.005)
    assert not runs(child)


async def test_a_child_that_keeps_the_pipes_open_is_not_waited_for(tmp_path: Path) -> None:
    """A helper that leaves an agent behind, as ssh-agent does; the agent is not ours to kill."""
    pid = tmp_path / "pid"
    (tmp_path / "answer").write_text(json.dumps(answer()))
    command = ("/bin/sh", "-c", f"sleep 300 & echo $! > {pid}; cat {tmp_path / 'answer'}")
    try:
        await source(command).get()
        assert runs(int(pid.read_text()))
    finally:
        os.kill(int(pid.read_text()), 9)


def test_the_clock_of_the_tests_is_not_the_real_one() -> None:
    """Else the ends above would say nothing."""
    assert abs((datetime.now(UTC) - START).total_seconds()) > 3600
