"""OrderKeys: in which order a list stands and by what it is folded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.feeds.entry import Entry as Line
from mdetui.feeds.shape import BOTH
from mdetui.screens import details, work
from mdetui.screens.copy_keys import CopyKeys
from mdetui.screens.list_body import ListBody
from mdetui.screens.menu import Entry, MenuScreen, letters
from mdetui.screens.parts import part_place
from mdetui.screens.places import Listing
from mdetui.views import folds

# what the menu calls the choice of two columns
_TWO = "two columns"


class OrderKeys(CopyKeys):
    """A frame whose lists can be sorted and folded."""

    def action_sort(self) -> None:
        """Choose a column; the same column again turns the direction round."""
        body = self.list_body
        if body is None:
            return
        feed = body.feed
        columns = [column for column in body.view.columns if column.sort is not None]
        found = letters([column.id for column in columns])
        entries = [Entry("", "0", "the order they came in", note="now" if not feed.sort_column else "")]
        for column, letter in zip(columns, found, strict=True):
            arrow = ("now, ↓" if feed.descending else "now, ↑") if column.id == feed.sort_column else ""
            entries.append(Entry(column.id, letter, column.id, note=arrow))

        def sort(chosen: str) -> None:
            column = next((c for c in columns if c.id == chosen), None)
            # numbers and ages are wanted largest or newest first, names from A
            first = column is not None and (column.right or column.id in ("severity", "risk", "value"))
            descending = not feed.descending if chosen == feed.sort_column else first
            body.apply(feed.sort(chosen, descending))
            if feed.shape.counts(feed.fold_name):
                self.say("Groups stand by their size; the rows in each of them are sorted.")
            elif feed.more:
                self.say("Sorted what is loaded; the list has more rows on the server.")

        self.menu(MenuScreen("Sort by", entries, sort))

    # folds

    def action_fold(self) -> None:
        """Choose what the list is folded by."""
        body = self.list_body
        columns = [column.id for column in folds.countable(body.view)] if body is not None else []
        if body is None or not columns:
            self.say("There is no list here to fold.")
            return
        view, now = body.view, body.feed.fold_name
        read = folds.detailed(view)
        labels = [*((folds.REPEATS,) if view.fold is not None else ()), *columns]
        parts = [part.id for part in read.values()]
        found = dict(zip([*labels, *parts], letters([*labels, *parts]), strict=True))
        entries = [Entry("", "0", "every row", note=_now(not now))]
        notes = {folds.REPEATS: "rows that repeat each other; Enter shows them in place"}
        entries += [Entry(name, found[name], name, note=_now(now == name) or notes.get(name, "")) for name in labels]
        if len(columns) > 1:
            two = BOTH in now and now not in read
            entries.append(Entry(_TWO, "+", _TWO, note=f"now {folds.told(view, now)}" if two else ""))
        if view.details is not None:
            left, limit = details.unread(self.shell, body.listing), details.most(view.details)
            why = f"more than {limit:,} to read: filter the list first" if len(left) > limit else ""
            for name, part in read.items():
                entries.append(Entry(name, found[part.id], name.replace(BOTH, " + "), why, _reads(left)))

        def chosen(name: str) -> None:
            if name == _TWO:
                self._fold_by_two(body, columns)
            elif name in read:
                self._fold_by_details(body, name)
            else:
                self.fold(body, name)

        self.menu(MenuScreen("Fold by", entries, chosen))

    def _fold_by_two(self, body: ListBody, columns: Sequence[str]) -> None:
        def first(one: str) -> None:
            rest = [name for name in columns if name != one]
            entries = [Entry(name, letter, name) for name, letter in zip(rest, letters(rest), strict=True)]
            menu = MenuScreen(f"Fold by {one} and", entries, lambda other: self.fold(body, f"{one}{BOTH}{other}"))
            self.menu(menu)

        found = zip(columns, letters(list(columns)), strict=True)
        self.menu(MenuScreen("Fold by two columns", [Entry(name, letter, name) for name, letter in found], first))

    def fold(self, body: ListBody, name: str) -> None:
        """Fold a list, or show every row."""
        feed = body.feed
        body.apply(feed.fold(name))
        more = "Folded is what is loaded; the list has more rows on the server." if feed.more and name else ""
        if not name:
            self.say("Every row is shown.")
        elif name == folds.REPEATS:
            self.say("Repeats are folded; a mark on one marks all.", more)
        else:
            said = f"Folded by {folds.told(body.view, name)}. Enter opens the rows of a group, a mark on it marks all."
            self.say(said, more)
        self.draw_bottom()

    def open_group(self, body: ListBody, group: Line) -> None:
        """Open the rows of a counted group as a list of their own: nothing is asked."""
        listing, name = body.listing, body.feed.settings.fold
        said = folds.values(body.view, name, group, listing.learned, body.context())
        keys = body.feed.covered_keys(body.table.cursor)
        told = f"{text.plural(len(keys), body.view.noun)} by {folds.told(body.view, name)}"
        self.shell.visit(part_place(self.place, listing, keys, said, told))

    # folds that read each row

    def _fold_by_details(self, body: ListBody, name: str) -> None:
        left = details.unread(self.shell, body.listing)
        if not left or body.view.details is None:
            self.fold(body, name)
            return
        entries = [
            Entry(
                "read", "r", f"read {text.plural(len(left), body.view.noun)}", note=text.plural(len(left), "request")
            ),
            Entry("leave", "l", "leave it"),
        ]

        def chosen(answer: str) -> None:
            if answer == "read":
                listing = body.listing
                listing.reader = work.start(self, self._read_details, listing, left, name, group="fold")

        note = details.takes(body.view.details, len(left))
        self.menu(MenuScreen(f"Fold by {name.replace(BOTH, ' + ')}", entries, chosen, note=note))

    async def _read_details(self, listing: Listing, rows: Sequence[Any], name: str) -> None:
        error: MdetuiError | None = None
        try:
            error = await details.read(self.shell, listing, rows, self._told_of_details)
        finally:
            listing.reading, listing.reader = "", None
            self._told_of_details()
        body = listing.body
        if body is None:
            return
        self.fold(body, name)
        # values stand in cells that look the same to the table
        body.table.tick()
        if error is not None:
            self.fail(error)

    def _told_of_details(self) -> None:
        if self.is_current:
            self.draw_bottom()

    def action_stop(self) -> None:
        """Reads to fold by are stopped first, then the load."""
        body = self.list_body
        reader = body.listing.reader if body is not None else None
        if reader is None:
            super().action_stop()
            return
        reader.cancel()
        self.say("Reading was stopped; f goes on where it was.")


def _now(yes: bool) -> str:
    return "now" if yes else ""


def _reads(left: Sequence[Any]) -> str:
    return f"reads {len(left):,}, {text.plural(len(left), 'request')}" if left else "read already"
