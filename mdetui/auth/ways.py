"""Which code gives a profile its tokens: one line a method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui.auth import tenant
from mdetui.auth.confidential import AppTokens
from mdetui.auth.grant import Giver
from mdetui.auth.person import PersonTokens, Store
from mdetui.auth.secret import Secret
from mdetui.clock import Clock
from mdetui.config import Profile

if TYPE_CHECKING:
    import httpx


def way_of(
    profile: Profile, transport: httpx.BaseTransport, secret: Secret | None, store: Store | None, clock: Clock
) -> Giver:
    """The way of a profile. Nothing is asked and nothing is read here."""
    match profile.method:
        case "device-code" | "browser":
            from mdetui.auth.store import TokenStore

            return PersonTokens(profile, transport, store or TokenStore(profile))
        case "managed-identity":
            from mdetui.auth.managed import MachineTokens

            return MachineTokens(profile, lambda: tenant.known_to_authority(profile, transport))
        case "token-command":
            from mdetui.auth.command import CommandTokens

            return CommandTokens(profile, clock, lambda: tenant.known_to_authority(profile, transport))
    return AppTokens(profile, transport, secret, clock)
