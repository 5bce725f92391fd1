"""Reads: renewed tokens, repeats, quotas, and what is said when it does not work."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from mdetui import errors
from mdetui.api import transport
from mdetui.api.decode import Page
from mdetui.api.endpoints import operation
from mdetui.api.models.alert import Alert
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.wiring import Authority, RushingClock, Service, error_body, listed, wire, wire_tenant

ALERTS = operation("alerts.list")
ALERT = operation("alerts.get")
MACHINES = operation("machines.list")


async def test_an_entity_and_a_list_by_the_table() -> None:
    service = Service(httpx.Response(200, json={"id": "a1", "title": "x"}), listed([{"id": "a2"}]))
    client = wire(service).client
    alert = await client.fetch(ALERT, path={"id": "a1"})
    assert isinstance(alert, Alert)
    page = await client.fetch(ALERTS, query={"$top": "5", "$filter": "title eq 'a+b & c'"})
    assert isinstance(page, Page)
    assert service.paths == [
        "/api/alerts/a1",
        "/api/alerts?$top=5&$filter=title%20eq%20%27a%2Bb%20%26%20c%27",
    ]


async def test_what_a_request_carries() -> None:
    service = Service(
        httpx.Response(
            200, json={"id": "a1"}, headers={"mise-correlation-id": "m-1", "date": "Tue, 24 Nov 2026 14:00:00 GMT"}
        )
    )
    wired = wire(service)
    answer = await wired.client.send(ALERT, path={"id": "a1"})
    headers = service.requests[0].headers
    assert headers["x-ms-client-request-id"] == answer.request_id
    assert headers["user-agent"].startswith("mdetui/")
    assert headers["accept"] == "application/json"
    assert (answer.status, answer.correlation_id) == (200, "m-1")
    assert answer.server_date == "Tue, 24 Nov 2026 14:00:00 GMT"
    assert wired.client.skew == datetime(2026, 11, 24, 14, tzinfo=UTC) - wired.clock.now()
    assert "content" not in repr(answer)


async def test_twenty_reads_with_a_revoked_token_make_one_renewal(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    await wired.client.page(ALERTS, query={"$top": "1"})
    before = tenant.journal.count("/", "POST")
    tenant.tenant.authority.revoke()
    pages = await asyncio.gather(*(wired.client.page(ALERTS, query={"$top": "1"}) for _ in range(20)))
    assert all(len(page.rows) == 1 for page in pages)
    assert tenant.journal.count("/", "POST") - before == 1
    statuses = [asked.status for asked in tenant.journal.entries("/api/alerts")]
    assert statuses.count(401) == 20
    assert statuses.count(200) == 21
    # each of them is in the log, and was counted
    assert len(wired.log.entries) == 41
    assert wired.quotas.use("default")[0] == 41


async def test_a_401_is_answered_with_one_new_token_and_then_with_an_error() -> None:
    authority = Authority()
    service = Service(httpx.Response(401, json=error_body("Unauthorized", "Lifetime validation failed")))
    wired = wire(service, authority.transport)
    with pytest.raises(errors.TokenRejected) as caught:
        await wired.client.fetch(ALERT, path={"id": "x"})
    assert len(service.requests) == 2
    assert len(authority.forms) == 2
    assert caught.value.correlation_id == "t-1"


@pytest.mark.parametrize("reason", ["No Tvm license", "Account mode is inactive"])
async def test_a_licence_refusal_asks_for_no_new_token(reason: str) -> None:
    authority = Authority()
    service = Service(
        httpx.Response(401, json=error_body("Unauthorized", f"Unauthorized request - reason of failure: {reason}"))
    )
    wired = wire(service, authority.transport)
    for _ in range(3):
        with pytest.raises(errors.LicenceRefused):
            await wired.client.fetch(ALERT, path={"id": "x"})
    assert len(service.requests) == 3
    assert len(authority.forms) == 1


async def test_no_token_means_no_request() -> None:
    service = Service(listed([]))
    wired = wire(service, Authority([httpx.Response(401, json={"error": "invalid_client"})]).transport)
    with pytest.raises(errors.SignInError):
        await wired.client.fetch(ALERTS)
    assert not service.requests


BREAKS: list[Any] = [
    httpx.Response(500, json=error_body("InternalServerError")),
    httpx.Response(502, text="<html>Bad Gateway</html>"),
    httpx.Response(503),
    httpx.Response(504, json=error_body("UnknownError", "")),
    httpx.Response(408),
    httpx.ReadTimeout("slow"),
    httpx.ConnectTimeout("slow"),
    httpx.ConnectError("refused"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
    ConnectionResetError("reset"),
]


@pytest.mark.parametrize("breaks", BREAKS, ids=repr)
async def test_a_read_is_tried_four_times_at_most(breaks: Any) -> None:
    service = Service(breaks)
    wired = wire(service)
    with pytest.raises((errors.ServiceDown, errors.NetworkError)) as caught:
        await wired.client.fetch(ALERTS)
    assert len(service.requests) == 4
    assert [entry.attempt for entry in wired.log.entries] == [1, 2, 3, 4]
    assert len({request.headers["x-ms-client-request-id"] for request in service.requests}) == 1
    assert [0.25 <= slept <= 3 for slept in wired.clock.slept] == [True] * 3
    assert wired.clock.slept[0] < wired.clock.slept[2]
    assert "try 2 of 4" in wired.log.entries[0].note
    assert caught.value.todo


@pytest.mark.parametrize("breaks", BREAKS, ids=repr)
async def test_a_read_goes_on_when_it_works_again(breaks: Any) -> None:
    service = Service(breaks, breaks, listed([{"id": "1"}]))
    wired = wire(service)
    assert len((await wired.client.fetch(ALERTS)).rows) == 1
    assert len(service.requests) == 3


async def test_what_will_not_work_is_not_tried_again() -> None:
    for breaks, words in (
        (
            httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
            "certificate is not trusted",
        ),
        (httpx.ProxyError("407 Proxy Authentication Required"), "proxy wants a name and a password"),
        (httpx.Response(400, json=error_body("ODataError", "Could not find a property named 'x'")), "named 'x'"),
        (httpx.Response(403, json=error_body("Forbidden", "required (Alert.Read.All)")), "Alert.Read.All"),
        (httpx.Response(200, text="<html>Sign in to the hotel</html>"), "is a web page"),
        (httpx.Response(200, text='{"value":[{"id":'), "breaks off"),
    ):
        service = Service(breaks)
        with pytest.raises(errors.WireError, match=words):
            await wire(service).client.fetch(ALERTS)
        assert len(service.requests) == 1


async def test_a_request_that_never_left_says_so() -> None:
    with pytest.raises(errors.NotSent):
        await wire(Service(httpx.ConnectError("refused"))).client.fetch(ALERTS)
    with pytest.raises(errors.NetworkError) as caught:
        await wire(Service(httpx.ReadTimeout("slow"))).client.fetch(ALERTS)
    assert not isinstance(caught.value, errors.NotSent)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (httpx.Response(429, headers={"retry-after": "8"}, json=error_body("429")), 8),
        (httpx.Response(429, json=error_body("429", "You can send requests again in 12 seconds.")), 12),
        (httpx.Response(429, json=error_body("TooManyRequests", "maximum allowed 45 per 00:01:00")), 2),
    ],
)
async def test_a_429_is_waited_out_and_counted_down(answer: httpx.Response, seconds: float) -> None:
    clock = HeldClock()
    service = Service(answer, listed([{"id": "1"}]))
    wired = wire(service, clock=clock)
    reading = asyncio.create_task(wired.client.fetch(ALERTS))
    while not clock.slept:  # noqa: ASYNC110 -- a held clock has no event for it
        await asyncio.sleep(0.001)
    wait = wired.client.waiting
    assert wait is not None
    assert (wait.until - clock.now()).total_seconds() == seconds
    assert "429" in wait.why
    assert "again in" in wired.log.entries[0].note
    # nobody else of that family goes out meanwhile, other families do
    other = asyncio.create_task(wired.client.fetch(ALERTS))
    await wired.client.send(operation("machines.vulnerabilities"), path={"id": "m"})
    await asyncio.sleep(0.01)
    assert not reading.done()
    assert not other.done()
    clock.advance(seconds)
    assert len((await reading).rows) == 1
    await other
    assert wired.client.waiting is None


async def test_a_429_without_end_is_an_error() -> None:
    service = Service(httpx.Response(429, json=error_body("429")))
    wired = wire(service)
    with pytest.raises(errors.RateLimited):
        await wired.client.fetch(ALERTS)
    assert len(service.requests) == 4
    assert wired.clock.slept == [2, 4, 8]


async def test_the_real_quota_of_the_tenant(start_simulator: StartSimulator) -> None:
    clock = RushingClock()
    mounted = start_simulator(quotas=True, clock=clock)
    wired = wire_tenant(mounted, clock)
    for _ in range(130):
        await wired.client.page(ALERTS, query={"$top": "1"})
    statuses = [asked.status for asked in mounted.journal.entries("/api/alerts")]
    # our own log kept us from ever meeting the service's
    assert statuses == [200] * 130
    assert sum(clock.slept) >= 59


async def test_an_answer_that_does_not_end_is_given_up() -> None:
    async def endless() -> Any:
        while True:
            yield b"x" * 1_000_000

    service = Service(lambda request: httpx.Response(200, content=endless()))
    with pytest.raises(errors.BadAnswer, match="larger than 64 MB"):
        await wire(service).client.fetch(ALERTS)
    assert len(service.requests) == 1


async def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BODY_SECONDS", 0.05)

    async def drip() -> Any:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    service = Service(lambda request: httpx.Response(200, content=drip()))
    with pytest.raises(errors.NetworkError, match="in time"):
        await wire(service).client.fetch(ALERTS)
    assert len(service.requests) == 4


async def test_a_whole_collection_that_is_empty_may_be_a_404() -> None:
    service = Service(httpx.Response(404, json=error_body("NotFound")))
    client = wire(service).client
    assert (await client.fetch(MACHINES)).rows == []
    with pytest.raises(errors.NotFound):
        await client.fetch(operation("machines.users"), path={"id": "m"})


async def test_the_log_holds_every_request_and_no_secret() -> None:
    authority = Authority()
    service = Service(httpx.Response(401, json=error_body("Unauthorized")), httpx.Response(503), listed([{"id": "1"}]))
    wired = wire(service, authority.transport)
    heard: list[int | None] = []
    wired.log.subscribe(lambda entry: heard.append(entry.status))
    await wired.client.fetch(ALERTS, query={"$top": "1"}, urgent=False)
    assert [entry.status for entry in wired.log.entries] == [401, 503, 200]
    last = wired.log.entries[-1]
    assert (last.method, last.path, last.operation, last.family) == (
        "GET",
        "/api/alerts?$top=1",
        "alerts.list",
        "default",
    )
    assert (last.use, last.attempt, last.size, last.writes) == ((3, 3), 2, len(b'{"value":[{"id":"1"}]}'), False)
    assert None in heard
    shown = repr(list(wired.log.entries))
    for request in service.requests:
        assert request.headers["authorization"].removeprefix("Bearer ") not in shown
    assert wired.log.total == 3


async def test_raw_deflate_bodies_are_unpacked(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    answer = await wired.client.send(ALERTS, query={"$top": "3"})
    assert answer.content.startswith(b'{"@odata.context"')
    assert len((await wired.client.page(ALERTS, query={"$top": "3"})).rows) == 3


@pytest.mark.parametrize(
    ("fault", "arg", "kind"),
    [
        ("html", "", errors.WireError),
        ("truncated", "", errors.WireError),
        ("forbidden", "Alert.ReadWrite.All", errors.PermissionMissing),
        ("licence", "", errors.LicenceRefused),
        ("500", "", errors.ServiceDown),
        ("reset", "", errors.NetworkError),
    ],
)
async def test_faults_of_the_tenant_are_told_apart(
    tenant: Mounted, fault: str, arg: str, kind: type[errors.MdetuiError]
) -> None:
    wired = wire_tenant(tenant, RushingClock(tenant.options.clock.now()))
    tenant.faults.set(fault, arg, path="/api/alerts")
    with pytest.raises(kind) as caught:
        await wired.client.page(ALERTS, query={"$top": "3"})
    assert "alerts.list" in str(caught.value)
    tenant.faults.clear()
    assert (await wired.client.page(ALERTS, query={"$top": "3"})).rows


async def test_schema_drift_and_hostile_rows_are_read(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    for fault in ("schema-drift", "hostile"):
        tenant.faults.set(fault)
        page = await wired.client.page(ALERTS, query={"$top": "200"})
        assert len(page.rows) == 200
        for index in range(0, 200, 7):
            assert page.raw.row(index)
        tenant.faults.clear()
