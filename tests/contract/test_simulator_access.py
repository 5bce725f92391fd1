"""Sign-in, tokens, permissions and quotas of the pretend tenant."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from mdetui.simulator.quotas import Quotas
from mdetui.simulator.wire import Refused
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, token_of


def _ask(mounted: Mounted, tenant: str = TENANT_ID, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": mounted.options.secret,
        "scope": "https://api.securitycenter.microsoft.com/.default",
        **changes,
    }
    with httpx.Client(transport=mounted.connection.synchronous) as client:
        kept = {key: value for key, value in form.items() if value}
        return client.post(f"{mounted.profile.login}/{tenant}/oauth2/v2.0/token", data=kept)


def test_metadata_follows_the_host(tenant: Mounted) -> None:
    with httpx.Client(transport=tenant.connection.synchronous) as client:
        answer = client.get(f"{tenant.profile.login}/{TENANT_ID}/v2.0/.well-known/openid-configuration")
        unknown = client.get(f"{tenant.profile.login}/nope/v2.0/.well-known/openid-configuration")
    assert answer.json()["token_endpoint"] == f"{tenant.profile.login}/{TENANT_ID}/oauth2/v2.0/token"
    assert (unknown.status_code, unknown.json()["error_codes"]) == (400, [90002])


def test_a_token_says_who_and_what(tenant: Mounted) -> None:
    body = _ask(tenant).json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    payload = body["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["aud"] == "https://api.securitycenter.microsoft.com"
    assert (claims["tid"], claims["appid"]) == (TENANT_ID, CLIENT_ID)
    assert claims["exp"] - claims["iat"] == 3599
    assert "Machine.Isolate" in claims["roles"]


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000216),
        ({"client_id": "5c1c2f2e-0000-4000-8000-000000000000"}, 400, "unauthorized_client", 700016),
        ({"scope": "https://api.securitycenter.microsoft.com/Alert.Read"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"tenant": "elsewhere"}, 400, "invalid_tenant", 90002),
    ],
)
def test_sign_ins_that_fail(tenant: Mounted, changes: dict[str, str], status: int, error: str, number: int) -> None:
    answer = _ask(tenant, **changes)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert "\r\nTrace ID: " in body["error_description"]


def test_the_journal_never_holds_the_secret(tenant: Mounted) -> None:
    _ask(tenant)
    entry = tenant.journal.entries("/")[-1]
    assert tenant.options.secret.encode() not in entry.body
    assert b"client_secret=***" in entry.body


async def test_tokens_that_are_not_taken(tenant: Mounted, clock: HeldClock) -> None:
    authority = tenant.tenant.authority
    good = authority.issue()
    head, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["roles"] = ["Everything"]
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    short = authority.issue(seconds=60)
    clock.advance(seconds=61)
    for token, reason in (
        ("", "Missing"),
        ("nonsense", "Signature"),
        (f"{head}.{forged}.{signature}", "Signature"),
        (authority.issue("https://graph.microsoft.com"), "audience"),
        (short, "expired"),
    ):
        headers = {"Authorization": f"Bearer {token}"} if token else {"Authorization": ""}
        async with client_of(tenant, good) as client:
            answer = await client.get("/api/alerts", headers=headers)
        status, code, message = error_of(answer)
        assert (status, code) == (401, "Unauthorized")
        assert reason in message
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_missing_permission_by_fault(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    tenant.faults.set("forbidden", "Machine.Isolate")
    answer = await raw_api.post("/api/machines/dc-01/isolate", json={"Comment": "x", "IsolationType": "Full"})
    assert error_of(answer)[:2] == (403, "Forbidden")
    assert (await raw_api.get("/api/machines")).status_code == 200


async def test_paths_in_any_case_with_and_without_version(raw_api: httpx.AsyncClient) -> None:
    bodies = {
        (await raw_api.get(path)).content
        for path in ("/api/machines", "/API/Machines", "/api/v1.0/machines", "/api/V1.0/MACHINES/")
    }
    assert len(bodies) == 1
    for path in ("/api/v2.0/machines", "/api/nope", "/api"):
        assert error_of(await raw_api.get(path))[0] == 404
    assert error_of(await raw_api.delete("/api/machines"))[0] == 405


async def _until_refused(
    client: httpx.AsyncClient, method: str, path: str, **kwargs: Any
) -> tuple[int, httpx.Response]:
    for number in range(2000):
        answer = await client.request(method, path, **kwargs)
        if answer.status_code == 429:
            return number, answer
    raise AssertionError("never refused")


async def test_a_hundred_calls_a_minute_then_a_wait(start_simulator: StartSimulator, clock: HeldClock) -> None:
    mounted = start_simulator(quotas=True, machines=3, alerts=3)
    async with client_of(mounted) as client:
        assert (await client.get("/api/machines")).status_code == 200
        clock.advance(seconds=20)
        number, answer = await _until_refused(client, "GET", "/api/alerts?$top=1")
        assert number == 99
        assert answer.headers["retry-after"] == "40"
        assert error_of(answer) == (
            429,
            "429",
            "API calls quota exceeded! Maximum allowed 100 per 00:01:00 for the key Destination+TenantID+AppID. "
            "You can send requests again in 40 seconds.",
        )
        # another family has its own count, a refused call is not counted
        assert (await client.get("/api/machines/dc-01/vulnerabilities")).status_code == 200
        clock.advance(seconds=40.5)
        assert (await client.get("/api/alerts?$top=1")).status_code == 200
        assert (await client.get("/api/alerts?$top=1")).status_code == 429


async def test_refusals_without_a_header(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(quotas=True, machines=3, alerts=3, retry_after=False)
    async with client_of(mounted) as client:
        number, answer = await _until_refused(client, "POST", "/api/alerts/batchUpdate", json={})
    assert number == 10
    assert "retry-after" not in answer.headers
    assert error_of(answer)[2] == "API calls quota exceeded! maximum allowed 10 per 00:01:00"


def test_fifteen_hundred_calls_an_hour() -> None:
    quotas = Quotas(retry_after=True)
    for minute in range(15):
        for _ in range(100):
            quotas.count("default", "tenant and app", minute * 61)
    with pytest.raises(Refused) as refused:
        quotas.count("default", "tenant and app", 15 * 61)
    assert "Maximum allowed 1500 per 01:00:00" in refused.value.message
    assert refused.value.headers == {"retry-after": str(3600 - 15 * 61)}
    quotas.count("default", "another app", 15 * 61)
    quotas.count("default", "tenant and app", 3600)


def test_a_token_of_one_tenant_is_nothing_to_another(start_simulator: StartSimulator) -> None:
    first, second = start_simulator(), start_simulator()
    with httpx.Client(transport=second.connection.synchronous, base_url=second.profile.base["mde"]) as client:
        answer = client.get("/api/alerts", headers={"Authorization": f"Bearer {token_of(first)}"})
    assert answer.status_code == 401
