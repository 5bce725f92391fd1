"""`mdetui api METHOD PATH`: one operation of the table from the command line, and `mdetui api --list` for the table.

What is read goes through the same client as on the screen: gate, quotas, refusals in words. Standard output gets JSON
and nothing else: the answer as an object, with `--all` every row of a list as one array. `--raw` leaves the answer as
it came; with `--all` that is one row a line.

On a terminal everything beyond plain ASCII is written as JSON escapes: texts of a tenant are chosen by attackers too.

Exit code: 0, 1 when it was refused or did not work, 2 when the command line or the configuration is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from mdetui import config as configuration
from mdetui import text
from mdetui.clock import SYSTEM
from mdetui.commands.choice import chosen
from mdetui.commands.config_option import add_config
from mdetui.commands.terminal import table
from mdetui.config import Profile
from mdetui.errors import ConfigError, MdetuiError, ReadOnly

if TYPE_CHECKING:
    import msgspec

    from mdetui.api.endpoints import Operation
    from mdetui.net import Connection
    from mdetui.session import Session

METHODS = ("GET", "POST", "PATCH", "DELETE")
_NEAREST = 3
# a pager sets these itself
_PAGING = ("$top", "$skip", "$skiptoken")
MAX_BODY = 4_000_000


class CommandLine(MdetuiError):
    """The command line is wrong: exit code 2."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked for.

    Attributes:
        op: The operation.
        path: Values of the holes in its path.
        query: Query options.
        filter: `$filter`.
        body: Request body.
    """

    op: Operation
    path: dict[str, str]
    query: dict[str, str]
    filter: str
    body: msgspec.Struct | None


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui api`."""
    root = argparse.ArgumentParser(
        prog="mdetui api",
        description="Ask one operation of the API and print its answer as JSON. mdetui api --list shows them all.",
        epilog="Only what reads is asked. Exit code 1 when it was refused, 2 when the command line is wrong.",
        allow_abbrev=False,
    )
    root.add_argument("method", nargs="?", metavar="METHOD", type=str.upper, choices=METHODS, help="GET or POST")
    root.add_argument("path", nargs="?", metavar="PATH", help="path as documented: /api/machines/ID/software")
    root.add_argument(
        "--profile", metavar="NAME", help="without it, the one that is opened at the start, or the only one"
    )
    root.add_argument(
        "--query", metavar="KEY=VALUE", nargs="+", action="extend", default=[], help="query options, not encoded"
    )
    root.add_argument("--filter", metavar="FILTER", default="", help="$filter, such as: severity eq 'High'")
    root.add_argument("--body", metavar="FILE", help="JSON for an operation that reads by POST; - is standard input")
    root.add_argument("--all", action="store_true", help="every row of a list, or of the files of an export")
    root.add_argument("--raw", action="store_true", help="as the service sent it; with --all one row a line")
    root.add_argument(
        "--list",
        metavar="WORD",
        nargs="?",
        const="",
        dest="word",
        help="print the table of operations, or the rows with a word",
    )
    add_config(root)
    return root


def main(rest: Sequence[str], config: str | None, connector: Callable[[Profile], Connection], demo: Profile) -> int:
    """Ask an operation, or list them.

    Args:
        rest: Arguments after `api`.
        config: `--config` given before it.
        connector: How a tenant is reached.
        demo: The profile of the demo tenant.

    Raises:
        ConfigError: The configuration is wrong, or does not say which profile is meant.
    """
    args = parser().parse_args(rest)
    try:
        if args.word is not None:
            return _list(args.word)
        if not args.method or not args.path:
            raise CommandLine("METHOD and PATH are needed.", "mdetui api --list shows what there is.")
        call = _call(args)
        loaded = configuration.load(args.config or config)
        profile = chosen(loaded, args.profile, demo, "mdetui api")
        asyncio.run(_ask(profile, connector, call, every=args.all, raw=args.raw))
    except (CommandLine, ConfigError) as error:
        sys.stderr.write(f"mdetui: {error}\n")
        return 2
    except MdetuiError as error:
        sys.stderr.write(f"mdetui: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nmdetui: Stopped.\n")
        return 1
    except BrokenPipeError:
        # whoever read has seen enough; nothing more may be written, not even by the interpreter at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# the table


