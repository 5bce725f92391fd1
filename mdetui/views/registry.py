"""All views and pages by id. A test resolves every id that they name."""

from __future__ import annotations

from mdetui.views import actions, alerts, inventory, ledger, log, machines
from mdetui.views.base import Page, View

VIEWS: dict[str, View] = {
    view.id: view
    for view in (
        alerts.VIEW,
        machines.VIEW,
        actions.VIEW,
        inventory.USERS,
        inventory.SOFTWARE,
        inventory.VULNERABILITIES,
        log.VIEW,
        ledger.VIEW,
    )
}

PAGES: dict[str, Page] = {page.id: page for page in (alerts.PAGE, machines.PAGE)}
