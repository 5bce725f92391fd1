"""What a FeedTable tells its screen; handlers are named `on_feed_table_...`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from mdetui.feeds.source import RowKey

if TYPE_CHECKING:
    from mdetui.widgets.feed_table import FeedTable


class _FromTable(Message, namespace="feed_table"):
    def __init__(self, table: FeedTable) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> FeedTable:
        """The table."""
        return self.table


class _Latest(_FromTable, namespace="feed_table"):
    def can_replace(self, message: Message) -> bool:
        """Only the last of a burst matters."""
        return type(message) is type(self) and message._sender is self._sender


class Highlighted(_Latest, namespace="feed_table"):
    """The cursor is on another row, or its row has changed.

    Attributes:
        key: The row, None when nothing is shown.
        index: Its line.
    """

    def __init__(self, table: FeedTable, key: RowKey | None, index: int) -> None:
        super().__init__(table)
        self.key = key
        self.index = index


class NeedMore(_Latest, namespace="feed_table"):
    """The end of what is loaded is near; whoever loads asks `Feed.ensure` with the same index."""

    def __init__(self, table: FeedTable, index: int) -> None:
        super().__init__(table)
        self.index = index


class Opened(_FromTable, namespace="feed_table"):
    """A row was opened."""

    def __init__(self, table: FeedTable, key: RowKey) -> None:
        super().__init__(table)
        self.key = key


class MarksChanged(_Latest, namespace="feed_table"):
    """Other rows are marked than before.

    Attributes:
        count: Marked rows.
    """

    def __init__(self, table: FeedTable, count: int) -> None:
        super().__init__(table)
        self.count = count
