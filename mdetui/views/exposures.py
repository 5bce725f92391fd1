"""Who is exposed to what by which product: a row for each machine, product and vulnerability. Folded by version.

The list of a whole tenant has millions of rows (gotchas 7), so it is only opened with a filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import machines, portal, posture, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, fact
from mdetui.views.query import Word, equals, one_of

if TYPE_CHECKING:
    from mdetui.api.models.inventory import MachineVulnerability


def machine(row: MachineVulnerability, context: Context) -> Cell:
    """Its name where it was read, else as much of the id as tells two apart."""
    known = context.facts.get(row.machine_id) if row.machine_id else None
    if known is not None and known.computer_dns_name:
        return words.machine(known.computer_dns_name, context, row.machine_id)
    return Cell(machines.short_id(row.machine_id or ""), "muted")


def preview(row: MachineVulnerability, context: Context, borrowed: Borrowed) -> list[Line]:
    """The row; costs no request."""
    return [
        Line((Cell(f"{text.line(row.product_vendor)} {text.line(row.product_name)}", "strong"), Cell(f"  {text.line(row.product_version)}")), 2),
        fact("vulnerability", text.line(row.cve_id), words.level(row.severity)),
        fact("fixed by", f"KB{text.line(row.fixing_kb_id)}" if row.fixing_kb_id else "-"),
        fact("machine", text.line(row.machine_id)),
    ]  # fmt: skip


def product(row: MachineVulnerability) -> str | None:
    """Id of its product."""
    return posture.product(row.product_vendor, row.product_name)


VIEW = View(
    id="exposures",
    title="exposed",
    noun="exposure",
    operation="vulnerabilities.byMachine",
    columns=(
        Column("product", "SOFTWARE", lambda row, _: words.plain(row.product_name), 20, grow=2, sort=lambda row: (row.product_name or "").lower()),
        Column("version", "VERSION", lambda row, _: words.plain(row.product_version), 16, grow=1, sort=lambda row: row.product_version or ""),
        Column("fix", "FIXED BY", lambda row, _: words.plain(row.fixing_kb_id), 9, sort=lambda row: row.fixing_kb_id or ""),
        Column("machine", "MACHINE", machine, 16, sort=lambda row: row.machine_id or ""),
        Column("vendor", "VENDOR", lambda row, _: words.plain(row.product_vendor), 14, at=96, sort=lambda row: (row.product_vendor or "").lower()),
        Column("cve", "CVE", lambda row, _: words.plain(row.cve_id), 16, at=112, sort=lambda row: row.cve_id or ""),
        Column("severity", "SEVERITY", lambda row, _: words.level(row.severity), 8, at=124, sort=lambda row: posture.severity_key(row.severity)),
    ),
    texts=lambda row: (row.product_name, row.product_vendor, row.product_version, row.cve_id, row.fixing_kb_id, row.machine_id),
    preview=preview,
    opens="software",
    page_id=product,
    default_sort=("product", False),
    fold=lambda row: (row.product_vendor, row.product_name, row.product_version, row.cve_id),
    subject=Subject(
        kind="exposure",
        name=lambda row: row.product_name,
        machine_id=lambda row: row.machine_id,
        pivots=(
            Pivot("s", "the software", "page:software", product),
            Pivot("c", "the vulnerability", "page:vulnerability", lambda row: row.cve_id),
            Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),
        ),
        portal=lambda row: portal.vulnerability(row.cve_id) or portal.machine(row.machine_id),
    ),
    keys="machines",
    words=(
        Word("cve", "cve:CVE-2024-38063", equals("cveId")),
        Word("kb", "kb:5058385", equals("fixingKbId")),
        Word("product", "product:edge", equals("productName")),
        Word("version", "version:10.0.20348.3453", equals("productVersion")),
        Word("vendor", "vendor:microsoft", equals("productVendor")),
        Word("sev", "sev:critical", one_of("severity", posture.SEVERITIES)),
        Word("machine", "machine:3c0f1e.. (whole id)", equals("machineId")),
    ),
)  # fmt: skip
