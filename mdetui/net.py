"""How this program reaches the network: one TLS context and one proxy decision, used by sign-in and by the API.

A `Connection` is a pair of httpx transports (asynchronous for the API, synchronous for MSAL). Where they lead is
decided by a connector that the command line hands to the app: the network, or a simulator in this process. No other
code knows which it is.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from mdetui.config import Profile
from mdetui.errors import ConfigError

# seconds; a jump host's proxy can be slow to connect, an alert page of 1,000 rows can be slow to read
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# A kept connection that the service has just closed makes a write unclear, and whoever types a reason takes half a
# minute: after 15 s idle a new connection is made, which costs one handshake.
LIMITS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=15.0)


@dataclass(slots=True)
class Connection:
    """How one profile is reached.

    Attributes:
        asynchronous: For the API.
        synchronous: For MSAL.
        close: Ends both.
        client_secret: A secret that the connector brings with it (the demo).
        lasting: Whether what is reached outlives this program; the record of writes to what does not, does not either.
    """

    asynchronous: httpx.AsyncBaseTransport
    synchronous: httpx.BaseTransport
    close: Callable[[], None] = lambda: None
    client_secret: str | None = field(default=None, repr=False)
    lasting: bool = True


Connector = Callable[[Profile], Connection]


def tls_context(profile: Profile) -> ssl.SSLContext:
    """The one TLS context of a profile.

    Order: the profile's `ca_bundle`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, the operating system.
    There is no way to turn verification off.

    Raises:
        ConfigError: The named bundle is missing or is no PEM file; names the source.
    """
    sources = [(f"profiles.{profile.name}.ca_bundle", profile.ca_bundle)]
    sources += [(name, os.environ.get(name, "")) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
    where, value = next(((where, value) for where, value in sources if value), ("", ""))
    if not value:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    path = Path(value)
    if not path.exists():
        raise ConfigError(f"The CA bundle {value} does not exist.", "Name an existing PEM file.", where=where)
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=value)
        return ssl.create_default_context(cafile=value)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(f"{value} is not a PEM file of certificates.", "Name a CA bundle.", where=where) from error


def proxy_of(url: str) -> str | None:
    """The proxy the environment names for an https address, or None (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`)."""
    host = urlsplit(url).hostname or ""
    proxies = getproxies()
    if proxy_bypass(host):
        return None
    proxy = proxies.get("https") or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def connect(profile: Profile) -> Connection:
    """Reach the profile's hosts over the network. Redirects are never followed: a client must ask for that."""
    context = tls_context(profile)
    asynchronous = httpx.AsyncHTTPTransport(
        verify=context, limits=LIMITS, trust_env=False, proxy=proxy_of(profile.base_of("mde"))
    )
    synchronous = httpx.HTTPTransport(verify=context, trust_env=False, proxy=proxy_of(profile.login))
    return Connection(asynchronous, synchronous, synchronous.close)
