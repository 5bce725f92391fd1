"""Live response: the commands of a session, and what they left behind.

A result is asked for only when a person opens it. The service answers with a link that anybody may fetch for half an
hour: it is never shown, never opened in a browser here and in no log; `y` sends it to the person's own terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.errors import PlanError
from mdetui.views import words
from mdetui.views.base import (
    BLANK,
    Borrowed,
    Cell,
    Column,
    Context,
    Line,
    Page,
    Reader,
    Subject,
    Tab,
    View,
    fact,
    heading,
)

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction
    from mdetui.api.models.live import CommandState

# bytes of a script's output that are fetched
_MOST = 1_000_000
PACKAGE = "package"
_STYLE = {"completed": "state.good", "failed": "state.bad", "created": "state.busy", "inprogress": "state.busy"}
# the only commands that leave something (get-live-response-result.md)
_LEAVES = ("runscript", "getfile")


@dataclass(frozen=True, slots=True)
class Ran:
    """One command of a session.

    Attributes:
        id: `action/index`, as the page of its result takes it.
        index: Place among all commands of the session.
        state: What the service says of it.
    """

    id: str
    index: int
    state: CommandState

    @property
    def kind(self) -> str:
        """`RunScript`, `GetFile`, `PutFile`; "" when it does not say."""
        return self.state.command.type if self.state.command is not None else ""

    @property
    def what(self) -> str:
        """Its parameters in safe text."""
        params = self.state.command.params if self.state.command is not None else []
        return " ".join(text.line(param.value) for param in params if param.value not in (None, ""))

    @property
    def available(self) -> bool:
        """Whether a result can be asked for."""
        return self.kind.lower() in _LEAVES and (self.state.command_status or "").lower() == "completed"


def ran(action: MachineAction) -> list[Ran]:
    """The commands of an action; empty when it is no live response."""
    found = []
    for place, state in enumerate(action.commands or ()):
        index = state.index if isinstance(state.index, int) else place
        found.append(Ran(f"{action.id}/{index}", index, state))
    return found


def command_status(value: str | None) -> Cell:
    """The status of a command as its word."""
    return Cell(text.line(value), _STYLE.get((value or "").lower(), "plain"))


def _result(row: Ran) -> Cell:
    if row.available:
        return Cell("available", "state.good")
    return Cell("none" if row.kind.lower() not in _LEAVES else "-", "muted")


def _errors(row: Ran) -> str:
    errors = row.state.errors
    if isinstance(errors, list):
        return "; ".join(text.line(one) for one in errors)
    return text.line(errors) if errors else ""


def _preview(row: Ran, context: Context, borrowed: Borrowed) -> list[Line]:
    lines = [
        Line((Cell(text.line(row.kind), "strong"), Cell(f"  {row.what}")), 2),
        fact("status", command_status(row.state.command_status), _errors(row)),
        fact("started", text.stamp_of(row.state.start_time)),
        fact("ended", text.stamp_of(row.state.end_time)),
    ]
    if row.available:
        lines.append(fact("result", Cell("available", "state.good"), "Enter asks for it"))
    return lines


VIEW = View(
    id="commands",
    title="commands",
    noun="command",
    operation="",
    columns=(
        Column("index", "#", lambda row, _: Cell(str(row.index)), 2, right=True, sort=lambda row: row.index),
        Column("kind", "COMMAND", lambda row, _: words.plain(row.kind), 10, sort=lambda row: row.kind),
        Column("what", "WHAT", lambda row, _: Cell(row.what), 24, grow=3, sort=lambda row: row.what.lower()),
        Column("status", "STATUS", lambda row, _: command_status(row.state.command_status), 10, sort=lambda row: row.state.command_status or ""),
        Column("result", "RESULT", lambda row, _: _result(row), 9, sort=lambda row: row.available),
        Column("errors", "ERRORS", lambda row, _: Cell(_errors(row), "state.bad"), 16, grow=2, at=90),
    ),
    texts=lambda row: (row.kind, row.what, row.state.command_status, _errors(row)),
    preview=_preview,
    opens="result",
    page_id=lambda row: row.id if row.available else None,
    subject=Subject(name=lambda row: row.what, unlinked="The portal shows commands in the history of the Action center only."),
)  # fmt: skip


# the page of a result


@dataclass(slots=True)
class Result:
    """What a command or a collection left behind.

    Attributes:
        id: `action/index` or `action/package`.
        title: What it is.
        link: Where it can be fetched, as good as a password.
        machine: Whose it is.
        minutes: How long the link works; 0 when the service does not say.
        output: What a script said; None where only the link is known.
    """

    id: str
    title: str
    link: str = field(repr=False)
    machine: str | None = None
    minutes: int = 0
    output: list[Line] | None = None


async def read(session: Reader, page_id: str, fresh: bool) -> Result:
    """Ask for the link, and for what lies behind it when it is the output of a script.

    Raises:
        MdetuiError: There is none (yet), or it can't be fetched.
    """
    action_id, _, part = page_id.rpartition("/")
    action: MachineAction = await session.read("actions.get", {"id": action_id}, {})
    if part == PACKAGE:
        link = (await session.read("actions.packageUri", {"id": action_id}, {}, fresh=fresh)).url
        return Result(page_id, "investigation package", link, action.computer_dns_name)
    row = next((one for one in ran(action) if one.id == page_id), None)
    if row is None:
        raise PlanError(f"The action has no command {text.line(part, 10)}.", "Reload the action.")
    link = (await session.read("liveResponse.result", {"id": action_id, "index": part}, {}, fresh=fresh)).url
    result = Result(page_id, f"{text.line(row.kind)} {row.what}", link, action.computer_dns_name, 30)
    if row.kind.lower() == "runscript":
        result.output = script_lines(await session.file("liveResponse.result", link, _MOST))
    return result


def script_lines(content: bytes) -> list[Line]:
    """What a script said: JSON with its output and errors, or whatever else came."""
    import json

    shown = content.decode("utf-8-sig", "replace")
    try:
        # not strict: consoles write control characters that stand raw in the strings
        found: Any = json.loads(shown, strict=False)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return [Line((Cell(part),)) for part in text.block(shown)]
    code = found.get("exit_code")
    lines = [
        fact("script", text.line(found.get("script_name"))),
        fact("exit code", Cell(text.line(code), "state.good" if code in (0, "0") else "state.bad")),
    ]
    for key, title in (("script_output", "output"), ("script_errors", "errors")):
        said = found.get(key)
        if said not in (None, "", []):
            lines += [BLANK, heading(title), *_said(said)]
    return lines


def _said(value: Any) -> Sequence[Line]:
    joined = "\n".join(str(one) for one in value) if isinstance(value, list) else value
    return [Line((Cell(part),)) for part in text.block(joined)]


def head(result: Result | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what it is, and how to have it."""
    if result is None:
        return [Line((Cell("asking for the result", "muted"),))]
    works = f"works for {result.minutes} minutes" if result.minutes else "works for a short time"
    return [
        Line((Cell(result.title, "strong"), Cell(f"  {text.line(result.machine)}")), 2),
        Line((Cell(f"y sends its link to your terminal. It {works}, for anybody who has it.", "muted"),), 2),
    ]


def lines(result: Result, context: Context, borrowed: Borrowed) -> list[Line]:
    """The output of a script, else that there is a file."""
    if result.output is not None:
        return result.output
    return [Line((Cell("A file is there. It is not fetched here: what is malicious on that machine would be on this host."),))]  # fmt: skip


PAGE = Page(
    id="result",
    noun="result",
    operation="liveResponse.result",
    head=head,
    head_lines=2,
    tabs=(Tab("output", "Output", lines),),
    title=lambda result, page_id: "package" if page_id.endswith(f"/{PACKAGE}") else f"result {page_id.rpartition('/')[2]}",
    subject=Subject(key=lambda result: result.link, name=lambda result: result.title, secret=True, unlinked="The link to the file is what the page shows: y copies it."),
    read=read,
)  # fmt: skip
