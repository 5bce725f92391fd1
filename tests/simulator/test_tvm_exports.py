"""Assessment exports of the pretend tenant: pages with tokens, files behind links, and the same rows in both."""

from __future__ import annotations

import base64
import gzip
import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mdetui.simulator import Options
from mdetui.simulator.data.tvm.exports import KINDS
from mdetui.simulator.mount import Mounted
from mdetui.simulator.server import Served
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

BASE = "/api/machines"
SINCE = "2026-03-01T00:00:00Z"
PAGED = [kind.rows for kind in KINDS if kind.rows]
FILED = [kind.files for kind in KINDS if kind.files]
DELTA = "SoftwareVulnerabilityChangesByMachine"
KEYS = {
    "SecureConfigurationsAssessmentByMachine": ("deviceId", "configurationId"),
    "SoftwareInventoryByMachine": ("deviceId", "softwareVendor", "softwareName", "softwareVersion"),
    "SoftwareInventoryNoProductCodeByMachine": ("deviceId", "softwareVendor", "softwareName", "softwareVersion"),
    "SoftwareVulnerabilitiesByMachine": ("deviceId", "softwareVendor", "softwareName", "softwareVersion", "cveId"),
    DELTA: ("deviceId", "softwareVendor", "softwareName", "softwareVersion", "cveId"),
    "BrowserExtensionsInventoryByMachine": ("DeviceId", "BrowserName", "ExtensionId"),
    "certificateAssessmentByMachine": ("deviceId", "thumbprint", "path"),
    "baselineComplianceAssessmentByMachine": ("deviceId", "profileId", "configurationId"),
    "HardwareFirmwareInventoryByMachine": ("deviceId", "componentType", "componentName"),
}


async def _all(client: httpx.AsyncClient, name: str, **options: Any) -> list[dict[str, Any]]:
    """Every row, by following links."""
    if name == DELTA:
        options.setdefault("sinceTime", SINCE)
    rows: list[dict[str, Any]] = []
    answer = await client.get(f"{BASE}/{name}", params=options)
    while True:
        assert answer.status_code == 200, answer.text
        rows += answer.json()["value"]
        if not (link := answer.json().get("@odata.nextLink")):
            return rows
        answer = await client.get(link)


async def _files(tenant: Mounted, links: list[str]) -> list[dict[str, Any]]:
    """Every row of files, fetched without a token."""
    rows = []
    async with httpx.AsyncClient(transport=tenant.connection.asynchronous) as bare:
        for link in links:
            answer = await bare.get(link)
            assert answer.status_code == 200, answer.text
            assert "content-encoding" not in answer.headers
            text = gzip.decompress(answer.content).decode() if answer.content else ""
            rows += [json.loads(line) for line in text.splitlines()]
    return rows


