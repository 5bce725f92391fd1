"""Alerts made by reference, and what is written on machines."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of


async def _reference(tenant: Mounted, api: httpx.AsyncClient) -> dict[str, str]:
    """The body for an event that is there, found as hunting shows it, without the translator."""
    machine = (await rows_of(api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=1))[0]
    inner = tenant.tenant
    _, _, rows = inner.hunting._store.query(
        'SELECT "ReportId", "Timestamp" FROM DeviceProcessEvents WHERE "DeviceId" = $id LIMIT 1',
        {"id": machine["id"]},
        {"hunting_now": inner.ticks(), "hunting_since": inner.ticks() - 86_400 * 30 * 10_000_000},
    )
    return {
        "eventTime": f"{rows[0][1]:%Y-%m-%dT%H:%M:%S.%f}0Z",
        "reportId": str(rows[0][0]),
        "machineId": machine["id"],
        "severity": "Low",
        "title": "made by hand",
        "description": "as a test",
        "recommendedAction": "nothing",
        "category": "Exploit",
    }


async def test_an_alert_of_an_event(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    body = await _reference(tenant, raw_api)
    made = await raw_api.post("/api/alerts/CreateAlertByReference", json=body)
    assert made.status_code == 200, made.text
    alert = made.json()
    for key in ("machineId", "severity", "title", "description", "category"):
        assert alert[key] == body[key]
    assert (alert["status"], alert["detectionSource"]) == ("New", "CustomerTI")
    assert alert["firstEventTime"].rstrip("Z").rstrip("0") == body["eventTime"].rstrip("Z").rstrip("0")
    clock.advance(minutes=1)
    assert alert["id"] in {one["id"] for one in await rows_of(raw_api, "/api/alerts")}
    assert alert["id"] in {one["id"] for one in await rows_of(raw_api, f"/api/machines/{body['machineId']}/alerts")}
    # the same title on the same machine goes into the open one
    again = (await raw_api.post("/api/alerts/CreateAlertByReference", json=body)).json()
    assert again["id"] == alert["id"]
    await raw_api.patch(f"/api/alerts/{alert['id']}", json={"status": "Resolved"})
    third = (await raw_api.post("/api/alerts/CreateAlertByReference", json=body)).json()
    assert third["id"] != alert["id"]
    # and it has an incident of its own
    token = tenant.tenant.authority.issue("https://api.security.microsoft.com", roles=("Incident.Read.All",))
    async with client_of(tenant, token) as xdr:
        incident = (await xdr.get(f"/api/incidents/{third['incidentId']}")).json()
        assert [one["alertId"] for one in incident["alerts"]] == [third["id"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reportId": "1234567"}, 404, "ResourceNotFound"),
        ({"reportId": "x"}, 404, "ResourceNotFound"),
        ({"eventTime": "2026-03-14T00:00:00Z"}, 404, "ResourceNotFound"),
        ({"machineId": "0" * 40}, 404, "ResourceNotFound"),
        ({"severity": "Informational"}, 400, "InvalidInput"),
        ({"category": "Nonsense"}, 400, "InvalidInput"),
        ({"recommendedAction": ""}, 400, "MissingRequiredParameter"),
        ({"comment": "x"}, 400, "InvalidRequestBody"),
    ],
)
async def test_alerts_that_are_refused(
    tenant: Mounted, raw_api: httpx.AsyncClient, change: dict[str, str], status: int, code: str
) -> None:
    body = {**await _reference(tenant, raw_api), **change}
    assert error_of(await raw_api.post("/api/alerts/CreateAlertByReference", json=body))[:2] == (status, code)


async def test_fifteen_a_minute(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(quotas=True)) as api:
        answers = [(await api.post("/api/alerts/CreateAlertByReference", json={})).status_code for _ in range(16)]
        assert answers == [400] * 15 + [429]


async def _tagged(api: httpx.AsyncClient, tag: str) -> set[str]:
    answer = await api.get("/api/machines/findbytag", params={"tag": tag})
    return {row["id"] for row in answer.json()["value"]}


async def test_tags_of_many_machines(raw_api: httpx.AsyncClient) -> None:
    ids = [one["id"] for one in await rows_of(raw_api, "/api/machines", top=5)]
    path = "/api/machines/AddOrRemoveTagForMultipleMachines"
    body: dict[str, Any] = {"Value": "wave 1", "Action": "Add", "MachineIds": ids}
    answer = await raw_api.post(path, json=body)
    assert {row["id"] for row in answer.json()["value"]} == set(ids)
    assert await _tagged(raw_api, "wave 1") == set(ids)
    twice = (await raw_api.post(path, json=body)).json()["value"]
    assert all(row["machineTags"].count("wave 1") == 1 for row in twice)
    await raw_api.post(path, json={**body, "Action": "Remove"})
    assert await _tagged(raw_api, "wave 1") == set()
    for bad, status in (
        ({**body, "MachineIds": [*ids, "nope"]}, 404),
        ({**body, "MachineIds": []}, 400),
        ({**body, "MachineIds": ids * 101}, 400),
        ({**body, "Action": "add"}, 400),
        ({**body, "Value": ""}, 400),
    ):
        assert error_of(await raw_api.post(path, json=bad))[0] == status
    assert await _tagged(raw_api, "wave 1") == set()


async def test_the_value_of_a_machine(raw_api: httpx.AsyncClient) -> None:
    machine = (await rows_of(raw_api, "/api/machines", filter_="deviceValue eq 'Normal'", top=1))[0]
    path = f"/api/machines/{machine['id']}"
    assert (await raw_api.post(f"{path}/setDeviceValue", json={"DeviceValue": "High"})).json()["deviceValue"] == "High"
    assert error_of(await raw_api.post(f"{path}/setDeviceValue", json={"DeviceValue": "high"}))[1] == "InvalidInput"
    body = {"machineTags": ["a", "b", "a"], "deviceValue": "Low"}
    changed = (await raw_api.patch(path, content=json.dumps(body))).json()
    assert (changed["machineTags"], changed["deviceValue"]) == (["a", "b"], "Low")
    assert (await raw_api.get(path)).json()["machineTags"] == ["a", "b"]
    wrong: list[dict[str, Any]] = [{"machineTags": []}, {}, {"machineTags": "x"}]
    for bad in wrong:
        status, code, text = error_of(await raw_api.patch(path, json=bad))
        assert (status, code) == (400, "InvalidRequestBody")
        assert text.startswith("Currently supporting only update of")
    assert (await raw_api.get(path)).json()["machineTags"] == ["a", "b"]


async def test_only_with_the_permission(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    machine = (await rows_of(raw_api, "/api/machines", top=1))[0]["id"]
    async with client_of(tenant, tenant.tenant.authority.issue(roles=("Machine.Read.All", "Alert.Read.All"))) as api:
        for method, path in (
            ("POST", f"machines/{machine}/setDeviceValue"),
            ("PATCH", f"machines/{machine}"),
            ("POST", "machines/AddOrRemoveTagForMultipleMachines"),
            ("POST", "alerts/CreateAlertByReference"),
            ("POST", f"machines/{machine}/startInvestigation"),
        ):
            assert error_of(await api.request(method, f"/api/{path}", json={}))[:2] == (403, "Forbidden")
