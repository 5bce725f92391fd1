"""Which pager a list gets, by the table."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING

from mdetui.api.decode import Page
from mdetui.api.endpoints import Operation
from mdetui.api.pagers import SIZES, LinkPager, Pager, SkipPager
from mdetui.api.slices import SlicesPager

if TYPE_CHECKING:
    from mdetui.api.client import Client

# rows of a page of an export: the service would send 50,000, 1 kB each
EXPORT_ROWS = 1_000
# Graph refuses a larger `$skip` (gotchas 9)
GRAPH_REACH = 500


def pager_of(
    client: Client,
    op: Operation,
    *,
    filter: str,  # noqa: A002
    path: Mapping[str, str],
    query: Mapping[str, str],
    urgent: bool,
    content: bytes | None,
    sizes: Sequence[int] = SIZES,
    memory: str | None = None,
) -> Pager:
    """The pager of a list operation.

    Args:
        client: Fetches pages.
        op: A list, or an export by files.
        filter: `$filter`.
        path: Values for the path.
        query: Other query options.
        urgent: A person waits.
        content: Body that goes with every page (scan history).
        sizes: Rows of the first page, of the second and so on; the last is for all others. The alert queue asks for
            that many each time; lists that only follow links take what comes.
        memory: Under which name the density of a queue is remembered; None takes the filter.
    """
    if op.lines:
        from mdetui.api.files import FilesPager

        return FilesPager(client, op, path=path, query=query, urgent=urgent)
    if op.paging == "slices":
        return SlicesPager(
            client, op, now=client.clock.now(), densities=client.densities, filter=filter, query=query, path=path,
            urgent=urgent, top=sizes[-1], memory=memory,
        )  # fmt: skip
    if op.paging == "window":
        # no order here either, so its windows are those of the alert queue, on the time of the last change
        return SlicesPager(
            client, op, now=client.clock.now(), densities=client.densities, filter=filter, query=query, path=path,
            urgent=urgent, prop="lastUpdateDateTime", field="last_update_date_time", reach=GRAPH_REACH,
            memory=f"{op.id}:{filter}",
        )  # fmt: skip
    options = {**query, **({"$filter": filter} if filter else {})}
    asking = client if content is None else _Asking(client, content)
    if op.paging in ("skip", "linkOrSkip"):
        return SkipPager(asking, op, options, path=path, urgent=urgent, follows=op.paging == "linkOrSkip", sizes=sizes)
    if op.paging == "nextLink" and "pageSize" in op.options:
        options.setdefault("pageSize", str(EXPORT_ROWS))
    return LinkPager(asking, op, client.target(op, path, options), urgent=urgent)


async def walk(pager: Pager) -> AsyncIterator[Page]:
    """Every page of a list, one after the other.

    Raises:
        MdetuiError: A page could not be had; walking the same pager again goes on there.
    """
    while (page := await pager.next()) is not None:
        yield page


class _Asking:
    """Fetches pages with a body: reads by POST."""

    def __init__(self, client: Client, content: bytes) -> None:
        self._client = client
        self._content = content

    def target(self, op: Operation, path: Mapping[str, str], query: Mapping[str, str]) -> str:
        """Path and query of a first page."""
        return self._client.target(op, path, query)

    def resolve(self, op: Operation, link: str) -> str:
        """Path and query that a nextLink means."""
        return self._client.resolve(op, link)

    async def page_at(self, op: Operation, target: str, *, urgent: bool = True) -> Page:
        """The page at a path and query."""
        return await self._client.page_at(op, target, urgent=urgent, content=self._content)
