"""An authority that refuses, is down, slow, in another cloud or in another time; and the managed identity endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msal
import pytest

from mdetui.clock import SYSTEM
from mdetui.errors import ConfigError
from mdetui.simulator import Options
from mdetui.simulator.aadsts import ERRORS
from mdetui.simulator.directory import DESKTOP_ID, SYSTEM_IDENTITY_ID, USER_IDENTITY_ID, Directory
from mdetui.simulator.mount import METADATA_HOST, Mounted
from mdetui.simulator.options import TENANT_ID, parse_fault
from mdetui.simulator.server import Served
from tests.clocks import START, HeldClock
from tests.conftest import StartSimulator
from tests.signing import approve, client, handle, login_of, metadata_of, person_app, service_app, sign_in_at
from tests.simulated import client_of, token_of
from tests.simulator.asking import (
    MDE,
    ask,
    browser_url,
    claims_of,
    device_tokens,
    poll_once,
    refused,
    start_device,
)

# the table of the sign-in design: every code a person may meet
DESIGNED = [
    70016, 70018, 70019, 70020, 50199, 50076, 50078, 50079, 50074, 50072, 53003, 530032, 53000, 53001, 50097, 530003,
    530033, 530035, 50005, 65001, 90094, 90095, 650056, 65004, 7000215, 7000222, 700027, 700030, 50012, 700213, 700016,
    700011, 7000218, 700025, 90002, 500011, 650057, 650052, 50011, 50020, 16000, 50034, 50105, 70008, 700082, 70043,
    50173, 50132, 50133, 50196, 90055,
]  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    """One tenant over TLS for the tests here that leave it as it was."""
    options = Options(machines=2, alerts=2, arrivals=0, quotas=False)
    with Served(options) as running:
        yield running


def test_the_table_of_the_design_is_covered() -> None:
    assert [code for code in DESIGNED if code not in ERRORS] == []


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_code_by_fault_in_the_shape_of_the_real_one(shared: Served, code: int) -> None:
    shared.faults.set("aadsts", code, count=2)
    with client(shared) as http:
        form = {"client_id": DESKTOP_ID, "grant_type": "refresh_token", "refresh_token": "x", "scope": MDE}
        sent = {"client-request-id": TENANT_ID}
        token = http.post(f"{login_of(shared)}/oauth2/v2.0/token", data=form, headers=sent)
        device = http.post(f"{login_of(shared)}/oauth2/v2.0/devicecode", data=form)
    entry = ERRORS[code]
    assert {token.status_code, device.status_code} == {entry.status}
    body = token.json()
    assert (body["error"], body["error_codes"]) == (entry.error, [code])
    assert body.get("suberror", "") == entry.suberror
    assert ("claims" in body) == entry.claims
    # 401 is for apps that do not prove themselves
    assert (entry.status == 401) <= (entry.error == "invalid_client")
    assert re.fullmatch(
        rf"AADSTS{code}: [^\r\n]+\r\nTrace ID: [0-9a-f-]{{36}}\r\nCorrelation ID: {TENANT_ID}\r\nTimestamp: "
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ",
        body["error_description"],
    )
    assert body["correlation_id"] == TENANT_ID
    assert "{" not in body["error_description"]
    assert body["error_uri"].endswith(f"/error?code={code}")


def test_a_fault_strikes_where_it_says(tenant: Mounted) -> None:
    tenant.faults.set("aadsts", 50105, path="/authorize")
    tenant.faults.set("aadsts", 53003, path="/token/device_code", after=1)
    code = start_device(tenant).json()["device_code"]
    assert refused(ask(tenant, "device_code", device_code=code))[1] == "authorization_pending"
    approve(tenant)
    assert refused(ask(tenant, "device_code", device_code=code))[2] == 53003
    assert token_of(tenant)
    assert "AADSTS50105" in sign_in_at(tenant, browser_url(tenant))
    tenant.faults.clear()
    assert ask(tenant, "device_code", device_code=code).status_code == 200
    # one that names no path leaves the browser alone
    tenant.faults.set("aadsts", 90055)
    assert "code=" in sign_in_at(tenant, browser_url(tenant))
    assert refused(start_device(tenant)) == (429, "temporarily_unavailable", 90055)


@pytest.mark.parametrize("text", ["aadsts", "aadsts=1", "aadsts=x", "authority-down=200", "authority-down=x", "imds=x"])
def test_faults_that_are_none(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_fault(text)


def test_faults_as_written_on_the_command_line() -> None:
    fault = parse_fault("aadsts=53003@/token/refresh_token*2")
    assert (fault.arg, fault.path, fault.count) == ("53003", "/token/refresh_token", 2)
    assert [parse_fault(f"authority-down{how}").arg for how in ("", "=502", "=429", "=reset", "=refused")] == [
        "", "502", "429", "reset", "refused",
    ]  # fmt: skip


@pytest.mark.parametrize(("arg", "status"), [("", 503), ("500", 500), ("429", 429)])
async def test_an_authority_that_is_down(tenant: Mounted, arg: str, status: int) -> None:
    token = token_of(tenant)
    tenant.faults.set("authority-down", arg)
    with client(tenant) as http:
        found = http.get(f"{login_of(tenant)}/v2.0/.well-known/openid-configuration")
    assert {found.status_code, start_device(tenant).status_code} == {status}
    assert ("retry-after" in found.headers) == (status == 429)
    # the API goes on
    async with client_of(tenant, token) as api:
        assert (await api.get("/api/alerts?$top=1")).status_code == 200
    tenant.faults.clear()
    assert start_device(tenant).status_code == 200


def test_an_authority_nobody_reaches(tenant: Mounted, shared: Served) -> None:
    tenant.faults.set("authority-down", "refused", count=1)
    with pytest.raises(httpx.ConnectError):
        start_device(tenant)
    tenant.faults.set("authority-down", "reset", count=1)
    with pytest.raises(httpx.ReadError):
        start_device(tenant)
    assert start_device(tenant).status_code == 200
    shared.faults.set("authority-down", "reset", count=1)
    with client(shared) as http, pytest.raises(httpx.TransportError):
        http.get(f"{login_of(shared)}/v2.0/.well-known/openid-configuration")


def test_msal_takes_a_5xx_for_an_outage(tenant: Mounted) -> None:
    with person_app(tenant) as app:
        flow = app.initiate_device_flow([MDE])
        tenant.faults.set("authority-down", count=1, path=f"/{TENANT_ID}/oauth2/v2.0/token")
        with pytest.raises(msal.exceptions.MsalServiceError):
            poll_once(app, flow)


def test_a_slow_authority(tenant: Mounted) -> None:
    tenant.faults.set("latency", 2_000, path=f"/{TENANT_ID}/oauth2", count=1)
    with httpx.Client(transport=tenant.connection.synchronous, timeout=0.05) as http, pytest.raises(httpx.ReadTimeout):
        http.get(browser_url(tenant))


def test_the_tenant_is_not_in_the_other_cloud(tenant: Mounted) -> None:
    for login, name in (("https://login.demo-gov.invalid", TENANT_ID), (tenant.profile.login, "nobody.invalid")):
        with client(tenant) as http:
            answer = http.get(f"{login}/{name}/v2.0/.well-known/openid-configuration")
            token = http.post(f"{login}/{name}/oauth2/v2.0/token", data={"grant_type": "x"})
        assert refused(answer) == refused(token) == (400, "invalid_tenant", 90002)
        with pytest.raises(ValueError, match="tenant"), person_app(tenant, authority=f"{login}/{name}"):
            pass


def test_metadata_names_the_tenant_by_its_id(tenant: Mounted) -> None:
    with client(tenant) as http:
        answer = http.get(
            f"{tenant.profile.login}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration"
        ).json()
        keys = http.get(answer["jwks_uri"]).json()
        instance = http.get(f"{tenant.profile.login}/common/discovery/instance").json()
    assert answer["issuer"] == f"{login_of(tenant)}/v2.0"
    assert {
        answer[f"{kind}_endpoint"].split("/")[3] for kind in ("token", "authorization", "device_authorization")
    } == {TENANT_ID}
    assert keys == {"keys": []}
    assert instance["metadata"][0]["aliases"] == [tenant.profile.login.removeprefix("https://")]
    assert tenant.journal.count("/common/discovery/instance") == 1


async def test_clocks_that_differ(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(authority_skew=3600, api_skew=-3600))
    body = device_tokens(tenant)
    claims = claims_of(body["access_token"])
    assert claims["iat"] == int(START.timestamp()) + 3600
    with client(tenant) as http:
        answer = http.get(f"{login_of(tenant)}/v2.0/.well-known/openid-configuration")
    async with client_of(tenant, body["access_token"]) as api:
        read = await api.get("/api/alerts?$top=1")
    assert parsedate_to_datetime(answer.headers["date"]) - START == timedelta(hours=1)
    assert parsedate_to_datetime(read.headers["date"]) - START == timedelta(hours=-1)
    assert read.status_code == 200


async def test_a_token_dies_by_the_clock_of_the_api(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(api_skew=7200))
    async with client_of(tenant) as api:
        answer = await api.get("/api/alerts?$top=1")
    assert (answer.status_code, "expired" in answer.text) == (401, True)


# managed identity


def _imds(tenant: Mounted, *, header: str = "true", **query: str) -> httpx.Response:
    params = {"api-version": "2018-02-01", "resource": "https://api.securitycenter.microsoft.com", **query}
    with client(tenant) as http:
        return http.get(
            f"http://{METADATA_HOST}/metadata/identity/oauth2/token",
            params={name: value for name, value in params.items() if value},
            headers={"Metadata": header} if header else {},
        )


async def test_a_managed_identity(tenant: Mounted) -> None:
    own = _imds(tenant).json()
    named = _imds(tenant, client_id=USER_IDENTITY_ID).json()
    assert (own["expires_in"], own["resource"]) == ("3599", "https://api.securitycenter.microsoft.com")
    assert own["expires_on"] == str(int(START.timestamp()) + 3599)
    assert [claims_of(body["access_token"])["appid"] for body in (own, named)] == [SYSTEM_IDENTITY_ID, USER_IDENTITY_ID]
    async with client_of(tenant, own["access_token"]) as api:
        assert (await api.get("/api/alerts?$top=1")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"header": ""}, "bad_request_102"),
        ({"header": "false"}, "bad_request_102"),
        ({"api-version": ""}, "bad_request_100"),
        ({"resource": ""}, "invalid_request"),
        ({"client_id": TENANT_ID}, "invalid_request"),
        ({"resource": "https://nothing.invalid"}, "invalid_resource"),
    ],
)
def test_identities_that_are_not_given(tenant: Mounted, changes: dict[str, Any], error: str) -> None:
    answer = _imds(tenant, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_machine_without_identities(start_simulator: StartSimulator) -> None:
    answer = _imds(start_simulator(directory=Directory(identities=())))
    assert (answer.status_code, answer.json()["error_description"]) == (400, "Identity not found")


@pytest.mark.parametrize("status", [400, 410, 429, 500])
def test_a_metadata_service_that_refuses(tenant: Mounted, status: int) -> None:
    tenant.faults.set("imds", status, count=1)
    assert _imds(tenant).status_code == status
    assert _imds(tenant).status_code == 200


def test_msal_gets_an_identity_over_plain_http(shared: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with metadata_of(shared) as url, httpx.Client(trust_env=False) as http:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)
        app = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=http)
        got = app.acquire_token_for_client(resource="https://api.securitycenter.microsoft.com")
        # nothing else goes over plain HTTP
        assert http.get(f"{url}/api/alerts").status_code == 404
        assert http.get(f"{url}/{TENANT_ID}/v2.0/.well-known/openid-configuration").status_code == 404
    with client(shared) as http:
        answer = http.get(f"{shared.url}/api/alerts", headers={"Authorization": f"Bearer {got['access_token']}"})
    assert answer.status_code == 200


# over TLS


def test_people_and_apps_over_tls(simulator_options: Options) -> None:
    with Served(replace(simulator_options, machines=2, alerts=2, clock=SYSTEM)) as running:
        with person_app(running) as app:
            flow = app.initiate_device_flow([MDE])
            approve(running, flow["user_code"])
            person = poll_once(app, flow)
        with service_app(running, running.options.secret) as service:
            machine = service.acquire_token_for_client([MDE])
        with client(running) as http:
            for token in (person["access_token"], machine["access_token"]):
                answer = http.get(f"{running.url}/api/alerts", headers={"Authorization": f"Bearer {token}"})
                assert len(answer.json()["value"]) == 2
        handle(running).end_sessions(700082)
        with person_app(running) as app:
            assert app.acquire_token_by_refresh_token(person["refresh_token"], [MDE])["error_codes"] == [700082]


def test_the_held_clock_holds_the_authority(tenant: Mounted, clock: HeldClock) -> None:
    first = claims_of(token_of(tenant))
    clock.advance(hours=1)
    assert claims_of(token_of(tenant))["exp"] - first["exp"] == 3600
