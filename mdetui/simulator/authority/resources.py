"""The three services tokens are for, and reading a scope.

Names and app ids: `exposed-apis-list` and `gov` pages of the Defender for Endpoint API documentation; the identifier of
the form `onmicrosoft/windowsatpservice` from the pages on getting tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from mdetui.simulator.aadsts import Denied

# asked for beside a resource, never part of an access token (OpenID Connect)
_PROTOCOL = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A service.

    Attributes:
        key: `mde`, `xdr` or `graph`.
        names: Its identifier URIs; any may be asked for, and becomes the token's audience.
        roles: Application permissions an app holds on it; empty for `mde`, whose are in the options.
        scopes: Delegated permissions, likewise.
    """

    key: str
    names: tuple[str, ...]
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


def _cloud(mde: str, service: str, xdr: str, graph: str) -> tuple[Resource, ...]:
    incidents = ("AdvancedHunting.Read.All", "Incident.ReadWrite.All")
    alerts = (
        "SecurityAlert.ReadWrite.All",
        "SecurityIdentitiesActions.ReadWrite.All",
        "SecurityIncident.ReadWrite.All",
        "ThreatHunting.Read.All",
        "User.RevokeSessions.All",
    )
    return (
        Resource("mde", (mde, f"{service}/windowsatpservice")),
        Resource("xdr", (xdr,), incidents, ("AdvancedHunting.Read", "Incident.ReadWrite")),
        Resource("graph", (graph,), alerts, alerts),
    )


_GLOBAL_SERVICE = "https://securitycenter.onmicrosoft.com"
_GOV = ("https://api-gov.securitycenter.microsoft.us", "https://securitycenter.onmicrosoft.us")
_GOV_XDR = "https://api-gov.security.microsoft.us"
RESOURCES: dict[str, tuple[Resource, ...]] = {
    "global": _cloud(
        "https://api.securitycenter.microsoft.com",
        _GLOBAL_SERVICE,
        "https://api.security.microsoft.com",
        "https://graph.microsoft.com",
    ),
    "gcc": _cloud(
        "https://api-gcc.securitycenter.microsoft.us",
        _GLOBAL_SERVICE,
        "https://api-gcc.security.microsoft.us",
        "https://graph.microsoft.com",
    ),
    "gcc-high": _cloud(*_GOV, _GOV_XDR, "https://graph.microsoft.us"),
    "dod": _cloud(*_GOV, _GOV_XDR, "https://dod-graph.microsoft.us"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a scope asks for.

    Attributes:
        scope: As it was asked.
        resource: The service.
        audience: The name it was asked by.
        permissions: Names behind it; `.default` means all that are granted.
        protocol: `openid`, `offline_access` and their like.
    """

    scope: str
    resource: Resource
    audience: str
    permissions: tuple[str, ...]
    protocol: frozenset[str]


def resource_named(cloud: str, name: str) -> Resource:
    """The service of that identifier.

    Raises:
        Denied: This cloud's tenants have none.
    """
    for resource in RESOURCES[cloud]:
        if name in resource.names:
            return resource
    raise Denied(500011, resource=name)


def read_scope(cloud: str, scope: str) -> Wanted:
    """What a scope asks for.

    Raises:
        Denied: It names no service, an unknown one, or several.
    """
    asked = [(name, *name.rpartition("/")[::2]) for name in scope.split() if name not in _PROTOCOL]
    if not asked or any(not resource or not permission for _, resource, permission in asked):
        raise Denied(70011, scope=scope)
    names = {resource for _, resource, _ in asked}
    if len(names) > 1:
        raise Denied(28000)
    audience = names.pop()
    protocol = frozenset(name for name in scope.split() if name in _PROTOCOL)
    return Wanted(
        scope, resource_named(cloud, audience), audience, tuple(permission for *_, permission in asked), protocol
    )
