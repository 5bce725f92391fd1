"""Sign-in and the API through a real CONNECT proxy and a private CA: both work, or both say the same."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from mdetui import errors
from mdetui.api.endpoints import operation
from mdetui.config import Profile
from mdetui.net import connect, explain, reason_of, todo_of
from mdetui.simulator.options import Options
from mdetui.simulator.server import Served
from tests.connect_proxy import ConnectProxy
from tests.wiring import LOGIN, TENANT, Authority, Wired, profile, wire

ALERTS = operation("alerts.list")
NAMES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(Options(machines=3, alerts=4, arrivals=0, quotas=False)) as running:
        yield running


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def one(served: Served, tmp_path: Path) -> Profile:
    """The tenant's profile, with its CA."""
    return served.profile(tmp_path / "simulator")


@pytest.fixture
def other_ca(tmp_path: Path) -> str:
    path = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def wired(one: Profile, secret: str) -> Iterator[tuple[Wired, Wired]]:
    """A client as a session has it, and one whose sign-in is somewhere else, for what the API itself says."""
    connection = connect(one)
    yield (
        wire(connection.asynchronous, connection.synchronous, of=one, secret=secret),
        wire(connection.asynchronous, Authority().transport, of=replace(one, authority=LOGIN, tenant=TENANT)),
    )
    connection.close()


async def both_fail(one: Profile, secret: str = "s") -> tuple[str, str]:
    """What sign-in says, and what the API says."""
    with wired(one, secret) as (whole, api_alone):
        with pytest.raises(errors.SignInError) as sign_in:
            await whole.client.fetch(ALERTS)
        with pytest.raises(errors.NotSent) as api:
            await api_alone.client.fetch(ALERTS)
        await whole.client.aclose()
        await api_alone.client.aclose()
    return str(sign_in.value), str(api.value)


async def works(one: Profile, secret: str) -> int:
    with wired(one, secret) as (whole, _):
        rows = (await whole.client.fetch(ALERTS)).rows
        await whole.client.aclose()
        return len(rows)


