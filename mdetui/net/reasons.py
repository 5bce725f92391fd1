"""Why a host was not reached, in words: the same ones for sign-in, the API and `doctor`.

Certificates are the usual trouble of a host behind an inspecting proxy, so their text says who issued what was seen,
which source of authorities it was checked with, and how to add one. A proxy is named with its password masked.
Nothing of an answer or an exception's own text is shown, except what OpenSSL says about a certificate.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

from mdetui import text
from mdetui.config import Profile
from mdetui.errors import ConfigError
from mdetui.net.proxies import ProxyChoice, host_and_port, proxy_of
from mdetui.net.trust import Seen, TlsTrust, seen_in, trust_of

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "it could not be reached in time"),
    (httpx.PoolTimeout, "too many requests are under way"),
    (httpx.TimeoutException, "it did not answer in time"),
    (httpx.ProxyError, "the proxy refused the connection"),
    (httpx.ConnectError, "it could not be reached"),
    (httpx.RemoteProtocolError, "it broke off its answer"),
    (httpx.DecodingError, "its answer can't be unpacked"),
    (httpx.NetworkError, "the connection broke"),
    (OSError, "the connection broke"),
)
# of OpenSSL's X509_V_ERR_*
_NOT_YET, _EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 9, 10, 62, 64
# no failure: what a handshake was waiting for when its time was over
_WAITING = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
_CHECK = "Check network, proxy and VPN."


@dataclass(frozen=True, slots=True)
class Explained:
    """Why.

    Attributes:
        reason: What happened, as the end of a sentence, without a full stop.
        todo: What to do about it: one sentence. It names no key: who shows it adds one.
    """

    reason: str
    todo: str = _CHECK


def explain(error: BaseException, url: str, profile: Profile) -> Explained:
    """Why an address was not reached.

    Args:
        error: What was raised. Its causes are looked at too, so an exception that another one was made from will do.
        url: What was asked for; only host and port count.
        profile: Whose connection it was.
    """
    try:
        choice = proxy_of(url, profile)
    except ConfigError:
        # such a profile is not connected by the network: the simulator
        choice = ProxyChoice()
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, urlsplit(url).hostname or "", trust_of(profile), choice)
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) for cause in causes):
        return _untrusted("its certificate", "", Seen("", ""), trust_of(profile), choice)
    refused = next((cause for cause in causes if isinstance(cause, httpx.ProxyError)), None)
    if refused is not None:
        return _refused(refused, choice, host_and_port(url))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError) and not isinstance(cause, _WAITING)), None)
    if tls is not None:
        said = text.line(tls.reason or type(tls).__name__, 60)
        return Explained(f"TLS with it failed ({said}){_through(choice)}", "Check that host, port and proxy are right.")
    return _broken(causes, choice)


def reason_of(error: BaseException, url: str, profile: Profile) -> str:
    """`explain(...).reason`: for `hints.unreachable`, which must leave it room for 500 characters."""
    return explain(error, url, profile).reason


def todo_of(error: BaseException, url: str, profile: Profile) -> str:
    """`explain(...).todo`."""
    return explain(error, url, profile).todo


def words(error: BaseException) -> str:
    """What happened, where it does not matter to whom."""
    return next((said for kind, said in _WORDS if isinstance(error, kind)), type(error).__name__)


def _certificate(error: ssl.SSLCertVerificationError, host: str, trust: TlsTrust, choice: ProxyChoice) -> Explained:
    seen = seen_in(error)
    # TLS to the proxy itself
    proxy = bool(choice) and seen.host not in ("", host)
    whose = f"the certificate of the proxy {choice}" if proxy else "its certificate"
    issued = f", issued by {seen.issuer}," if seen.issuer else ""
    through = "" if proxy else _through(choice)
    match error.verify_code:
        case code if code in (_NOT_YET, _EXPIRED):
            now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
            what = "has expired" if code == _EXPIRED else "is not valid yet"
            return Explained(
                f"{whose}{issued} {what} by the clock of this host ({now}){through}",
                "Check the clock of this host; if it is right, who runs the other one must renew the certificate.",
            )
        case code if code in (_OTHER_NAME, _OTHER_ADDRESS):
            return Explained(
                f"{whose}{issued} is for another name{through}",
                "Check the address in the profile, and that no captive portal or proxy answers in its place.",
            )
    return _untrusted(whose, text.line(error.verify_message or "", 80), seen, trust, choice, through)


def _untrusted(
    whose: str, said: str, seen: Seen, trust: TlsTrust, choice: ProxyChoice, through: str | None = None
) -> Explained:
    facts = [said] if said else []
    if seen.issuer:
        facts.append(f"issued by {seen.issuer}")
    facts.append(f"checked with {trust}")
    where = _through(choice) if through is None else through
    own = "add it to that bundle, " if trust.path else ""
    return Explained(
        f"{whose} is not trusted here: {'; '.join(facts)}{where}",
        f"If the issuer is your organisation's own, {own}name its PEM file as ca_bundle in the profile or in "
        "SSL_CERT_FILE, or put it into the operating system's store.",
    )


def _refused(error: httpx.ProxyError, choice: ProxyChoice, target: str) -> Explained:
    proxy = f"the proxy {choice}" if choice else "the proxy"
    status = str(error)[:3]
    if status == "407":
        what = "did not accept the name and password it was given" if choice.user else "wants a name and a password"
        return Explained(
            f"{proxy} {what} (407)",
            "Put them into HTTPS_PROXY as http://name:password@host:port, or for NTLM or Kerberos name a helper such as "
            "cntlm or px.",
        )
    if status.isdecimal():
        if status[0] == "5":
            return Explained(f"{proxy} did not get through to {target} ({status})", _CHECK)
        return Explained(
            f"{proxy} refused to connect to {target} ({status})",
            f"Ask who runs the proxy to allow {target}, or name the host in NO_PROXY where it is reached directly.",
        )
    return Explained(f"{proxy} refused the connection to {target}", "Check name, password and rules of the proxy.")


def _broken(causes: list[BaseException], choice: ProxyChoice) -> Explained:
    # httpx's first: the exception that MSAL is given is an OSError too, and says less
    known = next(
        (cause for kind in (httpx.HTTPError, OSError) for cause in causes if isinstance(cause, kind)), causes[0]
    )
    if isinstance(known, httpx.ConnectError) and choice:
        return Explained(
            f"the proxy {choice} could not be reached",
            f"Check the proxy's address in {choice.source} and that it runs.",
        )
    if isinstance(known, httpx.ConnectError) and any(isinstance(cause, socket.gaierror) for cause in causes):
        return Explained(
            "its name is not known here (DNS)",
            "Check the name and the VPN, and set HTTPS_PROXY if this host reaches the internet through a proxy.",
        )
    todo = _CHECK
    if isinstance(known, (httpx.ConnectError, httpx.ConnectTimeout)) and not choice:
        todo = "Check network and VPN, and set HTTPS_PROXY if this host reaches the internet through a proxy."
    return Explained(f"{words(known)}{_through(choice)}", todo)


def _through(choice: ProxyChoice) -> str:
    return f" (through the proxy {choice})" if choice else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it was raised from, outermost first."""
    found: BaseException | None = error
    for _ in range(20):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__
