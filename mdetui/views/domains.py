"""The page of a domain: how common it is in the tenant, its alerts, its machines."""

from __future__ import annotations

from mdetui import text
from mdetui.views import portal
from mdetui.views.base import Cell, Line, Page, Subject, Tab
from mdetui.views.prevalence import head, overview

PAGE = Page(
    id="domain",
    noun="domain",
    operation="domains.stats",
    head=head("domain"),
    head_lines=1,
    tabs=(
        Tab("overview", "Overview", overview((Line((Cell("The service names at most 500 machines of a domain.", "muted"),)),))),
        Tab("alerts", "Alerts", view="alerts", operation="domains.alerts", path=lambda page_id: {"id": page_id}),
        Tab("machines", "Machines", view="machines", operation="domains.machines", path=lambda page_id: {"id": page_id}),
    ),
    title=lambda found, page_id: text.line(page_id),
    subject=Subject(
        key=lambda row: row.host or "", name=lambda row: row.host, portal=lambda row: portal.domain(row.host)
    ),
)  # fmt: skip
