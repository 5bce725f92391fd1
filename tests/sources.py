"""Token sources for people, over the pretend tenant in this process or over TLS, and the person at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mdetui.auth.identity import Identity
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.config import Profile
from mdetui.net import connect
from mdetui.simulator import Options
from mdetui.simulator.directory import DESKTOP_ID, Directory, Person
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import TENANT_ID
from mdetui.simulator.server import Served
from tests.clocks import HeldClock
from tests.signing import Running, approve, sign_in_at
from tests.wiring import RushingClock

ANA = "ana.reyes@contoso.com"
BOB = Person("bob@contoso.com", "Bob", "11111111-8c21-4a96-b7e4-2d9f6c1a3e58")
TOKEN_PATH = f"/{TENANT_ID}/oauth2/v2.0/token"


async def until(happened: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that another thread does.

    Raises:
        AssertionError: It did not happen.
    """
    for _ in range(round(seconds / 0.002)):
        if happened():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it never happened")


def desktop(running: Mounted, **changes: Any) -> Profile:
    """A profile for people in a tenant of this process."""
    return replace(running.profile, client_id=DESKTOP_ID, method="device-code", name="people", **changes)


def people(running: Mounted, clock: Any = None, **changes: Any) -> TokenSource:
    """A source for people. Its clock need not be the tenant's."""
    one = desktop(running, **changes)
    return TokenSource(one, running.connection.synchronous, clock=clock or RushingClock())


async def by_code(tokens: TokenSource, running: Running, person: Person | None = None) -> Identity:
    """Sign in with a device code."""
    code = await tokens.start_device_code()
    approve(running, code.user_code, person)
    return await tokens.finish_device_code(code)


async def by_browser(tokens: TokenSource, running: Running, person: Person | None = None) -> Identity:
    """Sign in with a browser elsewhere."""
    flow = await tokens.start_browser()
    return await tokens.finish_browser(flow, Secret(sign_in_at(running, flow.url, person)))


def posts(running: Running, kind: str) -> list[str]:
    """Forms of that grant that reached the token endpoint."""
    bodies = [asked.body.decode() for asked in running.journal.entries() if asked.path.endswith("/oauth2/v2.0/token")]
    return [body for body in bodies if f"grant_type={kind}" in body]


@contextmanager
def over_tls(options: Options, folder: Path, **changes: Any) -> Iterator[tuple[Served, Profile]]:
    """The tenant on a real socket, and a profile for people that trusts it."""
    with Served(replace(options, **{"machines": 5, "alerts": 5, **changes})) as served:
        yield served, replace(served.profile(folder), client_id=DESKTOP_ID, method="device-code", client_secret_file="")


@asynccontextmanager
async def source_over_tls(profile: Profile, clock: Any = None, **more: Any) -> AsyncIterator[TokenSource]:
    """A source whose requests go over real sockets."""
    connection = connect(profile)
    tokens = TokenSource(profile, connection.synchronous, clock=clock or RushingClock(), **more)
    try:
        yield tokens
    finally:
        await tokens.aclose()
        await connection.asynchronous.aclose()
        connection.close()


@contextmanager
def served_for(
    options: Options, folder: Path, directory: Directory, **changes: Any
) -> Iterator[tuple[Served, Profile]]:
    """The tenant on a real socket, and its service app's profile."""
    with Served(replace(options, machines=5, alerts=5, directory=directory)) as served:
        yield served, replace(served.profile(folder), client_secret_file="", **changes)


async def signs_in_renews_and_signs_out(
    tokens: TokenSource, clock: HeldClock, renewals: Callable[[], int]
) -> list[str]:
    """What every way of an app has in common; the sentences of the sign-out."""
    assert tokens.identity is None
    got = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert len(set(got)) == 1
    assert renewals() == 1
    assert tokens.identity is not None
    assert (tokens.identity.kind, tokens.identity.tid) == ("app", TENANT_ID)
    assert "Machine.Isolate" in tokens.identity.roles
    clock.advance(3599)
    again = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert len(set(again)) == 1
    assert again[0] != got[0]
    assert renewals() == 2
    rejected = await asyncio.gather(*(tokens.get(failed=again[0]) for _ in range(20)))
    assert len(set(rejected)) == 1
    assert renewals() == 3
    await tokens.get("graph")
    assert renewals() == 4
    assert "Machine.Isolate" in tokens.identity.roles
    said = await tokens.sign_out()
    assert tokens.identity is None
    assert any("Nothing was revoked" in sentence for sentence in said)
    # an app needs nobody: who asks next is signed in again
    await tokens.get()
    assert renewals() == 5
    return said
