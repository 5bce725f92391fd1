"""Live response, its library, packages and the other machine actions of the pretend tenant."""

from __future__ import annotations

import hashlib
import io
import json
import ssl
import zipfile
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mdetui.simulator import Options
from mdetui.simulator.mount import Mounted
from mdetui.simulator.server import Served
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of, token_of

_SCRIPT = {
    "type": "RunScript",
    "params": [{"key": "ScriptName", "value": "minidump.ps1"}, {"key": "Args", "value": 'a "b" \\c'}],
}
_FETCH = {"type": "GetFile", "params": [{"key": "Path", "value": "C:\\Windows\\Temp\\x.dmp"}]}
_PUT = {"type": "PutFile", "params": [{"key": "FileName", "value": "winpmem.exe"}]}
_ALL = [_PUT, _SCRIPT, _FETCH]


async def _machine(api: httpx.AsyncClient, system: str = "Windows11") -> dict[str, Any]:
    text = f"osPlatform eq '{system}' and healthStatus eq 'Active'"
    return (await rows_of(api, "/api/machines", filter_=text, top=1))[0]


async def _run(api: httpx.AsyncClient, *commands: dict[str, Any]) -> httpx.Response:
    machine = await _machine(api)
    body = {"Commands": list(commands), "Comment": "look"}
    return await api.post(f"/api/machines/{machine['id']}/runliveresponse", json=body)


async def _link(api: httpx.AsyncClient, action: str, index: int) -> httpx.Response:
    return await api.get(f"/api/machineactions/{action}/GetLiveResponseResultDownloadLink(index={index})")


async def _fetch(tenant: Mounted, url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=tenant.connection.asynchronous) as client:
        return await client.get(url, headers=headers)


async def test_commands_go_on_with_the_clock(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    answer = await _run(raw_api, *_ALL)
    action = answer.json()
    assert (answer.status_code, action["type"], action["status"]) == (201, "LiveResponse", "Pending")
    assert [one["command"] for one in action["commands"]] == _ALL
    assert [one["index"] for one in action["commands"]] == [0, 1, 2]
    seen: list[list[str]] = []
    for _ in range(90):
        row = (await raw_api.get(f"/api/machineactions/{action['id']}")).json()
        states = [one["commandStatus"] for one in row["commands"]]
        for one in row["commands"]:
            assert (one["startTime"] is None) == (one["commandStatus"] == "Created")
            assert (one["endTime"] is None) == (one["commandStatus"] in ("Created", "InProgress"))
        if not seen or states != seen[-1]:
            seen.append(states)
        clock.advance(seconds=1)
    created, working, done = "Created", "InProgress", "Completed"
    assert seen == [
        [created] * 3,
        [working, created, created],
        [done, working, created],
        [done, done, working],
        [done] * 3,
    ]
    assert row["status"] == "Succeeded"


async def test_results_lie_on_another_host_behind_links_that_expire(
    tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock
) -> None:
    action = (await _run(raw_api, *_ALL)).json()["id"]
    assert error_of(await _link(raw_api, action, 1))[:2] == (404, "ResourceNotFound")
    clock.advance(minutes=3)
    assert error_of(await _link(raw_api, action, 0))[0] == 400
    assert error_of(await _link(raw_api, action, 3))[0] == 404
    url = (await _link(raw_api, action, 1)).json()["value"]
    assert urlsplit(url).hostname != urlsplit(str(raw_api.base_url)).hostname
    answer = await _fetch(tenant, url)
    # a byte order mark, and line ends that are not escaped: as the service writes it
    result = json.loads(answer.content.decode("utf-8-sig"), strict=False)
    with pytest.raises(ValueError, match="Invalid control character"):
        json.loads(answer.content.decode("utf-8-sig"))
    assert (result["script_name"], result["exit_code"], result["script_errors"]) == ("minidump.ps1", 0, "")
    assert 'a "b" \\c' in result["script_output"]
    assert "\n" in result["script_output"]
    fetched = await _fetch(tenant, (await _link(raw_api, action, 2)).json()["value"])
    assert zipfile.ZipFile(io.BytesIO(fetched.content)).namelist() == ["x.dmp"]
    token = token_of(tenant)
    assert (await _fetch(tenant, url, Authorization=f"Bearer {token}")).status_code == 400
    assert (await _fetch(tenant, url.replace("sig=", "sig=x"))).status_code == 403
    clock.advance(minutes=31)
    assert (await _fetch(tenant, url)).status_code == 403
    raw_api.headers["Authorization"] = f"Bearer {token_of(tenant)}"
    assert (await _fetch(tenant, (await _link(raw_api, action, 1)).json()["value"])).status_code == 200
    assert not tenant.foreign


async def test_a_command_that_fails_skips_the_rest(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    script = {"type": "RunScript", "params": [{"key": "ScriptName", "value": "not-there.ps1"}]}
    action = (await _run(raw_api, _PUT, script, _FETCH)).json()["id"]
    clock.advance(minutes=3)
    row = (await raw_api.get(f"/api/machineactions/{action}")).json()
    assert [one["commandStatus"] for one in row["commands"]] == ["Completed", "Failed", "Created"]
    assert row["commands"][1]["errors"]
    assert (row["status"], row["errorHResult"] != 0) == ("Failed", True)
    assert error_of(await _link(raw_api, action, 2))[0] == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Commands": [_SCRIPT]}, "MissingRequiredParameter"),
        ({"Comment": "x"}, "MissingRequiredParameter"),
        ({"Comment": "x", "Commands": []}, "MissingRequiredParameter"),
        ({"Comment": "x", "Commands": [_FETCH, _SCRIPT]}, "BadRequest"),
        ({"Comment": "x", "Commands": [{"type": "Format", "params": []}]}, "InvalidInput"),
        ({"Comment": "x", "Commands": [{"type": "GetFile", "params": []}]}, "MissingRequiredParameter"),
        ({"Comment": "x", "Commands": [{"type": "GetFile"}]}, "InvalidRequestBody"),
        (
            {"Comment": "x", "Commands": [{"type": "GetFile", "params": [{"key": "path", "value": "x"}]}]},
            "InvalidRequestBody",
        ),
        ({"Comment": "x", "commands": [_SCRIPT]}, "InvalidRequestBody"),
    ],
)
async def test_sessions_that_are_refused(raw_api: httpx.AsyncClient, body: dict[str, Any], code: str) -> None:
    machine = await _machine(raw_api)
    answer = await raw_api.post(f"/api/machines/{machine['id']}/runliveresponse", json=body)
    assert error_of(answer)[:2] == (400, code)


