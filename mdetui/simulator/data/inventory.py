"""Software and vulnerabilities of a machine, made when asked for. Real products and CVE ids, our own descriptions."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple


class Product(NamedTuple):
    """A product; `families` of machines it is found on, `share` of them in percent."""

    vendor: str
    name: str
    families: str
    share: int
    weaknesses: int
    exploit: bool


class Flaw(NamedTuple):
    """A vulnerability of a product."""

    id: str
    product: str
    severity: str
    score: float
    published: str
    exploited: bool
    text: str


_PC = "client server dc"
PRODUCTS = (
    Product("microsoft", "windows", _PC, 100, 84, True),
    Product("microsoft", "edge_chromium-based", "client server dc mac", 97, 31, True),
    Product("microsoft", "office", "client mac", 90, 22, True),
    Product("microsoft", "teams", "client mac", 85, 3, False),
    Product("microsoft", "onedrive", "client", 88, 1, False),
    Product("microsoft", ".net_framework", _PC, 92, 9, False),
    Product("microsoft", "powershell", _PC, 60, 4, False),
    Product("microsoft", "exchange_server", "server", 8, 12, True),
    Product("microsoft", "sql_server", "server", 22, 7, False),
    Product("google", "chrome", "client mac linux", 72, 44, True),
    Product("mozilla", "firefox", "client mac linux", 35, 29, False),
    Product("adobe", "acrobat_reader_dc", "client mac", 64, 38, True),
    Product("7-zip", "7-zip", "client server", 55, 5, True),
    Product("rarlab", "winrar", "client", 18, 4, True),
    Product("videolan", "vlc_media_player", "client mac", 24, 6, False),
    Product("notepad-plus-plus", "notepad++", "client server", 41, 4, False),
    Product("putty", "putty", "client server", 16, 2, True),
    Product("winscp", "winscp", "client server", 12, 1, False),
    Product("zoom", "zoom", "client mac", 47, 8, False),
    Product("oracle", "jre", "client server linux", 28, 19, True),
    Product("python", "python", "client server linux mac", 31, 11, False),
    Product("git", "git", "client server linux mac", 26, 6, False),
    Product("openssl", "openssl", "client server linux mac dc", 66, 10, False),
    Product("apache", "log4j", "server linux", 14, 4, True),
    Product("apache", "http_server", "linux server", 18, 13, True),
    Product("openbsd", "openssh", "linux mac", 95, 5, True),
    Product("canonical", "ubuntu_linux", "linux", 70, 61, True),
    Product("linux", "linux_kernel", "linux", 100, 72, True),
    Product("apple", "macos", "mac", 100, 48, True),
    Product("apple", "ios", "phone", 100, 20, False),
    Product("vmware", "tools", "server dc", 74, 3, False),
    Product("citrix", "workspace", "client", 21, 5, False),
    Product("fortinet", "forticlient", "client", 30, 7, True),
    Product("dell", "supportassist", "client", 33, 4, False),
    Product("teamviewer", "teamviewer", "client server", 9, 3, False),
    Product("anydesk", "anydesk", "client", 4, 2, False),
)

FLAWS = (
    Flaw("CVE-2024-38063", "windows", "Critical", 9.8, "2024-08-13", False, "TCP/IP in Windows takes crafted IPv6 packets."),
    Flaw("CVE-2024-30088", "windows", "High", 7.0, "2024-06-11", True, "A race in the Windows kernel gives SYSTEM rights."),
    Flaw("CVE-2023-36884", "office", "High", 8.8, "2023-07-11", True, "A crafted Office document runs code when opened."),
    Flaw("CVE-2023-23397", "office", "Critical", 9.8, "2023-03-14", True, "A crafted appointment makes Outlook send a hash."),
    Flaw("CVE-2022-30190", "windows", "High", 7.8, "2022-06-01", True, "MSDT runs code from a link in a document."),
    Flaw("CVE-2021-34527", "windows", "High", 8.8, "2021-07-02", True, "The print spooler loads a driver from anywhere."),
    Flaw("CVE-2020-1472", "windows", "Critical", 10.0, "2020-08-17", True, "Netlogon takes an all-zero challenge."),
    Flaw("CVE-2021-26855", "exchange_server", "Critical", 9.8, "2021-03-02", True, "Exchange forwards requests it should not."),
    Flaw("CVE-2024-21413", "office", "Critical", 9.8, "2024-02-13", True, "A link in mail steps around the protected view."),
    Flaw("CVE-2023-4863", "chrome", "High", 8.8, "2023-09-12", True, "A WebP image overflows a buffer on the heap."),
    Flaw("CVE-2024-4671", "chrome", "Critical", 9.6, "2024-05-14", True, "A freed object is used while pages are drawn."),
    Flaw("CVE-2024-7971", "edge_chromium-based", "High", 8.8, "2024-08-21", True, "Types are confused in the script engine."),
    Flaw("CVE-2023-5217", "firefox", "High", 8.8, "2023-09-28", True, "VP8 encoding overflows a buffer on the heap."),
    Flaw("CVE-2023-26369", "acrobat_reader_dc", "High", 7.8, "2023-09-13", True, "A crafted PDF writes outside of a buffer."),
    Flaw("CVE-2025-0411", "7-zip", "High", 7.0, "2025-01-25", True, "The mark of the web is lost on nested archives."),
    Flaw("CVE-2023-38831", "winrar", "High", 7.8, "2023-08-23", True, "Opening a picture in an archive starts a script."),
    Flaw("CVE-2024-31497", "putty", "Medium", 5.9, "2024-04-15", False, "Nonces of P-521 keys can be guessed."),
    Flaw("CVE-2021-44228", "log4j", "Critical", 10.0, "2021-12-10", True, "A logged text makes the library fetch and run code."),
    Flaw("CVE-2021-41773", "http_server", "High", 7.5, "2021-10-05", True, "Paths lead out of the document folder."),
    Flaw("CVE-2024-6387", "openssh", "High", 8.1, "2024-07-01", False, "A race in the signal handler of sshd."),
    Flaw("CVE-2022-0847", "linux_kernel", "High", 7.8, "2022-03-10", True, "A pipe flag lets anyone write to read-only files."),
    Flaw("CVE-2024-1086", "linux_kernel", "High", 7.8, "2024-01-31", True, "A freed object is used in nf_tables."),
    Flaw("CVE-2021-3156", "ubuntu_linux", "High", 7.8, "2021-01-26", True, "sudo overflows a buffer on the heap."),
    Flaw("CVE-2024-23222", "macos", "High", 8.8, "2024-01-23", True, "Types are confused in the web engine."),
    Flaw("CVE-2023-41990", "ios", "High", 7.8, "2023-09-12", True, "A font file runs code."),
    Flaw("CVE-2022-3602", "openssl", "High", 7.5, "2022-11-01", False, "A certificate overflows a buffer on the stack."),
    Flaw("CVE-2023-48795", "openssh", "Medium", 5.9, "2023-12-18", False, "Messages at the start of a session can be dropped."),
    Flaw("CVE-2022-21449", "jre", "High", 7.5, "2022-04-19", False, "Any ECDSA signature of zeros is taken as valid."),
    Flaw("CVE-2024-47575", "forticlient", "Critical", 9.8, "2024-10-23", True, "A function that matters does not ask who calls."),
    Flaw("TVM-2024-0017", "supportassist", "Medium", 6.1, "2024-03-05", False, "A folder everyone can write to is searched first."),
    Flaw("CVE-2019-1348", "git", "Low", 3.3, "2019-12-13", False, "fast-import can overwrite files outside of its folder."),
)  # fmt: skip


def products_of(seed: int, machine: int, family: str) -> list[Product]:
    """What is installed on a machine."""
    return [
        product
        for product in PRODUCTS
        if family in product.families.split() and _draw(seed, machine, product.name) % 100 < product.share
    ]


def software(seed: int, machine: int, family: str, machines: int) -> list[dict[str, Any]]:
    """Rows of `/api/machines/{id}/software`; the counts are of the whole tenant."""
    return [
        {
            "id": f"{one.vendor}-_-{one.name}",
            "name": one.name,
            "vendor": one.vendor,
            "weaknesses": one.weaknesses,
            "publicExploit": one.exploit,
            "activeAlert": False,
            "exposedMachines": machines * one.share // 130,
            "installedMachines": machines * one.share // 100,
            "impactScore": round(one.weaknesses * one.share / 1300, 7),
            "isNormalized": True,
            "category": "",
            "distributions": [],
        }
        for one in products_of(seed, machine, family)
    ]


def vulnerabilities(seed: int, machine: int, family: str, machines: int) -> list[dict[str, Any]]:
    """Rows of `/api/machines/{id}/vulnerabilities`; a fifth of the machines is well patched and has few."""
    installed = {one.name: one.share for one in products_of(seed, machine, family)}
    chance = 15 if _draw(seed, machine, "patched") % 5 == 0 else 70
    return [
        _vulnerability(flaw, machines * installed[flaw.product] // 160)
        for flaw in FLAWS
        if flaw.product in installed and _draw(seed, machine, flaw.id) % 100 < chance
    ]


def _vulnerability(flaw: Flaw, exposed: int) -> dict[str, Any]:
    long = flaw.score >= 9.8
    text = (
        f"Summary: {flaw.text} "
        + "An attacker who uses it can read, change or delete what the account may reach. " * 10
    )
    return {
        "@odata.type": "#microsoft.windowsDefenderATP.api.PublicVulnerabilityDto",
        "id": flaw.id,
        "name": flaw.id,
        # the service sends very long generated texts for some
        "description": f"{text} [Generated by AI]" if long else flaw.text,
        "severity": flaw.severity,
        "cvssV3": flaw.score,
        "cvssVector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C" if long else None,
        "exposedMachines": exposed,
        "publishedOn": f"{flaw.published}T00:00:00Z",
        "updatedOn": f"{flaw.published}T07:00:00Z",
        "firstDetected": f"{flaw.published}T12:31:09Z",
        "patchFirstAvailable": None,
        "publicExploit": flaw.exploited,
        "exploitVerified": flaw.exploited and flaw.score > 8,
        "exploitInKit": flaw.exploited and flaw.score > 9,
        "exploitTypes": ["Remote"] if flaw.score > 8 else ["PrivilegeEscalation"],
        "exploitUris": [f"https://nvd.example/vuln/detail/{flaw.id}"] if flaw.exploited else [],
        "cveSupportability": "Supported",
        "epss": round(flaw.score / 12, 5) if flaw.exploited else 0.00043,
        "tags": [],
    }


def _draw(seed: int, machine: int, salt: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{machine}:{salt}".encode()).digest()[:4], "big")
