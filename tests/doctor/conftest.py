"""A tenant over real TLS on loopback for the doctor to look at, and nothing around it of whoever runs the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mdetui.config import Profile
from mdetui.simulator.server import Served
from tests.doctoring import OPTIONS, bare_environment


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A running tenant."""
    with Served(OPTIONS) as running:
        yield running


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no authorities and no credentials."""
    bare_environment(monkeypatch)


@pytest.fixture(autouse=True)
def calm(served: Served) -> Iterator[None]:
    """Each test finds a tenant that behaves."""
    yield
    served.faults.clear()


@pytest.fixture
def one(served: Served, tmp_path: Path) -> Profile:
    """A profile of that tenant."""
    return served.profile(tmp_path / "simulator")
