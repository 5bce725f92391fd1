"""Machines: made in one statement, and their JSON.

What is odd here is odd on the service (recorded answers): `osVersion` always null, builds null off Windows, addresses
that are empty, an all-zero MAC, ungrouped machines with group 0, several ids for one name, names in capitals.
"""

from __future__ import annotations

from typing import Any

from mdetui.simulator.data import names
from mdetui.simulator.data.store import Store, words

# machine n is of slot n % CYCLE, save the domain controllers, of which there are two at least;
# of 40 machines one is an old twin: the name of the one before it, another id, not seen for weeks
KINDS = """
CREATE MACRO is_dc(n) AS n < 2 OR (n % 200 = 0 AND n <= 1200);
CREATE MACRO twin_of(n) AS CASE WHEN n % 40 = 33 THEN n - 1 ELSE n END;
CREATE MACRO family_of(n) AS CASE WHEN is_dc(twin_of(n)) THEN 0 ELSE nth($families, 1 + twin_of(n) % $cycle)::INTEGER END;
"""

_ROWS = """
WITH numbered AS (
  SELECT i::INTEGER AS n, twin_of(i)::INTEGER AS j, family_of(i) AS family, i <> twin_of(i) AS twin,
    is_dc(twin_of(i)) AS dc, 1 + (twin_of(i) % $cycle)::INTEGER AS slot,
    draw(':m:', i) AS h, draw(':k:', twin_of(i)) AS k
  FROM range($machines) r(i)
), systems AS (
  SELECT *, nth($first, 1 + family)::INTEGER + (k >> 20) % nth($count, 1 + family)::INTEGER + 1 AS system,
    CASE WHEN twin THEN 9 + h % 40 WHEN h % 100 < 7 THEN 8 + (h >> 9) % 50 ELSE 0 END AS days_unseen,
    CASE WHEN dc THEN 'Domain controllers' ELSE nullif(nth($groups, slot), '') END AS group_name
  FROM numbered
), named AS (
  SELECT *, CASE WHEN dc THEN format('dc-{:02d}', CASE WHEN j < 2 THEN j + 1 ELSE j // 200 + 2 END)
    ELSE format('{}-{:03d}', nth($prefixes, slot), j // $cycle * nth($counts, slot)::INTEGER + nth($ranks, slot)::INTEGER + 1) END AS short,
    CASE WHEN dc THEN '' ELSE nth($suffixes, slot) END AS suffix
  FROM systems
)
SELECT n, sha1('machine' || $seed || ':' || n) AS id,
  CASE WHEN nth($uppers, slot) = '1' AND NOT dc THEN upper(short || suffix) ELSE short || suffix END AS name, short,
  family, nth($platforms, system) AS os, nth($versions, system) AS version, nullif(nth($builds, system), '')::BIGINT AS build,
  nth($architectures, system) AS arch, nth($agents, system) AS agent,
  CASE WHEN family = 5 AND h % 3 = 0 THEN 'CanBeOnboarded' ELSE 'Onboarded' END AS onboarding,
  CASE WHEN days_unseen > 7 THEN 'Inactive' WHEN (h >> 12) % 60 = 0 THEN 'NoSensorData'
    WHEN (h >> 12) % 60 = 1 THEN 'ImpairedCommunication' ELSE 'Active' END AS health,
  CASE WHEN dc THEN 'Medium' ELSE pick('None|Informational|Low|Low|Medium|Medium|High|Low', h >> 16) END AS risk,
  pick('Low|Low|Medium|Medium|High|None', h >> 20) AS exposure,
  CASE WHEN dc OR group_name = 'VIP' THEN 'High' WHEN nth($prefixes, slot) = 'kiosk' THEN 'Low' ELSE 'Normal' END
    AS device_value,
  uneven($start - ((days_unseen + 60 + (h >> 24) % 700) * 864000000000 + h % 863999999999)::BIGINT, k) AS first_seen,
  uneven($start - (days_unseen * 864000000000 + 600000000 + (h >> 8) % 790000000000)::BIGINT, h) AS last_seen,
  CASE WHEN (h >> 28) % 90 = 0 THEN NULL ELSE format('10.{}.{}.{}', 10 + family * 10 + (k >> 8) % 4, (k >> 12) % 256,
    1 + (k >> 24) % 254) END AS ip,
  CASE WHEN (h >> 28) % 45 = 0 THEN NULL ELSE format('203.0.113.{}', 1 + (h >> 32) % 24) END AS external_ip,
  CASE WHEN h % 50 = 0 THEN '000000000000' WHEN h % 50 = 1 THEN NULL
    ELSE '8CEC4B' || upper(substr(sha1('mac' || n), 1, 6)) END AS mac,
  CASE WHEN group_name IS NULL THEN 0 ELSE 100 + list_position(string_split($group_names, '|'), group_name) END AS group_id, group_name,
  CASE WHEN family IN (1, 5) THEN (substr(sha1('aad' || n), 1, 32))::UUID::VARCHAR END AS aad_id,
  CASE WHEN family = 1 THEN true WHEN family = 3 THEN NULL ELSE false END AS aad_joined,
  list_sort(list_distinct(list_concat(
    CASE WHEN dc THEN ['crown-jewel', 'tier0'] WHEN nth($prefixes, slot) = 'sql-prd' THEN ['crown-jewel', 'pci']
      WHEN nth($prefixes, slot) = 'web-dmz' THEN ['internet-facing'] WHEN nth($prefixes, slot) = 'exec-lt' THEN ['exec']
      ELSE [] END,
    CASE WHEN (h >> 36) % 9 = 0 THEN [pick($tags, h >> 40)] ELSE [] END))) AS tags,
  CASE WHEN family IN (3, 5) THEN 'NotSupported' ELSE pick('Updated|Updated|Updated|NotUpdated|Unknown', h >> 44) END AS av,
  CASE WHEN family = 1 THEN 'Intune' WHEN family IN (0, 2) THEN 'MDE' ELSE 'Unknown' END AS managed_by,
  twin AS duplicate, CASE WHEN twin AND h % 2 = 0 THEN sha1('machine' || $seed || ':' || j) END AS merged_into,
  CASE WHEN family IN (0, 2) THEN CASE k % 3 WHEN 0 THEN 'svc-backup' WHEN 1 THEN 'administrator' ELSE 'adm.wolf' END
    WHEN family = 3 THEN 'root'
    ELSE pick($first_names, k) || '.' || pick($last_names, k >> 10) END AS account
FROM named
"""