async def test_both_work_through_a_proxy_that_wants_a_password_and_a_private_ca(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy("CORP\\ann", "p@ss/w#rd") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://CORP\\ann:p@ss/w#rd@{proxy.host}")
        assert await works(one, served.options.secret) == 4
        host = served.url.removeprefix("https://")
        assert proxy.asked == [host, host], "one tunnel for MSAL, one for the API"
        assert proxy.tunnels == 2


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
async def test_both_use_the_ca_of_a_variable(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, one.ca_bundle)
    assert await works(replace(one, ca_bundle=""), served.options.secret) == 4


@pytest.mark.parametrize(("proxy", "no_proxy"), [("none", ""), ("", "127.0.0.0/8"), ("", "127.0.0.1"), ("", "*")])
async def test_both_go_past_the_proxy_where_they_should(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch, proxy: str, no_proxy: str
) -> None:
    with ConnectProxy() as listening:
        monkeypatch.setenv("HTTPS_PROXY", listening.host)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert await works(replace(one, proxy=proxy), served.options.secret) == 4
        assert listening.asked == []


async def test_each_host_has_its_own_decision(served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    host = served.url.removeprefix("https://")
    port = host.rpartition(":")[2]
    with ConnectProxy() as listening:
        monkeypatch.setenv("HTTPS_PROXY", listening.host)
        monkeypatch.setenv("NO_PROXY", "localhost")
        away = replace(one, base={**one.base, "mde": f"https://localhost:{port}"})
        assert await works(away, served.options.secret) == 4
        assert listening.asked == [host], "sign-in alone"


async def test_managed_identity_is_asked_past_every_proxy(one: Profile) -> None:
    """Plain http on the machine itself, over the same transport."""
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    with ConnectProxy() as listening, _answering(said) as port:
        connection = connect(replace(one, proxy=f"http://{listening.host}"))
        with httpx.Client(transport=connection.synchronous) as client:
            answer = await asyncio.to_thread(client.get, f"http://127.0.0.1:{port}/metadata/identity/oauth2/token")
        assert (answer.status_code, listening.asked) == (200, [])
        await connection.asynchronous.aclose()


@pytest.mark.parametrize("through", [False, True])
@pytest.mark.parametrize("where", ["profiles.simulator.ca_bundle", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
async def test_an_untrusted_certificate_is_told_alike_with_source_and_issuer(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch, other_ca: str, where: str, through: bool
) -> None:
    if where.isupper():
        monkeypatch.setenv(where, other_ca)
    one = replace(one, ca_bundle="" if where.isupper() else other_ca)
    before = len(served.journal.entries())
    with ConnectProxy("ann", "s3cret") as listening:
        if through:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ann:s3cret@{listening.host}")
        sign_in, api = await both_fail(one)
        assert listening.tunnels == (2 if through else 0)
    clause = _common(sign_in, api)
    assert clause.startswith("its certificate is not trusted here: unable to get local issuer certificate; issued by ")
    assert "(mdetui simulator)" in clause
    assert f"checked with the CA bundle {other_ca} ({where})" in clause
    assert (f"(through the proxy http://ann:***@{listening.host} (HTTPS_PROXY))" in clause) is through
    for way in ("add it to that bundle", "ca_bundle in the profile", "SSL_CERT_FILE", "operating system's store"):
        assert way in clause
    assert "s3cret" not in sign_in + api
    assert len(served.journal.entries()) == before, "nothing was sent"


async def test_the_systems_store_is_named_too(one: Profile) -> None:
    sign_in, api = await both_fail(replace(one, ca_bundle=""))
    clause = _common(sign_in, api)
    assert "issued by " in clause
    assert "checked with the certificates of the operating system." in clause


@pytest.mark.parametrize(
    ("given", "status", "said", "todo"),
    [
        ("", 407, "wants a name and a password (407)", "cntlm or px"),
        ("ann:s3cret@", 407, "did not accept the name and password it was given (407)", "name:password@host:port"),
        ("", 403, "refused to connect to {host} (403)", "allow {host}"),
        ("", 502, "did not get through to {host} (502)", "Check network, proxy and VPN"),
    ],
)
async def test_what_a_proxy_refuses_is_told_alike_and_names_it(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch, given: str, status: int, said: str, todo: str
) -> None:
    host = served.url.removeprefix("https://")
    wanted = ("bob", "other") if status == 407 else ("", "")
    with ConnectProxy(*wanted, status=0 if status == 407 else status) as listening:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{given}{listening.host}")
        sign_in, api = await both_fail(one)
        assert (listening.asked, listening.tunnels) == ([host, host], 0), "asked once by each, without tries"
    clause = _common(sign_in, api)
    masked = given.replace("s3cret", "***")
    assert clause.startswith(f"the proxy http://{masked}{listening.host} (HTTPS_PROXY) {said.format(host=host)}")
    assert todo.format(host=host) in clause
    assert "s3cret" not in sign_in + api
    assert "\x1b" not in sign_in + api


async def test_a_proxy_that_is_not_there_is_told_alike(one: Profile, unused_tcp_port: int) -> None:
    sign_in, api = await both_fail(replace(one, proxy=f"http://127.0.0.1:{unused_tcp_port}"))
    clause = _common(sign_in, api)
    assert clause.startswith(
        f"the proxy http://127.0.0.1:{unused_tcp_port} (profiles.simulator.proxy) could not be reached."
    )
    assert "profiles.simulator.proxy" in clause.partition(".")[2]


async def test_a_host_that_is_not_there_is_told_alike(one: Profile, unused_tcp_port: int) -> None:
    gone = f"https://127.0.0.1:{unused_tcp_port}"
    sign_in, api = await both_fail(replace(one, authority=gone, base=dict.fromkeys(one.base, gone)))
    assert _common(sign_in, api).startswith("it could not be reached. Check network and VPN, and set HTTPS_PROXY")


CERTIFICATES: dict[str, tuple[dict[str, Any], str, str]] = {
    "expired": (
        {"not_after": datetime.now(UTC) - timedelta(days=1), "not_before": datetime.now(UTC) - timedelta(days=9)},
        "has expired by the clock of this host",
        "Check the clock",
    ),
    "early": (
        {"not_before": datetime.now(UTC) + timedelta(days=1), "not_after": datetime.now(UTC) + timedelta(days=9)},
        "is not valid yet by the clock of this host",
        "Check the clock",
    ),
    "name": ({"name": "elsewhere.test"}, "is for another name", "captive portal"),
}


@pytest.mark.parametrize("kind", CERTIFICATES)
async def test_a_certificate_that_is_wrong_otherwise_is_told_as_that(one: Profile, tmp_path: Path, kind: str) -> None:
    facts, said, todo = CERTIFICATES[kind]
    authority = trustme.CA(organization_name="Contoso\x1b[31m Inspection")
    authority.cert_pem.write_to_path(str(tmp_path / "own.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    more = {key: value for key, value in facts.items() if key != "name"}
    authority.issue_cert(str(facts.get("name", "127.0.0.1")), **more).configure_cert(context)
    with _answering(b"", context) as port:
        base = f"https://127.0.0.1:{port}"
        bad = replace(one, ca_bundle=str(tmp_path / "own.pem"), authority=base, base=dict.fromkeys(one.base, base))
        clause = _common(*await both_fail(bad))
    assert "its certificate, issued by " in clause
    assert "Inspection)" in clause
    assert "\x1b" not in clause
    assert said in clause
    assert todo in clause


async def test_the_certificate_of_a_proxy_is_not_taken_for_the_hosts(one: Profile, other_ca: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with _answering(b"", context) as port:
        clause = _common(*await both_fail(replace(one, proxy=f"https://localhost:{port}")))
    assert clause.startswith(
        f"the certificate of the proxy https://localhost:{port} (profiles.simulator.proxy) is not trusted here"
    )


async def test_what_speaks_no_tls_is_told_alike(one: Profile) -> None:
    with _answering(b"220 smtp ready\r\n") as port:
        base = f"https://127.0.0.1:{port}"
        clause = _common(*await both_fail(replace(one, authority=base, base=dict.fromkeys(one.base, base))))
    assert clause.startswith("TLS with it failed (WRONG_VERSION_NUMBER). Check that host, port and proxy are right.")


def test_a_cause_deep_inside_is_found() -> None:
    """MSAL is given an exception of requests' family, made from httpx's."""
    outer = OSError("outer")
    outer.__cause__ = httpx.ConnectTimeout("deep")
    assert reason_of(outer, "https://a.test", profile()) == "it could not be reached in time"
    name = socket.gaierror(-2, "Name or service not known")
    inner = httpx.ConnectError("x")
    inner.__context__ = name
    assert reason_of(inner, "https://a.test", profile()) == "its name is not known here (DNS)"
    assert "HTTPS_PROXY" in todo_of(inner, "https://a.test", profile())
    loop = OSError("ring")
    loop.__context__ = RuntimeError()
    loop.__context__.__context__ = loop
    assert explain(loop, "https://a.test", profile()).reason == "the connection broke"
    assert reason_of(RuntimeError("secret"), "https://a.test", profile()) == "RuntimeError"


def test_a_proxy_that_is_none_does_not_hide_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://")
    assert reason_of(httpx.ReadError("x"), "https://a.test", profile()) == "the connection broke"
    with pytest.raises(errors.ConfigError, match="HTTPS_PROXY"):
        connect(profile())


def _common(sign_in: str, api: str) -> str:
    """What both say behind their first words: the reason and what to do. Sign-in may go on with a key to press."""
    told = api.partition(f" to {ALERTS.id}: ")[2]
    assert told, api
    assert told.removesuffix(".") in sign_in, f"\n{sign_in}\n{api}"
    return told


@contextmanager
def _answering(data: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that says one thing to everybody; over TLS with a context."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                if context:
                    with context.wrap_socket(client, server_side=True) as safe:
                        safe.sendall(data)
                else:
                    client.recv(65_536)
                    client.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    listener.close()
