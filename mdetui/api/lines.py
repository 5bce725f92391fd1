"""Packed files to lines, a piece at a time: gzip with one JSON object a line, or the same unpacked.

No asyncio here: this is what runs in a thread. A few kilobytes can unpack to gigabytes, so what comes out at once, a
line and a whole file have limits.
"""

from __future__ import annotations

import json
import zlib

import msgspec

from mdetui.api.misfits import REFUSED

# bytes that come out of one call
PIECE = 4_000_000
MAX_LINE = 1_000_000
MAX_FILE = 8_000_000_000
_MAGIC = b"\x1f\x8b"
_RAW = msgspec.json.Decoder(msgspec.Raw)


class Unreadable(Exception):
    """The file can't be read; the text says why, as the end of a sentence."""


class Lines:
    """The lines of one file.

    Attributes:
        unpacked: Bytes that came out so far.
    """

    def __init__(self) -> None:
        self.unpacked = 0
        self._packed: bool | None = None
        self._gzip = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._tail = b""
        # what waits is too short to tell what it is
        self._unclear = False

    @property
    def hungry(self) -> bool:
        """Whether more of the file is needed before lines come."""
        return self._unclear or not self._waiting

    def take(self, data: bytes, *, last: bool = False) -> list[bytes]:
        """Lines that are whole by now, each proper JSON.

        Args:
            data: The next piece of the file; b"" goes on with what waits.
            last: The file ends with it.

        Raises:
            Unreadable: It is broken, or too large.
        """
        self._waiting += data
        self._unclear = False
        out = self._unpack(last)
        self.unpacked += len(out)
        if self.unpacked > MAX_FILE:
            raise Unreadable(f"it is larger than {MAX_FILE // 1_000_000_000} GB")
        *lines, self._tail = (self._tail + out).split(b"\n")
        if last and self.hungry:
            if self._packed and not self._gzip.eof:
                raise Unreadable("it breaks off in the middle")
            lines.append(self._tail)
            self._tail = b""
        if len(self._tail) > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise Unreadable(f"a line of it is longer than {MAX_LINE // 1_000_000} MB")
        return [_json(line) for line in lines if line.strip()]

    def _unpack(self, last: bool) -> bytes:
        if self._packed is None:
            if len(self._waiting) < len(_MAGIC) and not last:
                self._unclear = True
                return b""
            self._packed = self._waiting.startswith(_MAGIC)
        if not self._packed:
            out, self._waiting = self._waiting[:PIECE], self._waiting[PIECE:]
            return out
        out = b""
        while self._waiting and len(out) < PIECE:
            if self._gzip.eof:
                # files may be glued together; whatever else follows is padding
                if len(self._waiting) < len(_MAGIC) and not last:
                    self._unclear = True
                    break
                if not self._waiting.startswith(_MAGIC):
                    self._waiting = b""
                    break
                self._gzip = zlib.decompressobj(wbits=31)
            try:
                out += self._gzip.decompress(self._waiting, PIECE - len(out))
            except zlib.error:
                raise Unreadable("it can't be unpacked") from None
            self._waiting = self._gzip.unused_data if self._gzip.eof else self._gzip.unconsumed_tail
        return out


def _json(line: bytes) -> bytes:
    """The line when it is JSON; what it can be mended to; else as a JSON text, which makes it one bad row."""
    try:
        _RAW.decode(line)
        line.decode()
    except REFUSED:
        said = line.decode("utf-8-sig", "replace")
        try:
            return json.dumps(json.loads(said, strict=False, parse_constant=lambda _: None)).encode()
        except (ValueError, RecursionError):
            return json.dumps(said[:1_000]).encode()
    return line
