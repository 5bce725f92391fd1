"""Security baselines: profiles, their settings, and how each machine does.

A tenth of the machines of a profile passes all of it; every other one fails at least one setting.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple
from uuid import UUID

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import tables


class Profile(NamedTuple):
    """A profile; `platform` of the machines it looks at."""

    name: str
    benchmark: str
    version: str
    system: str
    system_version: str
    platform: str
    level: str
    active: bool


class Setting(NamedTuple):
    """A setting of all profiles."""

    id: str
    name: str
    category: str
    cce: str
    wanted: str
    bad: str
    source: str


_L1 = "Level 1 (L1) - Corporate/Enterprise Environment (general use)"
PROFILES = (
    Profile("Windows 11 CIS L1", "CIS", "3.0.0", "Windows 11", "23H2", "Windows11", _L1, True),
    Profile("Windows 10 CIS L1", "CIS", "3.0.0", "Windows 10", "22H2", "Windows10", _L1, True),
    Profile("Server 2022 CIS member servers", "CIS", "3.0.0", "Windows Server 2022", "21H2", "WindowsServer2022", "Level 1 - Member Server", True),
    Profile("Server 2019 STIG", "STIG", "2.9", "Windows Server 2019", "1809", "WindowsServer2019", "CAT II", True),
    Profile("Windows 10 1909 CIS (old)", "CIS", "1.0.0", "Windows 10", "1909", "", _L1, False),
)  # fmt: skip

_POLICY = "hkey_local_machine\\software\\policies\\microsoft\\windows\\"
SETTINGS = (
    Setting("1.1.1", "(L1) Ensure 'Enforce password history' is set to '24 or more password(s)'", "Account Policies", "CCE-37166-6", "Greater than or equal '24'", "12", "password_hist_len"),
    Setting("1.1.2", "(L1) Ensure 'Maximum password age' is set to '365 or fewer days, but not 0'", "Account Policies", "CCE-37167-4", "Less than or equal '365'", "0", "max_passwd_age"),
    Setting("1.1.4", "(L1) Ensure 'Minimum password length' is set to '14 or more character(s)'", "Account Policies", "CCE-36534-6", "Greater than or equal '14'", "8", "min_passwd_len"),
    Setting("1.2.2", "(L1) Ensure 'Account lockout threshold' is set to '5 or fewer invalid logon attempt(s), but not 0'", "Account Policies", "CCE-36008-1", "Less than or equal '5'", "10", "lockout_threshold"),
    Setting("2.2.2", "(L1) Ensure 'Access this computer from the network' is set to 'Administrators, Remote Desktop Users'", "User Rights Assignment", "", "Administrators, Remote Desktop Users", "Everyone", "senetworklogonright"),
    Setting("2.3.1.2", "(L1) Ensure 'Accounts: Guest account status' is set to 'Disabled'", "Security Options", "CCE-37432-2", "Equals 'false'", "true", "guest"),
    Setting("2.3.7.3", "(L1) Ensure 'Interactive logon: Machine inactivity limit' is set to '900 or fewer second(s), but not 0'", "Security Options", "CCE-38235-8", "Less than or equal '900'", "0", "inactivitytimeoutsecs"),
    Setting("2.3.11.7", "(L1) Ensure 'Network security: LAN Manager authentication level' is set to 'Send NTLMv2 response only. Refuse LM & NTLM'", "Security Options", "CCE-36173-3", "Equals '5'", "3", "hkey_local_machine\\system\\currentcontrolset\\control\\lsa\\lmcompatibilitylevel"),
    Setting("5.26", "(L1) Ensure 'Remote Registry (RemoteRegistry)' is set to 'Disabled'", "System Services", "", "Equals '4'", "3", "hkey_local_machine\\system\\currentcontrolset\\services\\remoteregistry\\start"),
    Setting("9.1.1", "(L1) Ensure 'Windows Firewall: Domain: Firewall state' is set to 'On (recommended)'", "Windows Firewall", "CCE-36062-8", "Equals '1'", "0", "hkey_local_machine\\software\\policies\\microsoft\\windowsfirewall\\domainprofile\\enablefirewall"),
    Setting("18.4.2", "(L1) Ensure 'Configure SMB v1 client driver' is set to 'Enabled: Disable driver'", "MS Security Guide", "", "Equals '4'", "2", "hkey_local_machine\\system\\currentcontrolset\\services\\mrxsmb10\\start"),
    Setting("18.9.27.2.1", "(L1) Ensure 'Security: Control Event Log behavior when the log file reaches its maximum size' is set to 'Disabled'", "Event Log Service", "CCE-37145-0", "Equals '0'", "1", _POLICY + "eventlog\\security\\retention"),
    Setting("18.9.47.5.1.1", "(L1) Ensure 'Configure Attack Surface Reduction rules' is set to 'Enabled'", "Microsoft Defender Antivirus", "", "Equals '1'", "0", "hkey_local_machine\\software\\policies\\microsoft\\windows defender\\windows defender exploit guard\\asr\\exploitguard_asr_rules"),
    Setting("18.9.102.1", "(L1) Ensure 'Turn off PowerShell script block logging' is set so that blocks are logged", "Windows PowerShell", "", "Equals '1'", "0", _POLICY + "powershell\\scriptblocklogging\\enablescriptblocklogging"),
    Setting("1.1.8", "(L1) Ensure 'Allow importing of payment info' is set to 'Disabled'", "Microsoft Edge", "", "Equals '0'", "1", "hkey_local_machine\\software\\policies\\microsoft\\edge\\importpaymentinfo"),
)  # fmt: skip

_PROFILE_SHAPE = (
    '[{"place":"INTEGER","id":"VARCHAR","name":"VARCHAR","benchmark":"VARCHAR","version":"VARCHAR","system":"VARCHAR",'
    '"system_version":"VARCHAR","platform":"VARCHAR","level":"VARCHAR","active":"BOOLEAN"}]'
)
_SETTING_SHAPE = (
    '[{"place":"INTEGER","id":"VARCHAR","name":"VARCHAR","category":"VARCHAR","cce":"VARCHAR","wanted":"VARCHAR","bad":"VARCHAR",'
    '"source":"VARCHAR"}]'
)
_PROFILES = """
SELECT p.* EXCLUDE (active), p.active AS status, (SELECT count(*) FROM baseline_settings)::INTEGER AS settings_number,
  (SELECT count(*) FROM machines m WHERE m.os = p.platform AND draw(':passes:', m.n) % 10 = 0) AS passed,
  (SELECT count(*) FROM machines m WHERE m.os = p.platform) AS total
