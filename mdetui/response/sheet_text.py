"""What stands on a sheet and in a job table, as lines of styled safe text. Screens lay them out, nothing more.

Style names are those of cells in `views`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mdetui import text
from mdetui.response import tiers
from mdetui.response.fields import ChoiceField
from mdetui.response.sheet import ACTION, Phase, Sheet
from mdetui.response.verdicts import Verdict, short_id

if TYPE_CHECKING:
    from mdetui.response.plan import Plan


class Piece(NamedTuple):
    """Safe text and the name of its style."""

    text: str
    style: str = "plain"


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as it is drawn.

    Attributes:
        label: Before it.
        value: Safe text in it.
        cursor: Cell of the cursor within the value, None when it is not the field with the focus.
        hint: Beside it: values to choose from, or that it is right.
        style: Of the hint.
    """

    label: str
    value: str
    cursor: int | None = None
    hint: str = ""
    style: str = "muted"


@dataclass(frozen=True, slots=True)
class SheetView:
    """Everything on the sheet, from the top.

    Attributes:
        head: Action and count.
        tenant: Tenant and cloud.
        who: Tenant, cloud and identity.
        what: What it does, what undoes it.
        targets: Every target with its facts and warnings; may need scrolling, always complete.
        notes: Cautions for all, and what dropped out.
        fields: What is typed or chosen.
        summary: How many are sent, what it costs.
        action: The action line.
        armed: Whether `!` counts now.
        message: What the last key came to; "".
    """

    head: str
    tenant: str
    who: str
    what: str
    targets: tuple[Line, ...]
    notes: tuple[Line, ...]
    fields: tuple[FieldView, ...]
    summary: str
    action: Line
    armed: bool
    message: str

    def lines(self) -> list[str]:
        """All of it as plain lines, for the command line and for tests."""
        flat = [f"{self.head}  {self.who}", self.what]
        flat += ["".join(piece.text for piece in line) for line in (*self.targets, *self.notes)]
        flat += [f"{field.label}  {field.value}  {field.hint}".rstrip() for field in self.fields]
        flat += [self.summary, "".join(piece.text for piece in self.action), self.message]
        return flat


def view(sheet: Sheet, at: float) -> SheetView:
    """The sheet as it stands at a moment.

    Args:
        sheet: The state machine.
        at: Now, on the clock of its keys.
    """
    plan = sheet.plan
    return SheetView(
        head(plan),
        tenant(plan),
        who(plan),
        f"{plan.action.describe(plan.options)} {plan.action.undo}",
        targets(plan),
        notes(plan),
        _fields(sheet),
        summary(plan),
        _action(sheet, at),
        sheet.armed(at),
        sheet.message,
    )


def head(plan: Plan) -> str:
    """`ISOLATE 1 machine`; protected machines are called so."""
    noun = {"machine": "machine", "alert": "alert", "action": "action"}[plan.action.kind]
    shown = len(plan.sent) if plan.checked else len(plan.verdicts)
    return f"{plan.action.title.upper()} {text.plural(shown, f'protected {noun}' if plan.protected else noun)}"


def tenant(plan: Plan) -> str:
    """`contoso (global)`, with the short name that a wide action asks for when it is another."""
    profile = plan.profile
    asked = plan.tier >= tiers.Tier.WIDE and profile.short_name != profile.name
    short = f", short name {text.line(profile.short_name, 40)}" if asked else ""
    return f"{text.line(profile.name)} ({profile.cloud}){short}"


def who(plan: Plan) -> str:
    """`contoso (global), as app mdetui-ir for j.ito@contoso.com`."""
    analyst = (
        f" for {text.line(plan.setting.analyst, 80)}" if plan.setting.analyst not in ("", plan.setting.who) else ""
    )
    return f"{tenant(plan)}, as {text.line(plan.setting.who, 100)}{analyst}"


def targets(plan: Plan) -> tuple[Line, ...]:
    """Every target in full: those that are sent first, then those that were struck out."""
    lines: list[Line] = []
    for verdict in (*plan.sent, *plan.struck):
        lines += _target(plan, verdict)
    return tuple(lines)


