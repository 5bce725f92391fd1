"""What the `:` bar offers while a line is typed: names, words, values; and the filter that the words mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mdetui.errors import PlanError
from mdetui.screens import commands
from mdetui.screens.commands import COMMANDS, Command
from mdetui.views.query import parse
from mdetui.views.registry import VIEWS

if TYPE_CHECKING:
    from mdetui.screens.frame import Frame


def _view_of(command: Command) -> str:
    """Id of the list that a command opens; "" when it opens none."""
    return next((view.id for view in VIEWS.values() if view.command and view.command[0] == command.names[0]), "")


def complete(frame: Frame, line: str) -> str:
    """The line with its last word completed as far as there is only one way."""
    head, space, last = line.rpartition(" ")
    found = offers(frame, line)
    if not space:
        return f"{found[0]} " if len(found) == 1 else _common(found) or line
    # a part in the middle completes to the whole, but never to less than was typed
    return f"{head} {found[0] if len(found) == 1 else max(_common(found), last, key=len)}"


def hint(frame: Frame, line: str) -> str:
    """What may follow what was typed; once a list is asked for whole, the filter that the server gets."""
    name, space, rest = line.partition(" ")
    if not name:
        return "Tab completes"
    command = commands.find(name)
    if not space:
        return command.help if command is not None else " ".join(offers(frame, line))
    if command is None:
        return ""
    last, found = line.rpartition(" ")[2], offers(frame, line)
    if last and found and last not in found:
        return " ".join(one.removeprefix(f"{last.partition(':')[0]}:") if ":" in last else one for one in found)
    if command.options is not None and found:
        return " ".join(found)
    return _filter(frame, command, rest) or command.takes


def offers(frame: Frame, line: str) -> Sequence[str]:
    """What the last word of a line can become."""
    _, space, last = line.rpartition(" ")
    if not space:
        return [command.names[0] for command in COMMANDS if command.names[0].startswith(last)]
    command = commands.find(line.split(" ")[0])
    # between quotes, and behind the slash of a local filter, nobody knows what comes
    if command is None or line.count('"') % 2 or any(word.startswith("/") for word in line.split(" ")[1:]):
        return ()
    if command.options is not None:
        return command.options(frame, last)
    return commands.begun_words(_view_of(command), last)


def _filter(frame: Frame, command: Command, rest: str) -> str:
    view, profile = _view_of(command), frame.place.profile
    if view is None or not rest.strip() or not profile:
        return ""
    try:
        asked = parse(view, commands.in_words(view, rest.strip()), frame.shell.analyst(profile)).filter
    except PlanError:
        # it is still being typed; Enter says what is wrong
        return ""
    return f"$filter={asked}" if asked else ""


def _common(options: Sequence[str]) -> str:
    if not options:
        return ""
    first, last = min(options), max(options)
    length = next((n for n, char in enumerate(first) if n >= len(last) or char != last[n]), len(first))
    return first[:length]
