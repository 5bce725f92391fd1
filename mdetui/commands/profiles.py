"""`mdetui profiles`: add, list, show and remove profiles of the configuration file. Never takes or shows a secret."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import Any

from mdetui import config as configuration
from mdetui.clouds import CLOUDS
from mdetui.commands.config_option import add_config, add_config_behind
from mdetui.commands.terminal import ask, is_terminal, say, table
from mdetui.config import AUDIENCES, METHOD_TABLE, METHODS, STORES, Config, Profile
from mdetui.config_file import FILE_KEYS, HIDDEN
from mdetui.errors import ConfigError
from mdetui.profile import FIRST, QUESTIONS, asked_for
from mdetui.profile_check import problems

_SECRET_FLAG = re.compile(
    r"--?(client[-_])?(secret|password|passphrase|token|certificate[-_]password)(=.*)?", re.DOTALL
)
_CHOICES = {"cloud": tuple(CLOUDS), "method": METHODS, "store": STORES}
_KEYS = tuple(one for one in fields(Profile) if one.name not in HIDDEN)


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui profiles`."""
    root = argparse.ArgumentParser(
        prog="mdetui profiles", description="The profiles of config.toml.", allow_abbrev=False
    )
    add_config(root)
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add = commands.add_parser(
        "add",
        help="add a profile; what no flag gives is asked for on a terminal",
        epilog="A secret never goes on the command line: see mdetui help auth.",
        allow_abbrev=False,
    )
    add.add_argument("--name", help="how the profile is called")
    add.add_argument("--replace", action="store_true", help="replace the profile of that name")
    for one in _KEYS:
        _add_flag(add, one)
    listing = commands.add_parser("list", help="all profiles", allow_abbrev=False)
    show = commands.add_parser("show", help="values in force and where each came from", allow_abbrev=False)
    remove = commands.add_parser("remove", help="take a profile out, and its tokens", allow_abbrev=False)
    for named in (show, remove):
        named.add_argument("name", metavar="NAME")
    for told in (listing, show):
        told.add_argument("--json", action="store_true", help="for programs")
    for command in (add, listing, show, remove):
        add_config_behind(command)
    return root


def main(rest: Sequence[str], config: str | None) -> int:
    """Run it.

    Args:
        rest: Arguments after `profiles`.
        config: `--config` given before it.

    Raises:
        ConfigError: Something is wrong; nothing was written.
    """
    for word in rest:
        if _SECRET_FLAG.fullmatch(word):
            raise ConfigError(
                "A secret never goes on the command line: every user of this host can read it there.",
                "Make a new one, put it into a file of mode 0600 and give that as --client-secret-file.",
                where=word.partition("=")[0],
            )
    args = parser().parse_args(rest)
    file = args.config or config
    run: Callable[[argparse.Namespace, str | None], int] = {
        "add": _add, "list": _list, "show": _show, "remove": _remove
    }[args.command]  # fmt: skip
    return run(args, file)


def _add_flag(to: argparse.ArgumentParser, one: Field[Any]) -> None:
    flag = f"--{one.name.replace('_', '-')}"
    default = one.default_factory() if one.default_factory is not MISSING else one.default
    more: dict[str, Any] = {"dest": one.name, "default": None}
    if isinstance(default, bool):
        to.add_argument(flag, action=argparse.BooleanOptionalAction, **more)
    elif one.name == "token_command":
        to.add_argument(flag, metavar="'PROGRAM ARGUMENT ...'", type=_words, **more)
    elif isinstance(default, tuple):
        to.add_argument(flag, action="append", metavar="VALUE", help="may be given more than once", **more)
    elif isinstance(default, dict):
        to.add_argument(flag, action="append", type=_pair, metavar=f"{{{','.join(AUDIENCES)}}}=URL", **more)
    elif isinstance(default, int):
        to.add_argument(flag, type=int, metavar="N", **more)
    else:
        allowed = _CHOICES.get(one.name)
        to.add_argument(flag, metavar="VALUE", help=", ".join(allowed) if allowed else None, **more)


def _words(value: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(value))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"it is not a command: {error}") from error


def _pair(value: str) -> tuple[str, str]:
    audience, equals, url = value.partition("=")
    if not equals or audience not in AUDIENCES:
        raise argparse.ArgumentTypeError(f"use one of {', '.join(AUDIENCES)}, then =, then an https address")
    return audience, url


# add


def _add(args: argparse.Namespace, file: str | None) -> int:
    from mdetui.config_edit import add_profile

    path, _ = configuration.which_file(file, os.environ)
    given = {one.name: _whole(one.name, value) for one in _KEYS if (value := getattr(args, one.name)) is not None}
    profile = Profile(name=args.name or "", **given)
    if is_terminal():
        # before the questions: nobody answers ten of them for nothing
        there = configuration.load(path).profiles if path.exists() else {}
        taken = () if args.replace else tuple(there)
        if profile.name in taken:
            raise ConfigError(
                "There is a profile of that name already.", "Take another, or --replace it.", where="--name"
            )
        profile = _questions(profile, given, taken)
    elif not args.name:
        raise ConfigError(
            "A profile needs a name.", "Give --name, or run it in a terminal to be asked.", where="--name"
        )
    elif "method" not in given:
        raise ConfigError("How to sign in is not said.", f"Give --method: {', '.join(METHODS)}.", where="--method")
    try:
        added = add_profile(path, profile, replace=args.replace)
    except ConfigError as error:
        # the file is not what is wrong: name the flag
        flag = error.key.removeprefix(f"profiles.{profile.name}").strip(".").replace("_", "-")
        if error.line is None and flag:
            raise ConfigError(_bare(error), error.todo, where=f"--{flag}") from None
        raise
    say(f"Profile {added.name} was written to {path}.")
    if added.method == "client-secret" and not added.client_secret_file:
        say("Its secret is read from MDETUI_CLIENT_SECRET, or typed at sign-in; see mdetui help auth.")
    say(f"Open it with: mdetui --profile {added.name}")
    return 0


