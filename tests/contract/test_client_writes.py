"""Writes: sent once, and always clear about whether they were carried out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from mdetui import errors
from mdetui.api.endpoints import Operation, operation
from mdetui.api.gate import Permit
from mdetui.api.models.action import CommentBody, IsolateBody, MachineAction
from mdetui.api.models.alert import Alert, AlertUpdate
from mdetui.simulator.mount import Mounted
from tests.wiring import Authority, Service, Wired, error_body, wire, wire_tenant

ISOLATE = operation("machines.isolate")
UPDATE = operation("alerts.update")
BODY = IsolateBody(Comment="[T-1] seen beaconing", IsolationType="Full")
ACTION = {"id": "a-1", "type": "Isolate", "status": "Pending", "machineId": "m-1"}


def permit(wired: Wired) -> Permit:
    wired.lock.open_for(30, analyst="me")
    return wired.lock.permit("job-1")


async def isolate(wired: Wired) -> Any:
    return await wired.client.send(ISOLATE, path={"id": "m-1"}, body=BODY, permit=permit(wired))


async def test_a_write_is_sent_once_as_it_was_confirmed() -> None:
    service = Service(httpx.Response(201, json=ACTION))
    wired = wire(service)
    answer = await isolate(wired)
    assert (answer.status, answer.decode(ISOLATE)) == (
        201,
        MachineAction(id="a-1", type="Isolate", status="Pending", machine_id="m-1"),
    )
    (request,) = service.requests
    assert (request.method, request.url.path) == ("POST", "/api/machines/m-1/isolate")
    assert json.loads(request.content) == {"Comment": "[T-1] seen beaconing", "IsolationType": "Full"}
    assert request.headers["content-type"] == "application/json"
    assert wired.log.entries[-1].writes


async def test_what_is_not_set_is_not_sent() -> None:
    service = Service(httpx.Response(200, json={"id": "x", "status": "Resolved"}))
    wired = wire(service)
    body = AlertUpdate(status="Resolved", assigned_to="me")
    answer = await wired.client.send(UPDATE, path={"id": "x"}, body=body, permit=permit(wired))
    assert isinstance(answer.decode(UPDATE), Alert)
    assert json.loads(service.requests[0].content) == {"status": "Resolved", "assignedTo": "me"}


NEVER_LEFT = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.PoolTimeout("busy"),
    httpx.ProxyError("407"),
]
UNCLEAR = [
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
    httpx.LocalProtocolError("odd"),
    httpx.CloseError("reset"),
    ConnectionResetError("reset"),
    httpx.Response(500, json=error_body("InternalServerError")),
    httpx.Response(502, text="<html>Bad Gateway</html>"),
    httpx.Response(503, headers={"retry-after": "1"}),
    httpx.Response(504),
    httpx.Response(408),
    httpx.Response(302, headers={"location": "https://elsewhere.invalid/"}),
]
REFUSED = [
    (httpx.Response(400, json=error_body("ActiveRequestAlreadyExists", "Action is already in progress")), errors.ActionAlreadyOpen),
    (httpx.Response(400, json=error_body("OsPlatformNotSupported")), errors.BadRequest),
    (httpx.Response(403, json=error_body("Forbidden", "required (Machine.Isolate)")), errors.PermissionMissing),
    (httpx.Response(404, json=error_body("ResourceNotFound")), errors.NotFound),
    (httpx.Response(409), errors.ApiError),
    (httpx.Response(429, headers={"retry-after": "20"}, json=error_body("429")), errors.RateLimited),
]  # fmt: skip


@pytest.mark.parametrize("breaks", NEVER_LEFT, ids=repr)
async def test_a_write_that_never_left_is_not_sent(breaks: Any) -> None:
    service = Service(breaks)
    with pytest.raises(errors.NotSent):
        await isolate(wire(service))
    assert len(service.requests) == 1


@pytest.mark.parametrize("breaks", UNCLEAR, ids=repr)
async def test_a_write_without_a_clear_answer_is_unclear_and_not_repeated(breaks: Any) -> None:
    service = Service(breaks)
    wired = wire(service)
    with pytest.raises(errors.UnclearAnswer) as caught:
        await isolate(wired)
    assert len(service.requests) == 1
    assert not wired.clock.slept
    assert "machines.isolate" in caught.value.what
    assert "before sending it again" in caught.value.todo


@pytest.mark.parametrize(("answer", "kind"), REFUSED, ids=lambda value: getattr(value, "__name__", repr(value)))
async def test_a_refused_write_was_not_carried_out(answer: httpx.Response, kind: type[errors.ApiError]) -> None:
    service = Service(answer)
    wired = wire(service)
    with pytest.raises(kind) as caught:
        await isolate(wired)
    assert type(caught.value) is kind
    assert len(service.requests) == 1


async def test_a_429_on_a_write_closes_the_family_and_is_not_repeated() -> None:
    service = Service(
        httpx.Response(429, headers={"retry-after": "20"}, json=error_body("429")), httpx.Response(201, json=ACTION)
    )
    wired = wire(service)
    with pytest.raises(errors.RateLimited) as caught:
        await isolate(wired)
    assert caught.value.retry_after == 20
    assert len(service.requests) == 1
    await isolate(wired)
    assert wired.clock.slept == [20]


async def test_a_body_that_breaks_off_after_201_is_unclear() -> None:
    async def broken() -> Any:
        yield b'{"id":'
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")

    service = Service(lambda request: httpx.Response(201, content=broken()))
    with pytest.raises(errors.UnclearAnswer):
        await isolate(wire(service))
    assert len(service.requests) == 1


async def test_a_rejected_token_is_renewed_and_the_write_goes_out_then() -> None:
    """A 401 says that nothing was carried out."""
    authority = Authority()
    service = Service(httpx.Response(401, json=error_body("Unauthorized")), httpx.Response(201, json=ACTION))
    answer = await isolate(wire(service, authority.transport))
    assert answer.status == 201
    assert len(authority.forms) == 2
    assert len(service.requests) == 2


async def test_a_rejected_token_that_can_not_be_renewed_is_a_sign_in_error() -> None:
    authority = Authority([None, httpx.Response(401, json={"error": "invalid_client", "error_codes": [7000222]})])
    service = Service(httpx.Response(401, json=error_body("Unauthorized")))
    with pytest.raises(errors.SignInError):
        await isolate(wire(service, authority.transport))
    assert len(service.requests) == 1


async def test_a_cancelled_write_is_not_turned_into_something_else() -> None:
    started = asyncio.Event()

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            started.set()
            await asyncio.sleep(3600)
            raise AssertionError

    wired = wire(Hanging())
    sending = asyncio.create_task(isolate(wired))
    await started.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert wired.log.entries[-1].note == "CancelledError"


async def test_isolate_and_release_against_the_tenant(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    page = await wired.client.page(
        operation("machines.list"), query={"$filter": "osPlatform eq 'Windows11'", "$top": "1"}
    )
    machine = page.rows[0].id
    answer = await wired.client.send(ISOLATE, path={"id": machine}, body=BODY, permit=permit(wired))
    action = answer.decode(ISOLATE)
    assert (answer.status, action.type, action.status, action.machine_id) == (201, "Isolate", "Pending", machine)
    assert action.requestor_comment == BODY.Comment
    with pytest.raises(errors.ActionAlreadyOpen) as caught:
        await wired.client.send(ISOLATE, path={"id": machine}, body=BODY, permit=permit(wired))
    assert caught.value.correlation_id
    read = await wired.client.one(operation("actions.get"), path={"id": action.id})
    assert read == action
    release = operation("machines.release")
    await wired.client.send(release, path={"id": machine}, body=CommentBody("done"), permit=permit(wired))
    assert tenant.journal.count("/api/machines/", "POST") == 3


@pytest.mark.parametrize(("fault", "carried_out"), [("lost-answer", True), ("dropped-write", False)])
async def test_a_lost_answer_and_a_dropped_write_look_the_same(tenant: Mounted, fault: str, carried_out: bool) -> None:
    wired = wire_tenant(tenant)
    page = await wired.client.page(
        operation("machines.list"), query={"$filter": "osPlatform eq 'Windows11'", "$top": "1"}
    )
    machine = page.rows[0].id
    tenant.faults.set(fault, path="/api/machines/")
    with pytest.raises(errors.UnclearAnswer):
        await wired.client.send(ISOLATE, path={"id": machine}, body=BODY, permit=permit(wired))
    tenant.faults.clear()
    assert tenant.journal.count(f"/api/machines/{machine}/isolate", "POST") == 1
    actions: Operation = operation("actions.list")
    open_ones = await wired.client.page(actions, query={"$filter": f"machineId eq '{machine}' and status eq 'Pending'"})
    assert bool(open_ones.rows) is carried_out
