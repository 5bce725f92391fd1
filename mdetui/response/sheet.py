"""The confirmation sheet as a state machine: a screen forwards keys, pastes and ticks, and draws what it is told.

Nothing leaves by accident. `!` counts only on the action line, when the sheet was drawn, pre-flight is done, the lock is
open, everything typed is right, and no other key comes for 300 ms before it and for 300 ms after it. So a key that is
held, a burst, a paste without brackets or an arrow split into its bytes can't send: each of them has a neighbour.
A `!` that was refused is not followed by another for `HELD` seconds, because the first repeat of a held key comes late.

Times are seconds of a clock that never goes back: the time at which a key was read from the terminal, not handled.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from mdetui.clock import Clock
from mdetui.errors import MdetuiError, PlanError
from mdetui.response import tiers
from mdetui.response.fields import ChoiceField, Field, TextField
from mdetui.response.plan import Answers, Plan
from mdetui.response.requests import Options
from mdetui.response.tiers import Tier

# seconds without a key on both sides of `!`
QUIET = 0.3
# keyboards wait 0.25 to 1 s before the first repeat of a held key
HELD = 1.2
# seconds after which a check that failed is made again
RETRY = 10.0
# a tick that comes this much too late may have overtaken keys that wait to be handled
_LATE = 0.5

ACTION = "action"
REASON = "reason"


class Outcome(Enum):
    """What a key, paste or tick asks the screen to do."""

    NOTHING = auto()
    REDRAW = auto()
    LEAVE = auto()
    DRY = auto()
    SEND = auto()


class Phase(Enum):
    """Where the sheet stands."""

    EDITING = auto()
    SETTLING = auto()
    COUNTDOWN = auto()
    SENT = auto()


class Sheet:
    """One open sheet.

    Args:
        plan: What it confirms; may be unchecked at first.
        clock: Wall time, to tell how old pre-flight is.
        lock: What the lock says now: open, and what plans depend on (cap, analyst).
        replan: The same plan with other options under the guards of now.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        clock: Clock,
        lock: Callable[[], tuple[bool, object]],
        replan: Callable[[Plan, Options], Plan],
    ) -> None:
        self._clock = clock
        self._lock = lock
        self._replan = replan
        self._guards = lock()[1]
        self.plan = plan
        self.phase = Phase.EDITING
        self.message = ""
        self.trouble: MdetuiError | None = None
        self._fields: dict[str, Field] = {}
        self._typed: dict[str, TextField] = {REASON: TextField(REASON, plan.action.reason)}
        self.focus = REASON
        self._arrange()
        unchosen = [key for key, field in self._fields.items() if isinstance(field, ChoiceField) and not field.value]
        if unchosen:
            self.focus = unchosen[0]
        self.revision = 0
        self._drawn: float | None = None
        self._last_key = float("-inf")
        self._refused = float("-inf")
        self._until = 0.0
        self._at = 0.0
        self._ask_again: float | None = None

    # what it shows

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields in the order of the focus."""
        return tuple(self._fields.values())

    @property
    def answers(self) -> Answers:
        """What was typed."""
        return Answers(self._typed[REASON].value, {item.key: self._typed[item.key].value for item in self.plan.items})

    @property
    def locked(self) -> bool:
        """Whether the write lock is closed now."""
        return not self._lock()[0]

    def obstacles(self) -> tuple[str, ...]:
        """Why it can't be sent yet, for a person; empty when only time is missing."""
        if self.trouble is not None:
            return (f"the check failed: {self.trouble}",)
        problems = self.plan.problems(self.answers, self._clock.now())
        if self.locked:
            return ("the write lock is closed (:write 30m opens it); what you typed is kept", *problems)
        return problems

    def quiet(self, at: float) -> float:
        """Seconds until `!` counts, if no key comes; infinite while the sheet is not drawn."""
        if self._drawn is None:
            return float("inf")
        return max(0.0, self._last_key + QUIET - at, self._drawn + QUIET - at, self._refused + HELD - at)

    def armed(self, at: float) -> bool:
        """Whether `!` would be taken now."""
        return self.phase is Phase.EDITING and self.focus == ACTION and not self.obstacles() and not self.quiet(at)

    def countdown(self, at: float) -> float | None:
        """Seconds left in which esc stops; None when no countdown runs."""
        return max(0.0, self._until - at) if self.phase is Phase.COUNTDOWN else None

    @property
    def needs_check(self) -> bool:
        """Whether pre-flight should be read again: it got old, or it failed a while ago. The screen does it."""
        if self.phase is not Phase.EDITING:
            return False
        if self.trouble is not None:
            return self._ask_again is not None and self._at >= self._ask_again
        return self.plan.stale(self._clock.now())

    # what happens to it

    def drawn(self, revision: int, at: float) -> None:
        """The sheet stands on the screen as it was at that `revision`."""
        if self._drawn is None and revision == self.revision:
            self._drawn = at

    def disturbed(self) -> Outcome:
        """A resize, or something was in front of it: it must be drawn again before it can be armed."""
        self._outdated()
        return self._back("Not sent: the screen changed. Wait, then press ! again.")

    def replace(self, plan: Plan) -> Outcome:
        """Pre-flight is done (again): judge by it. What was typed is kept."""
        self.trouble = None
        self.plan = plan
        self._arrange()
        self._outdated()
        self._back("Not sent: the check changed. Look at it, then press ! again.")
        return Outcome.REDRAW

    def failed(self, error: MdetuiError) -> Outcome:
        """Pre-flight could not be read; it is asked for again after a while."""
        self.trouble = error
        self._ask_again = None
        self._back("Not sent: the check failed.")
        return Outcome.REDRAW

    def refused(self, error: MdetuiError) -> Outcome:
        """What was asked to be sent was refused on this host: nothing left, and the sheet goes on."""
        self.phase = Phase.EDITING
        self.message = f"Not sent: {error}"
        self._outdated()
        return Outcome.REDRAW

    def press(self, key: str, char: str | None, at: float) -> Outcome:
        """A key.

        Args:
            key: Its name, such as `tab`, `escape`, `left`, `a`, `exclamation_mark`.
            char: The character it types, None for others.
            at: When it was read from the terminal.
        """
        if self.phase is Phase.SENT:
            return Outcome.NOTHING
        calm = self.quiet(at)
        self._last_key = max(self._last_key, at)
        if self.phase is Phase.COUNTDOWN:
            return self._back("Stopped: nothing was sent.") if key == "escape" else Outcome.NOTHING
        if self.phase is Phase.SETTLING:
            self._refused = at
            return self._back("Not sent: another key came right after. Wait, then press ! again.")
        self.message = ""
        if key == "escape":
            return Outcome.LEAVE
        if key in ("tab", "enter") and not (key == "enter" and self.focus == ACTION):
            return self._move(1)
        if key == "shift+tab":
            return self._move(-1)
        if self.focus == ACTION:
            return self._on_action_line(char, calm, at)
        return self._in_field(self._fields[self.focus], key, char)

    def paste(self, pasted: str, at: float) -> Outcome:
        """A paste: text in a field, nothing on the action line."""
        if self.phase is Phase.SENT:
            return Outcome.NOTHING
        self._last_key = max(self._last_key, at)
        if self.phase is not Phase.EDITING:
            return self._back("Not sent: something was pasted.")
        field = self._fields.get(self.focus)
        if not isinstance(field, TextField):
            return Outcome.NOTHING
        field.insert(pasted)
        return Outcome.REDRAW

    def tick(self, at: float) -> Outcome:
        """Time passes; called a few times a second while the sheet is open. SEND comes from here and only once."""
        self._at = at
        if self.phase is Phase.EDITING:
            if self.trouble is not None and self._ask_again is None:
                self._ask_again = at + RETRY
            return self._follow_lock()
        if self.phase is Phase.SENT:
            return Outcome.NOTHING
        if self.obstacles():
            return self._back("Not sent: the write lock closed or the check grew old. What you typed is kept.")
        if at < self._until:
            return Outcome.REDRAW if self.phase is Phase.COUNTDOWN else Outcome.NOTHING
        if at > self._until + _LATE:
            # the program was busy: let the keys that wait be handled first
            self._until = at + QUIET
            return Outcome.NOTHING
        if self.phase is Phase.SETTLING and self.plan.tier >= Tier.WIDE:
            self.phase = Phase.COUNTDOWN
            self._until = at + tiers.COUNTDOWN
            return Outcome.REDRAW
        self.phase = Phase.SENT
        return Outcome.SEND

    # inside

    def _on_action_line(self, char: str | None, calm: float, at: float) -> Outcome:
        if char == "d" and self.plan.checked and self.plan.sent and not self._unchosen():
            return Outcome.DRY
        if char != "!":
            return Outcome.NOTHING
        obstacles = self.obstacles()
        if obstacles or calm:
            self._refused = at
            self.message = f"Not sent: {obstacles[0]}." if obstacles else "Not sent: too quick. Wait, then press !."
            return Outcome.REDRAW
        self.phase = Phase.SETTLING
        self._until = at + QUIET
        return Outcome.REDRAW

    def _in_field(self, field: Field, key: str, char: str | None) -> Outcome:
        if not field.press(key, char):
            return Outcome.NOTHING
        if isinstance(field, ChoiceField):
            self._choose(field)
        return Outcome.REDRAW

    def _choose(self, field: ChoiceField) -> None:
        """A choice changes what is judged, and may leave others without a valid value."""
        options = {**self.plan.options, field.key: field.value}
        for option in self.plan.action.options:
            allowed = option.allowed(options)
            if allowed and options[option.id] not in allowed:
                options[option.id] = ""
        self._adopt(options)

    def _adopt(self, options: Options) -> None:
        try:
            self.plan = self._replan(self.plan, options)
        except PlanError as error:
            self.message = str(error)
            return
        self._arrange()
        self._outdated()

    def _follow_lock(self) -> Outcome:
        guards = self._lock()[1]
        if guards == self._guards:
            return Outcome.NOTHING
        # another cap, another analyst
        self._guards = guards
        self._adopt(self.plan.options)
        return Outcome.REDRAW

    def _arrange(self) -> None:
        """Fields for the plan as it is now; typed text stays with its key."""
        options = self.plan.options
        fields: dict[str, Field] = {
            option.id: ChoiceField(option.id, option.label, option.allowed(options), options[option.id])
            for option in self.plan.action.options
            if not option.hidden
        }
        fields[REASON] = self._typed[REASON]
        for item in self.plan.items:
            field = self._typed.setdefault(item.key, TextField(item.key, item.label))
            field.label = item.label
            fields[item.key] = field
        self._fields = fields
        if self.focus != ACTION and self.focus not in fields:
            self.focus = REASON

    def _outdated(self) -> None:
        """What is on the screen is not what would be sent: draw first."""
        self._drawn = None
        self.revision += 1

    def _unchosen(self) -> bool:
        return any(isinstance(field, ChoiceField) and not field.value for field in self.fields)

    def _move(self, step: int) -> Outcome:
        stops = [*self._fields, ACTION]
        self.focus = stops[(stops.index(self.focus) + step) % len(stops)]
        return Outcome.REDRAW

    def _back(self, message: str) -> Outcome:
        """To editing, with everything typed in place."""
        if self.phase not in (Phase.SETTLING, Phase.COUNTDOWN):
            return Outcome.NOTHING
        self.phase = Phase.EDITING
        self.message = message
        return Outcome.REDRAW
