"""An export by files as a list: one call names the files, then their lines are handed out as they are scrolled to."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.api.decode import Page
from mdetui.api.endpoints import Operation
from mdetui.api.lines import Lines, Unreadable
from mdetui.api.pagers import SIZES, size_at
from mdetui.errors import BadAnswer, NetworkError
from mdetui.threads import in_daemon

if TYPE_CHECKING:
    from mdetui.api.client import Client
    from mdetui.api.downloads import Download

# bytes that are unpacked at once: few at first, so that rows show soon, then more, because each time costs a thread
_PORTIONS = (16_000, 64_000, 256_000)


class FilesPager:
    """The lines of the files of an export, as rows.

    A file is read and unpacked as far as rows are wanted, off the loop. After an error, or when it was cancelled,
    `next` reads the file again up to where it stood.

    Args:
        client: Asks for the links, and fetches the files without a token.
        op: An operation with `lines`.
        path: Values for the path.
        query: Query options (`sasValidHours`).
        urgent: A person waits.

    Attributes:
        requests: Calls and files fetched so far.
        generated: When the service made the export, as it says; None before the first page.
    """

    def __init__(
        self,
        client: Client,
        op: Operation,
        *,
        path: Mapping[str, str],
        query: Mapping[str, str],
        urgent: bool = True,
    ) -> None:
        self._client = client
        self._op = op
        self._path = dict(path)
        self._query = dict(query)
        self._urgent = urgent
        self._links: deque[str] | None = None
        self._count = 0
        self._download: Download | None = None
        self._lines = Lines()
        self._ready: deque[bytes] = deque()
        # lines of the file at hand that were handed out, and those of them that still come again
        self._given = 0
        self._again = 0
        self._ended = False
        self._broken: NetworkError | None = None
        self._step = 0
        self._rows = 0
        self.requests = 0
        self.generated: str | None = None

    @property
    def complete(self) -> bool:
        """Whether everything was handed out."""
        return self._links is not None and not self._links

    @property
    def total(self) -> int | None:
        """Rows of all files; None while that is not known."""
        return self._rows if self.complete else None

    async def next(self) -> Page | None:
        """The next rows; None when the list is complete.

        Raises:
            MdetuiError: The links or a file could not be had; call again to go on where it stood.
        """
        if self._links is None:
            self.requests += 1
            found = await self._client.one(self._op, path=self._path, query=self._query, urgent=self._urgent)
            self._links, self._count = deque(found.export_files), len(found.export_files)
            self.generated = found.generated_time
        while self._links:
            try:
                await self._fill(self._links[0])
                batch = [self._ready.popleft() for _ in range(min(SIZES[-1], len(self._ready)))]
                page = await self._client.decoder.page(self._op, b'{"value":[' + b",".join(batch) + b"]}")
            except BaseException:
                # cancelled, perhaps: what the file was read to is no longer known
                await self._let_go()
                raise
            self._given += len(batch)
            self._rows += len(batch)
            self._step += 1
            if self._ended and not self._ready:
                self._given = 0
                await self._let_go()
                self._links.popleft()
            if page.rows:
                return page
        return None

    async def _fill(self, link: str) -> None:
        """Have a page of lines ready, or the end of the file.

        When the file breaks off, what came before is a page of its own, and the error comes with the next one.
        """
        if self._download is not None and self._download.closed:
            # other files were wanted meanwhile
            await self._let_go()
        if self._download is None:
            self.requests += 1
            self._download = await self._client.downloads.open(self._op, link)
            self._again = self._given
        wanted, size = size_at(SIZES, self._step), size_at(_PORTIONS, self._step)
        while len(self._ready) < wanted and not self._ended and self._broken is None:
            portion, last = await self._portion(self._download, size)
            try:
                # bound now: whoever gives up meanwhile begins with other lines
                lines = await in_daemon(partial(self._lines.take, portion, last=last), name="unpack")
            except Unreadable as error:
                raise self._unreadable(error) from None
            self._ended = last and self._lines.hungry
            skipped = min(self._again, len(lines))
            self._again -= skipped
            self._ready.extend(lines[skipped:])
        if self._broken is not None and not self._ready:
            raise self._broken

    async def _portion(self, download: Download, size: int) -> tuple[bytes, bool]:
        """The next bytes to unpack, none while some wait, and whether they are the last."""
        portion = b""
        while self._lines.hungry and len(portion) < size:
            try:
                chunk = await download.read()
            except NetworkError as error:
                self._broken = error
                break
            if not chunk:
                return portion, True
            portion += chunk
        return portion, False

    async def _let_go(self) -> None:
        """Forget the file at hand."""
        download, self._download = self._download, None
        self._lines, self._ended, self._broken = Lines(), False, None
        self._ready.clear()
        if download is not None:
            await download.aclose()

    def _unreadable(self, error: Unreadable) -> BadAnswer:
        assert self._links is not None
        number = self._count - len(self._links) + 1
        return BadAnswer(
            f"File {number} of {self._count} of {self._op.id} can't be read: {error}.",
            f"{text.plural(self._rows, 'row')} are loaded; load the list again later.",
            operation=self._op.id,
        )
