"""Alerts, incidents and accounts of the pretend tenant, as Microsoft Graph tells them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from mdetui.simulator.data.evidence import account
from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.simulated import client_of, rows_of

_GRAPH = "https://graph.microsoft.com"
_ROLES = (
    "SecurityAlert.ReadWrite.All",
    "SecurityIdentitiesActions.ReadWrite.All",
    "SecurityIncident.ReadWrite.All",
    "User.RevokeSessions.All",
)
_ALERTS = "/v1.0/security/alerts_v2"
_INCIDENTS = "/v1.0/security/incidents"


def graph_client(tenant: Mounted, *roles: str) -> httpx.AsyncClient:
    """A client with a token for Graph."""
    return client_of(tenant, tenant.tenant.authority.issue(_GRAPH, roles=roles or _ROLES))


@pytest.fixture
async def graph(tenant: Mounted) -> AsyncIterator[httpx.AsyncClient]:
    async with graph_client(tenant) as client:
        yield client


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of Graph's envelope."""
    error = answer.json()["error"]
    assert "target" not in error
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    return answer.status_code, error["code"], error["message"]


async def test_the_same_alerts_in_other_words(graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    known = {one["id"]: one for one in await rows_of(raw_api, "/api/alerts", expand="evidence")}
    rows = await rows_of(graph, _ALERTS)
    assert {row["id"] for row in rows} == set(known)
    assert [row["createdDateTime"][:19] for row in rows] == sorted(
        (r["createdDateTime"][:19] for r in rows), reverse=True
    )
    kinds = set()
    for row in rows:
        alert = known[row["id"]]
        assert row["incidentId"] == str(alert["incidentId"])
        assert row["status"].lower() == alert["status"].lower()
        assert row["status"][0].islower()
        assert row["createdDateTime"] == alert["alertCreationTime"]
        assert row["evidence"][0]["mdeDeviceId"] == alert["machineId"]
        hashes = [(one.get("imageFile") or one.get("fileDetails") or {}).get("sha1") for one in row["evidence"][1:]]
        assert hashes == [piece["sha1"] for piece in alert["evidence"]]
        kinds |= {one["@odata.type"].rpartition(".")[2] for one in row["evidence"]}
    assert kinds == {f"{one}Evidence" for one in ("device", "user", "process", "file", "ip", "url", "registryValue")}


async def test_pages_of_alerts(graph: httpx.AsyncClient) -> None:
    first = (await graph.get(_ALERTS, params={"$top": 40, "$count": "true"})).json()
    assert (len(first["value"]), first["@odata.count"], "@odata.nextLink" in first) == (40, 300, False)
    second = await rows_of(graph, _ALERTS, top=40, skip=40)
    assert not {row["id"] for row in first["value"]} & {row["id"] for row in second}
    # more than a thousand is clamped, a $skip beyond 500 is not
    assert len(await rows_of(graph, _ALERTS, top=5_000)) == 300
    assert refused(await graph.get(_ALERTS, params={"$skip": 501}))[:2] == (400, "BadRequest")
    assert refused(await graph.get(_ALERTS, params={"$orderby": "title"}))[:2] == (400, "BadRequest")


async def test_a_thousand_at_once_at_most(start_simulator: StartSimulator) -> None:
    async with graph_client(start_simulator(alerts=1_100)) as api:
        assert len(await rows_of(api, _ALERTS, top=1_050)) == 1_000


async def test_filters(graph: httpx.AsyncClient) -> None:
    rows = await rows_of(graph, _ALERTS)
    device = rows[0]["evidence"][0]
    cases: list[tuple[str, Callable[[dict[str, Any]], bool]]] = [
        ("status eq 'inProgress'", lambda row: row["status"] == "inProgress"),
        ("severity eq 'HIGH'", lambda row: row["severity"] == "high"),
        ("serviceSource eq 'microsoftDefenderForIdentity'", lambda row: "Identity" in row["serviceSource"]),
        ("serviceSource eq 'microsoftDefenderForEndpoint'", lambda row: "Endpoint" in row["serviceSource"]),
        ("classification eq 'unknown'", lambda row: row["classification"] == "unknown"),
        ("determination eq 'compromisedAccount'", lambda row: row["determination"] == "compromisedAccount"),
        ("assignedTo eq 'j.ito@contoso.com'", lambda row: row["assignedTo"] == "j.ito@contoso.com"),
        ("lastUpdateDateTime ge 2026-03-01T00:00:00Z", lambda row: row["lastUpdateDateTime"] >= "2026-03-01"),
        (
            "createdDateTime lt 2026-03-01T00:00:00Z and status eq 'new'",
            lambda row: row["createdDateTime"] < "2026-03-01" and row["status"] == "new",
        ),
        (
            f"evidence/any(e: e/microsoft.graph.security.deviceEvidence/deviceDnsName eq '{device['deviceDnsName']}')",
            lambda row: row["evidence"][0]["deviceDnsName"] == device["deviceDnsName"],
        ),
        (
            f"evidence/any(x:x/microsoft.graph.security.deviceEvidence/mdeDeviceId eq '{device['mdeDeviceId']}')",
            lambda row: row["evidence"][0]["mdeDeviceId"] == device["mdeDeviceId"],
        ),
    ]
    for text, keep in cases:
        want = [row["id"] for row in rows if keep(row)]
        assert [row["id"] for row in await rows_of(graph, _ALERTS, filter_=text)] == want, text
        assert want, text
    for text in ("title eq 'x'", "evidence/any(e: e/title eq 'x')", "status eq"):
        assert refused(await graph.get(_ALERTS, params={"$filter": text}))[:2] == (400, "BadRequest")


async def test_incidents_and_alerts_hold_each_other(graph: httpx.AsyncClient) -> None:
    alerts: dict[str, set[str]] = {}
    for row in await rows_of(graph, _ALERTS):
        alerts.setdefault(row["incidentId"], set()).add(row["id"])
    url = f"{_INCIDENTS}?$expand=alerts"
    seen: dict[str, dict[str, Any]] = {}
    while url:
        body = (await graph.get(url)).json()
        assert len(body["value"]) <= 50
        seen |= {row["id"]: row for row in body["value"]}
        url = body.get("@odata.nextLink", "")
    assert {key: {one["id"] for one in row["alerts"]} for key, row in seen.items() if row["alerts"]} == alerts
    assert {row["status"] for row in seen.values()} == {"active", "inProgress", "resolved", "redirected"}
    for key in list(alerts)[:5]:
        inside = await rows_of(graph, f"{_INCIDENTS}/{key}/alerts")
        assert {one["id"] for one in inside} == alerts[key]
        assert "alerts" not in (await graph.get(f"{_INCIDENTS}/{key}")).json()
    redirected = next(row for row in seen.values() if row["status"] == "redirected")
    assert redirected["redirectIncidentId"] in seen
    plain = await rows_of(graph, _INCIDENTS, filter_="status eq 'redirected'")
    assert all("alerts" not in row for row in plain)


async def test_a_changed_alert(graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    key = (await rows_of(graph, _ALERTS, filter_="status eq 'new'", top=1))[0]["id"]
    body = {"status": "resolved", "classification": "truePositive", "determination": "compromisedAccount"}
    changed = await graph.patch(f"{_ALERTS}/{key}", json={**body, "assignedTo": "ana@contoso.com"})
    assert changed.status_code == 200
    assert {name: changed.json()[name] for name in body} == body
    other = (await raw_api.get(f"/api/alerts/{key}")).json()
    assert (other["status"], other["determination"], other["assignedTo"]) == (
        "Resolved",
        "CompromisedUser",
        "ana@contoso.com",
    )
    said = await graph.post(
        f"{_ALERTS}/{key}/comments", json={"@odata.type": "microsoft.graph.security.alertComment", "comment": "seen"}
    )
    assert [one["comment"] for one in said.json()["value"]] == ["seen"]
    assert (await raw_api.get(f"/api/alerts/{key}")).json()["comments"][0]["comment"] == "seen"
    for bad in (
        {},
        {"status": "Active"},
        {"classification": "truePositive", "determination": "notMalicious"},
        {"severity": "high"},
    ):
        assert refused(await graph.patch(f"{_ALERTS}/{key}", json=bad))[:2] == (400, "BadRequest")


async def test_a_changed_incident(graph: httpx.AsyncClient) -> None:
    key = (await rows_of(graph, _INCIDENTS, filter_="status eq 'active'", top=1))[0]["id"]
    body = {"status": "resolved", "classification": "falsePositive", "determination": "notEnoughDataToValidate"}
    changed = (await graph.patch(f"{_INCIDENTS}/{key}", json={**body, "customTags": ["a", "b"]})).json()
    assert {name: changed[name] for name in body} == body
    assert changed["customTags"] == ["a", "b"]
    alerts = await rows_of(graph, f"{_INCIDENTS}/{key}/alerts")
    assert {(one["status"], one["determination"]) for one in alerts} == {("resolved", "notEnoughDataToValidate")}
    assert refused(await graph.patch(f"{_INCIDENTS}/{key}", json={"customTags": "a"}))[0] == 400


async def test_the_unknown(graph: httpx.AsyncClient) -> None:
    for path in (f"{_ALERTS}/x", f"{_INCIDENTS}/1", f"{_INCIDENTS}/x/alerts"):
        assert refused(await graph.get(path))[:2] == (404, "NotFound")
    assert refused(await graph.get("/v1.0/security/nothing"))[0] == 404


async def test_accounts(tenant: Mounted, graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    name = (await rows_of(raw_api, "/api/machines", top=1))[0]["id"]
    who = (await rows_of(raw_api, f"/api/machines/{name}/logonusers"))[0]["accountName"]
    ids = account(who)
    for key in (ids["aadUserId"], ids["userPrincipalName"]):
        answer = await graph.post(f"/v1.0/users/{key}/revokeSignInSessions")
        assert (answer.status_code, answer.json()["value"]) == (200, True)
    body = {"accountId": ids["aadUserId"], "action": "revokeAllSessions", "identityProvider": "entraID"}
    path = f"/v1.0/security/identities/identityAccounts/{ids['aadUserId']}/invokeAction"
    answer = await graph.post(path, json=body)
    assert (answer.status_code, answer.json()["action"]) == (200, "revokeAllSessions")
    assert refused(await graph.post(path, json={**body, "action": "fire"}))[:2] == (400, "BadRequest")
    unknown = await graph.post("/v1.0/users/nobody@contoso.com/revokeSignInSessions")
    assert refused(unknown)[:2] == (404, "Request_ResourceNotFound")


async def test_only_its_own_audience_and_permissions(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    assert refused(await raw_api.get(_ALERTS))[:2] == (401, "InvalidAuthenticationToken")
    async with graph_client(tenant, "SecurityAlert.Read.All") as api:
        key = (await rows_of(api, _ALERTS, top=1))[0]["id"]
        for answer, needs in (
            (await api.patch(f"{_ALERTS}/{key}", json={}), "SecurityAlert.ReadWrite.All"),
            (await api.get(_INCIDENTS), "SecurityIncident.Read.All,SecurityIncident.ReadWrite.All"),
            (await api.post("/v1.0/users/x/revokeSignInSessions"), "User.RevokeSessions.All"),
            (
                await api.post("/v1.0/security/identities/identityAccounts/x/invokeAction", json={}),
                "SecurityIdentitiesActions.ReadWrite.All",
            ),
        ):
            status, code, text = refused(answer)
            assert (status, code, f"required roles: {needs}," in text) == (403, "Forbidden", True)
    scopes = tenant.tenant.authority.issue(_GRAPH, scopes=("SecurityAlert.Read.All",))
    async with client_of(tenant, scopes) as api:
        assert len(await rows_of(api, _ALERTS, top=3)) == 3


async def test_faults_strike_graph_too(tenant: Mounted, graph: httpx.AsyncClient) -> None:
    tenant.faults.set("429", "1")
    tenant.faults.set("hostile")
    assert refused(await graph.get(_ALERTS))[:2] == (429, "TooManyRequests")
    row = (await rows_of(graph, _ALERTS, top=1))[0]
    tenant.faults.clear()
    assert row["title"] != (await graph.get(f"{_ALERTS}/{row['id']}")).json()["title"]
