"""PageScreen: one entity: a few lines at the top, tabs below; a tab is lines or a list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from mdetui import text
from mdetui.errors import MdetuiError, SignInError
from mdetui.keys import Key
from mdetui.screens import work
from mdetui.screens.blast_keys import BlastKeys
from mdetui.screens.entity_rows import EntityRows
from mdetui.screens.list_body import ListBody
from mdetui.screens.local_lists import LocalBatch
from mdetui.screens.places import PagePlace
from mdetui.views.base import RAW, Cell, Line, Need, Subject, Tab
from mdetui.views.blast import ROOTS, Bare
from mdetui.views.found import Named
from mdetui.views.registry import VIEWS
from mdetui.views.sent import json_lines
from mdetui.widgets.bindings import bindings
from mdetui.widgets.lines import LinesView, wrap
from mdetui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from mdetui.response.jobs import Job
    from mdetui.session import Session

# keys of a list that also mean something for the entity itself
ENTITY_KEYS = frozenset(("list.copy", "list.copy_menu", "list.portal", "list.reload"))
# where it is what one came for
_BLAST_HINT = 8
READING = [Line((Cell("reading ...", "muted"),))]


class PageScreen(BlastKeys):
    """An alert or a machine."""

    BINDINGS = bindings("alert")
    DEFAULT_CSS = """
    PageScreen #head { height: auto; }
    PageScreen #tabs { background: $panel; }
    PageScreen #sheet { height: 1fr; }
    """

    class Came(Message):
        """A read of the page came, or failed. `name` is `entity` for the page itself."""

        def __init__(self, name: str, value: Any) -> None:
            super().__init__()
            self.name = name
            self.value = value

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.reads: dict[str, Any] = {}
        self._body: ListBody | None = None
        self._text: LinesView | None = None
        self._asked: set[str] = set()
        self._turning = asyncio.Lock()

    @property
    def spot(self) -> PagePlace:
        """The place, with its own type."""
        return cast(PagePlace, self.place)

    @property
    def tab(self) -> Tab:
        """The open tab."""
        tabs = self.spot.page.tabs
        return next((tab for tab in tabs if tab.id == self.spot.tab), tabs[0])

    # composing

    def body(self) -> Iterable[Widget]:
        """Top, tabs, and room for the open tab."""
        head = LinesView(id="head")
        head.can_focus = False
        head.styles.height = self.spot.page.head_lines
        yield head
        yield TabStrip()
        yield Container(id="sheet")

    async def furnished(self) -> None:  # type: ignore[override]
        """The page stands: show the open tab, unless a key was quicker, then ask."""
        if self._body is None and self._text is None and not self._turning.locked():
            await self.open_tab(self.tab)
        self.ask(self.spot.page.needs)

    async def open_tab(self, tab: Tab) -> None:
        """Show a tab; its list is made once and kept with the place.

        One at a time: the first may still be on its way when a key asks for the next.
        """
        async with self._turning:
            # until the new one stands neither the old list nor the old text is drawn with what the new one shows
            self._body, self._text, self.spot.tab = None, None, tab.id
            sheet = self.query_one("#sheet", Container)
            await sheet.remove_children()
            if tab.view:
                self._body, self._text = ListBody(self.spot.listing(tab)), None
                await sheet.mount(self._body)
            else:
                self._body, self._text = None, LinesView(id="tab-lines")
                await sheet.mount(self._text)
                self.ask(tab.needs)
            self.focus_body()
            self.draw_page()

    # reading

    def ask(self, needs: Sequence[Need] = (), *, fresh: bool = False) -> None:
        """Ask for the entity and for what the page or a tab needs, each once."""
        page = self.spot.page
        # where the API has no such entity, its id stands for it
        entity = [Need("entity", page.operation, lambda place: {"id": place.id})] if page.operation else []
        wanted = [need for need in (*entity, *needs) if fresh or need.name not in self._asked]
        self._asked |= {need.name for need in wanted}
        if wanted:
            work.start(self, self._read, wanted, fresh, group="page", alone=False)

    async def _read(self, needs: Sequence[Need], fresh: bool) -> None:
        rest = [need for need in needs if need.name != "entity"]
        asked = len(rest) < len(needs)
        for need in needs:
            if need.name == "entity":
                await self._read_one(need, Bare(self.spot.page_id), fresh)
        subject = await self._subject(known=asked)
        await asyncio.gather(*(self._read_one(need, subject, fresh) for need in rest))

    async def _subject(self, *, known: bool) -> Any:
        """What the paths of other reads are made of: the entity, which may still be under way for another tab.

        Args:
            known: The entity was asked for just now: when it is not there, it can't be had.
        """
        if self.spot.entity is None and self.spot.page.operation and not known:
            with suppress(MdetuiError):  # who asked for it says what is wrong
                self.spot.entity = await self._entity(fresh=False)
        return self.spot.entity or self.spot.row or Bare(self.spot.page_id)

    async def _entity(self, *, fresh: bool) -> Any:
        """The entity of the page, by one read or by what the page has instead."""
        page, session = self.spot.page, self.shell.session(self.place.profile)
        if page.read is not None:
            return await page.read(session, self.spot.page_id, fresh)
        return await session.read(page.operation, {"id": self.spot.page_id}, {}, fresh=fresh)

    async def _read_one(self, need: Need, subject: Any, fresh: bool) -> None:
        try:
            path = need.path(subject)
            if path is None:
                # this one has no such thing; what is drawn says so
                self.post_message(self.Came(need.name, None))
                return
            session = self.shell.session(self.place.profile)
            value: Any
            if need.name == "entity":
                value = await self._entity(fresh=fresh)
            elif need is RAW:
                value = await session.raw(self.spot.page.operation, {"id": self.spot.page_id})
            else:
                value = await session.read(need.operation, path, need.query(subject), fresh=fresh)
        except MdetuiError as error:
            value = error
        else:
            if need.name == "entity":
                self.spot.entity = value
        self.post_message(self.Came(need.name, value))

    @property
    def bare(self) -> bool:
        """Whether nothing of the entity is there."""
        return self.spot.entity is None

    def signed_in(self, session: Session) -> None:
        """Ask for what could not be had."""
        super().signed_in(session)
        if any(isinstance(value, SignInError) for value in self.reads.values()):
            self.action_reload()

    def on_page_screen_came(self, event: Came) -> None:
        """Draw what came; an error stays in its own place and disturbs nothing else."""
        event.stop()
        self.reads[event.name] = event.value
        if event.name == "entity":
            if isinstance(event.value, MdetuiError):
                self._asked.discard("entity")
                self.spot.refused = event.value
                self.fail(event.value)
            else:
                self.spot.refused = None
                self.spot.title = self.spot.page.title(event.value, self.spot.page_id)
                self.reads[self.spot.page.id] = event.value
            self.spot.came.set()
            self._renew_rows()
        self.draw_page()
        if event.name == "entity":
            self.release()

    def _renew_rows(self) -> None:
        """Lists whose rows came with the entity take those of a newer one in; the cursor stays."""
        for tab in self.spot.page.tabs:
            listing = self.spot.listings.get(tab.id)
            source = listing.source if listing is not None else None
            if listing is None or tab.rows is None or not isinstance(source, EntityRows):
                continue
            body = self._body if self._body is not None and self._body.listing is listing else None
            if source.entity is None:
                if body is not None and listing.feed.state == "failed":
                    body.reload()
                continue
            rows = tab.rows(self.spot.entity)
            if rows == tab.rows(source.entity):
                continue
            source.entity = self.spot.entity
            change = listing.feed.announce(LocalBatch(rows))
            if body is not None:
                body.apply(change)

    # drawing

    def draw_page(self) -> None:
        """Everything from what is known."""
        self.draw_top()
        self.draw_bottom()
        page, place = self.spot.page, self.spot
        if not self.query(TabStrip):
            return
        now = self.shell.context(place.profile)
        self._draw_head(page.head(place.entity, place.page_id, now, self.reads))
        counts = {
            tab_id: f"{listing.feed.loaded}{'+' if listing.feed.more else ''}"
            for tab_id, listing in place.listings.items()
            if listing.feed.loaded or not listing.feed.more
        }
        closed = {tab.id for tab in page.tabs if self._unreadable(tab)}
        self.query_one(TabStrip).show_tabs(page.tabs, self.tab.id, counts, closed)
        if self._text is not None:
            self._text.show(self._tab_lines(), keep=True)

    def _draw_head(self, lines: list[Line]) -> None:
        """The top takes the rows it needs at this width, at least those of the page, at most two more."""
        rows = sum(len(wrap(line, max(10, self.size.width - 2))) for line in lines)
        least = self.spot.page.head_lines
        head = self.query_one("#head", LinesView)
        height = max(least, min(rows, least + 2))
        if head.styles.height is None or head.styles.height.value != height:
            head.styles.height = height
        head.show(lines, keep=True)

    def _tab_lines(self) -> list[Line]:
        tab, entity = self.tab, self.spot.entity
        failed = [self.reads[n.name] for n in tab.needs if isinstance(self.reads.get(n.name), MdetuiError)]
        if isinstance(self.reads.get("entity"), MdetuiError) and entity is None:
            failed = [self.reads["entity"]]
        if failed:
            return [
                Line((Cell(text.line(failed[0].what), "state.bad"),)),
                Line((Cell(text.line(failed[0].todo or "Press r to ask again.")),)),
            ]
        if entity is None or any(need.name not in self.reads for need in tab.needs):
            return READING
        if tab.lines is None:
            return json_lines(self.reads["raw"])
        return tab.lines(entity, self.shell.context(self.place.profile), self.reads)

    # what keys act on

    @property
    def list_body(self) -> ListBody | None:
        """The list of the open tab."""
        return self._body

    def subject(self) -> Any | None:
        """The row of a list tab, else the entity of the page."""
        body = self.list_body
        if body is not None:
            return body.cursor_item()
        # until it is read: the row it was opened from; for a machine the id is enough, pre-flight reads the rest
        known = self.spot.entity or self.spot.row
        if known is None and self.spot.page.subject.kind == "machine":
            return Bare(self.spot.page_id, self.spot.title)
        return known

    def roots(self) -> Sequence[Named]:
        """What the page is about, where that is something a tree begins with; else what its row names."""
        page, page_id = self.spot.page, self.spot.page_id
        if page.id not in ROOTS:
            return super().roots()
        return [Named(page.id, page_id, f"{page.noun} {self.spot.title or text.line(page_id)}")]

    def known(self) -> Subject:
        """Of the row, else of the entity."""
        return super().known() if self.list_body is not None else self.spot.page.subject

    def scroll_text(self, lines: int = 0, pages: int = 0) -> None:
        """Scroll the open text."""
        if self._text is not None:
            self._text.scroll_page(pages) if pages else self._text.scroll_lines(lines)

    def focus_target(self) -> Widget | None:
        """The list or the text of the open tab."""
        return self._text if self._text is not None else super().focus_target()

    def hints(self) -> Sequence[Key]:
        """The keys of the page's own context; what means nothing for its entity or rows is left out."""
        kind = self.known().kind
        idle = set() if kind == "alert" else {"row.triage"} if kind else {"row.triage", "row.act"}
        keys = [key for key in self.keys_of(self.spot.page.keys) if key.id not in idle]
        if self.spot.page.id in ROOTS:
            keys = [replace(key, hint=_BLAST_HINT) if key.id == "row.blast" else key for key in keys]
        if self.list_body is not None:
            return keys
        here = {"row.machine"} if self.spot.page.id == "machine" else set()
        return [key for key in keys if key.id not in here and (key.id in ENTITY_KEYS or not key.id.startswith("list."))]

    def help_of(self, key: Key) -> str:
        """The digits say which tab they open."""
        tab = self._tab_of(key)
        return key.help if tab is None and not key.id.startswith("page.tab_") else f"Tab: {tab.title}" if tab else ""

    def lacks(self, key: Key) -> str:
        """Tabs that the sign-in can't ask for."""
        tab = self._tab_of(key)
        return self._unreadable(tab) if tab is not None else ""

    def _tab_of(self, key: Key) -> Tab | None:
        _, _, number = key.id.partition("page.tab_")
        tabs = self.spot.page.tabs
        return tabs[int(number) - 1] if number and int(number) <= len(tabs) else None

    def _unreadable(self, tab: Tab) -> str:
        asked = [need.operation for need in tab.needs if need.operation]
        if tab.view and tab.rows is None:
            asked.append(tab.operation or VIEWS[tab.view].operation)
        return self.shell.lacks(self.place.profile, *asked)

    def standing(self) -> Sequence[Cell]:
        """Where the list of the open tab stands."""
        return self.list_body.standing() if self.list_body is not None else ()

    def on_list_body_changed(self, event: ListBody.Changed) -> None:
        """A count on the tab strip may have changed."""
        event.stop()
        self.draw_page()

    def redraw(self) -> None:
        """Ages or times may have changed, too."""
        self.draw_page()
        if self.list_body is not None:
            self.list_body.table.tick()

    def job_changed(self, job: Job) -> None:
        """What this page shows may be what the job changes: read it again."""
        super().job_changed(job)
        page_id = self.spot.page_id
        mine = any(page_id in row.target.key or page_id == row.target.machine_id for row in job.rows)
        # what came with the entity is read with it, once: when the job has ended
        if mine or (self.tab.rows is not None and not job.active):
            self.ask((*self.spot.page.needs, *self.tab.needs), fresh=True)

    # keys of a page

    async def action_next_tab(self) -> None:
        """The tab to the right, over the end."""
        await self._step_tab(1)

    async def action_previous_tab(self) -> None:
        """The tab to the left, over the end."""
        await self._step_tab(-1)

    async def _step_tab(self, by: int) -> None:
        tabs = self.spot.page.tabs
        await self.open_tab(tabs[(tabs.index(self.tab) + by) % len(tabs)])

    async def action_tab(self, number: int) -> None:
        """A tab by its number."""
        if 1 <= number <= len(self.spot.page.tabs):
            await self.open_tab(self.spot.page.tabs[number - 1])

    def action_reload(self) -> None:
        """Ask again for what is shown."""
        self.ask((*self.spot.page.needs, *self.tab.needs), fresh=True)
        if self.list_body is not None and self.tab.rows is None:
            super().action_reload()
