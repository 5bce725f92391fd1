"""ListBody: one list and its preview: loads pages as the cursor goes, and refreshes.

No key waits here: keys move the table, workers bring rows and post one message, handlers draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from mdetui import memory, text
from mdetui.errors import MdetuiError
from mdetui.feeds.source import RowKey
from mdetui.screens import work
from mdetui.screens.places import Arrival, Listing
from mdetui.screens.preview import Preview
from mdetui.screens.sizes import WIDE
from mdetui.settings import BY_CHANGES
from mdetui.views.base import Cell, Context
from mdetui.widgets.feed_table import FeedTable

if TYPE_CHECKING:
    from mdetui.api.delta import Changes
    from mdetui.app import MdetuiApp
    from mdetui.feeds.source import Source
    from mdetui.screens.shell import Shell

# seconds between two looks at the ages on screen
TICK = 20.0
# seconds after the first rows at which the ledger is read for what a dead run left open
RECOVER = 0.7


class ListBody(Container):
    """A table and, where the view has one, a preview below or beside it."""

    DEFAULT_CSS = """
    ListBody { height: 1fr; width: 1fr; layout: vertical; }
    ListBody > FeedTable { height: 1fr; width: 1fr; }
    """

    class Changed(Message):
        """Something the lines around the list show has changed."""

        def can_replace(self, message: Message) -> bool:
            """A burst of them is one."""
            return isinstance(message, ListBody.Changed)

    class Filled(Message):
        """The first rows stand in the table, or it says why there are none."""

    class Told(Message):
        """Something to say to the person; with an error at most what was being done."""

        def __init__(self, error: MdetuiError | None, *parts: str) -> None:
            super().__init__()
            self.error = error
            self.parts = parts

    class Loaded(Message):
        """A page came, or why there is none: it waits in the listing."""

    class Refreshed(Message):
        """A refresh found these changes."""

        def __init__(self, listing: Listing, changes: Changes) -> None:
            super().__init__()
            self.listing = listing
            self.changes = changes

    def __init__(self, listing: Listing, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.listing = listing
        self.feed = listing.feed
        self.view = listing.view
        remote = self.shell.remote
        columns = self.shell.settings.columns(self.view, wide=listing.wide)
        self.table = FeedTable(
            columns, self.feed, self.context, jump=remote, scrollbar=not remote, folded=listing.folded
        )
        self.preview = Preview(listing, self.cursor) if self.view.preview is not None else None
        self.set_class(self.preview is not None, "-preview")
        self.set_class(listing.wide, "-full")

    @property
    def shell(self) -> Shell:
        """The running program."""
        return cast("MdetuiApp", self.app).shell

    def compose(self) -> ComposeResult:
        """The table, then the preview."""
        yield self.table
        if self.preview is not None:
            yield self.preview

    def on_mount(self) -> None:
        """Come back to where the person was, and ask for rows. A body is mounted only after the first paint."""
        # who was here and is back already finds the last body still going away
        last, self.listing.body = self.listing.body, self
        position = last.table.position() if last is not None else self.listing.position
        position = self.listing.shown_again(position)
        if position is not None:
            self.table.restore(position)
        self.start()
        self.set_interval(TICK, self.tick)
        seconds = self.shell.settings.refresh(self.view.id) if self.listing.refreshable else 0
        if seconds:
            self.set_interval(seconds, self.refresh_rows)

    def on_unmount(self) -> None:
        """Keep what brings the place back; a page under way waits in the listing when it comes."""
        if self.shows:
            self.listing.position = self.table.position()
            self.listing.body = None

    @property
    def shows(self) -> bool:
        """Whether this is the body that shows the list: one that is going away leaves the feed alone."""
        return self.listing.body is self

    def context(self) -> Context:
        """What cells may depend on now."""
        return self.shell.context(self.listing.profile)

    # loading

    def start(self) -> None:
        """Load the first page, or go on where the person has left."""
        if self.feed.loaded:
            self.call_after_refresh(self._show_known)
        if self.listing.arrived:
            self._take_arrived()
        elif self.feed.loaded:
            # the last screen may have left in the middle of its work
            self._pump()
        elif self.feed.load_more():
            self._load()

    def _show_known(self) -> None:
        if self.preview is not None:
            self.preview.draw()
            self.preview.follow()
        self.post_message(self.Filled())

    def _load(self) -> None:
        self.post_message(self.Changed())
        listing = self.listing
        try:
            # here and not in the worker: the first call imports the wire, and the patience of the screen begins after it
            sizes = self.shell.settings.sizes(self.view.id)
            source = listing.open_source(lambda: self.shell.session(listing.profile), sizes)
        except MdetuiError as error:
            listing.arrived.append(Arrival(None, error=error))
            self.post_message(self.Loaded())
            return
        if listing.asked_at is None:
            listing.asked_at = self.shell.clock.now()
        listing.loading = work.start(self.app, _fetch, listing, source, group="load", alone=False)

    def on_list_body_loaded(self, event: Loaded) -> None:
        """Put what came into the feed, one slice a turn."""
        event.stop()
        if self.shows and self.listing.arrived:
            self._take_arrived()

    def _take_arrived(self) -> None:
        first = not self.feed.loaded
        page = self.listing.arrived.pop(0)
        if page.error is not None:
            self._failed(page.error)
            return
        if page.batch is None:
            self.feed.finish()
            self.table.feed_changed()
        else:
            self.listing.partial |= bool(getattr(page.batch, "partial", False))
            self.table.feed_changed(self.feed.add(page.batch, complete=page.complete, total=page.total))
        self._pump()
        if first:
            if self.preview is not None:
                self.preview.draw()
                self.preview.follow()
            self.post_message(self.Filled())
        if self.listing.profile:
            self.set_timer(RECOVER, self._recover)

    def _recover(self) -> None:
        if not self.shell.settled:
            self.shell.settled = True
            memory.keep()
        work.start(self.app, self.shell.recover, self.listing.profile, group="recover", alone=False)

    def _failed(self, error: MdetuiError) -> None:
        """Rows that are there stay; the list says in its own place why no more came."""
        self.feed.fail(error)
        self.table.feed_changed()
        self.post_message(self.Told(error))
        self.post_message(self.Changed())
        self.post_message(self.Filled())

    def _pump(self) -> None:
        """Go on with the work that is left, one slice a turn of the loop, so that keys come in between."""
        if not self.shows:
            return
        if self.feed.busy:
            self.table.feed_changed(self.feed.step())
            self.set_timer(0.001, self._pump)
        else:
            self._after_rows()

    def apply(self, change: Any) -> None:
        """A sort, filter, fold or update of the feed has begun: show it and go on with it."""
        self.table.feed_changed(change)
        self._pump()

    def _after_rows(self) -> None:
        self.post_message(self.Changed())
        if self.feed.ensure(self.table.last_visible, self.table.page_size):
            self._load()

    def on_feed_table_need_more(self, event: FeedTable.NeedMore) -> None:
        """The cursor is near the end of what is loaded."""
        event.stop()
        if self.shows and self.feed.ensure(event.index, self.table.page_size):
            self._load()

    def load_on(self) -> None:
        """Ask for the next page because a person wants it (retry after a failure, the end of a filtered list)."""
        if self.feed.load_more():
            self._load()

    def reload(self) -> None:
        """Forget the rows and ask again."""
        self.listing.restart()
        if self.preview is not None:
            self.preview.forget()
        self.feed.clear()
        self.table.feed_changed()
        self.load_on()

    def stop(self) -> bool:
        """Stop the load under way; False when there is none."""
        if self.feed.state != "loading":
            return False
        self.listing.cancel()
        self.feed.stop()
        self.post_message(self.Changed())
        return True

    # refresh

    def refresh_rows(self) -> None:
        """Ask what is new, once; never moves the cursor."""
        session = self.shell.opened(self.listing.profile)
        if session is None or self.listing.asked_at is None or not self.feed.loaded:
            return
        work.start(self, self._refresh, self.listing, group="refresh")

    async def _refresh(self, listing: Listing) -> None:
        session = self.shell.session(listing.profile)
        try:
            if listing.view.id == BY_CHANGES:
                changes = await session.changed_alerts(listing.asked_at)
            else:
                query, sizes = listing.query.at(session.now()), self.shell.settings.sizes(listing.view.id)
                found = await session.first_page(listing.view.operation, filter=query.filter, sizes=sizes)
                if found is None:
                    return
                changes = found
        except MdetuiError as error:
            # the rows on screen stay; the next refresh asks again from the same time
            self.post_message(self.Told(error, "Refresh: "))
        else:
            self.post_message(self.Refreshed(listing, changes))

    def on_list_body_refreshed(self, event: Refreshed) -> None:
        """Known rows are replaced where they stand; new ones are announced."""
        event.stop()
        if not self.shows:
            # whoever shows it now asks from the same time
            return
        page = event.changes.page
        self.listing.partial |= page.partial
        if not page.partial:
            # else the next one asks from the same time again: what was left out now may come then
            self.listing.asked_at = event.changes.until
        matches, profile = self.listing.query.matches, self.feed.profile
        rows = [
            row
            for row in page.rows
            if self.feed.item((profile, self.feed.shape.name(row))) is not None
            # a part of a list gets no rows of its own
            or (self.listing.whole is None and self.feed.shape.bad(row) is None and matches(row))
        ]
        self.apply(self.feed.announce(_Rows(rows)))
        if event.changes.more:
            self.post_message(self.Told(None, "More has changed than one refresh brings. Press r to reload the queue."))

    def show_new(self) -> bool:
        """Show the announced rows; False when there are none."""
        if not self.feed.announced:
            return False
        self.apply(self.feed.show_new())
        self.table.show_above()
        return True

    def show_columns(self) -> None:
        """Other columns were chosen, or all of them."""
        self.table.show_columns(self.shell.settings.columns(self.view, wide=self.listing.wide))

    def tick(self) -> None:
        """Ages go on; only lines whose text changed are drawn."""
        self.table.tick()

    # preview

    def on_feed_table_highlighted(self, event: FeedTable.Highlighted) -> None:
        """The preview follows after a rest; a held key draws and asks nothing."""
        event.stop()
        if self.preview is not None:
            self.preview.follow()

    def on_preview_learned(self, event: Preview.Learned) -> None:
        """Facts came that rows may show, too."""
        event.stop()
        self.table.tick()

    # what keys act on

    def chosen(self) -> list[Any]:
        """Marked rows, else the rows the cursor line stands for. Rows that could not be read are left out."""
        rows = self.feed.marked_items() or self.cursor_rows()
        return [row for row in rows if self.feed.shape.bad(row) is None]

    def cursor_rows(self) -> list[Any]:
        """The rows that the cursor line stands for (all repeats of a closed fold)."""
        index = self.table.cursor
        return self.feed.covered_items(index) if 0 <= index < len(self.feed) else []

    def cursor(self) -> tuple[RowKey, Any] | None:
        """Key and row under the cursor, or None when there is none that could be read."""
        key = self.table.cursor_key
        item = self.feed.item(key) if key else None
        return (key, item) if key and item is not None and self.feed.shape.bad(item) is None else None

    def cursor_item(self) -> Any | None:
        """The row under the cursor, or None."""
        found = self.cursor()
        return found[1] if found else None

    def standing(self) -> list[Cell]:
        """`300 of 300+`, marks, announced rows, what is under way."""
        cells: list[Cell] = []
        if self.feed.announced:
            cells += [Cell(f"{self.feed.announced} new: . ", "state.warn"), Cell(" ")]
        if self.feed.marked:
            hidden = self.feed.marked_hidden
            note = f" ({hidden} hidden)" if hidden else ""
            cells.append(Cell(f"{self.feed.marked} marked{note}  ", "strong"))
        if self.feed.filter and self.feed.loaded:
            cells.append(Cell(f"/{text.line(self.feed.filter.text)} shows {len(self.feed):,}  ", "state.warn"))
        if self.listing.partial or (self.listing.whole is not None and self.listing.whole.partial):
            cells.append(Cell("incomplete: r asks again  ", "state.warn"))
        if self.listing.reading:
            cells.append(Cell(f"{self.listing.reading}  ", "state.busy"))
        if self.app.size.width >= WIDE and self.listing.asked_at is not None:
            cells.append(Cell(f"asked {self.listing.asked_at:%H:%M:%S}Z  ", "muted"))
        state = {"loading": " loading", "stopped": " stopped", "failed": " r retries"}.get(self.feed.state, "")
        cells.append(Cell(f"loaded {self.feed.progress}{state}" if self.feed.loaded else state.strip(), "muted"))
        return cells


async def _fetch(listing: Listing, source: Source) -> None:
    """Ask for the next page. Once it is there nothing can lose it: it waits in the listing."""
    try:
        batch = await source.next()
    except MdetuiError as error:
        listing.arrived.append(Arrival(None, error=error))
    else:
        listing.arrived.append(Arrival(batch, source.complete, source.total))
    if listing.body is not None:
        listing.body.post_message(ListBody.Loaded())


class _Rows:
    """A batch without pages: rows of a refresh."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows
        self.raw = None
