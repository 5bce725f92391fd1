"""Who a token says we are: for the header and the ledger, never for a decision of the service."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mdetui import text


@dataclass(frozen=True, slots=True)
class Identity:
    """Who acts. Holds no secret.

    Attributes:
        kind: `app` (client credentials: sees every machine) or `person`.
        name: App name, app id or user principal name; safe text.
        oid: Object id; "" when the token has none.
        tid: Tenant id; "" when the token has none.
        roles: Permissions in the token: application roles and delegated scopes.
    """

    kind: Literal["app", "person"]
    name: str
    oid: str = ""
    tid: str = ""
    roles: frozenset[str] = frozenset()


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, NOT verified (the service does that); empty when it is not a JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        data = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def identity_of(claims: Mapping[str, Any], client_id: str, signed_in: str = "") -> Identity:
    """The identity that claims name.

    Args:
        claims: Of an access token.
        client_id: What an app is called whose token says nothing.
        signed_in: User name of the person who signed in; without it an opaque token is the app's.
    """

    def first(*names: str) -> str:
        return next((value for name in names if isinstance(value := claims.get(name), str) and value), "")

    scopes = first("scp").split()
    person = bool(signed_in) or (bool(scopes) and claims.get("idtyp") != "app")
    names = ("upn", "preferred_username", "unique_name", "name") if person else ("app_displayname", "appid", "azp")
    given = claims.get("roles")
    roles = [role for role in given if isinstance(role, str)] if isinstance(given, list) else []
    return Identity(
        kind="person" if person else "app",
        name=text.line(first(*names) or signed_in or client_id, 120),
        oid=text.line(oid, 64) if (oid := first("oid")) else "",
        tid=text.line(tid, 64) if (tid := first("tid")) else "",
        roles=frozenset(roles) | frozenset(scopes),
    )
