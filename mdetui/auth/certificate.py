"""The certificate that an app proves itself with: read from its file, and the assertion that is signed with its key.

Source for the form of the assertion: "Microsoft identity platform application authentication certificate credentials"
(PS256, `x5t#S256`, and `x5c` where the app registration trusts subject name and issuer). It is made here and not by
MSAL's own reading of a file, because that opens the path again, which may be another file by then, and sends the first
certificate alone or always.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.auth.secret import Secret, SecretNeeded, password_needed, read_password, read_private
from mdetui.config import Profile
from mdetui.errors import SignInError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_MAX_BYTES = 1 << 18
# seconds an assertion is good for
_LIFE = 600
_KEY = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----.+?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----", re.DOTALL)


class Certificate:
    """Key and certificates of an app. Never shows the key.

    Attributes:
        said: What it is, for people: thumbprint as the portal shows it, and the last day.
    """

    def __init__(self, key: RSAPrivateKey, chain: Sequence[x509.Certificate]) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding

        self._key = key
        self._sha256 = chain[0].fingerprint(hashes.SHA256()).hex()
        self._x5c = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
        self.said = (
            f"thumbprint {chain[0].fingerprint(hashes.SHA1()).hex().upper()}, "
            f"valid until {chain[0].not_valid_after_utc:%Y-%m-%d %H:%M}Z"
        )

    def __repr__(self) -> str:
        return f"Certificate({self.said})"

    def assertion(self, client_id: str, audience: str, *, now: float, chain: bool) -> str:
        """A signed statement that we are the app, good for ten minutes.

        Args:
            client_id: The app.
            audience: Token endpoint it is for.
            now: Seconds since 1970.
            chain: Whether the certificates are sent along.
        """
        from msal.oauth2cli.assertion import JwtAssertionCreator

        headers = {"x5c": self._x5c} if chain else {}
        signer = JwtAssertionCreator(self._key, algorithm="PS256", sha256_thumbprint=self._sha256, headers=headers)
        made = signer.create_normal_assertion(
            audience=audience, issuer=client_id, issued_at=int(now), not_before=int(now), expires_at=int(now) + _LIFE
        )
        return made.decode("ascii") if isinstance(made, bytes) else str(made)


def read_certificate(profile: Profile, typed: Secret | None = None) -> Certificate:
    """Key and certificate of a profile, from its PEM, PFX or P12 file.

    Args:
        profile: Names the file.
        typed: A password that a person typed.

    Raises:
        SecretNeeded: It has a password, which is in no file and no variable; or the one that was typed is wrong.
        SignInError: The file can't be read or trusted, the password is wrong, or there is no key with its certificate.
    """
    path = profile.certificate_file
    shown = text.line(path, 200)
    data = read_private(path, "certificate", "certificate_file", limit=_MAX_BYTES)
    password = read_password(profile) or typed
    failed: SignInError | None = None
    key: object = None
    certificates: list[x509.Certificate] = []
    try:
        key, certificates = _parts(data, password.reveal().encode() if password else None)
    except (ValueError, TypeError) as error:
        failed = _unusable(profile, password, typed, locked=_is_encrypted(data) or isinstance(error, TypeError))
    # the key itself may stand in it
    del data
    if failed is not None:
        raise failed
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    if not isinstance(key, RSAPrivateKey):
        what = "no private key" if key is None else "a key that is not RSA"
        raise SignInError(
            f"The certificate file {shown} holds {what}.", "Entra takes RSA keys only; put key and certificate into it."
        )
    own = [one for one in certificates if one.public_key() == key.public_key()]
    if not own:
        raise SignInError(
            f"The certificate file {shown} holds no certificate that belongs to its key.",
            "Put the private key and its certificate into the file.",
        )
    return Certificate(key, [own[0], *(one for one in certificates if one is not own[0])])


def _unusable(profile: Profile, password: Secret | None, typed: Secret | None, *, locked: bool) -> SignInError:
    """The error for a file that could not be read with that password."""
    shown = text.line(profile.certificate_file, 200)
    if password is None and locked:
        return password_needed(profile)
    if password is not None and password is typed:
        return SecretNeeded(
            f"The password that was typed does not open the certificate file {shown}.",
            "Type it again, or check the file.",
            noun="certificate password",
        )
    why = "its password is not this one, or it is damaged" if password else "it is damaged"
    return SignInError(
        f"The certificate file {shown} can't be used: {why}.",
        "Name a PEM file with key and certificate, or a .pfx file, and its password as certificate_password_file.",
    )


def _parts(data: bytes, password: bytes | None) -> tuple[object, list[x509.Certificate]]:
    """Key and certificates. Raises ValueError or TypeError."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
    from cryptography.x509 import load_pem_x509_certificates

    if not data.strip():
        return None, []
    if b"-----BEGIN" not in data:
        key, leaf, others = pkcs12.load_key_and_certificates(data, password)
        return key, [*([leaf] if leaf else []), *others]
    block = _KEY.search(data)
    if block is None:
        return None, []
    # a password that the key does not have is no mistake of whoever set it for another profile
    wanted = password if _is_encrypted(block[0]) else None
    key = load_pem_private_key(block[0], wanted)
    return key, load_pem_x509_certificates(data) if b"-----BEGIN CERTIFICATE-----" in data else []


def _is_encrypted(data: bytes) -> bool:
    """Whether it needs a password; of a PFX that did not open without one this is assumed."""
    return b"ENCRYPTED" in data if b"-----BEGIN" in data else data[:1] == b"\x30"
