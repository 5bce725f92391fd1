"""Which way a host is reached: one decision per host, for sign-in and the API alike.

httpx is not asked to look at the environment: it ignores it where transports are given, knows no CIDR in `NO_PROXY`,
and MSAL's own client would decide differently.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import httpx

from mdetui import text
from mdetui.config import Profile
from mdetui.errors import ConfigError

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
# where an Azure machine is told who it is; what goes there must not leave the machine
IMDS = "169.254.169.254"


@dataclass(frozen=True, slots=True)
class ProxyChoice:
    """How a host is reached.

    Attributes:
        source: What decided: `profiles.NAME.proxy`, a variable's name, "the system's settings"; "" when nothing did.
        address: `scheme://host:port` of the proxy; "" when the host is reached directly.
        user: Name the proxy is given; "" for none.
    """

    source: str = ""
    address: str = ""
    user: str = ""
    _password: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether there is a proxy."""
        return bool(self.address)

    @property
    def shown(self) -> str:
        """The proxy's address for people, the password masked; "" without a proxy."""
        if not self.user and not self._password:
            return text.line(self.address, 200) if self.address else ""
        scheme, _, host = self.address.partition("://")
        name = text.line(self.user, 60) if self.user else ""
        return text.line(f"{scheme}://{name}{':***' if self._password else ''}@{host}", 200)

    def __str__(self) -> str:
        said = f" ({self.source})" if self.source else ""
        return f"{self.shown or 'none'}{said}"

    def for_httpx(self, context: ssl.SSLContext) -> httpx.Proxy | None:
        """The proxy as httpx takes it.

        Args:
            context: For TLS to the proxy itself, where its address is https.
        """
        if not self.address:
            return None
        auth = (self.user, self._password) if self.user or self._password else None
        return httpx.Proxy(self.address, auth=auth, ssl_context=context if self.address.startswith("https:") else None)


def proxy_of(url: str, profile: Profile, environ: Mapping[str, str] | None = None) -> ProxyChoice:
    """The proxy of an address.

    The profile's `proxy` decides when it is set; `NO_PROXY` is not asked then. Else `https_proxy`, `all_proxy` and
    `no_proxy` do, in small letters first, as curl has it. Plain http is spoken with nobody but the machine's own
    identity endpoints, so it never goes to a proxy, nor does anything for 169.254.169.254.

    Raises:
        ConfigError: What names the proxy is no proxy's address, or one that needs a package that is not installed;
            names the source, never the value, which may hold a password.
    """
    env = os.environ if environ is None else environ
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme == "http" or host == IMDS:
        return ProxyChoice("the machine's own address")
    if profile.proxy:
        source = f"profiles.{profile.name}.proxy"
        return ProxyChoice(source) if profile.proxy == "none" else parse(profile.proxy, source)
    source, value = _first(env, "https_proxy", "all_proxy")
    if not value:
        return _system(host) if not source else ProxyChoice()
    exempting, names = _first(env, "no_proxy")
    if exempted(host, parts.port or 443, names):
        return ProxyChoice(exempting)
    return parse(value, source)


def parse(value: str, source: str) -> ProxyChoice:
    """A proxy's address as people write it: with or without scheme, name and password encoded or not.

    Raises:
        ConfigError: It is none.
    """
    scheme, mark, rest = value.strip().partition("://")
    if not mark:
        scheme, rest = "http", value.strip()
    scheme = scheme.lower()
    if scheme not in _PORTS:
        shown = text.line(scheme, 20)
        raise ConfigError(
            f"{shown} is no kind of proxy.", f"Known are {', '.join(_PORTS)}, as in http://host:8080.", where=source
        )
    # from the right: a password that nobody encoded may hold any of these signs
    auth, _, place = rest.rpartition("@")
    user, _, password = auth.partition(":")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port or _PORTS[scheme]
        address = httpx.URL(scheme=scheme, host=host or "", port=port)
    except (ValueError, httpx.InvalidURL):
        host = None
    if not host or not value.isprintable() or " " in place:
        raise ConfigError("This is no proxy's address.", "Use http://host:port.", where=source)
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigError(
            "A SOCKS proxy needs a package that is not installed: socksio.",
            "Install it with: pip install socksio. Or name an HTTP proxy.",
            where=source,
        )
    return ProxyChoice(source, f"{scheme}://{address.netloc.decode('ascii')}", unquote(user), unquote(password))


def exempted(host: str, port: int, names: str) -> bool:
    """Whether a host is one of `NO_PROXY`.

    Args:
        host: Name or IP address, without brackets.
        port: Its port.
        names: Separated by commas or spaces: `*`; `domain` and `.domain` for it and all below; `*.domain` for all
            below; any of them with `:port`; an IP address; a network such as `10.0.0.0/8`. A network is compared with
            hosts that are given as addresses: names are not looked up.
    """
    host = host.lower().rstrip(".")
    address = _address(host)
    for name in names.lower().replace(",", " ").split():
        if name == "*":
            return True
        wanted, number = _with_port(name)
        if number is not None and number != port:
            continue
        if address is not None:
            if _holds(wanted, address):
                return True
            continue
        below = wanted.removeprefix("*")
        bare = below.strip(".")
        if bare and (host.endswith(f".{bare}") or (host == bare and not wanted.startswith("*"))):
            return True
    return False


def _first(environ: Mapping[str, str], *names: str) -> tuple[str, str]:
    """The first variable that is set, small letters first, and its value; an empty one in small letters is set too."""
    for name in names:
        for spelled in (name, name.upper()):
            if spelled in environ and (environ[spelled].strip() or spelled == name):
                return spelled, environ[spelled].strip()
    return "", ""


def _with_port(name: str) -> tuple[str, int | None]:
    if name.startswith("["):
        inner, _, rest = name[1:].partition("]")
        return inner, int(rest[1:]) if rest[1:].isdecimal() else None
    before, _, after = name.rpartition(":")
    # more than one colon: an IPv6 address without brackets
    if before and ":" not in before and after.isdecimal():
        return before, int(after)
    return name, None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _holds(name: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return address in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False


def _system(host: str) -> ProxyChoice:
    """The desktop's own settings, where there are such."""
    if sys.platform not in ("darwin", "win32"):
        return ProxyChoice()
    from urllib.request import getproxies, proxy_bypass

    source = "the system's settings"
    value = getproxies().get("https")
    if not value or proxy_bypass(host):
        return ProxyChoice()
    return parse(value, source)


def host_and_port(url: str) -> str:
    """Where an https address leads, for people."""
    parts = urlsplit(url)
    return text.line(f"{parts.hostname or ''}:{parts.port or 443}", 120)
