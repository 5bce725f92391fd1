"""Who a token says we are, and what a challenge asks for."""

from __future__ import annotations

import base64
import json

import pytest

from mdetui.auth.challenge import claims_of_challenge
from mdetui.auth.identity import claims_of, identity_of
from tests.wiring import TENANT, token_of


def test_an_app() -> None:
    identity = identity_of(claims_of(token_of(idtyp="app")), "client")
    assert (identity.kind, identity.name, identity.oid, identity.tid) == ("app", "test app", "o-1", TENANT)
    assert identity.roles == {"Alert.Read.All"}


def test_a_person() -> None:
    claims = claims_of(token_of(scp="Alert.Read Machine.Read", upn="j.ito@contoso.com", roles=None))
    identity = identity_of(claims, "client")
    assert (identity.kind, identity.name) == ("person", "j.ito@contoso.com")
    assert identity.roles == {"Alert.Read", "Machine.Read"}


def test_a_hostile_name_is_made_safe() -> None:
    assert "\x1b" not in identity_of(claims_of(token_of(app_displayname="\x1b]52;c;x\x07")), "c").name


@pytest.mark.parametrize("token", ["", "opaque", "a.b", "a.b.c", "a.!!!.c", f"a.{base64.b64encode(b'[1]').decode()}.c"])
def test_a_token_that_is_no_jwt_is_the_apps(token: str) -> None:
    identity = identity_of(claims_of(token), "client-1")
    assert (identity.kind, identity.name, identity.tid, identity.roles) == ("app", "client-1", "", frozenset())


CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651??>>"}}}'


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(CLAIMS.encode()).decode(),
        base64.urlsafe_b64encode(CLAIMS.encode()).decode(),
        base64.b64encode(CLAIMS.encode()).decode().rstrip("="),
    ],
)
def test_a_challenge_in_every_alphabet(value: str) -> None:
    header = f'Bearer realm="", authorization_uri="https://x", error="insufficient_claims", claims="{value}"'
    found = claims_of_challenge(["Basic", header])
    assert found is not None
    assert json.loads(found) == json.loads(CLAIMS)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        'Bearer error="invalid_token"',
        'Bearer error="insufficient_claims", claims="%%%"',
        'Bearer error="insufficient_claims", claims="W10="',
        f'Bearer error="invalid_token", claims="{base64.b64encode(CLAIMS.encode()).decode()}"',
    ],
)
def test_what_is_no_challenge(header: str) -> None:
    assert claims_of_challenge([header]) is None
