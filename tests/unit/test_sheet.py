"""The confirmation sheet: the deliberate path sends, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdetui.clock import Clock
from mdetui.errors import NetworkError, ReadOnly
from mdetui.response import catalogue, plan, sheet_text, targets
from mdetui.response.plan import Plan
from mdetui.response.requests import Options
from mdetui.response.sheet import ACTION, HELD, QUIET, REASON, Outcome, Phase, Sheet
from mdetui.response.tiers import Tier
from tests.clocks import HeldClock
from tests.unit import test_plan as plans


@dataclass
class Lock:
    """What the write lock says."""

    open: bool = True
    guards: tuple[Any, ...] = (25, "j.ito@contoso.com")

    def __call__(self) -> tuple[bool, object]:
        return self.open, self.guards


@dataclass
class Desk:
    """A sheet, the clock its keys are timed by, and what is needed around it."""

    sheet: Sheet
    lock: Lock
    at: float = 100.0
    seen: list[Outcome] = field(default_factory=list)

    def draw(self) -> None:
        self.sheet.drawn(self.sheet.revision, self.at)

    def press(self, key: str, char: str | None = None, after: float = 1.0) -> Outcome:
        self.at += after
        outcome = self.sheet.press(key, char, self.at)
        self.draw()
        self.seen.append(outcome)
        return outcome

    def type(self, text: str, after: float = 0.05) -> None:
        for char in text:
            self.press(char, char, after)

    def wait(self, seconds: float, step: float = 0.1) -> list[Outcome]:
        found = []
        for _ in range(round(seconds / step)):
            self.at += step
            found.append(self.sheet.tick(self.at))
        self.seen += found
        return found

    def to_action_line(self) -> None:
        while self.sheet.focus != ACTION:
            self.press("tab")

    @property
    def phase(self) -> Phase:
        return self.sheet.phase

    @property
    def sent(self) -> bool:
        return Outcome.SEND in self.seen


def open_sheet(made: Plan, *, lock: Lock | None = None, drawn: bool = True) -> Desk:
    held = lock or Lock()
    clock: Clock = HeldClock(plans.NOW)

    def replan(old: Plan, options: Options) -> Plan:
        cap, analyst = held.guards
        return plan.rebuilt(old, options, plans.setting(cap=cap, analyst=analyst))

    desk = Desk(Sheet(made, clock=clock, lock=held, replan=replan), held)
    if drawn:
        desk.draw()
    return desk


def isolate(count: int = 1) -> Desk:
    return open_sheet(plans.isolate([plans.machine(number) for number in range(1, count + 1)]))


def ready(count: int = 1) -> Desk:
    """Everything typed right, focus on the action line, quiet."""
    desk = isolate(count)
    desk.type("INC-2291 credential dumping")
    for item in desk.sheet.plan.items:
        desk.press("tab")
        desk.type(sorted(item.accepts)[0])
    desk.to_action_line()
    desk.at += 1.0
    return desk


# the deliberate path


def test_reason_name_tab_and_exclamation_mark_send() -> None:
    desk = isolate()
    assert desk.sheet.focus == REASON
    desk.type("INC-2291 credential dumping")
    desk.press("tab")
    desk.type("ws-1")
    desk.press("tab")
    assert desk.sheet.focus == ACTION
    assert desk.press("exclamation_mark", "!") is Outcome.REDRAW
    assert desk.phase.name == "SETTLING"
    assert Outcome.SEND in desk.wait(0.5)
    assert desk.phase.name == "SENT"
    answers = desk.sheet.answers
    assert answers.reason == "INC-2291 credential dumping"
    desk.sheet.plan.check(answers, plans.NOW)


def test_it_sends_once() -> None:
    desk = ready()
    desk.press("exclamation_mark", "!")
    desk.wait(5.0)
    for _ in range(10):
        desk.press("exclamation_mark", "!")
        desk.wait(1.0)
    assert desk.seen.count(Outcome.SEND) == 1
    assert desk.press("escape") is Outcome.NOTHING


def test_five_keys_and_what_is_typed() -> None:
    """B13: `a`, its letter, Tab, Tab, `!`."""
    desk = isolate()
    keys = 2
    desk.type("INC-2291")
    for _ in desk.sheet.plan.items:
        desk.press("tab")
        keys += 1
        desk.type("ws-1")
    desk.press("tab")
    desk.press("exclamation_mark", "!")
    keys += 2
    assert Outcome.SEND in desk.wait(1.0)
    assert keys <= 5


def test_enter_moves_on_and_never_confirms() -> None:
    desk = isolate()
    desk.type("INC-2291 credential dumping")
    assert desk.press("enter") is Outcome.REDRAW
    desk.type("ws-1")
    desk.press("enter")
    assert desk.sheet.focus == ACTION
    assert desk.sheet.armed(desk.at + 1)
    for _ in range(20):
        assert desk.press("enter") is Outcome.NOTHING
    desk.wait(2.0)
    assert not desk.sent
    assert desk.sheet.focus == ACTION


def test_tab_goes_round_and_back() -> None:
    desk = isolate()
    desk.press("shift+tab")
    assert desk.sheet.focus == "isolation_type"
    desk.press("shift+tab")
    assert desk.sheet.focus == ACTION
    desk.press("tab")
    assert desk.sheet.focus == "isolation_type"


# what does not send


@pytest.mark.parametrize("char", [chr(code) for code in range(33, 127) if chr(code) not in "!d"])
def test_any_other_character_does_nothing_on_the_action_line(char: str) -> None:
    desk = ready()
    assert desk.press(char, char) is Outcome.NOTHING
    desk.wait(4.0)
    assert (desk.sheet.phase, desk.sheet.focus) == (Phase.EDITING, ACTION)


def test_not_before_it_is_drawn() -> None:
    made = plans.isolate([plans.machine(1)], "machine.scan")
    desk = open_sheet(made, drawn=False)
    desk.sheet.press("tab", None, 1.0)
    assert desk.sheet.focus == ACTION
    assert desk.sheet.press("exclamation_mark", "!", 50.0) is Outcome.REDRAW
    assert desk.sheet.phase is Phase.EDITING
    desk.sheet.drawn(desk.sheet.revision, 60.0)
    assert not desk.sheet.armed(60.0 + QUIET - 0.01)
    assert desk.sheet.armed(60.0 + QUIET + 0.01)


def test_a_draw_of_an_older_state_does_not_count() -> None:
    desk = open_sheet(plans.isolate([plans.machine(1)], "machine.scan"), drawn=False)
    old = desk.sheet.revision
    desk.sheet.replace(plans.isolate([plans.machine(1)], "machine.scan"))
    desk.sheet.drawn(old, 1.0)
    assert desk.sheet.quiet(100.0) == float("inf")


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1, 0.29])
def test_too_soon_after_another_key(gap: float) -> None:
    desk = ready()
    desk.press("x", "x")
    desk.press("exclamation_mark", "!", after=gap)
    desk.wait(4.0)
    assert not desk.sent


@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1, 0.29])
@pytest.mark.parametrize("key", ["exclamation_mark", "x", "escape", "tab", "enter"])
def test_another_key_right_after_stops_it(key: str, gap: float) -> None:
    desk = ready()
    desk.press("exclamation_mark", "!")
    desk.press(key, "!" if key == "exclamation_mark" else "x" if key == "x" else None, after=gap)
    assert desk.sheet.phase is Phase.EDITING
    desk.wait(4.0)
    assert not desk.sent
    assert desk.sheet.answers.reason == "INC-2291 credential dumping"


@pytest.mark.parametrize("delay", [0.2, 0.25, 0.5, 0.66, 1.0])
@pytest.mark.parametrize("before", [0.0, 0.1, 0.25])
def test_a_held_exclamation_mark_that_began_too_soon_never_sends(delay: float, before: float) -> None:
    """A keyboard waits before the first repeat; that wait alone must not look like calm."""
    desk = ready()
    desk.press("tab")
    desk.to_action_line()
    desk.press("exclamation_mark", "!", after=before)
    desk.press("exclamation_mark", "!", after=delay)
    for _ in range(100):
        desk.press("exclamation_mark", "!", after=0.033)
        desk.sheet.tick(desk.at)
    assert not desk.sent
    assert desk.sheet.phase is Phase.EDITING


@pytest.mark.parametrize("key", ["tab", "enter", "shift+tab", "down", "space", "d", "i", "escape"])
def test_a_held_key_never_sends(key: str) -> None:
    desk = isolate()
    desk.type("INC-2291 credential dumping")
    for _ in range(300):
        desk.press(key, key if len(key) == 1 else None, after=0.033)
        desk.sheet.tick(desk.at)
    desk.wait(3.0)
    assert not desk.sent


def test_arrows_split_into_their_bytes_never_send() -> None:
    desk = ready()
    for last in "ABCDFHO":
        for key, char in (("escape", None), ("[", "["), (last, last)):
            desk.press(key, char, after=0.4)
    desk.wait(4.0)
    assert not desk.sent


def test_a_paste_on_the_action_line_is_ignored() -> None:
    desk = ready()
    for pasted in ("!", "!!!!", "\t!\n", "d"):
        desk.at += 1.0
        assert desk.sheet.paste(pasted, desk.at) is Outcome.NOTHING
    desk.wait(2.0)
    assert not desk.sent
    assert desk.sheet.focus == ACTION


def test_a_paste_right_after_stops_it() -> None:
    desk = ready()
    desk.press("exclamation_mark", "!")
    desk.sheet.paste("x", desk.at + 0.1)
    desk.wait(4.0)
    assert not desk.sent


def test_a_paste_into_a_field_is_one_safe_line() -> None:
    desk = isolate()
    desk.sheet.paste("INC-1\nline two\t\x1b[2J!\r\n", desk.at)
    assert desk.sheet.answers.reason == "INC-1 line two \\x1b[2J!"
    desk.wait(3.0)
    assert desk.sheet.focus == REASON
    assert not desk.sent


@pytest.mark.parametrize(
    ("reason", "name", "why"),
    [
        ("short", "ws-1", "Reason: 10 characters or a ticket"),
        ("", "ws-1", "Reason: 10 characters or a ticket"),
        ("INC-2291", "ws-2", "Type the name"),
        ("INC-2291", "", "Type the name"),
    ],
)
def test_not_while_something_typed_is_wrong(reason: str, name: str, why: str) -> None:
    desk = isolate()
    desk.type(reason)
    desk.press("tab")
    desk.type(name)
    desk.press("tab")
    desk.press("exclamation_mark", "!")
    desk.wait(4.0)
    assert not desk.sent
    assert desk.sheet.obstacles() == (why,)


# pre-flight


def unchecked() -> Desk:
    chosen = [targets.machine("contoso", plans.machine(1))]
    return open_sheet(plan.build(plans.setting(), catalogue.action("machine.isolate"), {}, chosen, None))


def test_typing_goes_on_while_it_is_being_checked_and_nothing_is_lost() -> None:
    desk = unchecked()
    desk.type("INC-2291 credential dumping")
    desk.press("tab")
    desk.type("ws-1")
    desk.press("tab")
    desk.press("exclamation_mark", "!")
    assert desk.sheet.message == "Not sent: still checking."
    twin = plans.machine(2, "ws-1")
    desk.sheet.replace(plans.isolate([plans.machine(1)], others=[twin]))
    assert desk.sheet.answers.reason == "INC-2291 credential dumping"
    # another machine of that name turned up: the id is wanted now, and the name is still there
    assert desk.sheet.obstacles() == ("Type the name and the first 4 of the id",)
    desk.draw()
    desk.press("shift+tab")
    desk.type(" 0001")
    desk.press("tab")
    desk.press("exclamation_mark", "!", after=HELD)
    desk.wait(1.0)
    assert desk.sent


def test_an_exclamation_mark_held_while_it_is_being_checked_never_sends() -> None:
    desk = unchecked()
    desk.type("INC-2291 credential dumping")
    desk.press("tab")
    desk.type("ws-1")
    desk.press("tab")
    desk.press("exclamation_mark", "!")
    desk.sheet.replace(plans.isolate([plans.machine(1)]))
    desk.draw()
    desk.press("exclamation_mark", "!", after=0.5)
    for _ in range(60):
        desk.press("exclamation_mark", "!", after=0.033)
        desk.sheet.tick(desk.at)
    assert not desk.sent
    assert desk.sheet.phase is Phase.EDITING


def test_a_new_check_must_be_looked_at_first() -> None:
    desk = ready()
    desk.press("exclamation_mark", "!")
    desk.sheet.replace(plans.isolate([plans.machine(1, device_value="High")]))
    assert desk.sheet.phase is Phase.EDITING
    assert "the check changed" in desk.sheet.message
    desk.wait(4.0)
    assert not desk.sent


def test_a_failed_check_is_said_and_does_not_arm() -> None:
    desk = ready()
    desk.sheet.failed(NetworkError("No answer came.", "Check the network."))
    desk.press("exclamation_mark", "!")
    desk.wait(4.0)
    assert not desk.sent
    assert "the check failed: No answer came." in desk.sheet.obstacles()[0]


def test_a_failed_check_is_asked_for_again_after_a_while() -> None:
    desk = ready()
    desk.sheet.failed(NetworkError("No answer came."))
    assert not desk.sheet.needs_check
    desk.wait(9.0)
    assert not desk.sheet.needs_check
    desk.wait(2.0)
    assert desk.sheet.needs_check
    desk.sheet.replace(plans.isolate([plans.machine(1)]))
    assert not desk.sheet.needs_check
    assert desk.sheet.obstacles() == ()


def test_what_the_desk_refuses_leaves_the_sheet_open() -> None:
    desk = ready()
    desk.press("exclamation_mark", "!")
    desk.wait(1.0)
    assert desk.phase.name == "SENT"
    desk.sheet.refused(ReadOnly("The tenant is read-only now."))
    assert desk.sheet.message == "Not sent: The tenant is read-only now."
    assert not desk.sheet.armed(desk.at + 10), "it must be drawn first"
    assert desk.sheet.answers.reason == "INC-2291 credential dumping"


def test_an_old_check_asks_to_be_made_again() -> None:
    desk = ready()
    assert not desk.sheet.needs_check
    clock = desk.sheet._clock
    assert isinstance(clock, HeldClock)
    clock.advance(minutes=6)
    assert desk.sheet.needs_check
    desk.press("exclamation_mark", "!")
    desk.wait(4.0)
    assert not desk.sent


# resize, refresh, lock


@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.parametrize("when", [0.0, 0.1, 0.2])
def test_a_resize_sends_nothing_and_loses_nothing(count: int, when: float) -> None:
    desk = ready(count)
    before = desk.sheet.answers
    desk.press("exclamation_mark", "!")
    desk.at += when
    desk.sheet.disturbed()
    desk.wait(5.0)
    assert not desk.sent
    assert desk.sheet.answers == before
    assert desk.sheet.focus == ACTION
    desk.draw()
    desk.at += QUIET
    assert desk.sheet.armed(desk.at)


@pytest.mark.parametrize("count", [1, 6])
def test_the_locks_end_sends_nothing_and_loses_nothing(count: int) -> None:
    desk = ready(count)
    before = desk.sheet.answers
    desk.press("exclamation_mark", "!")
    desk.lock.open = False
    desk.wait(5.0)
    assert not desk.sent
    assert desk.sheet.answers == before
    assert "write lock is closed" in desk.sheet.obstacles()[0]
    desk.lock.open = True
    desk.draw()
    desk.at += QUIET
    assert desk.sheet.armed(desk.at)
    desk.press("exclamation_mark", "!")
    desk.wait(5.0)
    assert desk.sent


def test_a_lock_opened_with_another_cap_and_name_is_followed() -> None:
    made = plans.isolate([plans.machine(number) for number in range(26)])
    desk = open_sheet(made)
    assert desk.sheet.obstacles()[0].startswith("26 machines and the cap is 25")
    desk.lock.guards = (100, "k.b@contoso.com")
    assert desk.sheet.tick(desk.at) is Outcome.REDRAW
    assert desk.sheet.plan.refusal == ""
    assert desk.sheet.plan.setting.analyst == "k.b@contoso.com"


# the wide tier


def test_a_wide_action_counts_down_and_sends() -> None:
    desk = ready(6)
    desk.press("exclamation_mark", "!")
    desk.wait(QUIET + 0.1)
    assert desk.sheet.phase is Phase.COUNTDOWN
    assert desk.sheet.countdown(desk.at) == pytest.approx(3.0, abs=0.2)
    assert Outcome.SEND not in desk.wait(2.5)
    assert Outcome.SEND in desk.wait(1.0)


def test_esc_stops_the_countdown_and_keeps_the_sheet() -> None:
    desk = ready(6)
    before = desk.sheet.answers
    desk.press("exclamation_mark", "!")
    desk.wait(1.0)
    assert desk.press("escape") is Outcome.REDRAW
    desk.wait(5.0)
    assert not desk.sent
    assert desk.sheet.answers == before
    assert desk.sheet.message == "Stopped: nothing was sent."


def test_a_late_tick_lets_waiting_keys_go_first() -> None:
    desk = ready(6)
    desk.press("exclamation_mark", "!")
    desk.wait(QUIET + 0.1)
    desk.at += 10.0
    assert desk.sheet.tick(desk.at) is Outcome.NOTHING
    desk.press("escape", after=0.0)
    desk.wait(5.0)
    assert not desk.sent


def test_d_is_a_dry_run_and_esc_leaves() -> None:
    desk = ready()
    assert desk.press("d", "d") is Outcome.DRY
    assert desk.press("escape") is Outcome.LEAVE
    assert not desk.sent
    assert open_sheet(desk.sheet.plan).press("d", "d") is Outcome.REDRAW, "in a field it is a letter"


# choices


def triage(action: str = "alert.classify") -> Desk:
    return open_sheet(plans.triage(action, [plans.alert(1)], {}))


def test_a_choice_narrows_the_next_one() -> None:
    desk = triage()
    assert desk.sheet.focus == "classification"
    desk.press("f", "f")
    assert desk.sheet.plan.options["classification"] == "FalsePositive"
    desk.press("tab")
    desk.press("c", "c")
    assert desk.sheet.plan.options["determination"] == "Clean"
    desk.press("shift+tab")
    desk.press("t", "t")
    # Clean is not a determination of TruePositive: it must be chosen again
    assert desk.sheet.plan.options["determination"] == ""
    assert desk.sheet.obstacles() == ("Determination: choose one",)


def test_a_choice_is_judged_again() -> None:
    one = plans.machine(1, os_platform="Ubuntu")
    desk = open_sheet(plans.isolate([one]))
    desk.press("shift+tab")
    desk.press("right")
    assert desk.sheet.plan.options == {"isolation_type": "Selective"}
    assert "not documented for Ubuntu" in desk.sheet.plan.sent[0].warnings[0]


def test_a_mild_triage_takes_few_keys() -> None:
    desk = triage("alert.status")
    desk.press("r", "r")
    desk.to_action_line()
    desk.press("exclamation_mark", "!")
    desk.wait(1.0)
    assert desk.sent
    assert desk.sheet.plan.options == {"status": "Resolved"}


# what is drawn


def test_the_sheet_shows_everything_once_and_safely() -> None:
    machines = [plans.machine(1, "ws\x1b]0;x\x07\u202e1"), plans.machine(2, "dc-01"), plans.machine(3)]
    made = plans.isolate(machines, actions=[plans.done("Isolate", machines[2].id, 28)])
    desk = open_sheet(made)
    lines = sheet_text.view(desk.sheet, desk.at).lines()
    text = "\n".join(lines)
    assert "ISOLATE 1 machine" in lines[0]
    assert "contoso (global), as app mdetui-ir for j.ito@contoso.com" in lines[0]
    assert "Undo: release." in lines[1]
    for one in machines[:1] + machines[2:]:
        assert text.count(f"id {one.id}") == 1
    assert "Not sent: already isolated (action 14:02)." in text
    assert "1 protected machine left out" in text
    assert "dc-01  name matches dc-*" in text
    assert all(line.isprintable() for line in lines)
    assert "1 of 2 will be sent." in text


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda desk: None, "not armed: Reason: 10 characters or a ticket"),
        (lambda desk: setattr(desk.lock, "open", False), "not armed: the write lock is closed"),
    ],
)
def test_the_action_line_says_what_is_missing(prepare: Callable[[Desk], None], says: str) -> None:
    desk = isolate()
    prepare(desk)
    shown = sheet_text.view(desk.sheet, desk.at)
    assert "".join(piece.text for piece in shown.action).startswith(says)
    assert not shown.armed


def test_the_action_line_of_an_armed_sheet() -> None:
    desk = ready()
    shown = sheet_text.view(desk.sheet, desk.at)
    assert shown.armed
    assert shown.action[0].text.startswith("armed")
    assert shown.action[2].text.startswith("! isolate   d dry run")


def test_a_wide_sheet_shows_the_short_name_that_it_asks_for() -> None:
    wide = plans.isolate([plans.machine(n) for n in range(6)])
    assert wide.tier is Tier.WIDE
    assert wide.profile.short_name == "con"
    assert sheet_text.tenant(wide) == "contoso (global), short name con"
    assert sheet_text.tenant(plans.isolate([plans.machine(1)])) == "contoso (global)"


def test_the_sheet_that_cancels_shows_the_machine_id_whose_start_is_typed() -> None:
    found, where = plans.done("Isolate", plans.machine(1).id, 3, "Pending"), plans.machine(1)
    twin = plans.machine(2, where.computer_dns_name or "")
    read = replace(plans.readings([where], others=[twin]), cancelling={found.id: found})
    target = targets.action("contoso", found)
    made = plan.build(plans.setting(), catalogue.action("machine.cancel"), {}, [target], read)
    (item,) = made.items
    assert "first" in item.label
    shown = "\n".join("".join(piece.text for piece in line) for line in sheet_text.targets(made))
    assert f"machine id {where.id}" in shown
    assert any(where.id[:4] in answer for answer in item.accepts), item.accepts


# any keys at all

_KEYS = st.sampled_from(
    [
        ("exclamation_mark", "!"), ("exclamation_mark", "!"), ("tab", None), ("shift+tab", None), ("enter", None),
        ("escape", None), ("d", "d"), ("x", "x"), ("space", " "), ("left", None), ("right", None), ("[", "["),
        ("A", "A"), ("backspace", None), ("O", "O"),
    ]
)  # fmt: skip
_EVENTS = st.one_of(
    st.tuples(st.just("key"), _KEYS),
    st.tuples(st.just("paste"), st.sampled_from(["!", "\t\t!\n", "ws-1", "INC-1"])),
    st.tuples(st.sampled_from(["resize", "draw", "lock", "unlock", "check"]), st.none()),
)


@settings(max_examples=300, deadline=None)
@given(
    events=st.lists(st.tuples(_EVENTS, st.floats(0.0, QUIET - 0.001)), max_size=60),
    filled=st.booleans(),
    count=st.sampled_from([1, 3, 6]),
)
def test_no_burst_of_any_kind_ever_sends(events: list[tuple[tuple[str, Any], float]], filled: bool, count: int) -> None:
    """Keys and pastes with less than 300 ms between any two send nothing, even on a sheet that is ready."""
    desk = ready(count) if filled else isolate(count)
    desk.sheet.press("x", "x", desk.at)
    for event, gap in events:
        _happen(desk, event, gap if event[0] in ("key", "paste") else 0.0)
        assert not desk.sent
    assert desk.sheet.phase is not Phase.SENT


@settings(max_examples=400, deadline=None)
@given(
    events=st.lists(st.tuples(_EVENTS, st.sampled_from([0.01, 0.1, 0.31, 0.5, 1.3, 4.0])), max_size=40),
    filled=st.booleans(),
    count=st.sampled_from([1, 6]),
)
def test_what_sends_was_always_the_deliberate_path(
    events: list[tuple[tuple[str, Any], float]], filled: bool, count: int
) -> None:
    """An independent look at the same events: calm before `!`, calm after it, drawn, open, on the action line."""
    desk = ready(count) if filled else isolate(count)
    log: list[tuple[str, Any, float]] = [("key", ("tab", None), desk.at - 1.0)]
    for event, gap in events:
        if not _happen(desk, event, gap):
            break
        log.append((*event, desk.at))
    desk.wait(5.0)
    if not desk.sent:
        return
    keys = [(kind, what, at) for kind, what, at in log if kind in ("key", "paste")]
    times = [at for _, _, at in keys]

    def deliberate(number: int) -> bool:
        """A `!` with calm on both sides, and nothing after it that stops what it began."""
        kind, what, pressed = keys[number]
        if kind != "key" or what[1] != "!" or (number and pressed - times[number - 1] < QUIET - 1e-9):
            return False
        calm_after = number + 1 == len(keys) or times[number + 1] - pressed >= QUIET - 1e-9
        later = [what for kind, what, at in log if at >= pressed and kind == "key"]
        return (
            calm_after
            and not any(kind == "resize" and at >= pressed for kind, _, at in log)
            and not any(what[0] == "escape" for what in later)
        )

    assert any(deliberate(number) for number in range(len(keys)))
    assert desk.lock.open
    assert desk.sheet.focus == ACTION
    assert desk.sheet.plan.problems(desk.sheet.answers, plans.NOW) == ()


def _happen(desk: Desk, event: tuple[str, Any], gap: float) -> bool:
    """Let an event come after a gap; False when it was sent before it came."""
    kind, what = event
    # time does not jump: the screen ticks ten times a second
    while gap > 0.1:
        desk.at += 0.1
        gap -= 0.1
        desk.seen.append(desk.sheet.tick(desk.at))
    if desk.sent:
        return False
    if kind == "key":
        desk.at += gap
        desk.seen.append(desk.sheet.press(what[0], what[1], desk.at))
    elif kind == "paste":
        desk.at += gap
        desk.seen.append(desk.sheet.paste(what, desk.at))
    elif kind == "resize":
        desk.sheet.disturbed()
    elif kind == "draw":
        desk.draw()
    elif kind in ("lock", "unlock"):
        desk.lock.open = kind == "unlock"
    else:
        desk.sheet.replace(plan.rebuilt(desk.sheet.plan, desk.sheet.plan.options, plans.setting()))
        desk.draw()
    desk.seen.append(desk.sheet.tick(desk.at))
    return True


def test_the_property_can_fail() -> None:
    """The same walk does send when the gaps are those of a person."""
    desk = ready(1)
    _happen(desk, ("key", ("exclamation_mark", "!")), 1.0)
    _happen(desk, ("draw", None), 1.0)
    assert desk.sent


def test_time_since_the_check_counts_by_the_wall_clock() -> None:
    made = plans.isolate([plans.machine(1)])
    assert not made.stale(plans.NOW + timedelta(seconds=300))
    assert made.stale(plans.NOW + timedelta(seconds=301))
