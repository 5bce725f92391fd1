"""Where a person can be.

A place holds all that must survive the screen which draws it: the rows, filter, sort, cursor, marks, the tab. Screens
are made from places and thrown away; `[`, `]`, `-` and `esc` bring a place back as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from mdetui import text
from mdetui.feeds.feed import Feed
from mdetui.feeds.position import Position
from mdetui.feeds.shape import Shape
from mdetui.views import folds
from mdetui.views.base import Cell, Column, Page, Tab, View
from mdetui.views.query import Query, Queue, parse
from mdetui.views.registry import PAGES, VIEWS

if TYPE_CHECKING:
    from textual.worker import Worker

    from mdetui.errors import MdetuiError
    from mdetui.feeds.source import Batch, Source
    from mdetui.screens.frame import Frame
    from mdetui.screens.list_body import ListBody
    from mdetui.session import Session


@runtime_checkable
class Resumed(Protocol):
    """A source of several, of which some may fail."""

    def again(self) -> Any:
        """The source that asks only those again that failed; None when none did."""


class Place:
    """One place. Subclasses say which screen draws it."""

    profile: str
    parent: Place | None

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Names from the tenant to here."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What is muted behind the crumbs: the words of a query."""
        return ""

    @property
    def standing(self) -> Sequence[Cell]:
        """What stands on the right of the top line where it is about no single tenant."""
        return ()

    @property
    def before(self) -> tuple[str, ...]:
        """Names from the tenant to where this was opened from."""
        if self.parent is None:
            return (self.profile,)
        # from a list of several tenants into one of them
        entered = self.profile and not self.parent.profile
        return (*self.parent.crumbs, self.profile) if entered else self.parent.crumbs

    def screen(self) -> Frame:
        """A screen that draws this place."""
        raise NotImplementedError


class Arrival(NamedTuple):
    """What came of asking for a page.

    Attributes:
        batch: Its rows; None when there were no more, or when it failed.
        complete: Whether it was the last one.
        total: Rows of the whole list, when that is known.
        error: Why it did not come.
    """

    batch: Batch | None
    complete: bool = False
    total: int | None = None
    error: MdetuiError | None = None


