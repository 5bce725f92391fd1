"""Rows and batches for the tests of feeds: plain data, no wire model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mdetui.feeds.shape import Shape


@dataclass(frozen=True)
class Row:
    """A row with everything a list can do something with."""

    id: str
    when: Any = 0
    title: str = ""
    size: Any = None
    changed: int = 0
    why: str | None = None


class Rows:
    """A batch."""

    def __init__(self, rows: Sequence[Any], raw: Any = None) -> None:
        self.rows = rows
        self.raw = raw


SHAPE = Shape(
    texts=lambda row: (row.title, row.id),
    order=lambda row: row.when,
    descending=True,
    sorts={"title": lambda row: row.title, "size": lambda row: row.size},
    folds={"repeats": lambda row: row.title or None},
    bad=lambda row: row.why,
)
ARRIVAL = Shape(texts=SHAPE.texts, sorts=SHAPE.sorts, folds=SHAPE.folds, bad=SHAPE.bad)


def numbered(count: int, start: int = 0) -> list[Row]:
    """Rows from newest to oldest."""
    return [Row(f"r{number}", when=-number, title=f"title {number}") for number in range(start, start + count)]
