"""With the write lock closed nothing that writes leaves this host: the whole table, at every height of the stack."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mdetui.api.endpoints import OPERATIONS, Operation, operation
from mdetui.api.gate import Permit
from mdetui.errors import HostRefused, NoOperation, ReadOnly
from mdetui.simulator.mount import Mounted
from tests.wiring import BASE, Authority, Service, Wired, listed, profile, wire, wire_tenant

WRITES = [op for op in OPERATIONS.values() if not op.reads]
READS = [op for op in OPERATIONS.values() if op.reads]
VALUES = {"id": "0123456789abcdef", "ip": "10.0.0.1", "timestamp": "2026-11-24T10:00:00Z", "index": "0"}


def address(op: Operation) -> str:
    """The operation's address, as somebody who goes past the client would write it."""
    return BASE + op.path.format(**VALUES)


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def service() -> Service:
    return Service(listed([]))


@pytest.fixture
def wired(authority: Authority, service: Service) -> Wired:
    return wire(service, authority.transport)


def nothing_left(authority: Authority, service: Service) -> bool:
    return not authority.asked and not service.requests


def test_the_table_has_both_kinds() -> None:
    assert {op.id for op in WRITES} >= {"alerts.update", "alerts.batchUpdate", "machines.isolate", "machines.release"}
    assert len(READS) > len(WRITES) > 5


@pytest.mark.parametrize("op", WRITES, ids=lambda op: op.id)
async def test_no_write_passes_a_closed_lock(
    op: Operation, wired: Wired, authority: Authority, service: Service
) -> None:
    body = None if op.body is None else {"Comment": "x"}
    permits: list[Any] = [None, Permit("job", "test", "me")]
    for permit in permits:
        # through the client
        with pytest.raises(ReadOnly):
            await wired.client.send(op, path=VALUES, permit=permit)
        # past its methods
        extensions = {"operation": op, "permit": permit}
        with pytest.raises(ReadOnly):
            await wired.client._http.request(op.method, address(op), json=body, extensions=extensions)
        # past its sign-in too
        request = wired.client._http.build_request(op.method, address(op), json=body, extensions=extensions)
        with pytest.raises(ReadOnly):
            await wired.client._http._transport.handle_async_request(request)
        with pytest.raises(ReadOnly):
            await wired.client._http.send(request, auth=None)
    assert nothing_left(authority, service)
    assert not wired.log.entries


@pytest.mark.parametrize("op", WRITES, ids=lambda op: op.id)
async def test_no_write_passes_with_another_tenants_permit(
    op: Operation, wired: Wired, authority: Authority, service: Service
) -> None:
    other = wire(Service(listed([])), of=profile(name="other"))
    other.lock.open_for(30, analyst="me")
    with pytest.raises(ReadOnly, match="other"):
        await wired.client.send(op, path=VALUES, permit=other.lock.permit("job"))
    assert nothing_left(authority, service)


@pytest.mark.parametrize("op", WRITES, ids=lambda op: op.id)
async def test_a_write_passes_with_a_permit(op: Operation, wired: Wired, service: Service) -> None:
    wired.lock.open_for(30, analyst="me")
    permit = wired.lock.permit("job")
    wired.lock.close()
    assert (await wired.client.send(op, path=VALUES, permit=permit)).status == 200
    assert [request.method for request in service.requests] == [op.method]


@pytest.mark.parametrize("op", READS, ids=lambda op: op.id)
async def test_a_read_passes_without(op: Operation, wired: Wired, service: Service) -> None:
    assert (await wired.client.send(op, path=VALUES)).status == 200
    assert service.requests[0].headers["authorization"].startswith("Bearer ey")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_a_request_that_names_no_operation_is_refused(
    method: str, wired: Wired, authority: Authority, service: Service
) -> None:
    http = wired.client._http
    for extensions in ({}, {"operation": None}, {"operation": "alerts.list"}):
        with pytest.raises(NoOperation):
            await http.request(method, f"{BASE}/api/alerts", extensions=extensions)
        with pytest.raises(NoOperation):
            await http.send(http.build_request(method, f"{BASE}/api/alerts", extensions=extensions), auth=None)
    assert nothing_left(authority, service)


@pytest.mark.parametrize("op", WRITES, ids=lambda op: op.id)
@pytest.mark.parametrize("claimed", ["alerts.list", "machines.get", "alerts.get"])
async def test_a_write_that_calls_itself_a_read_is_refused(
    op: Operation, claimed: str, wired: Wired, authority: Authority, service: Service
) -> None:
    with pytest.raises(NoOperation):
        await wired.client._http.request(op.method, address(op), extensions={"operation": operation(claimed)})
    with pytest.raises(NoOperation):
        await wired.client._http.request("GET", address(op), extensions={"operation": operation("alerts.list")})
    assert nothing_left(authority, service)


@pytest.mark.parametrize(
    "base",
    ["https://evil.invalid", "http://api.test.invalid", "https://api.test.invalid:444", "https://login.test.invalid"],
)
async def test_no_token_goes_to_another_host(base: str, wired: Wired, authority: Authority, service: Service) -> None:
    extensions = {"operation": operation("alerts.list")}
    with pytest.raises(HostRefused):
        await wired.client._http.get(f"{base}/api/alerts", extensions=extensions)
    request = wired.client._http.build_request(
        "GET", f"{base}/api/alerts", headers={"Authorization": "Bearer stolen"}, extensions=extensions
    )
    with pytest.raises(HostRefused):
        await wired.client._http.send(request, auth=None)
    assert nothing_left(authority, service)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    service = Service(httpx.Response(status, headers={"location": "https://evil.invalid/api/alerts"}))
    wired = wire(service)
    with pytest.raises(Exception, match=r"redirect .*evil\.invalid"):
        await wired.client.page(operation("alerts.list"))
    assert [request.url.host for request in service.requests] == ["api.test.invalid"]


async def test_the_pretend_tenant_sees_nothing_of_a_refused_write(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    for op in WRITES:
        with pytest.raises(ReadOnly):
            await wired.client.send(op, path=VALUES)
    assert tenant.journal.count() == 0
    assert not tenant.foreign
