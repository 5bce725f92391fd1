"""Rows of the assessment exports, by machine: the same for the pages and for the files.

Each kind is a query of rows (`n`, the machine; `k`, its order within; `row`, its JSON) over the machines `$first` to
`$last`. Nothing is stored but a table of the machines as these rows name them.
"""

from __future__ import annotations

from dataclasses import dataclass

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import baselines, health, pieces, tables

_DEVICES = """
SELECT m.n, m.id, m.name, m.family, m.os, coalesce(s.version, m.version) AS os_version, m.first_seen, m.last_seen,
  CASE m.arch WHEN '32-bit' THEN 'x86' ELSE 'x64' END AS arch, coalesce(m.group_name, 'UnassignedGroup') AS group_name, m.group_id
FROM machines m LEFT JOIN (SELECT i.n, i.version FROM installed i JOIN products d ON d.p = i.p AND d.windows) s ON s.n = m.n
ORDER BY m.n
"""
# times of exports have no zone
_MACROS = """
CREATE MACRO plain_time(t) AS strftime(make_timestamp(t // 10), '%Y-%m-%d %H:%M:%S');
CREATE MACRO plain_millis(t) AS strftime(make_timestamp(t // 10), '%Y-%m-%d %H:%M:%S.%g');
CREATE MACRO disk_paths(family, label, name) AS CASE WHEN family IN (0, 1, 2) THEN ['C:\\Program Files\\' || label || '\\' || name || '.exe']
  WHEN family = 3 THEN ['/usr/bin/' || name] WHEN family = 4 THEN ['/Applications/' || label || '.app'] ELSE []::VARCHAR[] END;
CREATE MACRO registry_paths(family, label) AS CASE WHEN family IN (0, 1, 2)
  THEN ['HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\' || label] ELSE []::VARCHAR[] END;
"""

_WINDOW = "x.n BETWEEN $first AND $last"
_DEVICE = "'deviceId': x.id, 'rbacGroupName': x.group_name, 'rbacGroupId': x.group_id, 'deviceName': x.name"
_SYSTEM = f"{_DEVICE}, 'osPlatform': x.os, 'osVersion': x.os_version"

_CONFIGURATIONS = f"""
SELECT x.n, s.c AS k, to_json({{{_SYSTEM}, 'timestamp': plain_millis(x.last_seen), 'configurationId': s.scid,
  'configurationCategory': s.category, 'configurationSubcategory': s.sub, 'configurationImpact': s.impact,
  'isCompliant': l.n IS NULL, 'isApplicable': true, 'isExpectedUserImpact': s.user_impact,
  'configurationName': s.name, 'recommendationReference': 'sca-_-' || s.scid}})::VARCHAR AS row
FROM devices x JOIN settings s ON list_contains(s.families, x.family) LEFT JOIN lacking l ON l.n = x.n AND l.c = s.c
WHERE {_WINDOW}"""

_INVENTORY = f"""
SELECT x.n, i.p AS k, to_json({{{_DEVICE}, 'osPlatform': x.os, 'softwareVendor': d.vendor, 'softwareName': d.name,
  'softwareVersion': i.version, 'numberOfWeaknesses': (SELECT count(*) FROM fixes f WHERE f.p = i.p AND i.v < f.v),
  'diskPaths': disk_paths(x.family, d.label, d.name), 'registryPaths': registry_paths(x.family, d.label),
  'softwareFirstSeenTimestamp': plain_time(x.first_seen + (i.p % 9) * 432000000000),
  'endOfSupportStatus': CASE WHEN d.old = 99 THEN 'EOS Software' WHEN i.v < d.old THEN 'EOS Version'
    WHEN d.old > 0 AND i.v = d.old THEN 'Upcoming EOS Version' ELSE 'None' END,
  'endOfSupportDate': CASE WHEN i.v < d.old THEN d.ended || 'T00:00:00+00:00'
    WHEN d.old > 0 AND i.v = d.old THEN '2026-10-31T00:00:00+00:00' END}})::VARCHAR AS row
FROM devices x JOIN installed i ON i.n = x.n JOIN products d ON d.p = i.p WHERE {_WINDOW}"""

