"""Packed files to lines: whatever the pieces are, the lines are the same; what is broken or too large says so."""

from __future__ import annotations

import gzip
import json
import random

import pytest

from mdetui.api import lines
from mdetui.api.lines import Lines, Unreadable

ROWS = [json.dumps({"deviceId": f"d{number}", "deviceName": "é" * (number % 7)}).encode() for number in range(3_000)]
BODY = b"\n".join(ROWS) + b"\n"


def read(data: bytes, size: int = 1_000) -> list[bytes]:
    """All lines of a file that comes in pieces of a size."""
    found: list[bytes] = []
    reading = Lines()
    pieces = [data[start : start + size] for start in range(0, len(data), size)] or [b""]
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        found += reading.take(piece, last=last)
        while not reading.hungry:
            found += reading.take(b"", last=last)
    return found


@pytest.mark.parametrize("size", [1, 7, 1_000, 10_000_000])
@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(BODY),
        # without the last line's end
        gzip.compress(BODY[:-1]),
        BODY,
        BODY.replace(b"\n", b"\r\n\n"),
        # two files glued together
        gzip.compress(BODY[:50_000]) + gzip.compress(BODY[50_000:]),
        gzip.compress(BODY) + b"\0" * 512,
    ],
    ids=["gzip", "no end", "unpacked", "blank lines", "members", "padding"],
)
def test_the_lines_are_the_same_whatever_the_pieces(data: bytes, size: int) -> None:
    found = read(data, size)
    assert [line.strip() for line in found] == ROWS


# with names: gzip writes the time into its head, and the workers must collect the same tests
@pytest.mark.parametrize(
    "data", [b"", gzip.compress(b""), gzip.compress(b"\n\n")], ids=["nothing", "no lines", "blank lines"]
)
def test_an_empty_file_has_no_lines(data: bytes) -> None:
    assert read(data) == []


def test_what_comes_out_at_once_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """4 kB that unpack to 4 MB come in portions."""
    monkeypatch.setattr(lines, "PIECE", 10_000)
    body = (b'{"a":"' + b"x" * 90 + b'"}\n') * 40_000
    reading = Lines()
    found = reading.take(gzip.compress(body), last=True)
    assert 90 < len(found) < 110
    assert not reading.hungry
    while not reading.hungry:
        more = reading.take(b"", last=True)
        assert len(more) < 110
        found += more
    assert len(found) == 40_000


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="longer than 1 MB"):
        read(gzip.compress(b"x" * 3_000_000))


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_FILE", 100_000)
    with pytest.raises(Unreadable, match="larger than"):
        read(gzip.compress(BODY))


@pytest.mark.parametrize("cut", [3, 11, 500, -9, -1])
def test_a_file_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(Unreadable, match="breaks off"):
        read(gzip.compress(BODY)[:cut])


def test_what_is_no_gzip_after_all_is_refused() -> None:
    data = bytearray(gzip.compress(BODY))
    drawn = random.Random(1)
    data[20:2_000] = drawn.randbytes(1_980)
    with pytest.raises(Unreadable, match="can't be unpacked"):
        read(bytes(data))


def test_a_line_that_is_no_json_is_one_bad_line() -> None:
    found = read(b'{"a":1}\n<html>\n{"a":NaN}\n{"a":"\xff"}\n{"a":2\n{"a":3}')
    assert [json.loads(line) for line in found] == [{"a": 1}, "<html>", {"a": None}, {"a": "�"}, '{"a":2', {"a": 3}]
