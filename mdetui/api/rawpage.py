"""The bytes of list pages, kept small for the raw view.

100,000 alerts are 112 MB of JSON. LZMA's fastest setting but one packs that into 10 MB, zlib into 20 (15 with more
effort); a page of 1 MB takes it 20 ms, and 5 ms to unpack. It runs in one thread beside the loop, because it lets go of
the interpreter lock, and decoding does not wait for it. A Python that was built without LZMA makes do with zlib.
"""

from __future__ import annotations

import threading
import time
import zlib
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from queue import SimpleQueue

import msgspec

from mdetui import memory

_PATIENCE = 1.0
_Coder = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]


@cache
def _coder() -> _Coder:
    """(pack, unpack)"""
    try:
        import lzma
    except ImportError:
        return zlib.compress, zlib.decompress
    how = [{"id": lzma.FILTER_LZMA2, "preset": 1}]
    return (
        lambda plain: lzma.compress(plain, lzma.FORMAT_RAW, filters=how),
        lambda packed: lzma.decompress(packed, lzma.FORMAT_RAW, filters=how),
    )


class _Rows(msgspec.Struct):
    value: list[msgspec.Raw]


_ROWS = msgspec.json.Decoder(_Rows)


class Body:
    """The body of one page; packs itself soon after it is made."""

    __slots__ = ("_packed", "_plain")

    def __init__(self, plain: bytes) -> None:
        self._plain: bytes | None = plain
        self._packed = b""
        _PACKER.pack(self)

    @property
    def plain(self) -> bytes:
        """The bytes as decoded."""
        plain = self._plain
        return _coder()[1](self._packed) if plain is None else plain

    @property
    def kept(self) -> int:
        """Bytes held in memory for it."""
        plain = self._plain
        return len(self._packed) if plain is None else len(plain)

    def pack(self) -> None:
        """Compress; the packer's thread calls it."""
        plain = self._plain
        if plain is not None:
            # in this order: a reader in another thread sees one of the two
            self._packed = _coder()[0](plain)
            self._plain = None


class _Packer:
    def __init__(self) -> None:
        self._queue: SimpleQueue[Body] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = False

    def pack(self, body: Body) -> None:
        if not self._started:
            with self._lock:
                if not self._started:
                    self._started = True
                    threading.Thread(target=self._run, name="packer", daemon=True).start()
        self._queue.put(body)

    def _run(self) -> None:
        # the first rows come first
        time.sleep(_PATIENCE)
        memory.return_large_blocks()
        while True:
            # what can't be packed stays as it is and can be read
            with suppress(MemoryError):
                self._queue.get().pack()
                if self._queue.empty():
                    memory.give_back()


_PACKER = _Packer()


class RawPage:
    """The raw JSON of the rows of a page, by the index the row has in the page.

    Args:
        bodies: The pages of the service that the rows came in.
        places: Body and index in it for each row, flat: `b0, i0, b1, i1 ...`. None when the rows are exactly those of
            the only body.
    """

    __slots__ = ("_bodies", "_places")

    def __init__(self, bodies: Sequence[Body], places: array[int] | None = None) -> None:
        self._bodies = tuple(bodies)
        # 4 bytes a row where 8 are not needed
        self._places = array("H", places) if places and max(places) < 1 << 16 else places

    def row(self, index: int) -> bytes:
        """JSON of one row as the service sent it."""
        body, at = (0, index) if self._places is None else self._places[2 * index : 2 * index + 2]
        return bytes(_ROWS.decode(self._bodies[body].plain).value[at])

    def rows(self) -> list[bytes]:
        """JSON of every row, in order. Each page of the service is unpacked once, by `row` each time."""
        found = [_ROWS.decode(body.plain).value for body in self._bodies]
        if self._places is None:
            return [bytes(row) for row in found[0]]
        places = iter(self._places)
        return [bytes(found[body][at]) for body, at in zip(places, places, strict=True)]

    @property
    def kept(self) -> int:
        """Bytes held in memory."""
        places = self._places
        return sum(body.kept for body in self._bodies) + (places.itemsize * len(places) if places is not None else 0)

    @staticmethod
    def of(sources: Sequence[tuple[RawPage, int]]) -> RawPage:
        """A page of rows picked from other pages, in that order: (page, index) per row."""
        bodies: dict[int, int] = {}
        kept: list[Body] = []
        places = array("I")
        for page, index in sources:
            body, at = (0, index) if page._places is None else page._places[2 * index : 2 * index + 2]
            source = page._bodies[body]
            number = bodies.setdefault(id(source), len(kept))
            if number == len(kept):
                kept.append(source)
            places.append(number)
            places.append(at)
        return RawPage(kept, places)
