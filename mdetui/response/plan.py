"""A plan: what will be done to whom, frozen. What it shows is what is typed for, sent and recorded.

A plan is made twice: at once, from what is known here (`checked` is False, it can't be sent), and again when pre-flight
was read. `requests` is the only source of what is sent; a dry run and the ledger show the same objects.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mdetui import text
from mdetui.api.endpoints import FAMILIES, operation
from mdetui.config import Profile
from mdetui.errors import GuardRefused, PlanError
from mdetui.response import tiers, verdicts
from mdetui.response.catalogue import ActionSpec
from mdetui.response.preflight import CHUNK, Readings
from mdetui.response.protected import Protection
from mdetui.response.requests import ALERT_CHUNK, Draft, Options, Request, comment_text
from mdetui.response.targets import AlertValues, Target
from mdetui.response.tiers import Tier, TypedItem
from mdetui.response.verdicts import Verdict

# seconds for which pre-flight is believed while the sheet is open
FRESH = 300.0
# seconds per call, two in flight
_PER_CALL = 0.5


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person typed.

    Attributes:
        reason: The reason field as typed; a ticket may stand first.
        typed: Typed items by key.
        at_most: Without a terminal nothing can be typed: the number of targets the caller allows instead.
    """

    reason: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What sending costs.

    Attributes:
        calls: Calls to be made, the reading back included.
        used: Our calls of the family in the last minute.
        limit: Calls of the family a minute.
        seconds: How long it takes, about.
    """

    calls: int
    used: int
    limit: int
    seconds: float

    def text(self) -> str:
        """`Our use: 4 of 100 calls this minute, about 2 s.`"""
        unit = f"{self.seconds:.0f} s" if self.seconds < 120 else f"{self.seconds / 60:.0f} min"
        calls = text.plural(self.calls, "call")
        return f"{calls}. Our use: {self.used} of {self.limit} calls this minute, about {unit}."


@dataclass(frozen=True, slots=True)
class Setting:
    """What a plan is made in: tenant, person, guards.

    Attributes:
        profile: The tenant.
        who: Who is signed in, for the sheet.
        analyst: Whose name stands in the comment; "" when nobody said.
        missing: Permission that is not seen in the token: its name, `unknown`, or None.
        cap: Most machines of one job.
        allowed: Actions of the last tier that the configuration allows.
        protection: The rules of protected machines.
        use: Family to our calls in the last minute and hour.
    """

    profile: Profile
    who: str
    analyst: str
    missing: str | None
    cap: int
    protection: Protection
    use: Callable[[str], tuple[int, int]]
    allowed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What will be done.

    Attributes:
        token: Names this plan; one plan starts one job.
        setting: Tenant, person, guards.
        action: What.
        options: How.
        targets: Everything that was chosen, frozen.
        verdicts: Those of this job: sent and struck.
        apart: The plan of the protected machines that dropped out, or None.
        protected: Whether this is such a plan.
        tier: How far it reaches.
        items: What must be typed.
        restore: Alert values to be set again, by alert id.
        readings: What pre-flight read; None before it did.
        load: What it costs.
        notes: Cautions for all of it.
        refusal: Why it can't be sent whatever is typed; "".
    """

    token: str
    setting: Setting
    action: ActionSpec
    options: Options
    targets: tuple[Target, ...]
    verdicts: tuple[Verdict, ...]
    apart: Plan | None
    protected: bool
    tier: Tier
    items: tuple[TypedItem, ...]
    restore: Mapping[str, AlertValues]
    readings: Readings | None
    load: Load
    notes: tuple[str, ...]
    refusal: str

    @property
    def profile(self) -> Profile:
        """The tenant."""
        return self.setting.profile

    @property
    def checked(self) -> bool:
        """Whether pre-flight was read."""
        return self.readings is not None

    @property
    def sent(self) -> tuple[Verdict, ...]:
        """What is going to be sent."""
        return tuple(verdict for verdict in self.verdicts if verdict.sent)

    @property
    def struck(self) -> tuple[Verdict, ...]:
        """What was struck out, with the reason."""
        return tuple(verdict for verdict in self.verdicts if not verdict.sent)

    def stale(self, now: datetime) -> bool:
        """Whether pre-flight is too old to be believed."""
        return self.readings is not None and (now - self.readings.at).total_seconds() > FRESH

    def problems(self, answers: Answers, now: datetime) -> tuple[str, ...]:
        """What is still missing before it may be sent; empty when nothing is. The lock is not asked here."""
        if self.refusal:
            return (self.refusal,)
        if self.readings is None:
            return ("still checking",)
        if self.stale(now):
            return ("the check is too old and runs again",)
        if not self.sent:
            return ("nothing is left to send",)
        missing = [f"{option.label}: choose one" for option in self.action.options if not self.options.get(option.id)]
        if problem := tiers.reason_problem(self.action, self.tier, answers.reason):
            missing.append(problem)
        if answers.at_most is not None:
            return (*missing, *self._unattended(answers.at_most))
        missing += [item.label for item in self.items if not item.right(answers.typed.get(item.key, ""))]
        return tuple(missing)

    def check(self, answers: Answers, now: datetime) -> None:
        """The guard before sending, the same for screens and for the command line.

        Raises:
            GuardRefused: Something is missing; says what.
        """
        if problems := self.problems(answers, now):
            raise GuardRefused(f"Nothing was sent: {'; '.join(problems)}.", "Answer that and send again.")

    def requests(self, answers: Answers, new_id: Callable[[], str]) -> tuple[Request, ...]:
        """Exactly what is sent: operation, path and body of every call. Call once per plan."""
        ticket, words = tiers.split_reason(answers.reason)
        reason = words or ("" if ticket else self.action.verb)
        analyst = text.line(self.setting.analyst, 100)
        return self.action.make(
            Draft(
                tuple(verdict.target for verdict in self.sent),
                self.options,
                {verdict.target.id: verdict.old for verdict in self.sent if verdict.old is not None},
                self.restore,
                lambda entry: comment_text(ticket, reason, analyst, entry),
                new_id,
            )
        )

    def _unattended(self, at_most: int) -> tuple[str, ...]:
        if len(self.sent) > at_most:
            return (f"{len(self.sent)} targets, and at most {at_most} were allowed",)
        if self.protected:
            return ("protected machines need a person who types their names",)
        return ()


