"""Which certificate authorities this program believes: one source per profile, and its name for whoever must know."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdetui import text
from mdetui.config import Profile
from mdetui.errors import ConfigError

# in this order, after the profile's own: OpenSSL's, then those of requests and curl
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
SYSTEM = "the operating system"


@dataclass(frozen=True, slots=True)
class TlsTrust:
    """Where the certificate authorities in force come from.

    Attributes:
        source: A key path of the configuration, a variable's name, or `SYSTEM`.
        path: The bundle; "" for the operating system's store.
    """

    source: str
    path: str = ""

    def __str__(self) -> str:
        if not self.path:
            return f"the certificates of {self.source}"
        return f"the CA bundle {text.line(self.path, 200)} ({self.source})"


def trust_of(profile: Profile, environ: Mapping[str, str] | None = None) -> TlsTrust:
    """The source in force, which need not be usable.

    Order: the profile's `ca_bundle`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, the operating system.
    """
    env = os.environ if environ is None else environ
    if profile.ca_bundle:
        return TlsTrust(f"profiles.{profile.name}.ca_bundle", profile.ca_bundle)
    return next((TlsTrust(name, value) for name in VARIABLES if (value := env.get(name))), TlsTrust(SYSTEM))


def tls_context(profile: Profile) -> ssl.SSLContext:
    """The one TLS context of a profile. There is no way to turn verification off.

    A certificate that is not trusted leaves its issuer in the exception: see `Seen`.

    Raises:
        ConfigError: The bundle is missing, a folder without hashed certificates, no PEM file or empty; names the source.
    """
    trust = trust_of(profile)
    if not trust.path:
        import truststore

        return _telling(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    path = Path(trust.path)
    shown = text.line(trust.path, 200)
    todo = "Name a PEM file with the certificates of the authorities to trust."
    try:
        if path.is_dir():
            # as c_rehash and update-ca-certificates lay them out; OpenSSL sees nothing else in a folder
            if not any(path.glob("*.[0-9]")):
                raise ConfigError(f"{shown} is a folder without hashed certificates.", todo, where=trust.source)
            return _telling(ssl.create_default_context(capath=trust.path))
        return _telling(ssl.create_default_context(cafile=trust.path))
    except FileNotFoundError:
        raise ConfigError(f"The CA bundle {shown} does not exist.", todo, where=trust.source) from None
    except ssl.SSLError:
        # also for an empty one
        raise ConfigError(f"{shown} is not a PEM file of certificates.", todo, where=trust.source) from None
    except OSError as error:
        raise ConfigError(f"The CA bundle {shown} can't be read: {error.strerror}.", todo, where=trust.source) from None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a certificate that was not believed. Not proven, chosen by whoever answered; safe text.

    Attributes:
        issuer: Who signed it; "" when that is not known.
        host: For whom a certificate was wanted: with an https proxy that may be the proxy.
    """

    issuer: str
    host: str


def seen_in(error: ssl.SSLCertVerificationError) -> Seen:
    """What a failed handshake of a context made here saw."""
    found = getattr(error, "seen", None)
    return found if isinstance(found, Seen) else Seen("", "")


def _telling(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, whose failed handshakes tell who issued the certificate: an inspecting proxy gives itself away so.

    truststore verifies in classes of its own, inside an inner context: those are extended and never replaced.
    """
    inner: Any = getattr(context, "_ctx", context)
    inner.sslsocket_class = _with_issuer(inner.sslsocket_class)
    inner.sslobject_class = _with_issuer(inner.sslobject_class)
    return context


def _with_issuer(base: Any) -> Any:
    class Telling(base):  # type: ignore[misc]
        def do_handshake(self, *args: Any) -> None:
            try:
                super().do_handshake(*args)
            except ssl.SSLCertVerificationError as error:
                error.seen = Seen(_issuer(self), text.line(self.server_hostname or "", 120))  # type: ignore[attr-defined]
                raise

    return Telling


def _issuer(connection: Any) -> str:
    try:
        # public only from 3.13 on, and there as bytes
        chain = connection._sslobj.get_unverified_chain()
        names = {name: value for part in chain[0].get_info()["issuer"] for name, value in part}
    except Exception:
        # no part of a decision: without it the message is shorter
        return ""
    wanted = ("commonName", "organizationalUnitName", "organizationName")
    name = next((names[key] for key in wanted if names.get(key)), "")
    organisation = names.get("organizationName", "")
    return text.line(f"{name} ({organisation})" if organisation and organisation != name else name, 100) if name else ""