async def test_one_session_a_machine_and_25_in_all(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(machines=300)
    async with client_of(tenant) as api:
        machines = await rows_of(api, "/api/machines", filter_="osPlatform eq 'Windows11'", top=30)
        body = {"Commands": [_FETCH], "Comment": "look"}
        answers = [await api.post(f"/api/machines/{one['id']}/runliveresponse", json=body) for one in machines[:25]]
        assert {one.status_code for one in answers} == {201}
        over = await api.post(f"/api/machines/{machines[25]['id']}/runliveresponse", json=body)
        assert error_of(over)[:2] == (429, "TooManyRequests")
        await api.post(f"/api/machineactions/{answers[0].json()['id']}/cancel", json={"Comment": "x"})
        again = await api.post(f"/api/machines/{machines[1]['id']}/runliveresponse", json=body)
        assert error_of(again)[:2] == (400, "ActiveRequestAlreadyExists")
        assert (await api.post(f"/api/machines/{machines[25]['id']}/runliveresponse", json=body)).status_code == 201


async def test_sessions_of_the_past_have_commands(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/machineactions", filter_="type eq 'LiveResponse'")
    assert rows
    for row in rows:
        assert [one["command"]["type"] for one in row["commands"]] == ["RunScript", "GetFile"]
        if row["status"] == "Succeeded":
            assert [one["commandStatus"] for one in row["commands"]] == ["Completed", "Completed"]
            assert (await _link(raw_api, row["id"], 0)).status_code == 200
    others = await rows_of(raw_api, "/api/machineactions", filter_="type ne 'LiveResponse'")
    assert all(row["commands"] == [] for row in others)


async def test_quarantined_files_of_the_past_are_files_of_alerts(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=300)) as api:
        rows = await rows_of(api, "/api/machineactions", filter_="type eq 'StopAndQuarantineFile'")
        assert rows
        for row in rows:
            assert await rows_of(api, f"/api/files/{row['relatedFileInfo']['fileIdentifier']}/alerts")


async def test_the_library(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/libraryfiles")
    assert {row["hasParameters"] for row in rows} == {True, False}
    data = bytes(range(256)) * 3 + b"\r\n--x\r\n\n\r"
    form = {"Description": "ünï", "HasParameters": "true", "ParametersDescription": "-A", "OverrideIfExists": "false"}
    made = await raw_api.post("/api/libraryfiles", data=form, files={"file": ("New-1.ps1", data)})
    assert made.status_code == 200
    row = made.json()
    assert row["sha256"] == hashlib.sha256(data).hexdigest()
    assert (row["fileName"], row["description"], row["parametersDescription"]) == ("New-1.ps1", "ünï", "-A")
    twice = await raw_api.post("/api/libraryfiles", data=form, files={"file": ("new-1.PS1", b"x")})
    assert error_of(twice)[:2] == (400, "BadRequest")
    form["OverrideIfExists"] = "true"
    assert (await raw_api.post("/api/libraryfiles", data=form, files={"file": ("New-1.ps1", b"x")})).status_code == 200
    assert len(await rows_of(raw_api, "/api/libraryfiles")) == len(rows) + 1
    assert (await raw_api.delete("/api/libraryfiles/New-1.ps1")).status_code == 204
    assert error_of(await raw_api.delete("/api/libraryfiles/New-1.ps1"))[:2] == (404, "ResourceNotFound")
    for name, body in (("a b.ps1", b"x"), ("big.bin", b"x" * (20 * 2**20 + 1))):
        assert error_of(await raw_api.post("/api/libraryfiles", files={"file": (name, body)}))[0] == 400
    assert error_of(await raw_api.post("/api/libraryfiles", json={"file": "x"}))[:2] == (
        400,
        "MissingRequiredParameter",
    )


async def test_a_package(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = await _machine(raw_api)
    path = f"/api/machines/{machine['id']}/collectInvestigationPackage"
    made = await raw_api.post(path, json={"Comment": "x"})
    assert made.status_code == 201
    uri = f"/api/machineactions/{made.json()['id']}/getPackageUri"
    assert error_of(await raw_api.get(uri))[:2] == (404, "ResourceNotFound")
    assert error_of(await raw_api.post(path, json={"Comment": "x"}))[:2] == (400, "ActiveRequestAlreadyExists")
    assert (await raw_api.post(uri)).status_code == 405
    clock.advance(minutes=4)
    value = (await raw_api.get(uri)).json()["value"]
    assert (value[0], value[-1]) == ('"', '"')
    archive = zipfile.ZipFile(io.BytesIO((await _fetch(tenant, value.strip('"'))).content))
    assert machine["id"] in archive.read("Forensics Collection Summary.txt").decode()
    isolated = (await rows_of(raw_api, "/api/machineactions", filter_="type eq 'Isolate'", top=1))[0]["id"]
    assert error_of(await raw_api.get(f"/api/machineactions/{isolated}/getPackageUri"))[0] == 404


async def test_a_package_address_twice_a_minute(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(quotas=True)
    async with client_of(tenant) as api:
        answers = [(await api.get("/api/machineactions/x/getPackageUri")).status_code for _ in range(3)]
        assert answers == [404, 404, 429]


@pytest.mark.parametrize(
    ("path", "kind", "system", "status"),
    [
        ("restrictCodeExecution", "RestrictCodeExecution", "Windows11", 201),
        ("unrestrictCodeExecution", "UnrestrictCodeExecution", "Windows10", 201),
        ("restrictCodeExecution", "", "macOS", 400),
        ("restrictCodeExecution", "", "WindowsServer2012R2", 400),
        ("offboard", "Offboard", "Windows11", 200),
        ("offboard", "", "Linux", 400),
        ("collectInvestigationPackage", "CollectInvestigationPackage", "Linux", 201),
        ("collectInvestigationPackage", "", "iOS", 400),
    ],
)
async def test_actions_know_their_systems(
    start_simulator: StartSimulator, path: str, kind: str, system: str, status: int
) -> None:
    tenant = start_simulator(machines=700)
    async with client_of(tenant) as api:
        machine = (await rows_of(api, "/api/machines", filter_=f"osPlatform eq '{system}'", top=1))[0]
        assert error_of(await api.post(f"/api/machines/{machine['id']}/{path}", json={}))[0] == 400
        answer = await api.post(f"/api/machines/{machine['id']}/{path}", json={"Comment": "x"})
        assert answer.status_code == status, answer.text
        if kind:
            row = answer.json()
            assert (row["type"], row["machineId"], row["requestorComment"]) == (kind, machine["id"], "x")
        else:
            assert error_of(answer)[1] == "OsPlatformNotSupported"


async def test_a_file_of_the_system_is_not_quarantined(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    alerts = await rows_of(raw_api, "/api/alerts", expand="evidence")
    files = [piece for alert in alerts for piece in alert["evidence"] if piece["sha1"]]
    system = next(piece["sha1"] for piece in files if piece["filePath"].startswith("C:\\Windows\\"))
    own = next(piece["sha1"] for piece in files if piece["filePath"].startswith("C:\\Users\\"))
    for sha1, status in ((system, "Failed"), (own, "Succeeded")):
        machine = await _machine(raw_api)
        path = f"/api/machines/{machine['id']}/StopAndQuarantineFile"
        row = (await raw_api.post(path, json={"Comment": "x", "Sha1": sha1.upper()})).json()
        assert row["relatedFileInfo"] == {"fileIdentifier": sha1, "fileIdentifierType": "Sha1"}
        clock.advance(minutes=2)
        assert (await raw_api.get(f"/api/machineactions/{row['id']}")).json()["status"] == status
    assert error_of(await raw_api.post(path, json={"Comment": "x", "Sha1": "ab"}))[:2] == (400, "InvalidHashValue")


async def test_permissions(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    machine = (await _machine(raw_api))["id"]
    authority = tenant.tenant.authority
    paths = [
        ("POST", f"machines/{machine}/runliveresponse", "Machine.LiveResponse"),
        ("POST", f"machines/{machine}/offboard", "Machine.Offboard"),
        ("POST", f"machines/{machine}/restrictCodeExecution", "Machine.RestrictExecution"),
        ("POST", f"machines/{machine}/StopAndQuarantineFile", "Machine.StopAndQuarantine"),
        ("POST", f"machines/{machine}/collectInvestigationPackage", "Machine.CollectForensics"),
        ("GET", "machineactions/x/getPackageUri", "Machine.Read.All,Machine.ReadWrite.All"),
        (
            "GET",
            "machineactions/x/GetLiveResponseResultDownloadLink(index=0)",
            "Machine.Read.All,Machine.ReadWrite.All",
        ),
        ("GET", "libraryfiles", "Library.Manage"),
    ]
    async with client_of(tenant, authority.issue(roles=("Nothing",))) as api:
        for method, path, needs in paths:
            status, _, text = error_of(await api.request(method, f"/api/{path}"))
            assert (status, f"API required roles: {needs}," in text) == (403, True)
    # a person's permissions for what comes out are those for putting it in
    for scope, path in (("Machine.CollectForensics", paths[5][1]), ("Machine.LiveResponse", paths[6][1])):
        async with client_of(tenant, authority.issue(scopes=(scope,))) as api:
            assert error_of(await api.get(f"/api/{path}"))[0] == 404
        async with client_of(tenant, authority.issue(scopes=("Machine.ReadWrite",))) as api:
            assert error_of(await api.get(f"/api/{path}"))[0] == 403


def test_links_of_a_served_tenant_lead_to_another_name_of_it(simulator_options: Options) -> None:
    with Served(simulator_options) as served:
        trusted = ssl.create_default_context(cadata=served.ca_pem.decode())
        headers = {"Authorization": f"Bearer {served.tenant.authority.issue()}"}
        with httpx.Client(verify=trusted, base_url=served.url, headers=headers) as api:
            query = {"$filter": "type eq 'LiveResponse' and status eq 'Succeeded'"}
            action = api.get("/api/machineactions", params=query).json()["value"][0]["id"]
            path = f"/api/machineactions/{action}/GetLiveResponseResultDownloadLink(index=0)"
            url = api.get(path).json()["value"]
        assert urlsplit(url).hostname == "localhost"
        with httpx.Client(verify=trusted) as plain:
            assert b"collect-triage.ps1" in plain.get(url).content
