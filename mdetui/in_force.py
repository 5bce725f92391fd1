"""What is in force for a profile and where each value came from, as it may be shown: `mdetui profiles show` and the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from mdetui import text
from mdetui.auth.secret import place_of
from mdetui.config import AUDIENCES, METHOD_TABLE, Config, Profile
from mdetui.config_file import HIDDEN
from mdetui.profile_check import given_in

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Value:
    """One value; never a secret.

    Attributes:
        key: As in a profile, with the audience where there is one value for each (`base.mde`).
        shown: What may be shown of it; "" when it is empty.
        source: File and line, a variable, a flag, `cloud global`, `default`.
        given: Whether somebody gave it, be it what it is by default.
    """

    key: str
    shown: str
    source: str
    given: bool


def values(config: Config, profile: Profile) -> list[Value]:
    """Everything in force for a profile, in the order of its keys, without what other ways to sign in would need."""
    prefix = f"profiles.{profile.name}."
    given = given_in(profile)
    given |= {key.removeprefix(prefix).partition(".")[0] for key in config.sources if key.startswith(prefix)}
    return [
        Value(name, text.line(shown, _LONGEST) if shown else "", text.line(source, _LONGEST), is_given)
        for key in _keys(profile, given)
        for name, shown, source, is_given in _of_key(profile, key, config.source_of(prefix + key), key in given)
    ]


def secret_of(profile: Profile) -> tuple[str, str]:
    """What the secret of this way to sign in is, for people, and where it is read from; twice "" when it has none."""
    place = place_of(profile)
    noun = "client secret" if profile.method == "client-secret" else "certificate password"
    return (noun, text.line(place, _LONGEST)) if place else ("", "")


def _keys(profile: Profile, given: set[str]) -> list[str]:
    rules = METHOD_TABLE[profile.method]
    own = {*rules.needs, *rules.takes, *given, "client_id"}
    foreign = {key for other in METHOD_TABLE.values() for key in (*other.needs, *other.takes)} - own
    return [one.name for one in fields(Profile) if one.name not in {*HIDDEN, *foreign}]


def _of_key(profile: Profile, key: str, source: str, given: bool) -> Iterator[tuple[str, str, str, bool]]:
    """Name, value, source and whether it was given, of one key."""
    value = getattr(profile, key)
    cloud = f"cloud {profile.cloud}"
    if isinstance(value, dict):
        of = profile.base_of if key == "base" else profile.scope_of
        for audience in AUDIENCES:
            own = bool(value.get(audience))
            yield f"{key}.{audience}", of(audience), source if own else cloud, own
    elif key == "authority":
        yield key, profile.login, source if value else cloud, given
    else:
        yield key, _shown(key, value), source, given


def _shown(key: str, value: object) -> str:
    if key == "token_command" and isinstance(value, tuple) and value:
        # arguments may hold what nobody should read over a shoulder
        return f"{value[0]} and {text.plural(len(value) - 1, 'argument')}"
    if key == "proxy" and isinstance(value, str) and "@" in value:
        # a password in it is refused where profiles are read; a profile may come from elsewhere
        return f"{value.partition('://')[0]}://***@{value.rpartition('@')[2]}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