FROM raw_profiles p
"""

# whether machine `m` has the setting `s`: passing ones have all, others lack one at least
COMPLIANT = f"""(draw(':passes:', m.n) % 10 = 0 OR (m.n % {len(SETTINGS)} <> s.place
  AND draw(':baseline:' || s.id || ':', m.n) % 100 < 82))"""

PROFILE = """to_json({'id': b.id, 'name': b.name, 'description': b.name || ' for ' || b.system,
  'benchmark': b.benchmark, 'version': b.version, 'operatingSystem': b.system,
  'operatingSystemVersion': b.system_version, 'status': b.status, 'complianceLevel': b.level,
  'settingsNumber': b.settings_number, 'createdBy': 'm.okafor@contoso.com', 'lastUpdatedBy': NULL,
  'createdOnTimestampUTC': CASE WHEN b.status THEN '2025-02-04T10:11:12.134Z' ELSE '0001-01-01T00:00:00Z' END,
  'lastUpdateTimestampUTC': '0001-01-01T00:00:00Z', 'passedDevices': b.passed, 'totalDevices': b.total})::VARCHAR"""

_HTML = """'<p xmlns:xhtml="http://www.w3.org/1999/xhtml">' || {text} || '</p>'"""
SETTING = f"""to_json({{'id': s.id, 'name': s.name,
  'description': {_HTML.format(text="'This policy setting decides about: ' || substr(s.name, 6)")},
  'category': s.category, 'complianceLevels': ['{_L1}'], 'cce': s.cce,
  'rationale': {_HTML.format(text="'Without it an attacker who is on the machine has an easier time.'")},
  'remediation': {_HTML.format(text="'To establish the recommended configuration, set ' || s.source || ' so that it is: <code>' || s.wanted || '</code>'")},
  'benchmarkName': 'CIS', 'recommendedValue': [s.wanted], 'source': [s.source]}})::VARCHAR"""


def build(store: Store) -> None:
    """The tables `baseline_settings` and `baseline_profiles`."""
    if store.has("baseline_profiles"):
        return
    settings: list[dict[str, Any]] = [{"place": place, **one._asdict()} for place, one in enumerate(SETTINGS)]
    profiles = [
        {"place": place, "id": str(UUID(bytes=hashlib.sha256(one.name.encode()).digest()[:16])), **one._asdict()}
        for place, one in enumerate(PROFILES)
    ]
    tables.load(store, "baseline_settings", _SETTING_SHAPE, settings)
    tables.load(store, "raw_profiles", _PROFILE_SHAPE, profiles)
    store.build("baseline_profiles", _PROFILES, {})
