"""Products that machines of the tenant have, with real names and versions.

A machine has one version of a product. A weakness is fixed in a version, so whoever has an older one is exposed: all
numbers of the tenant (exposed machines, distributions, missing updates, recommendations) follow from that.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Product(NamedTuple):
    """A product.

    Attributes:
        vendor: As in its id, `vendor-_-name`.
        name: As in its id.
        label: As people write it.
        families: Families of machines it is found on (`names.FAMILIES`).
        share: Percent of those machines.
        versions: Oldest first. Of a Windows version this is the month of each update.
        flaws: How many weaknesses to make up besides the real ones.
        systems: Only machines with one of these platforms, or `platform:version`.
        category: As the service sorts software.
        step: Days between versions; the newest came out on `NEWEST`.
        kbs: Microsoft's number of the update to each version, where it has one.
        ends: End of support: `software 2020-12-31`, or `version N 2020-12-31` for the first N versions.
        active: Whether alerts concern it.
    """

    vendor: str
    name: str
    label: str
    families: str
    share: int
    versions: str
    flaws: int = 4
    systems: str = ""
    category: str = ""
    step: int = 28
    kbs: str = ""
    ends: str = ""
    active: bool = False

    @property
    def id(self) -> str:
        """The id of `/api/Software`."""
        return f"{self.vendor}-_-{self.name}"

    @property
    def numbers(self) -> list[str]:
        """Versions, oldest first."""
        return self.versions.split()

    def released(self, version: int) -> date:
        """When a version came out."""
        return NEWEST - timedelta(days=self.step * (len(self.numbers) - 1 - version))


NEWEST = date(2025, 5, 13)
_PC = "client server dc"
_MONTHS = "2024-10 2024-11 2024-12 2025-01 2025-02 2025-03 2025-04 2025-05"
_NEW_KBS = "5044284 5046617 5048667 5050009 5051987 5053598 5055523 5058411"


def _windows(name: str, label: str, systems: str, kbs: str, ends: str = "") -> Product:
    return Product("microsoft", name, label, _PC, 100, _MONTHS, 0, systems, "OperatingSystem", 30, kbs, ends)


PRODUCTS = (
    _windows("windows_11", "Windows 11", "Windows11", _NEW_KBS),
    _windows("windows_10", "Windows 10", "Windows10", "5044273 5046613 5048652 5049981 5051974 5053606 5055518 5058379", "version 1 2020-11-10"),
    _windows("windows_server_2025", "Windows Server 2025", "WindowsServer2025", _NEW_KBS),
    _windows("windows_server_2022", "Windows Server 2022", "WindowsServer2022", "5044281 5046616 5048654 5049983 5051979 5053603 5055526 5058385"),
    _windows("windows_server_2019", "Windows Server 2019", "WindowsServer2019", "5044277 5046615 5048661 5050008 5052000 5053596 5055519 5058392"),
    _windows("windows_server_2016", "Windows Server 2016", "WindowsServer2016", "5044293 5046612 5048671 5049993 5052006 5053594 5055521 5058383"),
    _windows("windows_server_2012_r2", "Windows Server 2012 R2", "WindowsServer2012R2", "5044343 5046682 5048735 5050048 5052042 5053887 5055557 5058403", "software 2023-10-10"),
    Product("microsoft", "edge_chromium-based", "Microsoft Edge", "client server dc mac", 97, "131.0.2903.112 132.0.2957.140 133.0.3065.92 134.0.3124.93 135.0.3179.98 136.0.3240.64", 6, category="Browser"),
    Product("microsoft", "office", "Microsoft Office", "client mac", 90, "16.0.17928.20392 16.0.18025.20214 16.0.18129.20200 16.0.18227.20222 16.0.18429.20158 16.0.18526.20264", 21, category="Productivity"),
    Product("microsoft", "teams", "Microsoft Teams", "client mac", 85, "24277.3507.3205.5228 24335.208.3315.1951 25016.1904.3398.8090 25094.310.3616.953", 3),
    Product("microsoft", "onedrive", "OneDrive", "client", 88, "24.206.1013.4 24.244.1204.3 25.31.217.1 25.70.413.1", 1),
    Product("microsoft", ".net_framework", ".NET Framework", _PC, 92, "4.8.4739.0 4.8.4770.0 4.8.9282.0 4.8.9310.0", 8, kbs="5044091 5046540 5049614 5054980"),
    Product("microsoft", "powershell", "PowerShell", _PC, 60, "7.2.24 7.4.6 7.4.7 7.5.0 7.5.1", 4, ends="version 1 2024-11-08"),
    Product("microsoft", "visual_studio_code", "Visual Studio Code", "client mac linux", 27, "1.95.3 1.97.2 1.98.2 1.99.3 1.100.2", 5),
    Product("microsoft", "exchange_server", "Exchange Server", "server", 8, "15.2.1118.7 15.2.1258.12 15.2.1544.4 15.2.1544.14 15.2.1748.10", 11, step=90, kbs="5022143 5030524 5036386 5049233 5050672", ends="version 1 2023-10-10", active=True),
    Product("microsoft", "sql_server", "SQL Server", "server", 22, "12.0.6449.1 13.0.7045.2 14.0.3485.1 15.0.4420.2 16.0.4175.1", 7, step=120, kbs="5029185 5046062 5046061 5046860 5046862", ends="version 1 2024-07-09"),
    Product("microsoft", "silverlight", "Silverlight", "client server", 6, "5.1.50907.0 5.1.50918.0", 6, step=600, ends="software 2021-10-12"),
    Product("google", "chrome", "Google Chrome", "client mac linux", 72, "131.0.6778.205 132.0.6834.160 133.0.6943.142 134.0.6998.166 135.0.7049.115 136.0.7103.93", 8, category="Browser"),
    Product("mozilla", "firefox", "Mozilla Firefox", "client mac linux", 35, "133.0.3 134.0.2 135.0.1 136.0.4 137.0.2 138.0.3", 28, category="Browser"),
    Product("adobe", "acrobat_reader_dc", "Adobe Acrobat Reader DC", "client mac", 64, "24.002.21005 24.004.20220 24.005.20320 25.001.20432 25.001.20474", 37, step=45),
    Product("adobe", "flash_player", "Adobe Flash Player", "client", 3, "32.0.0.371 32.0.0.465", 9, step=700, ends="software 2020-12-31"),
    Product("7-zip", "7-zip", "7-Zip", "client server", 55, "19.00 22.01 23.01 24.08 24.09", 4, step=200),
    Product("rarlab", "winrar", "WinRAR", "client", 18, "5.61 6.11 6.22 6.24 7.01 7.11", 3, step=210),
    Product("videolan", "vlc_media_player", "VLC media player", "client mac", 24, "3.0.16 3.0.18 3.0.20 3.0.21", 6, step=220),
    Product("notepad-plus-plus", "notepad++", "Notepad++", "client server", 41, "8.4.9 8.5.6 8.6.9 8.7.8 8.8.1", 4, step=150),
    Product("putty", "putty", "PuTTY", "client server", 16, "0.76 0.78 0.80 0.81 0.83", 1, step=190),
    Product("winscp", "winscp", "WinSCP", "client server", 12, "5.21.8 6.1.2 6.3.4 6.5.1", 1, step=200),
    Product("zoom", "zoom", "Zoom Workplace", "client mac", 47, "6.1.11 6.2.11 6.3.11 6.4.3", 8),
    Product("oracle", "jre", "Java Runtime Environment", "client server linux", 28, "8.0.3210.7 8.0.3410.10 8.0.4210.9 8.0.4410.7 8.0.4510.10", 18, step=120),
    Product("python", "python", "Python", "client server linux mac", 31, "2.7.18 3.8.10 3.11.9 3.12.8 3.13.3", 10, step=150, ends="version 2 2024-10-07"),
    Product("git", "git", "Git", "client server linux mac", 26, "2.23.0 2.39.5 2.44.2 2.47.1 2.49.0", 5, step=130),
    Product("openssl", "openssl", "OpenSSL", "client server linux mac dc", 66, "1.1.1.23 3.0.2.0 3.0.13.0 3.2.4.0 3.5.0.0", 9, step=150, ends="version 1 2023-09-11"),
    Product("apache", "log4j", "Apache Log4j", "server linux", 14, "1.2.17 2.14.1 2.17.1 2.20.0 2.24.3", 3, step=240, ends="version 1 2015-08-05", active=True),
    Product("apache", "http_server", "Apache HTTP Server", "linux server", 18, "2.4.49 2.4.54 2.4.58 2.4.62 2.4.63", 12, step=190),
    Product("apache", "tomcat", "Apache Tomcat", "linux server", 11, "8.5.100 9.0.98 10.1.34 10.1.40", 9, step=90, ends="version 1 2024-03-31"),
    Product("openbsd", "openssh", "OpenSSH", "linux mac", 95, "8.9p1 9.3p2 9.6p1 9.8p1 10.0p2", 3, step=210),
    Product("canonical", "ubuntu_linux", "Ubuntu", "linux", 100, "5.15.0-119 5.15.0-124 5.15.0-130 5.15.0-135 5.15.0-139", 60, "Linux:22.4 Linux:20.04", "OperatingSystem"),
    Product("redhat", "enterprise_linux", "Red Hat Enterprise Linux", "linux", 100, "9.4-427.16 9.4-427.33 9.4-427.50 9.4-427.68", 34, "Linux:9.4", "OperatingSystem"),
    Product("debian", "debian_linux", "Debian", "linux", 100, "11.9 12.5 12.8 12.10", 31, "Linux:Other", "OperatingSystem", 90),
    Product("linux", "linux_kernel", "Linux kernel", "linux", 100, "5.10.0-28 5.15.0-105 6.1.0-21 6.5.0-41 6.8.0-58 6.12.25-1", 70, step=60),
    Product("apple", "macos", "macOS", "mac", 100, "14.6.1 14.7.2 14.7.5 15.3.2 15.4.1 15.5", 46, category="OperatingSystem"),
    Product("apple", "safari", "Safari", "mac", 100, "17.6 18.2 18.3.1 18.4 18.5", 12, category="Browser"),
    Product("apple", "ios", "iOS", "phone", 100, "17.6.1 18.1.1 18.3.2 18.4.1 18.5", 20, category="OperatingSystem"),
    Product("vmware", "tools", "VMware Tools", "server dc", 74, "11.3.5 12.3.5 12.4.5 12.5.1 12.5.2", 3, step=150),
    Product("citrix", "workspace", "Citrix Workspace", "client", 21, "22.3.2000.2105 23.11.1.197 24.2.1000.1016 25.3.0.170", 5, step=110),
    Product("fortinet", "forticlient", "FortiClient", "client", 30, "7.0.7.345 7.0.12.614 7.2.5.1053 7.4.3.1790", 6, step=140),
    Product("dell", "supportassist", "Dell SupportAssist", "client", 33, "3.14.2.45116 4.0.3.61632 4.5.1.22 4.8.2.29", 3, step=130),
    Product("teamviewer", "teamviewer", "TeamViewer", "client server", 9, "15.41.9 15.51.6 15.58.4 15.65.6", 3, step=100),
    Product("anydesk", "anydesk", "AnyDesk", "client", 4, "7.0.14 8.0.14 9.0.4 9.5.2", 2, step=110),
    Product("solarwinds", "serv-u_file_server", "SolarWinds Serv-U", "server", 3, "15.3.2 15.4.2 15.4.2.157 15.5.0", 3, step=130, active=True),
)  # fmt: skip

# weaknesses that several products share
GROUPS: dict[str, tuple[str, ...]] = {
    "windows": tuple(one.name for one in PRODUCTS if one.name.startswith("windows_")),
    "chromium": ("chrome", "edge_chromium-based"),
}
GROUP_FLAWS = {"windows": 84, "chromium": 28}

# last number of a Windows version after each monthly update
REVISIONS = {
    26100: (2033, 2314, 2605, 2894, 3194, 3476, 3775, 4061),
    22631: (4317, 4460, 4602, 4751, 4890, 5039, 5189, 5335),
    20348: (2762, 2849, 2966, 3091, 3207, 3328, 3453, 3692),
    19045: (5011, 5131, 5247, 5371, 5487, 5608, 5737, 5854),
    17763: (6414, 6532, 6659, 6775, 6893, 7009, 7136, 7314),
    14393: (7428, 7515, 7606, 7699, 7785, 7876, 7973, 8066),
    9600: (22221, 22267, 22318, 22371, 22417, 22470, 22523, 22577),
}
