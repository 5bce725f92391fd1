"""The commands of the `:` bar: names, what they take, and what they do. Completion and the hint come from this table."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast, overload

from mdetui.errors import PlanError
from mdetui.screens import browsing
from mdetui.screens.places import LoginPlace, list_of, page_of
from mdetui.views import query
from mdetui.views.base import View
from mdetui.views.query import parse
from mdetui.views.registry import VIEWS

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp
    from mdetui.screens.blast_keys import BlastKeys
    from mdetui.screens.commanding import Commanding
    from mdetui.screens.frame import Frame

Run = Callable[["Frame", str], Awaitable[None]]
_MACHINE_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        names: The first is the full one.
        takes: What may follow, for the hint.
        help: One sentence without a full stop.
        run: What it does.
        whole: Whether it must be written in full. `:w` is what the fingers of a vi user type by themselves: it must not
            open the write lock.
        asks: The operation that it asks first; without the permission for it there is nothing to see.
        options: What begins so, for completion; those of a list come from the words of its view.
    """

    names: tuple[str, ...]
    takes: str
    help: str
    run: Run
    whole: bool = False
    asks: str = ""
    options: Callable[[Frame, str], Sequence[str]] | None = None


async def run_line(frame: Frame, line: str) -> None:
    """Run one line of the bar.

    Raises:
        PlanError: There is no such command, or it does not take what was given.
    """
    name, _, rest = line.strip().partition(" ")
    if not name:
        return
    command = find(name)
    if command is None:
        raise PlanError(f"There is no command :{name}.", f"Known: {', '.join(c.names[0] for c in COMMANDS)}.")
    await command.run(frame, rest.strip())


def find(name: str) -> Command | None:
    """The command of that name or alias, or the only one that begins so and may be shortened."""
    exact = [command for command in COMMANDS if name in command.names]
    if exact:
        return exact[0]
    begun = [command for command in COMMANDS if command.names[0].startswith(name) and not command.whole]
    return begun[0] if len(begun) == 1 else None


def in_words(view: str, rest: str) -> str:
    """What was typed after the name of a list, as words of its view: of machines it can be the start of a name."""
    if view == "machines" and rest and ":" not in rest and not rest.startswith("/"):
        return f'name:"{rest}"'
    return rest


def begun_words(view: str, begun: str) -> Sequence[str]:
    """The words of a view that a word can become, or the values behind its colon."""
    name, colon, value = begun.partition(":")
    words = query.words_of(view)
    if not colon:
        return [f"{word.name}:" for word in words if word.name.startswith(begun)]
    known = next((word.values for word in words if word.name == name), ())
    return [f"{name}:{one}" for one in known if one.lower().startswith(value.lower())]


def _profiles(frame: Frame, begun: str) -> Sequence[str]:
    return [name for name in frame.shell.config.profiles if name.startswith(begun)]


def _kinds(frame: Frame, begun: str) -> Sequence[str]:
    from mdetui.screens.finding import KINDS

    return [f"{kind}:" for kind in KINDS if kind.startswith(begun)]


def _roots(frame: Frame, begun: str) -> Sequence[str]:
    return [f"{kind}:" for kind in ("file", "address", "domain", "user") if kind.startswith(begun)]


def _list(view: str) -> Run:
    async def run(frame: Frame, rest: str) -> None:
        profile = _profile(frame)
        query = parse(view, rest, frame.shell.analyst(profile))
        frame.shell.visit(list_of(view, profile, query))

    return run


def _profile(frame: Frame) -> str:
    if not frame.place.profile:
        raise PlanError("No tenant is open.", "Press Enter on a profile first.")
    return frame.place.profile


async def _machine(frame: Frame, rest: str) -> None:
    """`:m` lists machines; with an id it opens that machine."""
    if _MACHINE_ID.fullmatch(rest.lower()):
        frame.shell.visit(page_of("machine", _profile(frame), rest.lower(), frame.place))
        return
    await _list("machines")(frame, in_words("machines", rest))


async def _write(frame: Frame, rest: str) -> None:
    found = re.fullmatch(r"(\d{1,3})m?(?:\s+max=(\d{1,4}))?", rest or "30m")
    if found is None or not 1 <= int(found[1]) <= 480:
        raise PlanError(f"{rest!r} is not a time.", "Use :write 30m, at most 480m, or :write 30m max=100.")
    await frame.shell.unlock(frame, int(found[1]), int(found[2]) if found[2] else None)


async def _lock(frame: Frame, rest: str) -> None:
    session = frame.shell.opened(_profile(frame))
    if session is not None:
        session.lock.close()
    frame.redraw()
    frame.say("Read-only. Jobs that were sent go on.")


async def _theme(frame: Frame, rest: str) -> None:
    known = themes(frame)
    if rest not in known:
        raise PlanError(f"There is no theme {rest!r}.", f"Known: {', '.join(known)}.")
    frame.app.theme = rest


def themes(frame: Frame) -> list[str]:
    """The themes that `:theme` takes."""
    return cast("MdetuiApp", frame.app).theme_names


