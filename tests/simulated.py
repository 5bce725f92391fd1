"""Talking to a pretend tenant without the program: bare httpx, so that the tenant is tested by itself."""

from __future__ import annotations

from typing import Any

import httpx

from mdetui.simulator.mount import Mounted


def token_of(mounted: Mounted) -> str:
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


def client_of(mounted: Mounted, token: str = "") -> httpx.AsyncClient:
    """A client that carries a token."""
    return httpx.AsyncClient(
        transport=mounted.connection.asynchronous,
        base_url=mounted.profile.base_of("mde"),
        headers={"Authorization": f"Bearer {token or token_of(mounted)}"},
    )


async def rows_of(client: httpx.AsyncClient, path: str, **query: str | int) -> list[dict[str, Any]]:
    """Rows of one page; `filter_="..."` and `top=5` become `$filter` and `$top`."""
    answer = await client.get(path, params={f"${name.rstrip('_')}": value for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["value"]
    return rows


def error_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of an error envelope."""
    error = answer.json()["error"]
    assert error["target"]
    return answer.status_code, error["code"], error["message"]
