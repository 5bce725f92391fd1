"""What can be told without any network: the configuration in force, where tokens are kept, trust and proxies."""

from __future__ import annotations

from collections.abc import Iterator

from mdetui import in_force, text
from mdetui.auth.store import TokenStore
from mdetui.config import Config, Profile
from mdetui.doctor.check import Check, Late, failed, in_time
from mdetui.errors import ConfigError
from mdetui.net import host_and_port, proxy_of, tls_context, trust_of
from mdetui.threads import in_daemon

_INSIDE = "the demo tenant is inside this program"


def configuration(profile: Profile, config: Config) -> Iterator[Check]:
    """The file, and each value of the profile that somebody gave, with where it came from. Never a secret."""
    file = text.line(config.file, 300) if config.file else "there is no file"
    yield Check("config.file", "configuration", "ok", file, facts={"file": str(config.file) if config.file else None})
    inside = profile.connector != "network"
    for one in (one for one in in_force.values(config, profile) if one.given):
        source = "this program" if inside and one.source == "default" else one.source
        facts = {"value": one.shown, "source": source}
        yield Check(f"config.{one.key}", one.key, "ok", f"{one.shown or 'empty'}  ({source})", facts=facts)
    noun, place = in_force.secret_of(profile)
    if noun:
        shown = "this program" if inside else place
        yield Check("config.secret", noun, "ok", f"not shown  ({shown})", facts={"source": shown})


async def store(profile: Profile) -> Check:
    """Where tokens outlive this program. What is kept is not read here: the sign-in does, and tells what is wrong."""
    title = "token store"
    if not profile.signs_in.person or profile.method == "token-command":
        return Check("store", title, "ok", "nothing is kept: this way to sign in makes new tokens by itself")
    try:
        where, notice = await in_time(in_daemon(_place, profile, name=f"doctor {profile.name}"))
    except Late as late:
        return failed("store", title, late, todo="Use another store for this profile, such as auto.")
    facts = {"where": where, "store": profile.store}
    if notice:
        return Check("store", title, "warn", f"{where}  (store = {profile.store}). {notice}", facts=facts)
    return Check("store", title, "ok", f"{where}  (store = {profile.store})", facts=facts)


def _place(profile: Profile) -> tuple[str, str]:
    found = TokenStore(profile)
    return text.line(found.where, 300), found.notice


async def trust(profile: Profile) -> Check:
    """Which certificate authorities are believed, and whether they can be read."""
    title = "trusted authorities"
    if profile.connector != "network":
        return Check("ca", title, "skipped", _INSIDE)
    found = trust_of(profile)
    try:
        # the operating system's may lie on a slow disk
        await in_time(in_daemon(tls_context, profile, name=f"doctor {profile.name}"))
    except (ConfigError, Late) as error:
        return failed("ca", title, error)
    return Check("ca", title, "ok", str(found), facts={"source": found.source, "path": found.path or None})


def proxies(profile: Profile, hosts: list[tuple[str, str, str]]) -> Iterator[Check]:
    """The proxy of each host, its password masked.

    Args:
        profile: Whose.
        hosts: Id, title and address of each.
    """
    for name, title, url in hosts:
        if profile.connector != "network":
            yield Check(f"proxy.{name}", f"proxy to {title}", "skipped", _INSIDE)
            continue
        try:
            choice = proxy_of(url, profile)
        except ConfigError as error:
            yield failed(f"proxy.{name}", f"proxy to {title}", error)
            continue
        source = text.line(choice.source, 200) if choice.source else ""
        said = f"{choice.shown or 'none, reached directly'}{f'  ({source})' if source else ''}"
        facts = {"host": host_and_port(url), "proxy": choice.shown or None, "source": source or None}
        yield Check(f"proxy.{name}", f"proxy to {title}", "ok", said, facts=facts)
