"""Files, domains, addresses and users of the pretend tenant: links hold in both directions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of, token_of


async def _alerts(api: httpx.AsyncClient) -> list[dict[str, Any]]:
    return await rows_of(api, "/api/alerts", expand="evidence")


def _by(rows: list[dict[str, Any]], key: str) -> set[str]:
    return {row[key] for row in rows}


def _traced(tenant: Mounted, kind: str, column: str) -> dict[str, set[str]]:
    """Ids of the alerts of every trace of a kind."""
    tenant.tenant.traces  # noqa: B018  made at the first use
    out: dict[str, set[str]] = {}
    for value, alert in tenant.tenant.store.rows(
        f"SELECT e.{column}, a.id FROM traces t JOIN entities e ON e.entity = t.entity JOIN alerts a ON a.n = t.alert "
        "WHERE e.type = $kind",
        {"kind": kind},
    ):
        out.setdefault(value, set()).add(alert)
    return out


async def test_every_file_of_the_evidence_leads_back(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    """The SQL that finds traces fills recipes as the Python that writes evidence does: compared for every file."""
    want: dict[str, set[str]] = {}
    machines: dict[str, set[str]] = {}
    for alert in await _alerts(raw_api):
        for piece in alert["evidence"]:
            if piece["sha1"]:
                want.setdefault(piece["sha1"], set()).add(alert["id"])
                machines.setdefault(piece["sha1"], set()).add(alert["machineId"])
    assert len(want) > 100
    assert _traced(tenant, "file", "sha1") == want
    for sha1, ids in list(want.items())[:30]:
        assert _by(await rows_of(raw_api, f"/api/files/{sha1}/alerts"), "id") == ids
        assert _by(await rows_of(raw_api, f"/api/files/{sha1}/machines"), "id") >= machines[sha1]


async def test_a_file_is_the_same_wherever_it_is_met(raw_api: httpx.AsyncClient) -> None:
    for alert in (await _alerts(raw_api))[:20]:
        for piece in [one for one in alert["evidence"] if one["sha1"]][:1]:
            by_sha1 = (await raw_api.get(f"/api/files/{piece['sha1'].upper()}")).json()
            by_sha256 = (await raw_api.get(f"/api/files/{piece['sha256']}")).json()
            of_alert = (await rows_of(raw_api, f"/api/alerts/{alert['id']}/files"))[0]
            assert by_sha1 == by_sha256
            same = ("sha1", "sha256", "md5", "size", "signer", "globalPrevalence", "determinationType", "isPeFile")
            assert {name: by_sha1[name] for name in same} == {name: of_alert[name] for name in same}


async def test_statistics_count_what_the_lists_hold(raw_api: httpx.AsyncClient) -> None:
    counts = []
    for alert in (await _alerts(raw_api))[:30]:
        for piece in alert["evidence"]:
            if not piece["sha1"]:
                continue
            stats = (await raw_api.get(f"/api/files/{piece['sha1']}/stats")).json()
            assert stats["sha1"] == piece["sha1"]
            assert stats["topFileNames"] == [piece["fileName"]]
            if piece["filePath"].startswith("C:\\Windows\\"):
                machines = await rows_of(raw_api, f"/api/files/{piece['sha1']}/machines")
                assert stats["organizationPrevalence"] == len(machines) > 20
            counts.append(stats["organizationPrevalence"])
    # files of 30 days only: alerts are up to 90 days old
    assert 0 in counts
    assert 1 in counts


async def test_looking_back_shorter_finds_less(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    ips = [piece["ipAddress"] for alert in await _alerts(raw_api) for piece in alert["evidence"] if piece["ipAddress"]]
    day, month = [], []
    for ip in sorted(set(ips)):
        day.append((await raw_api.get(f"/api/ips/{ip}/stats", params={"lookBackHours": 24})).json())
        month.append((await raw_api.get(f"/api/ips/{ip}/stats", params={"LOOKBACKHOURS": 720})).json())
    assert sum(one["organizationPrevalence"] for one in day) < sum(one["organizationPrevalence"] for one in month)
    unseen = next(one for one in day if one["organizationPrevalence"] == 0)
    assert (unseen["orgFirstSeen"], unseen["orgLastSeen"]) == (None, None)
    for text in ("0", "721", "-1", "x"):
        answer = await raw_api.get(f"/api/ips/{ips[0]}/stats", params={"lookBackHours": text})
        assert error_of(answer)[:2] == (400, "InvalidInput")


async def test_domains_and_addresses_lead_back(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    hosts: dict[str, set[str]] = {}
    addresses: dict[str, set[str]] = {}
    machines: dict[str, set[str]] = {}
    for alert in await _alerts(raw_api):
        for piece in alert["evidence"]:
            if piece["ipAddress"]:
                addresses.setdefault(piece["ipAddress"], set()).add(alert["id"])
            if piece["url"] and not piece["url"].startswith("ldap://"):
                host = urlsplit(piece["url"]).hostname or ""
                hosts.setdefault(host, set()).add(alert["id"])
                machines.setdefault(host, set()).add(alert["machineId"])
    assert len(hosts) > 20
    assert len(addresses) > 20
    assert _traced(tenant, "domain", "value") == hosts
    assert _traced(tenant, "ip", "value") == addresses
    for host, ids in list(hosts.items())[:15]:
        assert _by(await rows_of(raw_api, f"/api/domains/{host}/alerts"), "id") == ids
        assert _by(await rows_of(raw_api, f"/api/domains/{host}/machines"), "id") == machines[host]
    for ip, ids in list(addresses.items())[:15]:
        assert _by(await rows_of(raw_api, f"/api/ips/{ip}/alerts"), "id") == ids


async def test_domains_of_an_alert_have_alerts(raw_api: httpx.AsyncClient) -> None:
    seen = 0
    for alert in (await _alerts(raw_api))[:120]:
        for domain in await rows_of(raw_api, f"/api/alerts/{alert['id']}/domains"):
            stats = (await raw_api.get(f"/api/domains/{domain['host']}/stats", params={"lookBackHours": 720})).json()
            assert stats["host"] == domain["host"]
            seen += 1
    assert seen > 5


async def test_machines_of_a_domain_stop_at_500(start_simulator: StartSimulator, monkeypatch: Any) -> None:
    monkeypatch.setattr("mdetui.simulator.routes.traces._DOMAIN_MACHINES", 1)
    tenant = start_simulator(alerts=2_000)
    async with client_of(tenant) as api:
        host = await rows_of(api, "/api/alerts", top=2_000, expand="evidence")
        names = {urlsplit(p["url"]).hostname for a in host for p in a["evidence"] if p["url"]}
        for name in sorted(str(one) for one in names if one and not one.startswith("198."))[:20]:
            assert len(await rows_of(api, f"/api/domains/{name}/machines")) == 1


async def test_users_lead_back(raw_api: httpx.AsyncClient) -> None:
    want: dict[str, set[str]] = {}
    for alert in await _alerts(raw_api):
        if alert["relatedUser"]:
            want.setdefault(alert["relatedUser"]["userName"], set()).add(alert["id"])
    assert len(want) > 10
    for name, ids in want.items():
        assert _by(await rows_of(raw_api, f"/api/users/{name}/alerts"), "id") == ids


async def test_who_signed_in_to_a_machine_has_that_machine(raw_api: httpx.AsyncClient) -> None:
    used: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for machine in await rows_of(raw_api, "/api/machines"):
        for user in await rows_of(raw_api, f"/api/machines/{machine['id']}/logonusers"):
            used.setdefault(user["accountName"], set()).add(machine["id"])
            counts[user["accountName"]] = user["logOnMachinesCount"]
    for name, ids in used.items():
        assert _by(await rows_of(raw_api, f"/api/users/{name}/machines"), "id") == ids
        assert counts[name] == len(ids)


async def test_the_unknown(raw_api: httpx.AsyncClient) -> None:
    nowhere = "0" * 40
    assert error_of(await raw_api.get(f"/api/files/{nowhere}"))[:2] == (404, "ResourceNotFound")
    assert error_of(await raw_api.get(f"/api/files/{nowhere}/stats"))[:2] == (404, "ResourceNotFound")
    for path in (
        f"files/{nowhere}/alerts",
        f"files/{nowhere}/machines",
        "domains/nowhere.example/alerts",
        "domains/nowhere.example/machines",
        "ips/192.0.2.1/alerts",
        "ips/2001:db8::1/alerts",
        "users/nobody/alerts",
        "users/nobody/machines",
        "users/nobody@contoso.com/machines",
    ):
        assert await rows_of(raw_api, f"/api/{path}") == []
    for path, name in (("domains/nowhere.example", "host"), ("ips/192.0.2.1", "ipAddress")):
        row = (await raw_api.get(f"/api/{path}/stats")).json()
        assert (row["organizationPrevalence"], row["orgFirstSeen"]) == (0, None)
        assert row[name] == path.split("/")[1]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"files/{'a' * 32}", "InvalidHashValue"),
        (f"files/{'a' * 32}/stats", "InvalidHashValue"),
        (f"files/{'a' * 64}/alerts", "InvalidHashValue"),
        (f"files/{'a' * 64}/machines", "InvalidHashValue"),
        ("files/xyz", "InvalidHashValue"),
        ("domains/not_a_domain/alerts", "InvalidDomainName"),
        ("domains/-x.com/stats", "InvalidDomainName"),
        ("ips/999.1.1.1/alerts", "InvalidIpAddress"),
        ("ips/x/stats", "InvalidIpAddress"),
    ],
)
async def test_malformed(raw_api: httpx.AsyncClient, path: str, code: str) -> None:
    assert error_of(await raw_api.get(f"/api/{path}"))[:2] == (400, code)


@pytest.mark.parametrize(
    ("path", "needs"),
    [
        (f"files/{'a' * 40}", "File.Read.All"),
        (f"files/{'a' * 40}/stats", "File.Read.All"),
        (f"files/{'a' * 40}/alerts", "Alert.Read.All"),
        (f"files/{'a' * 40}/machines", "Machine.Read.All"),
        ("domains/example.com/stats", "URL.Read.All"),
        ("domains/example.com/machines", "Machine.Read.All"),
        ("ips/192.0.2.1/stats", "Ip.Read.All"),
        ("users/nobody/machines", "Machine.Read.All"),
    ],
)
async def test_permissions(tenant: Mounted, path: str, needs: str) -> None:
    async with client_of(tenant, tenant.tenant.authority.issue(roles=("Nothing.Read",))) as api:
        status, code, text = error_of(await api.get(f"/api/{path}"))
    assert (status, code) == (403, "Forbidden")
    assert needs in text


async def test_alerts_that_arrive_leave_traces(start_simulator: StartSimulator, clock: HeldClock) -> None:
    tenant = start_simulator(alerts=0, arrivals=60.0)
    async with client_of(tenant) as api:
        counts = []
        for hours in (0, 1, 14):
            clock.advance(hours=hours)
            api.headers["Authorization"] = f"Bearer {token_of(tenant)}"
            assert await rows_of(api, "/api/ips/192.0.2.1/alerts") == []
            traced = _traced(tenant, "file", "sha1")
            alerts = await _alerts(api)
            counts.append(len(alerts))
            for alert in alerts:
                assert all(alert["id"] in traced[one["sha1"]] for one in alert["evidence"] if one["sha1"])
        assert 0 == counts[0] < counts[1] < 400 < counts[2]
