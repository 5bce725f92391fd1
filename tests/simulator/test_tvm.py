"""Vulnerabilities, software and recommendations of the pretend tenant: every link holds in both directions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

PAIRS = "/api/vulnerabilities/machinesVulnerabilities"


async def _ids(client: httpx.AsyncClient, path: str) -> list[str]:
    return [row["id"] for row in await rows_of(client, path)]


async def test_a_cve_has_exactly_the_machines_that_list_it(raw_api: httpx.AsyncClient) -> None:
    machines = await _ids(raw_api, "/api/machines")
    lists: dict[str, set[str]] = {}
    for machine in machines:
        for row in await rows_of(raw_api, f"/api/machines/{machine}/vulnerabilities"):
            lists.setdefault(row["id"], set()).add(machine)
    every = {row["id"]: row for row in await rows_of(raw_api, "/api/vulnerabilities")}
    assert set(lists) == {key for key, row in every.items() if row["exposedMachines"]}
    assert {key: row["exposedMachines"] for key, row in every.items() if key in lists} == {
        key: len(found) for key, found in lists.items()
    }
    # one that Chrome and Edge share counts a machine with both once
    for cve in ("CVE-2024-38063", "CVE-2023-4863", "TVM-2024-0017"):
        assert set(await _ids(raw_api, f"/api/vulnerabilities/{cve}/machineReferences")) == lists[cve]


async def test_pairs_say_the_same_as_the_machines(raw_api: httpx.AsyncClient) -> None:
    pairs = await rows_of(raw_api, PAIRS)
    own = Counter(row["machineId"] for row in pairs)
    assert len({row["id"] for row in pairs}) == len(pairs)
    machine = own.most_common(1)[0][0]
    listed = set(await _ids(raw_api, f"/api/machines/{machine}/vulnerabilities"))
    scoped = await rows_of(raw_api, PAIRS, filter_=f"machineId eq '{machine}'")
    assert {row["cveId"] for row in scoped} == listed
    assert [row for row in pairs if row["machineId"] == machine] == scoped
    cve = await rows_of(raw_api, PAIRS, filter_="cveId eq 'CVE-2024-38063'")
    assert cve == [row for row in pairs if row["cveId"] == "CVE-2024-38063"]
    first = scoped[0]
    parts = [first[name] for name in ("machineId", "cveId", "productVendor", "productName", "productVersion")]
    assert first["id"] == "-_-".join([*parts, first["fixingKbId"] or ""])


async def test_pairs_page_by_skip_and_by_link(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(page_size=700)) as client:
        url, ids = PAIRS, []
        while url:
            body = (await client.get(url)).json()
            ids += [row["id"] for row in body["value"]]
            url = body.get("@odata.nextLink", "")
        skipped = await rows_of(client, PAIRS, top=50, skip=1234)
        assert await rows_of(client, PAIRS, top=5, skip=len(ids)) == []
    assert len(ids) == len(set(ids)) > 1500
    assert [row["id"] for row in skipped] == ids[1234:1284]


async def test_software_and_its_machines(raw_api: httpx.AsyncClient) -> None:
    machines = await _ids(raw_api, "/api/machines")
    having: dict[str, set[str]] = {}
    for machine in machines:
        for row in await rows_of(raw_api, f"/api/machines/{machine}/software"):
            having.setdefault(row["id"], set()).add(machine)
    software = {row["id"]: row for row in await rows_of(raw_api, "/api/Software")}
    assert set(software) == set(having)
    assert {key: row["installedMachines"] for key, row in software.items()} == {k: len(v) for k, v in having.items()}
    for key in ("google-_-chrome", "microsoft-_-windows_11", "microsoft-_-.net_framework"):
        row = software[key]
        assert set(await _ids(raw_api, f"/api/Software/{key}/machineReferences")) == having[key]
        flaws = await rows_of(raw_api, f"/api/Software/{key}/vulnerabilities")
        assert len(flaws) == row["weaknesses"]
        versions = await rows_of(raw_api, f"/api/Software/{key}/distributions")
        assert sum(one["installations"] for one in versions) == row["installedMachines"]
        exposed = sum(one["installations"] for one in versions if one["vulnerabilities"])
        assert exposed == row["exposedMachines"]
        pairs = await rows_of(raw_api, PAIRS, filter_=f"productName eq '{row['name']}'")
        assert {pair["cveId"] for pair in pairs} == {flaw["id"] for flaw in flaws}
        assert len({pair["machineId"] for pair in pairs}) == exposed
        entity = (await raw_api.get(f"/api/Software/{key.upper()}")).json()
        assert entity.pop("@odata.context").endswith("$metadata#Software/$entity")
        assert entity == row


async def test_the_os_of_a_machine_is_its_software(raw_api: httpx.AsyncClient) -> None:
    expected = {"Windows11": "windows_11", "WindowsServer2019": "windows_server_2019", "iOS": "ios"}
    for machine in await rows_of(raw_api, "/api/machines"):
        if machine["osPlatform"] in expected:
            names = {row["name"] for row in await rows_of(raw_api, f"/api/machines/{machine['id']}/software")}
            assert {name for name in names if name.startswith("windows_") or name == "ios"} == {
                expected[machine["osPlatform"]]
            }


async def test_missing_updates(raw_api: httpx.AsyncClient) -> None:
    missed: Counter[str] = Counter()
    windows: set[str] = set()
    for reference in await rows_of(raw_api, "/api/Software/microsoft-_-windows_10/machineReferences"):
        for row in await rows_of(raw_api, f"/api/machines/{reference['id']}/getmissingkbs"):
            if "windows_10" in row["productsNames"]:
                missed[row["id"]] += 1
                windows.add(row["name"])
    of_software = await rows_of(raw_api, "/api/software/microsoft-_-windows_10/getmissingkbs")
    assert {row["id"]: row["machineMissedOn"] for row in of_software} == missed
    assert "May 2025 Security Updates" in windows
    newest = of_software[0]
    assert newest["url"].endswith(f"KB{newest['id']}")
    # whoever misses it is exposed to what it fixes
    pairs = await rows_of(raw_api, PAIRS, filter_=f"fixingKbId eq '{newest['id']}' and productName eq 'windows_10'")
    assert len({pair["machineId"] for pair in pairs}) == newest["machineMissedOn"]
    assert len({pair["cveId"] for pair in pairs}) == newest["cveAddressed"]
    assert await rows_of(raw_api, "/api/software/google-_-chrome/getmissingkbs") == []


async def test_recommendations_point_at_what_exists(raw_api: httpx.AsyncClient) -> None:
    machines = set(await _ids(raw_api, "/api/machines"))
    software = {row["id"]: row for row in await rows_of(raw_api, "/api/Software")}
    rows = await rows_of(raw_api, "/api/recommendations")
    assert {row["remediationType"] for row in rows} == {"Update", "Upgrade", "Uninstall", "ConfigurationChange"}
    assert {row["status"] for row in rows} == {"Active", "Exception"}
    assert {row["recommendationCategory"] for row in rows} <= {
        "Accounts", "Application", "Network", "OS", "SecurityControls",
    }  # fmt: skip
    whom: dict[str, set[str]] = {}
    for row in rows:
        found = await _ids(raw_api, f"/api/recommendations/{row['id']}/machineReferences")
        whom[row["id"]] = set(found)
        assert len(found) == row["exposedMachinesCount"] > 0
        assert whom[row["id"]] <= machines
        assert row["exposedMachinesCount"] <= row["totalMachineCount"]
        flaws = await _ids(raw_api, f"/api/recommendations/{row['id']}/vulnerabilities")
        answer = await raw_api.get(f"/api/recommendations/{row['id']}/software")
        if row["id"].startswith("va-_-"):
            assert answer.json() == {"@odata.context": answer.json()["@odata.context"], **software[row["id"][5:]]}
            assert len(flaws) == row["weaknesses"] > 0
        else:
            assert row["id"].startswith("sca-_-scid-")
            assert answer.status_code == 404
            assert flaws == []
    for machine in sorted(machines)[:15]:
        own = await _ids(raw_api, f"/api/machines/{machine}/recommendations")
        assert set(own) == {key for key, found in whom.items() if machine in found}


@pytest.mark.parametrize(
    ("path", "query", "holds"),
    [
        ("/api/vulnerabilities", "severity eq 'Critical'", lambda row: row["severity"] == "Critical"),
        ("/api/vulnerabilities", "cvssV3 ge 9", lambda row: (row["cvssV3"] or 0) >= 9),
        ("/api/vulnerabilities", "cvssV3 lt 4.5", lambda row: row["cvssV3"] is not None and row["cvssV3"] < 4.5),
        ("/api/vulnerabilities", "cvssV3 eq null", lambda row: row["cvssV3"] is None),
        ("/api/vulnerabilities", "publishedOn ge 2025-05-01T00:00:00Z", lambda row: row["publishedOn"] >= "2025-05-01"),
        ("/api/vulnerabilities", "updatedOn lt 2022-01-01", lambda row: row["updatedOn"] < "2022"),
        ("/api/vulnerabilities", "startswith(id,'CVE-2021')", lambda row: row["id"].startswith("CVE-2021")),
        ("/api/Software", "vendor eq 'microsoft'", lambda row: row["vendor"] == "microsoft"),
        ("/api/Software", "name eq 'chrome'", lambda row: row["name"] == "chrome"),
        ("/api/recommendations", "remediationType eq 'Uninstall'", lambda row: row["remediationType"] == "Uninstall"),
        ("/api/recommendations", "severityScore gt 5.5", lambda row: row["severityScore"] > 5.5),
        ("/api/recommendations", "status eq 'Exception'", lambda row: row["status"] == "Exception"),
        (PAIRS, "severity eq 'Critical' and productVendor eq 'google'", lambda row: row["severity"] == "Critical" and row["productVendor"] == "google"),
    ],
)  # fmt: skip
async def test_filters(raw_api: httpx.AsyncClient, path: str, query: str, holds: Any) -> None:
    found = await rows_of(raw_api, path, filter_=query)
    assert found == [row for row in await rows_of(raw_api, path) if holds(row)]
    assert found


@pytest.mark.parametrize(
    ("path", "most", "bad"),
    [
        ("/api/vulnerabilities", 8_000, "exposedMachines gt 1"),
        ("/api/Software", 10_000, "weaknesses gt 1"),
        ("/api/recommendations", 10_000, "publicExploit eq true"),
        (PAIRS, 10_000, "cvssV3 gt 5"),
    ],
)
async def test_maxima_and_unknown_properties(raw_api: httpx.AsyncClient, path: str, most: int, bad: str) -> None:
    body = (await raw_api.get(path, params={"$top": most})).json()
    assert body["value"]
    assert "@odata.nextLink" not in body
    assert error_of(await raw_api.get(path, params={"$top": most + 1}))[:2] == (400, "ODataError")
    status, code, text = error_of(await raw_api.get(path, params={"$filter": bad}))
    assert (status, code) == (400, "ODataError")
    assert bad.split()[0] in text


async def test_a_page_of_vulnerabilities_has_8000_rows(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(page_size=5)) as client:
        assert len(await rows_of(client, "/api/vulnerabilities")) == 5
        whole = [row["id"] for row in await rows_of(client, "/api/vulnerabilities", top=8000)]
        url, ids = "/api/vulnerabilities?$filter=severity ne 'x'&$skip=600", []
        while url:
            body = (await client.get(url)).json()
            ids += [row["id"] for row in body["value"]]
            url = body.get("@odata.nextLink", "")
    assert ids == whole[600:]
    assert len(set(whole)) == len(whole) > 600


async def test_what_a_vulnerability_looks_like(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/vulnerabilities")
    assert {row["severity"] for row in rows} == {"Low", "Medium", "High", "Critical"}
    assert {row["cveSupportability"] for row in rows} == {"Supported", "Not Supported", "SupportedInPremium"}
    assert {row["publicExploit"] for row in rows} == {True, False}
    assert all(row["publicExploit"] for row in rows if row["exploitVerified"])
    assert all(0 <= row["epss"] <= 1 for row in rows)
    assert any(len(row["description"]) > 800 for row in rows)
    assert any(not row["id"].startswith("CVE-") for row in rows)
    body = (await raw_api.get("/api/vulnerabilities/cve-2024-38063")).json()
    assert body == {"@odata.context": body["@odata.context"], **next(one for one in rows if one["id"] == body["id"])}
    for path in ("/api/vulnerabilities/CVE-1999-0001", "/api/Software/a-_-b", "/api/recommendations/va-_-a-_-b"):
        assert error_of(await raw_api.get(path))[:2] == (404, "ResourceNotFound")
        assert (await raw_api.get(f"{path}/machineReferences")).status_code == 404


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/api/vulnerabilities", "Vulnerability.Read.All"),
        (PAIRS, "Vulnerability.Read.All"),
        ("/api/vulnerabilities/CVE-2024-38063/machineReferences", "Vulnerability.Read.All"),
        ("/api/Software", "Software.Read.All"),
        ("/api/Software/google-_-chrome/vulnerabilities", "Vulnerability.Read.All"),
        ("/api/recommendations", "SecurityRecommendation.Read.All"),
        ("/api/recommendations/va-_-google-_-chrome/software", "Software.Read.All"),
        ("/api/recommendations/va-_-google-_-chrome/vulnerabilities", "Vulnerability.Read.All"),
        ("/api/machines/dc-01/recommendations", "SecurityRecommendation.Read.All"),
        ("/api/machines/dc-01/getmissingkbs", "Software.Read.All"),
    ],
)
async def test_permissions(tenant: Mounted, raw_api: httpx.AsyncClient, path: str, role: str) -> None:
    assert (await raw_api.get(path)).status_code == 200
    tenant.faults.set("forbidden", role)
    status, code, text = error_of(await raw_api.get(path))
    assert (status, code) == (403, "Forbidden")
    assert f"API required roles: {role}," in text


async def test_same_seed_same_weaknesses(start_simulator: StartSimulator) -> None:
    bodies = []
    for seed in (3, 3, 4):
        async with client_of(start_simulator(seed=seed)) as client:
            paths = ("/api/vulnerabilities", PAIRS, "/api/Software", "/api/recommendations")
            bodies.append([(await client.get(path)).content for path in paths])
    assert bodies[0] == bodies[1]
    assert all(one != other for one, other in zip(bodies[0], bodies[2], strict=True))


async def test_what_nobody_asks_for_is_not_made(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    store = tenant.tenant.store
    await rows_of(raw_api, "/api/machines")
    assert not store.has("products")
    await rows_of(raw_api, "/api/Software")
    assert store.has("installed")
    assert not store.has("lacking")
    assert not store.has("weak_before")


async def test_a_tenant_of_one_machine(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=1, alerts=0)) as client:
        for path in ("/api/vulnerabilities", PAIRS, "/api/Software", "/api/recommendations"):
            assert await rows_of(client, path)
