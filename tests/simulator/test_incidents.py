"""Incidents of the pretend tenant, as Defender XDR tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

_XDR = "https://api.security.microsoft.com"


def xdr_client(tenant: Mounted, *roles: str) -> httpx.AsyncClient:
    """A client with a token for Defender XDR."""
    return client_of(tenant, tenant.tenant.authority.issue(_XDR, roles=roles or ("Incident.ReadWrite.All",)))


@pytest.fixture
async def xdr(tenant: Mounted) -> AsyncIterator[httpx.AsyncClient]:
    async with xdr_client(tenant) as client:
        yield client


async def _all(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    url = "/api/incidents"
    while url:
        body = (await api.get(url)).json()
        out += body["value"]
        url = body.get("@odata.nextLink", "")
    return out


async def test_incidents_and_alerts_hold_each_other(xdr: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    alerts = await rows_of(raw_api, "/api/alerts", expand="evidence")
    by_incident: dict[int, dict[str, Any]] = {}
    for alert in alerts:
        by_incident.setdefault(alert["incidentId"], {})[alert["id"]] = alert
    incidents = {one["incidentId"]: one for one in await _all(xdr)}
    assert {number for number, one in incidents.items() if one["alerts"]} == set(by_incident)
    for number, known in by_incident.items():
        inside = {one["alertId"]: one for one in incidents[number]["alerts"]}
        assert set(inside) == set(known)
        for key, alert in known.items():
            other = inside[key]
            assert other["devices"][0]["mdatpDeviceId"] == alert["machineId"]
            assert other["devices"][0]["deviceDnsName"] == alert["computerDnsName"]
            same = ("title", "severity", "status", "incidentId", "investigationId", "assignedTo", "category")
            assert {name: other[name] for name in same} == {name: alert[name] for name in same}
            assert [one["sha1"] for one in other["entities"]] == [one["sha1"] for one in alert["evidence"]]


async def test_an_incident_sums_its_alerts_up(xdr: httpx.AsyncClient) -> None:
    order = ["UnSpecified", "Informational", "Low", "Medium", "High"]
    statuses = set()
    for one in await _all(xdr):
        if not one["alerts"]:
            continue
        assert one["severity"] == max((alert["severity"] for alert in one["alerts"]), key=order.index)
        assert one["createdTime"] == min(alert["creationTime"] for alert in one["alerts"])
        assert (one["status"] == "Resolved") == all(alert["status"] == "Resolved" for alert in one["alerts"])
        assert one["incidentName"]
        statuses.add(one["status"])
    assert statuses == {"Active", "InProgress", "Resolved"}


async def test_some_were_merged_into_others(xdr: httpx.AsyncClient) -> None:
    incidents = {one["incidentId"]: one for one in await _all(xdr)}
    merged = [one for one in incidents.values() if one["status"] == "Redirected"]
    assert merged
    for one in merged:
        assert one["alerts"] == []
        assert incidents[one["redirectIncidentId"]]["status"] != "Redirected"
    answer = await xdr.patch(f"/api/incidents/{merged[0]['incidentId']}", json={"status": "Resolved"})
    assert error_of(answer)[:2] == (400, "BadRequest")


async def test_newest_first_in_pages_of_a_hundred(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(alerts=900)
    async with xdr_client(tenant) as api:
        first = (await api.get("/api/incidents")).json()
        assert len(first["value"]) == 100
        assert "$skip=100" in first["@odata.nextLink"]
        every = await _all(api)
        times = [one["createdTime"][:19] for one in every]
        assert times == sorted(times, reverse=True)
        assert len({one["incidentId"] for one in every}) == len(every) > 200
        top = await rows_of(api, "/api/incidents", top=7, skip=3)
        assert [one["incidentId"] for one in top] == [one["incidentId"] for one in every[3:10]]
        assert error_of(await api.get("/api/incidents", params={"$top": 101}))[0] == 400


async def test_filters(xdr: httpx.AsyncClient) -> None:
    every = await _all(xdr)
    keepers: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
        ("status eq 'Active'", lambda one: one["status"] == "Active"),
        ("assignedTo eq 'j.ito@contoso.com'", lambda one: one["assignedTo"] == "j.ito@contoso.com"),
        ("lastUpdateTime ge 2026-03-01T00:00:00Z", lambda one: one["lastUpdateTime"] >= "2026-03-01"),
        ("createdTime lt 2026-02-01T00:00:00Z", lambda one: one["createdTime"] < "2026-02-01"),
    ]
    for text, keep in keepers:
        found = await rows_of(xdr, "/api/incidents", filter_=text, top=100)
        want = [one["incidentId"] for one in every if keep(one)][:100]
        assert [one["incidentId"] for one in found] == want
        assert want
    answer = await xdr.get("/api/incidents", params={"$filter": "severity eq 'High'"})
    assert error_of(answer)[:2] == (400, "ODataError")


async def test_a_change_reaches_the_alerts(xdr: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    one = (await rows_of(xdr, "/api/incidents", filter_="status eq 'Active'", top=1))[0]
    body = {
        "status": "Resolved",
        "assignedTo": "ana@contoso.com",
        "classification": "TruePositive",
        "determination": "CompromisedAccount",
        "tags": ["INC-1", "it's"],
        "comment": "done",
    }
    answer = await xdr.patch(f"/api/incidents/{one['incidentId']}", json=body)
    assert answer.status_code == 200
    for got in (answer.json(), (await xdr.get(f"/api/incidents/{one['incidentId']}")).json()):
        assert {name: got[name] for name in body if name != "comment"} == {
            k: v for k, v in body.items() if k != "comment"
        }
        assert got["comments"][0]["comment"] == "done"
        assert got["comments"][0]["createdBy"] == "mdetui-demo"
        assert got["lastUpdateTime"] == "2026-03-14T09:26:53Z"
        assert {alert["status"] for alert in got["alerts"]} == {"Resolved"}
    for alert in await rows_of(raw_api, "/api/alerts", filter_=f"incidentId eq {one['incidentId']}"):
        assert (alert["status"], alert["assignedTo"]) == ("Resolved", "ana@contoso.com")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "New"},
        {"classification": "TruePositive", "determination": "Clean"},
        {"determination": "CompromisedUser"},
        {"tags": "x"},
        {"Status": "Active"},
    ],
)
async def test_changes_that_are_refused(xdr: httpx.AsyncClient, body: dict[str, Any]) -> None:
    one = (await rows_of(xdr, "/api/incidents", top=1))[0]
    assert error_of(await xdr.patch(f"/api/incidents/{one['incidentId']}", json=body))[0] == 400


async def test_the_unknown(xdr: httpx.AsyncClient) -> None:
    for key in ("1", "x", "9" * 30):
        assert error_of(await xdr.get(f"/api/incidents/{key}"))[:2] == (404, "ResourceNotFound")
        assert error_of(await xdr.patch(f"/api/incidents/{key}", json={"comment": "x"}))[0] == 404


async def test_only_its_own_audience_and_permissions(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    assert error_of(await raw_api.get("/api/incidents"))[:2] == (401, "Unauthorized")
    async with xdr_client(tenant) as api:
        assert error_of(await api.get("/api/alerts"))[:2] == (401, "Unauthorized")
    async with xdr_client(tenant, "Incident.Read.All") as api:
        one = (await rows_of(api, "/api/incidents", top=1))[0]
        status, _, text = error_of(await api.patch(f"/api/incidents/{one['incidentId']}", json={"comment": "x"}))
        assert (status, "Incident.ReadWrite.All" in text) == (403, True)
    async with xdr_client(tenant, "AdvancedHunting.Read.All") as api:
        assert error_of(await api.get("/api/incidents"))[:2] == (403, "Forbidden")


async def test_fifty_a_minute(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(quotas=True, alerts=20)
    async with xdr_client(tenant) as api:
        answers = [(await api.get("/api/incidents", params={"$top": 1})).status_code for _ in range(51)]
        assert (answers.count(200), answers[-1]) == (50, 429)
        # one incident is counted apart
        assert (await api.get("/api/incidents/1")).status_code == 404
