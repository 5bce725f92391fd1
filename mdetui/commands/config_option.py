"""`--config`, which the program and each of its commands take. Imports nothing heavy: `--help` stays instant."""

from __future__ import annotations

import argparse


def add_config(parser: argparse.ArgumentParser) -> None:
    """Let a command line name its configuration file."""
    parser.add_argument("--config", metavar="FILE", help="configuration file instead of the user's config.toml")


def add_config_behind(command: argparse.ArgumentParser) -> None:
    """The same behind the name of a subcommand, where the help does not say it again; one given before it stands."""
    command.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
