"""Indicators of the pretend tenant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID
from tests.clocks import HeldClock
from tests.simulated import client_of, error_of, rows_of

_GOOD: dict[str, Any] = {
    "indicatorValue": "203.0.113.77",
    "indicatorType": "IpAddress",
    "action": "Block",
    "title": "made by a test",
    "description": "d",
    "severity": "High",
    "generateAlert": True,
}


async def test_forty_of_which_some_expired_and_some_are_in_evidence(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/indicators")
    assert len(rows) == len({row["id"] for row in rows}) == 40
    expired = [row for row in rows if row["expirationTime"] and row["expirationTime"] < "2026-03-14"]
    assert 0 < len(expired) < 10
    kinds = {row["indicatorType"] for row in rows}
    assert kinds == {"FileSha1", "FileMd5", "FileSha256", "CertificateThumbprint", "IpAddress", "DomainName", "Url"}
    assert {row["action"] for row in rows} >= {
        "Allowed",
        "Audit",
        "Warn",
        "Block",
        "BlockAndRemediate",
        "AlertAndBlock",
    }
    seen = 0
    for row in rows:
        if row["indicatorType"] == "FileSha1":
            seen += len(await rows_of(raw_api, f"/api/files/{row['indicatorValue']}/alerts"))
        if row["indicatorType"] == "DomainName":
            seen += len(await rows_of(raw_api, f"/api/domains/{row['indicatorValue']}/alerts"))
    assert seen


async def test_filters(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/indicators")
    for text, keep in (
        ("action eq 'Block'", {row["id"] for row in rows if row["action"] == "Block"}),
        ("generateAlert eq true", {row["id"] for row in rows if row["generateAlert"]}),
        ("severity eq null", {row["id"] for row in rows if row["severity"] is None}),
        ("rbacGroupNames/any(g: g eq 'Servers')", {row["id"] for row in rows if row["rbacGroupNames"] == ["Servers"]}),
        (
            "expirationTime lt 2026-03-14T00:00:00Z",
            {row["id"] for row in rows if row["expirationTime"] and row["expirationTime"] < "2026-03-14"},
        ),
        (f"indicatorValue eq '{rows[0]['indicatorValue']}'", {rows[0]["id"]}),
        ("startswith(title,'Loader')", {row["id"] for row in rows if row["title"].startswith("Loader")}),
    ):
        assert {row["id"] for row in await rows_of(raw_api, "/api/indicators", filter_=text)} == keep
        assert keep
    answer = await raw_api.get("/api/indicators", params={"$filter": "description eq 'x'"})
    assert error_of(answer)[:2] == (400, "ODataError")


async def test_a_second_one_of_a_value_changes_the_first(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    made = (await raw_api.post("/api/indicators", json={**_GOOD, "application": "a"})).json()
    assert made["createdBy"] == CLIENT_ID
    clock.advance(minutes=3)
    changed = (await raw_api.post("/api/indicators", json={**_GOOD, "action": "Warn", "application": "b"})).json()
    assert (changed["id"], changed["action"], changed["application"]) == (made["id"], "Warn", "a")
    assert changed["creationTimeDateTimeUtc"] == made["creationTimeDateTimeUtc"] < changed["lastUpdateTime"]
    assert len(await rows_of(raw_api, "/api/indicators")) == 41
    assert (await raw_api.delete(f"/api/indicators/{made['id']}")).status_code == 204
    assert error_of(await raw_api.delete(f"/api/indicators/{made['id']}"))[:2] == (404, "ResourceNotFound")
    assert len(await rows_of(raw_api, "/api/indicators")) == 40


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"indicatorValue": "10.0.0.0/8"}, "InvalidIpAddress"),
        ({"indicatorType": "FileSha1"}, "InvalidHashValue"),
        ({"indicatorType": "DomainName", "indicatorValue": "x"}, "InvalidDomainName"),
        ({"indicatorType": "Url", "indicatorValue": "https://"}, "InvalidUrl"),
        ({"indicatorType": "Ip"}, "InvalidInput"),
        ({"title": ""}, "MissingRequiredParameter"),
        ({"severity": None}, "MissingRequiredParameter"),
        ({"action": "Audit", "generateAlert": False}, "BadRequest"),
        ({"action": "BlockAndRemediate"}, "BadRequest"),
        ({"expirationTime": "2026-03-01T00:00:00Z"}, "BadRequest"),
        ({"expirationTime": "soon"}, "InvalidInput"),
        ({"rbacGroupNames": ["nobody"]}, "BadRequest"),
        ({"IndicatorValue": "x"}, "InvalidRequestBody"),
    ],
)
async def test_what_is_refused(raw_api: httpx.AsyncClient, change: dict[str, Any], code: str) -> None:
    assert error_of(await raw_api.post("/api/indicators", json={**_GOOD, **change}))[:2] == (400, code)


async def test_an_import_tells_its_failures_inside(raw_api: httpx.AsyncClient) -> None:
    old = {**_GOOD, "indicatorValue": "203.0.113.78", "expirationTime": "2020-01-01T00:00:00Z"}
    rows: list[Any] = [_GOOD, old, {"indicatorValue": "x"}, 7]
    answer = await raw_api.post("/api/indicators/import", json={"Indicators": rows})
    results = answer.json()["value"]
    assert answer.status_code == 200
    assert [one["isFailed"] for one in results] == [False, True, True, True]
    assert results[1]["failureReason"].startswith("Indicator 203.0.113.78 is inactive.")
    assert (results[0]["indicator"], results[0]["failureReason"], results[1]["id"]) == ("203.0.113.77", None, None)
    too_many = await raw_api.post("/api/indicators/import", json={"Indicators": [_GOOD] * 501})
    assert error_of(too_many)[:2] == (400, "MaximumBatchSizeExceeded")
    assert error_of(await raw_api.post("/api/indicators/import", json={"Indicators": []}))[0] == 400


async def test_fifteen_thousand_at_most(raw_api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = await rows_of(raw_api, "/api/indicators")
    active = sum(not row["expirationTime"] or row["expirationTime"] > "2026-03-14" for row in rows)
    monkeypatch.setattr("mdetui.simulator.routes.indicators.CAPACITY", active + 1)
    result = (await raw_api.post("/api/indicators/import", json={"Indicators": [_GOOD] * 2})).json()["value"]
    assert [one["isFailed"] for one in result] == [False, False]
    other = {**_GOOD, "indicatorValue": "203.0.113.79"}
    result = (await raw_api.post("/api/indicators/import", json={"Indicators": [other]})).json()["value"]
    assert result[0]["failureReason"].startswith(f"Max capacity exceeded. Current Total: {active + 1}, ")


async def test_deleting_many_is_all_or_nothing(raw_api: httpx.AsyncClient) -> None:
    ids = [row["id"] for row in await rows_of(raw_api, "/api/indicators", top=5)]
    for bad, status in (([*ids, "9999999"], 404), ([*ids, "x"], 400), ([], 400), (ids * 101, 400)):
        answer = await raw_api.post("/api/indicators/BatchDelete", json={"IndicatorIds": bad})
        assert error_of(answer)[0] == status
    assert len(await rows_of(raw_api, "/api/indicators")) == 40
    answer = await raw_api.post("/api/indicators/BatchDelete", json={"IndicatorIds": ids})
    assert (answer.status_code, answer.content) == (204, b"")
    assert len(await rows_of(raw_api, "/api/indicators")) == 35


async def test_an_app_may_be_held_to_its_own(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    every = await rows_of(raw_api, "/api/indicators")
    other = next(row["id"] for row in every if row["createdBy"] != CLIENT_ID)
    async with client_of(tenant, tenant.tenant.authority.issue(roles=("Ti.ReadWrite",))) as api:
        own = await rows_of(api, "/api/indicators")
        assert 0 < len(own) < len(every)
        assert {row["createdBy"] for row in own} == {CLIENT_ID}
        assert error_of(await api.delete(f"/api/indicators/{other}"))[:2] == (403, "Forbidden")
    async with client_of(tenant, tenant.tenant.authority.issue(scopes=("Ti.ReadWrite",))) as api:
        assert len(await rows_of(api, "/api/indicators")) == len(every)
    async with client_of(tenant, tenant.tenant.authority.issue(roles=("Machine.Read.All",))) as api:
        assert error_of(await api.get("/api/indicators"))[:2] == (403, "Forbidden")
