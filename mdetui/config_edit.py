"""Profiles added to and removed from `config.toml`: what a person wrote there, comments and order, stays.

What would be written is read back first, so that a file that worked still works afterwards.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdetui import config_file, profile_env
from mdetui.errors import ConfigError
from mdetui.profile import Profile
from mdetui.profile_check import Refused, check, given_in

if TYPE_CHECKING:
    import tomlkit

# written even where they have the default, so that the file says what it means
_ALWAYS = ("cloud", "tenant", "client_id", "method")


def add_profile(
    file: Path, profile: Profile, *, replace: bool = False, environ: Mapping[str, str] | None = None
) -> Profile:
    """Write a profile into a configuration file, which is made (mode 0600) when it is missing.

    Args:
        file: The configuration file.
        profile: What to write; values that have the default are left out.
        replace: Whether a profile of that name may be replaced.
        environ: Environment, for tests.

    Returns:
        The profile as the program will see it: file names made whole, the environment filled in.

    Raises:
        ConfigError: The profile or the file is wrong, or one of that name is there. Nothing was written.
    """
    env = os.environ if environ is None else environ
    key = f"profiles.{profile.name}"
    try:
        check(profile_env.fill(profile, _written(profile), env).profile, given_in(profile))
    except Refused as error:
        at = f"{key}.{error.key}" if error.key else key
        raise ConfigError(error.what, error.todo, where=str(file), key=at) from None
    text = _text_of(file)
    before = config_file.parse(text, file, env).profiles
    if profile.name in before and not replace:
        raise ConfigError(
            "There is a profile of that name already.", "Take another name, or --replace it.", where=str(file), key=key
        )
    with _editing(file):
        document = _document(text)
        _put(document, profile)
        after = config_file.parse(document.as_string(), file, env).profiles
    _check_others(file, before, after, profile.name, there=True)
    _write(file, text, document.as_string())
    return after[profile.name]


def remove_profile(file: Path, name: str, *, environ: Mapping[str, str] | None = None) -> bool:
    """Take a profile out of a configuration file.

    Returns:
        Whether it was the profile that is opened at the start, a setting that is taken out with it.

    Raises:
        ConfigError: There is none of that name, or the file is wrong. Nothing was written.
    """
    env = os.environ if environ is None else environ
    text = _text_of(file)
    content = config_file.parse(text, file, env)
    if name not in content.profiles:
        known = ", ".join(content.profiles) or "none"
        raise ConfigError(f"There is no profile {name!r}.", f"Known profiles: {known}.", where=str(file))
    opened = content.settings.get("profile") == name
    with _editing(file):
        document = _document(text)
        document["profiles"].pop(name)
        if opened:
            document.pop("profile")
        after = config_file.parse(document.as_string(), file, env).profiles
    _check_others(file, content.profiles, after, name, there=False)
    _write(file, text, document.as_string())
    return opened


def _text_of(file: Path) -> str:
    try:
        # not read_text: it would turn every line end into its own
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(
            f"The file can't be read: {reason}.", "Give another file with --config.", where=str(file)
        ) from error


def _document(text: str) -> tomlkit.TOMLDocument:
    import tomlkit

    return tomlkit.parse(text)


def _written(profile: Profile) -> dict[str, Any]:
    """Keys and values that stand in the file for a profile."""
    given = given_in(profile)
    values = {one.name: getattr(profile, one.name) for one in fields(profile) if one.name not in config_file.HIDDEN}
    return {name: value for name, value in values.items() if name in given or (name in _ALWAYS and value)}


def _put(document: tomlkit.TOMLDocument, profile: Profile) -> None:
    """Add a profile's table at the end, or change the one that is there in its place."""
    import tomlkit

    if "profiles" not in document:
        document["profiles"] = tomlkit.table(is_super_table=True)
    profiles: Any = document["profiles"]
    written = _written(profile)
    if profile.name in profiles:
        table: Any = profiles[profile.name]
        for name in [name for name in table if name not in written]:
            table.remove(name)
    else:
        table = profiles[profile.name] = tomlkit.table()
        table = profiles[profile.name]
    for name, value in written.items():
        plain = list(value) if isinstance(value, tuple) else value
        if table.get(name) != plain:
            table[name] = plain


@contextmanager
def _editing(file: Path) -> Iterator[None]:
    """TOML can say the same in many ways, and not every one can be edited.

    Raises:
        ConfigError: This one can't.
    """
    try:
        yield
    except Exception as error:
        raise _by_hand(file) from error


def _check_others(
    file: Path, before: Mapping[str, Profile], after: Mapping[str, Profile], name: str, *, there: bool
) -> None:
    """Only one profile may differ between what is and what would be.

    Raises:
        ConfigError: It is otherwise.
    """
    others = {one: profile for one, profile in before.items() if one != name}
    if {one: profile for one, profile in after.items() if one != name} != others or (name in after) != there:
        raise _by_hand(file)


def _by_hand(file: Path) -> ConfigError:
    return ConfigError(
        "The profiles stand there in a form that can't be edited safely.",
        "Edit the file by hand; a profile is a table such as [profiles.contoso].",
        where=str(file),
    )


def _write(file: Path, before: str, text: str) -> None:
    """Replace a file as a whole. A link stays one: what it leads to is replaced.

    Raises:
        ConfigError: It can't be written, or was changed since it was read.
    """
    if _text_of(file) != before:
        raise ConfigError("The file was changed meanwhile.", "Try again.", where=str(file))
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o600
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                os.fchmod(out.fileno(), mode)
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The file can't be written: {error.strerror}.", "Give another file with --config.", where=str(file)
        ) from error
