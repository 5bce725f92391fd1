"""Which profile a command is about."""

from __future__ import annotations

from mdetui import config as configuration
from mdetui.config import Config, Profile
from mdetui.errors import ConfigError


def chosen(config: Config, name: str | None, demo: Profile, where: str) -> Profile:
    """The profile that is meant: the named one, the one that is opened at the start, or the only one.

    Args:
        config: What is configured.
        name: As given; the demo's name is always one.
        demo: The profile of the demo tenant.
        where: The command, for words.

    Raises:
        ConfigError: There is none of that name, or it can't be told.
    """
    wanted = name or config.profile
    if wanted == demo.name:
        return demo
    if wanted:
        return configuration.find_profile(config, wanted, where)
    if len(config.profiles) == 1:
        return next(iter(config.profiles.values()))
    known = ", ".join((*config.profiles, demo.name))
    raise ConfigError("Which profile is not said.", f"Give one of: {known}.", where=where)
