"""Updates of Microsoft that a machine, or the machines with a product, lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import posture, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.inventory import MissingKb


def preview(row: MissingKb, context: Context, borrowed: Borrowed) -> list[Line]:
    """The update; costs no request."""
    return [
        Line((Cell(f"KB{text.line(row.id)}", "strong"), Cell(f"  {text.line(row.name)}")), 2),
        fact("products", posture.many(row.products_names)),
        fact("missing on", f"{words.number(row.machine_missed_on).text} machines"),
        fact("addresses", f"{words.number(row.cve_addressed).text} vulnerabilities"),
        fact("address", text.line(row.url)),
    ]


VIEW = View(
    id="missingkbs",
    title="missing updates",
    noun="update",
    operation="machines.missingKbs",
    columns=(
        Column("id", "KB", lambda row, _: words.plain(row.id), 8, sort=lambda row: row.id),
        Column("name", "UPDATE", lambda row, _: words.plain(row.name), 26, grow=2, sort=lambda row: (row.name or "").lower()),
        Column("products", "PRODUCTS", lambda row, _: words.plain(posture.many(row.products_names)), 18, grow=1, sort=lambda row: posture.many(row.products_names)),
        posture.count("cves", "CVES", "cve_addressed", 5),
        posture.count("machines", "MACHINES", "machine_missed_on", 8),
    ),
    texts=lambda row: (row.id, row.name, *(row.products_names or ())),
    default_sort=("cves", True),
    preview=preview,
    keys="things",
    subject=Subject(
        name=lambda row: row.name,
        pivots=(
            Pivot("x", "machines and vulnerabilities it would fix", "list:exposures", lambda row: row.id, "kb"),
        ),
        unlinked="The portal has no page for an update; the machine's page lists those it lacks.",
    ),
)  # fmt: skip
