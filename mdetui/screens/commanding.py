"""Commanding: a frame whose `:` bar runs commands and whose `/` bar, where there is a list, filters it."""

from __future__ import annotations

from collections.abc import Callable

from mdetui.errors import MdetuiError
from mdetui.screens import commands
from mdetui.screens.frame import Frame
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.widgets.bar import Bar


class Commanding(Frame):
    """What the bar's messages do."""

    def filter_changed(self, text_typed: str) -> None:
        """The filter is being typed."""

    async def filter_to_server(self, text_typed: str) -> None:
        """The filter shall become a question to the server."""

    def attempt(self, what: Callable[[], object]) -> None:
        """Do something; an error is shown, not raised."""
        try:
            what()
        except MdetuiError as error:
            self.fail(error)

    async def action_command(self) -> None:
        """The command bar."""
        names = " ".join(command.names[0] for command in commands.COMMANDS)
        await self.open_bar(":", hint=names)

    def action_palette(self) -> None:
        """Everything that can be done here in one searchable list: keys, commands, colours.

        Not Textual's own palette: that takes keys past the order of the others, and fails on PgDn while it is empty.
        """
        entries = self.key_entries()
        entries += [Entry(f":theme {name}", f":theme {name}", "these colours") for name in commands.themes(self)]
        entries += [
            Entry(f":{one.names[0]}", f":{one.names[0]}", one.help, self._unasked(one), note=one.takes)
            for one in commands.COMMANDS
            if one.names[0] != "theme"
        ]
        self.menu(MenuScreen("Everything that can be done here", entries, self._from_palette, search=True))

    def _unasked(self, command: commands.Command) -> str:
        return self.shell.lacks(self.place.profile, command.asks) if command.asks else ""

    async def _from_palette(self, chosen: str) -> None:
        command = commands.find(chosen[1:]) if chosen.startswith(":") else None
        if command is not None and command.takes:
            await self.open_bar(":", f"{chosen[1:]} ", command.takes)
        elif chosen.startswith(":"):
            await self._run(chosen[1:])
        else:
            await self.run_key(chosen)

    def on_bar_changed(self, event: Bar.Changed) -> None:
        """A filter works at once; a command shows what may follow."""
        event.stop()
        bar = self.open_bar_widget()
        if bar is None or bar.input.value != event.text:
            # the bar was left, or typed in, since: this message is late
            return
        if event.sign == "/":
            self.filter_changed(event.text)
        elif self.bar is not None:
            self.bar.hint(commands.hint(event.text))

    async def bar_submitted(self, sign: str, text: str) -> None:
        """Keep the filter, or run the command."""
        if self.bar is not None and text:
            self.bar.remember(text)
        self.close_bar()
        if sign == "/":
            # at once: the next key is about the rows that match
            self.filter_changed(text)
        else:
            await self._run(text)
        if self.is_current:
            self.draw_bottom()

    async def _run(self, line: str) -> None:
        try:
            await commands.run_line(self, line)
        except MdetuiError as error:
            self.fail(error)

    async def bar_completed(self, sign: str, text: str) -> None:
        """Complete a command; turn a filter into a question to the server."""
        if sign == "/":
            await self.filter_to_server(text)
        elif self.bar is not None:
            self.bar.set_text(commands.complete(text))

    async def bar_left(self, sign: str, text: str) -> None:
        """Escape drops the filter."""
        self.close_bar()
        if sign == "/":
            self.filter_changed("")
        self.draw_bottom()
