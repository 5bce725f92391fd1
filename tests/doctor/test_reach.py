"""`doctor` and the hosts: their clocks, their certificates, and those that never answer."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mdetui.clock import SYSTEM
from mdetui.config import Profile
from mdetui.doctor import Check, check, reach
from mdetui.simulator.directory import Directory
from mdetui.simulator.server import Served
from tests.doctoring import OPTIONS, READS, report, statuses


async def test_each_host_is_looked_at_once(served: Served, one: Profile) -> None:
    port = served.url.rpartition(":")[2]
    found = await report(
        replace(one, base={"mde": served.url, "xdr": f"https://localhost:{port}", "graph": served.url})
    )
    assert [name for name in found if name.startswith("tls.")] == ["tls.authority", "tls.mde", "tls.xdr"]
    assert found["tls.mde"].title == "TLS to the API (mde, graph)"
    assert found["tls.xdr"].facts["host"] == f"localhost:{port}"


class Peer:
    """The part of a TLS connection that is asked for its certificate."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def getpeercert(self, binary_form: bool) -> bytes:
        assert binary_form
        return self._data


@pytest.mark.parametrize(("days", "status"), [(13, "warn"), (15, "ok")])
def test_a_certificate_that_ends_soon_and_whose_names_are_hostile(days: int, status: str) -> None:
    authority = trustme.CA(organization_name="Contoso\x1b[31m\u202e Inspection")
    issued = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=days, minutes=5))
    data = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).public_bytes(Encoding.DER)
    facts = reach._certificate(Peer(data), SYSTEM)
    assert facts["days_left"] == days
    assert "Contoso\\x1b[31m\\u202e Inspection" in facts["issuer"]
    told = reach._told("tls.mde", "TLS", "https://127.0.0.1:1", httpx.Response(401), facts)
    assert (told.status, f"ends in {days} days" in told.said) == (status, True)


@pytest.mark.parametrize("data", [b"", b"no certificate"])
def test_a_certificate_that_can_not_be_read_is_left_out(data: bytes) -> None:
    assert reach._certificate(Peer(data), SYSTEM) == {}
    assert reach._certificate(None, SYSTEM) == {}


@pytest.mark.parametrize(("off", "status"), [(3600, "bad"), (120, "warn")])
async def test_clocks_that_differ(tmp_path: Path, off: int, status: str) -> None:
    with Served(replace(OPTIONS, directory=Directory(authority_skew=off, api_skew=-off))) as running:
        found = await report(running.profile(tmp_path), running=running)
    assert statuses(found, "clock.authority", "clock.mde") == [status, status]
    assert found["clock.authority"].facts["skew_seconds"] == pytest.approx(off, abs=30)
    assert found["clock.mde"].facts["skew_seconds"] == pytest.approx(-off, abs=30)
    assert "ahead of" in found["clock.authority"].said
    assert "behind" in found["clock.mde"].said
    assert "certificate and claims depend on it" in found["clock.mde"].todo


NOON = datetime(2026, 3, 14, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "took", "skew"),
    [
        ("Sat, 14 Mar 2026 12:00:00 GMT", 0.1, 0.0),
        ("Sat, 14 Mar 2026 12:00:03 GMT", 5.0, 0.0),  # it may have been told at any moment of the request
        ("Sat, 14 Mar 2026 13:00:01 GMT", 0.5, 3600.0),
        ("Sat, 14 Mar 2026 10:59:59 GMT", 0.5, -3600.5),
        ("Sat, 14 Mar 2026 12:00:00 -0000", 0.1, 0.0),
        ("soon", 0.1, None),
        ("", 0.1, None),
    ],
)
def test_the_difference_of_two_clocks(date: str, took: float, skew: float | None) -> None:
    assert reach.skew_of(date, NOON, NOON + timedelta(seconds=took)) == skew


# nothing hangs


async def test_hosts_that_never_answer(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PATIENCE", 0.2)
    with _silent() as port:
        base = f"https://127.0.0.1:{port}"
        found = await report(replace(one, authority=base, base={"mde": base}))
    assert statuses(found, "tls.authority", "tls.mde", "sign-in") == ["bad", "bad", "bad"]
    assert found["tls.mde"].said == "it could not be reached in time"
    assert "nothing came in" in found["sign-in"].said
    assert statuses(found, *READS) == ["skipped"] * len(READS)


async def test_a_token_command_that_never_ends(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(one, method="token-command", token_command=(sys.executable, "-c", "import time; time.sleep(60)"))

    def hurry(found: Check) -> None:
        if found.id == "clock.mde":
            monkeypatch.setattr(check, "PATIENCE", 0.2)

    found = await report(slow, on_check=hurry)
    assert found["sign-in"].status == "bad"
    assert "nothing came in" in found["sign-in"].said


async def test_a_read_that_is_never_answered(served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    served.faults.set("latency", "60000", path="/api/machines", count=1)

    def hurry(found: Check) -> None:
        if found.id == "read.alerts.list":
            monkeypatch.setattr(check, "PATIENCE", 0.3)

    found = await report(one, on_check=hurry)
    assert statuses(found, "read.alerts.list", "read.machines.list") == ["ok", "bad"]
    assert statuses(found, *READS[2:]) == ["skipped"] * len(READS[2:])
    assert "machines.list had no answer" in found["read.actions.list"].said


@contextmanager
def _silent() -> Iterator[int]:
    """A host that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
