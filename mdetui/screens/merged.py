"""`:merged`: the alerts of several profiles in one list, the newest first, whichever tenant they are of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.errors import MdetuiError, NetworkError, PlanError
from mdetui.screens.parts import PartBatch
from mdetui.screens.places import Listing, ListPlace
from mdetui.views.base import Cell
from mdetui.views.merged import VIEW, TenantRow, gap
from mdetui.views.query import parse
from mdetui.views.words import time_key

if TYPE_CHECKING:
    from mdetui.feeds.source import Batch, Source
    from mdetui.screens.frame import Frame

# a row and the page it came with, and its index there
Paged = tuple[Any, tuple[Any, int] | None]
_NEVER = float("-inf")
# seconds that the others wait for a tenant; it goes on being asked, and its row says so
PATIENCE = 5.0


@dataclass
class _Tenant:
    """How far one tenant is.

    Attributes:
        name: Its profile.
        source: Its pages, once they were opened.
        held: Rows that came and are not in the list yet.
        given: Rows that are in the list.
        reached: Time of its oldest row so far; what is older can't be shown before the others are as far.
        complete: Whether it has no more.
        error: Why it stopped.
        told: Whether the list has a row that says so.
        partial: The service said that a page of it lacks something.
        asking: What asks it for a page.
    """

    name: str
    source: Source | None = None
    held: list[Paged] = field(default_factory=list)
    given: list[Paged] = field(default_factory=list)
    reached: float | None = None
    complete: bool = False
    error: MdetuiError | None = None
    told: bool = False
    partial: bool = False
    asking: asyncio.Task[Batch | None] | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is to be asked of it."""
        return self.complete or self.error is not None


class MergedSource:
    """Pages of several tenants as one: a row is handed out once no tenant can have a newer one that is missing.

    Args:
        open_source: Profile to its pages; may raise what a read may raise.
        names: The profiles.
    """

    def __init__(self, open_source: Callable[[str], Source], names: Sequence[str]) -> None:
        self._open = open_source
        self._tenants = [_Tenant(name) for name in names]
        self.total: int | None = None

    @property
    def complete(self) -> bool:
        """Whether everything was handed out, as far as it came."""
        return all(one.over and not one.held and (one.error is None or one.told) for one in self._tenants)

    def again(self) -> MergedSource | None:
        """The same list with only those tenants asked again that failed; None when none did."""
        if not any(one.error for one in self._tenants):
            return None
        fresh = MergedSource(self._open, ())
        fresh._tenants = [
            _Tenant(one.name)
            if one.error is not None and one.asking is None
            else _Tenant(
                one.name,
                one.source,
                [*one.given, *one.held],
                [],
                one.reached,
                one.complete,
                partial=one.partial,
                asking=one.asking,
            )
            for one in self._tenants
        ]
        return fresh

    async def next(self) -> PartBatch | None:
        """The next rows; None when there are none."""
        while not self.complete:
            unasked = [one for one in self._tenants if one.reached is None and not one.over]
            await asyncio.gather(*(self._ask(one) for one in unasked))
            rows = self._take()
            if rows:
                partial = any(one.partial for one in self._tenants)
                return PartBatch([row for row, _ in rows], [page for _, page in rows], partial=partial)
            going = [one for one in self._tenants if not one.over]
            if going:
                # this one holds back the others
                await self._ask(max(going, key=_reached))
        return None

    async def _ask(self, one: _Tenant) -> None:
        try:
            if one.source is None:
                one.source = self._open(one.name)
            if one.asking is None:
                one.asking = asyncio.create_task(one.source.next(), name=f"merged {one.name}")
                # seen here, so that an error nobody waits for any more is not reported by the loop
                one.asking.add_done_callback(lambda task: task.cancelled() or task.exception())
            done, _ = await asyncio.wait({one.asking}, timeout=PATIENCE)
            if not done:
                one.error = NetworkError(f"It has not answered for {PATIENCE:g} s.", "It is still being asked.")
                return
            asked, one.asking = one.asking, None
            batch = asked.result()
        except MdetuiError as error:
            one.error = error
            return
        one.complete = batch is None or one.source.complete
        one.partial |= bool(getattr(batch, "partial", False))
        for place, row in enumerate(batch.rows if batch is not None else ()):
            raw = batch.raw if batch is not None else None
            one.held.append((TenantRow(one.name, row), None if raw is None else (raw, place)))
            if getattr(row, "why", None) is None:
                one.reached = min(_time(row), _reached(one))
        if one.reached is None:
            one.reached = float("inf")

    def _take(self) -> list[Paged]:
        """Rows that may be shown now."""
        bar = max((_reached(one) for one in self._tenants if not one.over), default=_NEVER)
        rows: list[Paged] = []
        for one in self._tenants:
            ready = [paged for paged in one.held if _shows(paged[0], bar)]
            one.held = [paged for paged in one.held if not _shows(paged[0], bar)]
            one.given += ready
            rows += ready
            if one.error is not None and not one.told:
                one.told = True
                rows.append((gap(one.name, one.error), None))
        return rows


def _reached(one: _Tenant) -> float:
    return float("inf") if one.reached is None else one.reached


def _time(row: Any) -> float:
    return time_key(row.alert_creation_time)


def _shows(row: TenantRow, bar: float) -> bool:
    return getattr(row.row, "why", None) is not None or _time(row.row) >= bar


@dataclass(eq=False)
class MergedPlace(ListPlace):
    """A list of several tenants: it belongs to none, its rows do."""

    tenants: int = 0

    @property
    def crumbs(self) -> tuple[str, ...]:
        """How many tenants, list."""
        return (text.plural(self.tenants, "tenant"), self.listing.view.title)

    @property
    def standing(self) -> Sequence[Cell]:
        """Nobody is signed in to all of them."""
        return (Cell("each row acts in its own tenant", "muted"),)


def open_merged(frame: Frame, line: str) -> None:
    """Open the alerts of several profiles.

    Args:
        frame: Where it was asked for.
        line: Names of profiles, none for all that are signed in; then the words that `:alerts` takes.

    Raises:
        PlanError: There is no such profile, nobody is signed in, or a word is not known.
    """
    shell = frame.shell
    names, rest = _split(line)
    unknown = [name for name in names if name not in shell.config.profiles]
    if unknown:
        raise PlanError(f"There is no profile {unknown[0]!r}.", f"Known: {', '.join(shell.config.profiles)}.")
    if not names:
        names = [name for name, session in shell.sessions.items() if session.identity is not None]
    if not names:
        raise PlanError("Nobody is signed in to any tenant.", "Name profiles: :merged contoso fabrikam.")
    query = parse("alerts", rest, shell.analyst(names[0]))

    def pages(profile: str) -> Source:
        session = shell.session(profile)
        asked = parse("alerts", rest, shell.analyst(profile)).at(session.now())
        return session.pager(VIEW.operation, filter=asked.filter, sizes=shell.settings.sizes("alerts"))

    listing = Listing(VIEW, "", query=query, local=lambda: MergedSource(pages, names))
    if query.local:
        listing.feed.set_filter(query.local)
    shell.visit(MergedPlace("", listing, "", frame.place, tenants=len(names)))


def _split(line: str) -> tuple[list[str], str]:
    names = []
    rest = line.strip()
    while rest:
        word, _, after = rest.partition(" ")
        if ":" in word or word.startswith("/"):
            break
        if word not in names:
            names.append(word)
        rest = after.strip()
    return names, rest
