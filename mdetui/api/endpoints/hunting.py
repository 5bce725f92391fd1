"""Advanced hunting: POSTs that read. Source: Graph's security-security-runhuntingquery.md; the other two stop returning
data on 1 February 2027 (run-advanced-query-api.md, defender-xdr/api-advanced-hunting.md)."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import both

_RETIRED = "retired, no data from 1 February 2027: use hunting.run"

ROWS = (
    Operation(
        "hunting.run", "POST", "/v1.0/security/runHuntingQuery", *both("ThreatHunting.Read.All"),
        "hunting.HuntingResult", takes="hunting.HuntingQuery", family="hunting", audience="graph",
    ),
    Operation(
        "hunting.runMde", "POST", "/api/advancedqueries/run", ("AdvancedQuery.Read.All",), ("AdvancedQuery.Read",),
        "hunting.HuntingResult", takes="hunting.HuntingQuery", family="hunting", retired=_RETIRED,
    ),
    Operation(
        "hunting.runXdr", "POST", "/api/advancedhunting/run", ("AdvancedHunting.Read.All",), ("AdvancedHunting.Read",),
        "hunting.HuntingResult", takes="hunting.HuntingQuery", family="hunting", audience="xdr", retired=_RETIRED,
    ),
)  # fmt: skip
