"""Exports by files: links fetched without a token, rows as they are wanted, no link in anything that is shown."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from mdetui import errors
from mdetui.api.decode import BadRow
from mdetui.api.endpoints import OPERATIONS, operation
from mdetui.api.files import FilesPager
from mdetui.api.lists import walk
from mdetui.api.pagers import Pager
from tests.wiring import Service, Wired, wire

SOFTWARE = operation("exportFiles.software")
SIGNATURE = "sig=AbCdSecretOfTheLink"
FILES = "https://files.test.invalid"


def row(number: int) -> dict[str, Any]:
    return {"deviceId": f"d{number}", "softwareVendor": "v", "softwareName": f"s{number}", "softwareVersion": "1.0"}


def packed(*numbers: int) -> bytes:
    return gzip.compress(b"\n".join(json.dumps(row(number)).encode() for number in numbers))


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """A body that comes over the wire."""
    for start in range(0, len(data), 4_000):
        yield data[start : start + 4_000]


class Storage:
    """The API that names files, and the host that hands them out."""

    def __init__(self, **files: bytes | Callable[[httpx.Request], httpx.Response]) -> None:
        self.files = files
        self.fetched: list[str] = []
        self.links = [f"{FILES}/temp/{name}?sv=1&{SIGNATURE}" for name in files]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "files.test.invalid":
            return httpx.Response(200, json={"exportFiles": self.links, "generatedTime": "2026-11-24T10:00:00Z"})
        assert "authorization" not in request.headers
        assert request.headers["accept-encoding"] == "identity"
        name = request.url.path.rpartition("/")[2]
        self.fetched.append(name)
        made = self.files[name]
        return made(request) if callable(made) else httpx.Response(200, content=pieces(made))


def wired_to(storage: Storage) -> tuple[Wired, Service]:
    service = Service(storage)
    return wire(service), service


def nothing_shows_the_link(wired: Wired, *more: object) -> None:
    said = [str(entry) + repr(entry) for entry in wired.log.entries] + [f"{one} {one!r}" for one in more]
    assert "SecretOfTheLink" not in " ".join(said)


async def rest_of(pager: Pager, rows: list[Any]) -> None:
    """Put the rows of all pages that still come into a list."""
    async for page in walk(pager):
        rows += page.rows


async def test_the_lines_of_all_files_are_rows(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    storage = Storage(a=packed(*range(1_500)), b=b"", c=packed(*range(1_500, 1_700)))
    wired, service = wired_to(storage)
    pager = wired.client.pager(SOFTWARE, query={"sasValidHours": "2"})
    assert isinstance(pager, FilesPager)
    assert (pager.complete, pager.total, pager.generated) == (False, None, None)
    pages = [page async for page in walk(pager)]
    rows = [one for page in pages for one in page.rows]
    assert [one.device_id for one in rows] == [f"d{number}" for number in range(1_700)]
    assert rows[3].id == "d3|v|s3|1.0"
    assert json.loads(pages[1].raw.row(2)) == row(1_002)
    assert max(len(page.rows) for page in pages) <= 1_000
    assert (pager.complete, pager.total, pager.requests) == (True, 1_700, 4)
    assert pager.generated == "2026-11-24T10:00:00Z"
    assert storage.fetched == ["a", "b", "c"]
    assert service.paths[0] == "/api/machines/SoftwareInventoryExport?sasValidHours=2"
    # the first request carries a token, no other does
    assert ["authorization" in request.headers for request in service.requests] == [True, False, False, False]
    nothing_shows_the_link(wired, pager, caplog.text)
    assert [entry.path for entry in wired.log.entries][1:] == [f"{FILES}/temp/{name}" for name in "abc"]


async def test_a_file_is_read_as_far_as_rows_are_wanted() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for number in range(100_000):
            sent += 1
            yield json.dumps(row(number)).encode() + b"\n"

    storage = Storage(a=lambda _: httpx.Response(200, content=endless()))
    wired, _ = wired_to(storage)
    pager = wired.client.pager(SOFTWARE)
    page = await pager.next()
    assert page is not None
    assert 100 <= len(page.rows) <= sent < 1_000
    await wired.client.aclose()


@pytest.mark.parametrize("moment", ["the links", "the file", "the middle of the file"])
async def test_after_an_error_it_goes_on_where_it_stood(moment: str) -> None:
    broken = True

    async def breaks() -> AsyncIterator[bytes]:
        for number in range(2_500):
            if broken and number == 1_700:
                raise httpx.ReadError("reset")
            yield json.dumps(row(number)).encode() + b"\n" + b" " * 200 + b"\n"

    def file(request: httpx.Request) -> httpx.Response:
        if broken and moment == "the file":
            return httpx.Response(403, headers={"x-ms-error-code": "AuthenticationFailed"})
        return httpx.Response(
            200, content=breaks() if moment == "the middle of the file" else pieces(packed(*range(2_500)))
        )

    storage = Storage(a=file)

    def api(request: httpx.Request) -> httpx.Response:
        if broken and moment == "the links" and request.url.host != "files.test.invalid":
            return httpx.Response(400, json={"error": {"code": "BadRequest", "message": "x"}})
        return storage(request)

    wired = wire(Service(api))
    pager = wired.client.pager(SOFTWARE)
    rows: list[Any] = []
    kinds = {"the links": errors.BadRequest, "the file": errors.ApiError, "the middle of the file": errors.NetworkError}
    with pytest.raises(kinds[moment]) as caught:
        await rest_of(pager, rows)
    nothing_shows_the_link(wired, caught.value, caught.value.__cause__)
    if moment == "the file":
        assert "HTTP 403 AuthenticationFailed" in str(caught.value)
        assert "load the list again" in str(caught.value)
    assert not pager.complete
    broken = False
    await rest_of(pager, rows)
    assert [one.device_id for one in rows] == [f"d{number}" for number in range(2_500)]


async def test_a_load_that_is_cancelled_can_be_taken_up_again() -> None:
    held, waiting = asyncio.Event(), asyncio.Event()

    async def waits() -> AsyncIterator[bytes]:
        for number in range(1_500):
            if number == 800:
                waiting.set()
                await held.wait()
            # past what is unpacked at once
            yield json.dumps(row(number)).encode() + b"\n" + b" " * 2_000 + b"\n"

    wired, _ = wired_to(Storage(a=lambda _: httpx.Response(200, content=waits())))
    pager = wired.client.pager(SOFTWARE)
    first = await pager.next()
    assert first is not None
    rows = list(first.rows)
    loading = asyncio.create_task(rest_of(pager, rows))
    await waiting.wait()
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert len(rows) < 800
    held.set()
    await rest_of(pager, rows)
    assert [one.device_id for one in rows] == [f"d{number}" for number in range(1_500)]


async def test_lists_that_are_left_hold_few_connections() -> None:
    closed: list[str] = []

    class Rows(httpx.AsyncByteStream):
        def __init__(self, name: str) -> None:
            self._name = name

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for number in range(3_000):
                yield json.dumps(row(number)).encode() + b"\n" + b" " * 1_000 + b"\n"

        async def aclose(self) -> None:
            closed.append(self._name)

    def file(name: str) -> Callable[[httpx.Request], httpx.Response]:
        return lambda _: httpx.Response(200, stream=Rows(name))

    storage = Storage(a=file("a"), b=file("b"), c=file("c"))
    wired, _ = wired_to(storage)
    pagers: list[Pager] = []
    first: list[int] = []
    for link in list(storage.links):
        storage.links = [link]
        pagers.append(wired.client.pager(SOFTWARE))
        page = await pagers[-1].next()
        assert page is not None
        first.append(len(page.rows))
    assert closed == ["a"]
    # the first list goes on all the same: its file is read again up to where it stood
    rows: list[Any] = []
    await rest_of(pagers[0], rows)
    assert [one.device_id for one in rows] == [f"d{number}" for number in range(first[0], 3_000)]
    await wired.client.aclose()
    assert set(closed) == {"a", "b", "c"}


async def test_a_bad_line_is_one_bad_row() -> None:
    body = b'{"deviceId":"d1","softwareName":"s"}\nnonsense\n{"softwareName":5}\n{}\n{"deviceId":"d2"}'
    wired, _ = wired_to(Storage(a=gzip.compress(body)))
    page = await wired.client.pager(SOFTWARE).next()
    assert page is not None
    assert [isinstance(one, BadRow) for one in page.rows] == [False, True, True, True, False]
    assert json.loads(page.raw.row(4)) == {"deviceId": "d2"}


async def test_a_broken_file_says_which_one() -> None:
    wired, _ = wired_to(Storage(a=packed(1, 2), b=packed(*range(5_000))[:-30]))
    pager = wired.client.pager(SOFTWARE)
    assert await pager.next()
    with pytest.raises(
        errors.BadAnswer, match=r"File 2 of 2 of exportFiles\.software can't be read: it breaks off"
    ) as caught:
        await rest_of(pager, [])
    assert "rows are loaded" in caught.value.todo


@pytest.mark.parametrize(
    "link",
    [
        "http://files.test.invalid/a?x",
        "ftp://files.test.invalid/a",
        "file:///etc/passwd",
        "https://user:pw@files.test.invalid/a",
        "https:///a",
        "https://[::1/a",
        "//files.test.invalid/a",
        "nonsense",
        "",
    ],
)
async def test_a_link_that_is_no_https_address_is_not_fetched(link: str) -> None:
    storage = Storage()
    storage.links = [link]
    wired, service = wired_to(storage)
    with pytest.raises(errors.HostRefused, match="no https address"):
        await wired.client.pager(SOFTWARE).next()
    assert len(service.requests) == 1


async def test_a_redirect_is_not_followed() -> None:
    away = httpx.Response(302, headers={"location": "https://evil.invalid/"})
    wired, service = wired_to(Storage(a=lambda _: away))
    with pytest.raises(errors.ApiError, match="HTTP 302"):
        await wired.client.pager(SOFTWARE).next()
    assert {request.url.host for request in service.requests} == {"api.test.invalid", "files.test.invalid"}


async def test_a_storage_that_is_busy_is_asked_four_times_at_most() -> None:
    turns = 0

    def busy(request: httpx.Request) -> httpx.Response:
        nonlocal turns
        turns += 1
        return httpx.Response(503) if turns < 3 else httpx.Response(200, content=pieces(packed(1)))

    wired, _ = wired_to(Storage(a=busy))
    page = await wired.client.pager(SOFTWARE).next()
    assert page is not None
    assert (len(page.rows), turns) == (1, 3)
    down, service = wired_to(Storage(a=lambda _: httpx.Response(503)))
    with pytest.raises(errors.ServiceDown):
        await down.client.pager(SOFTWARE).next()
    assert len(service.requests) == 5


def test_every_export_by_files_has_a_row_like_its_pages() -> None:
    files = {op.id.partition(".")[2]: op for op in OPERATIONS.values() if op.lines}
    assert len(files) == 9
    for name, op in files.items():
        pages = OPERATIONS.get(f"exports.{name}")
        assert pages is None or pages.model is op.line
        assert (op.application, op.delegated) == (
            (pages.application, pages.delegated) if pages else (op.application, op.delegated)
        )
