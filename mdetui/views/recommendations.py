"""Security recommendations: the list, and the page of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.views import machine_refs, portal, posture, software, words
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
    got,
)
from mdetui.views.found import Named
from mdetui.views.query import Word, equals, one_of

if TYPE_CHECKING:
    from mdetui.api.models.recommendation import Recommendation

_TYPES = {"ConfigurationChange": "Setting"}

COLUMNS = (
    Column("score", "SEV", lambda row, _: posture.score(row.severity_score), 4, right=True, sort=lambda row: words.number_key(row.severity_score)),
    Column("name", "RECOMMENDATION", lambda row, _: words.plain(row.recommendation_name), 26, grow=4, sort=lambda row: (row.recommendation_name or "").lower()),
    Column("type", "TYPE", lambda row, _: kind(row), 9, sort=lambda row: row.remediation_type or ""),
    posture.count("weak", "WEAK", "weaknesses", 5),
    Column("threat", "THREAT", lambda row, _: posture.threat(row), 7, sort=posture.threat_key),
    Column("machines", "EXPOSED", lambda row, _: posture.share(row.exposed_machines_count, row.total_machine_count), 11, right=True, sort=lambda row: words.number_key(row.exposed_machines_count)),
    Column("status", "STATUS", lambda row, _: words.status(row.status), 9, at=90, sort=lambda row: row.status or ""),
    posture.count("critical", "CRITICAL", "exposed_critical_devices", 8, at=104),
    Column("category", "CATEGORY", lambda row, _: words.plain(row.recommendation_category), 16, at=132, sort=lambda row: row.recommendation_category or ""),
    Column("exposure", "IMPACT", lambda row, _: posture.score(row.exposure_impact, 2), 6, right=True, at=140, sort=lambda row: words.number_key(row.exposure_impact)),
)  # fmt: skip


def kind(row: Recommendation) -> Cell:
    """`Update`, `Upgrade`, `Uninstall`, `Setting`."""
    return words.plain(_TYPES.get(row.remediation_type or "", row.remediation_type))


def product(row: Recommendation) -> str | None:
    """Id of the product that it is about; None for a setting."""
    return row.id.removeprefix("va-_-") if row.id.startswith("va-_-") else None


def _names(row: Recommendation) -> list[Named]:
    found = product(row)
    return [Named("software", found, f"software {text.line(row.product_name or found)}")] if found else []


def _threats(row: Recommendation) -> list[Any]:
    return row.associated_threats if isinstance(row.associated_threats, list) else []


def _facts(row: Recommendation) -> list[Line]:
    threats = _threats(row)
    return [
        fact("id", text.line(row.id)),
        fact("what", kind(row), text.line(row.recommended_version) if row.recommended_version else "", posture.many(part for part in (row.recommended_vendor, row.recommended_program) if part) if row.recommended_program else ""),
        fact("about", text.line(row.vendor), text.line(row.product_name), Cell(text.line(row.related_component), "muted")),
        fact("category", text.line(row.recommendation_category), text.line(row.sub_category) if row.sub_category else ""),
        fact("status", words.status(row.status)),
        fact("severity", f"{posture.score(row.severity_score).text} of 10"),
        fact("threat", posture.threat(row), *([text.plural(len(threats), "associated threat")] if threats else [])),
        fact("weaknesses", words.number(row.weaknesses), *([Cell("some without a patch", "state.warn")] if posture.yes(row.has_unpatchable_cve) else [])),
        fact("exposed", f"{posture.share(row.exposed_machines_count, row.total_machine_count).text} machines", f"{words.number(row.exposed_critical_devices).text} of them critical"),
        fact("impact", f"exposure score {posture.score(row.exposure_impact, 2).text}", f"secure score {posture.score(row.config_score_impact, 2).text}"),
        fact("no user harm", words.number(row.non_productivity_impacted_assets), Cell("machines whose users would not notice", "muted")),
        *([fact("tags", posture.many(row.tags))] if row.tags else []),
    ]  # fmt: skip


def preview(row: Recommendation, context: Context, borrowed: Borrowed) -> list[Line]:
    """The recommendation; costs no request."""
    return [Line((Cell(text.line(row.recommendation_name), "strong"),), 2), *_facts(row)]


def head(row: Recommendation | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: what to do, and for whom."""
    if row is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    return [
        Line((Cell(text.line(row.recommendation_name), "strong"), Cell("  "), words.status(row.status)), 2),
        Line((
            Cell("severity ", "muted"), posture.score(row.severity_score), Cell("  exposed ", "muted"),
            posture.share(row.exposed_machines_count, row.total_machine_count), Cell(" machines  ", "muted"),
            words.number(row.weaknesses), Cell(" weaknesses  threat ", "muted"), posture.threat(row),
        ), 2),
    ]  # fmt: skip


