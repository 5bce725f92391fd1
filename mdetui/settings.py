"""What the configuration says about lists: queues, columns, page sizes, refresh. `settings_check` checks its names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mdetui import keys
from mdetui.config import Config
from mdetui.views.base import Column, View
from mdetui.views.query import QUEUES, Queue

if TYPE_CHECKING:
    from mdetui.config_tables import PageSize, SavedQueue

# the list that can be asked for what has changed and refreshes by itself; every other one asks for its first page
# again, and only when the configuration says so
BY_CHANGES = "alerts"


class Settings:
    """The settings of lists, and what a person chose for this session.

    Args:
        config: Checked before by `settings_check`.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._queues: dict[str, dict[int, Queue]] = {}
        self._chosen: dict[str, tuple[str, ...]] = {}

    def queues(self, view: str) -> Mapping[int, Queue]:
        """Saved queues of a view by the digit they are on, in that order."""
        if view not in self._queues:
            saved = self._config.queues.get(view, ())
            self._queues[view] = {n: queue for n, (queue, _) in numbered(view, saved).items()}
        return self._queues[view]

    def columns(self, view: View, *, wide: bool = False) -> tuple[Column, ...]:
        """The columns that a list of a view shows, from left to right.

        Columns that somebody has chosen are shown as far as there is room, from the left; without a choice the view
        says from which width on each is.

        Args:
            view: The view.
            wide: Whether all of its columns shall follow those that were chosen.
        """
        widths = {name: width for name, width in map(split, self._config.columns.get(view.id, ())) if width}
        chosen = self.chosen(view)
        if not chosen:
            return view.columns
        known = {column.id: column for column in view.columns}
        order = dict.fromkeys((*chosen, *known)) if wide else chosen
        found = []
        for place, name in enumerate(order):
            column = known[name]
            if name in widths:
                column = replace(column, width=widths[name], grow=0)
            # what stands further right goes first when there is no room
            found.append(replace(column, at=place))
        return tuple(found)

    def chosen(self, view: View) -> tuple[str, ...]:
        """Columns that were chosen, in this session or by the configuration; none where nobody did."""
        configured = self._config.columns.get(view.id, ())
        return self._chosen.get(view.id) or tuple(split(one)[0] for one in configured)

    def choose(self, view: View, columns: Sequence[str]) -> None:
        """Show these columns until the program ends; none brings back what is configured."""
        self._chosen[view.id] = tuple(columns)

    def page_size(self, view: str) -> PageSize | None:
        """Rows of a request; None where the program decides."""
        return self._config.page_size.get(view)

    def sizes(self, view: str) -> Sequence[int]:
        """The same as the rows of the first page, of the second and so on."""
        # by now the wire is there; a check of the configuration goes without
        from mdetui.api.pagers import SIZES

        size = self.page_size(view)
        if size is None:
            return SIZES
        return (size.first, *(one for one in SIZES if size.first < one < size.most), size.most)

    def refresh(self, view: str) -> int:
        """Seconds between two refreshes of a list; 0 for none."""
        return self._config.refresh_of.get(view, self._config.refresh if view == BY_CHANGES else 0)


def split(named: str) -> tuple[str, int]:
    """Id and width of a column as it is configured; width 0 where none is given, -1 where it is none."""
    name, colon, width = named.partition(":")
    if not colon:
        return named, 0
    return name, int(width) if width.isascii() and width.isdigit() and int(width) else -1


def numbered(view: str, saved: Sequence[SavedQueue]) -> dict[int, tuple[Queue, int | None]]:
    """Queues by digit, each with its place among the saved ones; None for those of the program.

    The program's own stay, but for those whose name or digit a saved one has. The others take the next free digits, and
    what finds none is on no key.
    """
    found: dict[int, tuple[Queue, int | None]] = {n: (queue, None) for n, queue in enumerate(QUEUES.get(view, ()), 1)}
    rest: list[int] = []
    for at, one in enumerate(saved):
        if not one.digit:
            rest.append(at)
            continue
        for n in [n for n, (queue, place) in found.items() if queue.name == one.name and place is None]:
            del found[n]
        found[one.digit] = (_queue(one), at)
    for at in rest:
        same = next((n for n, (queue, _) in found.items() if queue.name == saved[at].name), None)
        digit = same or next((n for n in range(1, len(keys.QUEUES) + 1) if n not in found), None)
        if digit is not None:
            found[digit] = (_queue(saved[at]), at)
    return dict(sorted(found.items()))


def _queue(saved: SavedQueue) -> Queue:
    return Queue(saved.name.strip(), saved.words.strip(), saved.sort, saved.fold)
