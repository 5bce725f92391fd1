"""Authenticated scans of the pretend tenant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

BASE = "/api/DeviceAuthenticatedScanDefinitions"
AGENTS = "/api/DeviceAuthenticatedScanAgents"
WINDOWS = {
    "@odata.type": "#microsoft.windowsDefenderATP.api.WindowsAuthParams",
    "type": "Kerberos",
    "username": "svc-scan",
    "domain": "contoso.com",
    "isGmsaUser": True,
}


async def _body(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    agent = (await rows_of(client, AGENTS))[0]["machineId"]
    return {
        "scanType": "Windows",
        "scanName": "Lab",
        "isActive": True,
        "target": "127.0.0.1",
        "intervalInHours": 1,
        "targetType": "Ip",
        "scannerAgent": {"machineId": agent},
        "scanAuthenticationParams": WINDOWS,
        **changes,
    }


async def _history(client: httpx.AsyncClient, *ids: str, query: str = "") -> list[dict[str, Any]]:
    answer = await client.post(f"{BASE}/GetScanHistoryByScanDefinitionId{query}", json={"ScanDefinitionIds": ids})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["value"]
    return rows


async def test_definitions_and_agents(raw_api: httpx.AsyncClient) -> None:
    definitions = await rows_of(raw_api, BASE)
    agents = {row["machineId"]: row for row in await rows_of(raw_api, AGENTS)}
    machines = {row["id"]: row for row in await rows_of(raw_api, "/api/machines")}
    assert set(agents) <= set(machines)
    assert {row["scanType"] for row in definitions} == {"Windows", "Network"}
    assert {row["isActive"] for row in definitions} == {True, False}
    for row in definitions:
        inside = row["scannerAgent"]
        agent = agents[inside["machineId"]]
        assert inside["id"] == agent["id"]
        assert inside["machineName"] == agent["computerDnsName"] == machines[inside["machineId"]]["computerDnsName"]
        assert inside["scannerSoftwareVersion"] == agent["ScannerSoftwareVersion"]
        one = (await raw_api.get(f"{AGENTS}/{agent['id']}")).json()
        assert one["value"] == [agent]
        assert (row["latestScan"]["status"] is None) == (not row["isActive"])
    assert (await raw_api.get(f"{AGENTS}/x")).status_code == 404


async def test_history(raw_api: httpx.AsyncClient) -> None:
    definitions = await rows_of(raw_api, BASE)
    rows = await _history(raw_api, *[row["id"] for row in definitions])
    for row in definitions:
        own = [run for run in rows if run["ScanDefinitionIds"] == row["id"]]
        assert bool(own) == row["isActive"]
        if own:
            assert own[0]["LastScanned"] == row["latestScan"]["executionDateTime"]
            assert own[0]["ScanStatus"] == row["latestScan"]["status"]
            assert {run["ScannerId"] for run in own} == {row["scannerAgent"]["machineId"]}
    times = [run["LastScanned"] for run in rows]
    assert times == sorted(times, reverse=True)
    ids = [row["id"] for row in definitions]
    assert await _history(raw_api, *ids, query="?$top=5&$skip=7") == rows[7:12]
    answer = await raw_api.post(f"{BASE}/GetScanHistoryByScanDefinitionId?$top=4097", json={"ScanDefinitionIds": ids})
    assert error_of(answer)[:2] == (400, "ODataError")


async def test_history_by_session(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    from mdetui.simulator.data.tvm.scans import Scans

    scans = Scans(tenant.tenant.store)
    one = next(iter(scans.definitions.values()))
    run = scans.runs(one, tenant.tenant.ticks())[1]
    answer = await raw_api.post(f"{BASE}/GetScanHistoryBySessionId", json={"SessionIds": [run.session, "x"]})
    assert [(row["ScanDefinitionIds"], row["ScanStatus"]) for row in answer.json()["value"]] == [(one.id, run.status)]


async def test_a_definition_from_start_to_end(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    before = await rows_of(raw_api, BASE)
    answer = await raw_api.post(BASE, json=await _body(raw_api))
    assert answer.status_code == 200
    made = answer.json()
    assert made["@odata.context"].endswith("#DeviceAuthenticatedScanDefinitions/$entity")
    assert made["scanAuthenticationParams"] is None
    assert made["latestScan"] == {"status": None, "failureReason": None, "executionDateTime": None}
    assert made["createdBy"] == "mdetui-demo"
    listed = await rows_of(raw_api, BASE)
    assert len(listed) == len(before) + 1
    assert listed[-1]["scanAuthenticationParams"] == WINDOWS
    # it runs as time goes on
    assert await _history(raw_api, made["id"]) == []
    clock.advance(minutes=11)
    assert len(await _history(raw_api, made["id"])) == 1
    changed = await raw_api.patch(f"{BASE}/{made['id']}", json={"scanName": "Lab 2", "isActive": False})
    assert (changed.json()["scanName"], changed.json()["isActive"]) == ("Lab 2", False)
    assert changed.json()["target"] == "127.0.0.1"
    assert (await raw_api.post(f"{BASE}/BatchDelete", json={"ScanDefinitionIds": [made["id"]]})).status_code == 200
    assert [row["id"] for row in await rows_of(raw_api, BASE)] == [row["id"] for row in before]
    answer = await raw_api.post(f"{BASE}/BatchDelete", json={"ScanDefinitionIds": [before[0]["id"], made["id"]]})
    assert answer.status_code == 404
    assert len(await rows_of(raw_api, BASE)) == len(before)
    assert (await raw_api.patch(f"{BASE}/{made['id']}", json={"isActive": True})).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"scanType": "Linux"}, 400, "InvalidInput"),
        ({"targetType": "Range"}, 400, "InvalidInput"),
        ({"intervalInHours": 0}, 400, "InvalidRequestBody"),
        ({"isActive": "yes"}, 400, "InvalidRequestBody"),
        ({"scanName": None}, 400, "MissingRequiredParameter"),
        ({"scanAuthenticationParams": {**WINDOWS, "type": "AuthPriv"}}, 400, "InvalidRequestBody"),
        ({"scannerAgent": {"machineId": "x"}}, 404, "ResourceNotFound"),
        ({"ScanName": "x"}, 400, "InvalidRequestBody"),
    ],
)
async def test_bodies_that_are_refused(
    raw_api: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await raw_api.post(BASE, json=await _body(raw_api, **changes))
    assert error_of(answer)[:2] == (status, code)


async def test_permissions(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(roles=("Machine.Read.All",))) as client:
        body = await _body(client)
        assert (await client.get(BASE)).status_code == 200
        key = (await rows_of(client, BASE))[0]["id"]
        assert (await client.post(BASE, json=body)).status_code == 403
        assert (await client.patch(f"{BASE}/{key}", json={})).status_code == 403
        assert (await client.post(f"{BASE}/BatchDelete", json={"ScanDefinitionIds": [key]})).status_code == 403
    async with client_of(start_simulator(roles=("Software.Read.All",))) as client:
        for path in (BASE, AGENTS):
            assert (await client.get(path)).status_code == 403
