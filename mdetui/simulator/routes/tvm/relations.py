"""Lists out of a relation, and the rows that several resources of vulnerability management show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mdetui.simulator.lists import Query, page, page_size, read_query
from mdetui.simulator.properties import Resource
from mdetui.simulator.tenant import Tenant
from mdetui.simulator.wire import Refused, collection

REFERENCES = "MachineReferences"
# contexts of the documentation's samples
FLAWS_OF = "Collection(Analytics.Contracts.PublicAPI.PublicVulnerabilityDto)"
KBS = "Collection(microsoft.windowsDefenderATP.api.PublicProductFixDto)"

REFERENCE = """to_json({'id': m.id, 'computerDnsName': m.name, 'osPlatform': m.os, 'rbacGroupName': m.group_name,
  'rbacGroupId': m.group_id})::VARCHAR"""

# weaknesses with their times in ticks, and the service's words for what else is told of them
FLAWS = """(
  SELECT w.*, coalesce(e.machines, 0) AS machines, epoch_us(w.published::TIMESTAMP) * 10 AS published_at,
    epoch_us(w.updated::TIMESTAMP) * 10 + 252000000000 AS updated_at
  FROM flaws w LEFT JOIN exposed e ON e.f = w.f)"""

_FLAW = """'id': w.id, 'name': w.id, 'description': w.text, 'severity': w.severity, 'cvssV3': w.score,
  'cvssVector': w.vector, 'exposedMachines': w.machines, 'publishedOn': wire_time(w.published_at),
  'updatedOn': wire_time(w.updated_at),
  'firstDetected': CASE WHEN w.machines > 0 THEN wire_time(w.published_at + 450690000000) END,
  'patchFirstAvailable': wire_time(epoch_us(w.patched::TIMESTAMP) * 10), 'publicExploit': w.exploit > 0,
  'exploitVerified': w.exploit > 1, 'exploitInKit': w.exploit > 2, 'exploitTypes': w.types,
  'exploitUris': CASE WHEN w.exploit > 0 THEN ['https://exploits.example/' || w.id] ELSE []::VARCHAR[] END,
  'cveSupportability': CASE WHEN w.f NOT IN (SELECT f FROM fixes) THEN 'SupportedInPremium'
    WHEN w.patched IS NULL THEN 'Not Supported' ELSE 'Supported' END,
  'epss': w.epss, 'tags': CASE WHEN w.patched IS NULL AND w.machines > 0 THEN ['NoSecurityUpdate'] ELSE w.tags END"""
FLAW = f"to_json({{{_FLAW}}})::VARCHAR"
# a machine's come with their type (recorded)
FLAW_OF_MACHINE = (
    f"to_json({{'@odata.type': '#microsoft.windowsDefenderATP.api.PublicVulnerabilityDto', {_FLAW}}})::VARCHAR"
)

_SOFTWARE = """'id': d.id, 'name': d.name, 'vendor': d.vendor, 'weaknesses': d.weaknesses, 'publicExploit': d.public,
  'activeAlert': d.active, 'exposedMachines': d.exposed, 'installedMachines': d.installed, 'impactScore': d.impact,
  'isNormalized': true, 'category': d.category, 'distributions': []::VARCHAR[]"""
SOFTWARE = f"to_json({{{_SOFTWARE}}})::VARCHAR"

# missing updates of machines `{who}`: whoever has an older version misses each later one
KBS_MISSED = """
SELECT to_json({{'id': kb, 'name': strftime(max(released), '%B %Y') || ' Security Updates',
  'productsNames': list_sort(list(DISTINCT name)),
  'url': 'https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB' || kb,
  'machineMissedOn': sum(machines)::BIGINT, 'cveAddressed': sum(fixed)::BIGINT}})::VARCHAR
FROM (SELECT t.kb, t.released, d.name, count(*) AS machines,
    (SELECT count(*) FROM fixes x WHERE x.p = t.p AND x.v = t.v) AS fixed
  FROM installed i JOIN versions t ON t.p = i.p AND i.v < t.v AND t.kb IS NOT NULL JOIN products d ON d.p = i.p
  WHERE {who} GROUP BY t.p, t.v, t.kb, t.released, d.name)
GROUP BY kb ORDER BY max(released) DESC, kb
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where the rows of a list come from.

    Attributes:
        table: A table or a bracketed query.
        alias: Name the JSON knows it by.
        json: SQL of a row's JSON.
        order: What makes the order the same each time.
        values: Bound parameters of `table`.
        join: What the JSON needs besides; joined to the rows of the page only.
    """

    table: str
    alias: str
    json: str
    order: str
    values: Mapping[str, Any] = field(default_factory=dict)
    join: str = ""


def listing(tenant: Tenant, request: Request, resource: Resource, relation: Relation) -> Response:
    """The answer of a list that takes `$filter`, `$top` and `$skip`.

    Raises:
        Refused: 400 ODataError.
    """
    query = read_query(request, resource)
    return page(tenant, request, resource, query, select(tenant, query, relation))


def select(tenant: Tenant, query: Query, relation: Relation) -> list[str]:
    """JSON of the rows of a page, one more than fits."""
    where = f"WHERE {query.where.sql}" if query.where else ""
    a = relation.alias
    # rows first, their JSON after
    rows = (
        f"SELECT * FROM {relation.table} {a} {where} ORDER BY {relation.order} "
        f"LIMIT {page_size(tenant, query) + 1} OFFSET {query.skip}"
    )
    values = {**relation.values, **(query.where.values if query.where else {})}
    return tenant.store.texts(
        f"SELECT {relation.json} FROM ({rows}) {a} {relation.join} ORDER BY {relation.order}", values
    )


def references(tenant: Tenant, who: str, values: Mapping[str, Any]) -> Response:
    """Machines by a query of their numbers: all of them at once, the documentation names no page."""
    sql = f"SELECT {REFERENCE} FROM machines m WHERE m.n IN ({who}) ORDER BY m.n"
    return collection(tenant.store.texts(sql, values), REFERENCES)


def missing(what: str, key: str) -> Refused:
    """A 404."""
    return Refused(404, "ResourceNotFound", f"{what} {key} was not found")
