"""States that the API has no field for, told from machine actions: isolated or released, and as of when.

Automatic isolation and the force-release script may leave no action behind (machine actions page of the API), so this
is what the actions say and never more: "unknown" is a normal answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mdetui import text

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Switch:
    """A state that one type of action turns on and another turns off.

    Attributes:
        name: Of the state, as a word of the sheet.
        on: Action type that turns it on.
        off: Action type that turns it off.
        on_word: How a machine in that state is called.
        off_word: How a machine is called after it was turned off.
        doing: Word while the action is open, for on and off.
    """

    name: str
    on: str
    off: str
    on_word: str
    off_word: str
    doing: tuple[str, str]


ISOLATION = Switch("isolation", "Isolate", "Unisolate", "isolated", "released", ("isolating", "releasing"))


@dataclass(frozen=True, slots=True)
class State:
    """What the actions of a machine say about a switch.

    Attributes:
        switch: Which state.
        on: True, False, or None when no action tells.
        scope: Scope of the action that turned it on (`Full`, `Selective`), else "".
        at: When that action ended.
        opening: An action of the switch that is still open, if any.
    """

    switch: Switch
    on: bool | None = None
    scope: str = ""
    at: datetime | None = None
    opening: MachineAction | None = None

    def text(self, now: datetime) -> str:
        """`isolated (action 14:02)`, `released (action 2026-11-20 09:14)`, `isolation unknown`; safe text."""
        if self.on is None:
            said = f"{self.switch.name} unknown"
        else:
            word = self.switch.on_word if self.on else self.switch.off_word
            scope = f" {self.scope}" if self.on and self.scope not in ("", "Full") else ""
            said = f"{word}{text.line(scope, 40) if scope else ''} (action {moment(self.at, now)})"
        if self.opening is not None:
            word = self.switch.doing[0 if same(self.opening.type, self.switch.on) else 1]
            said += f", {word} since {moment(when(self.opening.creation_date_time_utc), now)}"
        return said


def read(actions: Iterable[MachineAction], switch: Switch) -> State:
    """The state that the actions of one machine tell.

    Actions may finish out of order (gotchas 39), so the one that ended last decides, not the one that was asked last.
    """
    mine = [action for action in actions if same(action.type, switch.on) or same(action.type, switch.off)]
    opening = max((action for action in mine if action.open), key=_asked, default=None)
    last = max((action for action in mine if same(action.status, "Succeeded")), key=_ended, default=None)
    if last is None:
        return State(switch, opening=opening)
    on = same(last.type, switch.on)
    return State(switch, on, (last.scope or "") if on else "", _ended(last), opening)


def moment(at: datetime | None, now: datetime) -> str:
    """`14:02` today, `2026-11-20 14:02` on another day, always UTC; `-` when unknown."""
    if at is None or at == _NEVER:
        return "-"
    return at.astimezone(UTC).strftime("%H:%M" if at.astimezone(UTC).date() == now.date() else "%Y-%m-%d %H:%M")


def when(value: object) -> datetime | None:
    """A time of the wire."""
    return text.parse_time(value)


def same(left: str | None, right: str) -> bool:
    """Equal enum values; the service mixes cases (gotchas 29)."""
    return (left or "").casefold() == right.casefold()


def _asked(action: MachineAction) -> datetime:
    return when(action.creation_date_time_utc) or _NEVER


def _ended(action: MachineAction) -> datetime:
    return when(action.updated) or _asked(action)
