"""Hosts, login authorities and token scopes per cloud: one table.

Source: `exposed-apis-list`, `gov` and the geo endpoints pages of the Defender for Endpoint API documentation. The GCC
and GCC High scopes come from a third-party guide and were never tried on a live tenant, so a profile can override
each of the three values separately.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """One cloud.

    Attributes:
        name: As written in a profile.
        login: Login authority, scheme and host.
        base: API base, scheme and host, per audience (`mde`, `xdr`, `graph`).
        scope: Token scope per audience.
        known_hosts: Hosts of the same MDE service that a nextLink may name; such a link is asked at `base` instead.
        portal: Base of links to the security portal.
    """

    name: str
    login: str
    base: dict[str, str]
    scope: dict[str, str]
    known_hosts: frozenset[str]
    portal: str


_GLOBAL_HOSTS = frozenset(
    {
        "api.security.microsoft.com",
        "api.securitycenter.microsoft.com",
        "api.securitycenter.windows.com",
        *(f"{geo}.api.security.microsoft.com" for geo in ("us", "eu", "uk", "au", "swa", "ina", "aea")),
        *(f"api-{geo}.securitycenter.microsoft.com" for geo in ("us", "us3", "eu", "uk", "au")),
        *(f"api-{geo}.securitycenter.windows.com" for geo in ("us", "eu", "uk")),
        *(f"api-{geo}.security.microsoft.com" for geo in ("us", "eu", "uk")),
    }
)


def _gov(name: str, login: str, suffix: str, graph: str, portal: str) -> Cloud:
    mde = f"https://api-{suffix}.securitycenter.microsoft.us"
    xdr = f"https://api-{suffix}.security.microsoft.us"
    return Cloud(
        name=name,
        login=login,
        base={"mde": mde, "xdr": xdr, "graph": graph},
        scope={key: f"{host}/.default" for key, host in (("mde", mde), ("xdr", xdr), ("graph", graph))},
        known_hosts=frozenset({mde.removeprefix("https://"), xdr.removeprefix("https://")}),
        portal=portal,
    )


CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="global",
            login="https://login.microsoftonline.com",
            base={
                "mde": "https://api.security.microsoft.com",
                "xdr": "https://api.security.microsoft.com",
                "graph": "https://graph.microsoft.com",
            },
            scope={
                "mde": "https://api.securitycenter.microsoft.com/.default",
                "xdr": "https://api.security.microsoft.com/.default",
                "graph": "https://graph.microsoft.com/.default",
            },
            known_hosts=_GLOBAL_HOSTS,
            portal="https://security.microsoft.com",
        ),
        _gov(
            "gcc",
            "https://login.microsoftonline.com",
            "gcc",
            "https://graph.microsoft.com",
            "https://security.microsoft.com",
        ),
        _gov(
            "gcc-high",
            "https://login.microsoftonline.us",
            "gov",
            "https://graph.microsoft.us",
            "https://security.microsoft.us",
        ),
        _gov(
            "dod",
            "https://login.microsoftonline.us",
            "gov",
            "https://dod-graph.microsoft.us",
            "https://security.apps.mil",
        ),
    )
}