def build(
    setting: Setting,
    spec: ActionSpec,
    options: Options,
    targets: Sequence[Target],
    readings: Readings | None,
    restore: Mapping[str, AlertValues] | None = None,
) -> Plan:
    """Make a plan.

    Args:
        setting: Tenant, person, guards.
        spec: The action.
        options: Options by id; missing ones take their defaults.
        targets: As chosen, of one tenant and kind.
        readings: What pre-flight read; None for a first sheet at once.
        restore: Alert values to set again, for an undo.

    Raises:
        PlanError: Targets of another tenant or kind, or an option value that the API does not take.
    """
    chosen = _options(spec, options)
    if any(target.profile != setting.profile.name or target.kind != spec.kind for target in targets):
        raise PlanError(f"{spec.title}: these targets are not of this tenant or kind.", "Choose them again.")
    back = dict(restore or {})
    if readings is None:
        judged = verdicts.unread(targets, setting.protection)
    else:
        judged = verdicts.judge(spec, _complete(spec, chosen), targets, readings, setting.protection, back)
    return _assemble(setting, spec, chosen, tuple(targets), judged, readings, back)


def rebuilt(plan: Plan, options: Options, setting: Setting) -> Plan:
    """The same plan with other options or guards, judged again from what was read; the service is not asked.

    Raises:
        PlanError: An option value that the API does not take.
    """
    return build(setting, plan.action, options, plan.targets, plan.readings, plan.restore)


