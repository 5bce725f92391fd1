"""Antivirus health of each machine, as its last report said.

Flags are texts and the mode is a number in a text (device-health-export-antivirus-health-report-api.md); who was silent
for more than a week is of unknown state.
"""

from __future__ import annotations

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import tables

_ROWS = """
WITH seen AS (
  SELECT m.*, draw(':av:', m.n) AS h, draw(':av2:', m.n) AS g, m.last_seen < $start - 6048000000000 AS silent, s.version AS system
  FROM machines m LEFT JOIN (SELECT i.n, i.version FROM installed i JOIN products d ON d.p = i.p AND d.windows) s ON s.n = m.n
  WHERE m.family <> 5
), stated AS (
  SELECT *, CASE family WHEN 3 THEN 'linux' WHEN 4 THEN 'mac' ELSE 'windows' END AS os_kind,
    CASE WHEN av = 'NotUpdated' THEN 1 + h % 40 ELSE (h % 5 = 0)::BIGINT END AS age,
    pick('0|0|0|0|0|0|0|0|1|1|1|2|4|5|3|', g) AS mode,
    pick('Completed|Completed|Completed|Completed|Completed|Cancelled|Failed|', g >> 4) AS quick_result,
    pick('|||||||Completed|Failed|Cancelled', g >> 8) AS full_result
  FROM seen
)
SELECT n, md5('av' || id)::UUID::VARCHAR AS av_id, id AS machine_id, name, os_kind, os, coalesce(system, version) AS os_version,
  mode, format('1.429.{}.0', 480 - age * 7) AS signature_version,
  format('1.1.{}.{}', 25040 - (h >> 8) % 4 * 10, 1 + (h >> 8) % 6) AS engine_version,
  CASE os_kind WHEN 'windows' THEN format('4.18.{}.{}', 25040 - (h >> 12) % 5 * 10, 2 + (h >> 12) % 7) ELSE agent END AS platform_version,
  last_seen, quick_result, CASE WHEN quick_result = 'Failed' THEN '0x80508023' ELSE '' END AS quick_error,
  CASE WHEN quick_result <> '' THEN last_seen - (g >> 12) % 600000000000 END AS quick_time,
  full_result, CASE WHEN full_result = 'Failed' THEN '0x80070005' ELSE '' END AS full_error,
  CASE WHEN full_result <> '' THEN last_seen - (g >> 16) % 12000000000000 END AS full_time,
  least(last_seen + 54000000000 + h % 36000000000, $start) AS refreshed,
  last_seen - age * 864000000000 - h % 200000000000 AS signature_time,
  last_seen - (h >> 8) % 4 * 8640000000000 - h % 300000000000 AS engine_time,
  last_seen - (h >> 12) % 5 * 25920000000000 - h % 400000000000 AS platform_time,
  CASE WHEN silent THEN 'Unknown' WHEN age > 1 THEN 'False' ELSE 'True' END AS signature_fresh,
  CASE WHEN silent THEN 'Unknown' WHEN (h >> 8) % 4 > 1 THEN 'False' ELSE 'True' END AS engine_fresh,
  CASE WHEN silent THEN 'Unknown' WHEN (h >> 12) % 5 > 2 THEN 'False' ELSE 'True' END AS platform_fresh,
  coalesce(group_name, 'UnassignedGroup') AS group_name, group_id
FROM stated ORDER BY n
"""

JSON = """to_json({'id': v.av_id, 'machineId': v.machine_id, 'computerDnsName': v.name, 'osKind': v.os_kind,
  'osPlatform': v.os, 'osVersion': v.os_version, 'avMode': v.mode, 'avSignatureVersion': v.signature_version,
  'avEngineVersion': v.engine_version, 'avPlatformVersion': v.platform_version, 'lastSeenTime': wire_time(v.last_seen),
  'quickScanResult': v.quick_result, 'quickScanError': v.quick_error, 'quickScanTime': wire_time(v.quick_time),
  'fullScanResult': v.full_result, 'fullScanError': v.full_error, 'fullScanTime': wire_time(v.full_time),
  'dataRefreshTimestamp': wire_time(v.refreshed), 'avEngineUpdateTime': wire_time(v.engine_time),
  'avSignatureUpdateTime': wire_time(v.signature_time), 'avPlatformUpdateTime': wire_time(v.platform_time),
  'avIsSignatureUpToDate': v.signature_fresh, 'avIsEngineUpToDate': v.engine_fresh,
  'avIsPlatformUpToDate': v.platform_fresh, 'avSignaturePublishTime': wire_time(v.signature_time - 36000000000),
  'rbacGroupName': v.group_name, 'rbacGroupId': v.group_id})::VARCHAR"""


def build(store: Store) -> None:
    """The table `av`: every machine but phones."""
    tables.installed(store)
    store.build("av", _ROWS, {"start": store.start})
