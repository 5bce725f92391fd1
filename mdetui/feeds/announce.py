"""Rows that a refresh found and that are not shown before a person asks for them."""

from __future__ import annotations

from typing import Any, NamedTuple


class Held(NamedTuple):
    """A row held aside, with what its batch came with and its index there."""

    item: Any
    raw: Any
    place: int


class Aside:
    """New rows by id, newest state of each; nothing is ever pushed under the cursor."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def get(self, row_id: str) -> Held | None:
        """The held row of an id."""
        return self._held.get(row_id)

    def hold(self, row_id: str, held: Held) -> None:
        """Hold a row, or a newer state of it."""
        self._held[row_id] = held

    def drop(self, row_id: str) -> None:
        """The row came by another way."""
        self._held.pop(row_id, None)

    def release(self) -> list[Held]:
        """All held rows, in the order in which they were found."""
        held = list(self._held.values())
        self._held.clear()
        return held
