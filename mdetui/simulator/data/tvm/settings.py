"""Security settings that machines may lack (`scid-N`): what recommendations and the configuration assessment speak of."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    """A setting; `share` percent of the machines of `families` don't have it."""

    scid: int
    name: str
    category: str
    sub: str
    impact: int
    families: str
    share: int
    related: str = "Windows"
    user_impact: bool = False


_PC = "client server dc"
SETTINGS = (
    Setting(10, "Turn on Microsoft Defender Antivirus", "Security controls", "Antivirus", 9, _PC, 3),
    Setting(20000, "Onboard devices to Microsoft Defender for Endpoint", "Security controls", "Onboard Devices", 9, _PC, 2),
    Setting(2010, "Turn on real-time protection", "Security controls", "Antivirus", 9, _PC, 4),
    Setting(2011, "Update Microsoft Defender Antivirus definitions", "Security controls", "Antivirus", 9, _PC, 12),
    Setting(2012, "Turn on PUA protection in block mode", "Security controls", "Antivirus", 9, _PC, 31),
    Setting(2013, "Turn on cloud-delivered protection", "Security controls", "Antivirus", 9, _PC, 6),
    Setting(2003, "Turn on Tamper Protection", "Security controls", "EDR", 9, _PC, 9),
    Setting(2501, "Block executable content from email client and webmail", "Security controls", "Attack Surface Reduction", 9, "client server", 28),
    Setting(2502, "Block Office applications from creating child processes", "Security controls", "Attack Surface Reduction", 9, "client", 34, "Office", True),
    Setting(2503, "Block credential stealing from the Windows local security authority subsystem", "Security controls", "Attack Surface Reduction", 9, _PC, 37),
    Setting(2507, "Use advanced protection against ransomware", "Security controls", "Attack Surface Reduction", 9, _PC, 41),
    Setting(2090, "Encrypt all BitLocker-supported drives", "Security controls", "Bitlocker", 8, "client", 17),
    Setting(2070, "Turn on Microsoft Defender Credential Guard", "Security controls", "Credential Guard", 8, "client server", 52),
    Setting(2021, "Turn on Microsoft Defender SmartScreen", "Security controls", "SmartScreen", 7, "client", 11),
    Setting(91, "Disable the built-in Guest account", "Accounts", "", 8, _PC, 5),
    Setting(57, "Set 'Minimum password length' to 14 or more characters", "Accounts", "Password Policy", 8, _PC, 44),
    Setting(62, "Set 'Account lockout threshold' to 1-10 invalid login attempts", "Accounts", "Account Lockout", 6, _PC, 26),
    Setting(84, "Disable 'Store LAN Manager hash value on next password change'", "Accounts", "", 8, _PC, 7),
    Setting(3011, "Disable the local storage of passwords and credentials", "Accounts", "", 7, "client server", 38, "Windows", True),
    Setting(10000, "Disable insecure administration protocol - Telnet", "Network", "", 5, _PC, 1),
    Setting(3001, "Disable SMBv1", "Network", "", 9, _PC, 8),
    Setting(68, "Enable 'Require additional authentication at startup'", "OS", "", 7, "client", 33),
    Setting(69, "Disable 'Continue running background apps when Google Chrome is closed'", "Application", "", 5, "client", 47, "Chrome"),
    Setting(76, "Disable 'Password Manager'", "Application", "", 6, "client", 59, "Chrome", True),
    Setting(39, "Block Flash activation in Office documents", "Application", "", 6, "client", 21, "Office"),
    Setting(31, "Disable running or installing downloaded software with invalid signature", "Application", "", 7, "client", 13, "Internet Explorer"),
    Setting(36, "Set UAC slider to 'Always notify'", "OS", "", 7, "client", 63, "Windows", True),
    Setting(89, "Disable 'Autoplay for non-volume devices'", "OS", "", 8, _PC, 18),
    Setting(3010, "Set LAN Manager authentication level to 'Send NTLMv2 response only. Refuse LM & NTLM'", "Network", "", 8, _PC, 46),
    Setting(3022, "Require LDAP client signing", "Network", "", 7, _PC, 24),
    Setting(3023, "Enable 'Domain controller: LDAP server signing requirements'", "Network", "", 8, "dc", 40),
    Setting(5001, "Fix unquoted service path for Windows services", "OS", "", 8, _PC, 22),
    Setting(5054, "Disable IPv6 source routing", "Network", "", 7, "client server dc", 55),
    Setting(6093, "Set real-time protection level on Linux to active", "Security controls", "Antivirus", 9, "linux", 35, "Linux"),
    Setting(6094, "Disable SSH root login", "Accounts", "", 8, "linux", 29, "Linux"),
    Setting(5090, "Enable FileVault disk encryption", "OS", "", 8, "mac", 14, "macOS"),
    Setting(5091, "Enable Gatekeeper", "OS", "", 8, "mac", 6, "macOS"),
    Setting(5094, "Turn on the firewall of macOS", "Network", "", 7, "mac", 31, "macOS"),
)  # fmt: skip
