"""All views and pages by id. A test resolves every id that they name."""

from __future__ import annotations

from mdetui.views import (
    actions,
    alerts,
    av_health,
    blast,
    domains,
    exposures,
    files,
    graph,
    incidents,
    indicators,
    inventory,
    investigations,
    ips,
    isolated,
    ledger,
    library,
    live,
    log,
    machine_refs,
    machines,
    missing_kbs,
    recommendations,
    remediation,
    scores,
    software,
    users,
    vulnerabilities,
)
from mdetui.views.base import Page, View
from mdetui.views.query import WORDS

VIEWS: dict[str, View] = {
    view.id: view
    for view in (
        alerts.VIEW,
        machines.VIEW,
        actions.VIEW,
        inventory.USERS,
        vulnerabilities.VIEW,
        software.VIEW,
        recommendations.VIEW,
        remediation.VIEW,
        av_health.VIEW,
        exposures.VIEW,
        missing_kbs.VIEW,
        machine_refs.VIEW,
        isolated.VIEW,
        blast.VIEW,
        live.VIEW,
        incidents.VIEW,
        incidents.MACHINES,
        incidents.EVIDENCE,
        graph.ALERTS,
        graph.INCIDENTS,
        investigations.VIEW,
        indicators.VIEW,
        library.VIEW,
        log.VIEW,
        ledger.VIEW,
    )
}

# the command bar knows the words of every list that has some
WORDS.update({view.id: view.words for view in VIEWS.values() if view.words})

PAGES: dict[str, Page] = {
    page.id: page
    for page in (
        alerts.PAGE,
        machines.PAGE,
        files.PAGE,
        domains.PAGE,
        ips.PAGE,
        users.PAGE,
        vulnerabilities.PAGE,
        software.PAGE,
        recommendations.PAGE,
        remediation.PAGE,
        scores.PAGE,
        actions.PAGE,
        live.PAGE,
        incidents.PAGE,
        investigations.PAGE,
    )
}