@pytest.mark.parametrize("name", PAGED)
async def test_pages_have_every_row_once(raw_api: httpx.AsyncClient, name: str) -> None:
    whole = await _all(raw_api, name)
    size = max(2, len(whole) // 7)
    paged = await _all(raw_api, name, pageSize=size)
    assert paged == whole
    keys = [tuple(row[key] for key in KEYS[name]) for row in whole]
    assert len(set(keys)) == len(keys) > 15
    machines = {row["id"] for row in await rows_of(raw_api, "/api/machines")}
    assert {key[0] for key in keys} <= machines


@pytest.mark.parametrize("name", PAGED)
async def test_a_link_carries_a_token_and_top_none(raw_api: httpx.AsyncClient, name: str) -> None:
    options = {"sinceTime": SINCE} if name == DELTA else {}
    first = (await raw_api.get(f"{BASE}/{name}", params={"pageSize": "3 ", **options})).json()
    link = urlsplit(first["@odata.nextLink"])
    query = parse_qs(link.query)
    assert link.path == f"{BASE}/{name}"
    assert query["pagesize"] == ["3"]
    token = json.loads(base64.b64decode(query["$skiptoken"][0]))
    assert set(token) == {"ExportDefinition", "ExportFileIndex", "LineStoppedAt"}
    assert "$skip" not in query
    topped = (await raw_api.get(f"{BASE}/{name}", params={"$top": 3, **options})).json()
    assert topped["value"] == first["value"]
    assert "@odata.nextLink" not in topped
    for bad in ({"pageSize": 0}, {"pageSize": 200_001}, {"pageSize": "x"}, {"$skiptoken": "x"}):
        assert error_of(await raw_api.get(f"{BASE}/{name}", params={**options, **bad}))[:2] == (400, "InvalidInput")
    for bad in ({"$filter": "deviceId eq 'x'"}, {"$skip": 3}):
        assert error_of(await raw_api.get(f"{BASE}/{name}", params={**options, **bad}))[:2] == (400, "ODataError")


async def test_the_changes_need_a_time(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    path = f"{BASE}/{DELTA}"
    assert error_of(await raw_api.get(path))[:2] == (400, "MissingRequiredParameter")
    for bad in ("yesterday", (clock.now() - timedelta(days=15)).isoformat()[:19] + "Z"):
        assert error_of(await raw_api.get(path, params={"sinceTime": bad}))[:2] == (400, "InvalidInput")
    rows = await _all(raw_api, DELTA)
    assert {row["status"] for row in rows} == {"New", "Fixed", "Updated"}
    late = await _all(raw_api, DELTA, sinceTime="2026-03-10", pageSize=20)
    assert late == [row for row in rows if row["eventTimestamp"] >= "2026-03-10"]
    assert 0 < len(late) < len(rows)
    exposed = {(row["deviceId"], row["cveId"]) for row in await _all(raw_api, "SoftwareVulnerabilitiesByMachine")}
    same = [(row["deviceId"], row["cveId"]) in exposed for row in rows if row["status"] != "Fixed"]
    assert all(same)


async def test_vulnerabilities_are_those_of_the_lists(raw_api: httpx.AsyncClient) -> None:
    rows = await _all(raw_api, "SoftwareVulnerabilitiesByMachine")
    pairs = await rows_of(raw_api, "/api/vulnerabilities/machinesVulnerabilities")
    assert {(row["deviceId"], row["softwareName"], row["cveId"]) for row in rows if row["cveId"]} == {
        (row["machineId"], row["productName"], row["cveId"]) for row in pairs
    }
    assert len([row for row in rows if row["cveId"]]) == len(pairs)
    assert any(row["cveId"] is None for row in rows)
    levels = {row["exploitabilityLevel"] for row in rows}
    assert levels == {"NoExploit", "ExploitIsPublic", "ExploitIsVerified", "ExploitIsInKit"}
    advice = {row["id"] for row in await rows_of(raw_api, "/api/recommendations")}
    assert {row["recommendationReference"] for row in rows if row["cveId"]} <= advice
    datetime.strptime(rows[0]["lastSeenTimestamp"], "%Y-%m-%d %H:%M:%S")


async def test_software_and_settings_are_those_of_the_lists(raw_api: httpx.AsyncClient) -> None:
    inventory = await _all(raw_api, "SoftwareInventoryByMachine")
    for row in await rows_of(raw_api, "/api/Software"):
        own = [one for one in inventory if f"{one['softwareVendor']}-_-{one['softwareName']}" == row["id"]]
        assert len(own) == row["installedMachines"]
        assert len([one for one in own if one["numberOfWeaknesses"]]) == row["exposedMachines"]
    statuses = {row["endOfSupportStatus"] for row in inventory}
    assert {"None", "EOS Version", "EOS Software", "Upcoming EOS Version"} == statuses
    assert all((row["endOfSupportDate"] is None) == (row["endOfSupportStatus"] == "None") for row in inventory)
    settings = await _all(raw_api, "SecureConfigurationsAssessmentByMachine")
    for row in await rows_of(raw_api, "/api/recommendations", filter_="remediationType eq 'ConfigurationChange'"):
        own = [one for one in settings if one["recommendationReference"] == row["id"]]
        assert len(own) == row["totalMachineCount"]
        assert len([one for one in own if not one["isCompliant"]]) == row["exposedMachinesCount"]


async def test_what_the_other_rows_look_like(start_simulator: StartSimulator, clock: HeldClock) -> None:
    async with client_of(start_simulator(machines=200)) as client:
        extensions = await _all(client, "BrowserExtensionsInventoryByMachine")
        certificates = await _all(client, "certificateAssessmentByMachine")
        parts = await _all(client, "HardwareFirmwareInventoryByMachine")
        programs = await _all(client, "SoftwareInventoryNoProductCodeByMachine")
        software = await _all(client, "SoftwareInventoryByMachine")
        known = {row["key"] for row in await rows_of(client, "/api/browserextensions/permissionsinfo")}
    assert all(name[0].isupper() for row in extensions for name in row)
    assert {row["ExtensionRisk"] for row in extensions} == {"Low", "Medium", "High", "Critical"}
    assert {one["Id"] for row in extensions for one in row["Permissions"]} <= known
    browsers = {"chrome": "chrome", "edge": "edge_chromium-based", "firefox": "firefox"}
    having = {(row["deviceId"], row["softwareName"]) for row in software}
    assert {(row["DeviceId"], browsers[row["BrowserName"]]) for row in extensions} <= having
    now = clock.now().isoformat()[:19]
    ends = [row["notAfter"] for row in certificates]
    assert "0001-01-01T00:00:00Z" in ends
    assert any("2000" < end < now for end in ends)
    assert any(now < end < (clock.now() + timedelta(days=30)).isoformat() for end in ends)
    assert {row["isSelfSigned"] for row in certificates} == {True, False}
    for row in certificates:
        assert (row["subjectObject"] is None) == (row["notAfter"] == "0001-01-01T00:00:00Z")
        assert row["path"].endswith("\\" + row["thumbprint"])
    assert {row["componentType"] for row in parts} == {"Hardware", "Bios", "Processor"}
    assert all(isinstance(json.loads(row["additionalFields"]), dict) for row in parts)
    assert any(not row["softwareVendor"] for row in programs)


async def test_baselines_agree_with_their_profiles(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=300)) as client:
        rows = await _all(client, "baselineComplianceAssessmentByMachine")
        profiles = await rows_of(client, "/api/baselineProfiles")
        configurations = await rows_of(client, "/api/baselineConfigurations")
        active = await rows_of(client, "/api/baselineProfiles", filter_="status eq true and totalDevices gt 0")
        assert active == [row for row in profiles if row["status"]]
        accounts = await rows_of(client, "/api/baselineConfigurations", filter_="category eq 'Account Policies'")
        assert 0 < len(accounts) < len(configurations)
        assert (await client.get("/api/baselineProfiles?$filter=benchmark eq 'CIS'")).status_code == 400
    assert {row["configurationId"] for row in rows} == {row["id"] for row in configurations}
    for profile in profiles:
        own = [row for row in rows if row["profileId"] == profile["id"]]
        devices = {row["deviceId"] for row in own}
        failing = {row["deviceId"] for row in own if not row["isCompliant"]}
        assert len(devices) == profile["totalDevices"]
        assert len(devices - failing) == profile["passedDevices"]
        assert len(own) == len(devices) * profile["settingsNumber"]
    assert sum(profile["passedDevices"] for profile in profiles) > 0
    assert any("<p" in row["description"] for row in configurations)


async def test_permission_information_pages(raw_api: httpx.AsyncClient) -> None:
    path = "/api/browserextensions/permissionsinfo"
    whole = await rows_of(raw_api, path)
    assert set(whole[0]) == {"key", "permissionName", "description"}
    assert await rows_of(raw_api, path, top=4, skip=3) == whole[3:7]
    assert (await raw_api.get(path, params={"$filter": "key eq 'tabs'"})).status_code == 400


@pytest.mark.parametrize("name", FILED)
async def test_files_hold_the_rows_of_the_pages(tenant: Mounted, raw_api: httpx.AsyncClient, name: str) -> None:
    answer = (await raw_api.get(f"{BASE}/{name}")).json()
    assert answer["@odata.context"].endswith("#microsoft.windowsDefenderATP.api.ExportFilesResponse")
    assert answer["generatedTime"] == "2026-03-14T05:01:00Z"
    host = urlsplit(tenant.profile.base["mde"]).netloc
    assert all(urlsplit(link).netloc != host and "sig=" in link for link in answer["exportFiles"])
    rows = await _files(tenant, answer["exportFiles"])
    kind = next(kind for kind in KINDS if kind.files == name)
    if kind.rows:
        assert rows == await _all(raw_api, kind.rows)
    else:
        assert len({row["deviceId"] for row in rows}) == len(rows) > 40
    assert (await raw_api.get(f"{BASE}/{name}")).json() == answer


async def test_one_file_is_empty_and_big_exports_have_several(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(machines=1_100)
    async with client_of(mounted) as client:
        answer = (await client.get(f"{BASE}/SoftwareInventoryExport")).json()
        paged = await _all(client, "SoftwareInventoryByMachine", pageSize=9_000)
    links = answer["exportFiles"]
    assert len(links) == 4
    assert await _files(mounted, links[-1:]) == []
    assert await _files(mounted, links) == paged


async def test_links_expire(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    usual = (await raw_api.get(f"{BASE}/InfoGatheringExport")).json()["exportFiles"][0]
    longer = (await raw_api.get(f"{BASE}/InfoGatheringExport?sasValidHours=6")).json()["exportFiles"][0]
    for bad in (7, -1, "x"):
        answer = await raw_api.get(f"{BASE}/InfoGatheringExport", params={"sasValidHours": bad})
        assert error_of(answer)[:2] == (400, "InvalidInput")
    async with httpx.AsyncClient(transport=tenant.connection.asynchronous) as bare:
        for minutes, statuses in ((59, [200, 200]), (2, [403, 200]), (300, [403, 403])):
            clock.advance(minutes=minutes)
            assert [(await bare.get(link)).status_code for link in (usual, longer)] == statuses


async def test_a_token_at_the_files_is_refused_and_noted(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    link = (await raw_api.get(f"{BASE}/SoftwareInventoryExport")).json()["exportFiles"][0]
    await _files(tenant, [link])
    assert tenant.journal.misplaced() == []
    assert (await raw_api.get(link)).status_code == 400
    assert [one.host for one in tenant.journal.misplaced()] == [urlsplit(link).netloc]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.rows or kind.files)
async def test_permissions(start_simulator: StartSimulator, kind: Any) -> None:
    names = [name for name in (kind.rows, kind.files) if name]
    options = {"sinceTime": SINCE}
    for role in kind.roles:
        async with client_of(start_simulator(roles=(role,))) as client:
            for name in names:
                assert (await client.get(f"{BASE}/{name}", params=options)).status_code == 200
    async with client_of(start_simulator(roles=("Machine.Read.All",))) as client:
        for name in names:
            assert f"API required roles: {','.join(kind.roles)}," in error_of(await client.get(f"{BASE}/{name}"))[2]


async def test_quotas(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(quotas=True, machines=3)) as client:

        async def until_refused(path: str) -> int:
            for count in range(40):
                answer = await client.get(path)
                if answer.status_code == 429:
                    return count
            raise AssertionError(path)

        # each by itself
        assert await until_refused(f"{BASE}/SoftwareInventoryExport") == 5
        assert await until_refused(f"{BASE}/InfoGatheringExport") == 5
        assert await until_refused(f"{BASE}/SoftwareInventoryByMachine?$top=1") == 30
        assert await until_refused("/api/deviceavinfo?$top=1") == 30
        assert (await client.get("/api/Software?$top=1")).status_code == 200


async def test_hostile_files(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    links = (await raw_api.get(f"{BASE}/SoftwareInventoryExport")).json()["exportFiles"]
    calm = await _files(tenant, links)
    tenant.faults.set("hostile")
    rows = await _files(tenant, links)
    assert [row["deviceId"] for row in rows] == [row["deviceId"] for row in calm]
    assert all(one["softwareName"] != other["softwareName"] for one, other in zip(rows, calm, strict=True))


@pytest.mark.parametrize("fault", ["nextlink-foreign", "nextlink-loop"])
async def test_links_gone_wrong(tenant: Mounted, raw_api: httpx.AsyncClient, fault: str) -> None:
    tenant.faults.set(fault, "evil.example" if fault == "nextlink-foreign" else "", count=1)
    body = (await raw_api.get(f"{BASE}/SoftwareInventoryByMachine?pageSize=5")).json()
    link = urlsplit(body["@odata.nextLink"])
    if fault == "nextlink-foreign":
        assert link.netloc == "evil.example"
    else:
        assert (await raw_api.get(body["@odata.nextLink"])).json()["value"] == body["value"]


def test_files_over_tls_are_on_another_host(served: Served) -> None:

    context = ssl.create_default_context(cadata=served.ca_pem.decode())
    token = served.tenant.authority.issue()
    with httpx.Client(verify=context, trust_env=False) as client:
        bearer = {"Authorization": f"Bearer {token}"}
        answer = client.get(f"{served.url}{BASE}/SoftwareInventoryExport", headers=bearer)
        link = answer.json()["exportFiles"][0]
        assert urlsplit(link).hostname != urlsplit(served.url).hostname
        content = client.get(link)
        assert content.status_code == 200
        lines = gzip.decompress(content.content).splitlines()
        assert len({json.loads(line)["deviceId"] for line in lines}) == 5
        assert served.journal.misplaced() == []
        assert client.get(link, headers=bearer).status_code == 400
        assert len(served.journal.misplaced()) == 1


@pytest.fixture
def served(simulator_options: Options) -> Iterator[Served]:
    with Served(replace(simulator_options, machines=5, alerts=20)) as running:
        yield running
