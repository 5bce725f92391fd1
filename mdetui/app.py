"""The Textual app: wiring only. It draws the first frame with as little as possible, then starts the shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from mdetui import crash, memory
from mdetui.clock import SYSTEM, Clock
from mdetui.config import Config, Profile
from mdetui.errors import MdetuiError
from mdetui.keys import Key, context
from mdetui.screens.curtain import Curtain
from mdetui.screens.in_order import InOrder
from mdetui.screens.sizes import SMALLEST
from mdetui.widgets.themes import ThemeShelf

if TYPE_CHECKING:
    from mdetui.net import Connection
    from mdetui.screens.shell import Shell


class MdetuiApp(InOrder):
    """mdetui.

    Args:
        config: The configuration in force.
        connector: How a profile's tenant is reached.
        profile: Profile to open at once; "" shows the login screen.
        write_minutes: Minutes the write lock is opened for when a profile is opened.
        remote: Whether this runs over SSH: fewer bytes, jumps of half a page.
        clock: Time.
    """

    TITLE = "mdetui"
    CSS = "Toast { background: $panel; }"
    # ctrl+p and F1 open a menu of our own
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "nothing", "", show=False, priority=True, id="app.nothing", tooltip="Does nothing"),
        Binding("ctrl+c", "nothing", "", show=False, id="app.never-quits", tooltip="Never ends the program"),
    ]

    def __init__(
        self,
        config: Config,
        connector: Callable[[Profile], Connection],
        *,
        profile: str = "",
        write_minutes: int | None = None,
        remote: bool = False,
        clock: Clock = SYSTEM,
    ) -> None:
        super().__init__()
        self.config = config
        self._connector = connector
        self._profile = profile
        self._write_minutes = write_minutes
        self._remote = remote
        self._clock = clock
        self._shell: Shell | None = None
        self._crashed = False
        self._shelf = ThemeShelf()
        self._stocked = False
        self._was_calm = False
        self._theme_error = self._choose_theme()
        self.keys_of: Callable[[str], tuple[Key, ...]] = context
        if config.keys:
            self._change_keys()

    @property
    def shell(self) -> Shell:
        """The running program; there from the first frame on."""
        if self._shell is None:
            from mdetui.screens.shell import Shell

            self._shell = Shell(
                self, self.config, self._connector, self._write_minutes, remote=self._remote, clock=self._clock
            )
        return self._shell

    @property
    def farewell(self) -> str:
        """What is said on the terminal when the program has ended."""
        return self._shell.farewell if self._shell is not None else ""

    def _change_keys(self) -> None:
        """Keys of one's own: Textual binds them by id, everything that is drawn takes them from `keys_of`."""
        from mdetui.keymap import Keymap

        changed = Keymap(self.config.keys)
        self.set_keymap(changed.keys)
        self.keys_of = changed.context

    # themes

    def _choose_theme(self) -> MdetuiError | None:
        """The wanted theme; the others are read after the first paint."""
        wanted = self.config.theme or ("ansi" if self._remote else "dark")
        theme, error = self._shelf.find(wanted)
        self.register_theme(theme)
        self.theme = theme.name
        return error

    @property
    def theme_names(self) -> list[str]:
        """Themes of this program and of its user; those that Textual brings are left out."""
        self._stock_themes()
        return sorted({self.theme, *self._shelf.names})

    def _stock_themes(self) -> None:
        """Read all theme files, once; what is wrong with one is said and harms nothing."""
        if self._stocked:
            return
        self._stocked = True
        themes, errors = self._shelf.all()
        for theme in themes:
            if theme.name != self.theme:
                self.register_theme(theme)
        for error in [*errors, *([self._theme_error] if self._theme_error is not None else [])]:
            self.notify(str(error), severity="warning", markup=False)

    # start

    def get_default_screen(self) -> Screen[None]:
        """The first frame."""
        screen = Curtain(self._profile, self.raise_curtain)
        # Textual gives its default screen no result callback, and `switch_screen` then fails on it (8.2.8)
        screen._push_result_callback(self, None)
        return screen

    def raise_curtain(self) -> None:
        """The first frame is drawn: now the rest of the program is imported and the first place opened."""
        self.shell.start(self._profile)
        self.set_interval(1.0, self.shell.tick)
        self.set_timer(0.5, self._started)

    def _started(self) -> None:
        """What could wait until the start is over."""
        if memory.started():
            self.set_interval(2.0, self._tidy)
        self._stock_themes()

    def _tidy(self) -> None:
        frame = self.shell.frame
        calm, self._was_calm = self._was_calm, self.quiet and not (frame is not None and frame.fetching)
        # between two pages of a long list nothing is fetched for a moment
        memory.tidy(calm=calm and self._was_calm)

    # what is too small

    def on_resize(self, event: events.Resize) -> None:
        """Below 60x15 only a message is drawn, and no key acts."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        if small == self.deaf:
            return
        from mdetui.screens.too_small import TooSmallScreen

        self.deaf = small
        if small:
            self.push_screen(TooSmallScreen())
        elif isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    # the end

    async def on_unmount(self) -> None:
        """Close what is open."""
        # Textual does so, too, but later: a read that goes on would find its client closed
        self.workers.cancel_all()
        if self._shell is not None:
            await self._shell.close()

    def action_nothing(self) -> None:
        """A key that other programs use to quit."""

    def _fatal_error(self) -> None:
        """A bug of this program: the terminal gets two sentences, the details go to a file, without local variables
        (they could hold a token or tenant data)."""
        if not self._crashed:
            # what fails while the first failure takes the screens down says nothing new
            self._crashed = True
            self.panic(crash.report())
