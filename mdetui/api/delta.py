"""What is new or changed in an alert queue, in one request: the refresh of every 60 s."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mdetui.api import odata
from mdetui.api.decode import Page
from mdetui.api.endpoints import Operation

if TYPE_CHECKING:
    from mdetui.api.client import Client

TOP = 1_000
# late writes of the service: windows overlap and rows are told apart by id (freshness page)
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed.

    Attributes:
        page: New and changed rows, in no order; some may be known already.
        more: There were more than fit: the queue must be reloaded.
        until: Give this as `since` next time.
    """

    page: Page
    more: bool
    until: datetime


async def changes(client: Client, op: Operation, since: datetime, *, filter: str = "") -> Changes:  # noqa: A002
    """Rows created or changed since a time. A background call: it leaves the quota's reserve to people.

    Args:
        client: The client.
        op: A list operation whose `$filter` takes `lastUpdateTime`.
        since: This host's wall time of the load or of the last call; the overlap and the difference between our clock
            and the service's are added here.
        filter: The queue's own filter. A row that changed so that it no longer fits is not among the answers.

    Raises:
        MdetuiError: As `Client.page`.
    """
    asked = client.clock.now()
    wanted = odata.both(odata.at_least("lastUpdateTime", since + client.skew - OVERLAP), filter)
    page = await client.page(op, query={"$filter": wanted, "$top": str(TOP)}, urgent=False)
    more = len(page.rows) >= TOP or bool(page.next_link)
    return Changes(page, more, since if more else asked)