def overview(row: Recommendation, context: Context, borrowed: Borrowed) -> list[Line]:
    """What the service says of it."""
    threats = _threats(row)
    return [
        *_facts(row),
        *([BLANK, Line((Cell("associated threats, ids of threat analytics", "strong"),))] if threats else []),
        *(Line((Cell(text.line(one)),)) for one in threats),
    ]


def software_lines(row: Recommendation, context: Context, borrowed: Borrowed) -> list[Line]:
    """The product that it is about."""
    found = got(borrowed, "software")
    return (
        software.preview(found, context, {})
        if found is not None
        else [Line((Cell("It is about a setting, not about a product.", "muted"),))]
    )


def _software(row: Recommendation) -> dict[str, str] | None:
    return {"id": row.id} if product(row) else None


def _path(page_id: str) -> dict[str, str]:
    return {"id": page_id}


WORDS = (
    Word("product", "product:chrome", equals("productName")),
    Word("vendor", "vendor:google", equals("vendor")),
    Word("type", "type:update, upgrade, uninstall, setting", one_of("remediationType", {
        "update": "Update", "upgrade": "Upgrade", "uninstall": "Uninstall", "setting": "ConfigurationChange",
    })),
    Word("status", "status:active, exception", one_of("status", {"active": "Active", "exception": "Exception"})),
    Word("cat", "cat:SecurityControls", equals("recommendationCategory")),
    Word("sub", "sub:Antivirus", equals("subCategory")),
    Word("sev", "sev:7 (and above)", lambda value, me: f"severityScore ge {posture.decimal(value)}"),
)  # fmt: skip

SUBJECT = Subject(
    name=lambda row: row.recommendation_name,
    pivots=(
        Pivot("r", "the recommendation", "page:recommendation", lambda row: row.id),
        Pivot("v", "recommendations of the same vendor", "list:recommendations", lambda row: row.vendor, "vendor"),
    ),
    names=_names,
    portal=lambda row: portal.recommendation(row.id),
)

VIEW = View(
    id="recommendations",
    title="recommendations",
    noun="recommendation",
    operation="recommendations.list",
    columns=COLUMNS,
    texts=lambda row: (
        row.recommendation_name, row.product_name, row.vendor, row.remediation_type, row.recommendation_category,
        row.sub_category, row.status, row.id,
    ),
    default_sort=("score", True),
    preview=preview,
    opens="recommendation",
    subject=SUBJECT,
    keys="things",
    command=("recommendations", "advice", "rec"),
    help="security recommendations",
    words=WORDS,
)  # fmt: skip

PAGE = Page(
    id="recommendation",
    noun="recommendation",
    operation="recommendations.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        machine_refs.tab("recommendations.machines"),
        Tab("vulnerabilities", "CVEs", view="vulnerabilities", operation="recommendations.vulnerabilities", path=_path),
        # one product: the service answers with the entity, not with a list
        Tab("software", "Software", software_lines, (Need("software", "recommendations.software", _software),)),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda row, page_id: text.line(row.recommendation_name if row and row.recommendation_name else page_id),
    subject=SUBJECT,
)
