"""The tables of advanced hunting: views on alerts and machines, worked out when somebody asks.

What alerts show as evidence is an event here, at the same second, with the same hashes and process ids. Besides there is
the everyday: a handful of processes, connections and sign-ins a day on every machine that reports.
"""

from __future__ import annotations

from typing import Any

from mdetui.simulator.data.catalogue import KINDS, Drop, Net, Piece, Reg, Run
from mdetui.simulator.data.evidence import ENCODED, NO_FILE, joined, process_number
from mdetui.simulator.data.store import Store
from mdetui.simulator.ticks import SECOND

# (file, folder, command line, parent) of every day, and (remote host, port)
_DAILY = (
    ("svchost.exe", "C:\\Windows\\System32", "svchost.exe -k netsvcs -p", "services.exe"),
    (
        "msedge.exe",
        "C:\\Program Files (x86)\\Microsoft\\Edge\\Application",
        "msedge.exe --type=renderer",
        "explorer.exe",
    ),
    ("OUTLOOK.EXE", "C:\\Program Files\\Microsoft Office\\root\\Office16", "OUTLOOK.EXE", "explorer.exe"),
    (
        "powershell.exe",
        "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
        "powershell.exe -File inventory.ps1",
        "svchost.exe",
    ),
    ("MsMpEng.exe", "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform", "MsMpEng.exe", "services.exe"),
    ("conhost.exe", "C:\\Windows\\System32", "conhost.exe 0x4", "cmd.exe"),
)
_HOSTS = ("outlook.office365.com", "login.microsoftonline.com", "teams.microsoft.com", "update.contoso.com")
_DAYS = 30
_PER_DAY = 4

_CASES = f"""
CREATE MACRO filled(t, who, number, drawn, ip) AS
  replace(replace(replace(replace(t, '{{user}}', who), '{{n}}', number), '{{hex}}', drawn), '{{ip}}', ip);
CREATE VIEW hunted_alerts AS
WITH cases AS (
  SELECT a.*, m.id AS device, m.name AS device_name, m.account, sha256('case:' || a.incident) AS drawn_,
    (1000 + a.incident % 8999)::VARCHAR AS number, CASE WHEN a.has_user THEN m.account ELSE 'Public' END AS who
  FROM alerts a JOIN machines m ON m.n = a.machine
  WHERE a.created <= getvariable('hunting_now') AND a.created >= getvariable('hunting_since')
)
SELECT *, substr(drawn_, 1, 8) AS drawn, '198.51.100.' || (('0x' || substr(drawn_, 1, 2))::INTEGER % 254 + 1) AS ip
FROM cases;
CREATE VIEW hunted_days AS
SELECT * FROM (
  SELECT m.n, m.id AS device, m.name AS device_name, m.account, m.family, m.ip, i,
    m.last_seen - (i * {86_400 // _PER_DAY} + (m.n * 7919 + i * 104729) % 20000) * {SECOND} AS event_at
  FROM machines m, range({_DAYS * _PER_DAY}) r(i) WHERE m.family IN (0, 1, 2))
WHERE event_at >= getvariable('hunting_since') AND event_at <= getvariable('hunting_now');
"""
_HEAD = 'make_timestamp({at} // 10) AS "Timestamp", c.device AS "DeviceId", c.device_name AS "DeviceName"'
_EVENT = _HEAD.format(at="(c.first_event + r.after)")
_EVERYDAY = _HEAD.format(at="c.event_at")


def _of(column: str) -> str:
    return f"filled(r.{column}, c.who, c.number, c.drawn, c.ip)"


