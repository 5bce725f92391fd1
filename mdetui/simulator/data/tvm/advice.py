"""Recommendations: one for each product that somebody is exposed by, one for each setting that somebody lacks."""

from __future__ import annotations

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import tables

# `p` and `before`, or `c`, say whom it concerns
_ADVICE = """
WITH critical AS (
  SELECT i.p, count(*) AS machines FROM installed i JOIN software d ON d.p = i.p AND i.v < d.before
    JOIN machines m ON m.n = i.n AND m.device_value = 'High' GROUP BY i.p
)
SELECT 'va-_-' || d.id AS id, d.p, d.before, NULL::INTEGER AS c, d.name AS product, d.vendor, d.label AS related,
  CASE WHEN d.old = 99 AND NOT d.windows THEN 'Uninstall ' || d.label
    WHEN d.old = 99 THEN 'Upgrade ' || d.label || ' to a supported version'
    WHEN d.old > 0 THEN 'Upgrade ' || d.label || ' to version ' || t.text
    WHEN d.windows THEN 'Update ' || d.label || ' (OS and built-in applications)'
    ELSE 'Update ' || d.label || ' to version ' || t.text END AS name,
  CASE WHEN d.old = 99 AND NOT d.windows THEN 'Uninstall' WHEN d.old > 0 THEN 'Upgrade' ELSE 'Update' END AS remediation,
  CASE WHEN d.old = 99 OR d.windows THEN '' ELSE t.text END AS version,
  CASE WHEN d.category = 'OperatingSystem' THEN 'OS' ELSE 'Application' END AS category, '' AS sub,
  d.weaknesses, least(10, round(d.impact * 4, 2)) AS severity_score, d.public, d.active, d.threats,
  CASE WHEN d.p % 17 = 13 THEN 'Exception' ELSE 'Active' END AS status, 0::DOUBLE AS config_impact, d.impact AS exposure_impact,
  d.installed AS total, d.exposed, 0::BIGINT AS unhurt, coalesce(k.machines, 0) AS critical, d.before = 99 AS unpatchable,
  NULL::VARCHAR AS program, NULL::VARCHAR AS program_vendor, d.p AS place
FROM software d JOIN versions t ON t.p = d.p AND t.v = d.newest LEFT JOIN critical k ON k.p = d.p WHERE d.exposed > 0
UNION ALL
SELECT 'sca-_-' || s.scid, NULL, NULL, s.c, lower(s.related), 'microsoft', s.related, s.name, 'ConfigurationChange', '',
  replace(upper(substr(s.category, 1, 1)) || substr(s.category, 2), 'Security controls', 'SecurityControls'), s.sub, 0,
  s.impact::DOUBLE, false, false, [], CASE WHEN s.c % 13 = 7 THEN 'Exception' ELSE 'Active' END,
  round(s.impact * l.machines / total.machines, 6), 0, total.machines, l.machines,
  CASE WHEN s.user_impact THEN 0 ELSE l.machines END, l.critical, false, NULL, NULL, 1000 + s.c
FROM settings s
JOIN (SELECT l.c, count(*) AS machines, count(*) FILTER (m.device_value = 'High') AS critical
  FROM lacking l JOIN machines m ON m.n = l.n GROUP BY l.c) l ON l.c = s.c
JOIN (SELECT s.c, count(*) AS machines FROM settings s JOIN machines m ON list_contains(s.families, m.family)
  GROUP BY s.c) total ON total.c = s.c
"""

JSON = """to_json({'id': a.id, 'productName': a.product, 'recommendationName': a.name, 'weaknesses': a.weaknesses,
  'vendor': a.vendor, 'recommendedVersion': a.version, 'recommendedVendor': coalesce(a.program_vendor, ''),
  'recommendedProgram': coalesce(a.program, ''), 'recommendationCategory': a.category, 'subCategory': a.sub,
  'severityScore': a.severity_score, 'publicExploit': a.public, 'activeAlert': a.active,
  'associatedThreats': a.threats, 'remediationType': a.remediation, 'status': a.status,
  'configScoreImpact': a.config_impact, 'exposureImpact': a.exposure_impact, 'totalMachineCount': a.total,
  'exposedMachinesCount': a.exposed, 'nonProductivityImpactedAssets': a.unhurt, 'relatedComponent': a.related,
  'exposedCriticalDevices': a.critical, 'hasUnpatchableCve': a.unpatchable, 'tags': []::VARCHAR[]})::VARCHAR"""

# numbers of the machines that a recommendation concerns
WHOM = """(SELECT i.n FROM installed i JOIN advice a ON a.p = i.p AND i.v < a.before WHERE a.id = $advice
  UNION ALL SELECT l.n FROM lacking l JOIN advice a ON a.c = l.c WHERE a.id = $advice)"""


def build(store: Store) -> None:
    """The table `advice`."""
    tables.installed(store)
    tables.settings(store)
    store.build("advice", _ADVICE, {})