def notes(plan: Plan) -> tuple[Line, ...]:
    """Cautions for all targets, and the protected machines that dropped out."""
    lines: list[Line] = [(Piece("! ", "state.warn"), Piece(note)) for note in plan.notes]
    if plan.apart is not None:
        count = text.plural(len(plan.apart.sent), "protected machine")
        own = "its own" if len(plan.apart.sent) == 1 else "their own"
        lines.append((Piece(f"{count} left out, to be confirmed by name on a sheet of {own}:", "protected"),))
        lines += [
            (Piece(f"  {_name(verdict)}", "protected"), Piece(f"  {verdict.protected}", "muted"))
            for verdict in plan.apart.sent
        ]
    return tuple(lines)


def summary(plan: Plan) -> str:
    """`1 of 1 will be sent. 1 call. Our use: 4 of 100 calls this minute, about 2 s.`"""
    if not plan.checked:
        return "Checking: what they are now, what is open on them, who else has their names."
    return f"{len(plan.sent)} of {len(plan.verdicts)} will be sent. {plan.load.text()}"


def _target(plan: Plan, verdict: Verdict) -> list[Line]:
    name_style = "muted" if verdict.struck else "protected" if verdict.protected else "strong"
    first: list[Piece] = [Piece(_name(verdict), name_style)]
    if plan.action.kind == "action":
        first.insert(0, Piece(f"{text.line(verdict.target.name, 60)} on ", "plain"))
    first += [Piece(f"    {fact}", "plain") for fact in verdict.facts]
    second = [Piece(f"  id {text.line(verdict.target.id, 64)}", "muted")]
    if plan.action.kind == "action" and verdict.target.machine_id:
        # what is typed to confirm it is the machine's
        second.append(Piece(f"  machine id {text.line(verdict.target.machine_id, 64)}", "muted"))
    if verdict.state:
        second.append(Piece(f"  {verdict.state}", "plain"))
    if plan.checked and plan.action.kind != "alert":
        second.append(Piece(f"  open: {', '.join(verdict.open_actions) or 'none'}", "plain"))
    lines: list[Line] = [tuple(first), tuple(second)]
    if verdict.struck:
        lines.append((Piece(f"  Not sent: {verdict.struck}.", "state.warn"),))
        return lines
    if verdict.protected:
        lines.append((Piece(f"  Protected: {verdict.protected}.", "protected"),))
    lines += [(Piece("  ! ", "state.warn"), Piece(warning)) for warning in verdict.warnings]
    return lines


def _name(verdict: Verdict) -> str:
    return text.line(verdict.name or verdict.target.name or short_id(verdict.target.id), 200)


def _fields(sheet: Sheet) -> tuple[FieldView, ...]:
    made = []
    answers = {item.key: item for item in sheet.plan.items}
    for field in sheet.fields:
        focused = field.key == sheet.focus and sheet.phase is Phase.EDITING
        if isinstance(field, ChoiceField):
            others = " / ".join(value for value in field.values if value != field.value)
            hint = f"arrows: {others}" if others else ""
            made.append(FieldView(field.label, field.value or "choose", 0 if focused else None, hint))
            continue
        item = answers.get(field.key)
        right = item is not None and item.right(field.value)
        value = text.line(field.value) if field.value else ""
        made.append(
            FieldView(
                field.label,
                value,
                field.cursor if focused else None,
                "ok" if right else "",
                "state.good" if right else "muted",
            )
        )
    return tuple(made)


def _action(sheet: Sheet, at: float) -> Line:
    verb = sheet.plan.action.verb
    if sheet.phase is Phase.SENT:
        return (Piece("Sent.", "state.good"),)
    left = sheet.countdown(at)
    if left is not None:
        return (Piece(f"Sending in {left:.0f} s. esc stops it.", "state.warn"),)
    if sheet.phase is Phase.SETTLING:
        return (Piece("Sending ...", "state.warn"),)
    keys = f"! {verb}   d dry run"
    obstacles = sheet.obstacles()
    if obstacles:
        return (Piece(f"not armed: {obstacles[0]}   ", "state.warn"), Piece(keys, "muted"))
    if sheet.focus != ACTION:
        return (Piece("Tab to the action line   ", "plain"), Piece(keys, "muted"))
    if sheet.quiet(at):
        return (Piece("not armed: wait a moment   ", "state.warn"), Piece(keys, "muted"))
    wide = f" (then {tiers.COUNTDOWN:.0f} s in which esc stops)" if sheet.plan.tier >= tiers.Tier.WIDE else ""
    return (Piece("armed", "armed"), Piece("   "), Piece(keys + wide, "strong"))
