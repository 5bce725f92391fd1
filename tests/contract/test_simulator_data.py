"""What the pretend tenant holds: lifelike, odd where the service is odd, the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, rows_of

_FRACTION = re.compile(r"\.(\d+)Z$")


async def test_same_seed_same_tenant(start_simulator: StartSimulator) -> None:
    bodies = []
    for seed in (3, 3, 4):
        async with client_of(start_simulator(seed=seed)) as client:
            paths = ("/api/alerts", "/api/machines", "/api/machineactions")
            bodies.append([(await client.get(path)).content for path in paths])
    assert bodies[0] == bodies[1]
    assert all(one != other for one, other in zip(bodies[0], bodies[2], strict=True))


@pytest.mark.parametrize(("machines", "alerts"), [(1, 0), (1, 1), (5, 20), (41, 90)])
async def test_any_size_has_exactly_so_many_rows(start_simulator: StartSimulator, machines: int, alerts: int) -> None:
    async with client_of(start_simulator(machines=machines, alerts=alerts)) as client:
        assert len(await rows_of(client, "/api/machines")) == machines
        found = await rows_of(client, "/api/alerts")
        assert len({row["id"] for row in found}) == alerts
        assert (await client.get("/api/machineactions")).status_code == 200


async def test_machines_are_odd_as_the_service(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=600, alerts=10)) as client:
        rows = await rows_of(client, "/api/machines")
    names = Counter(row["computerDnsName"] for row in rows)
    twins = {row["id"]: row for row in rows if row["isPotentialDuplication"]}
    controllers = [row for row in rows if row["computerDnsName"].startswith("dc-")]
    assert len({row["id"] for row in rows}) == 600
    assert len(twins) == sum(count - 1 for count in names.values()) == 15
    assert len(controllers) >= 2
    assert {row["deviceValue"] for row in controllers} == {"High"}
    assert "fin-ws-014" in names
    assert "dc-02" in names
    assert any(name.isupper() for name in names)
    assert max(map(len, names)) > 60
    assert {"Windows10", "Windows11", "WindowsServer2022", "Linux", "macOS", "iOS"} <= {
        row["osPlatform"] for row in rows
    }
    assert {row["osVersion"] for row in rows} == {None}
    assert {row["osBuild"] for row in rows if row["osPlatform"] == "Linux"} == {None, 6}
    assert {row["rbacGroupId"] for row in rows if row["rbacGroupName"] is None} == {0}
    macs = {address["macAddress"] for row in rows for address in row["ipAddresses"]}
    assert {None, "000000000000"} < macs
    assert any(row["lastIpAddress"] is None for row in rows)


async def test_times_have_every_number_of_digits(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=600, alerts=3000)) as client:
        rows = await rows_of(client, "/api/alerts")
    times = [row[name] for row in rows for name in ("alertCreationTime", "lastUpdateTime", "firstEventTime")]
    digits = Counter(len(match[1]) if (match := _FRACTION.search(time)) else 0 for time in times)
    assert {0, 1, 2, 3, 6, 7} <= set(digits)
    assert digits.most_common(1)[0][0] == 7


async def test_the_queue_is_dense_near_now(start_simulator: StartSimulator, clock: HeldClock) -> None:
    async with client_of(start_simulator(machines=600, alerts=3000)) as client:
        rows = await rows_of(client, "/api/alerts")
        hour = await rows_of(client, "/api/alerts", filter_="alertCreationTime ge 2026-03-14T08:26:53Z")
    stamps = [row["alertCreationTime"] for row in rows]
    assert max(stamps) < f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    assert min(stamps) < "2025-12-20"
    assert 5 <= len(hour) <= 60
    assert stamps != sorted(stamps)
    assert stamps != sorted(stamps, reverse=True)
    repeats = Counter((row["machineId"], row["title"]) for row in rows)
    assert max(repeats.values()) >= 5
    incidents: dict[int, set[str]] = {}
    for row in rows:
        incidents.setdefault(row["incidentId"], set()).add(row["machineId"])
    assert any(len(machines) > 1 for machines in incidents.values())
    assert {row["status"] for row in rows} == {"New", "InProgress", "Resolved"}
    assert all((row["resolvedTime"] is not None) == (row["status"] == "Resolved") for row in rows)


async def test_a_small_tenant_has_alerts_of_the_last_hour(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    assert len(await rows_of(raw_api, "/api/alerts", filter_="alertCreationTime ge 2026-03-14T08:26:53Z")) >= 5


async def test_new_alerts_keep_arriving(start_simulator: StartSimulator, clock: HeldClock) -> None:
    mounted = start_simulator(arrivals=100)
    seen = [300]
    async with client_of(mounted) as client:
        for hours in (0.1, 2, 24, 24):
            clock.advance(hours=hours)
            client.headers["Authorization"] = f"Bearer {mounted.tenant.authority.issue()}"
            rows = await rows_of(client, "/api/alerts")
            assert len({row["id"] for row in rows}) == len(rows)
            seen.append(len(rows))
    added = [after - before for before, after in zip(seen, seen[1:], strict=False)]
    # 100 s apart: 3.6, 72, 864 and 864 expected
    assert 2 <= added[0] <= 5
    assert 65 <= added[1] <= 80
    assert 820 <= added[2] <= 900
    assert 820 <= added[3] <= 900


async def test_evidence_comes_only_when_asked_for_and_is_always_the_same(raw_api: httpx.AsyncClient) -> None:
    plain = await rows_of(raw_api, "/api/alerts", top=100)
    expanded = await rows_of(raw_api, "/api/alerts", top=100, expand="evidence")
    assert all(row["evidence"] == [] for row in plain)
    assert [{**row, "evidence": []} for row in expanded] == plain
    assert all(row["evidence"] for row in expanded)
    single = (await raw_api.get(f"/api/alerts/{plain[0]['id']}")).json()
    assert single["evidence"] == expanded[0]["evidence"]


async def test_processes_of_an_alert_form_a_tree(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/alerts", expand="evidence")
    keys = {tuple(piece) for row in rows for piece in row["evidence"]}
    assert len(keys) == 1
    assert len(next(iter(keys))) == 25
    kinds = {piece["entityType"] for row in rows for piece in row["evidence"]}
    assert kinds == {"User", "Process", "File", "Ip", "Url", "Registry"}
    word = next(row for row in rows if row["title"] == "Suspicious process launched by a Word document")
    processes = [piece for piece in word["evidence"] if piece["entityType"] == "Process"]
    parent, child = processes
    assert child["parentProcessId"] == parent["processId"]
    assert child["parentProcessFileName"] == parent["fileName"] == "WINWORD.EXE"
    assert not [piece for row in rows for piece in row["evidence"] if "{" in str(piece["processCommandLine"])]


async def test_the_first_case_ends_on_the_domain_controller(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/alerts", filter_="incidentId eq 100000")
    rows.sort(key=lambda row: str(row["alertCreationTime"]))
    assert len(rows) == 7
    assert rows[0]["title"] == "Suspicious process launched by a Word document"
    assert [row["computerDnsName"] for row in rows[-2:]] == ["dc-02", "dc-02"]


async def test_what_hangs_on_an_alert(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/alerts", expand="evidence")
    alert = next(row for row in rows if row["title"] == "Suspicious process launched by a Word document")
    pieces: list[dict[str, Any]] = alert["evidence"]
    base = f"/api/alerts/{alert['id']}"
    machine = (await raw_api.get(f"{base}/machine")).json()
    assert (machine["id"], machine["computerDnsName"]) == (alert["machineId"], alert["computerDnsName"])
    assert (await raw_api.get(f"{base}/user")).json()["accountName"] == alert["relatedUser"]["userName"]
    files = await rows_of(raw_api, f"{base}/files")
    assert {row["sha1"] for row in files} == {piece["sha1"] for piece in pieces if piece["sha1"]}
    assert [row["id"] for row in await rows_of(raw_api, f"{base}/ips")] == [
        piece["ipAddress"] for piece in pieces if piece["ipAddress"]
    ]
    host = next(piece["url"] for piece in pieces if piece["url"]).split("/")[2]
    assert await rows_of(raw_api, f"{base}/domains") == [{"host": host}]


async def test_an_alert_without_a_user_has_no_user(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/alerts")
    alert = next(row for row in rows if row["relatedUser"] is None)
    assert (await raw_api.get(f"/api/alerts/{alert['id']}/user")).status_code == 404


async def test_what_hangs_on_a_machine(raw_api: httpx.AsyncClient) -> None:
    alerts = await rows_of(raw_api, "/api/alerts")
    machine = Counter(row["machineId"] for row in alerts).most_common(1)[0][0]
    base = f"/api/machines/{machine}"
    own = {row["id"] for row in alerts if row["machineId"] == machine}
    open_ones = {row["id"] for row in alerts if row["machineId"] == machine and row["status"] != "Resolved"}
    assert {row["id"] for row in await rows_of(raw_api, f"{base}/alerts")} == own
    count = await raw_api.get(f"{base}/alerts/$count", params={"$filter": "status ne 'Resolved'"})
    assert (count.text, count.headers["content-type"]) == (str(len(open_ones)), "text/plain; charset=utf-8")
    users = await rows_of(raw_api, f"{base}/logonusers")
    assert users[0]["logonTypes"] == "Interactive"
    assert users[0]["id"] == f"contoso\\{users[0]['accountName']}"
    software = await rows_of(raw_api, f"{base}/software")
    assert all(row["id"] == f"{row['vendor']}-_-{row['name']}" for row in software)
    answer = (await raw_api.get(f"{base}/vulnerabilities")).json()
    assert answer["@odata.count"] == len(answer["value"]) > 0
    assert {row["@odata.type"] for row in answer["value"]} == {
        "#microsoft.windowsDefenderATP.api.PublicVulnerabilityDto"
    }
    assert (await raw_api.get(base)).json() == {
        "@odata.context": "https://api.securitycenter.microsoft.com/api/$metadata#Machines/$entity",
        **next(row for row in await rows_of(raw_api, "/api/machines") if row["id"] == machine),
    }


async def test_a_name_means_the_machine_seen_last(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/machines")
    twin = next(row for row in rows if row["isPotentialDuplication"])
    both = [row for row in rows if row["computerDnsName"] == twin["computerDnsName"]]
    assert len(both) == 2
    newest = max(both, key=lambda row: str(row["lastSeen"]))
    assert (await raw_api.get(f"/api/machines/{twin['computerDnsName'].upper()}")).json()["id"] == newest["id"]
    assert newest["id"] != twin["id"]


async def test_finding_by_tag_and_address(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/machines")
    tiers = {row["id"] for row in rows if "tier0" in row["machineTags"]}
    answer = await raw_api.get("/api/machines/findbytag", params={"tag": "tier0"})
    assert {row["id"] for row in answer.json()["value"]} == tiers
    answer = await raw_api.get("/api/machines/findbytag", params={"tag": "tie", "useStartsWithFilter": "true"})
    assert {row["id"] for row in answer.json()["value"]} == tiers
    assert (await raw_api.get("/api/machines/findbytag", params={"tag": "tie"})).json()["value"] == []
    assert (await raw_api.get("/api/machines/findbytag")).status_code == 400

    machine = next(row for row in rows if row["lastIpAddress"] and row["healthStatus"] == "Active")
    path = "/api/machines/findbyip(ip='{}',timestamp={})"
    found = await raw_api.get(path.format(machine["lastIpAddress"], machine["lastSeen"]))
    assert machine["id"] in {row["id"] for row in found.json()["value"]}
    assert (await raw_api.get(path.format("10.250.1.1", machine["lastSeen"]))).status_code == 404
    for ip, moment in ((machine["lastIpAddress"], "2025-01-01T00:00:00Z"), ("10.1.1", machine["lastSeen"])):
        assert (await raw_api.get(path.format(ip, moment))).status_code == 400