def _list(word: str) -> int:
    from mdetui.api.endpoints import OPERATIONS

    rows = [_row(op) for op in OPERATIONS.values()]
    found = [row for row in rows if word.lower() in " ".join(row).lower()]
    if not found:
        raise CommandLine(f"No operation has {text.line(word, 60)!r} in its row.", "mdetui api --list shows all.")
    table(("OPERATION", "METHOD", "PATH", "PERMISSION", "QUOTA", "DOES"), found)
    return 0


def _row(op: Operation) -> tuple[str, ...]:
    names = op.application[0] if op.application[0] == op.delegated[0] else f"{op.application[0]} / {op.delegated[0]}"
    return op.id, op.method, op.path, names, op.family, op.retired or ("reads" if op.reads else "writes")


# what is asked for


def _call(args: argparse.Namespace) -> Call:
    """What the arguments mean.

    Raises:
        CommandLine: There is no such operation, or the options do not fit it.
        ReadOnly: It writes.
    """
    path, _, query = args.path.partition("?")
    op, values = found(args.method, path)
    if not op.reads:
        raise ReadOnly(
            f"{op.id} writes, and writing from the command line comes with the response work.",
            "Nothing was sent; the program itself has what can be done so far.",
        )
    options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=False))
    for pair in args.query:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise CommandLine(f"--query {text.line(pair, 60)!r} is no KEY=VALUE.", "Give --query lookBackHours=48.")
        options[name] = value
    if args.filter and "$filter" in options:
        raise CommandLine("The filter is given twice.", "Give it with --filter only.")
    wanted = args.filter or options.pop("$filter", "")
    if args.all and op.paging == "one" and not op.lines:
        raise CommandLine(f"{op.id} is one thing, not a list.", "Leave --all out.")
    if args.all and (given := [name for name in _PAGING if name in options]):
        raise CommandLine(f"--all pages by itself, so {given[0]} can't be given.", "Leave one of them out.")
    return Call(op, values, options, wanted, _body(op, args.body))


