"""The search for secrets finds them: a test that looks for leaks must be able to fail."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.leaks import Needles

SECRET = "s3cr~t/with+odd=characters-ünd-Jung"
NEEDLES = Needles([("the secret", SECRET)])


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET[5:20],
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        json.dumps({"x": SECRET}),
        SECRET.encode().hex(),
        SECRET[::-1],
        repr(SECRET[:14]) + "+21",
    ],
)
def test_a_secret_is_found(text: str, before: str) -> None:
    whole = f"{before}{text}!"
    for written in (whole.encode(), f"\x1b[1;5H{whole[:7]}\x1b[1m{whole[7:]}\x1b[0m".encode()):
        assert NEEDLES.within(b"much " + written + b" else")
    encoded = base64.b64encode(whole.encode()).decode()
    assert NEEDLES.within(f"\x1b]52;c;{encoded}\x07".encode())


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_in_base64_is_found(encode: object, before: str) -> None:
    assert callable(encode)
    assert NEEDLES.within(encode(f"{before}{SECRET} and more".encode()).rstrip(b"="))


def test_nothing_else_is_found() -> None:
    assert not NEEDLES.within(b"s3cr~t/with and +odd=chara, but never a piece that is long enough")
    assert NEEDLES.count == 1
