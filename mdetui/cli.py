"""The command line. Imports nothing heavy until a command is chosen: `--help` and `--version` stay instant.

What is run is decided here and nowhere else: the table of connectors says how each kind of profile is reached, and
only this file and the tests know the simulator.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mdetui import __version__, memory
from mdetui.commands.config_option import add_config
from mdetui.errors import MdetuiError, MissingExtra

if TYPE_CHECKING:
    from mdetui.config import Config, Profile
    from mdetui.net import Connection

_DEFAULT_WRITE_MINUTES = 30
# with these Textual writes keys and events into files, or sends them to whoever listens: secrets are typed in keys
_RECORDINGS = ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_LOG")
COMMANDS = {
    "profiles": "add, list, show and remove profiles",
    "config": "check the configuration, show what is in force, print its JSON schema",
    "logout": "remove the tokens of a profile from this host",
    "doctor": "examine a profile: configuration, proxy, TLS, clocks, sign-in, permissions, reads",
    "api": "ask one operation of the API: mdetui api GET /api/machines; mdetui api --list",
    "help": "longer help: mdetui help auth says how to sign in",
    "simulator": "serve the pretend tenant over TLS on 127.0.0.1, for tests and other clients",
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(
        prog="mdetui",
        description="Microsoft Defender for Endpoint in a terminal: the alert queue, machines, isolate and release.",
        epilog="Without a command it opens the login screen. In the program, ? shows every key.",
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"mdetui {__version__}")
    root.add_argument(
        "--demo", action="store_true", help="open the demo tenant: in this program, no network, nothing can break"
    )
    add_config(root)
    root.add_argument("--profile", metavar="NAME", help="open this profile instead of the login screen")
    root.add_argument(
        "--write",
        nargs="?", const=_DEFAULT_WRITE_MINUTES, type=_minutes, metavar="MINUTES",
        help=f"open the write lock at the start, for {_DEFAULT_WRITE_MINUTES} minutes unless given; read-only is the default",
    )  # fmt: skip
    root.add_argument("--theme", metavar="NAME", help="dark, light, contrast, ansi or a theme of your own")
    root.add_argument(
        "--mouse", action=argparse.BooleanOptionalAction, default=None, help="mouse support (off by default)"
    )
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    for name, does in COMMANDS.items():
        # the command itself takes its arguments apart: only the one that is run is imported
        command = commands.add_parser(name, help=does, add_help=False, prefix_chars="\0")
        command.add_argument("rest", nargs=argparse.REMAINDER)
    return root


def _minutes(value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 480:
        raise argparse.ArgumentTypeError("use 1 to 480 minutes")
    return int(value)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit code (2: the command line or the configuration is wrong)."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        args = parser().parse_args(given)
        return _command(args.command, args.rest, args.config) if args.command else _open(args)
    except MdetuiError as error:
        sys.stderr.write(f"mdetui: {error}\n")
        return 2


def _command(name: str, rest: list[str], config: str | None) -> int:
    if name == "simulator":
        return _simulator(rest)
    from importlib import import_module

    run: Callable[..., int] = import_module(f"mdetui.commands.{name}").main
    if name in ("doctor", "api"):
        return run(rest, config, _connect, _demo_profile())
    return run(rest, config)


def _simulator(rest: list[str]) -> int:
    _require("server", "uvicorn", "trustme", "duckdb", "starlette", "odata_query")
    from mdetui.simulator.server import main as serve

    return serve(rest)


def _open(args: argparse.Namespace) -> int:
    from mdetui import config as configuration

    config = configuration.load(args.config, theme=args.theme, mouse=args.mouse, profile=args.profile)
    if args.demo:
        _require("demo", "duckdb", "starlette", "odata_query")
    config = configuration.with_profile(config, _demo_profile())
    if not config.plain:
        from mdetui.settings_check import check

        check(config)
    name = "demo" if args.demo else config.profile
    if name:
        configuration.find_profile(config, name, config.source_of("profile"))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("mdetui: This is not a terminal. Run it in one, or over ssh -t.\n")
        return 2
    return _run(config, name, args.write)


def _run(config: Config, profile: str, write_minutes: int | None) -> int:
    remote = bool(os.environ.get("SSH_CONNECTION"))
    _no_core_dumps()
    _prepare_terminal(remote)
    memory.start()
    from mdetui.app import MdetuiApp

    app = MdetuiApp(config, _connect, profile=profile, write_minutes=write_minutes, remote=remote)
    app.run(mouse=bool(config.mouse))
    if app.farewell:
        sys.stdout.write(app.farewell + "\n")
    return app.return_code or 0


def _no_core_dumps() -> None:
    """A dump of this process would hold its tokens."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _prepare_terminal(remote: bool) -> None:
    """Settings that Textual reads while it is imported. A person's own value wins, but for those that record keys."""
    for name in _RECORDINGS:
        os.environ.pop(name, None)
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    if remote:
        os.environ.setdefault("TEXTUAL_FPS", "30")
        os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
        # a slow link delivers an arrow key in pieces; 100 ms would turn it into esc and letters
        os.environ.setdefault("ESCDELAY", "400")


def _demo_profile() -> Profile:
    from mdetui.simulator import demo_profile

    return demo_profile()


def _connect(profile: Profile) -> Connection:
    """The table of connectors: how a profile's tenant is reached.

    Raises:
        MissingExtra: The demo was asked for and is not installed.
    """
    if profile.connector == "demo":
        _require("demo", "duckdb", "starlette", "odata_query")
        from mdetui.simulator import connect

        return connect(profile)
    from mdetui.net import connect as network

    return network(profile)


def _require(extra: str, *modules: str) -> None:
    """Say what to install when an extra is missing, instead of a traceback.

    Raises:
        MissingExtra: One of the modules is not there.
    """
    from importlib.util import find_spec

    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"The {extra} extra is not installed ({', '.join(missing)} missing).",
            f"Install it with: pip install 'mdetui[{extra}]'",
        )


if __name__ == "__main__":
    sys.exit(main())
