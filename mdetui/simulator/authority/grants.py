"""What can be exchanged for tokens once a person has signed in: authorization codes and refresh tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from threading import RLock

from mdetui.simulator.aadsts import Denied
from mdetui.simulator.authority.tokens import b64
from mdetui.simulator.directory import Person

# life of a code; the documentation says "about 10 minutes" in one place and less in others
_CODE_SECONDS = 600.0


@dataclass(slots=True)
class Code:
    """An authorization code and what it was asked with."""

    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str
    person: Person
    ends: float = 0.0
    used: bool = False


class Codes:
    """Authorization codes. Each works once; a try with a wrong verifier uses it up too (RFC 6749 section 10.5)."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._codes: dict[str, Code] = {}

    def open(self, code: Code, now: float) -> str:
        """Hand one out."""
        name = f"1.{secrets.token_urlsafe(120)}"
        code.ends = now + _CODE_SECONDS
        with self._lock:
            self._codes[name] = code
        return name

    def redeem(self, name: str, *, client_id: str, redirect_uri: str, verifier: str, now: float) -> Code:
        """What the code was asked with.

        Raises:
            Denied: It is none, used, too old, or not asked with this redirect address and this verifier.
        """
        with self._lock:
            code = self._codes.get(name)
            if code is None or code.client_id != client_id:
                raise Denied(70000)
            if code.used:
                raise Denied(54005)
            code.used = True
        if now >= code.ends:
            raise Denied(70008)
        if redirect_uri != code.redirect_uri:
            raise Denied(500112, redirect=redirect_uri, registered=code.redirect_uri)
        made = b64(hashlib.sha256(verifier.encode()).digest()) if verifier else ""
        if not hmac.compare_digest(made, code.challenge):
            raise Denied(501481)
        return code


@dataclass(slots=True)
class Refresh:
    """What stands behind a refresh token."""

    client_id: str
    person: Person
    scope: str
    ended: int = 0
    used: bool = False


class Refreshes:
    """Refresh tokens.

    Args:
        lock: Shared by the whole authority.
        once: Whether each works once.
    """

    def __init__(self, lock: RLock, *, once: bool) -> None:
        self._lock = lock
        self._once = once
        self._tokens: dict[str, Refresh] = {}

    def open(self, client_id: str, person: Person, scope: str) -> str:
        """Hand one out."""
        token = f"1.{secrets.token_urlsafe(400)}"
        with self._lock:
            self._tokens[token] = Refresh(client_id, person, scope)
        return token

    def end(self, code: int) -> None:
        """All so far are refused with a code from now on."""
        with self._lock:
            for refresh in self._tokens.values():
                refresh.ended = refresh.ended or code

    def check(self, token: str, client_id: str) -> Refresh:
        """What stands behind it.

        Raises:
            Denied: It is none, another app's, used, or its session has ended.
        """
        with self._lock:
            refresh = self._tokens.get(token)
            if refresh is None or refresh.client_id != client_id or refresh.used:
                raise Denied(70000)
            if refresh.ended:
                raise Denied(refresh.ended)
            return refresh

    def use(self, token: str, client_id: str) -> None:
        """It has been exchanged.

        Raises:
            Denied: Somebody else was faster.
        """
        with self._lock:
            self.check(token, client_id)
            self._tokens[token].used = self._once
