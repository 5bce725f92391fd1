"""Fixtures that every kind of test shares: a clock that stands still, and a pretend tenant in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from mdetui import simulator
from mdetui.auth import secret
from mdetui.simulator import Options
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.simulated import client_of

StartSimulator = Callable[..., Mounted]


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the configuration, state or quota files of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))


@pytest.fixture(autouse=True)
def no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read from a variable is remembered by the program, which has taken the variable away."""
    monkeypatch.setattr(secret, "_taken", {})


@pytest.fixture
def clock() -> HeldClock:
    """A clock that stands still until a test advances it. 2026-03-14 09:26:53 UTC."""
    return HeldClock()


@pytest.fixture
def simulator_options(clock: HeldClock) -> Options:
    """A small tenant whose time stands still, without quotas and without new alerts; change it with `replace`."""
    return Options(machines=60, alerts=300, arrivals=0, quotas=False, clock=clock)


@pytest.fixture
def start_simulator(simulator_options: Options) -> Iterator[StartSimulator]:
    """Starts tenants: `start_simulator(machines=5, quotas=True)`. Each is stopped at the end of the test."""
    running: list[Mounted] = []

    def start(**changes: Any) -> Mounted:
        mounted = simulator.start(replace(simulator_options, **changes))
        running.append(mounted)
        return mounted

    yield start
    for mounted in running:
        mounted.close()


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    """A running small tenant: `.connection`, `.profile`, `.faults`, `.journal`, `.tenant`."""
    return start_simulator()


@pytest.fixture
async def raw_api(tenant: Mounted) -> AsyncIterator[httpx.AsyncClient]:
    """A bare httpx client of `tenant` that carries a token: for tests of the tenant itself."""
    async with client_of(tenant) as client:
        yield client
