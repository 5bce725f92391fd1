"""WizardScreen: a profile typed in, or changed, and written into the configuration file. It forwards keys and draws.

What the form asks, keeps and finds wrong is `views.profile_form`; how a file is written is `config_edit`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events
from textual.app import ComposeResult
from textual.message import Message

from mdetui import config_edit, text
from mdetui.config import METHOD_TABLE, Profile
from mdetui.errors import ConfigError
from mdetui.keys import context
from mdetui.response.fields import ChoiceField, TextField
from mdetui.screens import work
from mdetui.screens.in_order import KeyScreen
from mdetui.threads import in_daemon
from mdetui.views.base import BLANK, Cell, Line
from mdetui.views.profile_fields import MORE, SAVE, SPECS
from mdetui.views.profile_form import ProfileForm, short
from mdetui.widgets.bindings import bindings
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.lines import LinesView, wrap
from mdetui.widgets.one_line import OneLine

# seconds after a key in which the next is the same one held, or was meant for what stood here before
HELD = 0.3
# columns of a label, and of a label and the mark before it
_LABEL, _BESIDE = 15, 17
# rows that the fields have in any case, and characters of values that are shown side by side
_LEAST, _ALL = 4, 30
# what stands between the name and the @ of an address
_PASSWORD = re.compile(r"(?<=://)([^/@\s]*?:)([^@\s]+)(?=@)")


class WizardScreen(KeyScreen):
    """A form for one profile. Nothing is written before `save`, and then once.

    Args:
        config_file: The configuration file; it and its folder are made when they are missing.
        done: Called once with the profile as the program will see it, when it is written and the form is gone.
        profile: The profile to change; None makes a new one.
    """

    BINDINGS = bindings("wizard")
    DEFAULT_CSS = """
    WizardScreen { layout: vertical; background: $background; }
    WizardScreen > #top { background: $panel; }
    WizardScreen > #fields { height: 1fr; }
    WizardScreen > #help { height: 1fr; }
    """

    class Written(Message):
        """The profile is in the file, or it is not."""

        def __init__(self, profile: Profile | None, error: ConfigError | None) -> None:
            super().__init__()
            self.profile = profile
            self.error = error

    def __init__(self, config_file: Path, done: Callable[[Profile], None], profile: Profile | None = None) -> None:
        super().__init__()
        self.form = ProfileForm(config_file, profile)
        self._done = done
        self._saving = False
        self._written: Profile | None = None
        self._left = False
        self._enter = self._key = 0.0

    def compose(self) -> ComposeResult:
        """Head, fields, what is to be said about one of them, keys."""
        yield OneLine(id="top")
        for lines in (LinesView(id="fields"), LinesView(id="help", rule="above")):
            lines.can_focus = False
            yield lines
        yield BottomLine()

    def on_mount(self) -> None:
        """Draw."""
        self.query_one(BottomLine).show_keys(context("wizard"))
        self.draw()

    def on_resize(self) -> None:
        """Lines break elsewhere."""
        if self.is_mounted:
            self.draw()

    # keys

    def key_came(self) -> None:
        """Whoever types is not done with this screen yet."""
        self._key = time.monotonic()

    async def take_key(self, event: events.Key) -> None:
        """A key for the field with the focus; while it is written it is too late for that."""
        if not self._saving:
            self.form.press(event.key, event.character)
            self.draw()

    def take_paste(self, event: events.Paste) -> None:
        """A paste is text for a field, never a key."""
        if not self._saving:
            self.form.paste(event.text)
            self.draw()

    def action_step(self, by: int) -> None:
        """Another field, over the ends."""
        self.form.step(by)
        self.draw()

    def action_move(self, by: int) -> None:
        """Another field, up to the ends."""
        self.form.move(by)
        self.draw()

    def action_more(self) -> None:
        """Show what is seldom needed, or hide it."""
        self.form.toggle()
        self.draw()

    def action_enter(self) -> None:
        """The next field; what a line does on the last two."""
        before, self._enter = self._enter, time.monotonic()
        if self.form.focus == MORE:
            self.action_more()
        elif self.form.focus != SAVE:
            self.action_move(1)
        elif self._enter - before >= HELD:
            self.action_save()
        elif not self._saving:
            # Enter held on its way through the fields
            self.form.message = "Enter was held: press it once more to save."
            self.draw()

    def action_leave(self) -> None:
        """Leave; asked once when something was typed."""
        if self._written is not None:
            self._finish(self._written)
            return
        under_way = "It is being written: esc again leaves, and it may be in the file." if self._saving else ""
        if self.form.leave(under_way):
            self.leave()
        else:
            self.draw()

    def action_nothing(self) -> None:
        """A key that quits other programs."""

    def leave(self) -> None:
        """Back to where it was opened."""
        if not self._left:
            self._left = True
            self.app.pop_screen()

    # writing

    def action_save(self) -> None:
        """Write it, if all of it is right; once."""
        if self._saving or self._left:
            return
        if self.form.ready():
            self._saving = True
            work.start(self, self._save, self.form.profile, group="save")
        self.draw()

    async def _save(self, profile: Profile) -> None:
        def write() -> Profile:
            return config_edit.add_profile(self.form.file, profile, replace=self.form.editing)

        try:
            written = await in_daemon(write, name="save profile")
        except ConfigError as error:
            self.post_message(self.Written(None, error))
        else:
            self.post_message(self.Written(written, None))

    def on_wizard_screen_written(self, event: Written) -> None:
        """Leave with it, or say what is wrong."""
        event.stop()
        if event.error is not None:
            self._saving = False
            self.form.refused(event.error)
            self.draw()
        else:
            self._written = event.profile
            self._finish_calmly()

    def on_screen_resume(self) -> None:
        """In front again."""
        self._finish_calmly()

    def _finish_calmly(self) -> None:
        """Leave when it is written and no key came for a while: a held Enter would open a tenant on the login screen.

        Not while something stands in front: that would go in its place.
        """
        # not `is_current`: that is true below a screen that lets this one shine through (Textual 8.2.8)
        if self._written is None or self.app.screen is not self:
            return
        rest = self._key + HELD - time.monotonic()
        if rest > 0:
            self.draw()
            self.set_timer(rest, self._finish_calmly)
        else:
            self._finish(self._written)

    def _finish(self, written: Profile) -> None:
        """Gone, and then done."""
        if not self._left:
            self.leave()
            self._done(written)

    # drawing

    def draw(self) -> None:
        """The form as it stands now, and below it what is to be said about the field with the focus."""
        width, room = self.size.width - 2, self.size.height - 2
        if width < 2:
            return
        self._draw_top()
        lines, (first, last) = self._lines()
        about = self._about()
        # not lower than most texts are high: the rule would jump from field to field
        below = 1 + max(_height(about, width), 4)
        height = min(_height(lines, width), max(_LEAST, room - below))
        fields = self.query_one("#fields", LinesView)
        fields.styles.height = height
        fields.show(lines, keep=True)
        self.query_one("#help", LinesView).show(about)
        # the height above is that of the next layout
        self.call_after_refresh(self._reveal, _height(lines[:first], width), _height(lines[:last], width), height)

    def _reveal(self, first: int, last: int, height: int) -> None:
        """Scroll until these rows are visible, the first of them in any case."""
        if self._left or not self.is_attached:
            return
        fields = self.query_one("#fields", LinesView)
        fields.scroll_to_line(min(max(fields.top, last - height), first))
        more = [Cell(f"{fields.more} more below", "muted")] if fields.more else []
        self.query_one(BottomLine).show(right=more)

    def _draw_top(self) -> None:
        form = self.form
        kind = "Profile" if form.editing else "New profile"
        name = form.profile.name
        state = (
            "saved" if self._written else "writing" if self._saving else "changed, not saved" if form.changed else ""
        )
        self.query_one("#top", OneLine).show(
            [Cell(f"{kind} {text.line(name)}" if name else kind, "strong")], [Cell(state, "muted")] if state else []
        )

    def _lines(self) -> tuple[list[Line], tuple[int, int]]:
        """All lines, and which of them belong to what has the focus (from, to)."""
        form = self.form
        complaints = form.complaints
        lines: list[Line] = [BLANK]
        focus = (0, 1)
        for key in form.keys:
            if key == SAVE:
                lines.append(BLANK)
            start = len(lines)
            lines.append(self._line(key, key == form.focus))
            if key in complaints:
                words = Cell(f"! {text.line(complaints[key])}", "state.bad")
                lines.append(Line((Cell(" " * _BESIDE), words), _BESIDE + 2))
            if key == form.focus:
                # the first one brings the empty line above it
                focus = (0 if start == 1 else start, len(lines))
        return lines, focus

    def _line(self, key: str, here: bool) -> Line:
        form = self.form
        if key == SAVE:
            label, value = "Save", [Cell(f"to {text.line(short(form.file))}", "muted")]
        elif key == MORE:
            label, value = "More", [Cell(f"{'hide' if form.more else 'show'} what is seldom needed", "muted")]
        else:
            field = form.fields[key]
            label = field.label
            value = chosen(field, here) if isinstance(field, ChoiceField) else typed(field, here, form.empty(key))
        style = "strong" if here or key == SAVE else "muted"
        return Line((Cell("▌ " if here else "  ", "strong"), Cell(label.ljust(_LABEL), style), *value), _BESIDE)

    def _about(self) -> list[Line]:
        """What is to be said below the form."""
        form = self.form
        spec = SPECS.get(form.focus)
        first, *others = form.help()
        head = form.method if form.focus == "method" else spec.label if spec else form.focus.capitalize()
        lines = [Line((Cell(f"{head}  ", "strong"), Cell(text.line(first))))]
        lines += [Line((Cell(text.line(other)),)) for other in others]
        return [Line((Cell(text.line(form.message), "state.warn"),)), *lines] if form.message else lines


def typed(field: TextField, here: bool, empty: str) -> list[Cell]:
    """What stands in a text field, made safe; with the cursor when it has the focus.

    Args:
        field: The field.
        here: Whether it has the focus.
        empty: What holds while nothing is typed.
    """
    # a password in an address is nobody's business; each of its characters has its place, for the cursor
    value = _PASSWORD.sub(lambda found: found[1] + "*" * len(found[2]), field.value)
    style = "plain"
    if not value:
        value, style = f"({empty})", "muted"
    at = max(0, min(field.cursor, len(value)))
    parts = [(value[:at], style), (value[at : at + 1] or " ", "cursor"), (value[at + 1 :], style)]
    return [Cell(text.line(part), one) for part, one in (parts if here else [(value, style)]) if part]


def chosen(field: ChoiceField, here: bool) -> list[Cell]:
    """What is chosen; with the focus also what else there is, as far as it fits."""
    cells = [Cell(field.value, "cursor" if here else "plain")]
    if here and sum(map(len, field.values)) <= _ALL:
        cells = []
        for value in field.values:
            cells += [Cell(value, "cursor" if value == field.value else "muted"), Cell("  ")]
    elif here:
        cells.append(Cell(f"  ‹ {field.values.index(field.value) + 1} of {len(field.values)} ›", "muted"))
    title = METHOD_TABLE[field.value].title if field.key == "method" else ""
    return [*cells, Cell(f"  {title}", "muted")] if title else cells


def _height(lines: Sequence[Line], width: int) -> int:
    """Rows that lines take."""
    return sum(len(wrap(line, width)) for line in lines)