# one row of the relation `m`, as the service writes it
JSON = """to_json({
  'id': m.id, 'mergedIntoMachineId': m.merged_into, 'isPotentialDuplication': m.duplicate, 'isExcluded': false,
  'exclusionReason': NULL, 'computerDnsName': m.name, 'firstSeen': wire_time(m.first_seen),
  'lastSeen': wire_time(m.last_seen), 'osPlatform': m.os, 'osVersion': NULL, 'osProcessor': 'x64',
  'version': m.version, 'lastIpAddress': m.ip, 'lastExternalIpAddress': m.external_ip, 'agentVersion': m.agent,
  'osBuild': m.build, 'healthStatus': m.health, 'deviceValue': m.device_value, 'rbacGroupId': m.group_id,
  'rbacGroupName': m.group_name, 'riskScore': m.risk, 'exposureLevel': m.exposure, 'isAadJoined': m.aad_joined,
  'aadDeviceId': m.aad_id, 'machineTags': m.tags, 'defenderAvStatus': m.av, 'onboardingStatus': m.onboarding,
  'osArchitecture': m.arch, 'managedBy': m.managed_by, 'managedByStatus': 'Unknown',
  'ipAddresses': [
    {'ipAddress': coalesce(m.ip, ''), 'macAddress': m.mac, 'type': 'Ethernet', 'operationalStatus': 'Up'},
    {'ipAddress': 'fe80::' || substr(m.id, 1, 4) || ':' || substr(m.id, 5, 4), 'macAddress': m.mac,
     'type': 'Ethernet', 'operationalStatus': 'Up'}],
  'vmMetadata': NULL})::VARCHAR"""


def define(store: Store) -> None:
    """The macros that say what kind of machine each number is; alerts need them before the machines exist."""
    families = [names.FAMILIES.index(slot.family) for slot in names.SLOTS]
    store.define(KINDS.replace("$families", f"'{words(families)}'").replace("$cycle", str(names.CYCLE)))


def build(store: Store, machines: int) -> None:
    """Make the table `machines` once."""
    slots = names.SLOTS
    values: dict[str, Any] = {
        "seed": str(store.seed),
        "start": store.start,
        "machines": machines,
        "cycle": names.CYCLE,
        "prefixes": words([slot.prefix for slot in slots]),
        "suffixes": words([slot.suffix for slot in slots]),
        "groups": words([slot.group for slot in slots]),
        "uppers": words([slot.upper for slot in slots]),
        "ranks": words(names.RANKS),
        "counts": words(names.COUNTS),
        "first": words(names.SYSTEM_FIRST),
        "count": words(names.SYSTEM_COUNT),
        "platforms": words([system.platform for system in names.ALL_SYSTEMS]),
        "versions": words([system.version for system in names.ALL_SYSTEMS]),
        "builds": words([system.build for system in names.ALL_SYSTEMS]),
        "architectures": words([system.architecture for system in names.ALL_SYSTEMS]),
        "agents": words([system.agent for system in names.ALL_SYSTEMS]),
        "group_names": words(names.GROUPS),
        "tags": words(names.TAGS),
        "first_names": names.FIRST_NAMES,
        "last_names": names.LAST_NAMES,
    }
    store.build("machines", _ROWS, values)
