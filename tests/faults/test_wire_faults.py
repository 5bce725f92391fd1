"""The client over real sockets and TLS: what a broken connection means for reads and for writes."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from mdetui import errors
from mdetui.api.endpoints import operation
from mdetui.api.models.action import CommentBody
from mdetui.net import connect
from tests.wiring import SECRET, TENANT, RushingClock, Wired, profile, token_of, wire

ALERTS = operation("alerts.list")
RELEASE = operation("machines.release")
ACTION = b'{"id":"a-1","type":"Unisolate"}'
Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(body: bytes, status: str = "200 OK", *, length: int | None = None, extra: str = "") -> bytes:
    size = len(body) if length is None else length
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{extra}\r\n".encode() + body
    )


@dataclass
class Broken:
    """An HTTPS server that signs in properly and answers the API as it is told, connection by connection."""

    behaviours: list[Behaviour] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.splitlines()
                        if line.lower().startswith(b"content-length")
                    ),
                    0,
                )
                await reader.readexactly(length)
                line = head.splitlines()[0].decode()
                base = f"https://127.0.0.1:{self.port}/{TENANT}"
                if "openid-configuration" in line:
                    names = ("issuer", "authorization_endpoint", "token_endpoint")
                    writer.write(response(json.dumps({name: f"{base}/{name}" for name in names}).encode()))
                elif "/token_endpoint" in line:
                    writer.write(response(json.dumps({"access_token": token_of(), "expires_in": 3599}).encode()))
                else:
                    self.requests.append(line)
                    behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
                    await behaviour(writer)
                    if writer.is_closing():
                        return
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass  # the client has gone
        finally:
            writer.close()


def says(data: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return behave


def says_and_hangs_up(data: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return behave


def says_and_drops(data: bytes) -> Behaviour:
    """As a server ends an idle connection: the last answer is whole, then the socket closes."""

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.transport.abort()

    return behave


async def resets(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[Broken, Wired]]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    broken = Broken()
    listening = await asyncio.start_server(broken.serve, "127.0.0.1", 0, ssl=context)
    broken.port = listening.sockets[0].getsockname()[1]
    base = f"https://127.0.0.1:{broken.port}"
    one = profile(base={"mde": base}, authority=base, ca_bundle=str(tmp_path / "ca.pem"))
    connection = connect(one)
    wired = wire(connection.asynchronous, connection.synchronous, of=one, secret=SECRET, clock=RushingClock())
    yield broken, wired
    await wired.client.aclose()
    connection.close()
    listening.close()
    for writer in broken.writers:
        # Python 3.11.2 can't abort what is closing
        if not writer.transport.is_closing():
            writer.transport.abort()
    await asyncio.sleep(0.01)


async def release(wired: Wired) -> int:
    wired.lock.open_for(30, analyst="me")
    permit = wired.lock.permit("job")
    return (await wired.client.send(RELEASE, path={"id": "m"}, body=CommentBody("x"), permit=permit)).status


BREAKS = {
    "reset": resets,
    "hangs up without a word": says_and_hangs_up(b""),
    "hangs up in the head": says_and_hangs_up(b"HTTP/1.1 201 Cre"),
    "hangs up in the body": says_and_hangs_up(response(ACTION[:9], "201 Created", length=len(ACTION))),
    "hangs up in a chunk": says_and_hangs_up(b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"'),
    "talks nonsense": says_and_hangs_up(b"220 smtp ready\r\n"),
    "sends what is no gzip": says(response(ACTION, "201 Created", extra="Content-Encoding: gzip\r\n")),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_a_write_that_met_a_broken_connection_is_unclear_and_went_out_once(
    server: tuple[Broken, Wired], name: str
) -> None:
    broken, wired = server
    broken.behaviours = [BREAKS[name]]
    with pytest.raises(errors.UnclearAnswer):
        await release(wired)
    assert broken.requests == ["POST /api/machines/m/unisolate HTTP/1.1"]


@pytest.mark.parametrize("name", BREAKS)
async def test_a_read_that_met_a_broken_connection_goes_on(server: tuple[Broken, Wired], name: str) -> None:
    broken, wired = server
    broken.behaviours = [BREAKS[name], BREAKS[name], says(response(b'{"value":[{"id":"1"}]}'))]
    assert [row.id for row in (await wired.client.fetch(ALERTS)).rows] == ["1"]
    assert len(broken.requests) == 3


async def test_a_write_on_a_connection_that_was_closed_meanwhile_is_not_unclear(server: tuple[Broken, Wired]) -> None:
    broken, wired = server
    page = response(b'{"value":[]}')
    broken.behaviours = [says_and_drops(page), says(response(ACTION, "201 Created"))]
    await wired.client.fetch(ALERTS)
    # the end of the connection needs a moment to arrive
    await asyncio.sleep(0.05)
    assert await release(wired) == 201
    assert len(broken.requests) == 2


async def test_a_service_that_is_not_there_was_sent_nothing(server: tuple[Broken, Wired], unused_tcp_port: int) -> None:
    broken, wired = server
    broken.behaviours = [says(response(b'{"value":[]}'))]
    await wired.client.fetch(ALERTS)
    elsewhere = profile(
        base={"mde": f"https://127.0.0.1:{unused_tcp_port}"},
        authority=f"https://127.0.0.1:{broken.port}",
        ca_bundle=wired.client.profile.ca_bundle,
    )
    connection = connect(elsewhere)
    gone = wire(connection.asynchronous, connection.synchronous, of=elsewhere, secret=SECRET, clock=RushingClock())
    with pytest.raises(errors.NotSent):
        await release(gone)
    with pytest.raises(errors.NotSent):
        await gone.client.fetch(ALERTS)
    await gone.client.aclose()
    connection.close()


async def test_a_stranger_with_another_certificate_gets_neither_secret_nor_token(
    server: tuple[Broken, Wired], tmp_path: Path
) -> None:
    broken, wired = server
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    base = f"https://127.0.0.1:{broken.port}"
    distrusting = profile(base={"mde": base}, authority=base, ca_bundle=str(tmp_path / "other.pem"))
    connection = connect(distrusting)
    client = wire(connection.asynchronous, connection.synchronous, of=distrusting, secret=SECRET).client
    with pytest.raises(errors.SignInError, match="CA bundle"):
        await client.fetch(ALERTS)
    # signed in elsewhere, the API's certificate is looked at all the same
    mixed = wire(connection.asynchronous, of=profile(base={"mde": base}), clock=RushingClock())
    with pytest.raises(errors.NotSent, match="certificate is not trusted"):
        await release(mixed)
    assert not broken.requests
    await client.aclose()
    await mixed.client.aclose()
    connection.close()
