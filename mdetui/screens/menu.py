"""MenuScreen: a short list of entries, each with its letter; also the help, which is a searchable menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from string import ascii_letters

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from mdetui.screens.in_order import KeyScreen
from mdetui.views.base import Cell, Line
from mdetui.widgets.bindings import bindings
from mdetui.widgets.lines import LinesView, wrap


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu.

    Attributes:
        id: What the menu returns.
        letter: The key that runs it at once; may be any text in a searchable menu, where it is only shown.
        label: What it does.
        reason: Why it can't be done now; such an entry is drawn muted and never returned.
        note: Muted text behind the label.
        also: More words that find it in a search.
        group: Heading it stands under in a searchable menu, as long as nothing is searched.
    """

    id: str
    letter: str
    label: str
    reason: str = ""
    note: str = ""
    also: str = ""
    group: str = ""


Then = Callable[[str], Awaitable[None] | None]


class MenuScreen(KeyScreen, ModalScreen[None]):
    """Calls back with the id of the chosen entry; leaving it calls nobody. A menu never writes: it leads to a sheet."""

    BINDINGS = bindings("menu")
    DEFAULT_CSS = """
    MenuScreen { align: center middle; background: transparent; }
    /* Textual gives screens of a theme with the terminal's own colours a background of their own */
    MenuScreen:ansi { background: transparent; }
    MenuScreen > Vertical {
        width: auto; min-width: 40; max-width: 92%; height: auto; max-height: 90%;
        background: $panel; border: round $secondary;
    }
    MenuScreen LinesView { height: auto; min-height: 1; background: $panel; }
    """

    def __init__(
        self, title: str, entries: Sequence[Entry], then: Then, *, note: str = "", search: bool = False
    ) -> None:
        """Make a menu.

        Args:
            title: First line.
            entries: What can be chosen.
            then: Called with the id once the menu is gone.
            note: Muted second line.
            search: Typing searches instead of running by letter (help).
        """
        super().__init__()
        self._title = title
        self._entries = list(entries)
        self._then = then
        self._note = note
        self._search = search
        self._left = False
        self._needle = ""
        self._at = next((n for n, entry in enumerate(entries) if not entry.reason), 0)
        self._cursor_line = 1

    def compose(self) -> ComposeResult:
        """One text."""
        with Vertical():
            yield LinesView(id="menu")

    def on_mount(self) -> None:
        """Size the box to its text once; searching does not make it jump."""
        lines = self._draw()
        body = self.query_one(LinesView)
        longest = max((sum(cell_len(cell.text) for cell in line.cells) for line in lines), default=40)
        width = min(longest + 2, max(30, self.app.size.width - 8))
        # an entry may take two rows when the window is narrow; all of it must be seen
        rows = sum(len(wrap(line, width - 2)) for line in lines)
        body.styles.width = width
        body.styles.height = min(rows, max(3, self.app.size.height - 6))
        self.call_after_refresh(self._show)

    def shown(self) -> list[Entry]:
        """Entries that match what was typed."""
        words = self._needle.lower().split()
        return [
            e for e in self._entries if all(word in f"{e.letter} {e.label} {e.note} {e.also}".lower() for word in words)
        ]

    def _draw(self) -> list[Line]:
        title = [Cell(self._title, "strong")]
        if self._search:
            title.append(Cell(f"   /{self._needle}" if self._needle else "   type to search", "muted"))
        lines = [Line(tuple(title))]
        if self._note:
            lines.append(Line((Cell(self._note, "muted"),)))
        entries = self.shown()
        room = max((cell_len(entry.letter) for entry in self._entries), default=1)
        group = ""
        for index, entry in enumerate(entries):
            if entry.group != group and not self._needle:
                group = entry.group
                lines.append(Line((Cell(f"  {group}", "muted"),)))
            if index == self._at:
                self._cursor_line = len(lines)
            lines.append(_line(entry, index == self._at, room))
        if not entries:
            lines.append(Line((Cell("  nothing here has that word", "muted"),)))
        return lines

    def _show(self) -> None:
        body = self.query_one(LinesView)
        body.show(self._draw(), keep=True)
        if not self._at:
            # what stands above the first entry belongs to it
            body.scroll_to(y=0, animate=False, force=True)
            return
        top = int(body.scroll_offset.y)
        line = self._cursor_line
        if line >= top + body.size.height or line < top + 1:
            body.scroll_to(y=max(0, line - body.size.height // 2), animate=False, force=True)

    async def take_key(self, event: events.Key) -> None:
        """A letter runs its entry, or searches in the help."""
        if self._search:
            if event.key == "backspace":
                self._needle = self._needle[:-1]
            elif event.is_printable and event.character:
                self._needle += event.character
            self._at = 0
            self._show()
            return
        entry = next((entry for entry in self._entries if event.character == entry.letter), None)
        if entry is not None:
            await self._choose(entry)

    async def _choose(self, entry: Entry) -> None:
        if entry.reason:
            self._at = self.shown().index(entry)
            self._show()
            return
        self.action_close()
        result = self._then(entry.id)
        if result is not None:
            await result

    async def action_run(self) -> None:
        """Run the entry under the cursor."""
        entries = self.shown()
        if entries:
            await self._choose(entries[self._at])

    def action_close(self) -> None:
        """Leave the menu."""
        if not self._left:
            self._left = True
            self.app.pop_screen()

    def action_step(self, by: int) -> None:
        """Move to the next entry, over the ends."""
        count = len(self.shown())
        if count:
            self._at = (self._at + by) % count
            self._show()

    def action_nothing(self) -> None:
        """A key that other programs use to quit."""


def _line(entry: Entry, here: bool, room: int) -> Line:
    style = "muted" if entry.reason else "strong" if here else "plain"
    cells = [
        Cell("▌" if here else " ", "strong"),
        Cell(f"{entry.letter.rjust(room)}  ", style),
        Cell(entry.label, style),
    ]
    if entry.reason or entry.note:
        cells.append(Cell(f"  {entry.reason or entry.note}", "muted"))
    return Line(tuple(cells), room + 3)


def letters(titles: list[str]) -> list[str]:
    """A letter for each title, its own first letter where that is free; a blank when there is none left."""
    used: set[str] = set()
    found = []
    for title in titles:
        choices = [char for char in title.lower() if char.isalpha()] + list(ascii_letters + "123456789")
        letter = next((char for char in choices if char not in used), "")
        used.add(letter)
        found.append(letter)
    return found
