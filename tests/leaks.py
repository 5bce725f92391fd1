"""Looking for secrets in whatever a program wrote: as they are, encoded, and in pieces.

A screen cuts a long text, a crash screen slices it, a log quotes it: so pieces of `PIECE` characters are looked for, not
whole values.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote_to_bytes

PIECE = 12
_COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
# what a terminal is told between the characters of a text
_SEQUENCE = re.compile(rb"\x1b\[[0-9;:<=>?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-Za-z]")


class Needles:
    """Secrets that must not be found.

    Args:
        values: The secrets, by what they are called in a report: never by themselves.
    """

    def __init__(self, values: Iterable[tuple[str, str]]) -> None:
        self._names: dict[bytes, str] = {}
        self.count = 0
        for name, value in values:
            self.count += 1
            assert len(value) >= PIECE, f"{name} is too short to be looked for"
            for how, form in _forms(value):
                for start in range(len(form) - PIECE + 1):
                    self._names.setdefault(form[start : start + PIECE], f"{name} {how}")

    def within(self, data: bytes) -> set[str]:
        """What of them is in there."""
        found = set()
        for text in _readings(data):
            found |= {
                self._names[piece]
                for start in range(len(text) - PIECE + 1)
                if (piece := text[start : start + PIECE]) in self._names
            }
        return found


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    """A secret and what it looks like when somebody encoded it."""
    raw = value.encode()
    yield "as it is", raw
    for how, form in (
        ("percent-encoded", quote(value, safe="")),
        ("percent-encoded", quote_plus(value)),
        ("in JSON", json.dumps(value)[1:-1]),
        ("in hex", raw.hex()),
        ("backwards", value[::-1]),
    ):
        if form.encode() != raw:
            yield how, form.encode()
    for shift in range(3):
        # where it begins within a text that was encoded decides what it looks like; the characters at its ends depend
        # on what stands beside it
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield "in base64", encode(b"\0" * shift + raw)[4 if shift else 0 : -4]


def _readings(data: bytes) -> Iterator[bytes]:
    """The bytes, what was sent to a clipboard, and the text without what moves the cursor between its pieces."""
    copied = [base64.b64decode(text) for text in _COPIED.findall(data)]
    # a copied text in base64 may be like a piece of a token that says the same: it is looked at decoded
    data = _COPIED.sub(b"", data)
    yield data
    yield from copied
    if b"\x1b" in data:
        yield _SEQUENCE.sub(b"", data)
    if b"%" in data:
        yield unquote_to_bytes(data)


def written_below(*folders: Path) -> dict[Path, bytes]:
    """Every file below some folders and what it holds; links are not followed."""
    return {
        path: path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def find(needles: Needles, written: dict[str, bytes]) -> dict[str, set[str]]:
    """Which secrets stand where."""
    return {where: found for where, data in written.items() if (found := needles.within(data))}
