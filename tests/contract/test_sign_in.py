"""The token source with real MSAL: over the pretend tenant, and over a scripted authority that misbehaves."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.errors import SignInError
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.wiring import LOGIN, SECRET, TENANT, Authority, profile, token_of, wire_tenant


def source(authority: Authority, clock: HeldClock | None = None, **changes: Any) -> TokenSource:
    return TokenSource(profile(**changes), authority.transport, secret=Secret(SECRET), clock=clock or HeldClock())


async def test_the_pretend_tenant_gives_a_token_and_an_identity(tenant: Mounted) -> None:
    tokens = wire_tenant(tenant).tokens
    assert tokens.identity is None
    secret = await tokens.get()
    assert secret.reveal().count(".") == 2
    identity = tokens.identity
    assert identity is not None
    assert (identity.kind, identity.name, identity.tid) == ("app", "mdetui-demo", TENANT_ID)
    assert "Machine.Isolate" in identity.roles
    await tokens.aclose()


async def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    authority, clock = Authority(), HeldClock()
    tokens = source(authority, clock)
    first = await tokens.get()
    clock.advance(3599 - 301)
    assert await tokens.get() == first
    assert len(authority.forms) == 1
    clock.advance(2)
    assert await tokens.get() != first
    assert len(authority.forms) == 2
    # discovery was asked once, and nobody but the profile's authority
    assert [line for line in authority.asked if line.startswith("GET")] == [
        f"GET {LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration"
    ]
    assert authority.forms[0]["client_secret"] == SECRET
    assert "cp1" in authority.forms[0]["claims"]


async def test_an_early_renewal_is_followed() -> None:
    authority, clock = Authority(), HeldClock()
    authority.answers = [
        httpx.Response(200, json={"access_token": token_of(n=1), "expires_in": 3599, "refresh_in": 100}),
        None,
    ]
    tokens = source(authority, clock)
    first = await tokens.get()
    clock.advance(101)
    assert await tokens.get() != first


async def test_twenty_who_want_a_token_make_one_request() -> None:
    authority = Authority()
    tokens = source(authority)
    got = await asyncio.gather(*(tokens.get() for _ in range(20)))
    assert len(set(got)) == 1
    assert len(authority.forms) == 1


async def test_twenty_who_meet_a_refusal_make_one_request() -> None:
    authority = Authority([httpx.Response(401, json={"error": "invalid_client", "error_codes": [7000215]})])
    tokens = source(authority)
    got = await asyncio.gather(*(tokens.get() for _ in range(20)), return_exceptions=True)
    assert all(isinstance(error, SignInError) for error in got)
    assert len(authority.forms) == 1


async def test_twenty_rejections_of_one_token_make_one_renewal() -> None:
    authority = Authority()
    tokens = source(authority)
    dead = await tokens.get()
    # each service answer carries a challenge of its own
    got = await asyncio.gather(*(tokens.get(claims=f'{{"n":{n}}}', failed=dead) for n in range(20)))
    assert len(set(got)) == 1
    assert got[0] != dead
    assert len(authority.forms) == 2
    assert '"n"' in authority.forms[1]["claims"]
    # one that comes late gets the new one too
    assert await tokens.get(claims='{"n":21}', failed=dead) == got[0]
    assert len(authority.forms) == 2


async def test_audiences_have_tokens_of_their_own() -> None:
    authority = Authority()
    tokens = source(authority)
    await asyncio.gather(tokens.get("mde"), tokens.get("xdr"), tokens.get("graph"))
    assert sorted(form["scope"] for form in authority.forms) == [
        "https://api.security.microsoft.com/.default",
        "https://api.securitycenter.microsoft.com/.default",
        "https://graph.microsoft.com/.default",
    ]


async def test_an_outage_keeps_a_token_that_is_good() -> None:
    authority, clock = Authority(), HeldClock()
    tokens = source(authority, clock)
    first = await tokens.get()
    authority.answers = [httpx.Response(503)]
    clock.advance(3599 - 200)
    assert await tokens.get() == first
    assert len(authority.forms) == 2
    # not asked again at once
    assert await tokens.get() == first
    assert len(authority.forms) == 2
    authority.answers = [httpx.ConnectError("refused")]
    clock.advance(31)
    assert await tokens.get() == first
    clock.advance(190)
    with pytest.raises(SignInError, match="not reached"):
        await tokens.get()


async def test_an_outage_does_not_bring_a_rejected_token_back() -> None:
    authority = Authority()
    tokens = source(authority)
    dead = await tokens.get()
    authority.answers = [httpx.Response(503)]
    with pytest.raises(SignInError, match="busy"):
        await tokens.get(failed=dead)


async def test_a_retry_after_a_refusal_really_asks_again() -> None:
    authority = Authority([httpx.Response(400, json={"error": "unauthorized_client", "error_codes": [700016]}), None])
    tokens = source(authority)
    with pytest.raises(SignInError):
        await tokens.get()
    # MSAL alone would answer from its memory of refusals for 60 s
    await tokens.get()
    assert len(authority.forms) == 2


@pytest.mark.parametrize("tenant", [TENANT, TENANT.upper()])
async def test_the_right_tenant_is_accepted(tenant: str) -> None:
    await source(Authority(), tenant=tenant).get()


async def test_a_token_of_another_tenant_is_thrown_away() -> None:
    authority = Authority(claims={"tid": "99999999-0000-0000-0000-000000000000"})
    tokens = source(authority)
    with pytest.raises(SignInError, match="99999999") as caught:
        await tokens.get()
    assert TENANT in str(caught.value)
    assert tokens.identity is None
    with pytest.raises(SignInError):
        await tokens.get()


async def test_a_domain_is_the_tenant_that_the_authority_names() -> None:
    await source(Authority(), tenant="contoso.com").get()
    foreign = Authority(claims={"tid": "99999999-0000-0000-0000-000000000000"})
    with pytest.raises(SignInError, match="99999999"):
        await source(foreign, tenant="contoso.com").get()


def refusal(*codes: int, status: int = 400, **more: Any) -> httpx.Response:
    return httpx.Response(
        status,
        json={
            "error": "invalid_client",
            "error_codes": list(codes),
            "error_description": f"hidden {SECRET} \r\n text",
            "correlation_id": "c-1",
            **more,
        },
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (refusal(7000215, status=401), "client secret is wrong"),
        (refusal(7000222, status=401), "secret expired"),
        (refusal(700016), "is not known in tenant"),
        (refusal(90002), "there is no tenant"),
        (refusal(500011), "no Defender for Endpoint service"),
        (refusal(53003), "Conditional Access"),
        (refusal(123456, suberror="odd"), "AADSTS123456"),
        (refusal(error="temporarily_unavailable"), "busy"),
        (refusal(status=429), "busy"),
        (httpx.Response(500, text=f"<html>{SECRET}"), "busy"),
        (httpx.Response(200, text=f"<html>{SECRET}", headers={"content-type": "text/html"}), "captive portal"),
        (httpx.Response(200, json={"hello": SECRET}), "refused"),
        (httpx.Response(200, json=[SECRET]), "none"),
        (httpx.Response(200, json={"access_token": 17}), "refused"),
        (httpx.ConnectTimeout("slow"), "not reached"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "not trusted"),
    ],
)
async def test_refusals_say_what_to_do_and_nothing_else(answer: httpx.Response | Exception, words: str) -> None:
    tokens = source(Authority([answer]), client_secret_file="/etc/mdetui/secret")
    with pytest.raises(SignInError) as caught:
        await tokens.get()
    said = f"{caught.value} {caught.value!r} {caught.value.args}"
    assert words in said
    assert SECRET not in said
    assert "hidden" not in said
    assert caught.value.todo


@pytest.mark.parametrize(
    "answer",
    [
        refusal(90002),
        httpx.Response(404),
        httpx.Response(503),
        httpx.Response(200, text="<html>login</html>"),
        httpx.Response(200, json={"token_endpoint": "https://evil.invalid/t/token", "authorization_endpoint": "x"}),
        httpx.Response(200, json={}),
        httpx.Response(302, headers={"location": "https://evil.invalid/"}),
        httpx.ConnectError("refused"),
    ],
)
async def test_odd_discovery_ends_in_one_clear_error(answer: httpx.Response | Exception) -> None:
    authority = Authority(metadata=answer)
    with pytest.raises(SignInError) as caught:
        await source(authority).get()
    assert caught.value.todo
    assert not authority.forms
    assert all(line.split()[1].startswith(LOGIN) for line in authority.asked)


async def test_the_real_tenants_refusals(start_simulator: StartSimulator) -> None:
    mounted = start_simulator()
    connection = mounted.connection
    for changed, words in (
        (replace(mounted.profile, client_id="nobody"), "AADSTS700016"),
        (replace(mounted.profile, tenant="00000000-0000-0000-0000-000000000001"), "AADSTS90002"),
    ):
        tokens = TokenSource(changed, connection.synchronous, secret=Secret("x"))
        with pytest.raises(SignInError, match=words):
            await tokens.get()
    tokens = TokenSource(mounted.profile, connection.synchronous, secret=Secret("wrong"))
    with pytest.raises(SignInError, match="AADSTS7000215") as caught:
        await tokens.get()
    assert caught.value.correlation_id
    assert CLIENT_ID not in caught.value.what


async def test_the_secret_file_is_read_when_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    authority = Authority()
    tokens = TokenSource(profile(client_secret_file=str(path)), authority.transport, clock=HeldClock())
    with pytest.raises(SignInError, match="No such file"):
        await tokens.get()
    path.write_text("from-the-file\n")
    path.chmod(0o600)
    await tokens.get()
    assert authority.forms[0]["client_secret"] == "from-the-file"


async def test_nothing_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        authority = Authority()
        tokens = source(authority)
        secret = await tokens.get()
        authority.answers = [httpx.Response(200, text=f"<html>{SECRET}")]
        with pytest.raises(SignInError):
            await tokens.get(failed=secret)
    shown = caplog.text + repr(tokens) + repr(secret) + repr(tokens.identity)
    assert SECRET not in shown
    assert secret.reveal() not in shown
    assert "eyJ" not in shown


async def test_the_loop_runs_while_the_authority_is_slow() -> None:
    answered = threading.Event()

    def slow(request: httpx.Request) -> httpx.Response:
        answered.wait(10)
        raise httpx.ReadTimeout("too slow")

    tokens = TokenSource(profile(), httpx.MockTransport(slow), secret=Secret(SECRET))
    asking = asyncio.create_task(tokens.get())
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not asking.done()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("sign-in"))
    answered.set()
    with pytest.raises(SignInError):
        await asking


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    go = threading.Event()
    authority = Authority()
    transport = authority.transport

    def gated(request: httpx.Request) -> httpx.Response:
        go.wait(10)
        return transport.handle_request(request)

    tokens = TokenSource(profile(), httpx.MockTransport(gated), secret=Secret(SECRET))
    first, second = asyncio.create_task(tokens.get()), asyncio.create_task(tokens.get())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    go.set()
    assert (await second).reveal()
    assert len(authority.forms) == 1
    await tokens.aclose()


def test_a_call_in_flight_does_not_delay_the_end_of_the_loop() -> None:
    release, ended = threading.Event(), threading.Event()

    def hang(request: httpx.Request) -> httpx.Response:
        release.wait(30)
        ended.set()
        raise httpx.ReadTimeout("never")

    async def quit_at_once() -> None:
        tokens = TokenSource(profile(), httpx.MockTransport(hang), secret=Secret(SECRET))
        asking = asyncio.create_task(tokens.get())
        await asyncio.sleep(0.05)
        asking.cancel()
        await tokens.aclose()

    asyncio.run(quit_at_once())
    assert not ended.is_set()
    release.set()
