"""Vulnerabilities: the list, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import machine_refs, portal, posture, words
from mdetui.views.base import BLANK, RAW, Borrowed, Cell, Column, Context, Line, Page, Pivot, Subject, Tab, View, fact
from mdetui.views.query import Word, equals, one_of, quote, times

if TYPE_CHECKING:
    from mdetui.api.models.inventory import Vulnerability

COLUMNS = (
    Column("name", "CVE", lambda row, _: words.plain(row.name or row.id), 16, sort=lambda row: row.name or row.id),
    Column("severity", "SEVERITY", lambda row, _: words.level(row.severity), 8, sort=lambda row: posture.severity_key(row.severity)),
    Column("cvss", "CVSS", lambda row, _: posture.score(row.cvss_v3), 4, right=True, sort=lambda row: words.number_key(row.cvss_v3)),
    Column("epss", "EPSS", lambda row, _: posture.epss(row.epss), 4, right=True, sort=lambda row: words.number_key(row.epss)),
    Column("exploit", "EXPLOIT", lambda row, _: posture.exploit(row), 8, sort=posture.exploit_key),
    posture.count("machines", "MACHINES", "exposed_machines", 8),
    words.time_column("published", "PUBL", lambda row: row.published_on, 4),
    Column("text", "DESCRIPTION", lambda row, _: words.plain(_said(row)), 12, grow=3),
    words.time_column("updated", "UPDATED", lambda row: row.updated_on, 7, at=150),
)  # fmt: skip


def _said(row: Vulnerability) -> str | None:
    """Texts of Microsoft begin with `Summary: `."""
    return row.description.removeprefix("Summary: ") if row.description else None


def texts(row: Vulnerability) -> tuple[str | None, ...]:
    """What the local filter searches."""
    return (row.name, row.severity, row.description, row.id, posture.many(row.tags))


def _facts(row: Vulnerability) -> list[Line]:
    return [
        fact("severity", words.level(row.severity), f"CVSS {posture.score(row.cvss_v3).text}", Cell(text.line(row.cvss_vector), "muted")),
        fact("exploit", posture.exploit(row), "EPSS", posture.epss(row.epss), posture.many(row.exploit_types)),
        fact("exposed", f"{words.number(row.exposed_machines).text} machines"),
        fact("published", text.stamp_of(row.published_on), f"updated {text.stamp_of(row.updated_on)}"),
        fact("patched", text.stamp_of(row.patch_first_available), Cell("first patch", "muted")),
        fact("detected", text.stamp_of(row.first_detected), Cell("here for the first time", "muted")),
        fact("assessed", text.line(row.cve_supportability)),
        *([fact("tags", posture.many(row.tags))] if row.tags else []),
    ]  # fmt: skip


def preview(row: Vulnerability, context: Context, borrowed: Borrowed) -> list[Line]:
    """The vulnerability; costs no request."""
    return [
        Line((Cell(text.line(row.name or row.id), "strong"),)),
        *_facts(row),
        BLANK,
        *(Line((Cell(part),)) for part in text.block(row.description)),
    ]


def head(row: Vulnerability | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: how bad, how wide."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    return [
        Line((
            Cell(text.line(row.name or row.id), "strong"), Cell("  "), words.level(row.severity),
            Cell("  CVSS ", "muted"), posture.score(row.cvss_v3), Cell("  EPSS ", "muted"), posture.epss(row.epss),
            Cell("  exploit ", "muted"), posture.exploit(row),
        ), 2),
        Line((
            words.number(row.exposed_machines), Cell(" machines exposed  published ", "muted"), words.when(row.published_on, context),
            Cell("  patch ", "muted"), words.when(row.patch_first_available, context),
        ), 2),
    ]  # fmt: skip


def overview(row: Vulnerability, context: Context, borrowed: Borrowed) -> list[Line]:
    """What the service says of it."""
    return [
        *(Line((Cell(part),)) for part in text.block(row.description)),
        BLANK,
        *_facts(row),
        *(fact("" if n else "exploit at", text.line(uri)) for n, uri in enumerate(row.exploit_uris or ())),
    ]


WORDS = (
    Word("cve", "cve:CVE-2024-38063", equals("id")),
    Word("sev", "sev:critical", one_of("severity", posture.SEVERITIES)),
    Word("cvss", "cvss:9 (and above)", lambda value, me: f"cvssV3 ge {posture.decimal(value)}"),
    *times("publishedOn", lambda row: row.published_on),
)

SUBJECT = Subject(
    name=lambda row: row.name or row.id,
    pivots=(
        Pivot("c", "the vulnerability", "page:vulnerability", lambda row: row.id),
        Pivot("x", "products and machines that have it", "list:exposures", lambda row: row.id, "cve"),
    ),
    portal=lambda row: portal.vulnerability(row.id),
)

VIEW = View(
    id="vulnerabilities",
    title="vulnerabilities",
    noun="vulnerability",
    operation="vulnerabilities.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("severity", True),
    preview=preview,
    opens="vulnerability",
    subject=SUBJECT,
    keys="things",
    command=("vulnerabilities", "cve", "v"),
    help="vulnerabilities of the tenant",
    words=WORDS,
)

PAGE = Page(
    id="vulnerability",
    noun="vulnerability",
    operation="vulnerabilities.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        machine_refs.tab("vulnerabilities.machines"),
        # the API lists no products of a vulnerability, but machines with the product that has it (gotchas 7: only so narrow)
        Tab("software", "Software", view="exposures", filter=lambda page_id: f"cveId eq {quote(page_id)}"),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: text.line(row.name if row and row.name else page_id),
    subject=SUBJECT,
)
