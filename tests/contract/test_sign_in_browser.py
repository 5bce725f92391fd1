"""The browser elsewhere: what is opened there and what is pasted here. Real MSAL, the pretend authority."""

from __future__ import annotations

import httpx
import pytest

from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator.mount import Mounted
from tests.signing import handle, sign_in_at
from tests.sources import (
    ANA,
    desktop,
    people,
    posts,
)
from tests.wiring import LOGIN, TENANT, Authority, profile


async def test_what_is_pasted_may_be_broken_by_the_terminal(tenant: Mounted) -> None:
    tokens = people(tenant)
    flow = await tokens.start_browser()
    url = sign_in_at(tenant, flow.url)
    broken = "  <" + "\r\n  ".join(url[at : at + 60] for at in range(0, len(url), 60)) + ">\n"
    identity = await tokens.finish_browser(flow, Secret(broken))
    assert identity.name == ANA


async def test_only_the_query_matters(tenant: Mounted) -> None:
    tokens = people(tenant)
    flow = await tokens.start_browser()
    query = sign_in_at(tenant, flow.url).partition("?")[2]
    assert (await tokens.finish_browser(flow, Secret(query + "#"))).name == ANA


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "   ",
        "http://localhost:8400",
        "hunter2",
        "http://localhost:8400/?code=only",
        "?state=only",
        "?" + "a=1&" * 9999,
    ],
)
async def test_what_is_no_answer_is_refused_and_the_flow_goes_on(tenant: Mounted, pasted: str) -> None:
    tokens = people(tenant)
    flow = await tokens.start_browser()
    with pytest.raises(SignInError, match="pasted") as caught:
        await tokens.finish_browser(flow, Secret(pasted))
    assert "hunter2" not in str(caught.value)
    assert not posts(tenant, "authorization_code")
    await tokens.finish_browser(flow, Secret(sign_in_at(tenant, flow.url)))


async def test_an_address_of_another_attempt_is_refused(tenant: Mounted) -> None:
    tokens = people(tenant)
    old, new = await tokens.start_browser(), await tokens.start_browser()
    pasted = Secret(sign_in_at(tenant, old.url))
    with pytest.raises(SignInError, match="another attempt"):
        await tokens.finish_browser(new, pasted)
    assert not posts(tenant, "authorization_code")


async def test_an_address_works_once(tenant: Mounted) -> None:
    tokens = people(tenant)
    flow = await tokens.start_browser()
    pasted = Secret(sign_in_at(tenant, flow.url))
    await tokens.finish_browser(flow, pasted)
    with pytest.raises(SignInError, match="AADSTS"):
        await tokens.finish_browser(flow, pasted)
    # whoever is signed in stays so
    await tokens.get()


async def test_an_error_at_the_end_of_the_browser_becomes_a_hint(tenant: Mounted) -> None:
    tokens = people(tenant)
    handle(tenant).refuse_sign_in(65004)
    flow = await tokens.start_browser()
    url = sign_in_at(tenant, flow.url)
    assert "error=" in url
    with pytest.raises(SignInError, match="AADSTS65004"):
        await tokens.finish_browser(flow, Secret(url))
    assert not posts(tenant, "authorization_code")


async def test_a_nonce_of_another_answer_leaves_no_account(tenant: Mounted) -> None:
    """MSAL files the account before it finds the nonce wrong."""
    tokens = people(tenant)
    flow = await tokens.start_browser()
    handle(tenant).overrides["nonce"] = "another"
    with pytest.raises(SignInError) as caught:
        await tokens.finish_browser(flow, Secret(sign_in_at(tenant, flow.url)))
    assert caught.value.todo
    assert TokenStore(desktop(tenant)).load() is None
    with pytest.raises(SignInNeeded):
        await tokens.get()


async def test_the_address_asks_for_what_it_should(tenant: Mounted) -> None:
    tokens = people(tenant, login_hint="ana@contoso.com", redirect_uri="http://localhost:9999")
    flow = await tokens.start_browser("xdr")
    asked = httpx.URL(flow.url).params
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == flow.redirect_uri == "http://localhost:9999"
    assert asked["login_hint"] == "ana@contoso.com"
    assert "https://api.security.microsoft.com/.default" in asked["scope"]
    assert asked.get("response_mode", "query") == "query"
    assert "verifier" not in flow.url


async def test_a_sign_in_page_elsewhere_is_not_shown() -> None:
    lie = {name: f"{LOGIN}/{TENANT}/{name}" for name in ("issuer", "token_endpoint", "device_authorization_endpoint")}
    authority = Authority(
        metadata=httpx.Response(200, json={**lie, "authorization_endpoint": "https://evil.invalid/x"})
    )
    tokens = TokenSource(profile(method="browser"), authority.transport)
    with pytest.raises(SignInError, match="another host"):
        await tokens.start_browser()