def _assemble(
    setting: Setting,
    spec: ActionSpec,
    options: Options,
    targets: tuple[Target, ...],
    judged: tuple[Verdict, ...],
    readings: Readings | None,
    restore: Mapping[str, AlertValues],
) -> Plan:
    going = [verdict for verdict in judged if verdict.sent]
    guarded = [verdict for verdict in going if verdict.protected]
    whole = _plan(setting, spec, options, targets, judged, readings, restore, len(going), protected=False)
    if not guarded:
        return whole
    if len(guarded) == len(going):
        # nothing else is left, so this is their sheet already
        return _plan(setting, spec, options, targets, judged, readings, restore, len(going), protected=True)
    alone = tuple(verdict.target for verdict in guarded)
    apart = _plan(setting, spec, options, alone, tuple(guarded), readings, restore, len(guarded), protected=True)
    rest = tuple(verdict for verdict in judged if verdict not in guarded)
    plan = _plan(setting, spec, options, targets, rest, readings, restore, len(going), protected=False)
    return replace(plan, apart=apart)


def _plan(
    setting: Setting,
    spec: ActionSpec,
    options: Options,
    targets: tuple[Target, ...],
    judged: tuple[Verdict, ...],
    readings: Readings | None,
    restore: Mapping[str, AlertValues],
    count: int,
    *,
    protected: bool,
) -> Plan:
    sent = tuple(verdict for verdict in judged if verdict.sent)
    tier = tiers.tier_of(spec, count, [verdict.severity for verdict in sent])
    return Plan(
        token=secrets.token_hex(8),
        setting=setting,
        action=spec,
        options=options,
        targets=targets,
        verdicts=judged,
        apart=None,
        protected=protected,
        tier=tier,
        items=tiers.items(spec, tier, sent, protected=protected, tenant=setting.profile.short_name),
        restore=restore,
        readings=readings,
        load=_load(setting, spec, len(sent)),
        notes=_notes(setting, spec, options, sent),
        refusal=_refusal(setting, spec, tier, len(sent)),
    )


def _options(spec: ActionSpec, options: Options) -> dict[str, str]:
    chosen = {**spec.defaults(), **options}
    if unknown := set(chosen) - {option.id for option in spec.options}:
        raise PlanError(f"{spec.title} has no option {sorted(unknown)[0]}.", "Leave it out.")
    for option in spec.options:
        allowed = option.allowed(chosen)
        if allowed and chosen[option.id] and chosen[option.id] not in allowed:
            raise PlanError(
                f"{option.label} can't be {text.line(chosen[option.id], 60)} here.", f"Allowed: {', '.join(allowed)}."
            )
    return chosen


def _complete(spec: ActionSpec, options: Options) -> Options:
    """Options for judging: what is not chosen yet stands for itself, so nothing counts as being so already."""
    return {**options, **{option.id: options[option.id] or "\0" for option in spec.options}}


def _notes(setting: Setting, spec: ActionSpec, options: Options, sent: Sequence[Verdict]) -> tuple[str, ...]:
    notes = [spec.caution(options)] if sent and spec.caution(options) else []
    if setting.missing == "unknown":
        notes.append("The permissions of this sign-in can't be seen: Defender may refuse it.")
    elif setting.missing:
        notes.append(f"This sign-in does not show {setting.missing}: Defender will most likely refuse it.")
    return tuple(notes)


def _refusal(setting: Setting, spec: ActionSpec, tier: Tier, count: int) -> str:
    if tier is Tier.OFF and spec.id not in setting.allowed:
        return f"{spec.title} is off: the configuration does not allow it"
    if not setting.analyst:
        return "who you are is not known: set analyst in the profile or give your name with :write"
    if spec.kind != "alert" and count > setting.cap:
        return f"{count} machines and the cap is {setting.cap}: :write 30m max={count} raises it"
    return ""


def _load(setting: Setting, spec: ActionSpec, count: int) -> Load:
    if spec.kind != "alert":
        calls, op = count, operation(spec.ops[0])
    else:
        # read again before, and read back after a batch
        op = operation(spec.ops[0] if count == 1 else spec.ops[-1])
        calls = 2 if count == 1 else math.ceil(count / ALERT_CHUNK) + 2 * math.ceil(count / CHUNK)
    family = FAMILIES[op.family]
    limit = family.minute or 1
    used = setting.use(op.family)[0]
    counted = calls if op.family == "default" else math.ceil(count / ALERT_CHUNK)
    waits = max(0, math.ceil((used + counted - limit) / limit))
    return Load(calls, used, limit, max(1.0, calls * _PER_CALL) + 60.0 * waits)
