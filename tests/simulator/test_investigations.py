"""Investigations of the pretend tenant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of, token_of

_OPEN = ("Running", "Queued", "PendingApproval", "PendingResource")


async def test_investigations_and_alerts_hold_each_other(raw_api: httpx.AsyncClient) -> None:
    alerts = await rows_of(raw_api, "/api/alerts")
    by_id: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts:
        if alert["investigationId"]:
            by_id.setdefault(str(alert["investigationId"]), []).append(alert)
    found = {one["id"]: one for one in await rows_of(raw_api, "/api/investigations")}
    assert set(found) == set(by_id)
    assert len(found) > 20
    for key, mine in by_id.items():
        one = found[key]
        first = min(mine, key=lambda alert: str(alert["alertCreationTime"]))
        assert one["triggeringAlertId"] == first["id"]
        assert (one["machineId"], one["computerDnsName"]) == (first["machineId"], first["computerDnsName"])
        assert {alert["investigationState"] for alert in mine} == {one["state"]}
        assert (one["endTime"] is None) == (one["state"] in _OPEN)
        assert one["endTime"] is None or one["startTime"] < one["endTime"]
        assert (await raw_api.get(f"/api/investigations/{key}")).json()["machineId"] == one["machineId"]


async def test_filters_and_pages(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(page_size=10)
    async with client_of(tenant) as api:
        every = await rows_of(api, "/api/investigations", top=10_000)
        one = every[3]
        for text, keep in (
            (
                f"machineId eq '{one['machineId']}'",
                {row["id"] for row in every if row["machineId"] == one["machineId"]},
            ),
            (f"triggeringAlertId eq '{one['triggeringAlertId']}'", {one["id"]}),
            (f"id eq '{one['id']}'", {one["id"]}),
            ("state eq 'Running'", {row["id"] for row in every if row["state"] == "Running"}),
            ("startTime ge 2026-03-01T00:00:00Z", {row["id"] for row in every if row["startTime"] >= "2026-03-01"}),
        ):
            rows = await rows_of(api, "/api/investigations", top=10_000, filter_=text)
            assert {row["id"] for row in rows} == keep
            assert keep
        assert error_of(await api.get("/api/investigations?$filter=computerDnsName eq 'x'"))[:2] == (400, "ODataError")
        body = (await api.get("/api/investigations")).json()
        assert len(body["value"]) == 10
        second = (await api.get(body["@odata.nextLink"])).json()
        assert not {row["id"] for row in body["value"]} & {row["id"] for row in second["value"]}


async def test_one_that_is_started_runs_and_ends(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = (await rows_of(raw_api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=1))[0]
    answer = await raw_api.post(f"/api/machines/{machine['id']}/startInvestigation", json={"Comment": "look"})
    started = answer.json()
    assert answer.status_code == 201
    assert (started["state"], started["endTime"], started["machineId"]) == ("Running", None, machine["id"])
    assert started["id"] in {one["id"] for one in await rows_of(raw_api, "/api/investigations")}
    clock.advance(minutes=15)
    ended = (await raw_api.get(f"/api/investigations/{started['id']}")).json()
    assert ended["state"] in ("Benign", "SuccessfullyRemediated")
    assert ended["endTime"]


@pytest.mark.parametrize(
    ("system", "body", "code"),
    [
        ("Linux", {"Comment": "x"}, "OsPlatformNotSupported"),
        ("Windows11", {}, "MissingRequiredParameter"),
        ("Windows11", {"comment": "x"}, "InvalidRequestBody"),
    ],
)
async def test_what_is_refused(raw_api: httpx.AsyncClient, system: str, body: dict[str, str], code: str) -> None:
    machine = (await rows_of(raw_api, "/api/machines", filter_=f"osPlatform eq '{system}'", top=1))[0]
    answer = await raw_api.post(f"/api/machines/{machine['id']}/startInvestigation", json=body)
    assert error_of(answer)[:2] == (400, code)
    assert error_of(await raw_api.get("/api/investigations/1"))[:2] == (404, "ResourceNotFound")
    assert error_of(await raw_api.post("/api/machines/nope/startInvestigation", json={"Comment": "x"}))[0] == 404


async def test_fifty_an_hour(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(quotas=True)
    async with client_of(tenant) as api:
        machine = (await rows_of(api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=1))[0]
        path = f"/api/machines/{machine['id']}/startInvestigation"
        answers = [await api.post(path, json={"Comment": "x"}) for _ in range(51)]
        assert [one.status_code for one in answers] == [201] * 50 + [429]
        assert "50 per 01:00:00" in answers[-1].text
        clock.advance(minutes=61)
        api.headers["Authorization"] = f"Bearer {token_of(tenant)}"
        assert (await api.post(path, json={"Comment": "x"})).status_code == 201