_PROGRAMS = f"""
SELECT x.n, g.k, to_json({{{_DEVICE}, 'osPlatform': x.os, 'softwareVendor': g.vendor, 'softwareName': g.name,
  'softwareVersion': g.version, 'softwareLastSeenTimestamp': plain_millis(x.last_seen)}})::VARCHAR AS row
FROM devices x JOIN programs g ON list_contains(g.families, x.family)
  AND draw(':program:' || g.k || ':', x.n) % 100 < g.share WHERE {_WINDOW}"""

_FLAW = f"""'id': x.id || '_' || d.name || '_' || i.version || '_' || coalesce(w.id, '_'), {_SYSTEM},
  'osArchitecture': x.arch, 'softwareVendor': d.vendor, 'softwareName': d.name, 'softwareVersion': i.version,
  'cveId': w.id, 'vulnerabilitySeverityLevel': w.severity, 'cvssScore': w.score,
  'recommendedSecurityUpdate': CASE WHEN t.kb IS NOT NULL THEN strftime(t.released, '%B %Y') || ' Security Updates' END,
  'recommendedSecurityUpdateId': t.kb,
  'recommendedSecurityUpdateUrl': 'https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB' || t.kb,
  'diskPaths': disk_paths(x.family, d.label, d.name), 'registryPaths': registry_paths(x.family, d.label),
  'lastSeenTimestamp': plain_time(x.last_seen),
  'firstSeenTimestamp': plain_time(least(x.last_seen, greatest(x.first_seen, coalesce(epoch_us(w.published::TIMESTAMP) * 10, 0)))),
  'exploitabilityLevel': CASE coalesce(w.exploit, 0) WHEN 3 THEN 'ExploitIsInKit' WHEN 2 THEN 'ExploitIsVerified'
    WHEN 1 THEN 'ExploitIsPublic' ELSE 'NoExploit' END,
  'recommendationReference': 'va-_-' || d.id, 'securityUpdateAvailable': w.patched IS NOT NULL,
  'cveMitigationStatus': NULL"""
_JOINED = """JOIN flaws w ON w.f = f.f LEFT JOIN versions t ON t.p = f.p AND t.v = f.v"""

# a product without a weakness has a row too, without a CVE
_FLAWS = f"""
SELECT x.n, i.p * 10000 + coalesce(f.f, 0) AS k, to_json({{{_FLAW}}})::VARCHAR AS row
FROM devices x JOIN installed i ON i.n = x.n JOIN products d ON d.p = i.p LEFT JOIN fixes f ON f.p = i.p AND i.v < f.v
  {_JOINED.replace("JOIN flaws", "LEFT JOIN flaws")} WHERE {_WINDOW}"""

# of the last 13 days before the start: some weaknesses came or changed, some that the version no longer has went
_CHANGES = f"""
SELECT x.n, i.p * 10000 + f.f AS k, to_json({{{_FLAW}, 'status': f.status,
  'eventTimestamp': wire_time(f.event)}})::VARCHAR AS row
FROM devices x JOIN (
    SELECT i.n, i.p, i.v, f.f, f.v AS fixed,
      -- one pair in 33, and only for those the draw that costs
      CASE WHEN (i.n * 7919 + f.f * 104729) % 33 = 0
        THEN $start - (draw(':event:' || f.f || ':', i.n) >> 8) % 11232000000000 END AS event,
      CASE WHEN i.v >= f.v THEN 'Fixed' WHEN (i.n // 5 + f.f) % 3 = 0 THEN 'Updated' ELSE 'New' END AS status
    FROM installed i JOIN fixes f ON f.p = i.p AND i.v <= f.v WHERE i.n BETWEEN $first AND $last
  ) f ON f.n = x.n JOIN installed i ON i.n = f.n AND i.p = f.p JOIN products d ON d.p = i.p
  JOIN flaws w ON w.f = f.f LEFT JOIN versions t ON t.p = f.p AND t.v = f.fixed
WHERE {_WINDOW} AND f.event >= $since"""

