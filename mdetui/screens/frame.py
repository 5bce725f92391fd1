"""Frame: what every full screen has: a top line, a message, a bottom line, the bar, and the keys that work everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.widget import Widget

from mdetui import text
from mdetui.errors import MdetuiError, SignInNeeded
from mdetui.keys import GROUPS, Key
from mdetui.screens.in_order import KeyScreen
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.sizes import TALL, WIDE
from mdetui.views.base import Cell, Line
from mdetui.widgets.bar import Bar
from mdetui.widgets.bottom_line import BottomLine
from mdetui.widgets.empty_words import failure_words
from mdetui.widgets.lines import LinesView
from mdetui.widgets.one_line import OneLine

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp
    from mdetui.response.jobs import Job
    from mdetui.screens.places import Place
    from mdetui.screens.shell import Shell
    from mdetui.session import Session

# seconds a new screen waits for what it shows, so that both are drawn as one
PATIENCE = 0.15


class Message(LinesView, can_focus=False):
    """A few lines that say what happened; goes away with the next key that does something."""

    DEFAULT_CSS = """
    Message { height: auto; max-height: 40%; display: none; background: $panel; }
    Message.-shown { display: block; }
    """

    def say(self, lines: Sequence[Line], width: int) -> None:
        """Show lines; the height is what they take at this width."""
        from mdetui.widgets.lines import wrap

        rows = sum(len(wrap(line, max(10, width - 2))) for line in lines)
        self.styles.height = max(1, rows)
        self.add_class("-shown")
        self.show(lines)


class Frame(KeyScreen):
    """Base of the full screens; a subclass gives the body, the context of its keys and its place."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]
    DEFAULT_CSS = """
    Frame { layout: vertical; background: $background; }
    Frame > #top { background: $panel; }
    Frame > #bottom.-hidden { display: none; }
    /* the preview: below where there is height for it, beside where there is width */
    Frame.-tall ListBody.-preview > #preview { display: block; }
    Frame.-wide ListBody { layout: horizontal; }
    Frame.-wide ListBody.-preview > #preview {
        display: block; height: 1fr; width: 36%;
    }
    Frame ListBody.-preview.-full > #preview { display: none; }
    Frame.-wide ListBody.-preview.-full > #preview { display: none; }
    """
    AUTO_FOCUS = ""
    KEYS = "list"

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        # the newest error that only a sign-in can mend: it says what that has to meet
        self.needed: SignInNeeded | None = None
        # what the breakpoints will say, before anything is styled: else all of it is styled twice
        size = self.app.size
        self.set_class(size.width >= WIDE, "-wide")
        self.set_class(size.width < WIDE, "-narrow")
        self.set_class(size.height >= TALL, "-tall")
        self.set_class(size.height < TALL, "-short")
        self.bar: Bar | None = None
        self._said = False

    @property
    def shell(self) -> Shell:
        """The running program."""
        return cast("MdetuiApp", self.app).shell

    def compose(self) -> ComposeResult:
        """Top line, room for the body, message, bottom line. The bar is mounted when it is first opened."""
        yield OneLine(id="top")
        yield from self.body()
        yield Message(id="message")
        yield BottomLine()

    def body(self) -> Iterable[Widget]:
        """What stands between the top line and the bottom line."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Fill the lines that are known without any request; the body is drawn together with what it shows."""
        self.draw_top()
        self.draw_bottom()
        self.hold()
        self.set_timer(PATIENCE, self.release)
        self.call_after_refresh(self.furnished)

    def furnished(self) -> None:
        """The body stands: give it the focus."""
        self.focus_body()

    # the top and the bottom line

    def draw_top(self) -> None:
        """Where I am, and as whom."""
        cells: list[Cell] = []
        crumbs = self.place.crumbs
        for index, crumb in enumerate(crumbs):
            if index:
                cells.append(Cell(" › ", "muted"))
            cells.append(Cell(crumb, "strong" if index == len(crumbs) - 1 else "plain"))
        if self.place.label:
            cells.append(Cell(f"  {self.place.label}", "muted"))
        # the tenant and where one is stay; what lies between gives way
        between = range(2, 2 * len(crumbs) - 2, 2)
        right = self.place.standing or self.shell.standing(self.place.profile, self.size.width)
        self.query_one("#top", OneLine).show(cells, right, between)

    def draw_bottom(self) -> None:
        """The keys that matter here, and where the list stands."""
        bottom = self.query_one(BottomLine)
        # at the top there is nothing to go back to
        keys = [key for key in self.hints() if self.place.parent is not None or key.id != "app.back"]
        bottom.show_keys(keys, self.dimmed())
        profile = self.place.profile
        waits = self.shell.wait_cells(profile, self.size.width)
        bottom.show(right=[*self.shell.job_cells(profile), *waits, *self.standing()])

    @property
    def fetching(self) -> bool:
        """Whether rows of this screen are on their way."""
        return False

    def hints(self) -> Sequence[Key]:
        """Keys of this screen for the bottom line and the help."""
        return self.keys_of(self.KEYS)

    def keys_of(self, name: str) -> tuple[Key, ...]:
        """The keys of a context, with those that the configuration has changed."""
        return cast("MdetuiApp", self.app).keys_of(name)

    def dimmed(self) -> frozenset[str]:
        """Ids of keys that can't do anything now."""
        return frozenset()

    def standing(self) -> Sequence[Cell]:
        """What stands on the right of the bottom line."""
        return ()

    def on_screen_resume(self) -> None:
        """Back in front, from a menu or a sheet: the lock and the jobs may be others now."""
        if self.is_mounted:
            self.redraw()

    def sent(self) -> None:
        """A job was sent from here."""

    def job_changed(self, job: Job) -> None:
        """A job of this tenant stands otherwise: the bottom line counts it."""
        self.draw_bottom()

    # messages

    def say(self, *parts: str, style: str = "plain") -> None:
        """Tell the person something in one or two sentences; each part is a line."""
        lines = [Line((Cell(part, style if index == 0 else "plain"),)) for index, part in enumerate(parts) if part]
        self.query_one("#message", Message).say(lines, self.size.width)

    def fail(self, error: MdetuiError, doing: str = "") -> None:
        """Show an error: what happened, what to do, the id to quote. Where nothing is shown yet, a person signs in.

        Args:
            error: What went wrong.
            doing: What nobody has asked for by a key, `Refresh: `.
        """
        self.needed = error if isinstance(error, SignInNeeded) else self.needed
        if isinstance(error, SignInNeeded) and self.app.screen is self and self.bare and self.open_bar_widget() is None:
            self.shell.sign_in(self, error)
            return
        what, todo = failure_words(error)
        self.say(text.line(f"{doing}{what}"), text.line(todo) if todo else "", style="state.bad")

    @property
    def bare(self) -> bool:
        """Whether nothing of the tenant is shown here: another screen in front would be in nobody's way."""
        return False

    def signed_in(self, session: Session) -> None:
        """Somebody has signed in to the tenant of this screen."""
        self.needed = None
        self.redraw()
        identity = session.identity
        if identity is not None:
            self.say(
                f"Signed in as {identity.kind} {text.line(identity.name)}.",
                text.line(notice) if (notice := session.tokens.notice) else "",
            )

    def action_sign_in(self) -> None:
        """Sign in again, or as somebody else."""
        profile = self.shell.config.profiles.get(self.place.profile)
        if profile is None:
            self.say("No tenant is open.", "Press Enter on a profile first.")
        elif profile.signs_in.person and profile.method != "token-command":
            self.shell.sign_in(self, self.needed)
        else:
            self.say(
                f"Profile {profile.name} signs in by {profile.method}, without a person.",
                "r asks again with a new sign-in.",
            )

    def key_came(self) -> None:
        """The next key takes the message away, but for esc, which does only that."""
        self._said = self.query_one("#message", Message).has_class("-shown")
        self.hush()

    def hush(self) -> None:
        """Take the message away."""
        self.query_one("#message", Message).remove_class("-shown")

    # the bar

    async def open_bar(self, sign: str, value: str = "", hint: str = "") -> None:
        """Open the bar in place of the bottom line; it is made when it is first needed."""
        if self.bar is None:
            self.bar = Bar(self, self.shell.typed)
            await self.mount(self.bar)
        self.query_one(BottomLine).add_class("-hidden")
        self.bar.open(sign, value, hint)

    def close_bar(self) -> None:
        """Close the bar and give the focus back to the body."""
        if self.bar is not None:
            self.bar.close()
        self.query_one(BottomLine).remove_class("-hidden")
        self.focus_body()

    def open_bar_widget(self) -> Bar | None:
        """The bar, while a person types in it."""
        return self.bar if self.bar is not None and self.bar.is_open else None

    async def bar_submitted(self, sign: str, text: str) -> None:
        """Enter in the bar."""
        self.close_bar()

    async def bar_completed(self, sign: str, text: str) -> None:
        """Tab in the bar."""

    async def bar_left(self, sign: str, text: str) -> None:
        """Escape in the bar."""
        self.close_bar()

    def focus_body(self) -> None:
        """Give the focus to what the keys of this screen move; never takes it from the bar, where a person types."""
        target = self.focus_target()
        if target is not None and self.open_bar_widget() is None:
            self.set_focus(target)

    def focus_target(self) -> Widget | None:
        """What the keys of this screen move."""
        return None

    # keys that work everywhere

    async def run_key(self, chosen: str) -> None:
        """Do what the key of that id does."""
        await self.run_action(next(key.action for key in self.hints() if key.id == chosen))

    def action_nothing(self) -> None:
        """A key that other programs use to quit."""

    def action_back(self) -> None:
        """One level up; a message that stood there was what esc took away."""
        if self._said:
            return
        if self.place.parent is not None:
            self.shell.return_to(self.place.parent)

    async def action_close_view(self) -> None:
        """Close this view; at the top, quit."""
        if self.place.parent is not None:
            self.shell.return_to(self.place.parent)
        else:
            await self.shell.leave()

    def action_older(self) -> None:
        """Back in the history."""
        self.shell.step(-1)

    def action_newer(self) -> None:
        """Forward in the history."""
        self.shell.step(1)

    def action_last(self) -> None:
        """The view before this one."""
        self.shell.last_place()

    def action_toggle_utc(self) -> None:
        """Ages or UTC times, everywhere."""
        self.shell.utc = not self.shell.utc
        self.redraw()

    def redraw(self) -> None:
        """Draw everything again from what is known."""
        self.draw_top()
        self.draw_bottom()

    def action_stop(self) -> None:
        """Stop the load under way."""
        self.say("Nothing is loading here.", style="muted")

    def action_help(self) -> None:
        """All keys valid here; Enter runs one."""
        self.menu(MenuScreen("Keys", self.key_entries(), self.run_key, search=True))

    def key_entries(self) -> list[Entry]:
        """The keys valid here as entries of a menu; `run_key` runs one."""
        found = [
            Entry(key.id, key.display, said, self.lacks(key), also=key.label, group=key.group)
            for key in self.hints()
            if key.label and (said := self.help_of(key))
        ]
        order = list(GROUPS.values())
        return sorted(found, key=lambda entry: order.index(entry.group))

    def help_of(self, key: Key) -> str:
        """What a key does here; "" when it does nothing."""
        return key.help

    def lacks(self, key: Key) -> str:
        """Why the sign-in can't do what a key does; "" when it can."""
        return ""

    def menu(self, screen: MenuScreen) -> None:
        """Put a menu up."""
        self.shell.app.arriving(self.app.push_screen(screen))

    def ask_analyst(self, then: Callable[[str], None]) -> None:
        """The token is an app's: ask who is answerable before the lock opens."""
        from mdetui.screens.ask import AskScreen

        question = "The sign-in is an app. Your name, for comments and the ledger (j.ito@contoso.com):"
        self.shell.app.arriving(self.app.push_screen(AskScreen("Who are you?", question, then)))

    def action_request_log(self) -> None:
        """What was asked of the service."""
        self.shell.open_log(self.place)

    def action_jobs(self) -> None:
        """What was sent."""
        if not self.shell.open_jobs():
            self.say("Nothing was sent from here.")
