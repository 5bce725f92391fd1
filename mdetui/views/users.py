"""The page of an account: its alerts and the machines it has used. The API has nothing that describes an account."""

from __future__ import annotations

from typing import Any

from mdetui import text
from mdetui.views import portal
from mdetui.views.base import Borrowed, Cell, Context, Line, Page, Subject, Tab


def head(found: Any, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """The line at the top of the page."""
    return [Line((Cell("user ", "muted"), Cell(text.line(page_id), "strong"), Cell("  of any domain: the API asks by name alone", "muted")), 2)]  # fmt: skip


PAGE = Page(
    id="user",
    noun="user",
    operation="",
    head=head,
    head_lines=1,
    tabs=(
        Tab("alerts", "Alerts", view="alerts", operation="users.alerts", path=lambda page_id: {"id": page_id}),
        Tab("machines", "Machines", view="machines", operation="users.machines", path=lambda page_id: {"id": page_id}),
    ),
    title=lambda found, page_id: text.line(page_id),
    subject=Subject(
        # the row it was opened from may know more than its name
        portal=lambda row: portal.user(row.account_sid, row.account_name, row.account_domain),
        unlinked="The portal finds an account by its SID, and all the API gives is a name: the list of a machine's users has it.",
    ),
)
