"""BlastKeys: from a file, an address, a domain or an account to its blast radius."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mdetui.screens.menu import Entry, MenuScreen, letters
from mdetui.screens.row_writes import RowWrites
from mdetui.views.blast import ROOTS
from mdetui.views.found import Named

if TYPE_CHECKING:
    from mdetui.screens.finding import Answers

_NONE = "A blast radius begins at a file, an address, a domain or a user."


class BlastKeys(RowWrites):
    """A frame from which a blast radius can be opened."""

    def roots(self) -> Sequence[Named]:
        """What a tree can begin with here: what the row under the cursor, or the page, names."""
        item = self.subject()
        named = self.known().names(self.whole(item)) if item is not None else ()
        return [one for one in named if one.page in ROOTS]

    def action_blast(self) -> None:
        """The blast radius of what is named here; asks where that is several things."""
        roots = self.roots()
        if not roots:
            self.say("Nothing is named here that has a blast radius.", _NONE)
        else:
            self._choose(roots)

    def blast(self, typed: str) -> None:
        """The blast radius of what was typed, or of what is named here.

        Raises:
            MdetuiError: The tenant can't be opened.
        """
        if typed:
            self.find(typed, self._found)
        else:
            self.action_blast()

    def further(self) -> Sequence[tuple[str, str, Callable[[], None]]]:
        """The pivot menu offers it, too."""
        roots = self.roots()
        if not roots:
            return ()
        return [("b", f"blast radius of {roots[0].label}" if len(roots) == 1 else "blast radius", self.action_blast)]

    def _found(self, typed: str, answers: Answers) -> None:
        roots = [Named(answer.page, answer.id, answer.label) for answer in answers.found if answer.page in ROOTS]
        if roots:
            self._choose(roots)
        else:
            self.say(*(answers.missing or ["That is none of the things that have a blast radius."]), _NONE)

    def _choose(self, roots: Sequence[Named]) -> None:
        if len(roots) == 1:
            self._visit(roots[0])
            return
        found = {str(number): root for number, root in enumerate(roots)}
        pairs = zip(letters([""] * len(roots)), found.items(), strict=True)
        entries = [Entry(number, letter, root.label) for letter, (number, root) in pairs]
        self.menu(MenuScreen("Blast radius of", entries, lambda chosen: self._visit(found[chosen])))

    def _visit(self, root: Named) -> None:
        from mdetui.screens.blasting import blast_place

        self.shell.visit(blast_place(root, self.place))
