"""The tenant guard with people: what is not the profile's is thrown away. Real MSAL, the pretend authority."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from mdetui.auth.identity import Identity
from mdetui.auth.source import TokenSource
from mdetui.auth.store import TokenStore
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import TENANT_ID
from tests.signing import Running, handle
from tests.sources import (
    by_browser,
    by_code,
    desktop,
    people,
)
from tests.wiring import RushingClock


async def test_a_profile_that_was_changed_does_not_take_up_old_tokens(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    await tokens.aclose()
    asked = tenant.journal.count()
    changed: tuple[dict[str, Any], ...] = (
        {"tenant": "99999999-0000-0000-0000-000000000000"},
        {"tenant": "contoso.com"},
        {"client_id": "0f6e4b7d-25c8-4f3a-8b91-6d0e2a9c4471"},
        {"authority": "https://login.other.invalid"},
    )
    for changes in changed:
        other = TokenSource(replace(desktop(tenant), **changes), tenant.connection.synchronous)
        with pytest.raises(SignInNeeded, match="nobody signed in"):
            await other.get()
    assert tenant.journal.count() == asked


@pytest.mark.parametrize("way", [by_code, by_browser])
async def test_a_domain_is_held_to_the_tenant_behind_it(
    way: Callable[[TokenSource, Running], Awaitable[Identity]], tenant: Mounted
) -> None:
    tokens = people(tenant, tenant="contoso.com")
    try:
        identity = await way(tokens, tenant)
    except SignInError as error:
        pytest.fail(str(error))
    assert identity.tid == TENANT_ID
    handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
    with pytest.raises(SignInError, match="99999999"):
        await way(tokens, tenant)


@pytest.mark.parametrize("way", [by_code, by_browser])
async def test_another_tenants_account_is_not_kept(
    way: Callable[[TokenSource, Running], Awaitable[Identity]], tenant: Mounted
) -> None:
    tokens = people(tenant)
    handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
    with pytest.raises(SignInError, match="99999999") as caught:
        await way(tokens, tenant)
    assert TENANT_ID in str(caught.value)
    assert tokens.identity is None
    assert TokenStore(desktop(tenant)).load() is None
    with pytest.raises(SignInNeeded):
        await tokens.get()


async def test_a_token_without_a_tenant_is_not_kept(tenant: Mounted) -> None:
    tokens = people(tenant)
    handle(tenant).overrides["tid"] = ""
    with pytest.raises(SignInError, match="does not say which tenant"):
        await by_code(tokens, tenant)
    assert TokenStore(desktop(tenant)).load() is None


async def test_an_account_that_turns_out_to_be_another_tenants_is_purged(tenant: Mounted) -> None:
    clock = RushingClock()
    tokens = people(tenant, clock)
    await by_code(tokens, tenant)
    await tokens.get("graph")
    handle(tenant).overrides["tid"] = "99999999-0000-0000-0000-000000000000"
    clock.advance(3400)
    # the old token is good for some minutes more, but whose it is is in doubt now
    with pytest.raises(SignInError, match="thrown away"):
        await tokens.get()
    assert tokens.identity is None
    assert TokenStore(desktop(tenant)).load() is None
    for audience in ("mde", "graph"):
        with pytest.raises(SignInNeeded):
            await tokens.get(audience)