_EXTENSIONS = f"""
SELECT x.n, e.place AS k, to_json({{'DeviceId': x.id, 'DeviceName': x.name, 'RbacGroupId': x.group_id,
  'RbacGroupName': x.group_name, 'InstallationTime': wire_time(x.first_seen - x.first_seen % 10000000),
  'BrowserName': e.browser, 'ExtensionId': e.id, 'ExtensionName': e.name, 'ExtensionDescription': e.text,
  'ExtensionVersion': e.version, 'ExtensionRisk': e.risk, 'ExtensionVendor': e.vendor,
  'IsActivated': draw(':active:' || e.id || ':', x.n) % 9 > 0, 'Permissions': e.permissions}})::VARCHAR AS row
FROM devices x JOIN installed i ON i.n = x.n JOIN products d ON d.p = i.p
  JOIN (SELECT *, row_number() OVER () AS place FROM extensions) e ON e.product = d.name
    AND draw(':extension:' || e.id || ':', x.n) % 100 < e.share WHERE {_WINDOW} AND x.family IN (1, 4)"""

_SUBJECT = """CASE WHEN c.days IS NULL THEN NULL ELSE {{'commonName': {name}, 'organizationName': 'Contoso Ltd.',
  'countryName': 'US', 'stateOrProvinceName': '', 'localityName': '', 'organizationalUnit': ''}} END"""
# a certificate of the machine's own is another on each
_CERTIFICATES = f"""
SELECT x.n, c.k, to_json({{{_DEVICE}, 'thumbprint': c.thumbprint,
  'path': c.store || '\\' || c.thumbprint, 'signatureAlgorithm': c.algorithm, 'keyLength': c.size,
  'notAfter': CASE WHEN c.days IS NULL THEN '0001-01-01T00:00:00Z' ELSE wire_time(c.ends) END,
  'notBefore': CASE WHEN c.days IS NULL THEN '0001-01-01T00:00:00Z' ELSE wire_time(c.ends - c.life * 864000000000) END,
  'subjectType': CASE WHEN c.authority THEN 'CA' ELSE 'EndEntity' END, 'serialNumber': upper(substr(sha1(c.thumbprint), 1, 32)),
  'subjectObject': {_SUBJECT.format(name="c.who")}, 'issuerObject': {_SUBJECT.format(name="c.whose")},
  'keyUsageArray': CASE WHEN c.days IS NULL THEN NULL WHEN c.authority THEN ['keyCertSign', 'cRLSign'] ELSE ['digitalSignature', 'keyEncipherment'] END,
  'extendedKeyUsageArray': CASE WHEN c.days IS NULL OR c.authority THEN NULL ELSE ['serverAuth'] END,
  'isSelfSigned': c.who = c.whose}})::VARCHAR AS row
FROM (SELECT x.n, c.*, ($start // 864000000000 + c.days + (draw(':until:' || c.k || ':', CASE WHEN c.own THEN x.n ELSE -1 END) % 20)) * 864000000000
      + 863990000000 AS ends,
    upper(sha1('certificate' || c.k || CASE WHEN c.own THEN x.id ELSE '' END)) AS thumbprint,
    replace(replace(c.subject, '{{host}}', x.name), '{{hex}}', substr(x.id, 1, 6)) AS who,
    replace(replace(c.issuer, '{{host}}', x.name), '{{hex}}', substr(x.id, 1, 6)) AS whose
  FROM devices x JOIN (SELECT *, contains(subject, '{{') AS own FROM certificates) c ON list_contains(c.families, x.family)
    AND draw(':certificate:' || c.k || ':', x.n) % 100 < c.share WHERE {_WINDOW}) c
JOIN devices x ON x.n = c.n"""

_BASELINES = f"""
SELECT x.n, s.place AS k, to_json({{'id': x.id || '_' || b.id || '_' || s.id, 'configurationId': s.id, {_DEVICE},
  'profileId': b.id, 'osPlatform': x.os, 'osVersion': x.os_version, 'isApplicable': true, 'isCompliant': s.compliant,
  'dataCollectionTimeOffset': wire_time(x.last_seen), 'complianceCalculationTimeOffset': wire_time(x.last_seen + 20000000),
  'recommendedValue': [s.wanted],
  'currentValue': [CASE WHEN s.compliant THEN regexp_extract(s.wanted, '''(.*)''', 1) ELSE s.bad END],
  'source': [s.source]}})::VARCHAR AS row
FROM devices x JOIN baseline_profiles b ON b.platform = x.os AND b.status
  JOIN (SELECT m.n, s.*, {baselines.COMPLIANT} AS compliant FROM devices m CROSS JOIN baseline_settings s
    WHERE m.n BETWEEN $first AND $last) s ON s.n = x.n WHERE {_WINDOW}"""

