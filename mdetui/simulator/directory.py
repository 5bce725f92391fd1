"""What the pretend tenant's directory knows: apps and their credentials, people, times. Plain dataclasses, no imports.

Two apps are registered. The service app (`options.CLIENT_ID`) is confidential: secret, certificates, trusted subject
names and federated credentials are its. The desktop app (`DESKTOP_ID`) is a public client without any credential:
people sign in with it. A system-assigned and a user-assigned managed identity exist besides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DESKTOP_ID = "7c2e9f10-4b8d-4f6a-9e35-1d0c8a7b6f42"
DESKTOP_NAME = "mdetui-desktop"
# client ids of the managed identities; the second has to be asked for by this id
SYSTEM_IDENTITY_ID = "2e8d4c71-90ab-4c3f-8f16-5b7a3d2e1c09"
USER_IDENTITY_ID = "a41f6b02-3c5d-4e7f-9a80-6d1e2f3b4c5d"
# a secret the service app once had
EXPIRED_SECRET = "expired-secret-of-a-tenant-that-does-not-exist"
# the audience of every federated assertion (workload identity federation documentation)
EXCHANGE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in.

    Attributes:
        upn: User principal name.
        name: Display name.
        oid: Object id.
    """

    upn: str = "ana.reyes@contoso.com"
    name: str = "Ana Reyes"
    oid: str = "5f0b7d3e-8c21-4a96-b7e4-2d9f6c1a3e58"


@dataclass(frozen=True, slots=True)
class Federated:
    """A federated credential of the service app.

    Attributes:
        issuer: `iss` of the assertions.
        subject: `sub` of the assertions.
        key: Public key of the issuer, PEM; the real authority fetches it from the issuer.
    """

    issuer: str
    subject: str
    key: str


@dataclass(frozen=True, slots=True)
class TrustedName:
    """A subject name that may sign for the service app when a known authority made its certificate (SNI).

    Attributes:
        subject: Common name in the certificate.
        authority: Certificate of who must have signed it, PEM.
    """

    subject: str
    authority: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What is registered, and how the authority keeps time.

    Attributes:
        cloud: Decides by which names the three resources are known; a name of another cloud is 500011.
        elsewhere: Authority hosts (without port) of a cloud where the tenant does not exist: 90002.
        public_flows: "Allow public client flows" of the desktop app; off means 7000218.
        redirect_uris: Of the desktop app. The port of a `http://localhost` address is ignored.
        certificates: Certificates of the service app, PEM.
        names: Subject names trusted instead of a certificate.
        federated: Federated credentials of the service app.
        scopes: Delegated permissions granted on Defender for Endpoint.
        person: Who signs in, until a test says otherwise.
        identities: Managed identities this machine has.
        own_pages: Device codes are typed at the authority's own page instead of Microsoft's: for people who try it.
        device_seconds: Life of a device code.
        interval: Seconds between polls that the authority asks for.
        refresh_in: `refresh_in` of a token; None leaves it out.
        refresh_once: A refresh token works once. The real authority does not take used ones back, so this is
            stricter: a client that keeps the old one is found out.
        assertion_once: A client assertion works once (`jti`). Off, as at the real authority: MSAL sends the same one again
            until it expires.
        authority_skew: Seconds the authority's clock is ahead of the tenant's.
        api_skew: The same of the API.
    """

    cloud: Literal["global", "gcc", "gcc-high", "dod"] = "global"
    elsewhere: tuple[str, ...] = ("login.demo-gov.invalid",)
    public_flows: bool = True
    redirect_uris: tuple[str, ...] = ("http://localhost",)
    certificates: tuple[str, ...] = ()
    names: tuple[TrustedName, ...] = ()
    federated: tuple[Federated, ...] = ()
    scopes: tuple[str, ...] = (
        "Alert.ReadWrite",
        "File.Read.All",
        "Ip.Read.All",
        "Library.Manage",
        "Machine.CollectForensics",
        "Machine.Isolate",
        "Machine.LiveResponse",
        "Machine.Offboard",
        "Machine.ReadWrite",
        "Machine.RestrictExecution",
        "Machine.Scan",
        "Machine.StopAndQuarantine",
        "RemediationTasks.Read",
        "Score.Read",
        "SecurityBaselinesAssessment.Read",
        "SecurityRecommendation.Read",
        "Software.Read",
        "Ti.ReadWrite",
        "URL.Read.All",
        "User.Read.All",
        "Vulnerability.Read",
    )
    person: Person = field(default_factory=Person)
    identities: tuple[str, ...] = (SYSTEM_IDENTITY_ID, USER_IDENTITY_ID)
    own_pages: bool = False
    device_seconds: int = 900
    interval: int = 5
    refresh_in: int | None = None
    refresh_once: bool = True
    assertion_once: bool = False
    authority_skew: float = 0.0
    api_skew: float = 0.0