_PROCESSES = f"""
CREATE VIEW DeviceProcessEvents AS
SELECT {_EVENT}, 'ProcessCreated' AS "ActionType", {_of("file")} AS "FileName", {_of("path")} AS "FolderPath",
  sha1('file:' || {_of("path")}) AS "SHA1", sha256('file:' || {_of("path")}) AS "SHA256",
  c.mix % 40000 // 4 * 4 + r.pid AS "ProcessId", {_of("text")} AS "ProcessCommandLine", c.account AS "AccountName",
  'contoso' AS "AccountDomain", r.parent AS "InitiatingProcessFileName",
  c.mix % 40000 // 4 * 4 + r.parent_pid AS "InitiatingProcessId", {_of("parent_path")} AS "InitiatingProcessFolderPath",
  c.n * 16 + r.place AS "ReportId"
FROM hunted_alerts c JOIN hunted_pieces r ON r.kind = c.kind AND r.type = 'run'
UNION ALL
SELECT {_EVERYDAY}, 'ProcessCreated', nth($files, d), nth($folders, d) || '\\' || nth($files, d),
  sha1('file:' || nth($folders, d) || '\\' || nth($files, d)), sha256('file:' || nth($folders, d) || '\\' || nth($files, d)),
  1000 + (c.n * 31 + c.i * 17) % 20000 * 4, nth($commands, d), c.account, 'contoso', nth($parents, d), 712,
  'C:\\Windows\\System32\\' || nth($parents, d), 4000000000 + c.n * 1000 + c.i
FROM (SELECT *, 1 + (n + i) % {len(_DAILY)} AS d FROM hunted_days) c
"""
_FILES = f"""
CREATE VIEW DeviceFileEvents AS
SELECT {_EVENT}, 'FileCreated' AS "ActionType", {_of("file")} AS "FileName", {_of("path")} AS "FolderPath",
  sha1('file:' || {_of("path")}) AS "SHA1", sha256('file:' || {_of("path")}) AS "SHA256",
  c.account AS "InitiatingProcessAccountName", r.parent AS "InitiatingProcessFileName", c.n * 16 + r.place AS "ReportId"
FROM hunted_alerts c JOIN hunted_pieces r ON r.kind = c.kind AND r.type = 'drop'
"""
_NETWORK = f"""
CREATE VIEW DeviceNetworkEvents AS
SELECT {_EVENT}, 'ConnectionSuccess' AS "ActionType", c.ip AS "RemoteIP", 443 AS "RemotePort",
  nullif({_of("text")}, '') AS "RemoteUrl", NULL::VARCHAR AS "LocalIP", 'Tcp' AS "Protocol",
  c.account AS "InitiatingProcessAccountName", r.parent AS "InitiatingProcessFileName", c.n * 16 + r.place AS "ReportId"
FROM hunted_alerts c JOIN hunted_pieces r ON r.kind = c.kind AND r.type = 'net'
UNION ALL
SELECT {_EVERYDAY}, 'ConnectionSuccess', '203.0.113.' || (1 + (c.n + c.i) % 250), 443,
  pick($hosts, c.n + c.i), c.ip, 'Tcp', c.account, nth($files, 1 + (c.n + c.i) % {len(_DAILY)}), 5000000000 + c.n * 1000 + c.i
FROM hunted_days c
"""
_REGISTRY = f"""
CREATE VIEW DeviceRegistryEvents AS
SELECT {_EVENT}, 'RegistryValueSet' AS "ActionType", {_of("path")} AS "RegistryKey", {_of("file")} AS "RegistryValueName",
  {_of("text")} AS "RegistryValueData", r.parent AS "InitiatingProcessFileName", c.n * 16 + r.place AS "ReportId"
FROM hunted_alerts c JOIN hunted_pieces r ON r.kind = c.kind AND r.type = 'reg'
"""
_OTHERS = f"""
CREATE VIEW DeviceLogonEvents AS
SELECT {_EVERYDAY}, 'LogonSuccess' AS "ActionType", CASE WHEN c.i % 5 = 0 THEN 'RemoteInteractive' ELSE 'Interactive' END
  AS "LogonType", c.account AS "AccountName", 'contoso' AS "AccountDomain", false AS "IsLocalAdmin",
  CASE WHEN c.i % 5 = 0 THEN '10.1.4.20' END AS "RemoteIP", 6000000000 + c.n * 1000 + c.i AS "ReportId"
FROM hunted_days c WHERE c.i % 4 = 0;
CREATE VIEW DeviceEvents AS
SELECT make_timestamp(c.first_event // 10) AS "Timestamp", c.device AS "DeviceId", c.device_name AS "DeviceName",
  'AntivirusDetection' AS "ActionType", k.threat AS "AdditionalFields", c.account AS "InitiatingProcessAccountName",
  c.n * 16 + 15 AS "ReportId"
FROM hunted_alerts c JOIN kinds k ON k.n = c.kind WHERE c.source = 'WindowsDefenderAv';
CREATE VIEW DeviceInfo AS
SELECT make_timestamp(m.last_seen // 10) AS "Timestamp", m.id AS "DeviceId", m.name AS "DeviceName", m.os AS "OSPlatform",
  m.version AS "OSVersionInfo", m.build AS "OSBuild", m.arch AS "OSArchitecture", m.external_ip AS "PublicIP",
  m.group_name AS "MachineGroup", m.aad_id AS "AadDeviceId", m.aad_joined AS "IsAzureADJoined",
  m.onboarding AS "OnboardingStatus", m.health AS "SensorHealthState", m.exposure AS "ExposureLevel",
  m.device_value AS "AssetValue", m.account AS "LoggedOnUsers", m.agent AS "ClientVersion", m.n AS "ReportId"
FROM machines m;
CREATE VIEW DeviceNetworkInfo AS
SELECT make_timestamp(m.last_seen // 10) AS "Timestamp", m.id AS "DeviceId", m.name AS "DeviceName", m.mac AS "MacAddress",
  m.ip AS "IPAddresses", 'Ethernet' AS "NetworkAdapterType", m.n AS "ReportId" FROM machines m;
CREATE VIEW AlertInfo AS
SELECT make_timestamp(c.created // 10) AS "Timestamp", c.id AS "AlertId", k.title AS "Title", c.category AS "Category",
  c.severity AS "Severity", 'Microsoft Defender for Endpoint' AS "ServiceSource", c.source AS "DetectionSource",
  to_json(k.techniques)::VARCHAR AS "AttackTechniques" FROM hunted_alerts c JOIN kinds k ON k.n = c.kind;
CREATE VIEW AlertEvidence AS
SELECT make_timestamp(c.created // 10) AS "Timestamp", c.id AS "AlertId", k.title AS "Title", c.category AS "Categories",
  c.severity AS "Severity", CASE r.type WHEN 'run' THEN 'Process' WHEN 'drop' THEN 'File' WHEN 'net' THEN 'Ip'
    ELSE 'RegistryValue' END AS "EntityType", 'Impacted' AS "EvidenceRole", c.device AS "DeviceId",
  c.device_name AS "DeviceName", CASE WHEN c.has_user THEN c.account END AS "AccountName",
  CASE WHEN r.type IN ('run', 'drop') THEN {_of("file")} END AS "FileName",
  CASE WHEN r.type IN ('run', 'drop') THEN {_of("path")} END AS "FolderPath",
  CASE WHEN r.type IN ('run', 'drop') THEN sha1('file:' || {_of("path")}) END AS "SHA1",
  CASE WHEN r.type IN ('run', 'drop') THEN sha256('file:' || {_of("path")}) END AS "SHA256",
  CASE WHEN r.type = 'net' THEN c.ip END AS "RemoteIP", CASE WHEN r.type = 'net' THEN nullif({_of("text")}, '') END AS "RemoteUrl",
  CASE WHEN r.type = 'run' THEN {_of("text")} END AS "ProcessCommandLine"
FROM hunted_alerts c JOIN kinds k ON k.n = c.kind JOIN hunted_pieces r ON r.kind = c.kind
"""
TABLES = (
    "AlertEvidence",
    "AlertInfo",
    "DeviceEvents",
    "DeviceFileEvents",
    "DeviceInfo",
    "DeviceLogonEvents",
    "DeviceNetworkEvents",
    "DeviceNetworkInfo",
    "DeviceProcessEvents",
    "DeviceRegistryEvents",
)
# what an alert can be made of by reference
EVENTS = tuple(name for name in TABLES if name.endswith("Events"))


