"""Hunting in the pretend tenant: queries are translated by duckdb-kql."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.simulated import client_of, error_of, rows_of

pytest.importorskip("duckdb_kql")
_PATH = "/v1.0/security/runHuntingQuery"


@pytest.fixture
async def graph(tenant: Mounted) -> AsyncIterator[httpx.AsyncClient]:
    token = tenant.tenant.authority.issue("https://graph.microsoft.com", roles=("ThreatHunting.Read.All",))
    async with client_of(tenant, token) as client:
        yield client


async def _hunt(api: httpx.AsyncClient, query: str, **more: str) -> list[dict[str, Any]]:
    answer = await api.post(_PATH, json={"Query": query, **more})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


async def test_evidence_is_found_as_events(graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    """The SQL of the views fills recipes as the Python that writes evidence does: compared for every recent alert."""
    text = "alertCreationTime ge 2026-02-14T12:00:00Z"
    alerts = await rows_of(raw_api, "/api/alerts", filter_=text, expand="evidence")
    processes = await _hunt(graph, "DeviceProcessEvents | where ReportId < 4000000000")
    files = await _hunt(graph, "DeviceFileEvents")
    network = await _hunt(graph, "DeviceNetworkEvents | where ReportId < 4000000000")
    runs = {
        (row["DeviceId"], row["SHA1"], row["ProcessId"], row["ProcessCommandLine"], row["Timestamp"][:19])
        for row in processes
    }
    drops = {(row["DeviceId"], row["SHA1"]) for row in files}
    talks = {(row["DeviceId"], row["RemoteIP"]) for row in network}
    seen = 0
    for alert in alerts:
        device = alert["machineId"]
        pieces = [piece for piece in alert["evidence"] if piece["entityType"] == "Process"]
        # the parent of the first is evidence, and no event of its own
        for piece in pieces[-1:]:
            key = (
                device,
                piece["sha1"],
                piece["processId"],
                piece["processCommandLine"],
                piece["processCreationTime"][:19],
            )
            assert key in runs
            seen += 1
        for piece in alert["evidence"]:
            if piece["entityType"] == "File":
                assert (device, piece["sha1"]) in drops
            if piece["ipAddress"]:
                assert (device, piece["ipAddress"]) in talks
    assert seen > 30


async def test_alerts_in_their_tables(graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    found = {row["AlertId"]: row for row in await _hunt(graph, "AlertInfo | project AlertId, Title, Severity")}
    text = "alertCreationTime ge 2026-02-12T09:26:53Z"
    known = {one["id"]: one for one in await rows_of(raw_api, "/api/alerts", filter_=text)}
    assert set(found) == set(known)
    assert all(found[key]["Title"] == one["title"] for key, one in known.items())
    key = next(iter(known))
    evidence = await _hunt(graph, f'AlertEvidence | where AlertId == "{key}" | distinct DeviceId')
    assert evidence == [{"DeviceId": known[key]["machineId"]}]


async def test_a_timeline_of_a_machine(graph: httpx.AsyncClient, raw_api: httpx.AsyncClient) -> None:
    machine = (await rows_of(raw_api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=1))[0]
    query = (
        f'union DeviceProcessEvents, DeviceNetworkEvents, DeviceLogonEvents | where DeviceId == "{machine["id"]}" '
        "| where Timestamp > ago(7d) | project Timestamp, ActionType, FileName | order by Timestamp desc | take 20"
    )
    rows = await _hunt(graph, query)
    times = [row["Timestamp"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert len(rows) == 20
    assert min(times) > "2026-03-07T09:26:53"


async def test_columns_are_typed(graph: httpx.AsyncClient) -> None:
    answer = await graph.post(
        _PATH, json={"query": "DeviceInfo | take 3 | project Timestamp, DeviceName, OSBuild, IsAzureADJoined"}
    )
    body = answer.json()
    assert body["schema"] == [
        {"name": "Timestamp", "type": "DateTime"},
        {"name": "DeviceName", "type": "String"},
        {"name": "OSBuild", "type": "Int64"},
        {"name": "IsAzureADJoined", "type": "SByte"},
    ]
    assert {row["IsAzureADJoined"] for row in body["results"]} <= {0, 1, None}
    counted = await _hunt(graph, "DeviceInfo | summarize n = count() by OSPlatform | top 1 by n")
    assert counted[0]["n"] > 10
    assert await _hunt(graph, "DeviceInfo | count") == [{"Count": 60}]


async def test_timespans(graph: httpx.AsyncClient) -> None:
    query = "DeviceProcessEvents | summarize a = min(Timestamp), z = max(Timestamp)"
    every = (await _hunt(graph, query))[0]
    assert every["a"] >= "2026-02-12"
    for span, first, last in (
        ("P2D", "2026-03-12T09", "2026-03-15"),
        ("P90D", "2026-02-12", "2026-03-15"),
        ("2026-03-01T00:00:00Z/2026-03-02T00:00:00Z", "2026-03-01", "2026-03-03"),
        ("2026-03-01T00:00:00Z/P1D", "2026-03-01", "2026-03-03"),
        ("P1D/2026-03-02T00:00:00Z", "2026-03-01", "2026-03-03"),
        ("2026-03-10", "2026-03-10", "2026-03-15"),
    ):
        row = (await _hunt(graph, query, Timespan=span))[0]
        assert first <= row["a"] <= row["z"] < last, span
    assert error_status(await graph.post(_PATH, json={"Query": query, "Timespan": "soon"})) == 400


def error_status(answer: httpx.Response) -> int:
    """Status of an answer that is Graph's error."""
    assert answer.json()["error"]["code"] in ("BadRequest", "Forbidden")
    return answer.status_code


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("DeviceInfo | wher x", "Fix syntax errors in your query"),
        ("Nothing | take 1", "named 'Nothing'"),
        ("DeviceInfo | where Title == 1", "named 'Title'"),
        ("DeviceInfo | frobnicate", "errors in your query"),
        (".show tables", "not supported"),
        ("externaldata(a:string)[@'/etc/passwd']", ""),
        ("", "query"),
    ],
)
async def test_queries_that_are_wrong(graph: httpx.AsyncClient, query: str, says: str) -> None:
    answer = await graph.post(_PATH, json={"Query": query})
    assert error_status(answer) == 400
    assert says in answer.json()["error"]["message"]
    assert "root:" not in answer.text


async def test_the_two_that_go_away(tenant: Mounted, clock: HeldClock) -> None:
    authority = tenant.tenant.authority
    mde = authority.issue(roles=("AdvancedQuery.Read.All",))
    xdr = authority.issue("https://api.security.microsoft.com", roles=("AdvancedHunting.Read.All",))
    for token, path, table in (
        (mde, "/api/advancedqueries/run", "DeviceInfo"),
        (xdr, "/api/advancedhunting/run", "AlertInfo"),
    ):
        async with client_of(tenant, token) as api:
            body = (await api.post(path, json={"Query": f"{table} | take 2"})).json()
            assert body["Schema"][0] == {"Name": "Timestamp", "Type": "DateTime"}
            assert len(body["Results"]) == 2
    async with client_of(tenant, mde) as api:
        assert error_of(await api.post("/api/advancedqueries/run", json={"Query": "AlertInfo | take 2"}))[0] == 400
    clock.advance(days=365)
    async with client_of(tenant, authority.issue(roles=("AdvancedQuery.Read.All",))) as api:
        body = (await api.post("/api/advancedqueries/run", json={"Query": "DeviceInfo | take 2"})).json()
        assert (body["Schema"], body["Results"]) == ([], [])
