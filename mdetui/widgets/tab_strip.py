"""The tab strip of a page: names, counts where they are known, the open one in brackets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mdetui.views.base import Cell, Tab
from mdetui.widgets.one_line import OneLine, width_of


class TabStrip(OneLine):
    """One line; when it is too narrow the tabs before the open one scroll out on the left."""

    def __init__(self) -> None:
        super().__init__(id="tabs")

    def show_tabs(
        self, tabs: Sequence[Tab], open_tab: str, counts: dict[str, str], closed: Collection[str] = ()
    ) -> None:
        """Draw the strip.

        Args:
            tabs: From left to right.
            open_tab: Id of the open tab.
            counts: What stands behind a tab's name, by id, where it is known.
            closed: Ids of tabs that the sign-in can't ask for: muted, and crossed out with a sign.
        """
        room = max(10, self.size.width - 4)
        at = next((index for index, tab in enumerate(tabs) if tab.id == open_tab), 0)
        groups = _groups(tabs, open_tab, counts, closed)
        if width_of([cell for group in groups for cell in group]) > room + 2:
            # names are worth more than counts
            groups = _groups(tabs, open_tab, {open_tab: counts[open_tab]} if open_tab in counts else {}, closed)
        first = 0
        while first < at and width_of([cell for group in groups[first : at + 1] for cell in group]) > room:
            first += 1
        cells = [cell for group in groups[first:] for cell in group]
        self.show([Cell("‹ ", "muted"), *cells] if first else cells)


def _groups(tabs: Sequence[Tab], open_tab: str, counts: Mapping[str, str], closed: Collection[str]) -> list[list[Cell]]:
    groups = []
    for tab in tabs:
        count = f" {counts[tab.id]}" if tab.id in counts else ""
        label = f"{tab.title}{'×' if tab.id in closed else count}"
        here = tab.id == open_tab
        style = "strong" if here else "muted" if tab.id in closed else "plain"
        groups.append([Cell(f"[{label}]" if here else f" {label} ", style)])
    return groups
