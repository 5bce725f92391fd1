"""No object shows a secret: pictures of every screen, the repr of everything that lives, and what libraries log."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.pretty import pretty_repr

from mdetui.screens.sign_in import SignInScreen
from mdetui.simulator.authority import Authority
from mdetui.simulator.directory import DESKTOP_ID, Directory
from mdetui.simulator.options import DEMO_SECRET
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.leaks import Needles, find
from tests.signing import assertion, federated, handle, make_pair, sign_in_at

PERSON: dict[str, Any] = {"method": "device-code", "client_id": DESKTOP_ID, "store": "memory", "connector": "network"}
# whose objects are looked at closely: dataclasses with their fields, as a crash screen would show them
CLOSELY = ("mdetui.auth", "mdetui.api", "mdetui.net", "mdetui.session", "mdetui.screens.sign_in", "msal", "httpx")
# what the service wants of a new token is no secret, and the time in it looks in base64 like that in a token
_CHALLENGE = re.compile(r'claims="[^"]*"')


class Looker:
    """Collects what the program shows of itself."""

    def __init__(self, one: Stage) -> None:
        self._one = one
        self.shown: dict[str, bytes] = {}
        self.kinds: set[str] = set()

    def look(self, name: str) -> None:
        """A picture, and everything that lives."""
        self.shown[f"{name}: picture"] = self._one.app.export_screenshot().encode()
        gc.collect()
        said = []
        for found in gc.get_objects():
            home = getattr(type(found), "__module__", "")
            if not isinstance(home, str) or home.startswith(("mdetui.simulator", "tests.")):
                continue
            if home.startswith("mdetui.") or home.partition(".")[0] in ("msal", "httpx", "httpcore"):
                self.kinds.add(f"{home}.{type(found).__qualname__}")
                said += [repr(found), str(found)]
                if home.startswith(CLOSELY):
                    said.append(pretty_repr(found))
        said += [repr(task) for task in asyncio.all_tasks()]
        self.shown[f"{name}: objects"] = _CHALLENGE.sub("", "\n".join(said)).encode(errors="replace")


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.args!r}")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """All that reaches a handler of the root, which listens to everything."""
    root, listening = logging.getLogger(), _Listening()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    yield listening.lines
    root.removeHandler(listening)
    root.setLevel(before)


def needles(authority: Authority, *more: str) -> Needles:
    """Every secret of a tenant."""
    given = [*authority.handed_out(), *authority.presented(), DEMO_SECRET, *more]
    return Needles([("a secret", value) for value in given])


async def test_a_person(start_simulator: StartSimulator, clock: HeldClock, logged: list[str]) -> None:
    tenant = start_simulator(machines=5, alerts=10, directory=Directory(interval=1))
    # the program closes its tenant with itself
    authority = handle(tenant)
    pasted = "http://localhost:8400?code=1.pasted-but-never-sent-Rt6kD&state=other"
    async with stage(tenant, clock, profile="", **PERSON) as one:
        looker = Looker(one)
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, SignInScreen) and one.app.screen.is_mounted)
        screen = one.screen(SignInScreen)
        looker.look("choice")
        await one.keys("d")
        await one.until(lambda: screen.stage == "device")
        looker.look("device code")
        await one.press("escape")
        await one.keys("b")
        await one.until(lambda: screen.stage == "browser")
        await one.paste(pasted)
        looker.look("pasted")
        await one.press("enter")
        await one.until(lambda: screen.stage == "browser" and screen.error is not None)
        looker.look("refused")
        assert screen._browser is not None
        await one.paste(sign_in_at(tenant, screen._browser.url))
        await one.press("enter")
        await one.until(lambda: one.app.screen is not screen)
        await one.filled()
        looker.look("signed in")
        authority.revoke()
        await one.keys("r")
        await one.filled()
        await one.session.tokens.get("graph")
        looker.look("renewed")
        kinds = looker.kinds
        await one.go("signout")
        await one.until(lambda: one.session.identity is None)
        looker.look("signed out")
    assert {"mdetui.auth.source.TokenSource", "mdetui.auth.secret.Secret", "mdetui.auth.device.DeviceCode"} <= kinds
    assert {"mdetui.session.Session", "mdetui.auth.browser.BrowserFlow"} <= kinds
    looker.shown["logs"] = "\n".join(logged).encode()
    assert find(needles(authority, pasted.partition("=")[2]), looker.shown) == {}


@pytest.mark.parametrize("method", ["client-secret", "certificate", "federated"])
async def test_an_app(
    method: str, start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path, logged: list[str]
) -> None:
    pair = make_pair(tmp_path)
    directory = Directory(certificates=(pair.certificate,), federated=(federated(pair),))
    tenant = start_simulator(machines=5, alerts=10, directory=directory)
    # the program closes its tenant with itself
    authority = handle(tenant)
    file = tmp_path / "assertion"
    file.write_text(assertion(pair))
    changes: dict[str, dict[str, Any]] = {
        "client-secret": {},
        "certificate": {"certificate_file": str(pair.pem), "certificate_chain": True},
        "federated": {"assertion_file": str(file)},
    }
    async with stage(tenant, clock, method=method, **changes[method]) as one:
        looker = Looker(one)
        looker.look("signed in")
        authority.revoke()
        tenant.faults.set("aadsts", "7000222", path="/token")
        await one.keys("r")
        await one.until_text("AADSTS7000222")
        looker.look("refused")
        tenant.faults.clear()
        await one.keys("r")
        await one.filled()
        looker.look("renewed")
    assert "mdetui.auth.source.TokenSource" in looker.kinds
    looker.shown["logs"] = "\n".join(logged).encode()
    assert find(needles(authority, file.read_text(), "".join(pair.key.splitlines()[1:-1])), looker.shown) == {}


async def test_a_secret_that_is_typed(start_simulator: StartSimulator, clock: HeldClock, logged: list[str]) -> None:
    tenant = start_simulator(machines=5, alerts=10)
    # the program closes its tenant with itself
    authority = handle(tenant)
    tenant.connection = replace(tenant.connection, client_secret=None)
    async with stage(tenant, clock, profile="", client_secret_file="", connector="network") as one:
        looker = Looker(one)
        await one.press("enter")
        await one.until(lambda: isinstance(one.app.screen, SignInScreen) and one.app.screen.is_mounted)
        screen = one.screen(SignInScreen)
        await one.paste(wrong := "a-wrong-secret-Vb7nQ-of-somebody")
        looker.look("typed")
        await one.press("enter")
        await one.until(lambda: screen.error is not None and screen.stage == "secret")
        looker.look("refused")
        await one.keys(DEMO_SECRET)
        looker.look("typed again")
        await one.press("enter")
        await one.until(lambda: one.app.screen is not screen)
        await one.filled()
        looker.look("signed in")
    looker.shown["logs"] = "\n".join(logged).encode()
    assert find(needles(authority, wrong), looker.shown) == {}
