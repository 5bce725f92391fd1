"""`mdetui config`: check the configuration file, show what is in force and where it came from, print its JSON schema."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mdetui import config as configuration
from mdetui.commands.config_option import add_config, add_config_behind
from mdetui.commands.terminal import say, table
from mdetui.config import Config
from mdetui.errors import ConfigError
from mdetui.text import plural


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui config`."""
    root = argparse.ArgumentParser(prog="mdetui config", description="The settings of config.toml.", allow_abbrev=False)
    add_config(root)
    commands = root.add_subparsers(dest="command", metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="everything that is wrong with the file", allow_abbrev=False)
    check.add_argument("file", nargs="?", metavar="FILE", help="another file")
    show = commands.add_parser("show", help="values in force and where each came from", allow_abbrev=False)
    show.add_argument("--json", action="store_true", help="for programs")
    commands.add_parser("schema", help="JSON schema of the file, for editors", allow_abbrev=False)
    for command in (check, show):
        add_config_behind(command)
    return root


def main(rest: Sequence[str], config: str | None) -> int:
    """Run it; 2 when something is wrong with the configuration.

    Args:
        rest: Arguments after `config`.
        config: `--config` given before it.

    Raises:
        ConfigError: The file can't be read as a configuration.
    """
    args = parser().parse_args(rest)
    file = args.config or config
    run: Callable[[argparse.Namespace, str | None], int] = {"check": _check, "show": _show, "schema": _schema}[
        args.command
    ]
    return run(args, file)


def _check(args: argparse.Namespace, file: str | None) -> int:
    loaded = configuration.load(args.file or file)
    found = list(_problems(loaded))
    for error in found:
        sys.stderr.write(f"mdetui: {error}\n")
    if found:
        return 2
    if loaded.file is None:
        path, _ = configuration.which_file(None, os.environ)
        say(f"There is no {path}; the program's own settings are in force.")
        return 0
    counts = [
        plural(len(loaded.profiles), "profile"),
        plural(sum(len(queues) for queues in loaded.queues.values()), "queue"),
        plural(len(loaded.keys), "changed key"),
    ]
    say(f"{loaded.file}: nothing is wrong with it ({', '.join(counts)}).")
    return 0


def _problems(loaded: Config) -> Iterator[ConfigError]:
    from mdetui import settings_check

    yield from settings_check.problems(loaded)
    theme = settings_check.theme_problem(loaded)
    if theme is not None:
        yield theme
    if loaded.profile and loaded.profile != "demo":
        try:
            configuration.find_profile(loaded, loaded.profile, loaded.source_of("profile"))
        except ConfigError as error:
            yield error


def _schema(args: argparse.Namespace, file: str | None) -> int:
    from mdetui.settings_schema import schema

    say(json.dumps(schema(), indent=2))
    return 0


class _Value(NamedTuple):
    """A setting in force.

    Attributes:
        key: Dotted key.
        value: For people.
        source: Where it came from.
    """

    key: str
    value: str
    source: str


def _show(args: argparse.Namespace, file: str | None) -> int:
    loaded = configuration.load(file)
    if not loaded.plain:
        from mdetui.settings_check import check

        check(loaded)
    rows = list(_values(loaded))
    if args.json:
        say(json.dumps([row._asdict() for row in rows], indent=2))
        return 0
    table(("SETTING", "VALUE", "FROM"), rows)
    if loaded.profiles:
        say()
        say("mdetui profiles show NAME says it of a profile.")
    return 0


def _values(loaded: Config) -> Iterator[_Value]:
    from mdetui.settings import Settings, numbered
    from mdetui.settings_check import views_with

    mouse = {None: "off", True: "on", False: "off"}[loaded.mouse]
    top = {"theme": loaded.theme or "ansi over SSH, else dark", "mouse": mouse, "refresh": _seconds(loaded.refresh)}
    for key, value in {**top, "profile": loaded.profile or "asks"}.items():
        yield _Value(key, value, loaded.source_of(key))
    for name in loaded.profiles:
        yield _Value(f"profiles.{name}", "", str(loaded.file or "environment"))
    for view in views_with("queues"):
        for digit, (queue, at) in numbered(view, loaded.queues.get(view, ())).items():
            words = [queue.words or "everything", *(("sort", queue.sort) if queue.sort else ())]
            words += ["fold", queue.fold] if queue.fold else []
            source = "default" if at is None else loaded.source_of(f"queues.{view}[{at}]")
            yield _Value(f"queues.{view} {digit}", f"{queue.name}: {' '.join(words)}", source)
    for view, columns in loaded.columns.items():
        yield _Value(f"columns.{view}", ", ".join(columns), loaded.source_of(f"columns.{view}"))
    for key, keys in loaded.keys.items():
        yield _Value(f"keys.{key}", keys, loaded.source_of(f"keys.{key}"))
    settings = Settings(loaded)
    for view in loaded.page_size:
        size = settings.page_size(view)
        if size is not None:
            value = f"{size.first} rows first, then up to {size.most}"
            yield _Value(f"page_size.{view}", value, loaded.source_of(f"page_size.{view}"))
    for view in loaded.refresh_of:
        yield _Value(f"refresh.{view}", _seconds(settings.refresh(view)), loaded.source_of(f"refresh.{view}"))


def _seconds(value: int) -> str:
    return f"every {value} s" if value else "never"
