"""Credentials of the service app, made for one run of the pretend tenant: a certificate and a federated assertion.

One key pair serves for both: it signs for the app itself and is the key of the identity provider that the app trusts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from mdetui.simulator.directory import EXCHANGE, Directory, Federated

_ISSUER = "https://issuer.invalid"
_SUBJECT = "system:simulator:mdetui"
# nobody renews the assertion's file, as a cluster would every hour
_DAYS = 30


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the service app proves itself with.

    Attributes:
        certificate: The certificate, PEM.
        public_key: Its key, PEM.
        pem: Private key and certificate, PEM.
        assertion: A federated assertion that is good for 30 days.
    """

    certificate: str
    public_key: str
    pem: str = field(repr=False)
    assertion: str = field(repr=False)

    def registered(self, directory: Directory) -> Directory:
        """The same directory, in which the service app has these credentials too."""
        return replace(
            directory,
            certificates=(*directory.certificates, self.certificate),
            federated=(*directory.federated, Federated(_ISSUER, _SUBJECT, self.public_key)),
        )


def make_credentials(now: datetime) -> Credentials:
    """New ones, valid from `now` less five minutes."""
    key = rsa.generate_private_key(65537, 2048)
    start, end = now - timedelta(minutes=5), now + timedelta(days=_DAYS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mdetui simulator")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    shown = certificate.public_bytes(pem).decode()
    claims = {"iss": _ISSUER, "sub": _SUBJECT, "aud": EXCHANGE, "iat": start, "nbf": start, "exp": end}
    return Credentials(shown, public, private + shown, jwt.encode(claims, key, "RS256"))
