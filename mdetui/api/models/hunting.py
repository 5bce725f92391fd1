"""Advanced hunting. Source: Graph's security-security-runhuntingquery.md, run-advanced-query-api.md (retired)."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from mdetui.api.models.base import Case, Loose


class Column(msgspec.Struct, gc=False):
    """A column of a result; both spellings occur (gotchas 31). Read `title` and `kind`."""

    name: str | None = None
    type: str | None = None
    upper_name: str | None = msgspec.field(default=None, name="Name")
    upper_type: str | None = msgspec.field(default=None, name="Type")

    @property
    def title(self) -> str:
        """Its name."""
        return self.name or self.upper_name or ""

    @property
    def kind(self) -> str:
        """Its type: String, DateTime, Int64, SByte (a truth) ..."""
        return self.type or self.upper_type or ""


class HuntingResult(msgspec.Struct):
    """Columns and rows of a query. Keys of rows are the query's own and stay as they are.

    Graph writes `schema` and `results`, the retired endpoints `Schema`, `Results` and `Stats`.
    """

    CASE: ClassVar[Case] = "never"

    schema: list[Column] | None = None
    results: list[dict[str, Any]] | None = None
    stats: Loose = None
    upper_schema: list[Column] | None = msgspec.field(default=None, name="Schema")
    upper_results: list[dict[str, Any]] | None = msgspec.field(default=None, name="Results")
    upper_stats: Loose = msgspec.field(default=None, name="Stats")

    @property
    def columns(self) -> list[Column]:
        """The columns that the service lists; rows were seen with more."""
        return self.schema or self.upper_schema or []

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows."""
        return self.results or self.upper_results or []


class HuntingQuery(msgspec.Struct, omit_defaults=True):
    """Body of a hunt. `Timespan` (Graph only): `P30D`, `start/end`, `start/P30D`, `P30D/end` or one start."""

    Query: str
    Timespan: str | None = None
