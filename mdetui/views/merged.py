"""Alerts of several tenants in one list: each row knows its tenant, and a tenant that could not be read is a row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mdetui import text
from mdetui.errors import MdetuiError, SignInNeeded
from mdetui.views import alerts
from mdetui.views.base import Cell, Column


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A row and the profile it came by. Everything else is asked of the row itself."""

    tenant: str
    row: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True, slots=True)
class Gap:
    """A tenant whose alerts did not come, or not all of them.

    Attributes:
        id: Its profile.
        why: Sentences: what happened, and what to do.
    """

    id: str
    why: str

    @property
    def tenant(self) -> str:
        """Its profile."""
        return self.id


def gap(profile: str, error: MdetuiError) -> Gap:
    """The row that says so."""
    todo = (
        "Open the tenant and press S to sign in, then r here."
        if isinstance(error, SignInNeeded)
        else "r asks it again."
    )
    shown = f" (id {text.line(error.correlation_id)})" if error.correlation_id else ""
    return Gap(profile, f"{text.line(error.what)} {todo}{shown}")


def row_id(row: Any) -> str:
    """Unique in the list: two profiles can lead to one tenant, whose alerts then come twice."""
    return f"{row.tenant}/{'' if isinstance(row, Gap) else row.id}"


TENANT = Column("tenant", "TENANT", lambda row, _: Cell(text.line(row.tenant)), 12, sort=lambda row: row.tenant.lower())


def _of_its_tenant(column: Column) -> Column:
    """The column, drawn by the rules of the row's tenant: who is "me" there, which machines are protected."""
    return replace(column, cell=lambda row, context: column.cell(row, context.of(row.tenant)))


_COLUMNS = tuple(_of_its_tenant(column) for column in alerts.VIEW.columns)

VIEW = replace(
    alerts.VIEW,
    id="merged",
    columns=(*_COLUMNS[:2], TENANT, *_COLUMNS[2:]),
    texts=lambda row: (row.tenant, *alerts.texts(row.row)),
    row_id=row_id,
    leads=lambda row: isinstance(row, Gap),
    fold=lambda row: (row.tenant, row.title, row.machine_id or row.id),
    # reads of each row are made in one tenant
    details=None,
    subject=replace(alerts.SUBJECT, profile=lambda row: row.tenant),
    command=(),
    words=(),
)
