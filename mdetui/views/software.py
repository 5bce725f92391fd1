"""Software: the list, and the page of a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import machine_refs, portal, posture, words
from mdetui.views.base import (
    BLANK,
    RAW,
    Borrowed,
    Cell,
    Column,
    Context,
    Line,
    Need,
    Page,
    Pivot,
    Subject,
    Tab,
    View,
    fact,
    heading,
    rows,
)
from mdetui.views.query import Word, equals

if TYPE_CHECKING:
    from mdetui.api.models.inventory import Distribution, Software

COLUMNS = (
    Column("name", "SOFTWARE", lambda row, _: words.plain(row.name), 22, grow=2, sort=lambda row: (row.name or "").lower()),
    Column("vendor", "VENDOR", lambda row, _: words.plain(row.vendor), 12, grow=1, sort=lambda row: (row.vendor or "").lower()),
    posture.count("weak", "WEAK", "weaknesses", 5),
    Column("threat", "THREAT", lambda row, _: posture.threat(row), 7, sort=posture.threat_key),
    posture.count("exposed", "EXPOSED", "exposed_machines", 7),
    posture.count("installed", "INSTALLED", "installed_machines", 9),
    Column("impact", "IMPACT", lambda row, _: posture.score(row.impact_score), 6, right=True, sort=lambda row: words.number_key(row.impact_score)),
    Column("category", "CATEGORY", lambda row, _: words.plain(row.category), 16, at=124, sort=lambda row: row.category or ""),
)  # fmt: skip


def _facts(row: Software) -> list[Line]:
    return [
        fact("id", text.line(row.id)),
        fact("weaknesses", words.number(row.weaknesses), f"public exploit {words.yes_no(row.public_exploit)}", f"active alert {words.yes_no(row.active_alert)}"),
        fact("machines", f"{text.line(row.exposed_machines)} exposed", f"installed on {text.line(row.installed_machines)}"),
        fact("impact", posture.score(row.impact_score, 2), Cell("on the exposure score", "muted")),
        fact("category", text.line(row.category)),
    ]  # fmt: skip


def _title(row: Software) -> Cell:
    return Cell(f"{text.line(row.vendor)} {text.line(row.name)}", "strong")


def preview(row: Software, context: Context, borrowed: Borrowed) -> list[Line]:
    """The product; costs no request."""
    return [Line((_title(row),)), *_facts(row)]


def head(row: Software | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what, and how bad."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    return [
        Line((_title(row), Cell("  "), Cell(text.line(row.category), "muted")), 2),
        Line((
            words.number(row.weaknesses), Cell(" weaknesses  ", "muted"), words.number(row.exposed_machines),
            Cell(" of ", "muted"), words.number(row.installed_machines), Cell(" machines exposed  threat ", "muted"), posture.threat(row),
        ), 2),
    ]  # fmt: skip


def overview(row: Software, context: Context, borrowed: Borrowed) -> list[Line]:
    """What the service says of the product, then its versions, the most frequent first."""
    lines = [*_facts(row), BLANK]
    found = rows(borrowed, "versions")
    if found is None:
        return [*lines, Line((words.waiting(borrowed, "versions", "reading the versions ..."),))]
    found.sort(key=lambda one: words.number_key(one.installations), reverse=True)
    return [*lines, *_versions(found)] if found else [*lines, Line((Cell("no versions are known", "muted"),))]


def _versions(rows: list[Distribution]) -> list[Line]:
    width = max(12, *(len(text.line(row.version)) for row in rows))
    lines = [heading(f"{'VERSION':<{width}}  MACHINES  WEAKNESSES")]
    for row in rows:
        weak = words.number(row.vulnerabilities)
        machines = words.number(row.installations).text
        lines.append(
            Line((Cell(f"{text.line(row.version):<{width}}  {machines:>8}  "), Cell(f"{weak.text:>10}", weak.style)))
        )
    return lines


def _path(page_id: str) -> dict[str, str]:
    return {"id": page_id}


WORDS = (
    Word("name", "name:chrome", equals("name")),
    Word("vendor", "vendor:microsoft", equals("vendor")),
    Word("id", "id:microsoft-_-edge", equals("id")),
)

SUBJECT = Subject(
    name=lambda row: row.name,
    pivots=(
        Pivot("s", "the software", "page:software", lambda row: row.id),
        Pivot("r", "the recommendation", "page:recommendation", lambda row: f"va-_-{row.id}" if row.id else None),
        Pivot("v", "software of the same vendor", "list:software", lambda row: row.vendor, "vendor"),
    ),
    portal=lambda row: portal.software(row.id),
)

VIEW = View(
    id="software",
    title="software",
    noun="product",
    operation="software.list",
    columns=COLUMNS,
    texts=lambda row: (row.name, row.vendor, row.category, row.id),
    default_sort=("weak", True),
    preview=preview,
    opens="software",
    subject=SUBJECT,
    keys="things",
    command=("software", "sw"),
    help="software of the tenant",
    words=WORDS,
)

PAGE = Page(
    id="software",
    noun="product",
    operation="software.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        machine_refs.tab("software.machines"),
        Tab("vulnerabilities", "CVEs", view="vulnerabilities", operation="software.vulnerabilities", path=_path),
        Tab("kbs", "Missing KBs", view="missingkbs", operation="software.missingKbs", path=_path),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: text.line(row.name if row and row.name else page_id),
    needs=(Need("versions", "software.distributions", lambda row: {"id": row.id}),),
    subject=SUBJECT,
)
