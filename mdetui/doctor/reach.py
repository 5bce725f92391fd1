"""Whether hosts are reached, who they prove to be, and how far their clocks are from ours. No token goes along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from mdetui import __version__, text
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.doctor.check import Check, Late, Status, failed, in_time, step
from mdetui.net import explain, host_and_port

# a certificate that ends sooner than that many days is told
SOON = 14
# seconds of difference between two clocks
_NOTABLE, _TOO_MUCH = 60.0, 300.0


@dataclass(frozen=True, slots=True)
class Reached:
    """What a host answered.

    Attributes:
        check: The finding on TLS with it.
        skew: Seconds its clock is ahead of ours; None when it gave no time.
        answered: Whether there was any answer.
    """

    check: Check
    skew: float | None = None
    answered: bool = False


async def reach(
    name: str, title: str, url: str, profile: Profile, transport: httpx.AsyncBaseTransport, clock: Clock
) -> Reached:
    """Connect and ask for one page, as anybody may. Whatever the answer is, it proves the way there.

    Args:
        name: Last part of the check's id.
        title: The host, for people.
        url: What is asked for.
        profile: Whose connection it is.
        transport: The connection's.
        clock: Time of this host.
    """
    check_id, said = f"tls.{name}", f"TLS to {title}"
    request = httpx.Request(
        "GET",
        url,
        headers={"User-Agent": f"mdetui/{__version__}", "Accept": "application/json"},
        extensions={"timeout": httpx.Timeout(step()).as_dict()},
    )
    before = clock.now()
    try:
        response = await in_time(transport.handle_async_request(request))
    except Late as late:
        return Reached(failed(check_id, said, late, todo="Check network, proxy and VPN."))
    except (httpx.HTTPError, OSError) as error:
        why = explain(error, url, profile)
        return Reached(Check(check_id, said, "bad", why.reason, why.todo, {"host": host_and_port(url)}))
    after = clock.now()
    stream = response.extensions.get("network_stream")
    certificate = _certificate(stream.get_extra_info("ssl_object") if stream is not None else None, clock)
    # the body is nobody's business
    await response.aclose()
    skew = skew_of(response.headers.get("date", ""), before, after)
    return Reached(_told(check_id, said, url, response, certificate), skew, True)


def _told(check_id: str, title: str, url: str, response: httpx.Response, certificate: dict[str, Any]) -> Check:
    facts = {"host": host_and_port(url), "http_status": response.status_code, **certificate}
    said = f"{host_and_port(url)} proves to be itself"
    if not certificate:
        return Check(check_id, title, "ok", said, facts=facts)
    said += f": {certificate['subject']}, issued by {certificate['issuer']}"
    days = certificate["days_left"]
    said += f", ends in {text.plural(days, 'day')}"
    if days < SOON:
        return Check(check_id, title, "warn", said, "Tell who runs that host, or the proxy that answers for it.", facts)
    return Check(check_id, title, "ok", said, facts=facts)


def _certificate(connection: Any, clock: Clock) -> dict[str, Any]:
    """Subject, issuer and days left of the other side's certificate; empty when it can't be read."""
    if connection is None:
        return {}
    try:
        data = connection.getpeercert(True)
    except ValueError:
        # no handshake was made
        return {}
    if not data:
        return {}
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    try:
        found = x509.load_der_x509_certificate(data)
        ends = found.not_valid_after_utc
        names = []
        for name in (found.subject, found.issuer):
            parts = [
                str(part.value)
                for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
                for part in name.get_attributes_for_oid(oid)
            ]
            names.append(text.line(", ".join(dict.fromkeys(parts)) or "nameless", 120))
    except ValueError:
        # TLS took it; what is printed of it is no part of a decision
        return {}
    days = (ends - clock.now()).days
    return {"subject": names[0], "issuer": names[1], "ends": text.stamp(ends), "days_left": days}


def skew_of(date: str, before: datetime, after: datetime) -> float | None:
    """Seconds a host's clock is ahead of ours, as far as it is proven; None when it gave no time.

    Args:
        date: Its `Date`, which has whole seconds, cut off.
        before: Our time when it was asked.
        after: Our time when its answer had come.
    """
    try:
        least = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    if least.tzinfo is None:
        # "-0000", which RFC 5322 has for a time of unknown zone
        least = least.replace(tzinfo=UTC)
    most = least + timedelta(seconds=1)
    if least > after:
        return (least - after).total_seconds()
    return min(0.0, (most - before).total_seconds())


def clock_check(name: str, title: str, reached: Reached) -> Check:
    """How far a host's clock is from ours."""
    check_id, title = f"clock.{name}", f"clock of {title}"
    if not reached.answered:
        return Check(check_id, title, "skipped", "there was no answer to compare with")
    if reached.skew is None:
        return Check(check_id, title, "skipped", "the answer held no time")
    off = abs(reached.skew)
    facts = {"skew_seconds": round(reached.skew, 1)}
    if off < 1:
        return Check(check_id, title, "ok", "the same as here", facts=facts)
    said = f"{off:,.0f} s {'ahead of' if reached.skew > 0 else 'behind'} the clock of this host"
    if off < _NOTABLE:
        return Check(check_id, title, "ok", said, facts=facts)
    status: Status = "bad" if off >= _TOO_MUCH else "warn"
    todo = "Set the clock of this host (timedatectl, chronyc): sign-in by certificate and claims depend on it."
    return Check(check_id, title, status, said, todo, facts)
