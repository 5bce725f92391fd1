"""Lists page by page: everything once, and a clear end when a service leads in circles or away."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mdetui import errors
from mdetui.api.decode import BadRow
from mdetui.api.endpoints import operation
from mdetui.api.pagers import Pager
from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.wiring import BASE, Service, error_body, listed, wire, wire_tenant

MACHINES = operation("machines.list")
SOFTWARE = operation("machines.software")
USERS = operation("machines.users")


async def all_of(pager: Pager) -> list[Any]:
    rows: list[Any] = []
    while (page := await pager.next()) is not None:
        assert page.rows
        for index, row in enumerate(page.rows):
            # the raw row is that row's
            if not isinstance(row, BadRow) and "id" in row.__struct_fields__:
                assert f'"{row.id}"'.encode() in page.raw.row(index)
        rows += page.rows
    assert pager.complete
    assert pager.total == len(rows)
    return rows


class Skipping:
    """Serves rows by $top and $skip, in any order it likes."""

    def __init__(self, pages: Any, count: int) -> None:
        self._order = pages
        self._count = count

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(urlsplit(str(request.url)).query)
        top, skip = int(query["$top"][0]), int(query.get("$skip", ["0"])[0])
        return listed([{"id": f"m{number}"} for number in self._order(skip)[skip : skip + top]])


async def test_skip_pages_ramp_up_and_end_with_a_short_one() -> None:
    service = Service(Skipping(lambda skip: range(2_345), 2_345))
    pager = wire(service).client.pager(MACHINES, filter="riskScore eq 'High'")
    rows = await all_of(pager)
    assert [row.id for row in rows] == [f"m{number}" for number in range(2_345)]
    sizes = [re.findall(r"\$(top|skip)=(\d+)", path) for path in service.paths]
    assert sizes == [
        [("top", "100")],
        [("top", "500"), ("skip", "100")],
        [("top", "1000"), ("skip", "600")],
        [("top", "1000"), ("skip", "1600")],
    ]
    assert all("$filter=riskScore%20eq%20%27High%27" in path for path in service.paths)
    assert pager.requests == 4
    assert await pager.next() is None
    assert pager.requests == 4


async def test_skip_ends_on_an_exact_multiple_too() -> None:
    service = Service(Skipping(lambda skip: range(100), 100))
    assert len(await all_of(wire(service).client.pager(MACHINES))) == 100
    assert len(service.requests) == 2


async def test_rows_that_move_between_pages_come_once() -> None:
    service = Service(Skipping(lambda skip: range(skip // 50, 700), 700))
    rows = await all_of(wire(service).client.pager(MACHINES))
    ids = [row.id for row in rows]
    assert len(ids) == len(set(ids))


async def test_a_service_that_ignores_skip_does_not_make_an_endless_list() -> None:
    service = Service(
        lambda request: listed(
            [{"id": f"m{n}"} for n in range(int(parse_qs(urlsplit(str(request.url)).query)["$top"][0]))]
        )
    )
    pager = wire(service).client.pager(MACHINES)
    with pytest.raises(errors.PagingError, match="same rows again") as caught:
        await all_of(pager)
    assert "1,000 rows are loaded" in caught.value.todo
    assert len(service.requests) <= 6


async def test_a_failed_page_can_be_asked_again() -> None:
    service = Service(
        listed([{"id": f"m{n}"} for n in range(100)]),
        httpx.Response(400, json=error_body("BadRequest")),
        listed([{"id": "last"}]),
    )
    pager = wire(service).client.pager(MACHINES)
    assert await pager.next()
    with pytest.raises(errors.BadRequest):
        await pager.next()
    assert not pager.complete
    page = await pager.next()
    assert page is not None
    assert [row.id for row in page.rows] == ["last"]
    assert pager.complete
    assert service.paths[1] == service.paths[2]


async def test_a_whole_collection_is_one_request() -> None:
    service = Service(listed([{"id": "u1"}, {"id": "u2"}], **{"@odata.count": 2}))
    pager = wire(service).client.pager(USERS, path={"id": "m1"})
    assert len(await all_of(pager)) == 2
    assert service.paths == ["/api/machines/m1/logonusers"]


async def test_a_whole_collection_follows_a_link_at_our_own_host() -> None:
    service = Service(
        listed([{"id": "s1"}], **{"@odata.nextLink": f"{BASE}/api/machines/m1/software?$skip=1"}),
        listed([{"id": "s1"}, {"id": "s2"}], **{"@odata.nextLink": "https://api.securitycenter.microsoft.com/api/machines/m1/Software?$skip=2"}),
        listed([{"id": "s3"}]),
    )  # fmt: skip
    rows = await all_of(wire(service).client.pager(SOFTWARE, path={"id": "m1"}))
    assert [row.id for row in rows] == ["s1", "s2", "s3"]
    assert {request.url.host for request in service.requests} == {"api.test.invalid"}


LINKS = [
    ("back to itself", f"{BASE}/api/machines/m1/software", errors.PagingError, "leads back"),
    ("away", "https://evil.invalid/api/machines/m1/software?$skip=1", errors.HostRefused, "evil.invalid"),
    ("to this host", "https://127.0.0.1/api/machines/m1/software?$skip=1", errors.HostRefused, "127.0.0.1"),
    ("to another list", f"{BASE}/api/alerts?$skip=1", errors.PagingError, "another list"),
    ("to a write", f"{BASE}/api/machines/m1/isolate", errors.PagingError, "another list"),
]


@pytest.mark.parametrize(("name", "link", "kind", "words"), LINKS, ids=[link[0] for link in LINKS])
async def test_a_bad_link_ends_the_list_after_its_rows(name: str, link: str, kind: type[Exception], words: str) -> None:
    service = Service(listed([{"id": "s1"}], **{"@odata.nextLink": link}))
    wired = wire(service)
    pager = wired.client.pager(SOFTWARE, path={"id": "m1"})
    page = await pager.next()
    assert page is not None
    assert len(page.rows) == 1
    for _ in range(2):
        with pytest.raises(kind, match=words):
            await pager.next()
    assert not pager.complete
    assert len(service.requests) == 1


async def test_links_that_never_advance_end_the_list() -> None:
    """Issue 8316: parameters lose their names, one more each time, and $skip stays."""
    turns = 0

    def corrupt(request: httpx.Request) -> httpx.Response:
        nonlocal turns
        turns += 1
        return listed(
            [{"id": "s1"}], **{"@odata.nextLink": f"{BASE}/api/machines/m1/software?{'=10000&' * turns}$skip=9"}
        )

    pager = wire(Service(corrupt)).client.pager(SOFTWARE, path={"id": "m1"})
    await pager.next()
    with pytest.raises(errors.PagingError, match="same rows"):
        await pager.next()
    assert turns == 2


async def test_empty_pages_without_end_end_the_list() -> None:
    turns = 0

    def empty(request: httpx.Request) -> httpx.Response:
        nonlocal turns
        turns += 1
        return listed([], **{"@odata.nextLink": f"{BASE}/api/machines/m1/software?$skip={turns}"})

    with pytest.raises(errors.PagingError, match="empty pages"):
        await wire(Service(empty)).client.pager(SOFTWARE, path={"id": "m1"}).next()
    assert turns < 30


async def test_the_tenants_machines_all_come_once(tenant: Mounted) -> None:
    rows = await all_of(wire_tenant(tenant).client.pager(MACHINES))
    assert len({row.id for row in rows}) == len(rows) == tenant.options.machines


@pytest.mark.parametrize("fault", ["nextlink-loop", "nextlink-stuck", "nextlink-foreign"])
async def test_link_faults_of_the_tenant_do_no_harm_to_skipped_lists(tenant: Mounted, fault: str) -> None:
    wired = wire_tenant(tenant)
    tenant.faults.set(fault, "evil.invalid" if fault == "nextlink-foreign" else "")
    rows = await all_of(wired.client.pager(MACHINES))
    assert len(rows) == tenant.options.machines
    assert not tenant.foreign


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("nextlink-loop", errors.PagingError, "does not go on"),
        ("nextlink-foreign", errors.HostRefused, r"evil\.invalid"),
    ],
)
async def test_link_faults_of_the_tenant_in_the_alert_queue(
    tenant: Mounted, fault: str, kind: type[Exception], words: str
) -> None:
    wired = wire_tenant(tenant)
    tenant.faults.set(fault, "evil.invalid" if fault == "nextlink-foreign" else "")
    pager = wired.client.pager(operation("alerts.list"))
    with pytest.raises(kind, match=words):
        await pager.next()
    assert not tenant.foreign
    assert tenant.journal.count("/api/alerts") <= 4
    tenant.faults.clear()
    assert len(await all_of(pager)) == tenant.options.alerts


async def test_links_that_lost_their_filter_bring_no_row_of_another_window(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(alerts=2_500)
    wired = wire_tenant(mounted)
    mounted.faults.set("nextlink-stuck")
    pager = wired.client.pager(operation("alerts.list"))
    with pytest.raises(errors.PagingError):
        await all_of(pager)
    assert mounted.journal.count("/api/alerts") <= 4
    mounted.faults.clear()
    ids = [row.id for row in await all_of(wired.client.pager(operation("alerts.list")))]
    assert len(set(ids)) == len(ids) == 2_500
