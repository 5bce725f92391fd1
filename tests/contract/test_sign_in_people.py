"""People sign in, renew, share an account and sign out. Real MSAL, the pretend authority."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from mdetui.api.client import Client
from mdetui.api.endpoints import operation
from mdetui.api.gate import WriteLock
from mdetui.api.log import RequestLog
from mdetui.api.quotas import Quotas
from mdetui.auth.identity import Identity, claims_of
from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator import Options
from mdetui.simulator.directory import Person
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import DEMO_SECRET, TENANT_ID, make_fault
from tests.conftest import StartSimulator
from tests.signing import Running, approve, handle, sign_in_at
from tests.sources import (
    ANA,
    BOB,
    TOKEN_PATH,
    by_browser,
    by_code,
    desktop,
    over_tls,
    people,
    posts,
    source_over_tls,
    until,
)
from tests.wiring import RushingClock


@pytest.mark.parametrize("way", [by_code, by_browser])
async def test_over_tls_a_person_signs_in_renews_and_signs_out(
    way: Callable[[TokenSource, Running], Awaitable[Identity]], simulator_options: Options, tmp_path: Path
) -> None:
    clock = RushingClock()
    with over_tls(simulator_options, tmp_path) as (served, one):
        async with source_over_tls(one, clock) as tokens:
            with pytest.raises(SignInNeeded) as caught:
                await tokens.get()
            assert (caught.value.needs, caught.value.audience, caught.value.claims) == ("person", "mde", None)
            identity = await way(tokens, served)
            assert (identity.kind, identity.name, identity.tid) == ("person", ANA, TENANT_ID)
            assert "Machine.Isolate" in identity.roles
            first = await tokens.get()
            clock.advance(3599)
            second = await tokens.get()
            assert second != first
            assert len(posts(served, "refresh_token")) == 1
            kept = TokenStore(one).load()
            assert kept is not None
            said = await tokens.sign_out()
            assert ANA in said[0]
            assert "Nothing was revoked" in said[1]
            assert TokenStore(one).load() is None
            assert tokens.identity is None
            with pytest.raises(SignInNeeded):
                await tokens.get()


async def test_one_account_serves_three_audiences(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    got = await asyncio.gather(tokens.get("mde"), tokens.get("xdr"), tokens.get("graph"))
    assert [claims_of(token.reveal())["aud"] for token in got] == [
        "https://api.securitycenter.microsoft.com",
        "https://api.security.microsoft.com",
        "https://graph.microsoft.com",
    ]
    # each refresh token works once here: those of two audiences that are renewed at once must not get lost
    assert len(posts(tenant, "refresh_token")) == 2
    assert tokens.identity is not None
    # what may be done does not depend on which token is the newest
    assert "Machine.Isolate" in tokens.identity.roles
    mde, graph = tokens.roles_of("mde"), tokens.roles_of("graph")
    assert mde is not None
    assert graph is not None
    assert "Machine.Isolate" in mde - graph
    assert tokens.identity.roles >= mde | graph
    await tokens.aclose()


async def test_nothing_is_asked_on_the_loops_thread(tenant: Mounted) -> None:
    """Nor by a constructor, which runs there: a screen must not wait for a network."""
    asking: set[str] = set()

    def answer(request: httpx.Request) -> httpx.Response:
        asking.add(f"{threading.current_thread().name} {threading.current_thread().daemon}")
        return tenant.connection.synchronous.handle_request(request)

    tokens = TokenSource(desktop(tenant), httpx.MockTransport(answer), clock=RushingClock())
    assert tokens.roles_of("mde") is None
    assert not asking
    await by_code(tokens, tenant)
    await tokens.get("xdr")
    await by_browser(tokens, tenant)
    await tokens.sign_out()
    assert asking == {"sign-in people True"}


async def test_the_next_run_goes_on_where_this_one_ended(tenant: Mounted) -> None:
    first = people(tenant)
    await by_code(first, tenant)
    token = await first.get()
    await first.aclose()
    asked = tenant.journal.count()
    second = people(tenant)
    assert await second.get() == token
    assert second.identity is not None
    assert (second.identity.kind, second.identity.name) == ("person", ANA)
    # a token that is good for a while is not even asked about
    assert tenant.journal.count() == asked
    await second.get("graph")
    assert len(posts(tenant, "refresh_token")) == 1
    await second.aclose()


async def test_two_runs_share_one_account(tenant: Mounted) -> None:
    clock = RushingClock()
    one, two = people(tenant, clock), people(tenant, clock)
    await by_code(one, tenant)
    old = await two.get()
    clock.advance(3599)
    # both renew at once, one refresh token that works once
    got = await asyncio.gather(one.get(), two.get())
    assert got[0] == got[1] != old
    assert len(posts(tenant, "refresh_token")) == 1
    # and the service rejects that one: whoever comes second takes what the first one got
    got = await asyncio.gather(one.get(failed=got[0]), two.get(failed=got[0]))
    assert got[0] == got[1]
    assert len(posts(tenant, "refresh_token")) == 2
    for audience in ("xdr", "graph"):
        await asyncio.gather(one.get(audience), two.get(audience))
    assert len(posts(tenant, "refresh_token")) == 4
    await one.aclose()
    await two.aclose()


async def test_a_run_does_not_go_on_as_somebody_else(tenant: Mounted) -> None:
    clock = RushingClock()
    one, two = people(tenant, clock), people(tenant, clock)
    await by_code(one, tenant)
    await two.get()
    await by_code(two, tenant, BOB)
    assert two.identity is not None
    assert two.identity.name == BOB.upn
    # its own token is good for a while yet, and it is still Ana's
    assert claims_of((await one.get()).reveal())["upn"] == ANA
    clock.advance(3599)
    with pytest.raises(SignInNeeded, match=r"bob@contoso\.com"):
        await one.get()
    assert len(posts(tenant, "refresh_token")) == 0
    # and when the other one signs out, nobody is signed in
    await two.sign_out()
    with pytest.raises(SignInNeeded, match="signed out"):
        await one.get()
    await one.aclose()
    await two.aclose()


async def test_twenty_rejections_make_one_renewal_with_the_claims(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    dead = await tokens.get()
    claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}'
    got = await asyncio.gather(*(tokens.get(claims=claims, failed=dead) for _ in range(20)))
    assert len(set(got)) == 1
    assert got[0] != dead
    forms = posts(tenant, "refresh_token")
    assert len(forms) == 1
    assert "nbf" in forms[0]
    assert "cp1" in forms[0]


@pytest.mark.parametrize("person", [True, False])
async def test_twenty_calls_with_a_revoked_token_make_one_renewal(tenant: Mounted, person: bool) -> None:
    one = desktop(tenant) if person else tenant.profile
    kind = "refresh_token" if person else "client_credentials"
    tokens = TokenSource(one, tenant.connection.synchronous, secret=Secret(DEMO_SECRET), clock=RushingClock())
    if person:
        await by_code(tokens, tenant)
    await tokens.get()
    handle(tenant).revoke()
    tenant.journal.clear()
    clock = RushingClock()
    client = Client(
        one,
        tokens,
        tenant.connection.asynchronous,
        lock=WriteLock(one.name, clock),
        quotas=Quotas(one, clock, shared=False),
        log=RequestLog(),
        clock=clock,
    )
    answers = await asyncio.gather(*(client.send(operation("alerts.list")) for _ in range(20)))
    assert {answer.status for answer in answers} == {200}
    statuses = [asked.status for asked in tenant.journal.entries("/api/")]
    assert sorted(statuses) == [200] * 20 + [401] * 20
    renewals = posts(tenant, kind)
    assert len(renewals) == 1
    assert "nbf" in renewals[0]
    await client.aclose()
    await tokens.aclose()


async def test_a_policy_that_wants_the_person_again_passes_its_claims_along(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(faults=(make_fault("aadsts", "50076", path="/token/refresh_token"),))
    tokens = people(tenant)
    await by_code(tokens, tenant)
    dead = await tokens.get()
    with pytest.raises(SignInNeeded, match="AADSTS50076") as caught:
        await tokens.get(failed=dead)
    assert caught.value.claims is not None
    assert "capolids" in json.loads(caught.value.claims)["access_token"]
    assert "capolids" not in str(caught.value)
    # both ways carry them to the authority
    code = await tokens.start_device_code(caught.value.audience, claims=caught.value.claims)
    flow = await tokens.start_browser(caught.value.audience, claims=caught.value.claims)
    assert "capolids" in flow.url
    device = next(asked for asked in reversed(tenant.journal.entries()) if asked.path.endswith("/devicecode"))
    assert "capolids" in device.body.decode()
    approve(tenant, code.user_code)
    await tokens.finish_device_code(code)
    assert "capolids" in posts(tenant, "urn")[-1]
    assert await tokens.get() != dead


async def test_a_consent_that_is_missing_is_no_reason_to_sign_in_again(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    handle(tenant).consented = False
    with pytest.raises(SignInError, match="AADSTS65001") as caught:
        await tokens.get("graph")
    assert not isinstance(caught.value, SignInNeeded)
    # the other token goes on
    await tokens.get()
    handle(tenant).consented = True
    await tokens.get("graph")


async def test_a_session_that_ended_asks_for_the_person(tenant: Mounted) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_code(tokens, tenant)
    # an app object of MSAL that has worked is used again, one that has failed is not
    await tokens.get("xdr")
    tenant.journal.clear()
    handle(tenant).end_sessions(50173)
    clock.advance(3599)
    got = await asyncio.gather(*(tokens.get() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(error, SignInNeeded) and "AADSTS50173" in str(error) for error in got)
    assert len(posts(tenant, "refresh_token")) == 1
    # the retry of a person asks anew; MSAL alone would not for a minute
    with pytest.raises(SignInNeeded):
        await tokens.get()
    assert len(posts(tenant, "refresh_token")) == 2
    await by_browser(tokens, tenant)
    await tokens.get()


async def test_a_renewal_under_way_does_not_bring_the_old_account_back(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    flow = await tokens.start_browser()
    back = Secret(sign_in_at(tenant, flow.url, BOB))
    tenant.faults.set("latency", "200", path=TOKEN_PATH, count=1)
    asking = asyncio.create_task(tokens.get("xdr"))
    await until(lambda: posts(tenant, "refresh_token"))
    assert (await tokens.finish_browser(flow, back)).name == BOB.upn
    await asking
    got = [await tokens.get(audience) for audience in ("xdr", "mde")]
    assert [claims_of(token.reveal())["upn"] for token in got] == [BOB.upn, BOB.upn]
    assert tokens.identity is not None
    assert tokens.identity.name == BOB.upn


async def test_renewals_that_wait_for_a_sign_in_lose_nothing(tenant: Mounted) -> None:
    """Each refresh token works once here: one that is not kept would end the session."""
    tokens, store = people(tenant), TokenStore(desktop(tenant))
    await by_code(tokens, tenant)
    for person in (BOB, Person(), BOB, Person()):
        tenant.journal.clear()
        flow = await tokens.start_browser()
        back = Secret(sign_in_at(tenant, flow.url, person))
        with store.section():
            asking = [asyncio.create_task(tokens.get(audience)) for audience in ("xdr", "graph")]
            await asyncio.sleep(0.01)
            signing = asyncio.create_task(tokens.finish_browser(flow, back))
            await until(lambda: posts(tenant, "authorization_code"))
            await asyncio.sleep(0.01)
        assert (await signing).name == person.upn
        await asyncio.gather(*asking)
        got = [await tokens.get(audience) for audience in ("mde", "xdr", "graph")]
        assert {claims_of(token.reveal())["upn"] for token in got} == {person.upn}
    await tokens.aclose()


async def test_a_renewal_under_way_does_not_undo_a_sign_out(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    tenant.faults.set("latency", "200", path=TOKEN_PATH, count=1)
    asking = asyncio.create_task(tokens.get("xdr"))
    await until(lambda: posts(tenant, "refresh_token"))
    await tokens.sign_out()
    with pytest.raises(SignInNeeded):
        await asking
    assert tokens.identity is None
    assert TokenStore(desktop(tenant)).load() is None


async def test_a_profile_without_people_says_so(tenant: Mounted) -> None:
    tokens = TokenSource(tenant.profile, tenant.connection.synchronous, secret=Secret("x"))
    for starting in (tokens.start_device_code, tokens.start_browser):
        with pytest.raises(SignInError, match="client-secret"):
            await starting()


@pytest.mark.parametrize("store", ["memory", "file", "auto"])
async def test_every_place_keeps_the_account(tenant: Mounted, store: str) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock, store=store)
    await by_code(tokens, tenant)
    clock.advance(3599)
    await tokens.get()
    assert tokens.notice == ""
    assert len(await tokens.sign_out()) == 2
