"""Preview: what stands beside or below a list about the row under the cursor.

It follows the cursor only when that rests: first it draws what is known, then it asks for what is missing. An answer for
a row that the cursor has left is kept for later and not drawn; a failed read is said in its own place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.message import Message
from textual.timer import Timer

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.feeds.source import RowKey
from mdetui.screens import work
from mdetui.screens.places import Listing
from mdetui.screens.sizes import WIDE
from mdetui.views.base import Cell, Line, Need
from mdetui.widgets.lines import LinesView

if TYPE_CHECKING:
    from mdetui.app import MdetuiApp
    from mdetui.screens.shell import Shell

# seconds the cursor must rest before the preview is drawn, and before it asks the service
REST_DRAW = 0.15
REST_ASK = 0.30
# seconds in which reads that were asked for together are drawn together
JOIN = 0.06
# rows whose reads are kept; the read cache below has its own, shorter memory
KEPT = 200


class Preview(LinesView):
    """The preview of one list.

    Args:
        listing: Whose view says what is shown.
        cursor: Gives key and row under the cursor, or None.
    """

    DEFAULT_CSS = "Preview { height: 7; display: none; }"

    class Came(Message):
        """A read came, or failed."""

        def __init__(self, key: RowKey, name: str, value: Any) -> None:
            super().__init__()
            self.key = key
            self.name = name
            self.value = value

    class Learned(Message):
        """Something was learned that rows of the list may show."""

    def __init__(self, listing: Listing, cursor: Callable[[], tuple[RowKey, Any] | None]) -> None:
        super().__init__(id="preview", rule=_rule(self.app.size.width))
        self._listing = listing
        self._cursor = cursor
        self._waits: list[Timer] = []
        self._known_reads: dict[RowKey, dict[str, Any]] = {}
        self._shown: RowKey | None = None

    @property
    def shell(self) -> Shell:
        """The running program."""
        return cast("MdetuiApp", self.app).shell

    def on_resize(self) -> None:
        """Set off on its left when it stands beside the list, else above."""
        self.rule = _rule(self.app.size.width)
        super().on_resize()

    def follow(self) -> None:
        """The cursor has moved: wait until it rests."""
        for timer in self._waits:
            timer.stop()
        self._waits = [self.set_timer(REST_DRAW, self.draw), self.set_timer(REST_ASK, self.ask)]

    def forget(self) -> None:
        """Rows are loaded again: read again, too."""
        self._known_reads.clear()

    def draw(self) -> None:
        """What is known of the row."""
        found = self._cursor()
        make = self._listing.view.preview
        if found is None or make is None:
            self.show(self._unreadable())
            self._shown = None
            return
        key, item = found
        lines = make(item, self.shell.context(self._tenant(item)), self._reads(key, item))
        self.show(lines, keep=key == self._shown)
        self._shown = key

    def _unreadable(self) -> list[Line]:
        """What is wrong with the row, in whole: its line has no room for it. Nothing where there is no row."""
        body = self._listing.body
        key = body.table.cursor_key if body is not None else None
        item = self._listing.feed.item(key) if key is not None else None
        why = self._listing.feed.shape.bad(item) if item is not None else None
        if why is None:
            return []
        return [Line((Cell("This row could not be read.", "state.bad"),)), Line((Cell(text.line(why)),))]

    def _reads(self, key: RowKey, item: Any) -> dict[str, Any]:
        """Reads that are there already: of this row, or in the cache."""
        reads = dict(self._known_reads.get(key, {}))
        session = self.shell.opened(self._tenant(item))
        for need in self._listing.view.needs:
            path = need.path(item)
            if session is not None and path is not None and need.name not in reads:
                found = session.peek(need.operation, path, need.query(item))
                if found is not None:
                    reads[need.name] = found
        return reads

    def _tenant(self, item: Any) -> str:
        return self._listing.profile or self._listing.view.subject.profile(item) or ""

    def ask(self) -> None:
        """Ask for what is missing."""
        found = self._cursor()
        if found is None or not self.display:
            return
        key, item = found
        reads = self._reads(key, item)
        missing = [need for need in self._listing.view.needs if need.name not in reads and need.path(item) is not None]
        if missing:
            work.start(self, self._read, key, item, missing, group="preview")

    async def _read(self, key: RowKey, item: Any, needs: Sequence[Need]) -> None:
        await asyncio.gather(*(self._read_one(key, item, need) for need in needs))

    async def _read_one(self, key: RowKey, item: Any, need: Need) -> None:
        session = self.shell.session(self._tenant(item))
        try:
            value: Any = await session.read(need.operation, need.path(item) or {}, need.query(item))
        except MdetuiError as error:
            value = error
        self.post_message(self.Came(key, need.name, value))

    def on_preview_came(self, event: Came) -> None:
        """Draw it if the cursor still rests there."""
        event.stop()
        if len(self._known_reads) > KEPT:
            self._known_reads.clear()
        self._known_reads.setdefault(event.key, {})[event.name] = event.value
        found = self._cursor()
        if found is not None and found[0] == event.key:
            for timer in self._waits:
                timer.stop()
            self._waits = [self.set_timer(JOIN, self._join)]

    def _join(self) -> None:
        self.draw()
        self.post_message(self.Learned())


def _rule(width: int) -> Any:
    return "left" if width >= WIDE else "above"
