"""Lists, page by page: one pager per kind of the table (`slices` is in `slices.py`).

A pager's state moves only after a page was decoded, so `next()` may be called again after an error and goes on where
it stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mdetui import text
from mdetui.api.decode import BadRow, Page, key_field
from mdetui.api.endpoints import Operation
from mdetui.api.models.base import Keyed
from mdetui.api.rawpage import RawPage
from mdetui.errors import PagingError

# the first page is small so that rows show soon; more than 1,000 rows are never decoded at once
SIZES = (100, 500, 1_000)
# pages that bring nothing new, one after the other, before a list is called stuck
_PATIENCE = 3
_EMPTY_PATIENCE = 20


def size_at(ramp: Sequence[int], step: int) -> int:
    """The size of a page by its number, from 0: the last of the ramp holds for all that follow."""
    return ramp[min(step, len(ramp) - 1)]


class Fetcher(Protocol):
    """What a pager needs of `Client`."""

    def target(self, op: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> str:
        """Path and query of a first page."""

    def resolve(self, op: Operation, link: str) -> str:
        """Path and query that a nextLink means; refuses foreign hosts and other lists."""

    async def page_at(self, op: Operation, target: str, *, urgent: bool = True) -> Page:
        """The page at a path and query."""


class Pager(Protocol):
    """A list that is fetched as it is needed.

    Attributes:
        requests: Calls made so far.
    """

    requests: int

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""

    @property
    def total(self) -> int | None:
        """Rows of the whole list; None while that is not known."""

    async def next(self) -> Page | None:
        """The next rows; None when the list is complete.

        Raises:
            MdetuiError: The page could not be had; call again to try it again.
        """


class Seen:
    """Drops rows that came before: `$skip` pages have no order, so rows move between them (gotchas 4)."""

    def __init__(self, op: Operation) -> None:
        assert op.model is not None
        self._field = "id" if issubclass(op.model, Keyed) else key_field(op.model)
        self._keys: set[str] = set()
        self.rows = 0

    def fresh(self, page: Page) -> Page:
        """The page without the rows that were there before; rows that have no key are always new."""
        keep: list[int] = []
        for index, row in enumerate(page.rows):
            key = self._key(row)
            if key:
                if key in self._keys:
                    continue
                self._keys.add(key)
            keep.append(index)
        self.rows += len(keep)
        if len(keep) == len(page.rows):
            return page
        return Page(
            [page.rows[index] for index in keep],
            RawPage.of([(page.raw, index) for index in keep]),
            page.next_link,
            page.total,
            page.partial,
        )

    def knows_all(self, page: Page) -> bool:
        """Whether a page has rows and every one of them came before."""
        return bool(page.rows) and all(self._key(row) in self._keys for row in page.rows)

    def _key(self, row: Any) -> str:
        return row.id if row.__class__ is BadRow else getattr(row, self._field) or ""


class LinkPager:
    """Follows nextLink while one is given: kinds `nextLink` and `whole` (a collection that is mostly one page).

    Ends with a `PagingError` when the link leads back or brings nothing new, with `HostRefused` when it leads to a
    foreign host. The rows of the page that carried such a link are handed out first.

    Attributes:
        received: Rows of the last page as the service sent it, rows that came before included.
    """

    def __init__(self, client: Fetcher, op: Operation, target: str, *, urgent: bool = True) -> None:
        self._client = client
        self._op = op
        self._urgent = urgent
        self._target = target
        self._link: str | None = None
        self._asked: set[str] = set()
        self._seen = Seen(op)
        self._empty = 0
        self._count: int | None = None
        self._done = False
        self.requests = 0
        self.received = 0

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""
        return self._done

    @property
    def total(self) -> int | None:
        """Rows of the whole list; None while that is not known."""
        return self._seen.rows if self._done else self._count

    async def next(self) -> Page | None:
        """The next rows; None when the list is complete."""
        while not self._done:
            if self._link is not None:
                self._target = self._client.resolve(self._op, self._link)
                if self._target in self._asked:
                    raise self._stuck("its link to the next page leads back to one that was read")
            self.requests += 1
            page = await self._client.page_at(self._op, self._target, urgent=self._urgent)
            if self._seen.knows_all(page) and page.next_link:
                raise self._stuck("its next page brings the same rows again")
            self._empty = 0 if page.rows else self._empty + 1
            if self._empty > _EMPTY_PATIENCE:
                raise self._stuck(f"it sent {self._empty} empty pages")
            self._asked.add(self._target)
            self.received = len(page.rows)
            self._link, self._done, self._count = page.next_link, not page.next_link, page.total
            fresh = self._seen.fresh(page)
            if fresh.rows:
                return fresh
        return None

    def _stuck(self, why: str) -> PagingError:
        return PagingError(
            f"The list {self._op.id} does not go on: {why}.",
            f"{text.plural(self._seen.rows, 'row')} are loaded; narrow the list with a filter to see the rest.",
        )


class SkipPager:
    """`$top` and `$skip` until a short page: `$top` suppresses nextLink (gotchas 1). Sizes ramp 100, 500, 1,000.

    With `follows`, a nextLink that comes all the same is followed, and `$skip` goes on where there is none.
    """

    def __init__(
        self,
        client: Fetcher,
        op: Operation,
        query: Mapping[str, str],
        *,
        path: Mapping[str, str],
        urgent: bool = True,
        follows: bool = False,
        sizes: Sequence[int] = SIZES,
    ) -> None:
        self._client = client
        self._op = op
        self._query = dict(query)
        self._path = dict(path)
        self._urgent = urgent
        self._follows = follows
        self._sizes = tuple(sizes)
        self._link: str | None = None
        self._seen = Seen(op)
        self._skip = 0
        self._step = 0
        self._stale = 0
        self._count: int | None = None
        self._done = False
        self.requests = 0

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""
        return self._done

    @property
    def total(self) -> int | None:
        """Rows of the whole list; None while that is not known."""
        return self._seen.rows if self._done else self._count

    async def next(self) -> Page | None:
        """The next rows; None when the list is complete."""
        while not self._done:
            top = min(size_at(self._sizes, self._step), self._op.page_max or SIZES[-1])
            target = self._target(top)
            self.requests += 1
            page = await self._client.page_at(self._op, target, urgent=self._urgent)
            self._stale = self._stale + 1 if self._seen.knows_all(page) else 0
            if self._stale >= _PATIENCE:
                raise PagingError(
                    f"The list {self._op.id} does not go on: the service sends the same rows again.",
                    f"{text.plural(self._seen.rows, 'row')} are loaded; narrow the list with a filter to see the rest.",
                )
            self._skip += len(page.rows)
            self._step += 1
            # a short page with a nextLink is the service's own page limit, not the end
            self._done = not page.rows or (len(page.rows) < top and not page.next_link)
            self._link = page.next_link
            self._count = page.total
            fresh = self._seen.fresh(page)
            if fresh.rows:
                return fresh
        return None

    def _target(self, top: int) -> str:
        """Path and query of the next page."""
        if self._follows and self._link:
            return self._client.resolve(self._op, self._link)
        skip = {"$skip": str(self._skip)} if self._skip else {}
        return self._client.target(self._op, self._path, {**self._query, "$top": str(top), **skip})