_PARTS = f"""
SELECT x.n, p.k, to_json({{{_DEVICE}, 'componentType': p.kind, 'manufacturer': p.manufacturer,
  'componentName': p.name, 'componentVersion': p.version, 'additionalFields': p.more}})::VARCHAR AS row
FROM devices x JOIN parts p ON p.family = x.family AND draw(':' || p.kind || ':', x.n) % p.of = p.turn WHERE {_WINDOW}"""

_GATHERED = f"""
SELECT x.n, 0 AS k, to_json({{{_DEVICE}, 'osPlatform': x.os, 'timestamp': plain_millis(v.refreshed),
  'additionalFields': to_json({{'AvMode': v.mode, 'AvSignatureVersion': v.signature_version,
    'AvEngineVersion': v.engine_version, 'AvPlatformVersion': v.platform_version, 'EdrMode': '1'}})::VARCHAR}})::VARCHAR AS row
FROM devices x JOIN av v ON v.n = x.n WHERE {_WINDOW}"""


@dataclass(frozen=True, slots=True)
class Kind:
    """An export.

    Attributes:
        rows: Last part of the path of the pages, `""` when there are none.
        files: The same of the files.
        folder: Name of the files' folder.
        roles: Permissions, one of which is needed.
        edm: Type of a row in `@odata.context`.
        sql: Query of the rows.
        density: Rows of a machine, about.
    """

    rows: str
    files: str
    folder: str
    roles: tuple[str, ...]
    edm: str
    sql: str
    density: int


_VULNERABILITY = ("Vulnerability.Read.All",)
_SOFTWARE = ("Software.Read.All",)
KINDS = (
    Kind("SecureConfigurationsAssessmentByMachine", "SecureConfigurationsAssessmentExport", "ScaExport", _VULNERABILITY, "AssetConfiguration", _CONFIGURATIONS, 28),
    Kind("SoftwareInventoryByMachine", "SoftwareInventoryExport", "SoftwareInventory", _SOFTWARE, "AssetSoftware", _INVENTORY, 11),
    Kind("SoftwareInventoryNoProductCodeByMachine", "SoftwareInventoryNonCpeExport", "NonCpeSoftwareInventory", _SOFTWARE, "AssetNonCpeSoftware", _PROGRAMS, 1),
    Kind("SoftwareVulnerabilitiesByMachine", "SoftwareVulnerabilitiesExport", "VaExport", _VULNERABILITY, "AssetVulnerability", _FLAWS, 80),
    Kind("SoftwareVulnerabilityChangesByMachine", "", "", _VULNERABILITY, "DeltaAssetVulnerability", _CHANGES, 3),
    Kind("BrowserExtensionsInventoryByMachine", "browserextensionsinventoryExport", "BrowserExtensions", _SOFTWARE, "AssetBrowserExtension", _EXTENSIONS, 3),
    # the documentation names one permission in one version and the other in another
    Kind("certificateAssessmentByMachine", "certificateAssessmentExport", "CertificateAssessmentExport", (*_SOFTWARE, *_VULNERABILITY), "AssetCertificateAssessment", _CERTIFICATES, 4),
    Kind("baselineComplianceAssessmentByMachine", "BaselineComplianceAssessmentExport", "BaselineAssessmentExport", ("SecurityBaselinesAssessment.Read.All",), "AssetBaselineAssessment", _BASELINES, 12),
    Kind("HardwareFirmwareInventoryByMachine", "HardwareFirmwareInventoryExport", "FirmwareHardwareExport", _SOFTWARE, "AssetHardwareFirmware", _PARTS, 2),
    Kind("", "InfoGatheringExport", "InfoGatheringExport", _VULNERABILITY, "", _GATHERED, 1),
)  # fmt: skip


def build(store: Store) -> None:
    """What the queries read."""
    if store.has("devices"):
        return
    health.build(store)
    tables.settings(store)
    pieces.build(store)
    baselines.build(store)
    store.define(_MACROS)
    store.build("devices", _DEVICES, {})
