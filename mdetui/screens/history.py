"""Where a person was, in order, and the way back and forward."""

from __future__ import annotations

from mdetui.screens.places import Place


class History:
    """Visited places in order, and which one is shown."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self._last: Place | None = None

    @property
    def current(self) -> Place | None:
        """The place that is shown."""
        return self._places[self._at] if self._places else None

    def visit(self, place: Place) -> None:
        """Go somewhere new: what lay ahead is forgotten. At most 50 places are kept."""
        self._last = self.current
        del self._places[self._at + 1 :]
        self._places.append(place)
        del self._places[:-50]
        self._at = len(self._places) - 1

    def step(self, by: int) -> Place | None:
        """Back (-1) or forward (1); None at the end."""
        target = self._at + by
        if not 0 <= target < len(self._places):
            return None
        self._last = self.current
        self._at = target
        return self.current

    def last(self) -> Place | None:
        """The place shown before this one; None when there is none."""
        if self._last is None or self._last not in self._places:
            return None
        place = self._last
        self._last = self.current
        self._at = self._places.index(place)
        return place

    def return_to(self, place: Place) -> None:
        """Show a place again: where it stands in the history if it does, else as a new visit."""
        if place in self._places:
            self._last = self.current
            self._at = self._places.index(place)
        else:
            self.visit(place)