def define(store: Store) -> dict[str, list[str]]:
    """Make the views; the columns of each table are returned."""
    rows = [row for kind in range(1, len(KINDS) + 1) for row in _pieces(kind)]
    columns = "kind, type, place, after, file, path, text, pid, parent, parent_path, parent_pid"
    values = ", ".join(f"({', '.join(_literal(one) for one in row)})" for row in rows)
    store.define(f"CREATE TABLE hunted_pieces AS SELECT * FROM (VALUES {values}) r({columns})")
    words = {
        "$files": [one[0] for one in _DAILY],
        "$folders": [one[1] for one in _DAILY],
        "$commands": [one[2] for one in _DAILY],
        "$parents": [one[3] for one in _DAILY],
        "$hosts": list(_HOSTS),
    }
    for sql in (_CASES, _PROCESSES, _FILES, _NETWORK, _REGISTRY, _OTHERS):
        text = sql
        for name, values_ in words.items():
            text = text.replace(name, _literal("|".join(values_)))
        store.define(text)
    found: dict[str, list[str]] = {}
    for table, column in store.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE table_name IN (SELECT unnest($tables)) "
        "ORDER BY table_name, column_index",
        {"tables": list(TABLES)},
    ):
        found.setdefault(table, []).append(column)
    return found


def _pieces(kind: int) -> list[tuple[Any, ...]]:
    """Rows of `hunted_pieces` for one kind: its recipe, with what only Python fills filled already."""
    pieces = KINDS[kind - 1].pieces
    fixed = _fixed(pieces)
    out: list[tuple[Any, ...]] = []
    parent = next((piece.file for piece in pieces if isinstance(piece, Run)), "svchost.exe")
    for place, piece in enumerate(pieces):
        after = place * 7 * SECOND
        if isinstance(piece, Run):
            text = piece.command
            for name, value in fixed.items():
                text = text.replace(f"{{{name}}}", value)
            path, above = joined(piece.path, piece.file), joined(piece.parent_path, piece.parent)
            out.append(
                (
                    kind,
                    "run",
                    place,
                    after,
                    piece.file,
                    path,
                    text,
                    process_number(piece.file),
                    piece.parent,
                    above,
                    process_number(piece.parent),
                )
            )
        elif isinstance(piece, Drop):
            out.append((kind, "drop", place, after, piece.file, joined(piece.path, piece.file), "", 0, parent, "", 0))
        elif isinstance(piece, Net):
            out.append((kind, "net", place, after, "", "", piece.url, 0, parent, "", 0))
        else:
            key = f"{piece.hive}\\{piece.key}"
            out.append((kind, "reg", place, after, piece.name, key, piece.value, 0, parent, "", 0))
    return out


def _fixed(pieces: tuple[Piece, ...]) -> dict[str, str]:
    """What `{file}`, `{key}`, `{url}` and `{b64}` stand for, their own placeholders unfilled."""
    drops = [joined(piece.path, piece.file) for piece in pieces if isinstance(piece, Drop)]
    keys = [piece.key for piece in pieces if isinstance(piece, Reg)]
    urls = [piece.url for piece in pieces if isinstance(piece, Net) and piece.url]
    return {
        "file": (drops or [NO_FILE])[0],
        "key": (keys or [""])[0],
        "url": (urls or [""])[0],
        "b64": ENCODED,
    }


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
