"""What all wire models share.

Models are tolerant: unknown keys are ignored, every field may be missing or null, enums are open strings, times stay
text until somebody shows them (`text.parse_time` takes 0 to 7 fraction digits). `gc=False`: 100,000 rows must not be
walked by the garbage collector, and a row holds no reference that could form a cycle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from mdetui.text import Instant

# A time of the wire: ISO 8601 text with 0 to 7 fraction digits (evidence page, "Quirks in the data"); exports write
# `YYYY-MM-DD HH:MM:SS[.mmm]`.
Timestamp = str
# The same in a row of a list, where `Model.TIMES` names the field: decoded as text, then read.
if TYPE_CHECKING:
    RowTime = str | Instant
else:
    RowTime = str
# A field that the documentation calls one type and the service sends as another (gotchas 16, 28).
Loose = Any
Case = Literal["missing", "always", "never"]


class Model(msgspec.Struct, rename="camel", gc=False, omit_defaults=True):
    """An entity of the service. Subclasses name their fields in snake_case; the wire is camelCase.

    Attributes:
        INTERNED: Fields with text or whole numbers that repeat from row to row: one object for all rows (109 -> 43 MiB
            per 100,000 alerts).
        TIMES: Fields of a list's rows that are kept as `Instant` when they are a time (saves 10 MiB per 100,000 alerts).
        SHARED: Fields with small frozen values (tuples, frozen structs) that repeat likewise.
        KEY: Fields that tell rows apart together where there is no `id` on the wire; see `Keyed`.
        CASE: When keys are taken in any case: where the key is `missing` (rows in PascalCase, gotchas 25), `always`
            (both in one row) or `never` (both are declared, or other keys are the tenant's own).
    """

    INTERNED: ClassVar[tuple[str, ...]] = ()
    TIMES: ClassVar[tuple[str, ...]] = ()
    SHARED: ClassVar[tuple[str, ...]] = ()
    KEY: ClassVar[tuple[str, ...]] = ()
    CASE: ClassVar[Case] = "missing"


class Keyed(Model):
    """An entity without an `id` of its own: `KEY` makes one."""

    @property
    def id(self) -> str:
        """Its parts with a bar between them; "" when all of them are missing."""
        parts = ["" if part is None else str(part) for part in (getattr(self, name) for name in self.KEY)]
        return "|".join(parts) if any(parts) else ""


def number(value: Loose) -> float | None:
    """A number that may come as text (prevalence in older samples); None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
