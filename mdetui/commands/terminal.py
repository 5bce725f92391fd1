"""What commands ask of and say to a person: plain lines, so that they work on any terminal and in a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence

from mdetui import text
from mdetui.errors import MdetuiError


class Left(MdetuiError):
    """The person left in the middle of the questions."""


def say(line: str = "") -> None:
    """One line on the output."""
    sys.stdout.write(f"{line}\n")


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(question: str, default: str = "", refused: Callable[[str], str] = lambda _: "") -> str:
    """Ask until the answer can be used.

    Args:
        question: Without a question mark; the default is shown after it.
        default: What an empty answer means.
        refused: What is wrong with an answer, "" when nothing is.

    Raises:
        Left: ctrl+c or ctrl+d.
    """
    while True:
        sys.stdout.write(f"{question} [{default}]: " if default else f"{question}: ")
        sys.stdout.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        if not line:
            say()
            raise Left("Nothing was written.")
        answer = line.strip() or default
        why = refused(answer)
        if not why:
            return answer
        say(textwrap.fill(why, shutil.get_terminal_size().columns - 1, initial_indent="  ", subsequent_indent="  "))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns as wide as they need; the last one is as long as it is."""
    lines = [list(head), *([text.line(cell) for cell in row] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head) - 1)]
    for line in lines:
        say("  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]).rstrip())
