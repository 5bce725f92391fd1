"""Folding a list by its columns: by which, and what the lines of a folded list show."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

from mdetui import text
from mdetui.feeds.entry import Entry
from mdetui.feeds.shape import BOTH
from mdetui.views.base import Cell, Column, Context, Part, View

REPEATS = "repeats"
# row id to what was read of the row: id of the part to its value
Learned = Mapping[str, Mapping[str, str]]
_GROW = 4
# cells that what was read takes at least
_PART = 16


def countable(view: View) -> tuple[Column, ...]:
    """Columns by which rows can be counted. No two rows have the same time, so times are none."""
    return tuple(column for column in view.columns if column.sort is not None and not column.utc)


def names(view: View) -> list[str]:
    """Every fold of a view that takes no reads: repeats, a column, two columns."""
    one = [column.id for column in countable(view)]
    return [*((REPEATS,) if view.fold is not None else ()), *one, *(BOTH.join(pair) for pair in permutations(one, 2))]


def detailed(view: View) -> dict[str, Part]:
    """The folds of a view that take a read of each row, and what the reads tell."""
    details = view.details
    return {f"{details.column}{BOTH}{part.id}": part for part in details.parts} if details is not None else {}


def told(view: View, name: str) -> str:
    """`category and owner`: what a fold counts by, for a person."""
    return name.replace(BOTH, " and ") if name != REPEATS else "repeats"


def keys(view: View, learned: Learned) -> dict[str, Callable[[Any], Hashable]]:
    """The keys by which the feed counts (`feeds.Shape.groups`).

    Args:
        view: Whose rows.
        learned: What was read of rows so far; it may grow.
    """
    found: dict[str, Callable[[Any], Hashable]] = {}
    for column in countable(view):
        if column.sort is not None:
            found[column.id] = column.sort
    for part in detailed(view).values():
        found[part.id] = _part_key(view, part, learned)
    return found


def _part_key(view: View, part: Part, learned: Learned) -> Callable[[Any], str | None]:
    key, name = view.subject.key, part.id
    return lambda row: learned.get(key(row), {}).get(name)


def newest(view: View) -> Column | None:
    """The column that says which row of a group is the newest."""
    times = [column for column in view.columns if column.utc and column.sort is not None]
    return next((column for column in times if column.id == view.default_sort[0]), times[0] if times else None)


def columns(view: View, name: str, learned: Learned) -> tuple[Column, ...]:
    """What the lines of a list show that is folded by `name`; their cells are made of entries of the feed.

    What is counted by stands last, under one title that names it.

    Args:
        view: Whose rows.
        name: One column or part, or two joined by `+`.
        learned: As for `keys`.
    """
    shown = [
        Column("count", "COUNT", lambda entry, _: Cell(f"{entry.count:,}"), 7, right=True),
        Column("share", "SHARE", _share, 6, right=True),
    ]
    time = newest(view)
    if time is not None:
        age = time.cell
        shown.append(
            replace(time, id="newest", title="NEWEST", cell=lambda entry, ctx: age(entry.newest, ctx), width=6, at=0)
        )
    parts = {part.id: part for part in detailed(view).values()}
    title = f"folded by {told(view, name)}"
    for place in name.split(BOTH):
        part = parts.get(place)
        if part is not None:
            draw, width, keep = _part_cell(_part_key(view, part, learned)), _PART, "start"
        else:
            column = next(column for column in view.columns if column.id == place)
            draw, width, keep = column.cell, max(column.width, len(column.title)), column.keep
        shown.append(Column(place, title, _of_sample(draw, view.leads), width, grow=_GROW, keep=keep))
        title = ""
    return tuple(shown)


def _share(entry: Entry, context: Context) -> Cell:
    return Cell(f"{100 * entry.count / entry.total:.1f}%", "muted")


def _of_sample(draw: Callable[[Any, Context], Cell], leads: Callable[[Any], bool]) -> Callable[[Entry, Context], Cell]:
    """What the rows of a group have in common, drawn as in one of them."""

    def cell(entry: Entry, context: Context) -> Cell:
        if getattr(entry.sample, "why", None) is not None:
            # a row that leads stands for a whole tenant
            name = f"{entry.sample.id} " if entry.count == 1 and leads(entry.sample) else ""
            return Cell(text.line(f"{name}could not be read"), "state.bad")
        return draw(entry.sample, context)

    return cell


def _part_cell(key: Callable[[Any], str | None]) -> Callable[[Any, Context], Cell]:
    def cell(row: Any, _: Context) -> Cell:
        value = key(row)
        return Cell("not read", "muted") if value is None else Cell(value or "-")

    return cell


def values(view: View, name: str, entry: Entry, learned: Learned, context: Context) -> str:
    """What the rows of a group have in common as text, for the name of the list that they make."""
    by = name.split(BOTH)
    cells = [column.cell(entry, context).text for column in columns(view, name, learned) if column.id in by]
    return " + ".join(text.line(cell, 40) for cell in cells)
