"""An index finds what a dictionary finds."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from mdetui.feeds.index import Index

KEYS = st.one_of(st.text(max_size=3), st.integers(-3, 3), st.tuples(st.none() | st.text(max_size=1), st.integers(0, 2)))


@given(st.lists(KEYS, max_size=60), st.lists(KEYS, max_size=10))
def test_any_keys(keys: list[object], others: list[object]) -> None:
    index: Index[object] = Index()
    known: dict[object, int] = {}
    for key in keys:
        assert index.place(key) == known.setdefault(key, len(known))
    assert index.keys == list(known)
    for key in (*keys, *others):
        assert index.find(key) == known.get(key)


def test_many_keys_and_keys_of_one_hash() -> None:
    class Same(int):
        def __hash__(self) -> int:
            return 7

    index: Index[object] = Index()
    keys: list[object] = [Same(number) for number in range(300)] + [f"id {number}" for number in range(20_000)]
    assert [index.place(key) for key in keys] == list(range(20_300))
    assert [index.place(key) for key in reversed(keys)] == list(range(20_299, -1, -1))
    assert [index.find(key) for key in keys] == list(range(20_300))
    assert index.find("id 20000") is None
    assert index.find(Same(300)) is None


def test_a_place_costs_next_to_nothing() -> None:
    keys = [f"id {number}" for number in range(100_000)]
    tracemalloc.start()
    index: Index[str] = Index()
    for key in keys:
        index.place(key)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 8 bytes of it are the list of the keys
    assert size < 100_000 * 32
