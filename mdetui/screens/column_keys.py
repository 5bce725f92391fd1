"""ColumnKeys: which columns a list shows: the column menu, and all the width for them."""

from __future__ import annotations

from mdetui.screens.menu import Entry, MenuScreen, letters
from mdetui.screens.order_keys import OrderKeys


class ColumnKeys(OrderKeys):
    """A frame whose lists can show other columns."""

    def action_wide(self) -> None:
        """All the width for the columns, and all columns there are."""
        body = self.list_body
        if body is not None:
            body.listing.wide = not body.listing.wide
            body.set_class(body.listing.wide, "-full")
            body.show_columns()

    def action_columns(self) -> None:
        """Show or hide columns, for all lists of this view until the program ends."""
        body = self.list_body
        if body is None:
            self.say("There is no list here with columns.")
            return
        if body.feed.shape.counts(body.feed.fold_name):
            self.say("A folded list has columns of its own.", "f shows every row again.")
            return
        view, settings = body.view, self.shell.settings
        drawn = body.table.drawn_columns
        shown = list(settings.chosen(view)) or drawn
        entries = [Entry("", "0", "as configured")]
        # what is shown stands first, in its order
        order = list(dict.fromkeys((*shown, *(column.id for column in view.columns))))
        for name, letter in zip(order, letters(order), strict=True):
            alone = shown == [name]
            note = "" if name not in shown else "shown" if name in drawn else "no room"
            entries.append(Entry(name, letter, name, "the only one" if alone else "", note))

        def choose(chosen: str) -> None:
            if not chosen:
                settings.choose(view, ())
            elif chosen in shown:
                settings.choose(view, [name for name in shown if name != chosen])
            else:
                settings.choose(view, [*shown, chosen])
            if body.listing.wide:
                # all columns were shown: now it is those that were chosen
                self.action_wide()
            else:
                body.show_columns()
            if chosen:
                # one is seldom enough
                self.action_columns()

        note = "A letter shows or hides; what does not fit goes from the right."
        self.menu(MenuScreen("Columns", entries, choose, note=note))
