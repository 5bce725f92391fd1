"""The page of an address: how common it is in the tenant, its alerts, who has it now."""

from __future__ import annotations

from datetime import UTC, datetime

from mdetui import text
from mdetui.views import portal
from mdetui.views.base import Cell, Line, Page, Subject, Tab
from mdetui.views.prevalence import head, overview


def _now(page_id: str) -> dict[str, str]:
    # the service looks 15 minutes to both sides (find-machines-by-ip.md)
    return {"ip": page_id, "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


PAGE = Page(
    id="ip",
    noun="address",
    operation="ips.stats",
    head=head("address"),
    head_lines=1,
    tabs=(
        Tab("overview", "Overview", overview((
            Line((Cell("Machines that talked to an address can only be hunted for; the last tab lists whose own address it is now.", "muted"),)),
        ))),
        Tab("alerts", "Alerts", view="alerts", operation="ips.alerts", path=lambda page_id: {"id": page_id}),
        Tab("machines", "Has it now", view="machines", operation="machines.findByIp", path=_now),
    ),
    title=lambda found, page_id: text.line(page_id),
    subject=Subject(
        key=lambda row: row.ip_address or "", name=lambda row: row.ip_address,
        portal=lambda row: portal.ip(row.ip_address),
    ),
)  # fmt: skip
