"""The client's table of operations and the pretend tenant, each made from the documentation, against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

import httpx
import pytest

from mdetui.api.endpoints import FAMILIES, OPERATIONS, Operation
from mdetui.simulator.mount import Mounted
from mdetui.simulator.quotas import LIMITS
from tests.conftest import StartSimulator
from tests.simulated import client_of, rows_of

_AUDIENCES = {
    "mde": "https://api.securitycenter.microsoft.com",
    "xdr": "https://api.security.microsoft.com",
    "graph": "https://graph.microsoft.com",
}
_NEEDS = re.compile(r"API required (?:roles|scopes): (.*), (?:application roles|user scopes): ")


async def _ids(tenant: Mounted) -> dict[str, str]:
    async with client_of(tenant) as api:
        kinds = ("alerts", "machines", "machineactions")
        return {kind: str((await rows_of(api, f"/api/{kind}", top=1))[0]["id"]) for kind in kinds}


def _path(op: Operation, ids: dict[str, str]) -> str:
    path = op.path.replace("{ip}", "10.1.1.1").replace("{timestamp}", "2026-03-14T09:00:00Z").replace("{index}", "0")
    return re.sub(r"\{\w+\}", ids.get(path.split("/")[2], "x"), path)


async def _ask(api: httpx.AsyncClient, op: Operation, ids: dict[str, str]) -> httpx.Response:
    return await api.request(op.method, _path(op, ids), json=None if op.method == "GET" else {})


async def test_every_operation_is_served_and_asks_for_its_permissions(tenant: Mounted) -> None:
    ids = await _ids(tenant)
    issue = tenant.tenant.authority.issue
    for audience, host in _AUDIENCES.items():
        async with client_of(tenant, issue(host, roles=("Nothing",))) as api:
            for op in [one for one in OPERATIONS.values() if one.audience == audience]:
                answer = await _ask(api, op, ids)
                assert answer.status_code == 403, (op.id, answer.text)
                needs = _NEEDS.search(answer.json()["error"]["message"])
                assert needs, op.id
                assert set(needs[1].split(",")) == set(op.application), op.id


async def test_each_permission_alone_is_enough(tenant: Mounted) -> None:
    ids = await _ids(tenant)
    issue = tenant.tenant.authority.issue
    by_token: dict[tuple[str, str, bool], list[Operation]] = {}
    for op in OPERATIONS.values():
        for names, person in ((op.application, False), (op.delegated, True)):
            for name in names:
                by_token.setdefault((op.audience, name, person), []).append(op)
    for (audience, name, person), ops in by_token.items():
        host = _AUDIENCES[audience]
        token = issue(host, scopes=(name,)) if person else issue(host, roles=(name,))
        async with client_of(tenant, token) as api:
            for op in _few(ops):
                answer = await _ask(api, op, ids)
                assert answer.status_code not in (401, 403, 405), (op.id, name, answer.text)


def _few(ops: Iterable[Operation]) -> list[Operation]:
    """All but those that make megabytes: their permission was asked about by name already."""
    return [op for op in ops if "ByMachine" not in op.path]


@pytest.mark.parametrize("family", sorted(FAMILIES))
async def test_families_have_the_same_limits(start_simulator: StartSimulator, family: str) -> None:
    """What the tenant counts a request under, found by using its minute up; the client's hour is compared by number."""
    ops = [op for op in OPERATIONS.values() if op.family == family]
    assert ops, family
    minute = FAMILIES[family].minute
    if minute is None or minute >= 100:
        return
    tenant = start_simulator(quotas=True, alerts=5, machines=5)
    # the quota is counted before the permission
    token = tenant.tenant.authority.issue(_AUDIENCES[ops[0].audience], roles=("Nothing",))
    async with client_of(tenant, token) as api:
        answers = [(await _ask(api, ops[0], {})).status_code for _ in range(minute + 1)]
    assert (answers.count(403), answers[-1]) == (minute, 429)
    hour = FAMILIES[family].hour
    assert hour is None or (minute, hour) in LIMITS.values()
