"""The endpoints of the pretend authority asked by hand."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msal

from mdetui.simulator.directory import DESKTOP_ID
from mdetui.simulator.mount import Mounted
from tests.signing import approve, client, login_of

MDE = "https://api.securitycenter.microsoft.com/.default"
XDR = "https://api.security.microsoft.com/.default"
GRAPH = "https://graph.microsoft.com/.default"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BACK = "http://localhost:8400"
EVERYTHING = f"{MDE} openid profile offline_access"


def claims_of(token: str) -> dict[str, Any]:
    """Claims of a token, not verified."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def poll_once(app: msal.PublicClientApplication, flow: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One poll by MSAL."""
    answer: dict[str, Any] = app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True, **more)
    return answer


def ask(tenant: Mounted, grant: str, **fields: str) -> httpx.Response:
    """A form for the token endpoint, by the desktop app."""
    with client(tenant) as http:
        form = {"client_id": DESKTOP_ID, "grant_type": grant, **fields}
        return http.post(f"{login_of(tenant)}/oauth2/v2.0/token", data=form)


def refused(answer: httpx.Response) -> tuple[int, str, int]:
    """Status, `error` and code of a refusal."""
    body = answer.json()
    return answer.status_code, body["error"], body["error_codes"][0]


def start_device(tenant: Mounted, **changes: str) -> httpx.Response:
    """A form for the device code endpoint."""
    with client(tenant) as http:
        form = {"client_id": DESKTOP_ID, "scope": EVERYTHING, **changes}
        return http.post(f"{login_of(tenant)}/oauth2/v2.0/devicecode", data=form)


def device_tokens(tenant: Mounted, **changes: str) -> dict[str, Any]:
    """A whole sign-in by device code: what the token endpoint gave."""
    code = start_device(tenant).json()["device_code"]
    approve(tenant)
    answer = ask(tenant, "device_code", device_code=code, **changes)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def browser_url(tenant: Mounted, **changes: str) -> str:
    """Address of the authorize endpoint; the verifier is `VERIFIER`."""
    return f"{login_of(tenant)}/oauth2/v2.0/authorize?" + str(
        httpx.QueryParams(
            {
                "client_id": DESKTOP_ID,
                "response_type": "code",
                "redirect_uri": BACK,
                "scope": EVERYTHING,
                "state": "s p&ce",
                "code_challenge": CHALLENGE,
                "code_challenge_method": "S256",
                **changes,
            }
        )
    )


def code_in(back: str) -> str:
    """The code in the address a browser was sent back to."""
    return parse_qs(urlsplit(back).query)["code"][0]
