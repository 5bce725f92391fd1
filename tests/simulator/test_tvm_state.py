"""Scores, remediation tasks and antivirus health of the pretend tenant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

AV = "/api/deviceavinfo"
TASKS = "/api/remediationTasks"


async def test_scores(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    whole = (await raw_api.get("/api/exposureScore")).json()
    groups = await rows_of(raw_api, "/api/exposureScore/ByMachineGroups")
    settings = (await raw_api.get("/api/configurationScore")).json()
    assert whole["@odata.context"].endswith("#ExposureScore/$entity")
    assert settings["@odata.context"].endswith("#ConfigurationScore/$entity")
    assert whole["rbacGroupName"] is None
    machines = await rows_of(raw_api, "/api/machines")
    assert {row["rbacGroupId"] for row in groups} == {row["rbacGroupId"] for row in machines}
    scores = [row["score"] for row in groups]
    assert 0 <= min(scores) <= whole["score"] <= max(scores) <= 100
    assert settings["score"] > 100
    # an hour with the same score
    assert datetime.fromisoformat(whole["time"]) <= clock.now() < datetime.fromisoformat(whole["time"]) + timedelta(1)


async def test_tasks_cover_the_machines_of_their_recommendation(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=200)) as client:
        tasks = await rows_of(client, TASKS)
        advice = {row["id"]: row for row in await rows_of(client, "/api/recommendations")}
        groups = {
            row["id"]: row["rbacGroupName"] or "UnassignedGroup" for row in await rows_of(client, "/api/machines")
        }
        assert len(tasks) == 18
        assert {task["status"] for task in tasks} == {"Active", "Completed"}
        assert {task["category"] for task in tasks} == {"Software", "SecurityConfiguration"}
        partial = 0
        for task in tasks:
            key = f"va-_-{task['productId']}" if task["productId"] else f"sca-_-{task['scid']}"
            assert task["title"] == advice[key]["recommendationName"]
            exposed = {row["id"] for row in await rows_of(client, f"/api/recommendations/{key}/machineReferences")}
            left = {row["id"] for row in await rows_of(client, f"{TASKS}/{task['id']}/machineReferences")}
            in_groups = {one for one in exposed if groups[one] in task["rbacGroupNames"]}
            assert left == (in_groups if task["status"] == "Active" else set())
            assert task["targetDevices"] == len(left) + task["fixedDevices"]
            assert (task["completerEmail"] is None) == (task["status"] == "Active")
            partial += in_groups != exposed
            one = (await client.get(f"{TASKS}/{task['id']}")).json()
            assert one == {"@odata.context": one["@odata.context"], **task}
        assert partial > 0
        active = await rows_of(client, TASKS, filter_="status eq 'Active'")
        assert active == [task for task in tasks if task["status"] == "Active"]
        # the documentation spells it so
        recent = await rows_of(client, TASKS, filter_="createdon ge 2026-02-20T00:00:00Z")
        assert recent == [task for task in tasks if task["createdOn"] >= "2026-02-20"]
        assert 0 < len(recent) < 18
        assert (await client.get(f"{TASKS}/{'0' * 8}-0000-0000-0000-{'0' * 12}")).status_code == 404
        assert (await client.post(TASKS, json={})).status_code == 405


async def test_antivirus_health(start_simulator: StartSimulator, clock: HeldClock) -> None:
    async with client_of(start_simulator(machines=300)) as client:
        rows = await rows_of(client, AV)
        machines = {row["id"]: row for row in await rows_of(client, "/api/machines")}
        assert {row["machineId"] for row in rows} == {
            key for key, row in machines.items() if row["osPlatform"] not in ("iOS", "Android")
        }
        week = (clock.now() - timedelta(days=7)).isoformat()[:19]
        for row in rows:
            machine = machines[row["machineId"]]
            assert row["computerDnsName"] == machine["computerDnsName"]
            assert row["lastSeenTime"] == machine["lastSeen"]
            flags = {row[f"avIs{part}UpToDate"] for part in ("Signature", "Engine", "Platform")}
            assert flags <= {"True", "False", "Unknown"}
            assert (flags == {"Unknown"}) == (row["lastSeenTime"][:19] < week)
        assert {row["avMode"] for row in rows} == {"", "0", "1", "2", "3", "4", "5"}
        assert {row["osKind"] for row in rows} == {"windows", "linux", "mac"}
        assert {row["avIsSignatureUpToDate"] for row in rows} == {"True", "False", "Unknown"}
        assert any(row["fullScanTime"] is None for row in rows)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("avMode eq '0'", lambda row: row["avMode"] == "0"),
        ("avIsSignatureUpToDate eq 'False'", lambda row: row["avIsSignatureUpToDate"] == "False"),
        ("osKind eq 'linux' or osKind eq 'mac'", lambda row: row["osKind"] != "windows"),
        ("startswith(osPlatform,'WindowsServer')", lambda row: row["osPlatform"].startswith("WindowsServer")),
        ("rbacGroupId ne 0 and quickScanResult eq 'Failed'", lambda row: row["rbacGroupId"] and row["quickScanResult"] == "Failed"),
    ],
)  # fmt: skip
async def test_antivirus_filters(start_simulator: StartSimulator, query: str, holds: Any) -> None:
    async with client_of(start_simulator(machines=300)) as client:
        found = await rows_of(client, AV, filter_=query)
        assert found == [row for row in await rows_of(client, AV) if holds(row)]
        assert found
        for bad in ("avIsSignatureUpToDate eq false", "lastSeenTime gt 2026-01-01T00:00:00Z"):
            assert error_of(await client.get(AV, params={"$filter": bad}))[:2] == (400, "ODataError")


async def test_antivirus_pages(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(page_size=25)) as client:
        url, ids = AV, []
        while url:
            body = (await client.get(url)).json()
            ids += [row["id"] for row in body["value"]]
            url = body.get("@odata.nextLink", "")
        assert ids == [row["id"] for row in await rows_of(client, AV, top=10_000)]
        assert len(set(ids)) == len(ids) > 50
        assert (await client.get(AV, params={"$top": 10_001})).status_code == 400


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/api/exposureScore", "Score.Read.All"),
        ("/api/exposureScore/ByMachineGroups", "Score.Read.All"),
        ("/api/configurationScore", "Score.Read.All"),
        (TASKS, "RemediationTasks.Read.All"),
    ],
)
async def test_permissions(tenant: Mounted, raw_api: httpx.AsyncClient, path: str, role: str) -> None:
    assert (await raw_api.get(path)).status_code == 200
    tenant.faults.set("forbidden", role)
    assert f"API required roles: {role}," in error_of(await raw_api.get(path))[2]


async def test_antivirus_takes_either_role(start_simulator: StartSimulator) -> None:
    for role in ("Machine.Read.All", "Machine.ReadWrite.All"):
        async with client_of(start_simulator(roles=(role,))) as client:
            assert (await client.get(AV)).status_code == 200
    async with client_of(start_simulator(roles=("Software.Read.All",))) as client:
        assert (await client.get(AV)).status_code == 403


async def test_a_tenant_without_the_licence(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tvm = ("/api/vulnerabilities", "/api/Software/x", "/api/machines/dc-01/recommendations", TASKS, "/api/exposureScore",
        "/api/machines/SoftwareInventoryExport", "/api/machines/SoftwareVulnerabilitiesByMachine")  # fmt: skip
    addon = ("/api/baselineProfiles", "/api/machines/certificateAssessmentByMachine", "/api/browserextensions/permissionsinfo",
        "/api/DeviceAuthenticatedScanAgents", "/api/machines/browserextensionsinventoryExport")  # fmt: skip
    others = ("/api/machines", "/api/machines/dc-01", "/api/alerts", AV, "/api/machines/dc-01/logonusers")
    tenant.faults.set("no-tvm-addon")
    for path in addon:
        assert error_of(await raw_api.get(path))[:2] == (403, "DisabledFeature")
    for path in (*others, "/api/vulnerabilities"):
        assert (await raw_api.get(path)).status_code == 200
    tenant.faults.set("no-tvm")
    for path in (*tvm, *addon):
        status, code, text = error_of(await raw_api.get(path))
        assert (status, code) == (401, "Unauthorized")
        assert "No Tvm license" in text
    for path in others:
        assert (await raw_api.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("path", "scope", "enough"),
    [
        (TASKS, "RemediationTask.Read", True),
        (TASKS, "RemediationTasks.Read", True),
        (TASKS, "Vulnerability.Read", False),
        ("/api/recommendations/va-_-google-_-chrome/software", "SecurityRecommendation.Read", True),
        ("/api/recommendations/va-_-google-_-chrome/software", "Software.Read", False),
        (AV, "Machine.Read", True),
        ("/api/baselineProfiles", "SecurityBaselinesAssessment.Read", True),
    ],
)
async def test_permissions_of_people(tenant: Mounted, path: str, scope: str, enough: bool) -> None:
    async with client_of(tenant, tenant.tenant.authority.issue(scopes=(scope,))) as client:
        answer = await client.get(path)
    assert (answer.status_code, scope) == (200 if enough else 403, scope)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/vulnerabilities", "description"),
        ("/api/Software", "vendor"),
        ("/api/recommendations", "recommendationName"),
        (TASKS, "requesterNotes"),
        (AV, "avSignatureVersion"),
        ("/api/exposureScore/ByMachineGroups", "rbacGroupName"),
        ("/api/baselineConfigurations", "rationale"),
        ("/api/DeviceAuthenticatedScanDefinitions", "scanName"),
        ("/api/machines/certificateAssessmentByMachine", "path"),
        ("/api/machines/BrowserExtensionsInventoryByMachine", "ExtensionDescription"),
        ("/api/machines/HardwareFirmwareInventoryByMachine", "additionalFields"),
    ],
)
async def test_hostile_rows(tenant: Mounted, raw_api: httpx.AsyncClient, path: str, field: str) -> None:
    calm = (await raw_api.get(path)).json()["value"]
    tenant.faults.set("hostile")
    hostile = (await raw_api.get(path)).json()["value"]
    assert len(hostile) == len(calm)
    changed = [one[field] != other[field] for one, other in zip(hostile, calm, strict=True)]
    assert sum(changed) > len(calm) * 0.9
    for key in ("id", "deviceId", "DeviceId", "machineId"):
        assert [row.get(key) for row in hostile] == [row.get(key) for row in calm]
