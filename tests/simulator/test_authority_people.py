"""People at the pretend authority: device code, browser, refresh. With real MSAL, and by hand where MSAL does nothing wrong."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from mdetui.simulator.directory import DESKTOP_ID, Directory, Person
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.signing import approve, client, handle, person_app, sign_in_at
from tests.simulated import client_of, error_of
from tests.simulator.asking import (
    BACK,
    EVERYTHING,
    GRAPH,
    MDE,
    VERIFIER,
    XDR,
    ask,
    browser_url,
    claims_of,
    code_in,
    device_tokens,
    poll_once,
    refused,
    start_device,
)

# device code


def test_a_device_code_from_start_to_the_api_and_the_other_audiences(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(interval=1))
    with person_app(tenant) as app:
        flow = app.initiate_device_flow([MDE])
        assert (flow["interval"], flow["expires_in"]) == (1, 900)
        assert flow["user_code"] in flow["message"]
        assert poll_once(app, flow)["error"] == "authorization_pending"
        device = approve(tenant, flow["user_code"])
        got = poll_once(app, flow)
        assert (device.polls, device.redeemed) == (2, True)
        claims = claims_of(got["access_token"])
        assert (claims["upn"], claims["tid"], claims["appid"]) == ("ana.reyes@contoso.com", TENANT_ID, DESKTOP_ID)
        assert "Machine.Isolate" in claims["scp"].split()
        assert "roles" not in claims
        assert got["id_token_claims"]["preferred_username"] == claims["upn"]
        (account,) = app.get_accounts()
        assert account["home_account_id"] == f"{claims['oid']}.{TENANT_ID}"
        # the cache answers for the same audience; one refresh token serves the others
        assert app.acquire_token_silent([MDE], account)["token_source"] == "cache"
        for scope in (XDR, GRAPH):
            other = app.acquire_token_silent([scope], account)
            assert claims_of(other["access_token"])["aud"] == scope.removesuffix("/.default")
    assert tenant.journal.count("/common/discovery/instance") == 0
    assert not tenant.foreign


def test_codes_work_once_and_only_for_who_asked(tenant: Mounted) -> None:
    code = start_device(tenant).json()["device_code"]
    approve(tenant)
    elsewhere = ask(tenant, "device_code", device_code=code, client_id=CLIENT_ID)
    assert refused(elsewhere) == (400, "bad_verification_code", 70018)
    assert ask(tenant, "device_code", device_code=code).status_code == 200
    for again in (code, "made-up"):
        answer = ask(tenant, "device_code", device_code=again)
        assert refused(answer) == (400, "bad_verification_code", 70018)


@pytest.mark.parametrize(
    ("what", "error", "number"),
    [
        ("decline", "authorization_declined", 70018),
        ("expire", "expired_token", 70020),
        ("slow_down", "slow_down", 70016),
    ],
)
def test_what_a_poll_is_told(tenant: Mounted, what: str, error: str, number: int) -> None:
    code = start_device(tenant).json()["device_code"]
    getattr(handle(tenant).devices.newest(), what)()
    assert refused(ask(tenant, "device_code", device_code=code)) == (400, error, number)
    after = ask(tenant, "device_code", device_code=code).json()["error"]
    assert after == ("authorization_pending" if what == "slow_down" else error)


def test_msal_slows_down_when_told(tenant: Mounted) -> None:
    with person_app(tenant) as app:
        flow = app.initiate_device_flow([MDE])
        handle(tenant).devices[flow["user_code"]].slow_down()
        assert poll_once(app, flow)["error"] == "slow_down"
        assert flow["interval"] == 10


def test_a_code_ends_with_its_time(tenant: Mounted, clock: HeldClock) -> None:
    code = start_device(tenant).json()["device_code"]
    clock.advance(seconds=899)
    assert refused(ask(tenant, "device_code", device_code=code))[1] == "authorization_pending"
    clock.advance(seconds=1)
    assert refused(ask(tenant, "device_code", device_code=code)) == (400, "expired_token", 70020)


def test_a_poll_that_a_policy_blocks(tenant: Mounted) -> None:
    code = start_device(tenant).json()["device_code"]
    device = handle(tenant).devices.newest()
    device.fail(50076, for_good=False)
    first = ask(tenant, "device_code", device_code=code)
    assert refused(first) == (400, "interaction_required", 50076)
    assert "access_token" in json.loads(first.json()["claims"])
    device.fail(53003)
    device.approve()
    assert refused(ask(tenant, "device_code", device_code=code)) == (400, "invalid_grant", 53003)
    assert not device.redeemed


def test_an_app_that_is_not_public(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(public_flows=False))
    code = start_device(tenant).json()["device_code"]
    assert refused(ask(tenant, "device_code", device_code=code))[1] == "authorization_pending"
    approve(tenant)
    assert refused(ask(tenant, "device_code", device_code=code)) == (401, "invalid_client", 7000218)


@pytest.mark.parametrize(
    ("changes", "error", "number"),
    [
        ({"client_id": ""}, "invalid_request", 900144),
        ({"scope": ""}, "invalid_request", 900144),
        ({"client_id": TENANT_ID}, "unauthorized_client", 700016),
        ({"scope": "https://api-gov.securitycenter.microsoft.us/.default"}, "invalid_resource", 500011),
        ({"scope": f"{MDE} {XDR}"}, "invalid_request", 28000),
        ({"scope": "openid"}, "invalid_scope", 70011),
    ],
)
def test_device_codes_that_are_not_given(tenant: Mounted, changes: dict[str, str], error: str, number: int) -> None:
    assert refused(start_device(tenant, **changes)) == (400, error, number)
    assert len(handle(tenant).devices) == 0


def test_no_consent_keeps_the_code_for_a_later_try(tenant: Mounted) -> None:
    code = start_device(tenant).json()["device_code"]
    approve(tenant)
    handle(tenant).consented = False
    answer = ask(tenant, "device_code", device_code=code)
    assert refused(answer) == (400, "invalid_grant", 65001)
    assert answer.json()["suberror"] == "consent_required"
    handle(tenant).consented = True
    assert ask(tenant, "device_code", device_code=code).status_code == 200


def test_a_public_app_shows_no_secret(tenant: Mounted) -> None:
    tokens = device_tokens(tenant)
    for extra in ({"client_secret": "x"}, {"client_assertion": "x"}):
        answer = ask(tenant, "refresh_token", refresh_token=tokens["refresh_token"], **extra)
        assert refused(answer) == (401, "invalid_client", 700025)
    assert refused(ask(tenant, "client_credentials", scope=MDE)) == (401, "invalid_client", 7000216)


# the browser


# MSAL recommends form_post, which needs a listener; what is pasted is a query
@pytest.mark.filterwarnings("ignore:response_mode")
def test_sign_in_with_a_browser_elsewhere(tenant: Mounted) -> None:
    ben = Person("ben@contoso.com", "Ben Ito", "11111111-2222-4333-8444-555555555555")
    with person_app(tenant) as app:
        flow = app.initiate_auth_code_flow([MDE], redirect_uri=BACK, prompt="select_account")
        back = sign_in_at(tenant, flow["auth_uri"], ben)
        assert back.startswith(f"{BACK}?code=")
        query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        got = app.acquire_token_by_auth_code_flow(flow, query)
        assert got["id_token_claims"]["name"] == "Ben Ito"
        assert got["id_token_claims"]["nonce"]
        again = app.acquire_token_by_auth_code_flow(flow, query)
    assert again["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"code_verifier": "w" * 43}, 400, "invalid_grant", 501481),
        ({"code_verifier": ""}, 400, "invalid_grant", 501481),
        ({"redirect_uri": "http://localhost:8401"}, 401, "invalid_client", 500112),
        ({"code": "made-up"}, 400, "invalid_grant", 70000),
        ({"client_id": CLIENT_ID}, 401, "invalid_client", 7000218),
    ],
)
def test_codes_that_are_not_taken(
    tenant: Mounted, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    code = code_in(sign_in_at(tenant, browser_url(tenant)))
    fields = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
    assert refused(ask(tenant, "authorization_code", **fields)) == (status, error, number)


def test_a_code_is_too_old_after_ten_minutes(tenant: Mounted, clock: HeldClock) -> None:
    code = code_in(sign_in_at(tenant, browser_url(tenant)))
    clock.advance(minutes=10)
    answer = ask(tenant, "authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER)
    assert refused(answer) == (400, "invalid_grant", 70008)


@pytest.mark.parametrize(
    ("number", "error"), [(65004, "access_denied"), (50105, "invalid_grant"), (53003, "invalid_grant")]
)
def test_a_browser_that_comes_back_with_an_error(tenant: Mounted, number: int, error: str) -> None:
    handle(tenant).refuse_sign_in(number)
    query = parse_qs(urlsplit(sign_in_at(tenant, browser_url(tenant))).query)
    assert (query["error"], query["state"]) == ([error], ["s p&ce"])
    assert query["error_description"][0].startswith(f"AADSTS{number}: ")
    assert "code" not in query
    assert "code=" in sign_in_at(tenant, browser_url(tenant))


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"redirect_uri": "https://evil.invalid/x"}, 50011),
        ({"redirect_uri": "http://localhost.evil.invalid:8400"}, 50011),
        ({"redirect_uri": "http://localhost:8400/path"}, 50011),
        ({"client_id": TENANT_ID}, 700016),
        ({"client_id": CLIENT_ID}, 50011),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    tenant: Mounted, changes: dict[str, str], number: int
) -> None:
    with client(tenant) as http:
        answer = http.get(browser_url(tenant, **changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert f"AADSTS{number}" in answer.text


def test_response_modes(tenant: Mounted) -> None:
    with client(tenant) as http:
        posted = http.get(browser_url(tenant, response_mode="form_post"))
        part = http.get(browser_url(tenant, response_mode="fragment"))
    assert f'action="{BACK}"' in posted.text
    assert 'name="code"' in posted.text
    assert part.headers["location"].startswith(f"{BACK}#code=")


# refresh, sessions, challenges


def test_a_refresh_token_is_replaced_and_works_once(tenant: Mounted) -> None:
    first = device_tokens(tenant)["refresh_token"]
    second = ask(tenant, "refresh_token", refresh_token=first, scope=EVERYTHING).json()["refresh_token"]
    assert second != first
    again = ask(tenant, "refresh_token", refresh_token=first, scope=EVERYTHING)
    assert refused(again) == (400, "invalid_grant", 70000)
    assert again.json()["suberror"] == "bad_token"
    assert ask(tenant, "refresh_token", refresh_token=second).status_code == 200
    other = ask(tenant, "refresh_token", refresh_token=second, client_id=CLIENT_ID, client_secret=tenant.options.secret)
    assert refused(other) == (400, "invalid_grant", 70000)


def test_used_ones_go_on_working_as_at_the_real_authority(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(refresh_once=False))
    first = device_tokens(tenant)["refresh_token"]
    assert [ask(tenant, "refresh_token", refresh_token=first).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("number", [50173, 700082, 70043, 50133])
def test_a_session_that_was_ended(tenant: Mounted, number: int) -> None:
    tokens = device_tokens(tenant)
    handle(tenant).end_sessions(number)
    answer = ask(tenant, "refresh_token", refresh_token=tokens["refresh_token"])
    assert refused(answer) == (400, "invalid_grant", number)
    # a new sign-in is a new session
    fresh = device_tokens(tenant)
    assert ask(tenant, "refresh_token", refresh_token=fresh["refresh_token"]).status_code == 200


def test_a_policy_blocks_the_refresh_and_burns_nothing(tenant: Mounted) -> None:
    tokens = device_tokens(tenant)
    tenant.faults.set("aadsts", 53003, path="/token/refresh_token", count=1)
    answer = ask(tenant, "refresh_token", refresh_token=tokens["refresh_token"])
    assert refused(answer) == (400, "invalid_grant", 53003)
    assert ask(tenant, "refresh_token", refresh_token=tokens["refresh_token"]).status_code == 200


async def test_a_claims_challenge_brings_a_token_that_is_taken(tenant: Mounted) -> None:
    with person_app(tenant, client_capabilities=["cp1"]) as app:
        flow = app.initiate_device_flow([MDE])
        approve(tenant)
        old = poll_once(app, flow)["access_token"]
        assert claims_of(old)["xms_cc"] == ["cp1"]
        handle(tenant).revoke()
        async with client_of(tenant, old) as api:
            answer = await api.get("/api/alerts?$top=1")
        assert error_of(answer)[:2] == (401, "InvalidAuthenticationToken")
        sent = answer.headers["www-authenticate"].partition('claims="')[2].rstrip('"')
        challenge = base64.b64decode(sent).decode()
        (account,) = app.get_accounts()
        assert app.acquire_token_silent([MDE], account)["access_token"] == old
        new = app.acquire_token_silent([MDE], account, claims_challenge=challenge)["access_token"]
    since = int(json.loads(challenge)["access_token"]["nbf"]["value"])
    assert claims_of(new)["iat"] >= since
    assert claims_of(new)["xms_cc"] == ["cp1"]
    async with client_of(tenant, new) as api:
        assert (await api.get("/api/alerts?$top=1")).status_code == 200


def test_claims_that_can_not_be_read(tenant: Mounted) -> None:
    code = start_device(tenant).json()["device_code"]
    approve(tenant)
    for claims in ("{", '["x"]', "1"):
        answer = ask(tenant, "device_code", device_code=code, claims=claims)
        assert refused(answer) == (400, "invalid_request", 9002313)
    assert "xms_cc" not in claims_of(ask(tenant, "device_code", device_code=code).json()["access_token"])


# what the tokens are worth


async def test_a_person_may_what_the_delegated_permissions_say(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(scopes=("Alert.Read", "User.Read.All", "Machine.Isolate")))
    body = device_tokens(tenant)
    async with client_of(tenant, body["access_token"]) as api:
        assert (await api.get("/api/alerts?$top=1")).status_code == 200
        machines = await api.get("/api/machines")
        isolated = await api.post("/api/machines/dc-01/isolate", json={"Comment": "x", "IsolationType": "Full"})
    status, code, message = error_of(machines)
    assert (status, code) == (403, "Forbidden")
    assert "Machine.Read" in message
    assert isolated.json()["requestor"] == "ana.reyes@contoso.com"


async def test_neither_an_id_token_nor_another_audience_opens_the_api(tenant: Mounted) -> None:
    body = device_tokens(tenant)
    graph = ask(tenant, "refresh_token", refresh_token=body["refresh_token"], scope=GRAPH).json()["access_token"]
    for token in (body["id_token"], graph):
        async with client_of(tenant, token) as api:
            assert error_of(await api.get("/api/alerts"))[0] == 401


def test_one_permission_by_name(tenant: Mounted) -> None:
    wanted = "https://api.securitycenter.microsoft.com/Machine.Isolate offline_access"
    refresh = device_tokens(tenant)["refresh_token"]
    answer = ask(tenant, "refresh_token", refresh_token=refresh, scope=wanted).json()
    assert "https://api.securitycenter.microsoft.com/Machine.Isolate" in answer["scope"].split()
    unknown = "https://api.securitycenter.microsoft.com/Machine.Explode"
    answer2 = ask(tenant, "refresh_token", refresh_token=answer["refresh_token"], scope=unknown)
    assert refused(answer2) == (400, "invalid_grant", 65001)


def test_only_what_was_asked_for_comes_along(tenant: Mounted) -> None:
    refresh = device_tokens(tenant)["refresh_token"]
    bare = ask(tenant, "refresh_token", refresh_token=refresh, scope=MDE).json()
    assert not {"id_token", "refresh_token", "client_info", "refresh_in"} & bare.keys()


def test_an_early_renewal_on_demand(start_simulator: StartSimulator) -> None:
    body = device_tokens(start_simulator(directory=Directory(refresh_in=1800)))
    assert (body["refresh_in"], body["expires_in"]) == (1800, 3599)


def test_a_token_of_another_tenant_on_demand(tenant: Mounted) -> None:
    handle(tenant).overrides["tid"] = other = "99999999-0000-4000-8000-000000000000"
    body = device_tokens(tenant, client_info="1")
    info = json.loads(base64.urlsafe_b64decode(body["client_info"] + "=="))
    assert {claims_of(body[name])["tid"] for name in ("access_token", "id_token")} == {other} == {info["utid"]}


def test_the_handle_knows_every_secret(tenant: Mounted) -> None:
    body = device_tokens(tenant)
    code = code_in(sign_in_at(tenant, browser_url(tenant)))
    answer = ask(tenant, "authorization_code", code=code, redirect_uri=BACK, code_verifier=VERIFIER)
    assert answer.status_code == 200, answer.text
    device = handle(tenant).devices.newest()
    given = handle(tenant).handed_out()
    assert {body["access_token"], body["refresh_token"], body["id_token"], code, device.code} <= given
    assert {code, VERIFIER, device.code} <= handle(tenant).presented()
    assert device.code not in repr(device)
