"""Faults: each does what it says, where it is told to, as often as it is told to."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.errors import ConfigError
from mdetui.simulator.hostile import HUGE, strings
from mdetui.simulator.hostile_fields import FIELDS
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import FAULTS, Fault, parse_fault
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of, token_of

ISOLATE = {"Comment": "x", "IsolationType": "Full"}


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("latency=200", Fault("latency", "200")),
        ("429", Fault("429")),
        ("429=3", Fault("429", "3", count=3)),
        ("500=2@/API/Machines", Fault("500", "2", "/api/machines", 2)),
        ("truncated@/api/alerts*1", Fault("truncated", "", "/api/alerts", 1)),
        ("nextlink-foreign=evil.example", Fault("nextlink-foreign", "evil.example")),
        ("revoke", Fault("revoke", count=1)),
        ("expire=5", Fault("expire", "5", count=1, after=4)),
        ("forbidden=Machine.Isolate*2", Fault("forbidden", "Machine.Isolate", count=2)),
    ],
)
def test_faults_as_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text", ["nope", "latency", "latency=x", "reset=1", "500=x", "a b", "429@api", "action-fails=No"]
)
def test_faults_that_are_no_faults(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_fault(text)
    assert error.value.todo


async def test_count_path_and_after(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("500", path="/api/alerts", count=2, after=1)
    states = [(await raw_api.get(path)).status_code for path in ("/api/machines", *(["/api/alerts?$top=1"] * 4))]
    assert states == [200, 200, 500, 500, 200]
    tenant.faults.set("500")
    tenant.faults.set("html")
    tenant.faults.clear("500")
    assert (await raw_api.get("/api/machines")).status_code == 502
    tenant.faults.clear()
    assert (await raw_api.get("/api/machines")).status_code == 200


async def test_faults_from_the_start_are_used_up_by_each_tenant(start_simulator: StartSimulator) -> None:
    faults = (parse_fault("500=1"),)
    for mounted in (start_simulator(faults=faults), start_simulator(faults=faults)):
        async with client_of(mounted) as client:
            assert [(await client.get("/api/alerts?$top=1")).status_code for _ in range(2)] == [500, 200]


async def test_errors_of_the_service(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("500", 1)
    assert error_of(await raw_api.get("/api/alerts"))[:2] == (500, "InternalServerError")
    tenant.faults.set("429", 1)
    answer = await raw_api.get("/api/alerts")
    assert error_of(answer)[:2] == (429, "429")
    assert answer.headers["retry-after"] == "8"
    tenant.faults.set("404", 1, path="/api/machines/dc-01/getmissingkbs")
    path = "/api/machines/dc-01/getmissingkbs"
    assert (await raw_api.get("/api/machines/dc-01")).status_code == 200
    assert error_of(await raw_api.get(path)) == (404, "ResourceNotFound", "Machine dc-01 was not found")
    assert (await raw_api.get(path)).status_code == 200
    tenant.faults.set("licence", count=1)
    assert "No Tvm license" in error_of(await raw_api.get("/api/machines/dc-01/vulnerabilities"))[2]
    tenant.faults.set("html", 200, count=1)
    answer = await raw_api.get("/api/alerts")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await raw_api.get("/api/alerts")).status_code == 200


async def test_faults_leave_the_authority_alone_unless_told(tenant: Mounted) -> None:
    tenant.faults.set("500")
    assert token_of(tenant)
    tenant.faults.set("500", path="/", count=1)
    async with httpx.AsyncClient(transport=tenant.connection.asynchronous) as client:
        answer = await client.get(
            f"{tenant.profile.login}/{tenant.profile.tenant}/v2.0/.well-known/openid-configuration"
        )
    assert answer.status_code == 500


async def test_a_cut_body_is_no_json(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("truncated", count=1)
    answer = await raw_api.get("/api/alerts")
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert answer.text.startswith('{"@odata.context"')


async def test_a_lost_answer_is_carried_out_and_a_dropped_write_is_not(
    tenant: Mounted, raw_api: httpx.AsyncClient
) -> None:
    opened = "status eq 'Pending' and type eq 'Isolate'"
    for fault, machine, expected in (("dropped-write", "dc-01", 0), ("lost-answer", "dc-02", 1)):
        tenant.faults.set(fault, count=1)
        assert (await raw_api.get("/api/machines/dc-01")).status_code == 200
        with pytest.raises(httpx.ReadError):
            await raw_api.post(f"/api/machines/{machine}/isolate", json=ISOLATE)
        assert len(await rows_of(raw_api, "/api/machineactions", filter_=opened)) == expected
        assert tenant.journal.entries("/api/machines", "POST")[-1].status == 0


async def test_reset(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("reset", count=1)
    with pytest.raises(httpx.ReadError):
        await raw_api.get("/api/alerts")
    assert (await raw_api.get("/api/alerts")).status_code == 200


async def test_latency_and_the_timeout_of_the_client(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("latency", 60_000)
    with pytest.raises(httpx.ReadTimeout):
        await raw_api.get("/api/alerts", timeout=0.05)


def test_latency_and_the_timeout_of_a_blocking_client(tenant: Mounted) -> None:
    tenant.faults.set("latency", 60_000)
    with (
        httpx.Client(transport=tenant.connection.synchronous, timeout=0.05) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get(f"{tenant.profile.base['mde']}/api/alerts")


async def test_links_that_lead_nowhere(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(page_size=50)
    async with client_of(mounted) as client:
        mounted.faults.set("nextlink-foreign", "evil.example", count=1)
        link = (await client.get("/api/alerts")).json()["@odata.nextLink"]
        assert link == "https://evil.example/api/alerts?$skip=50"
        with pytest.raises(httpx.ConnectError):
            await client.get(link)
        assert [(one.host, one.authorised) for one in mounted.foreign] == [("evil.example", True)]

        mounted.faults.set("nextlink-loop")
        first = (await client.get("/api/alerts", params={"$filter": "severity eq 'High'"})).json()["@odata.nextLink"]
        second = (await client.get(first)).json()["@odata.nextLink"]
        assert first == second
        mounted.faults.clear()

        mounted.faults.set("nextlink-stuck")
        url, links, firsts = "/api/alerts?$filter=severity ne 'x'", [], []
        for _ in range(3):
            body = (await client.get(url)).json()
            url = body["@odata.nextLink"]
            links.append(url)
            firsts.append(body["value"][0]["id"])
        assert len(set(links)) == 3
        assert [re.search(r"\?=(.*)$", link) is not None for link in links] == [True] * 3
        assert firsts[1] == firsts[2] != firsts[0]


async def test_revoked_tokens_get_a_claims_challenge(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("revoke", 2)
    assert (await raw_api.get("/api/alerts?$top=1")).status_code == 200
    for _ in range(2):
        answer = await raw_api.get("/api/alerts?$top=1")
        assert answer.status_code == 401
        header = answer.headers["www-authenticate"]
        assert 'error="insufficient_claims"' in header
        claims = re.search(r'claims="([^"]+)"', header)
        assert claims
        assert "nbf" in json.loads(base64.b64decode(claims[1]))["access_token"]
    async with client_of(tenant) as client:
        assert (await client.get("/api/alerts?$top=1")).status_code == 200


async def test_expired_tokens_are_refused_until_a_new_one_comes(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("expire")
    assert "expired" in error_of(await raw_api.get("/api/alerts?$top=1"))[2]
    async with client_of(tenant) as client:
        assert (await client.get("/api/alerts?$top=1")).status_code == 200


def test_two_hundred_hostile_texts() -> None:
    texts = strings()
    assert len(texts) == len(set(texts)) == 200
    joined = "".join(texts)
    assert {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B)} <= set(joined)
    for piece in ("\x1b]52;c;", "\x1b[2J", "[@click=", "\x1b]8;;", "=cmd|"):
        assert piece in joined
    assert max(map(len, texts)) == HUGE


async def test_hostile_texts_reach_every_tenant_field(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(alerts=600, machines=200)
    async with client_of(mounted) as client:
        clean = await rows_of(client, "/api/alerts", expand="evidence")
        mounted.faults.set("hostile")
        spoiled = await rows_of(client, "/api/alerts", expand="evidence")
        again = await rows_of(client, "/api/alerts", expand="evidence")
        machines = await rows_of(client, "/api/machines")
    assert spoiled == again
    found = {text for row in spoiled for text in _texts(row)} | {text for row in machines for text in _texts(row)}
    assert set(strings()) <= found
    assert [row["id"] for row in spoiled] == [row["id"] for row in clean]
    for before, after in zip(clean, spoiled, strict=True):
        for key, value in before.items():
            if key.lower() in FIELDS and key not in ("severity", "status", "classification", "determination"):
                assert after[key] is None if value is None else after[key] != value or not value, key
            elif not isinstance(value, dict | list):
                assert after[key] == value or key in ("severity", "status", "classification", "determination"), key


async def test_drifted_rows_of_every_kind(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("schema-drift")
    rows = await rows_of(raw_api, "/api/alerts")
    assert "not a row" in list[Any](rows)
    objects = [row for row in rows if isinstance(row, dict)]
    assert any("Title" in row for row in objects)
    assert any(isinstance(row.get("title"), dict) for row in objects)
    assert any("severity" not in row and "Severity" not in row for row in objects)
    assert any("brandNew" in row and isinstance(row["incidentId"], str) for row in objects)
    actions = await rows_of(raw_api, "/api/machineactions")
    assert any("lastUpdateTimeUtc" in row for row in actions if isinstance(row, dict))
    one = (await raw_api.get("/api/machines/dc-01")).json()
    assert (one["isPotentialDuplication"], one["machineTags"]) == ("False", None)


async def test_a_slow_body_arrives_whole(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("slow-drip", 1)
    assert len(await rows_of(raw_api, "/api/alerts")) == 300


async def test_a_part_of_the_answer_is_called_one(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    whole = await raw_api.get("/api/machines")
    tenant.faults.set("partial", path="/api/machines")
    part = await raw_api.get("/api/machines")
    assert (whole.status_code, part.status_code) == (200, 206)
    assert "warning" not in whole.headers
    assert part.headers["warning"].startswith("199")
    assert part.json()["value"]
    assert (await raw_api.get("/api/alerts")).status_code == 200


def test_every_fault_is_tested_here() -> None:
    text = Path(__file__).read_text()
    elsewhere = {"action-fails", "forbidden", "aadsts", "authority-down", "imds", "no-tvm", "no-tvm-addon"}
    assert [
        name for name in FAULTS if f'set("{name}"' not in text and f'("{name}"' not in text and name not in elsewhere
    ] == []
