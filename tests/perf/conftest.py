"""Fixtures of the budget tests, and the table they end with."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.perf.programs import Home, Simulator
from tests.perf.table import Budgets, figures, lines, machine


@pytest.fixture
def budgets(request: pytest.FixtureRequest) -> Budgets:
    """Notes figures for the table."""
    return Budgets(request.node.user_properties)


@contextmanager
def measuring(lock: Path, *, alone: bool) -> Iterator[None]:
    """Hold the lock of whoever measures on this machine: many may count at once, one alone may take times."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


@pytest.fixture(autouse=True)
def _turn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """While a test marked `alone` runs, no other test of this folder does, in whatever worker."""
    base = tmp_path_factory.getbasetemp()
    # workers of xdist have folders of their own below the one of the run
    shared = base.parent if base.name.startswith("popen-") else base
    with measuring(shared / "measuring.lock", alone=request.node.get_closest_marker("alone") is not None):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Makes environments of a person who starts the program for the first time."""
    return Home(tmp_path)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The pretend tenant of the usual size in a process of its own, over TLS."""
    with Simulator(tmp_path_factory.mktemp("simulator"), "--arrivals", "0") as running:
        yield running


def pytest_configure(config: pytest.Config) -> None:
    """The marker of this folder."""
    config.addinivalue_line("markers", "alone: takes times, so that no other budget test may run meanwhile")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table, whoever ran the tests."""
    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, [])]
    rows = figures(reports)
    if rows:
        terminalreporter.section("budgets")
        for line in (*lines(rows), "", machine()):
            terminalreporter.write_line(line)
