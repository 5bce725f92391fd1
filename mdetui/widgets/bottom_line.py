"""BottomLine: only the keys that matter here, as many as fit, and where the list stands on the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from mdetui.keys import Key
from mdetui.views.cells import Cell
from mdetui.widgets.one_line import OneLine


class BottomLine(OneLine):
    """Keys on the left in the order of the table; the ones with the smallest `hint` survive the longest."""

    DEFAULT_CSS = "BottomLine { color: $text-muted; }"

    def __init__(self) -> None:
        super().__init__(id="bottom")
        self._keys: tuple[Key, ...] = ()
        self._dim: frozenset[str] = frozenset()

    def show_keys(self, keys: Sequence[Key], dim: frozenset[str] = frozenset()) -> None:
        """Offer these keys.

        Args:
            keys: Entries of the key table; those with `hint` 0 are left out.
            dim: Ids that can't be used now; they are drawn muted.
        """
        before = self.line()
        self._keys = tuple(key for key in keys if key.hint)
        self._dim = dim
        self.refresh_since(before)

    def fitted_left(self, room: int) -> list[Cell]:
        """The hints that fit, in the order of the table."""
        if self.left:
            return super().fitted_left(room)
        chosen: set[str] = set()
        used = 0
        for key in sorted(self._keys, key=lambda key: key.hint):
            size = cell_len(key.display) + 1 + cell_len(key.label) + (2 if chosen else 0)
            if used + size > room:
                continue
            chosen.add(key.id)
            used += size
        cells: list[Cell] = []
        for key in sorted(self._keys, key=lambda key: (key.hint == 1, key.hint)):
            if key.id in chosen:
                muted = key.id in self._dim
                cells.append(Cell(f"{'  ' if cells else ''}{key.display}", "muted" if muted else "strong"))
                cells.append(Cell(f" {key.label}", "muted" if muted else "plain"))
        return cells