async def _scores(frame: Frame, rest: str) -> None:
    frame.shell.visit(page_of("scores", _profile(frame), "scores", None, "scores"))


async def _browse(frame: Frame, rest: str) -> None:
    await browsing.browse(cast("Commanding", frame), _profile(frame), rest)


async def _ledger(frame: Frame, rest: str) -> None:
    frame.shell.open_ledger(frame.place)


async def _jobs(frame: Frame, rest: str) -> None:
    frame.action_jobs()


async def _log(frame: Frame, rest: str) -> None:
    frame.shell.open_log(frame.place)


async def _tenant(frame: Frame, rest: str) -> None:
    if not rest:
        frame.shell.visit(LoginPlace())
        return
    if rest not in frame.shell.config.profiles:
        known = ", ".join(frame.shell.config.profiles)
        raise PlanError(f"There is no profile {rest!r}.", f"Known: {known}.")
    frame.shell.open_tenant(rest)


async def _sign_in(frame: Frame, rest: str) -> None:
    frame.action_sign_in()


async def _sign_out(frame: Frame, rest: str) -> None:
    frame.say(*await frame.shell.sign_out(_profile(frame)))
    frame.redraw()


async def _find(frame: Frame, rest: str) -> None:
    _profile(frame)
    cast("Commanding", frame).find(rest)


async def _blast(frame: Frame, rest: str) -> None:
    _profile(frame)
    cast("BlastKeys", frame).blast(rest)


async def _merged(frame: Frame, rest: str) -> None:
    from mdetui.screens.merged import open_merged

    open_merged(frame, rest)


async def _isolated(frame: Frame, rest: str) -> None:
    from mdetui.screens.local_lists import isolated_place

    frame.shell.visit(isolated_place(frame.place, frame.shell.session(_profile(frame))))


async def _doctor(frame: Frame, rest: str) -> None:
    from mdetui.screens.doctor import open_doctor

    open_doctor(frame.shell, rest or _profile(frame))


async def _help(frame: Frame, rest: str) -> None:
    frame.action_help()


async def _quit(frame: Frame, rest: str) -> None:
    await frame.shell.leave()


def _of_view(view: View) -> Command:
    """A list's own command."""
    words = query.words_of(view.id)
    takes = " ".join([*(word.help.split()[0].rstrip(",") for word in words), "/text"])
    if view.id == "machines":
        return Command(view.command, f"name, id, {takes}", view.help or view.title, _machine, asks=view.operation)
    return Command(view.command, takes, view.help or view.title, _list(view.id), asks=view.operation)


class _Commands(Sequence[Command]):
    """All commands; those of lists are made when the first is asked for, because that imports every list."""

    def __init__(self, *others: Command) -> None:
        self._others = others

    @cached_property
    def _all(self) -> tuple[Command, ...]:
        return (*(_of_view(view) for view in VIEWS.values() if view.command), *self._others)

    @overload
    def __getitem__(self, index: int) -> Command: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Command]: ...

    def __getitem__(self, index: int | slice) -> Command | Sequence[Command]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)


COMMANDS: Sequence[Command] = _Commands(
    Command(
        ("find", "f"),
        "hash, address, name, user, CVE, alert, incident, or a list of machines",
        "what something is",
        _find,
        options=_kinds,
    ),
    Command(
        ("blast",),
        "hash, address, domain or user",
        "machines, alerts and users around something, as a tree",
        _blast,
        options=_roots,
    ),
    Command(
        ("merged",),
        "profile profile sev:high",
        "alerts of several tenants in one list",
        _merged,
        options=lambda frame, begun: [*_profiles(frame, begun), *begun_words("alerts", begun)],
    ),
    Command(("isolated",), "", "machines that actions say are isolated", _isolated, asks="actions.list"),
    Command(("scores",), "", "exposure and secure scores, by machine group", _scores, asks="scores.exposure"),
    Command(
        ("browse",),
        "what, /text",
        "lists that have no command of their own",
        _browse,
        options=lambda frame, begun: browsing.words(begun),
    ),
    Command(("write",), "30m max=25", "open the write lock for a time", _write, whole=True),
    Command(("lock",), "", "close the write lock", _lock),
    Command(("jobs",), "", "what was sent from here and how it went", _jobs),
    Command(("ledger",), "", "the record of writes on this host", _ledger),
    Command(("log",), "", "every request that was made", _log),
    Command(("tenant", "login"), "profile", "another tenant", _tenant, options=_profiles),
    Command(("signin",), "", "sign in to this tenant again, or as somebody else", _sign_in),
    Command(("signout", "logout"), "", "forget this tenant's tokens here", _sign_out, whole=True),
    Command(("doctor",), "profile", "check settings, network, sign-in and permissions", _doctor, options=_profiles),
    Command(
        ("theme",),
        "dark light contrast ansi",
        "other colours",
        _theme,
        options=lambda frame, begun: [name for name in themes(frame) if name.startswith(begun)],
    ),
    Command(("help",), "", "all keys", _help),
    Command(("quit", "q"), "", "quit", _quit),
)
