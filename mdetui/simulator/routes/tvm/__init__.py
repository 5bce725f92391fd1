"""Routes of vulnerability management. They come before those of machines, whose `{id}` would take some of these paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import Route

    from mdetui.simulator.tenant import Tenant

PATHS = re.compile(
    r"/api/(?:vulnerabilities|software|recommendations|exposurescore|configurationscore|remediationtasks|deviceavinfo"
    r"|baseline|browserextensions|deviceauthenticatedscan|machines/[a-z]+(?:bymachine|export)$"
    r"|machines/[^/]+/(?:software|vulnerabilities|recommendations|getmissingkbs)$)"
)


def routes(tenant: Tenant) -> list[Route]:
    """All of them."""
    from mdetui.simulator.routes.tvm.baselines import BaselineRoutes
    from mdetui.simulator.routes.tvm.exports import ExportRoutes
    from mdetui.simulator.routes.tvm.health import HealthRoutes
    from mdetui.simulator.routes.tvm.recommendations import RecommendationRoutes
    from mdetui.simulator.routes.tvm.remediation import RemediationRoutes
    from mdetui.simulator.routes.tvm.scans import ScanRoutes
    from mdetui.simulator.routes.tvm.scores import ScoreRoutes
    from mdetui.simulator.routes.tvm.software import SoftwareRoutes
    from mdetui.simulator.routes.tvm.vulnerabilities import VulnerabilityRoutes

    return [
        *VulnerabilityRoutes(tenant).routes(),
        *SoftwareRoutes(tenant).routes(),
        *RecommendationRoutes(tenant).routes(),
        *ScoreRoutes(tenant).routes(),
        *RemediationRoutes(tenant).routes(),
        *HealthRoutes(tenant).routes(),
        *ExportRoutes(tenant).routes(),
        *BaselineRoutes(tenant).routes(),
        *ScanRoutes(tenant).routes(),
    ]
