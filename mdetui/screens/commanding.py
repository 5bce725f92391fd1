"""Commanding: a frame whose `:` bar runs commands and whose `/` bar, where there is a list, filters it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

from mdetui.errors import MdetuiError
from mdetui.screens import commands, completion, work
from mdetui.screens.frame import Frame
from mdetui.screens.menu import Entry, MenuScreen, letters
from mdetui.screens.places import Place, page_of
from mdetui.widgets.bar import Bar

if TYPE_CHECKING:
    from mdetui.screens.finding import Answer, Answers
    from mdetui.session import Session


class Commanding(Frame):
    """What the bar's messages do."""

    class Found(Message):
        """What `:find` found, or why nothing could be asked."""

        def __init__(self, typed: str, found: Answers | MdetuiError, then: Callable[[str, Answers], None]) -> None:
            super().__init__()
            self.typed = typed
            self.found = found
            self.then = then

    def find(self, typed: str, then: Callable[[str, Answers], None] | None = None) -> None:
        """Look something up, beside the keys.

        Args:
            typed: What.
            then: What becomes of the answers; None goes there.

        Raises:
            MdetuiError: The tenant can't be opened.
        """
        self.say("Looking it up ...", style="muted")
        session = self.shell.session(self.place.profile)
        work.start(self, self._find, session, typed, then or self.show_answers, group="find")

    async def _find(self, session: Session, typed: str, then: Callable[[str, Answers], None]) -> None:
        from mdetui.screens.finding import find

        try:
            found: Answers | MdetuiError = await find(session, typed)
        except MdetuiError as error:
            found = error
        self.post_message(self.Found(typed, found, then))

    def on_commanding_found(self, event: Found) -> None:
        """Go there, or show what it can be; not in front of what has come meanwhile."""
        event.stop()
        if self.app.screen is not self:
            return
        self.hush()
        if isinstance(event.found, MdetuiError):
            self.fail(event.found)
        else:
            event.then(event.typed, event.found)

    def show_answers(self, typed: str, answers: Answers) -> None:
        """One answer is gone to, several are shown to choose from; what was not found is said."""
        places = {str(number): answer for number, answer in enumerate(answers.found)}
        if answers.machines:
            from mdetui.screens.local_lists import found_place

            session = self.shell.session(self.place.profile)
            self.shell.visit(found_place(self.place, session, typed, answers.machines))
            if answers.missing and self.shell.frame is not None:
                self.shell.frame.call_later(self.shell.frame.say, *answers.missing)
        elif len(places) == 1 and not answers.missing:
            self.shell.visit(self._answered(answers.found[0]))
        elif places:
            found = zip(letters([""] * len(places)), places.items(), strict=True)
            entries = [Entry(number, letter, answer.label, note=answer.note) for letter, (number, answer) in found]
            note = " ".join(answers.missing)
            self.menu(
                MenuScreen(
                    "It can be", entries, lambda chosen: self.shell.visit(self._answered(places[chosen])), note=note
                )
            )
        else:
            self.say(*answers.missing)

    def _answered(self, answer: Answer) -> Place:
        return page_of(answer.page, self.place.profile, answer.id, self.place)

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
            self.bar.hint(completion.hint(self, event.text))

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
            self.bar.set_text(completion.complete(self, text))

    async def bar_left(self, sign: str, text: str) -> None:
        """Escape drops the filter."""
        self.close_bar()
        if sign == "/":
            self.filter_changed("")
        self.draw_bottom()
