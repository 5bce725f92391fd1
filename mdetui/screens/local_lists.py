"""Lists whose rows are worked out here: the request log, the ledger, isolated machines, what `:find` found. They are lists
like all others, with another source."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.api.lists import walk
from mdetui.screens.places import Listing, ListPlace, Place
from mdetui.views.base import View
from mdetui.views.registry import VIEWS

if TYPE_CHECKING:
    from mdetui.api.log import RequestLog
    from mdetui.session import Session


class LocalSource:
    """All rows at once, read when they are asked for."""

    def __init__(self, rows: Callable[[], Awaitable[Sequence[Any]]]) -> None:
        self._rows = rows
        self.complete = False
        self.total: int | None = None

    async def next(self) -> LocalBatch | None:
        """Everything, once."""
        if self.complete:
            return None
        self.complete = True
        rows = await self._rows()
        self.total = len(rows)
        return LocalBatch(rows)


class LocalBatch:
    """Rows that have no page."""

    raw = None

    def __init__(self, rows: Sequence[Any]) -> None:
        self.rows = rows


def _place(view: View, parent: Place, rows: Callable[[], Awaitable[Sequence[Any]]]) -> ListPlace:
    listing = Listing(view, parent.profile, local=lambda: LocalSource(rows))
    return ListPlace(parent.profile, listing, parent=parent)


def log_place(log: RequestLog, parent: Place) -> ListPlace:
    """The requests of this program, newest first."""

    async def rows() -> Sequence[Any]:
        return list(log.entries)

    return _place(VIEWS["log"], parent, rows)


def ledger_place(parent: Place, session: Session | None) -> ListPlace:
    """The writes of this OS user on this host, newest first.

    Args:
        parent: Where it is opened from.
        session: Whose ledger; None reads the ledger of this OS user, which all lasting tenants share.
    """

    async def rows() -> Sequence[Any]:
        from mdetui import paths
        from mdetui.response.ledger import Ledger

        if session is not None:
            await session.desk.ledger.ready()
            return await session.desk.ledger.entries()
        ledger = Ledger(paths.ledger_file())
        await ledger.ready()
        try:
            return await ledger.entries()
        finally:
            ledger.close()

    return _place(VIEWS["ledger"], parent, rows)


def isolated_place(parent: Place, session: Session) -> ListPlace:
    """Machines of the tenant that its actions say are isolated."""

    async def rows() -> Sequence[Any]:
        from mdetui.views.isolated import rows_of

        pager = session.pager("actions.list", filter="type eq 'Isolate' or type eq 'Unisolate'")
        return rows_of([row async for page in walk(pager) for row in page.rows if not hasattr(row, "why")])

    return _place(VIEWS["isolated"], parent, rows)


def found_place(parent: Place, session: Session, typed: str, known: Sequence[Any]) -> ListPlace:
    """Machines that were looked up by a pasted list; asked again when it is reloaded."""
    first = [known]

    async def rows() -> Sequence[Any]:
        from mdetui.screens.finding import find

        return first.pop() if first else (await find(session, typed)).machines

    place = _place(VIEWS["machines"], parent, rows)
    place.name = f"{text.plural(len(known), 'machine')} looked for"
    return place
