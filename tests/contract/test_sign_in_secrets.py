"""Nothing secret is shown, by whatever looks: repr, a crash screen that prints variables, a log, a list of threads."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import sys
import threading
import traceback
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.pretty import pretty_repr

from mdetui.auth.device import Waiting
from mdetui.auth.kept import kept_in
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import MdetuiError
from mdetui.simulator.directory import Directory
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import DEMO_SECRET
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.signing import approve, assertion, federated, handle, make_pair, sign_in_at
from tests.sources import by_browser, by_code, desktop, people
from tests.wiring import RushingClock

PLANTED = "PlantedSecret0123456789PlantedSecret"


class Looking:
    """Everything that was shown, and what must not be in it."""

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        self._log = log
        self._shown: list[str] = []
        self.secrets: set[str] = {PLANTED, DEMO_SECRET}

    def look_at(self, thing: object) -> None:
        """Show a thing in every way that programs show things."""
        self._shown += [repr(thing), str(thing), f"{thing}", pretty_repr(thing, max_string=None), repr([thing])]
        # and what it is made of, as far as Rich would go
        for name in getattr(thing, "__dict__", {}):
            self._shown.append(pretty_repr(getattr(thing, name)))

    def look_at_error(self, error: BaseException) -> None:
        """As a crash screen with variables does, and further: whatever the error was made from too."""
        chain: list[BaseException] = []
        while error not in chain:
            chain.append(error)
            error = error.__cause__ or error.__context__ or error
        for one in chain:
            told = traceback.TracebackException.from_exception(one, capture_locals=True)
            # of this program: a test's own variables hold what it types
            told.stack[:] = [
                frame for frame in told.stack if "/mdetui/auth/" in frame.filename or "msal" in frame.filename
            ]
            self._shown += ["".join(told.format(chain=False)), repr(one.args), str(vars(one))]

    async def failing(self, doing: Awaitable[object]) -> None:
        """Something that ends in an error."""
        try:
            await doing
        except MdetuiError as error:
            self.look_at_error(error)
        else:
            pytest.fail("it should have failed")

    def check(self) -> None:
        """Nothing of it was seen."""
        self._shown += [thread.name for thread in threading.enumerate()]
        self._shown += [record.getMessage() for record in self._log.records]
        everything = "\n".join(self._shown)
        assert len(everything) > 1_000
        for secret in self.secrets:
            # parts too: Rich cuts long texts
            assert secret[:24] not in everything
            assert secret[-24:] not in everything


@pytest.fixture
def looking(caplog: pytest.LogCaptureFixture) -> Iterator[Looking]:
    with caplog.at_level(logging.DEBUG):
        yield Looking(caplog)


def held_by(tenant: Mounted) -> set[str]:
    """What the authority gave and was given."""
    return set(handle(tenant).handed_out() | handle(tenant).presented())


def test_that_looking_would_notice(looking: Looking) -> None:
    looking.look_at({"token": PLANTED} | dict.fromkeys(range(200), "filling"))
    with pytest.raises(AssertionError):
        looking.check()


async def test_device_code(tenant: Mounted, looking: Looking) -> None:
    tokens = people(tenant)
    code = await tokens.start_device_code()
    looking.look_at(code)
    user_code = code.user_code
    assert user_code not in repr(code)
    for decide in (50076, 53003, 70020):
        bad = await tokens.start_device_code()
        handle(tenant).devices[bad.user_code].fail(decide)
        await looking.failing(tokens.finish_device_code(bad))
    handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
    bad = await tokens.start_device_code()
    approve(tenant, bad.user_code)
    await looking.failing(tokens.finish_device_code(bad))
    handle(tenant).overrides.clear()
    told: list[Waiting] = []
    tenant.faults.set("authority-down", "503", count=1)
    approve(tenant, user_code)
    looking.look_at(await tokens.finish_device_code(code, told.append))
    looking.look_at(told)
    looking.look_at(tokens)
    looking.look_at(await tokens.get())
    looking.secrets |= held_by(tenant) | {user_code * 3}
    assert len(looking.secrets) > 8
    looking.check()


async def test_browser(tenant: Mounted, looking: Looking) -> None:
    tokens = people(tenant)
    for pasted in (f"http://localhost:8400/?code={PLANTED}", f"http://localhost:8400/?code={PLANTED}&state={PLANTED}"):
        flow = await tokens.start_browser()
        looking.look_at(flow)
        await looking.failing(tokens.finish_browser(flow, Secret(pasted)))
    state = httpx.URL(flow.url).params["state"]
    await looking.failing(tokens.finish_browser(flow, Secret(f"?code={PLANTED}&state={state}")))
    await looking.failing(
        tokens.finish_browser(flow, Secret(f"?error=access_denied&error_description={PLANTED}&state={state}"))
    )
    back = Secret(sign_in_at(tenant, flow.url))
    tenant.faults.set("authority-down", "reset", count=1)
    await looking.failing(tokens.finish_browser(flow, back))
    handle(tenant).overrides["nonce"] = "another"
    await looking.failing(tokens.finish_browser(flow, back))
    handle(tenant).overrides.clear()
    looking.secrets |= {str(flow._flow.reveal()["code_verifier"])}
    await by_browser(tokens, tenant)
    looking.look_at(tokens)
    looking.secrets |= held_by(tenant)
    assert len(looking.secrets) > 6
    looking.check()


async def test_renewal(tenant: Mounted, looking: Looking) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_code(tokens, tenant)
    await tokens.get("xdr")
    for code in (50076, 65001, 53003):
        tenant.faults.set("aadsts", code, path="/token/refresh_token", count=1)
        await looking.failing(tokens.get(failed=await tokens.get()))
    for down in ("503", "reset"):
        tenant.faults.set("authority-down", down, count=2)
        await looking.failing(tokens.get(failed=await tokens.get()))
        tenant.faults.clear()
    looking.look_at(tokens)
    looking.look_at(tokens._way)
    store = TokenStore(desktop(tenant))
    kept = kept_in(Secret(store.load() or ""), desktop(tenant))
    assert kept is not None
    looking.look_at(kept)
    looking.look_at(kept.text())
    looking.look_at(store)
    looking.secrets |= {
        one["secret"] for kind in json.loads(kept.cache.reveal()).values() for one in kind.values() if "secret" in one
    }
    handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
    await looking.failing(tokens.get("graph"))
    looking.look_at(await tokens.sign_out())
    looking.secrets |= held_by(tenant)
    assert len(looking.secrets) > 10
    looking.check()


async def test_apps(start_simulator: StartSimulator, tmp_path: Path, looking: Looking) -> None:
    pair = make_pair(tmp_path, password=PLANTED)
    stranger = make_pair(tmp_path, subject="stranger")
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,), federated=(federated(pair),)))
    token = tmp_path / "assertion"
    token.write_text(assertion(pair))
    transport, clock = tenant.connection.synchronous, HeldClock()

    def source(method: str, secret: str = "", **changes: Any) -> TokenSource:
        one = replace(tenant.profile, method=method, **changes)
        return TokenSource(one, transport, secret=Secret(secret) if secret else None, clock=clock)

    good = [
        source("client-secret", DEMO_SECRET),
        source("certificate", certificate_file=str(pair.pfx)),
        source("federated", assertion_file=str(token)),
    ]
    good[1].provide_secret(Secret(PLANTED))
    for tokens in good:
        await tokens.get()
        looking.look_at(tokens)
        looking.look_at(tokens._way)
        looking.look_at(tokens._way._apps)  # type: ignore[attr-defined]
        tenant.faults.set("authority-down", "503", count=1)
        await looking.failing(tokens.get(failed=await tokens.get()))
        handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
        await looking.failing(tokens.get("graph"))
        handle(tenant).overrides.clear()
    bad = [
        source("client-secret", PLANTED),
        source("client-secret", DEMO_SECRET, tenant="00000000-0000-0000-0000-000000000001"),
        source("certificate", certificate_file=str(stranger.pem)),
        source("certificate", certificate_file=str(token)),
        source("certificate", certificate_file=str(pair.pfx)),
    ]
    token.chmod(0o600)
    for tokens in bad:
        await looking.failing(tokens.get())
    typed = source("client-secret")
    typed.provide_secret(Secret(PLANTED))
    await looking.failing(typed.get())
    wrong = source("certificate", certificate_file=str(pair.pfx))
    wrong.provide_secret(Secret(PLANTED + PLANTED))
    await looking.failing(wrong.get())
    key_alone = tmp_path / "key.pem"
    key_alone.touch(mode=0o600)
    key_alone.write_text(stranger.key)
    await looking.failing(source("certificate", certificate_file=str(key_alone)).get())
    looking.secrets |= held_by(tenant) | {token.read_text()}
    looking.secrets |= {line for key in (pair.key, stranger.key) for line in key.splitlines()[1:-2]}
    assert len(looking.secrets) > 20
    looking.check()


async def test_command(tenant: Mounted, tmp_path: Path, looking: Looking) -> None:
    program = tmp_path / "tokens.py"
    good = handle(tenant).issue()
    for body in (
        f"print('{PLANTED}')",
        f'print(\'{{"access_token": "{PLANTED}"}}\')',
        f'print(\'{{"access_token": "{PLANTED}", "expires_on": 1}}\')',
        f'print(\'{{"access_token": "{PLANTED}", "expires_on": 99999999999}}\')',
        f"print('{PLANTED}'); print('{PLANTED}', file=sys.stderr); sys.exit(1)",
    ):
        program.write_text(f"import sys\n{body}")
        one = replace(tenant.profile, method="token-command", token_command=(sys.executable, str(program)))
        await looking.failing(TokenSource(one, tenant.connection.synchronous).get())
    looking.secrets.add(good)
    looking.check()


async def test_no_thread_is_named_after_a_secret_and_nothing_can_be_written(tenant: Mounted) -> None:
    tokens = people(tenant)
    code = await tokens.start_device_code()
    flow = await tokens.start_browser()
    for one in (code, flow, Secret(PLANTED), code._flow):
        with pytest.raises(TypeError):
            pickle.dumps(one)
    await asyncio.sleep(0)
