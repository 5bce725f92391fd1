"""Tokens: made for apps and people, and what the API makes of them.

The access token looks like the one of the real authority (claims of version 1.0) and can't be forged: its third part
is an HMAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from threading import Lock
from typing import Any

from mdetui.simulator.authority.resources import RESOURCES
from mdetui.simulator.directory import DESKTOP_ID, DESKTOP_NAME, Person
from mdetui.simulator.options import APP_NAME, APP_OBJECT_ID, CLIENT_ID, TENANT_ID, Options
from mdetui.simulator.wire import Refused

APP_NAMES = {CLIENT_ID: APP_NAME, DESKTOP_ID: DESKTOP_NAME}


class Tokens:
    """Makes and checks tokens.

    Attributes:
        overrides: Claims forced into every token.
    """

    def __init__(self, options: Options) -> None:
        self.overrides: dict[str, Any] = {}
        self._options = options
        self._key = secrets.token_bytes(32)
        self._lock = Lock()
        self._issued = 0
        self._revoked_to = 0
        self._expired_to = 0
        self._audiences = {one.key: one.names for one in RESOURCES[options.directory.cloud]}

    def revoke(self) -> None:
        """Every access token issued so far is answered with a claims challenge."""
        self._revoked_to = self._issued

    def expire(self) -> None:
        """Every access token issued so far has expired."""
        self._expired_to = self._issued

    def now(self) -> float:
        """The authority's time, seconds since 1970."""
        return self._options.clock.now().timestamp() + self._options.directory.authority_skew

    def for_app(
        self,
        audience: str,
        roles: tuple[str, ...],
        *,
        seconds: int,
        client_id: str = CLIENT_ID,
        proof: str = "1",
        cp1: bool = False,
    ) -> str:
        """An access token of an app; `proof` is 1 for a secret, 2 for an assertion (`appidacr`)."""
        own = client_id == CLIENT_ID
        oid = APP_OBJECT_ID if own else hashlib.sha256(client_id.encode()).hexdigest()[:32]
        return self._access(
            audience,
            seconds,
            cp1,
            {
                "app_displayname": APP_NAMES.get(client_id, "identity-of-a-machine"),
                "appid": client_id,
                "appidacr": proof,
                "idtyp": "app",
                "oid": oid,
                "roles": list(roles),
                "sub": oid,
            },
        )

    def for_person(
        self, audience: str, scopes: tuple[str, ...], person: Person, client_id: str, *, seconds: int, cp1: bool = False
    ) -> str:
        """An access token of a person."""
        return self._access(
            audience,
            seconds,
            cp1,
            {
                "amr": ["pwd", "mfa"],
                "app_displayname": APP_NAMES.get(client_id, client_id),
                "appid": client_id,
                "appidacr": "0",
                "idtyp": "user",
                "name": person.name,
                "oid": person.oid,
                "scp": " ".join(scopes),
                "sub": _pairwise(person, client_id),
                "unique_name": person.upn,
                "upn": person.upn,
            },
        )

    def id_token(self, person: Person, client_id: str, issuer: str, nonce: str) -> str:
        """An id token of version 2.0."""
        now = int(self.now())
        claims = {
            "aud": client_id,
            "iss": issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": person.name,
            "oid": person.oid,
            "preferred_username": person.upn,
            "sub": _pairwise(person, client_id),
            "tid": TENANT_ID,
            "ver": "2.0",
            **({"nonce": nonce} if nonce else {}),
        }
        return self._signed({**claims, **self.overrides})

    def client_info(self, person: Person) -> str:
        """Who signed in, as MSAL keys its accounts."""
        info = {"uid": person.oid, "utid": self.overrides.get("tid", TENANT_ID)}
        return b64(json.dumps(info).encode())

    def check(self, header: str, host: str, service: str) -> dict[str, Any]:
        """Claims of the bearer token of a request for one of the three services.

        Raises:
            Refused: 401.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorised("Missing or malformed Authorization header")
        claims = self._verified(token)
        now = self._options.clock.now().timestamp() + self._options.directory.api_skew
        if claims["aud"] not in self._audiences[service]:
            raise _unauthorised("Invalid audience")
        if claims["exp"] <= now or claims["serial"] <= self._expired_to:
            raise _unauthorised("Lifetime validation failed, the token is expired")
        if claims["serial"] <= self._revoked_to:
            raise _challenge(host, now)
        return claims

    def _access(self, audience: str, seconds: int, cp1: bool, who: dict[str, Any]) -> str:
        with self._lock:
            self._issued += 1
            serial = self._issued
        now = int(self.now())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{TENANT_ID}/",
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            **who,
            "tid": TENANT_ID,
            "serial": serial,
            "ver": "1.0",
            **({"xms_cc": ["cp1"]} if cp1 else {}),
        }
        return self._signed({**claims, **self.overrides})

    def _signed(self, claims: dict[str, Any]) -> str:
        head = json.dumps({"typ": "JWT", "alg": "HS256"}).encode()
        signed = f"{b64(head)}.{b64(json.dumps(claims).encode())}"
        return f"{signed}.{self._sign(signed)}"

    def _verified(self, token: str) -> dict[str, Any]:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(signed).encode()):
            raise _unauthorised("Signature validation failed")
        payload = signed.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if "serial" not in claims:
            # an id token: signed alike, but no key to an API
            raise _unauthorised("Invalid audience")
        return claims

    def _sign(self, text: str) -> str:
        return b64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _pairwise(person: Person, client_id: str) -> str:
    """`sub` differs from app to app."""
    return b64(hashlib.sha256(f"{person.oid}{client_id}".encode()).digest())


def _challenge(host: str, now: float) -> Refused:
    claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": str(int(now))}}})
    header = (
        f'Bearer realm="", authorization_uri="https://{host}/common/oauth2/authorize", '
        f'error="insufficient_claims", claims="{base64.b64encode(claims.encode()).decode()}"'
    )
    text = "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
    return Refused(401, "InvalidAuthenticationToken", text, {"www-authenticate": header})


def _unauthorised(reason: str) -> Refused:
    text = f"Unauthorized request - reason of failure: {reason}"
    return Refused(401, "Unauthorized", text, {"www-authenticate": 'Bearer error="invalid_token"'})
