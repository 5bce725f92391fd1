"""Exports by files over real sockets and TLS: files on another name, broken off, slow, abandoned."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
from typing import Any

import pytest

from mdetui import errors
from mdetui.api.endpoints import operation
from mdetui.api.lists import walk
from mdetui.net import connect
from mdetui.simulator.options import Options
from mdetui.simulator.server import Served
from tests.faults.test_wire_faults import Behaviour, Broken, response, says, says_and_hangs_up, server
from tests.wiring import Wired, wire

__all__ = ["server"]

SOFTWARE = operation("exportFiles.software")
SECRET = "sig=AbCdSecretOfTheLink"


def lines(count: int) -> bytes:
    """Rows that pack badly, so that a file is some pieces long."""
    drawn = random.Random(7)
    rows = (
        {"deviceId": f"d{number}", "softwareName": drawn.randbytes(40).hex(), "softwareVersion": "1"}
        for number in range(count)
    )
    return gzip.compress(b"\n".join(json.dumps(row).encode() for row in rows))


def named(port: int) -> Behaviour:
    """What the API says: one file, on this host by another name."""
    link = f"https://127.0.0.1:{port}/temp/part-0.json.gz?sv=1&{SECRET}"
    return says(response(json.dumps({"exportFiles": [link], "generatedTime": "2026-11-24T10:00:00Z"}).encode()))


def file(data: bytes) -> Behaviour:
    return says(response(data))


async def test_a_file_that_breaks_off_is_taken_up_again(server: tuple[Broken, Wired]) -> None:
    broken, wired = server
    data = lines(3_000)
    broken.behaviours = [
        named(broken.port),
        says_and_hangs_up(response(data[: len(data) // 2], length=len(data))),
        file(data),
    ]
    pager = wired.client.pager(SOFTWARE)
    rows: list[Any] = []

    async def load() -> None:
        async for page in walk(pager):
            rows.extend(page.rows)

    with pytest.raises(errors.NetworkError) as caught:
        await load()
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__} {list(wired.log.entries)}"
    assert "SecretOfTheLink" not in said
    assert "exportFiles.software" in str(caught.value)
    assert 0 < len(rows) < 3_000
    await load()
    assert [row.device_id for row in rows] == [f"d{number}" for number in range(3_000)]
    assert [line.split("?")[0] for line in broken.requests] == [
        "GET /api/machines/SoftwareInventoryExport HTTP/1.1",
        "GET /temp/part-0.json.gz",
        "GET /temp/part-0.json.gz",
    ]


@pytest.mark.parametrize("behaviour", ["reset", "nonsense"])
async def test_a_storage_that_is_not_there_is_said_after_four_tries(
    server: tuple[Broken, Wired], behaviour: str
) -> None:
    broken, wired = server
    bad = says_and_hangs_up(b"" if behaviour == "reset" else b"220 smtp ready\r\n")
    broken.behaviours = [named(broken.port), bad]
    with pytest.raises(
        errors.NetworkError, match=r"No whole file of exportFiles\.software from https://127\.0\.0\.1:\d+: "
    ) as caught:
        await wired.client.pager(SOFTWARE).next()
    assert "SecretOfTheLink" not in f"{caught.value!r} {caught.value.__context__!r} {list(wired.log.entries)}"
    assert len(broken.requests) == 5


async def test_a_file_that_is_left_in_the_middle_gives_its_connection_back(server: tuple[Broken, Wired]) -> None:
    broken, wired = server
    endless = lines(3_000)

    async def drips(writer: asyncio.StreamWriter) -> None:
        writer.write(response(endless, length=len(endless) * 2))

    for _ in range(12):
        # more than a connection pool holds
        broken.behaviours = [named(broken.port), drips]
        assert await wired.client.pager(SOFTWARE).next()
    machine = says(response(b'{"id":"m1"}'))
    broken.behaviours = [machine]
    assert (await wired.client.one(operation("machines.get"), path={"id": "m1"})).id == "m1"


async def test_the_tenants_files_over_tls(tmp_path: Any) -> None:
    with Served(Options(machines=30, alerts=10)) as served:
        one = served.profile(tmp_path / "simulator")
        connection = connect(one)
        wired = wire(connection.asynchronous, connection.synchronous, of=one, secret=served.options.secret)
        pager = wired.client.pager(SOFTWARE)
        rows = [row async for page in walk(pager) for row in page.rows]
        pages = wired.client.pager(operation("exports.software"))
        same = [row async for page in walk(pages) for row in page.rows]
        assert {row.id for row in rows} == {row.id for row in same}
        assert len(rows) == len(same) > 100
        fetched = [entry for entry in served.journal.entries() if "localhost" in entry.host]
        assert fetched
        assert not any(entry.authorised for entry in fetched)
        await wired.client.aclose()
        connection.close()
