"""`mdetui help [TOPIC]`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mdetui.commands.terminal import say


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui help`."""
    root = argparse.ArgumentParser(prog="mdetui help", description="Longer help. In the program, ? shows every key.")
    root.add_argument("topic", choices=("auth",), metavar="TOPIC", help="auth: app registration, permissions, secrets")
    return root


def main(rest: Sequence[str], config: str | None) -> int:
    """Print a topic."""
    parser().parse_args(rest)
    from mdetui.auth.guide import guide

    say(guide().rstrip("\n"))
    return 0
