"""The pretend tenant answers over the real httpx stack."""

from __future__ import annotations

import httpx

from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator


def sign_in(mounted: Mounted) -> str:
    """A token, as MSAL gets one."""
    profile = mounted.profile
    with httpx.Client(transport=mounted.connection.synchronous) as client:
        answer = client.post(
            f"{profile.login}/{profile.tenant}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": profile.client_id,
                "client_secret": mounted.connection.client_secret,
                "scope": profile.scope_of("mde"),
            },
        )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def test_a_page_of_alerts_is_raw_deflate_and_json(tenant: Mounted) -> None:
    async with httpx.AsyncClient(
        transport=tenant.connection.asynchronous, base_url=tenant.profile.base["mde"]
    ) as client:
        answer = await client.get("/api/alerts?$top=5", headers={"Authorization": f"Bearer {sign_in(tenant)}"})
    assert answer.headers["content-encoding"] == "deflate"
    assert len(answer.json()["value"]) == 5


async def test_two_tenants_of_one_seed_are_equal(start_simulator: StartSimulator) -> None:
    bodies = []
    for mounted in (start_simulator(seed=3), start_simulator(seed=3), start_simulator(seed=4)):
        async with httpx.AsyncClient(
            transport=mounted.connection.asynchronous, base_url=mounted.profile.base["mde"]
        ) as client:
            answer = await client.get("/api/alerts", headers={"Authorization": f"Bearer {sign_in(mounted)}"})
        bodies.append(answer.content)
    assert bodies[0] == bodies[1]
    assert bodies[0] != bodies[2]
