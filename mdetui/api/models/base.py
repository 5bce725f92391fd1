"""What all wire models share.

Models are tolerant: unknown keys are ignored, every field may be missing or null, enums are open strings, times stay
text until somebody shows them (`text.parse_time` takes 0 to 7 fraction digits). `gc=False`: 100,000 rows must not be
walked by the garbage collector, and a row holds no reference that could form a cycle.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

# A time of the wire: ISO 8601 text with 0 to 7 fraction digits (evidence page, "Quirks in the data").
Timestamp = str
# A field that the documentation calls one type and the service sends as another (gotchas 16, 28).
Loose = Any


class Model(msgspec.Struct, rename="camel", gc=False, omit_defaults=True):
    """An entity of the service. Subclasses name their fields in snake_case; the wire is camelCase.

    Attributes:
        INTERNED: Text fields whose values repeat from row to row: one string for all rows (109 -> 43 MiB per 100,000
            alerts).
        SHARED: Fields with small frozen values (tuples, frozen structs) that repeat likewise.
    """

    INTERNED: ClassVar[tuple[str, ...]] = ()
    SHARED: ClassVar[tuple[str, ...]] = ()
