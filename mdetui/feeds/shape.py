"""What a feed must know of its rows: how they are named, searched, sorted and folded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

SortKey = Callable[[Any], Any]
FoldKey = Callable[[Any], Hashable | None]
# joins the names of two columns that a fold counts by
BOTH = "+"


@dataclass(frozen=True, slots=True)
class Shape:
    """The functions of a view that a feed uses. None of them is called for a row that `bad` gives a reason for.

    Attributes:
        row_id: Row to the id that is unique within the profile. Rows without an id are named by their content.
        texts: Row to the texts that the local filter searches.
        order: Row to the key of the source order; None keeps the order in which rows come.
        descending: Whether the source order is largest first.
        sorts: Column id to its sort key.
        folds: Name to the key by which repeats are folded; a row whose key is None stays alone.
        groups: Name to the key by which rows are counted, each in exactly one group; names joined by `+` count by both.
        time: Row to the time that says which row of a group is the newest; None where rows have none.
        version: Row to something that grows when the row changes (its time of update), or None when unknown. A row
            that comes late with a smaller version does not replace what is known.
        bad: Why a row could not be read, or None. Bad rows are kept, shown and counted; they sort last.
        leads: Whether a row stands first whatever the order (what could not be read of a whole tenant).
    """

    row_id: Callable[[Any], Any] = lambda row: row.id
    texts: Callable[[Any], Iterable[str | None]] = lambda row: ()
    order: SortKey | None = None
    descending: bool = False
    sorts: Mapping[str, SortKey] = field(default_factory=dict)
    folds: Mapping[str, FoldKey] = field(default_factory=dict)
    groups: Mapping[str, FoldKey] = field(default_factory=dict)
    time: Callable[[Any], float] | None = None
    version: Callable[[Any], Any] | None = None
    bad: Callable[[Any], str | None] = lambda row: None
    leads: Callable[[Any], bool] = lambda row: False

    def name(self, row: Any) -> str:
        """The row's id, or a name made of its content when it has none, so that no row hides another."""
        found = self.row_id(row)
        if found:
            return found if type(found) is str else str(found)
        return "?" + blake2b(repr(row).encode(errors="replace"), digest_size=8).hexdigest()

    def folds_by(self, name: str) -> bool:
        """Whether there is a fold of that name."""
        return name in self.folds or self.counts(name)

    def counts(self, name: str) -> bool:
        """Whether the fold of that name counts groups, in place of hiding repeats."""
        return bool(name) and name not in self.folds and all(part in self.groups for part in name.split(BOTH))

    def group_key(self, name: str) -> FoldKey:
        """The key of a fold that counts groups. A row that could not be read is in a group with its like.

        Raises:
            KeyError: There is no such column.
        """
        bad = self.bad
        if BOTH not in name:
            only = self.groups[name]
            return lambda row: (only(row),) if bad(row) is None else ()
        keys = [self.groups[part] for part in name.split(BOTH)]
        return lambda row: tuple(key(row) for key in keys) if bad(row) is None else ()

    def search_texts(self, row: Any) -> Iterable[str | None]:
        """What the filter looks at; a bad row is found by its id and by what is wrong with it."""
        why = self.bad(row)
        return self.texts(row) if why is None else (self.name(row), why)

    def outdated(self, old: Any, new: Any) -> bool:
        """Whether `new` is an older state of the row than `old`."""
        if self.version is None or self.bad(old) is not None or self.bad(new) is not None:
            return False
        before, after = self.version(old), self.version(new)
        return before is not None and after is not None and bool(after < before)
