"""Changes of alerts and tags."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.clocks import HeldClock
from tests.simulated import error_of, rows_of


async def _alert(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    rows = await rows_of(client, "/api/alerts")
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


async def test_patch_answers_with_the_changed_alert(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    alert = await _alert(raw_api, status="New", assignedTo=None)
    clock.advance(seconds=90)
    answer = await raw_api.patch(
        f"/api/alerts/{alert['id']}",
        json={
            "status": "Resolved",
            "assignedTo": "j.ito@contoso.com",
            "classification": "TruePositive",
            "determination": "Phishing",
            "comment": "seen\nby 'me'",
        },
    )
    after = answer.json()
    assert answer.status_code == 200
    assert after["status"] == "Resolved"
    assert after["resolvedTime"] == after["lastUpdateTime"] == "2026-03-14T09:28:23Z"
    assert (after["assignedTo"], after["classification"], after["determination"]) == (
        "j.ito@contoso.com",
        "TruePositive",
        "Phishing",
    )
    assert after["comments"] == [
        {"comment": "seen\nby 'me'", "createdBy": "mdetui-demo", "createdTime": "2026-03-14T09:28:23Z"}
    ]
    assert await _alert(raw_api, id=alert["id"]) == {
        key: [] if key == "evidence" else value for key, value in after.items() if key != "@odata.context"
    }


async def test_what_is_not_sent_stays(raw_api: httpx.AsyncClient) -> None:
    alert = await _alert(raw_api, status="Resolved", classification="TruePositive", determination="Malware")
    after = (await raw_api.patch(f"/api/alerts/{alert['id']}", json={"comment": "one"})).json()
    for key in ("status", "assignedTo", "classification", "determination", "resolvedTime"):
        assert after[key] == alert[key]
    after = (await raw_api.patch(f"/api/alerts/{alert['id']}", json={"status": "New", "assignedTo": ""})).json()
    assert (after["status"], after["resolvedTime"], after["assignedTo"]) == ("New", None, None)
    after = (await raw_api.patch(f"/api/alerts/{alert['id']}", json={"comment": "two"})).json()
    assert [one["comment"] for one in after["comments"]] == ["one", "two"]


async def test_batch_update_changes_all_and_answers_nothing(raw_api: httpx.AsyncClient) -> None:
    rows = (await rows_of(raw_api, "/api/alerts"))[:5]
    ids = [row["id"] for row in rows]
    answer = await raw_api.post(
        "/api/alerts/batchUpdate", json={"alertIds": ids, "status": "InProgress", "comment": "x"}
    )
    assert (answer.status_code, answer.content) == (200, b"")
    after = {row["id"]: row for row in await rows_of(raw_api, "/api/alerts")}
    assert {after[one]["status"] for one in ids} == {"InProgress"}
    assert all(after[one]["comments"][-1]["comment"] == "x" for one in ids)


async def test_batch_update_is_all_or_nothing(raw_api: httpx.AsyncClient) -> None:
    alert = await _alert(raw_api, status="New", classification=None)
    for body, expected in (
        ({"alertIds": [alert["id"], "da1_1"], "status": "Resolved"}, (404, "ResourceNotFound")),
        ({"alertIds": [alert["id"]], "status": "Resolved", "determination": "Malware"}, (400, "BadRequest")),
    ):
        assert error_of(await raw_api.post("/api/alerts/batchUpdate", json=body))[:2] == expected
        assert await _alert(raw_api, id=alert["id"]) == alert


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "InvalidRequestBody"),
        ({"status": None}, "InvalidRequestBody"),
        ({"Status": "New"}, "InvalidRequestBody"),
        ({"status": "resolved"}, "InvalidInput"),
        ({"status": "Unknown"}, "InvalidInput"),
        ({"classification": "Apt"}, "InvalidInput"),
        ({"classification": "FalsePositive", "determination": "Malware"}, "BadRequest"),
        ({"determination": "Malware"}, "BadRequest"),
        ({"comment": ["x"]}, "InvalidRequestBody"),
        ({"alertIds": ["x"], "status": "New"}, "InvalidRequestBody"),
    ],
)
async def test_patches_that_are_refused(raw_api: httpx.AsyncClient, body: Any, code: str) -> None:
    alert = await _alert(raw_api, classification=None)
    assert error_of(await raw_api.patch(f"/api/alerts/{alert['id']}", json=body))[:2] == (400, code)
    assert await _alert(raw_api, id=alert["id"]) == alert


@pytest.mark.parametrize("ids", [[], "x", [1], None])
async def test_batches_without_ids_are_refused(raw_api: httpx.AsyncClient, ids: Any) -> None:
    answer = await raw_api.post("/api/alerts/batchUpdate", json={"alertIds": ids, "status": "New"})
    assert error_of(answer)[:2] == (400, "InvalidRequestBody")


async def test_a_body_that_is_no_json(raw_api: httpx.AsyncClient) -> None:
    alert = await _alert(raw_api)
    answer = await raw_api.patch(f"/api/alerts/{alert['id']}", content=b"{'status'")
    assert error_of(answer)[:2] == (400, "InvalidRequestBody")


async def test_unknown_alert(raw_api: httpx.AsyncClient) -> None:
    for answer in (
        await raw_api.get("/api/alerts/da1_1"),
        await raw_api.patch("/api/alerts/da1_1", json={"comment": "x"}),
    ):
        assert error_of(answer) == (404, "ResourceNotFound", "Alert da1_1 was not found")


async def test_tags_are_added_and_removed_one_at_a_time(raw_api: httpx.AsyncClient) -> None:
    machine = next(row for row in await rows_of(raw_api, "/api/machines") if row["computerDnsName"] == "dc-01")
    path, before = f"/api/machines/{machine['id']}/tags", set(machine["machineTags"])

    async def change(value: str, action: str) -> set[str]:
        answer = await raw_api.post(path, json={"Value": value, "Action": action})
        assert answer.status_code == 200
        tags = answer.json()["machineTags"]
        assert len(tags) == len(set(tags))
        return set(tags)

    assert await change("isolated by soc", "Add") == before | {"isolated by soc"}
    assert await change("isolated by soc", "Add") == before | {"isolated by soc"}
    assert await change("never there", "Remove") == before | {"isolated by soc"}
    assert await change("isolated by soc", "Remove") == before
    found = await rows_of(raw_api, "/api/machines", filter_="machineTags/any(t: t eq 'isolated by soc')")
    assert found == []
    for body in ({"value": "x", "Action": "Add"}, {"Value": "x", "Action": "add"}, {"Value": "x"}):
        assert (await raw_api.post(path, json=body)).status_code == 400