def _bare(error: ConfigError) -> str:
    return error.what.partition(f"{error.key}: ")[2] or error.what


def _whole(name: str, value: Any) -> Any:
    """The value of a flag as a profile has it. File names count from where the person is, not from the file."""
    if name in FILE_KEYS and value:
        return str(Path.cwd() / Path(value).expanduser())
    if name in ("base", "scope"):
        return dict(value)
    return tuple(value) if isinstance(value, list) else value


def _questions(profile: Profile, given: dict[str, Any], taken: Collection[str]) -> Profile:
    """Ask for what no flag gave, each answer checked at once. Names that are taken are not accepted."""

    def put(name: str, question: str, default: str = "") -> None:
        nonlocal profile

        def refused(answer: str) -> str:
            if name == "name" and answer in taken:
                return "There is a profile of that name already. Take another, or start with --replace."
            return _why_not(replace(profile, **{name: _answer(name, answer)}), name)

        profile = replace(profile, **{name: _answer(name, ask(question, default, refused))})

    defaults = {"cloud": "global", "method": "device-code"}
    defaults |= {"tenant": os.environ.get("AZURE_TENANT_ID", ""), "client_id": os.environ.get("AZURE_CLIENT_ID", "")}
    for key in FIRST:
        if key not in given and not (key == "name" and profile.name):
            if key == "method":
                say("Ways to sign in:")
                for method in METHOD_TABLE.values():
                    say(f"  {method.name:<17} {method.title}")
            put(key, QUESTIONS[key], defaults.get(key, ""))
    for key in asked_for(profile.method):
        if key not in given:
            put(key, QUESTIONS[key], defaults.get(key, ""))
    return profile


def _answer(name: str, answer: str) -> Any:
    if name == "token_command":
        try:
            return tuple(shlex.split(answer))
        except ValueError:
            return ()
    return _whole(name, answer)


def _why_not(profile: Profile, name: str) -> str:
    """What is wrong with one value of a profile that is not complete yet; "" when nothing is."""
    key = "" if name == "name" else name
    return next((f"{one.what} {one.todo}" for one in problems(profile) if one.key == key), "")


# list, show, remove


def _list(args: argparse.Namespace, file: str | None) -> int:
    config = configuration.load(file)
    if args.json:
        say(json.dumps([_public(profile, config) for profile in config.profiles.values()], indent=2))
    elif config.profiles:
        table(
            ("NAME", "CLOUD", "SIGN-IN", "TENANT", "AS"),
            [
                (one.name, one.cloud, one.method, one.tenant, one.analyst or one.client_id or "this machine")
                for one in config.profiles.values()
            ],
        )
    else:
        path, _ = configuration.which_file(file, os.environ)
        say(f"There is no profile in {path}. Add one with: mdetui profiles add")
    return 0


def _public(profile: Profile, config: Config) -> dict[str, Any]:
    return {
        "name": profile.name,
        "cloud": profile.cloud,
        "tenant": profile.tenant,
        "client_id": profile.client_id,
        "method": profile.method,
        "analyst": profile.analyst,
        "opened_at_start": config.profile == profile.name,
    }


def _show(args: argparse.Namespace, file: str | None) -> int:
    from mdetui import in_force

    config = configuration.load(file)
    profile = configuration.find_profile(config, args.name, "mdetui profiles show")
    rows = [(one.key, one.shown, one.source) for one in in_force.values(config, profile)]
    noun, place = in_force.secret_of(profile)
    if noun:
        rows.append((noun, "not shown", place))
    if args.json:
        say(json.dumps({key: {"value": value, "source": source} for key, value, source in rows}, indent=2))
    else:
        here = f"{config.file}, "
        say(f"Profile {profile.name}; lines are those of {config.file}." if config.file else f"Profile {profile.name}.")
        table(("KEY", "VALUE", "FROM"), [(key, value, source.removeprefix(here)) for key, value, source in rows])
    return 0


def _remove(args: argparse.Namespace, file: str | None) -> int:
    from mdetui.auth.store import TokenStore
    from mdetui.config_edit import remove_profile

    path, _ = configuration.which_file(file, os.environ)
    profile = configuration.load(file).profiles.get(args.name)
    opened = remove_profile(path, args.name)
    say(f"Profile {args.name} was taken out of {path}.")
    if opened:
        say("It was the one opened at the start: that setting was taken out too.")
    if profile is not None:
        store = TokenStore(profile)
        store.forget()
        say(store.notice or "Its tokens on this host are gone.")
    return 0
