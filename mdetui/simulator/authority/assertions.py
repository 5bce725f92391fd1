"""Signed assertions of an app. Imported when the first one arrives: cryptography costs too much for the demo's start.

Checks are those of the pages on certificate credentials and workload identity federation.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import NameOID

from mdetui.simulator.aadsts import Denied
from mdetui.simulator.directory import EXCHANGE, Directory

# how far clocks may be apart
_LEEWAY = 300
_ALGORITHMS = ["RS256", "PS256"]


class Assertions:
    """Checks assertions against what is registered.

    Args:
        directory: Certificates, trusted names, federated credentials.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in directory.certificates]
        self._used: dict[str, float] = {}

    def check(self, text: str, client_id: str, audiences: Collection[str], now: float) -> None:
        """Check an assertion.

        Args:
            text: The assertion.
            client_id: App it is for.
            audiences: What may stand in `aud`.
            now: The authority's time, seconds since 1970.

        Raises:
            Denied: It proves nothing.
        """
        try:
            head = jwt.get_unverified_header(text)
            claims = jwt.decode(text, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise Denied(50027, reason="the token can't be read") from error
        if head.get("alg") not in _ALGORITHMS:
            raise Denied(50027, reason=f"algorithm {head.get('alg')} is not supported")
        if "x5t" in head or "x5t#S256" in head or claims.get("iss") == client_id:
            self._check_certificate(text, head, claims, client_id, audiences, now)
        else:
            self._check_federated(text, head, claims, now)

    def _check_certificate(
        self,
        text: str,
        head: dict[str, Any],
        claims: dict[str, Any],
        client_id: str,
        audiences: Collection[str],
        now: float,
    ) -> None:
        certificate = self._certificate(head, client_id, now)
        if not _signed(text, certificate.public_key(), str(head["alg"])):
            raise Denied(
                700027, reason="The signature is invalid.", thumbprint=_thumbprint(certificate), client=client_id
            )
        if claims.get("iss") != client_id or claims.get("sub") != client_id:
            raise Denied(700021)
        if claims.get("aud") not in audiences:
            raise Denied(700023)
        _check_times(claims, now)
        if self._directory.assertion_once:
            self._check_once(claims, now)

    def _certificate(self, head: dict[str, Any], client_id: str, now: float) -> x509.Certificate:
        """The certificate that the header names.

        Raises:
            Denied: It is not registered, or its time is over.
        """
        # MSAL pads the thumbprints, RFC 7515 does not
        sha256, sha1 = (str(head.get(name, "")).rstrip("=") for name in ("x5t#S256", "x5t"))
        for certificate in self._certificates:
            if _b64(certificate.fingerprint(hashes.SHA256())) == sha256 or (
                _b64(certificate.fingerprint(hashes.SHA1())) == sha1
            ):
                break
        else:
            certificate = self._named(head, client_id, sha256 or sha1)
        if certificate.not_valid_after_utc.timestamp() < now:
            raise Denied(
                700027, reason="The key used is expired.", thumbprint=_thumbprint(certificate), client=client_id
            )
        return certificate

    def _named(self, head: dict[str, Any], client_id: str, thumbprint: str) -> x509.Certificate:
        """The certificate sent along, when its subject and who signed it are trusted."""
        if not head.get("x5c") or not self._directory.names:
            raise Denied(700027, reason="The key was not found.", thumbprint=thumbprint, client=client_id)
        try:
            sent = x509.load_der_x509_certificate(base64.b64decode(head["x5c"][0]))
        except (ValueError, binascii.Error, TypeError) as error:
            raise Denied(50027, reason="x5c holds no certificate") from error
        if thumbprint not in (_b64(sent.fingerprint(hashes.SHA256())), _b64(sent.fingerprint(hashes.SHA1()))):
            raise Denied(700027, reason="The key was not found.", thumbprint=thumbprint, client=client_id)
        subject = str(sent.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        for name in self._directory.names:
            if name.subject == subject and _issued_by(sent, x509.load_pem_x509_certificate(name.authority.encode())):
                return sent
        raise Denied(700030, subject=subject)

    def _check_federated(self, text: str, head: dict[str, Any], claims: dict[str, Any], now: float) -> None:
        issuer, subject, audience = (str(claims.get(name, "")) for name in ("iss", "sub", "aud"))
        known = [one for one in self._directory.federated if one.issuer == issuer]
        if not known:
            raise Denied(700211, issuer=issuer)
        match = next((one for one in known if one.subject == subject), None)
        if match is None:
            raise Denied(700213, subject=subject)
        if audience != EXCHANGE:
            raise Denied(700212, audience=audience)
        if not _signed(text, match.key, str(head["alg"])):
            raise Denied(50013, reason="The signature is invalid.")
        _check_times(claims, now)

    def _check_once(self, claims: dict[str, Any], now: float) -> None:
        key = str(claims.get("jti", ""))
        self._used = {jti: end for jti, end in self._used.items() if end + _LEEWAY > now}
        if not key or key in self._used:
            raise Denied(50012, reason="the client assertion has no jti, or was used before")
        self._used[key] = float(claims["exp"])


def _signed(text: str, key: PublicKeyTypes | str, algorithm: str) -> bool:
    everything_else = dict.fromkeys(("verify_aud", "verify_exp", "verify_nbf", "verify_iat", "verify_iss"), False)
    try:
        jwt.decode(text, key, algorithms=[algorithm], options=everything_else)  # type: ignore[arg-type]
    except jwt.PyJWTError:
        return False
    return True


def _issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _check_times(claims: dict[str, Any], now: float) -> None:
    try:
        start, end = float(claims.get("nbf", claims.get("iat", 0))), float(claims["exp"])
    except (KeyError, TypeError, ValueError) as error:
        raise Denied(50027, reason="exp is missing or no number") from error
    if not start - _LEEWAY <= now < end + _LEEWAY:
        raise Denied(700024, now=_time(now), start=_time(start), end=_time(end))


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _thumbprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA1()).hex().upper()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
