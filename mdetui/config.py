"""Settings and profiles: `config.toml`, then the environment, then flags; one validated, frozen tree.

The tree is plain dataclasses: a library for it would cost 25 ms of the paint budget. Every wrong value ends in a
`ConfigError` that names file, line, key and what is allowed. This module parses: it knows no view, no key and no theme;
`settings` checks the names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdetui import limits, paths
from mdetui.errors import ConfigError
from mdetui.profile import AUDIENCES, METHOD_TABLE, METHODS, STORES, Method, Profile

if TYPE_CHECKING:
    from mdetui.config_tables import PageSize, SavedQueue

__all__ = [
    "AUDIENCES",
    "METHODS",
    "METHOD_TABLE",
    "STORES",
    "Config",
    "Method",
    "Profile",
    "find_profile",
    "load",
    "with_profile",
]

# profile of azure-identity's variables, where the file has none
ENVIRONMENT = "environment"


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
        queues: Saved queues of the file, by view.
        columns: By view: which columns in which order, each `id` or `id:width`.
        keys: Key id to keys, as written.
        page_size: Rows of a request, by view.
        refresh_of: Seconds between refreshes of one view, where it differs from `refresh`.
        sources: Where a value came from, by dotted key (`theme`, `profiles.contoso.tenant`): file and line, a
            variable or a flag. What is not in it has its default.
    """

    file: Path | None = None
    theme: str = ""
    mouse: bool | None = None
    refresh: int = 60
    profile: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    queues: dict[str, tuple[SavedQueue, ...]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    page_size: dict[str, PageSize] = field(default_factory=dict)
    refresh_of: dict[str, int] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def plain(self) -> bool:
        """Whether no table names views or keys: then there is nothing for `settings` to check at the start."""
        return not (self.queues or self.columns or self.keys or self.page_size or self.refresh_of)

    def source_of(self, key: str) -> str:
        """Where the value of a dotted key came from; `default` when nobody gave one."""
        return self.sources.get(key, "default")


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
    path, wanted = which_file(file, env)
    config = Config()
    if wanted or path.is_file():
        from mdetui import config_file

        content = config_file.read(path, env)
        config = Config(file=path, profiles=content.profiles, sources=content.sources, **content.settings)
    if not config.profiles and "AZURE_CLIENT_ID" in env:
        from mdetui import profile_env

        found = profile_env.profile_of(ENVIRONMENT, env)
        if found is not None:
            sources = {f"profiles.{ENVIRONMENT}.{key}": name for key, name in found.sources.items()}
            config = replace(config, profiles={ENVIRONMENT: found.profile}, sources={**config.sources, **sources})
    changes: dict[str, Any] = {}
    sources = dict(config.sources)
    for name in ("theme", "profile", "mouse", "refresh"):
        variable = f"MDETUI_{name.upper()}"
        if variable in env:
            changes[name] = _scalar(name, env[variable], variable)
            sources[name] = variable
        if flags.get(name) is not None:
            changes[name] = flags[name]
            sources[name] = f"--{name}"
    return replace(config, **changes, sources=sources)


def which_file(file: str | Path | None, environ: Mapping[str, str]) -> tuple[Path, bool]:
    """The configuration file, and whether somebody named it, so that it must exist."""
    given = file or environ.get("MDETUI_CONFIG")
    return (Path(given).expanduser(), True) if given else (paths.config_file(), False)


def with_profile(config: Config, profile: Profile) -> Config:
    """The same configuration with one more profile at the end (the demo tenant, a new one of the wizard)."""
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
        if not (value.isascii() and value.isdigit()):
            raise ConfigError(f"{value!r} is not a number of seconds.", limits.REFRESH_TODO, where=where)
        if len(value) > 9 or not limits.refreshes(int(value)):
            raise ConfigError(f"{value[:20]} can't be used.", limits.REFRESH_TODO, where=where)
        return int(value)
    return value
