"""Machine actions: taken with 201, moved on by the clock, refused as the service refuses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

ISOLATE = {"Comment": "[INC-1] contain (j.ito via mdetui #k3f9)", "IsolationType": "Full"}


async def _machine(client: httpx.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """A machine that is seen and on which nothing is open."""
    rows = await rows_of(client, "/api/machines")
    fitting = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    return fitting[0]


async def _order(client: httpx.AsyncClient, machine: str, verb: str, body: dict[str, str]) -> dict[str, Any]:
    answer = await client.post(f"/api/machines/{machine}/{verb}", json=body)
    assert answer.status_code == 201, answer.text
    action: dict[str, Any] = answer.json()
    return action


async def test_an_action_goes_from_pending_to_succeeded(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = await _machine(raw_api, healthStatus="Active", osPlatform="Windows11")
    action = await _order(raw_api, machine["id"], "isolate", ISOLATE)
    assert action["@odata.context"].endswith("$metadata#MachineActions/$entity")
    assert (action["type"], action["scope"], action["status"]) == ("Isolate", "Full", "Pending")
    assert action["requestorComment"] == ISOLATE["Comment"]
    assert (action["machineId"], action["computerDnsName"]) == (machine["id"], machine["computerDnsName"])
    assert action["requestSource"] == "PublicApi"
    seen = [action["status"]]
    for _ in range(60):
        clock.advance(seconds=1)
        now = (await raw_api.get(f"/api/machineactions/{action['id']}")).json()
        if now["status"] != seen[-1]:
            seen.append(now["status"])
            assert now["lastUpdateDateTimeUtc"] > action["lastUpdateDateTimeUtc"]
    assert seen == ["Pending", "InProgress", "Succeeded"]


async def test_an_equal_open_action_is_refused_until_it_ends(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = await _machine(raw_api, healthStatus="Active", osPlatform="Windows11")
    await _order(raw_api, machine["id"], "isolate", ISOLATE)
    answer = await raw_api.post(f"/api/machines/{machine['id']}/isolate", json=ISOLATE)
    assert error_of(answer) == (400, "ActiveRequestAlreadyExists", "Action is already in progress")
    # another type and another machine are not concerned
    await _order(raw_api, machine["id"], "runAntiVirusScan", {"Comment": "x", "ScanType": "Quick"})
    other = next(row for row in await rows_of(raw_api, "/api/machines") if row["computerDnsName"] == "dc-01")
    await _order(raw_api, other["id"], "isolate", ISOLATE)
    clock.advance(minutes=5)
    await _order(raw_api, machine["id"], "isolate", ISOLATE)


async def test_or_the_open_one_is_returned(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(active_request="return")) as client:
        machine = await _machine(client, healthStatus="Active", osPlatform="Windows11")
        first = await _order(client, machine["id"], "isolate", ISOLATE)
        again = await _order(client, machine["id"], "isolate", {**ISOLATE, "Comment": "another"})
    assert again == first


async def test_cancel_only_while_open(raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = await _machine(raw_api, healthStatus="Active", osPlatform="Windows11")
    action = await _order(raw_api, machine["id"], "isolate", ISOLATE)
    clock.advance(seconds=1)
    path = f"/api/machineactions/{action['id']}/cancel"
    cancelled = (await raw_api.post(path, json={"Comment": "wrong one"})).json()
    assert cancelled["status"] == "Cancelled"
    assert cancelled["cancellationComment"] == "wrong one"
    assert cancelled["cancellationRequestor"] == cancelled["requestor"]
    clock.advance(minutes=5)
    assert (await raw_api.get(f"/api/machineactions/{action['id']}")).json()["status"] == "Cancelled"
    assert error_of(await raw_api.post(path, json={"Comment": "again"})) == (
        400,
        "BadRequest",
        "Canceled machine action status must be Pending or InProgress, Current Status: Cancelled, "
        f"machineActionId: {action['id']}",
    )


async def test_a_machine_not_seen_for_a_week_stays_pending_and_lapses(
    start_simulator: StartSimulator, clock: HeldClock
) -> None:
    mounted = start_simulator(machines=200, token_seconds=10**7)
    async with client_of(mounted) as client:
        machine = await _machine(client, healthStatus="Inactive", osPlatform="Windows10")
        action = await _order(client, machine["id"], "isolate", ISOLATE)
        states = []
        for days in (0.1, 1, 1.8, 0.2):
            clock.advance(days=days)
            states.append((await client.get(f"/api/machineactions/{action['id']}")).json()["status"])
    assert states == ["Pending", "Pending", "Pending", "TimeOut"]


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("isolate", {"IsolationType": "Full"}, 400, "MissingRequiredParameter"),
        ("isolate", {"Comment": "", "IsolationType": "Full"}, 400, "MissingRequiredParameter"),
        ("isolate", {"Comment": "x", "IsolationType": "full"}, 400, "InvalidInput"),
        ("isolate", {"comment": "x", "IsolationType": "Full"}, 400, "InvalidRequestBody"),
        ("isolate", {"Comment": 5, "IsolationType": "Full"}, 400, "InvalidRequestBody"),
        ("unisolate", {}, 400, "MissingRequiredParameter"),
        ("runAntiVirusScan", {"Comment": "x"}, 400, "MissingRequiredParameter"),
        ("runAntiVirusScan", {"Comment": "x", "ScanType": "Slow"}, 400, "InvalidInput"),
        ("runAntiVirusScan", ["x"], 400, "InvalidRequestBody"),
    ],
)
async def test_bodies_that_are_refused(
    raw_api: httpx.AsyncClient, verb: str, body: Any, status: int, code: str
) -> None:
    machine = await _machine(raw_api, healthStatus="Active", osPlatform="Windows11")
    assert error_of(await raw_api.post(f"/api/machines/{machine['id']}/{verb}", json=body))[:2] == (status, code)
    own = f"machineId eq '{machine['id']}' and status eq 'Pending'"
    assert await rows_of(raw_api, "/api/machineactions", filter_=own) == []


async def test_platforms_that_cannot_be_isolated(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=200)) as client:
        for platform, kind, expected in (("iOS", "Full", 400), ("Linux", "Selective", 400), ("Linux", "Full", 201)):
            machine = await _machine(client, osPlatform=platform, healthStatus="Active")
            body = {"Comment": "x", "IsolationType": kind}
            answer = await client.post(f"/api/machines/{machine['id']}/isolate", json=body)
            assert answer.status_code == expected
            if expected == 400:
                assert error_of(answer)[1] == "OsPlatformNotSupported"


async def test_unknown_machine_and_action(raw_api: httpx.AsyncClient) -> None:
    assert error_of(await raw_api.post("/api/machines/nope/isolate", json=ISOLATE)) == (
        404,
        "ResourceNotFound",
        "Machine nope was not found",
    )
    assert (await raw_api.get("/api/machineactions/nope")).status_code == 404
    assert (await raw_api.post("/api/machineactions/nope/cancel", json={"Comment": "x"})).status_code == 404


async def test_some_actions_fail_when_asked_to(tenant: Mounted, raw_api: httpx.AsyncClient, clock: HeldClock) -> None:
    machine = await _machine(raw_api, healthStatus="Active", osPlatform="Windows11")
    ends = []
    for outcome in ("Failed", "TimeOut"):
        tenant.faults.set("action-fails", outcome, count=1)
        action = await _order(raw_api, machine["id"], "isolate", ISOLATE)
        clock.advance(minutes=5)
        after = (await raw_api.get(f"/api/machineactions/{action['id']}")).json()
        ends.append((after["status"], after["errorHResult"]))
    assert ends == [("Failed", -2145844840), ("TimeOut", -2147467260)]


async def test_a_share_fails(start_simulator: StartSimulator, clock: HeldClock) -> None:
    async with client_of(start_simulator(failures=0.5, machines=200)) as client:
        rows = await rows_of(client, "/api/machines", filter_="healthStatus eq 'Active' and osPlatform eq 'Windows11'")
        ids = [(await _order(client, row["id"], "isolate", ISOLATE))["id"] for row in rows[:40]]
        clock.advance(minutes=5)
        found = {row["id"]: row["status"] for row in await rows_of(client, "/api/machineactions")}
    ends = [found[one] for one in ids]
    assert 8 <= ends.count("Succeeded") <= 32
    assert set(ends) == {"Succeeded", "Failed", "TimeOut"}


async def test_the_past_has_isolated_machines(start_simulator: StartSimulator) -> None:
    async with client_of(start_simulator(machines=600)) as client:
        rows = await rows_of(client, "/api/machineactions")
    latest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: str(one["creationDateTimeUtc"])):
        if row["type"] in ("Isolate", "Unisolate") and row["status"] == "Succeeded":
            latest[row["machineId"]] = row
    assert len([row for row in latest.values() if row["type"] == "Isolate"]) >= 4
    assert {row["status"] for row in rows} == {"Succeeded", "Failed", "TimeOut", "Cancelled", "Pending"}
    waiting = [row for row in rows if row["status"] == "Pending"]
    assert [(row["type"], row["lastUpdateDateTimeUtc"]) for row in waiting] == [
        ("Isolate", waiting[0]["creationDateTimeUtc"])
    ]
    assert {row["requestSource"] for row in rows} == {"Portal", "PublicApi"}
    assert any(row["relatedFileInfo"] for row in rows)
