"""Rows of a list tab that came with the entity of its page: they cost no request of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mdetui.screens.local_lists import LocalBatch

if TYPE_CHECKING:
    from mdetui.screens.places import PagePlace


class EntityRows:
    """A source over one part of an entity.

    Args:
        place: Whose entity; it may still be under way.
        rows: Entity to rows.

    Attributes:
        entity: What the rows were taken from.
    """

    def __init__(self, place: PagePlace, rows: Callable[[Any], Sequence[Any]]) -> None:
        self._place = place
        self._rows = rows
        self.entity: Any = None
        self.complete = False
        self.total: int | None = None

    async def next(self) -> LocalBatch | None:
        """All of them, once.

        Raises:
            MdetuiError: Why the entity could not be read.
        """
        if self.complete:
            return None
        await self._place.came.wait()
        if self._place.entity is None and self._place.refused is not None:
            raise self._place.refused
        self.entity = self._place.entity
        rows = self._rows(self.entity)
        self.complete, self.total = True, len(rows)
        return LocalBatch(rows) if rows else None