def found(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    """The operation of a method and a path, and what stands in the path's holes.

    Raises:
        CommandLine: The table has none; names the nearest rows.
    """
    from mdetui.api import hosts
    from mdetui.api.endpoints import OPERATIONS

    below = f"/{path.strip('/')}"
    fitting = [
        (op, values)
        for op in OPERATIONS.values()
        if op.method == method and (values := hosts.values_of(op, below)) is not None
    ]
    if fitting:
        # `/api/machines/findbytag` is also a machine of that name: the row that spells out more of it is meant
        return min(fitting, key=lambda one: sum(map(len, one[1].values())))
    near = "".join(f"\n  {op.method} {op.path}  {op.id}" for op in _nearest(method, below))
    raise CommandLine(f"{method} {text.line(below, 120)} is not in the table of operations.", f"Nearest are:{near}")


def _nearest(method: str, path: str) -> list[Operation]:
    from difflib import SequenceMatcher

    from mdetui.api.endpoints import OPERATIONS

    asked = f"{method} {path}".lower()

    def like(op: Operation) -> float:
        return SequenceMatcher(None, asked, f"{op.method} {op.path}".lower(), autojunk=False).ratio()

    return sorted(OPERATIONS.values(), key=like, reverse=True)[:_NEAREST]


def _body(op: Operation, file: str | None) -> msgspec.Struct | None:
    """The request body, checked against the operation's model: its keys are case sensitive.

    Raises:
        CommandLine: It is missing, can't be read or does not fit.
    """
    import msgspec

    model = op.body
    if model is None or file is None:
        if model is not None:
            raise CommandLine(f"{op.id} needs a body with {_keys(model)}.", "Give it with --body FILE, or --body -.")
        if file is not None:
            raise CommandLine(f"{op.id} takes no body.", "Leave --body out.")
        return None
    try:
        data = sys.stdin.buffer.read(MAX_BODY) if file == "-" else Path(file).read_bytes()
        keys = msgspec.json.decode(data, type=dict[str, Any]).keys() - set(model.__struct_encode_fields__)
        if keys:
            raise CommandLine(
                f"The body has {text.line(sorted(keys)[0], 60)!r}, which {op.id} does not take.", _takes(model)
            )
        return msgspec.json.decode(data, type=model)
    except OSError as error:
        raise CommandLine(f"{text.line(file, 120)} can't be read: {text.line(error.strerror, 80)}.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CommandLine(f"The body does not fit {op.id}: {text.line(error, 160)}.", _takes(model)) from None


def _takes(model: type[msgspec.Struct]) -> str:
    return f"It takes {_keys(model)}, in this case."


def _keys(model: type[msgspec.Struct]) -> str:
    return ", ".join(model.__struct_encode_fields__)


# asking and printing


async def _ask(
    profile: Profile, connector: Callable[[Profile], Connection], call: Call, *, every: bool, raw: bool
) -> None:
    """Ask and print.

    Raises:
        MdetuiError: It did not work.
    """
    from mdetui.api.log import RequestLog
    from mdetui.session import Session

    session = Session.open(profile, connector, clock=SYSTEM, log=RequestLog())
    try:
        if every:
            await _print_all(session, call, raw=raw)
        else:
            query = {**call.query, **({"$filter": call.filter} if call.filter else {})}
            answer = await session.client.send(call.op, path=call.path, query=query, body=call.body)
            _write(answer.content.decode("utf-8", "replace") if raw else _pretty(call.op, answer.content, ""))
            if answer.partial:
                sys.stderr.write("mdetui: Only a part of the answer: one of the services behind it failed.\n")
    finally:
        await session.close()


async def _print_all(session: Session, call: Call, *, raw: bool) -> None:
    """Every row, as the pages come."""
    from mdetui.api.lists import walk

    pager = session.client.pager(call.op, filter=call.filter, path=call.path, query=call.query, body=call.body)
    before = "" if raw else "[\n"
    partial = False
    async for page in walk(pager):
        partial = partial or page.partial
        for row in page.raw.rows():
            _write(before + (row.decode("utf-8", "replace") if raw else _pretty(call.op, row, "  ")), end="")
            before = "\n" if raw else ",\n"
    if not raw:
        _write("[" if before == "[\n" else "", end="")
        _write("]" if before == "[\n" else "\n]")
    elif before:
        _write("")
    if partial:
        sys.stderr.write("mdetui: Some pages are only a part: a service behind them failed.\n")


def _pretty(op: Operation, body: bytes, indent: str) -> str:
    """JSON to read; a body that is none stays as it is."""
    from mdetui.api.misfits import repaired

    if not body.strip():
        return ""
    data = json.loads(repaired(op, body, ValueError("not JSON"), None))
    # a half surrogate can't be written as UTF-8
    lines = json.dumps(data, indent=2, ensure_ascii=False).encode("utf-8", "replace").decode().split("\n")
    return "\n".join(f"{indent}{line}" for line in lines)


def _write(said: str, end: str = "\n") -> None:
    sys.stdout.write((escaped(said) if sys.stdout.isatty() else said) + end)


def escaped(said: str) -> str:
    """JSON with everything but plain ASCII as `\\uXXXX`: it means the same and moves no terminal."""

    def of(character: str) -> str:
        if " " <= character <= "~" or character == "\n":
            return character
        return json.dumps(character)[1:-1]

    return "".join(map(of, said)).replace("\x7f", "\\u007f")
