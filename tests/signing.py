"""What a sign-in needs besides the program: keys, certificates, assertions, and the person at the browser.

`running` is a `Mounted` (in this process) or a `Served` (over TLS); its handle is `running.tenant.authority`, described
in `mdetui.simulator.authority`. A tenant with credentials:

    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,), interval=1))
    approve(tenant)                      # the newest device code; or approve(tenant, "BCDF23456")
    back = sign_in_at(tenant, flow["auth_uri"])   # "http://localhost:8400?code=...&state=..."
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
import msal
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from mdetui.simulator.authority import Authority, Device
from mdetui.simulator.directory import DESKTOP_ID, EXCHANGE, Federated, Person
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from mdetui.simulator.server import Served, plain_metadata
from tests.clocks import START

Running = Mounted | Served


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its certificate.

    Attributes:
        key: Private key, PEM.
        certificate: Certificate, PEM.
        pem: File with both, mode 0600.
        pfx: The same as PKCS#12, mode 0600.
        password: Of the PFX; "" when it has none.
    """

    key: str
    certificate: str
    pem: Path
    pfx: Path
    password: str

    @property
    def public(self) -> str:
        """Public key, PEM."""
        return _public(self.key)


def make_pair(
    folder: Path,
    *,
    subject: str = "mdetui test",
    signed_by: Pair | None = None,
    password: str = "",
    start: datetime = START - timedelta(days=1),
    days: int = 3650,
) -> Pair:
    """A new RSA key with a certificate, self-signed or signed by another pair, in `folder/<subject>.pem` and `.pfx`."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    issuer, signer = name, key
    if signed_by:
        issuer = x509.load_pem_x509_certificate(signed_by.certificate.encode()).subject
        signer = _load(signed_by.key)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    certificate_pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    stem = subject.replace(" ", "-")
    pem, pfx = folder / f"{stem}.pem", folder / f"{stem}.pfx"
    locked = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    _write(pem, (key_pem + certificate_pem).encode())
    _write(pfx, pkcs12.serialize_key_and_certificates(b"mdetui", key, certificate, None, locked))
    return Pair(key_pem, certificate_pem, pem, pfx, password)


def federated(pair: Pair, issuer: str = "https://issuer.invalid", subject: str = "system:jump:mdetui") -> Federated:
    """The registration that goes with `assertion(pair)`."""
    return Federated(issuer, subject, pair.public)


def assertion(
    pair: Pair,
    *,
    now: datetime = START,
    issuer: str = "https://issuer.invalid",
    subject: str = "system:jump:mdetui",
    audience: str = EXCHANGE,
    seconds: int = 600,
    **claims: Any,
) -> str:
    """A federated assertion, as a workload's identity provider signs it. `now` is the tenant's time."""
    at = int(now.timestamp())
    return jwt.encode(
        {
            "iss": issuer,
            "sub": subject,
            "aud": audience,
            "iat": at,
            "nbf": at,
            "exp": at + seconds,
            "jti": secrets.token_hex(8),
            **claims,
        },
        pair.key,
        "RS256",
        {"kid": "1"},
    )


def handle(running: Running) -> Authority:
    """The handle of the authority."""
    return running.tenant.authority


def approve(running: Running, user_code: str = "", person: Person | None = None) -> Device:
    """Somebody types a device code (the newest by default) and signs in."""
    devices = handle(running).devices
    device = devices[user_code] if user_code else devices.newest()
    device.approve(person)
    return device


def client(running: Running) -> httpx.Client:
    """A bare client that reaches the tenant and follows no redirect."""
    if isinstance(running, Mounted):
        return httpx.Client(transport=running.connection.synchronous)
    context = ssl.create_default_context(cadata=running.ca_pem.decode())
    return httpx.Client(verify=context, trust_env=False)


def sign_in_at(running: Running, url: str, person: Person | None = None) -> str:
    """The browser elsewhere: open the address, sign in; the address the browser is sent back to (code or error).

    Raises:
        AssertionError: The authority shows an error page instead.
    """
    if person:
        handle(running).person = person
    with client(running) as browser:
        answer = browser.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


class OverHttpx:
    """The HTTP client MSAL asks for, over a bare httpx client: the tenant is tested without the program's own."""

    def __init__(self, running: Running) -> None:
        self._client = client(running)

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        """As requests has it; an empty `params` would erase the address's own query."""
        return self._client.get(url, params=params or None, headers=headers)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> httpx.Response:
        """As requests has it: a value that is None is not sent, bytes are sent as they are."""
        body = urlencode({name: value for name, value in (data or {}).items() if value is not None})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._client.post(url, params=params or None, content=body, headers={**(headers or {}), **kind})

    def close(self) -> None:
        """End it."""
        self._client.close()


def login_of(running: Running) -> str:
    """The authority's address with the tenant."""
    host = running.profile.login if isinstance(running, Mounted) else running.url
    return f"{host}/{TENANT_ID}"


@contextmanager
def person_app(running: Running, **changes: Any) -> Iterator[msal.PublicClientApplication]:
    """MSAL's app for people, as the desktop app of the tenant."""
    http = OverHttpx(running)
    yield msal.PublicClientApplication(
        changes.pop("client_id", DESKTOP_ID),
        authority=changes.pop("authority", login_of(running)),
        http_client=http,
        instance_discovery=False,
        **changes,
    )
    http.close()


@contextmanager
def service_app(running: Running, credential: Any, **changes: Any) -> Iterator[msal.ConfidentialClientApplication]:
    """MSAL's app without people, as the service app of the tenant."""
    http = OverHttpx(running)
    yield msal.ConfidentialClientApplication(
        CLIENT_ID,
        authority=login_of(running),
        client_credential=credential,
        http_client=http,
        instance_discovery=False,
        **changes,
    )
    http.close()


def metadata_of(running: Running) -> AbstractContextManager[str]:
    """The managed identity endpoint on plain HTTP; `with metadata_of(tenant) as url:` for AZURE_POD_IDENTITY_AUTHORITY_HOST."""
    return plain_metadata(running.tenant)


def _load(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _public(pem: str) -> str:
    key = _load(pem).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
