"""Every list of the tenant tells hostile texts where it holds text of the tenant."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.simulated import client_of, rows_of

_AUDIENCES = {
    "mde": "https://api.securitycenter.microsoft.com",
    "xdr": "https://api.security.microsoft.com",
    "graph": "https://graph.microsoft.com",
}
# what must be replaced somewhere in the rows of a list, and what must stay
_LISTS = [
    (
        "mde",
        "/api/indicators",
        "indicatorValue title description recommendedActions application createdByDisplayName",
        "id action",
    ),
    ("mde", "/api/investigations", "computerDnsName", "id machineId triggeringAlertId startTime"),
    ("mde", "/api/libraryfiles", "fileName description parametersDescription createdBy", "sha256 creationTime"),
    (
        "mde",
        "/api/machineactions",
        "requestor requestorComment computerDnsName value",
        "id machineId type commandStatus key",
    ),
    (
        "xdr",
        "/api/incidents",
        "incidentName assignedTo title description deviceDnsName fileName processCommandLine userPrincipalName rbacGroupName",
        "alertId mdatpDeviceId createdTime sha1",
    ),
    (
        "graph",
        "/v1.0/security/alerts_v2",
        "title description deviceDnsName hostName processCommandLine fileName accountName url registryValueName tags",
        "id incidentId mdeDeviceId sha1 createdDateTime",
    ),
    ("graph", "/v1.0/security/incidents", "displayName assignedTo", "id createdDateTime incidentWebUrl"),
]


def _values(value: Any, out: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every text by the key it stands under."""
    if isinstance(value, list):
        for one in value:
            _values(one, out)
    if isinstance(value, dict):
        for key, one in value.items():
            texts = [text for text in (one if isinstance(one, list) else [one]) if isinstance(text, str) and text]
            out.setdefault(key, []).extend(texts)
            _values(one, out)
    return out


@pytest.mark.parametrize(("service", "path", "replaced", "kept"), _LISTS)
async def test_lists(tenant: Mounted, service: str, path: str, replaced: str, kept: str) -> None:
    roles = ("Incident.Read.All", "SecurityAlert.Read.All", "SecurityIncident.Read.All", *tenant.options.roles)
    token = tenant.tenant.authority.issue(_AUDIENCES[service], roles=roles)
    async with client_of(tenant, token) as api:
        clean = _values(await rows_of(api, path), {})
        tenant.faults.set("hostile")
        spoiled = _values(await rows_of(api, path), {})
    for key in replaced.split():
        assert clean[key], key
        assert not set(clean[key]) & set(spoiled[key]), key
    for key in kept.split():
        assert clean[key], key
        assert clean[key] == spoiled[key], key


async def test_pages_of_one_thing(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    alerts = await rows_of(raw_api, "/api/alerts", expand="evidence")
    sha1 = next(piece["sha1"] for alert in alerts for piece in alert["evidence"] if piece["sha1"])
    machine = (await rows_of(raw_api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=1))[0]
    script = {"type": "RunScript", "params": [{"key": "ScriptName", "value": "minidump.ps1"}]}
    body = {"Commands": [script], "Comment": "look"}
    action = (await raw_api.post(f"/api/machines/{machine['id']}/runliveresponse", json=body)).json()["id"]
    clock.advance(minutes=3)
    tenant.faults.set("hostile")
    stats = (await raw_api.get(f"/api/files/{sha1}/stats")).json()
    assert stats["sha1"] == sha1
    assert stats["topFileNames"] != [next(p["fileName"] for a in alerts for p in a["evidence"] if p["sha1"] == sha1)]
    # an address of a file is nobody's text
    answer = await raw_api.get(f"/api/machineactions/{action}/GetLiveResponseResultDownloadLink(index=0)")
    url = answer.json()["value"]
    assert url.startswith("https://files.")
    async with httpx.AsyncClient(transport=tenant.connection.asynchronous) as client:
        result = json.loads((await client.get(url)).content)
    assert result["script_name"] != "minidump.ps1"
    assert "3 processes" not in result["script_output"]


async def test_hunting(tenant: Mounted) -> None:
    pytest.importorskip("duckdb_kql")
    token = tenant.tenant.authority.issue(_AUDIENCES["graph"], roles=("ThreatHunting.Read.All",))
    query = {"Query": "DeviceProcessEvents | take 20 | project DeviceId, FileName, ProcessCommandLine"}
    async with client_of(tenant, token) as api:
        clean = (await api.post("/v1.0/security/runHuntingQuery", json=query)).json()
        tenant.faults.set("hostile")
        body = (await api.post("/v1.0/security/runHuntingQuery", json=query)).json()
    assert body["schema"] == clean["schema"]
    for key, same in (("DeviceId", True), ("FileName", False), ("ProcessCommandLine", False)):
        pairs = zip(clean["results"], body["results"], strict=True)
        assert {before[key] == after[key] for before, after in pairs} == {same}
