"""A person's tokens as they are kept: MSAL's cache, and whose and what for it is.

MSAL files its accounts by host, not by tenant or app, and would redeem one tenant's refresh token at another. So a
text is only taken up by the profile it was written for: same authority, tenant and app.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from mdetui.auth.grant import Grant
from mdetui.auth.secret import Secret
from mdetui.config import Profile

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """One person, signed in. Shows no secret.

    Attributes:
        key: Authority, tenant as the profile writes it, and app.
        home: MSAL's `home_account_id`: names the person for good, which a user name does not.
        name: User name.
        cache: MSAL's serialized cache.
    """

    key: tuple[str, str, str]
    home: str
    name: str
    cache: Secret

    def text(self) -> Secret:
        """The form in which it is kept, a JSON object."""
        facts = {"version": _VERSION, "for": list(self.key), "home": self.home, "name": self.name}
        return Secret(json.dumps({**facts, "msal": json.loads(self.cache.reveal())}))

    def with_cache(self, cache: str) -> Kept:
        """The same person with newer tokens."""
        return replace(self, cache=Secret(cache))

    def grant(self, client_id: str, scope: str, spent: Collection[Secret]) -> Grant | None:
        """The access token that is kept for a scope; None when there is none, or it is one of those that are spent."""
        import msal

        cache = msal.SerializableTokenCache()
        try:
            cache.deserialize(self.cache.reveal())
            query = {"client_id": client_id, "home_account_id": self.home}
            found = list(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN, target=[scope], query=query))
            tokens = [(float(one["expires_on"]) - time.time(), str(one["secret"])) for one in found]
        except Exception:
            # whoever wrote that, it is no cache of MSAL: the refresh token will not be found either
            return None
        left, token = max(tokens, default=(0.0, ""))
        grant = Grant(Secret(token), left, name=self.name)
        return grant if left > 0 and grant.token not in spent else None


def key_of(profile: Profile) -> tuple[str, str, str]:
    """What tokens are kept for."""
    return profile.login.lower(), profile.tenant.lower(), profile.client_id.lower()


def kept_in(text: Secret, profile: Profile) -> Kept | None:
    """What a text keeps for a profile; None when it is another's, or none of ours."""
    try:
        data: Any = json.loads(text.reveal())
        cache = data["msal"]
        words = [data[name] for name in ("home", "name")]
        ours = data["version"] == _VERSION and data["for"] == list(key_of(profile))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not ours or not isinstance(cache, dict) or not all(isinstance(word, str) for word in words) or not words[0]:
        return None
    return Kept(key_of(profile), words[0], words[1], Secret(json.dumps(cache)))