@dataclass(eq=False)
class Listing:
    """The state of one list: where its rows come from and how they are shown.

    Attributes:
        view: Columns, preview and keys.
        profile: Which tenant.
        query: What was asked of the server.
        make_source: Opens the pages of the tenant; None takes the view's own operation.
        local: Opens rows of this host instead: no tenant is needed.
        refreshable: Whether it announces new rows (a list of the whole tenant).
        error: Why loading stopped, shown in the list's own place.
        loading: What asks for the next page; it goes on when the screen that began it is left.
        arrived: What came and is not in the feed yet. The source will not give a page twice, so it waits here for
            whoever shows the list next.
        body: The widget that shows the list now.
        learned: What was read of rows beside the list, by row id, to fold by (`views.folds`).
        reading: How far such reads are, while they go on; "" else.
        reader: What reads them.
        partial: The service said that a page lacks something.
        whole: The list that this one shows a part of, or None. Its marks are those of the whole.
        parts: Such lists that were opened from this one, and whose marks it has not taken over yet.
    """

    view: View
    profile: str
    query: Query = field(default_factory=lambda: Query("", ""))
    make_source: Callable[[Session], Source] | None = None
    local: Callable[[], Source] | None = None
    refreshable: bool = False
    feed: Feed = field(init=False)
    source: Source | None = None
    asked_at: Any = None
    position: Any = None
    wide: bool = False
    loading: Worker[Any] | None = None
    arrived: list[Arrival] = field(default_factory=list)
    body: ListBody | None = None
    learned: dict[str, Mapping[str, str]] = field(default_factory=dict)
    reading: str = ""
    reader: Worker[Any] | None = None
    partial: bool = False
    whole: Listing | None = None
    parts: list[Listing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.feed = new_feed(self.view, self.profile, self.learned)

    def shown_again(self, position: Position | None) -> Position | None:
        """Marks that were made in a part or in the whole meanwhile go into a position that is to be restored."""
        if self.parts:
            self.take_over()
            return replace(position or Position(), marks=self.feed.marked_ids())
        if self.whole is None or self in self.whole.parts:
            return position
        self.whole.parts.append(self)
        return replace(position or Position(), marks=self.whole.feed.marked_ids())

    def take_over(self) -> None:
        """The marks of parts become those of the whole."""
        for part in self.parts:
            part.take_over()
            keys = [(part.profile, part.feed.shape.name(row)) for row in part.feed.items(hidden=True)]
            self.feed.take_marks(keys, part.feed.marked_ids())
        self.parts.clear()

    def folded(self, name: str) -> Sequence[Column]:
        """Columns of the list folded by `name`; none where repeats are folded."""
        return folds.columns(self.view, name, self.learned) if self.feed.shape.counts(name) else ()

    def open_source(self, session: Callable[[], Session], sizes: Sequence[int]) -> Source:
        """The pages of this list.

        Args:
            session: Gives the tenant's session; not called for rows of this host.
            sizes: Rows of the first page, of the second and so on, for the view's own operation.
        """
        if self.source is None:
            if self.local is not None:
                self.source = self.local()
            elif self.make_source is not None:
                self.source = self.make_source(session())
            else:
                opened = session()
                # `since:24h` counts from now, not from when the place was made
                self.query = self.query.at(opened.now())
                asked = self.query
                self.source = opened.pager(
                    self.view.operation,
                    filter=asked.filter,
                    sizes=sizes,
                    # its filter is another one each time: what is learnt about the queue is kept under its words
                    memory=asked.words if asked.again is not None else None,
                )
        return self.source

    def restart(self) -> None:
        """Forget the rows; the next load asks again. Filter, sort and marks stay."""
        self.cancel()
        self.arrived.clear()
        self.source = self.source.again() if isinstance(self.source, Resumed) else None
        self.asked_at = None
        self.partial = False

    def cancel(self) -> None:
        """Give up the page that is under way; one that has come is kept."""
        if self.loading is not None:
            self.loading.cancel()
            self.loading = None


def new_feed(view: View, profile: str, learned: folds.Learned = MappingProxyType({})) -> Feed:
    """An empty feed that sorts, searches and folds as the view says."""
    time = folds.newest(view)
    sorts = {column.id: column.sort for column in view.columns if column.sort is not None}
    column, descending = view.default_sort
    shape = Shape(
        row_id=view.row_id or view.subject.key,
        texts=view.texts,
        order=sorts[column] if column else None,
        descending=descending,
        sorts=sorts,
        folds={folds.REPEATS: view.fold} if view.fold is not None else {},
        groups=folds.keys(view, learned),
        time=time.sort if time is not None else None,
        version=view.version,
        bad=lambda row: getattr(row, "why", None),
        leads=view.leads,
    )
    feed = Feed(profile, shape)
    if view.fold is not None:
        feed.fold(folds.REPEATS)
    return feed


@dataclass(eq=False)
class ListPlace(Place):
    """A list on its own.

    Attributes:
        name: Name of the queue, or what the list is; the words that were asked when empty.
        title: Its name in the breadcrumb; that of the view when empty.
    """

    profile: str
    listing: Listing
    name: str = ""
    parent: Place | None = None
    title: str = ""

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Tenant, where it was opened from, list."""
        return (*self.before, self.title or self.listing.view.title)

    @property
    def label(self) -> str:
        """Name of the queue, or the words that were asked."""
        return self.name or self.listing.query.words

    def screen(self) -> Frame:
        """The list screen."""
        from mdetui.screens.listing import ListScreen

        return ListScreen(self)


@dataclass(eq=False)
class PagePlace(Place):
    """One entity.

    Attributes:
        row: The row it was opened from: what keys act on until the entity itself is read.
        came: Set once the entity was read, or refused.
        refused: Why it was not read the last time.
    """

    profile: str
    page: Page
    page_id: str
    title: str = ""
    parent: Place | None = None
    row: Any = None
    tab: str = ""
    entity: Any = None
    listings: dict[str, Listing] = field(default_factory=dict)
    scroll: dict[str, int] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    refused: MdetuiError | None = None

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Tenant, where it was opened from, entity."""
        return (*self.before, self.title or text.line(self.page_id))

    def listing(self, tab: Tab) -> Listing:
        """The list of a tab, made once."""
        if tab.id not in self.listings:
            self.listings[tab.id] = Listing(VIEWS[tab.view], self.profile, make_source=self._source(tab))
        return self.listings[tab.id]

    def _source(self, tab: Tab) -> Callable[[Session], Source]:
        if tab.rows is not None:
            from mdetui.screens.entity_rows import EntityRows

            rows = tab.rows
            return lambda session: EntityRows(self, rows)
        op, path = tab.operation or VIEWS[tab.view].operation, tab.path(self.page_id)
        filter_text = tab.filter(self.page_id)
        return lambda session: session.pager(op, filter=filter_text, path=path)

    def screen(self) -> Frame:
        """The page screen."""
        from mdetui.screens.page import PageScreen

        return PageScreen(self)


@dataclass(eq=False)
class LoginPlace(Place):
    """The list of profiles."""

    profile: str = ""
    parent: Place | None = None

    @property
    def crumbs(self) -> tuple[str, ...]:
        """Only the program's name."""
        return ("mdetui",)

    def screen(self) -> Frame:
        """The login screen."""
        from mdetui.screens.login import LoginScreen

        return LoginScreen(self)


def queue_of(view: str, profile: str, queue: Queue, me: str) -> ListPlace:
    """A saved queue of a tenant, in its order and fold.

    Args:
        view: Whose queue.
        profile: Which tenant.
        queue: The queue.
        me: The analyst's name, for `owner:me`.

    Raises:
        PlanError: The queue is about the analyst, and nobody's name is known.
    """
    place = list_of(view, profile, parse(view, queue.words, me), queue.name)
    feed = place.listing.feed
    if queue.sort:
        feed.sort(queue.sort.removeprefix("-"), queue.sort.startswith("-"))
    if queue.fold:
        feed.fold("" if queue.fold == "none" else queue.fold)
    return place


def list_of(view: str, profile: str, query: Query, name: str = "", parent: Place | None = None) -> ListPlace:
    """A list of a tenant."""
    listing = Listing(VIEWS[view], profile, query, refreshable=True)
    if query.local:
        listing.feed.set_filter(query.local)
    return ListPlace(profile, listing, name, parent)


def page_of(page: str, profile: str, page_id: str, parent: Place | None, title: str = "", row: Any = None) -> PagePlace:
    """The page of an entity."""
    return PagePlace(profile, PAGES[page], page_id, text.line(title) if title else "", parent, row)
