"""The order in which things are looked at: what stands first explains what fails later."""

from __future__ import annotations

from urllib.parse import quote

from mdetui.api.log import RequestLog
from mdetui.clock import Clock
from mdetui.config import Config, Profile
from mdetui.doctor import access, here, reach
from mdetui.doctor.check import Check, OnCheck, failed
from mdetui.errors import MdetuiError
from mdetui.net import Connector
from mdetui.session import Session

Host = tuple[str, str, str]


async def examine(
    profile: Profile,
    config: Config,
    connector: Connector,
    *,
    clock: Clock,
    on_check: OnCheck,
    session: Session | None = None,
    log: RequestLog | None = None,
) -> list[Check]:
    """Look at everything a profile needs. Reads only; each thing is given up after `check.PATIENCE` seconds.

    Args:
        profile: What is examined.
        config: The configuration it is of.
        connector: How its tenant is reached.
        clock: Time of this host.
        on_check: Told of each finding as it comes.
        session: The profile's open session, whose sign-in is used; it stays open. Without it one is opened and closed.
        log: Where requests of that one are noted.

    Returns:
        All findings, in order.
    """
    found: list[Check] = []

    def tell(check: Check) -> None:
        found.append(check)
        on_check(check)

    login, bases = hosts_of(profile)
    for check in here.configuration(profile, config):
        tell(check)
    tell(await here.store(profile))
    tell(await here.trust(profile))
    for check in here.proxies(profile, [login, *bases]):
        tell(check)
    try:
        reached = await _hosts(profile, connector, clock, login, bases, tell)
        own = Session.open(profile, connector, clock=clock, log=log or RequestLog()) if session is None else None
    except MdetuiError as error:
        if not any(check.status == "bad" for check in found):
            # else it is what was told already: the bundle, a proxy
            tell(failed("connection", "connection", error))
        tell(Check("sign-in", "sign-in", "skipped", "there is no connection"))
        for check in access.skipped_reads("there is no connection"):
            tell(check)
        return found
    try:
        await _access(own or session, reached, tell)  # type: ignore[arg-type]
    finally:
        if own is not None:
            await own.close()
    return found


def hosts_of(profile: Profile) -> tuple[Host, list[Host]]:
    """The sign-in host, and that of each API the profile can use, each once: name for ids, title, address to ask."""
    login = f"{profile.login}/{quote(profile.tenant, safe='')}/v2.0/.well-known/openid-configuration"
    by_host: dict[str, list[str]] = {}
    for audience in access.audiences(profile):
        by_host.setdefault(profile.base_of(audience), []).append(audience)
    # a path that every API has something to say about, if only a refusal
    # one host for all needs no list
    which = {base: f" ({', '.join(names)})" if len(by_host) > 1 else "" for base, names in by_host.items()}
    bases = [(names[0], f"the API{which[base]}", f"{base}/api") for base, names in by_host.items()]
    return ("authority", "the sign-in host", login), bases


async def _hosts(
    profile: Profile, connector: Connector, clock: Clock, login: Host, bases: list[Host], tell: OnCheck
) -> bool:
    """Reach each host; whether the API of Defender for Endpoint answered."""
    if profile.connector != "network":
        for name, title, _ in (login, *bases):
            tell(Check(f"tls.{name}", f"TLS to {title}", "skipped", "the demo tenant is inside this program"))
        return True
    connection = connector(profile)
    answered = {}
    try:
        for name, title, url in (login, *bases):
            result = await reach.reach(name, title, url, profile, connection.asynchronous, clock)
            tell(result.check)
            tell(reach.clock_check(name, title, result))
            answered[name] = result.answered
    finally:
        await connection.asynchronous.aclose()
        connection.close()
    return answered["mde"]


async def _access(session: Session, reached: bool, tell: OnCheck) -> None:
    signed_in = False
    async for check in access.sign_in(session):
        signed_in = signed_in or (check.id == "sign-in" and bool(check.facts.get("kind")))
        tell(check)
    if not signed_in:
        for check in access.skipped_reads("nobody is signed in"):
            tell(check)
        return
    async for check in access.other_tokens(session):
        tell(check)
    if not reached:
        for check in access.skipped_reads("the API was not reached"):
            tell(check)
        return
    async for check in access.reads(session):
        tell(check)
