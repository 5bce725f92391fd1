"""The alert queue, newest first, from a service that has no order.

There is no `$orderby`, and `$top=N` returns N arbitrary rows of what the filter lets through. So the queue is asked
for one time window after the other, newest first, and only a short page is known to be a whole window. Windows are
`ge a and lt b`; the newest has no upper bound, the last no lower one, so that nothing falls between them and
"complete" is known.

How wide a window is: the first comes from the density remembered for this queue, else 48 hours. A full page means
that the window was too wide: it is halved, or, as long as no row was shown at all, cut to a sixteenth, but not below
the newest row that the full page happened to hold. So a first start needs three requests at most for any even
density: 48 hours, 3 hours, 11 minutes hold fewer than 1,000 alerts for 500, 8,000 and 128,000 alerts a day. An empty
window means four times as wide next, and when that goes on, all the rest at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mdetui import text
from mdetui.api import odata
from mdetui.api.decode import Page
from mdetui.api.density import Densities
from mdetui.api.endpoints import Operation
from mdetui.api.pagers import Fetcher, LinkPager, Seen
from mdetui.api.rawpage import RawPage
from mdetui.errors import PagingError

TOP = 1_000
FIRST_WIDTH = 48 * 3600
_MIN_WIDTH = 1
# without a known density, the first window is cut by this when it is full
_FIRST_CUT = 16
# rows a window is made for, as shares of TOP: a small first page shows soon
_FIRST_AIM = 0.2
_AIM = 0.75
_WIDEN = 4
# the service keeps alerts for 180 days unless told otherwise: only a guess of how much may be left
_RETENTION = 180 * 86_400
# a queue that is remembered to fit into one answer is asked for as a whole
_WHOLE = 0.0
_NEVER = float("-inf")
_LONGEST = 50 * 365 * 86_400


@dataclass(slots=True)
class _Known:
    """At least so many rows lie between a lower bound (seconds) and where the pager stands."""

    lower: int
    rows: int


class SlicesPager:
    """A list ordered by a time, newest first.

    Args:
        client: Fetches pages.
        op: A list operation whose `$filter` takes `prop`.
        now: Wall time.
        densities: Remembered densities.
        filter: The person's own filter.
        query: Further query options (`$expand`).
        path: Values for the path.
        urgent: A person waits.
        prop: The time that orders the list, as the wire names it.
        field: The same in the model.
        top: Rows asked for at once.
        reach: Largest `$skip` that the service takes; None where there is no limit.
        memory: Name of the queue in `densities`; None takes the filter.
    """

    def __init__(
        self,
        client: Fetcher,
        op: Operation,
        *,
        now: datetime,
        densities: Densities,
        filter: str = "",  # noqa: A002
        query: Mapping[str, str] | None = None,
        path: Mapping[str, str] | None = None,
        urgent: bool = True,
        prop: str = "alertCreationTime",
        field: str = "alert_creation_time",
        top: int = TOP,
        reach: int | None = None,
        memory: str | None = None,
    ) -> None:
        self._client = client
        self._op = op
        self._densities = densities
        self._filter = filter
        self._query = dict(query or {})
        self._path = dict(path or {})
        self._urgent = urgent
        self._prop = prop
        self._field = field
        self._top = top
        self._reach = reach
        self._memory = filter if memory is None else memory
        # whole seconds, like every bound
        self._start = int(now.timestamp()) + 1
        self._upper: int | None = None
        self._width = FIRST_WIDTH
        self._whole = False
        remembered = densities.recall(self._memory)
        if remembered is not None:
            self._whole = remembered == _WHOLE or _FIRST_AIM * top / remembered * 3600 > _LONGEST
            self._width = FIRST_WIDTH if self._whole else max(_MIN_WIDTH, int(_FIRST_AIM * top / remembered * 3600))
        self._known: _Known | None = None
        self._no_open_above: int | None = None
        self._empty = 0
        self._per_second = 0.0
        self._remembered = False
        self._ready: deque[Page] = deque()
        self._rows = 0
        self._done = False
        self.requests = 0

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""
        return self._done and not self._ready

    @property
    def total(self) -> int | None:
        """Rows of the whole list; None while that is not known."""
        return self._rows if self._done else None

    async def next(self) -> Page | None:
        """The next rows, older than all before; None when the list is complete."""
        while not self._ready and not self._done:
            lower = self._choose()
            page, full = await self._ask(lower)
            if not full:
                self._accept(lower, page)
            elif lower is not None and self._reference() - lower <= _MIN_WIDTH:
                self._accept(lower, await self._all_of(lower, page))
            else:
                self._narrow(lower, page)
        return self._ready.popleft() if self._ready else None

    # what to ask

    def _reference(self) -> int:
        """Where the pager stands: everything newer was handed out."""
        return self._start if self._upper is None else self._upper

    def _choose(self) -> int | None:
        """Lower bound of the next window; None for all the rest."""
        if self._whole if self._upper is None else self._should_open():
            return None
        reference = self._reference()
        known = self._known
        if known is not None and known.rows >= self._top and reference - self._width <= known.lower:
            # that window would be full, which is known before asking
            self._width = max(_MIN_WIDTH, (reference - known.lower) // 2)
        return reference - self._width

    def _should_open(self) -> bool:
        """Whether what is left is likely to fit into one answer."""
        assert self._upper is not None
        if self._no_open_above is not None and self._upper > self._no_open_above:
            return False
        if self._empty >= (2 if self._rows else 1):
            return True
        left = max(0, self._upper - (self._start - _RETENTION))
        return self._empty == 0 and self._per_second * left < self._top / 2

    def _target(self, lower: int | None, skip: int = 0) -> str:
        """Path and query of the window from a lower bound to where the pager stands."""
        bounds = (
            odata.at_least(self._prop, _time(lower)) if lower is not None else "",
            odata.below(self._prop, _time(self._upper)) if self._upper is not None else "",
        )
        query = {**self._query, "$top": str(self._top)}
        wanted = odata.both(*bounds, self._filter)
        if wanted:
            query["$filter"] = wanted
        if skip:
            query["$skip"] = str(skip)
        return self._client.target(self._op, self._path, query)

    async def _ask(self, lower: int | None) -> tuple[Page, bool]:
        """A window's rows, and whether there may be more than came.

        A short page with a nextLink is the service's own page limit: that link is followed to its end.
        """
        links = LinkPager(self._client, self._op, self._target(lower), urgent=self._urgent)
        pages: list[Page] = []
        try:
            while (page := await links.next()) is not None:
                pages.append(self._within(page, lower))
                if len(pages) == 1 and links.received >= self._top:
                    return page, True
        finally:
            self.requests += links.requests
        return pages[0] if len(pages) == 1 else _joined(pages), False

    def _within(self, page: Page, lower: int | None) -> Page:
        """The page without rows outside the window, which belong to another window.

        Raises:
            PagingError: Most rows are outside: a filter that is ignored would make an endless list of the same rows.
        """
        keep = [index for index, row in enumerate(page.rows) if self._is_within(row, lower)]
        if len(keep) == len(page.rows):
            return page
        if len(keep) * 2 < len(page.rows):
            raise PagingError(
                f"The service did not keep to the time window that was asked of {self._op.id}.",
                "The list can't be shown newest first; reload, or use another filter.",
            )
        return _joined([page], keep)

    def _is_within(self, row: Any, lower: int | None) -> bool:
        when = self._time_of(row)
        return when is None or ((lower is None or when >= lower) and (self._upper is None or when < self._upper))

    async def _all_of(self, lower: int, first: Page) -> Page:
        """Every row of a window that can't be made smaller, by `$skip`; held back until it is whole."""
        seen = Seen(self._op)
        pages, skip, more, reached = [seen.fresh(first)], len(first.rows), True, False
        while more:
            if self._reach is not None and skip > self._reach:
                if reached:
                    raise PagingError(
                        f"More than {self._reach + self._top:,} rows of {self._op.id} have the same time, and the "
                        "service hands out no more of them.",
                        f"{text.plural(self._rows, 'row')} are loaded; narrow the list with a filter to see the rest.",
                    )
                # some rows come twice, which is better than none
                skip, reached = self._reach, True
            self.requests += 1
            page = await self._client.page_at(self._op, self._target(lower, skip), urgent=self._urgent)
            more = len(page.rows) >= self._top or bool(page.rows and page.next_link)
            if more and seen.knows_all(page):
                raise PagingError(
                    f"The list {self._op.id} does not go on: the service sends the same rows again.",
                    f"{text.plural(self._rows, 'row')} are loaded; narrow the list with a filter to see the rest.",
                )
            skip += len(page.rows)
            pages.append(seen.fresh(self._within(page, lower)))
        return _joined(pages)

    # what was learnt

    def _narrow(self, lower: int | None, page: Page) -> None:
        """A full page: its rows are not used, but they tell where rows are."""
        times = sorted(self._times(page))
        if self._upper is None and times and times[-1] >= self._start:
            # the service's clock is ahead of ours
            self._start = int(times[-1]) + 1
        reference = self._reference()
        newest = int(times[-1]) if times else reference - _MIN_WIDTH
        if lower is None:
            self._whole = False
            oldest = int(times[0]) if times else reference - FIRST_WIDTH
            self._no_open_above = oldest
            self._known = _Known(oldest, len(page.rows))
            self._width = max(_MIN_WIDTH, reference - newest, self._width if self._rows else 0)
            return
        span = reference - lower
        self._known = _Known(lower, len(page.rows))
        width = span // 2
        if not self._rows:
            width = min(width, max(span // _FIRST_CUT, reference - newest))
        self._width = max(_MIN_WIDTH, width)

    def _accept(self, lower: int | None, page: Page) -> None:
        """A whole window: hand out its rows, newest first, and choose the next one's width."""
        count = len(page.rows)
        self._rows += count
        self._hand_out(page)
        if lower is None:
            self._done = True
            self._remember_whole()
            return
        span = max(_MIN_WIDTH, self._reference() - lower)
        self._upper = lower
        if self._known is not None:
            self._known.rows -= count
            if self._known.rows <= 0 or lower <= self._known.lower:
                self._known = None
        self._per_second = count / span
        self._empty = 0 if count else self._empty + 1
        if not count:
            self._width = span * _WIDEN
            return
        aim = int(self._top * _AIM / self._per_second)
        self._width = max(_MIN_WIDTH, span // _WIDEN, min(aim, span * _WIDEN))
        if not self._remembered and self._rows >= self._top * _FIRST_AIM / 2:
            self._remembered = True
            self._densities.remember(self._memory, self._rows / (self._start - lower) * 3600)

    def _remember_whole(self) -> None:
        if self._rows < self._top / 2:
            self._densities.remember(self._memory, _WHOLE)
        elif not self._remembered:
            # many rows in the last answer and few before it: the first window must reach back to them
            self._densities.remember(self._memory, self._rows / _RETENTION * 3600)

    def _hand_out(self, page: Page) -> None:
        keys = [(self._order(row), row.id, index) for index, row in enumerate(page.rows)]
        keys.sort(reverse=True)
        for start in range(0, len(keys), self._top):
            part = keys[start : start + self._top]
            rows = [page.rows[index] for _, _, index in part]
            raw = RawPage.of([(page.raw, index) for _, _, index in part])
            self._ready.append(Page(rows, raw, partial=page.partial))

    def _order(self, row: Any) -> float:
        """Its time; what has none comes last."""
        when = self._time_of(row)
        return _NEVER if when is None else when

    def _times(self, page: Page) -> list[float]:
        """Times of a page's rows that can be read, in seconds."""
        times = (self._time_of(row) for row in page.rows)
        return [when for when in times if when is not None]

    def _time_of(self, row: Any) -> float | None:
        return text.seconds(getattr(row, self._field, None))


def _joined(pages: list[Page], keep: list[int] | None = None) -> Page:
    """One page of the rows of several, or of the kept rows of one."""
    places = [(page, index) for page in pages for index in (keep if keep is not None else range(len(page.rows)))]
    rows, raw = [page.rows[index] for page, index in places], RawPage.of([(page.raw, index) for page, index in places])
    return Page(rows, raw, partial=any(page.partial for page in pages))


def _time(seconds: int) -> datetime:
    # timedelta reaches further back than fromtimestamp does; not before the year 1019, which would lose its padding
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=max(seconds, -30_000_000_000))
