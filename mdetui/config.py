"""Settings and profiles: `config.toml`, then `MDETUI_*` variables, then flags; one validated, frozen tree.

The tree is plain dataclasses so that a start without a file does not import msgspec (25 ms of the paint budget). Every
wrong value ends in a `ConfigError` that names file, line, key and what is allowed. This module parses: it knows no
view, no key and no theme; who owns those checks the names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from mdetui import paths
from mdetui.clouds import CLOUDS, Cloud
from mdetui.errors import ConfigError

T = TypeVar("T")

METHODS = ("client-secret",)
AUDIENCES = ("mde", "xdr", "graph")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_MINUTES = range(1, 481)


@dataclass(frozen=True, slots=True)
class Profile:
    """One tenant and one way to sign in.

    Attributes:
        name: How the profile is called on screen, in the ledger and in row keys.
        cloud: `global`, `gcc`, `gcc-high` or `dod`.
        tenant: Tenant id (GUID) or domain.
        client_id: Application id of the app registration.
        method: How a token is had, one of `METHODS`.
        client_secret_file: File with the client secret, mode 0600. A secret itself is never in the configuration.
        authority: Login authority, overrides the cloud's.
        base: API base per audience, overrides the cloud's.
        scope: Token scope per audience, overrides the cloud's.
        ca_bundle: PEM file with the certificate authorities to trust instead of the operating system's.
        connector: Which connector of the program reaches this tenant; not settable in a file.
        analyst: Who acts, when the token is an app's: goes into comments, the ledger and "assign to me".
        short: The tenant's short name, typed for wide actions; the profile's name when empty.
        write_minutes: Minutes the write lock is open after start; 0 means read-only.
        protected: Name globs of machines that are never part of a bulk.
        protected_tags: Machine tags that protect.
        protect_servers: Whether every server operating system protects.
        jump_hosts: Names or addresses of hosts people work from.
    """

    name: str
    cloud: str = "global"
    tenant: str = ""
    client_id: str = ""
    method: str = "client-secret"
    client_secret_file: str = ""
    authority: str = ""
    base: dict[str, str] = field(default_factory=dict)
    scope: dict[str, str] = field(default_factory=dict)
    ca_bundle: str = ""
    connector: str = "network"
    analyst: str = ""
    short: str = ""
    write_minutes: int = 0
    protected: tuple[str, ...] = ()
    protected_tags: tuple[str, ...] = ()
    protect_servers: bool = False
    jump_hosts: tuple[str, ...] = ()

    @property
    def facts(self) -> Cloud:
        """Hosts and scopes of this profile's cloud."""
        return CLOUDS[self.cloud]

    def base_of(self, audience: str) -> str:
        """API base of an audience, without a slash at the end."""
        return (self.base.get(audience) or self.facts.base[audience]).rstrip("/")

    def scope_of(self, audience: str) -> str:
        """Token scope of an audience."""
        return self.scope.get(audience) or self.facts.scope[audience]

    @property
    def login(self) -> str:
        """Login authority: scheme, host and port."""
        return (self.authority or self.facts.login).rstrip("/")

    @property
    def short_name(self) -> str:
        """What is typed to confirm a wide action."""
        return self.short or self.name


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration in force.

    Attributes:
        file: Where it was read from; None when there is no file.
        theme: Theme name; "" lets the program choose (ansi over SSH, else dark).
        mouse: Mouse on or off; None lets the program choose (off).
        refresh: Seconds between refreshes of the queue; 0 turns them off.
        profile: Profile to open at once; "" opens the login screen.
        profiles: By name, in the order of the file.
    """

    file: Path | None = None
    theme: str = ""
    mouse: bool | None = None
    refresh: int = 60
    profile: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _TopTable:
    theme: str = ""
    mouse: bool | None = None
    refresh: int = 60
    profile: str = ""
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)


# not settable in a file: the key is the table's name, the connector is the program's business
_HIDDEN = {"name", "connector"}


def load(file: str | Path | None = None, environ: Mapping[str, str] | None = None, **flags: Any) -> Config:
    """Read the configuration.

    Args:
        file: `--config`; must exist when given. Without it the user's file is read if there is one.
        environ: Environment, for tests.
        flags: Values of command-line flags by setting name; None means not given.

    Raises:
        ConfigError: A file, variable or flag is wrong.
    """
    env = os.environ if environ is None else environ
    given = file or env.get("MDETUI_CONFIG")
    path = Path(given).expanduser() if given else paths.config_file()
    config = Config()
    if given or path.is_file():
        config = _read(path)
    changes: dict[str, Any] = {}
    for name in ("theme", "profile", "mouse", "refresh"):
        variable = f"MDETUI_{name.upper()}"
        if variable in env:
            changes[name] = _scalar(name, env[variable], variable)
        if flags.get(name) is not None:
            changes[name] = flags[name]
    config = replace(config, **changes)
    return config


def with_profile(config: Config, profile: Profile) -> Config:
    """The same configuration with one more profile at the end (the demo tenant)."""
    return replace(config, profiles={**config.profiles, profile.name: profile})


def find_profile(config: Config, name: str, where: str) -> Profile:
    """The profile of that name.

    Raises:
        ConfigError: There is none; says which there are.
    """
    if name not in config.profiles:
        known = ", ".join(config.profiles) or "none"
        raise ConfigError(f"There is no profile {name!r}.", f"Known profiles: {known}.", where=where)
    return config.profiles[name]


def _scalar(name: str, value: str, where: str) -> Any:
    if name == "mouse":
        if value.lower() in ("1", "true", "on", "yes"):
            return True
        if value.lower() in ("0", "false", "off", "no"):
            return False
        raise ConfigError(f"{value!r} is neither on nor off.", "Use on or off.", where=where)
    if name == "refresh":
        if not value.isdigit():
            raise ConfigError(f"{value!r} is not a number of seconds.", "Use 0 or a whole number.", where=where)
        return int(value)
    return value


def _read(path: Path) -> Config:
    import tomllib

    where = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(
            f"The file can't be read: {reason}.", "Give another file with --config.", where=where
        ) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ConfigError(
            f"This is not valid TOML: {error}.", "Mend that line.", where=where, line=int(line[1]) if line else None
        ) from error
    top = _convert(_TopTable, data, "", text, where)
    profiles: dict[str, Profile] = {}
    for name, table in top.profiles.items():
        key = f"profiles.{name}"
        if not _NAME.fullmatch(name) or name == "demo":
            raise ConfigError(
                f"{name!r} can't be a profile's name.",
                "Use letters, digits, '.', '_' and '-', at most 40, and not 'demo'.",
                where=where, line=_line_of(text, key), key=key,
            )  # fmt: skip
        if "client_secret" in table:
            raise ConfigError(
                "A secret must not stand in the configuration.",
                "Put it into a file of mode 0600 and name that file as client_secret_file.",
                where=where, line=_line_of(text, f"{key}.client_secret"), key=f"{key}.client_secret",
            )  # fmt: skip
        profile = replace(_convert(Profile, {**table, "name": name}, key, text, where), name=name)
        _check_profile(profile, key, text, where)
        profiles[name] = _anchored(profile, path.parent)
    if top.refresh < 0:
        raise ConfigError("A refresh can't be negative.", "Use 0 or seconds.", where=where, key="refresh")
    return Config(path, top.theme, top.mouse, top.refresh, top.profile, profiles)


def _anchored(profile: Profile, folder: Path) -> Profile:
    """Relative file names mean: beside the configuration file."""
    changes = {
        name: str(folder / Path(value).expanduser())
        for name in ("client_secret_file", "ca_bundle")
        if (value := getattr(profile, name))
    }
    return replace(profile, **changes) if changes else profile  # type: ignore[arg-type]


def _convert(kind: type[T], data: dict[str, Any], prefix: str, text: str, where: str) -> T:
    import msgspec

    known = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    dotted = f"{prefix}." if prefix else ""
    for name in data:
        if name not in known or (name in _HIDDEN and prefix and name != "name"):
            allowed = ", ".join(n for n in known if n not in _HIDDEN)
            key = dotted + name
            raise ConfigError(
                "This key is not known.", f"Known here: {allowed}.", where=where, line=_line_of(text, key), key=key
            )
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        key = dotted + at.rstrip("`").lstrip(".") if at else prefix
        raise ConfigError(f"{what.replace('`', '')}.", where=where, line=_line_of(text, key), key=key) from error


def _check_profile(profile: Profile, key: str, text: str, where: str) -> None:
    def refuse(name: str, what: str, todo: str) -> None:
        raise ConfigError(what, todo, where=where, line=_line_of(text, f"{key}.{name}"), key=f"{key}.{name}")

    if profile.cloud not in CLOUDS:
        refuse("cloud", f"{profile.cloud!r} is not a cloud.", f"Allowed: {', '.join(CLOUDS)}.")
    if profile.method not in METHODS:
        refuse("method", f"{profile.method!r} is not a way to sign in.", f"Allowed: {', '.join(METHODS)}.")
    if not profile.tenant or profile.tenant in ("common", "organizations", "consumers"):
        refuse("tenant", "A profile is for exactly one tenant.", "Give the tenant's id or domain.")
    if not profile.client_id:
        refuse("client_id", "The application id is missing.", "Give the id of the app registration.")
    if profile.method == "client-secret" and not profile.client_secret_file:
        refuse("client_secret_file", "The file with the client secret is missing.", "Name a file of mode 0600.")
    if profile.write_minutes and profile.write_minutes not in _MINUTES:
        refuse("write_minutes", f"{profile.write_minutes} is out of range.", "Use 0 to 480 minutes.")
    for table in ("base", "scope"):
        for audience, url in getattr(profile, table).items():
            if audience not in AUDIENCES:
                refuse(f"{table}.{audience}", "This audience is not known.", f"Allowed: {', '.join(AUDIENCES)}.")
            if not url.startswith("https://"):
                refuse(f"{table}.{audience}", f"{url!r} is not an https address.", "Tokens only travel over https.")
    if profile.authority and not profile.authority.startswith("https://"):
        refuse("authority", f"{profile.authority!r} is not an https address.", "Secrets only travel over https.")


def _line_of(text: str, key: str) -> int | None:
    """Line on which a dotted key stands, as well as it can be told from the text."""
    table, _, leaf = key.partition("[")[0].rpartition(".")
    current = ""
    for number, raw in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", raw)
        if header:
            current = header[1].replace('"', "").replace("'", "")
            if current == key:
                return number
        elif current == table and re.match(rf"\s*[\"']?{re.escape(leaf)}[\"']?\s*[=.]", raw):
            return number
    # a missing key: the table it should stand in
    return _line_of(text, table) if table else None
