"""RowKeys: what the keys of a list do: move, open, filter, mark, pivot. Shared by lists and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.widget import Widget

from mdetui import text
from mdetui.feeds.entry import Entry as Line
from mdetui.screens import completion
from mdetui.screens.commanding import Commanding
from mdetui.screens.list_body import ListBody
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.places import Place, list_of, page_of
from mdetui.views.base import Pivot, Subject
from mdetui.views.query import of, words_of
from mdetui.views.registry import PAGES
from mdetui.widgets.feed_table import FeedTable

if TYPE_CHECKING:
    from mdetui.session import Session

# entities of one alert that the pivot menu offers, and the letters it has for them
_NAMED = 20
_LETTERS = "abdefghjkloqrtuvwxyzimncsp0123456789"


class RowKeys(Commanding):
    """A frame with a list in it, or at least sometimes (a page with tabs)."""

    # what a subclass gives

    @property
    def list_body(self) -> ListBody | None:
        """The list that keys act on now; None when lines are shown instead."""
        raise NotImplementedError

    def scroll_text(self, lines: int = 0, pages: int = 0) -> None:
        """Scroll the text that is shown instead of a list."""

    def subject(self) -> Any | None:
        """The row or entity that keys act on."""
        body = self.list_body
        return body.cursor_item() if body else None

    def known(self) -> Subject:
        """What keys can do with the subject."""
        body = self.list_body
        return body.view.subject if body else Subject()

    def tenant(self, item: Any) -> str:
        """The profile of a row's tenant."""
        return self.place.profile or self.known().profile(item) or ""

    @property
    def fetching(self) -> bool:
        """Whether the list waits for a page or takes one in."""
        body = self.list_body
        return body is not None and (body.feed.state == "loading" or body.feed.busy)

    # what the list says

    def on_list_body_changed(self, event: ListBody.Changed) -> None:
        """Draw the lines around the list anew."""
        event.stop()
        self.draw_top()
        self.draw_bottom()

    def on_list_body_filled(self, event: ListBody.Filled) -> None:
        """The first rows are there, or the reason why there are none: the screen is worth drawing."""
        event.stop()
        self.release()

    def on_list_body_told(self, event: ListBody.Told) -> None:
        """Say it."""
        event.stop()
        if event.error is not None:
            self.fail(event.error, *event.parts)
        else:
            self.say(*event.parts)

    @property
    def bare(self) -> bool:
        """Whether the list has no rows."""
        return self.list_body is not None and not self.list_body.feed.loaded

    def signed_in(self, session: Session) -> None:
        """Ask for what could not be had."""
        super().signed_in(session)
        body = self.list_body
        if body is not None and body.feed.state == "failed":
            self.action_reload()

    def redraw(self) -> None:
        """Ages or times may have changed, too."""
        super().redraw()
        if self.list_body is not None:
            self.list_body.table.tick()

    # moving

    def focus_target(self) -> Widget | None:
        """The table, when there is one."""
        body = self.list_body
        return body.table if body is not None and body.is_mounted else None

    def action_move(self, by: int) -> None:
        """Rows or lines."""
        self._move("move", by, lines=by)

    def action_page(self, by: int) -> None:
        """Pages."""
        self._move("page", by, pages=by)

    def action_half_page(self, by: int) -> None:
        """Half pages."""
        self._move("half_page", by, lines=by * max(1, self.size.height // 3))

    def _move(self, how: str, by: int, *, lines: int = 0, pages: int = 0) -> None:
        if self.list_body is not None:
            getattr(self.list_body.table, how)(by)
        else:
            self.scroll_text(lines, pages)

    def action_first(self) -> None:
        """The first row or line."""
        if self.list_body is not None:
            self.list_body.table.first()
        else:
            self.scroll_text(lines=-1_000_000)

    def action_end(self) -> None:
        """The last row that is loaded; at the end of a filtered or stopped list it asks for more."""
        body = self.list_body
        if body is None:
            self.scroll_text(lines=1_000_000)
            return
        at_end = body.table.cursor >= len(body.feed) - 1
        body.table.last()
        if at_end and body.feed.more:
            body.load_on()

    def action_preview(self, by: int) -> None:
        """The preview scrolls, the cursor stays."""
        body = self.list_body
        if body is not None and body.preview is not None:
            body.preview.scroll_lines(by)

    # opening

    def action_open(self) -> None:
        """Open the row, or the repeats of a folded row first."""
        body = self.list_body
        if body is None or not len(body.feed):
            if body is not None and body.feed.state == "failed":
                body.load_on()
            return
        entry = body.feed.entry(body.table.cursor)
        if entry.total:
            self.open_group(body, entry)
            return
        if entry.count > 1 and not entry.repeat and not entry.opened:
            body.feed.toggle_fold(body.table.cursor)
            body.table.feed_changed()
            self.draw_bottom()
            return
        item = body.cursor_item()
        # rows of this host (requests, ledger) have no page, and no id of the tenant
        target = body.view.page_id(item) if item is not None and body.view.opens else None
        if target:
            name = body.view.subject.name(item) or ""
            self.shell.visit(page_of(body.view.opens, self.tenant(item), target, self.place, name, item))
        elif item is not None:
            # a row may stand for one thing that has a page
            named = [] if body.view.opens else list(body.view.subject.names(item))
            if len(named) == 1:
                self.shell.visit(page_of(named[0].page, self.tenant(item), named[0].id, self.place))
            else:
                self.say("This row has no page of its own.")
        elif (why := body.feed.shape.bad(entry.item)) is not None:
            # its line has no room for all of it
            self.say(text.line(why), style="state.bad")

    def open_group(self, body: ListBody, group: Line) -> None:
        """Open the rows of a counted group as a list."""

    def on_feed_table_opened(self, event: FeedTable.Opened) -> None:
        """A click on the row."""
        event.stop()
        self.action_open()

    def action_machine(self) -> None:
        """The machine of the row."""
        item = self.subject()
        machine = self.known().machine_id(item) if item is not None else None
        if not machine:
            self.say("This row names no machine.")
            return
        tenant = self.known().profile(item)
        if tenant is not None and self.place.profile not in ("", tenant):
            # the ledger is one for all tenants, and the same id means nothing in another
            self.say(f"This machine is of {text.line(tenant, 60)}, which is not the tenant that is open.")
            return
        name = getattr(item, "computer_dns_name", "") or ""
        self.shell.visit(page_of("machine", self.tenant(item), machine, self.place, name.split(".")[0]))

    def action_incident(self) -> None:
        """The row's incident: its alerts first, its machines and evidence beside them."""
        item = self.subject()
        number = getattr(item, "incident_id", None)
        if number is None:
            self.say("This row belongs to no incident.")
            return
        place = page_of("incident", self.tenant(item), str(number), self.place, f"incident {number}")
        place.tab = "alerts"
        self.shell.visit(place)

    def action_pivot(self) -> None:
        """To what belongs to the row."""
        item, further = self.subject(), {letter: (label, run) for letter, label, run in self.further()}
        if item is None and not further:
            self.say("Nothing to pivot to from here.")
            return
        offers: dict[str, Callable[[], Place]] = {}
        entries = []
        for pivot in self.known().pivots if item is not None else ():
            value = pivot.argument(item)
            note = text.line(value, 50) if value else ""
            entries.append(Entry(pivot.letter, pivot.letter, pivot.label, "" if value else "not named here", note))
            offers[pivot.letter] = partial(self._place_of, pivot, self.tenant(item), value or "")
        entries += [Entry(letter, letter, label) for letter, (label, _) in further.items()]
        for named in self.known().names(self.whole(item))[:_NAMED] if item is not None else ():
            letter = next(char for char in _LETTERS if char not in offers and char not in further)
            entries.append(Entry(letter, letter, named.label))
            offers[letter] = partial(page_of, named.page, self.tenant(item), named.id, self.place)
        if not entries:
            self.say("Nothing to pivot to from here.")
            return

        def go(chosen: str) -> None:
            self.attempt(further[chosen][1] if chosen in further else lambda: self.shell.visit(offers[chosen]()))

        self.menu(MenuScreen("Pivot", entries, go))

    def further(self) -> Sequence[tuple[str, str, Callable[[], None]]]:
        """What else the pivot menu offers: letter, label, what it does."""
        return ()

    def whole(self, item: Any) -> Any:
        """The entity of a row where it was read already, for the preview or a page; else the row."""
        page = PAGES.get(self.list_body.view.opens) if self.list_body is not None else None
        session = self.shell.opened(self.tenant(item))
        if page is None or session is None or not page.operation:
            return item
        return session.peek(page.operation, {"id": self.known().key(item)}, {}) or item

    def _place_of(self, pivot: Pivot, profile: str, value: str) -> Place:
        kind, _, target = pivot.target.partition(":")
        if kind == "page":
            return page_of(target, profile, value, self.place)
        return list_of(target, profile, of(target, {pivot.word: value}), pivot.label, self.place)

    # filter

    async def action_filter(self) -> None:
        """Filter what is loaded."""
        body = self.list_body
        if body is None:
            self.say("There is no list here to filter.")
            return
        asks = "; Tab asks the server" if words_of(body.view.id) else ""
        await self.open_bar("/", body.feed.filter.text, f"loaded {body.feed.progress}{asks}")

    def filter_changed(self, text_typed: str) -> None:
        """Live: what is loaded is filtered on every key."""
        body = self.list_body
        if body is not None:
            body.apply(body.feed.set_filter(text_typed))

    async def filter_to_server(self, text_typed: str) -> None:
        """Turn the filter into a question to the server, in the command bar."""
        body = self.list_body
        if body is None or not words_of(body.view.id):
            return
        start = " ".join(f"{body.view.id} {body.listing.query.words} {text_typed}".split()) + " "
        self.close_bar()
        self.filter_changed("")
        await self.open_bar(":", start, completion.hint(self, start))

    def action_back(self) -> None:
        """A message, then the filter, then the marks, then one level up."""
        body = self.list_body
        if not self._said and body is not None and body.feed.filter:
            body.apply(body.feed.set_filter(""))
            self.draw_bottom()
            return
        super().action_back()

    # marks

    def action_mark(self) -> None:
        """Mark the row; the cursor stays on it, so that what follows is about the marks."""
        body = self.list_body
        if body is not None and len(body.feed):
            body.table.toggle_mark()
            self.draw_bottom()

    def action_mark_range(self) -> None:
        """From the last mark to here."""
        if self.list_body is not None:
            self.list_body.table.mark_range()
            self.draw_bottom()

    def action_mark_all(self) -> None:
        """Everything that is loaded and shown."""
        body = self.list_body
        if body is None:
            return
        body.table.mark_all()
        self.draw_bottom()
        more = " Loaded only: the list has more." if body.feed.more else ""
        self.say(f"{text.plural(body.feed.marked, 'row')} marked.{more}")

    def action_unmark(self) -> None:
        """No marks."""
        if self.list_body is not None:
            self.list_body.table.clear_marks()
            self.draw_bottom()

    # rows

    def action_reload(self) -> None:
        """Ask again; after a failure, go on where it stopped."""
        body = self.list_body
        if body is None:
            return
        if body.feed.state in ("failed", "stopped") and body.feed.loaded:
            body.load_on()
        else:
            body.reload()

    def action_show_new(self) -> None:
        """Show what was announced."""
        if self.list_body is not None and not self.list_body.show_new():
            self.say("Nothing new was announced.")

    def action_stop(self) -> None:
        """Stop the load under way."""
        body = self.list_body
        if body is not None and body.stop():
            self.say("The load was stopped; r goes on.")
        else:
            super().action_stop()
