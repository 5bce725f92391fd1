"""Weaknesses: well-known ones with their real numbers, and made-up ones.

Descriptions are our own. The made-up ones have numbers from 90000 on, which nobody has given out.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any, NamedTuple

from mdetui.simulator.data.tvm.products import GROUP_FLAWS, GROUPS, PRODUCTS, Product


class Flaw(NamedTuple):
    """A well-known weakness.

    Attributes:
        id: CVE, or the service's own number.
        of: Product, or one of `GROUPS`.
        fixed: Place of the version that fixes it; 99 means none does.
        severity: Low to Critical.
        score: CVSS v3.
        published: ISO date.
        exploit: 0 none known, 1 public, 2 verified, 3 in kits.
        text: What it is.
    """

    id: str
    of: str
    fixed: int
    severity: str
    score: float
    published: str
    exploit: int
    text: str


KNOWN = (
    Flaw("CVE-2024-38063", "windows", 2, "Critical", 9.8, "2024-08-13", 1, "TCP/IP in Windows takes crafted IPv6 packets."),
    Flaw("CVE-2024-30088", "windows", 1, "High", 7.0, "2024-06-11", 2, "A race in the Windows kernel gives SYSTEM rights."),
    Flaw("CVE-2022-30190", "windows", 1, "High", 7.8, "2022-06-01", 3, "MSDT runs code from a link in a document."),
    Flaw("CVE-2021-34527", "windows", 1, "High", 8.8, "2021-07-02", 3, "The print spooler loads a driver from anywhere."),
    Flaw("CVE-2020-1472", "windows", 1, "Critical", 10.0, "2020-08-17", 2, "Netlogon takes an all-zero challenge."),
    Flaw("CVE-2025-29824", "windows", 6, "High", 7.8, "2025-04-08", 2, "A freed object of the log file driver gives SYSTEM rights."),
    Flaw("CVE-2025-21418", "windows", 4, "High", 7.8, "2025-02-11", 2, "A buffer of the socket driver overflows on the heap."),
    Flaw("CVE-2024-49138", "windows", 2, "High", 7.8, "2024-12-10", 2, "The log file driver overflows a buffer on the heap."),
    Flaw("CVE-2025-24054", "windows", 5, "Medium", 6.5, "2025-03-11", 2, "Looking at a folder sends a password hash away."),
    Flaw("CVE-2023-36884", "office", 1, "High", 8.8, "2023-07-11", 2, "A crafted Office document runs code when opened."),
    Flaw("CVE-2023-23397", "office", 1, "Critical", 9.8, "2023-03-14", 2, "A crafted appointment makes Outlook send a hash."),
    Flaw("CVE-2024-21413", "office", 2, "Critical", 9.8, "2024-02-13", 2, "A link in mail steps around the protected view."),
    Flaw("CVE-2021-26855", "exchange_server", 1, "Critical", 9.8, "2021-03-02", 3, "Exchange forwards requests it should not."),
    Flaw("CVE-2023-4863", "chromium", 1, "High", 8.8, "2023-09-12", 2, "A WebP image overflows a buffer on the heap."),
    Flaw("CVE-2024-4671", "chromium", 1, "Critical", 9.6, "2024-05-14", 2, "A freed object is used while pages are drawn."),
    Flaw("CVE-2024-7971", "chromium", 1, "High", 8.8, "2024-08-21", 2, "Types are confused in the script engine."),
    Flaw("CVE-2025-2783", "chromium", 4, "High", 8.3, "2025-03-26", 2, "A wrong handle lets a page leave the sandbox."),
    Flaw("CVE-2023-5217", "firefox", 1, "High", 8.8, "2023-09-28", 2, "VP8 encoding overflows a buffer on the heap."),
    Flaw("CVE-2024-9680", "firefox", 2, "Critical", 9.8, "2024-10-09", 2, "A freed object is used by animation timelines."),
    Flaw("CVE-2023-26369", "acrobat_reader_dc", 1, "High", 7.8, "2023-09-13", 2, "A crafted PDF writes outside of a buffer."),
    Flaw("CVE-2018-15982", "flash_player", 99, "High", 7.8, "2018-12-05", 3, "A freed object is used when a movie plays."),
    Flaw("CVE-2025-0411", "7-zip", 4, "High", 7.0, "2025-01-25", 2, "The mark of the web is lost on nested archives."),
    Flaw("CVE-2023-38831", "winrar", 3, "High", 7.8, "2023-08-23", 3, "Opening a picture in an archive starts a script."),
    Flaw("CVE-2024-31497", "putty", 3, "Medium", 5.9, "2024-04-15", 1, "Nonces of P-521 keys can be guessed."),
    Flaw("CVE-2021-44228", "log4j", 2, "Critical", 10.0, "2021-12-10", 3, "A logged text makes the library fetch and run code."),
    Flaw("CVE-2021-41773", "http_server", 1, "High", 7.5, "2021-10-05", 2, "Paths lead out of the document folder."),
    Flaw("CVE-2025-24813", "tomcat", 3, "Critical", 9.8, "2025-03-10", 2, "A partial upload becomes a session that runs code."),
    Flaw("CVE-2024-6387", "openssh", 3, "High", 8.1, "2024-07-01", 1, "A race in the signal handler of sshd."),
    Flaw("CVE-2023-48795", "openssh", 2, "Medium", 5.9, "2023-12-18", 0, "Messages at the start of a session can be dropped."),
    Flaw("CVE-2022-0847", "linux_kernel", 1, "High", 7.8, "2022-03-10", 2, "A pipe flag lets anyone write to read-only files."),
    Flaw("CVE-2024-1086", "linux_kernel", 3, "High", 7.8, "2024-01-31", 2, "A freed object is used in nf_tables."),
    Flaw("CVE-2021-3156", "ubuntu_linux", 1, "High", 7.8, "2021-01-26", 2, "sudo overflows a buffer on the heap."),
    Flaw("CVE-2024-23222", "macos", 2, "High", 8.8, "2024-01-23", 2, "Types are confused in the web engine."),
    Flaw("CVE-2025-31200", "macos", 4, "Critical", 9.8, "2025-04-16", 2, "An audio stream overwrites memory."),
    Flaw("CVE-2023-41990", "ios", 1, "High", 7.8, "2023-09-12", 2, "A font file runs code."),
    Flaw("CVE-2022-3602", "openssl", 2, "High", 7.5, "2022-11-01", 0, "A certificate overflows a buffer on the stack."),
    Flaw("CVE-2022-21449", "jre", 2, "High", 7.5, "2022-04-19", 1, "Any ECDSA signature of zeros is taken as valid."),
    Flaw("CVE-2024-47575", "forticlient", 2, "Critical", 9.8, "2024-10-23", 2, "A function that matters does not ask who calls."),
    Flaw("CVE-2024-28995", "serv-u_file_server", 2, "High", 8.6, "2024-06-06", 2, "Paths lead out of the shared folder."),
    Flaw("TVM-2024-0017", "supportassist", 2, "Medium", 6.1, "2024-03-05", 0, "A folder everyone can write to is searched first."),
    Flaw("CVE-2019-1348", "git", 1, "Low", 3.3, "2019-12-13", 0, "fast-import can overwrite files outside of its folder."),
)  # fmt: skip

# nobody in the tenant has these products; the service lists such weaknesses too
ELSEWHERE = (
    Flaw("CVE-2024-3400", "", 0, "Critical", 10.0, "2024-04-12", 3, "The gateway runs commands out of a session id."),
    Flaw("CVE-2023-20198", "", 0, "Critical", 10.0, "2023-10-16", 2, "The web page of a router makes an account for anyone."),
    Flaw("CVE-2023-34362", "", 0, "Critical", 9.8, "2023-06-02", 3, "A transfer server takes SQL out of a header."),
    Flaw("CVE-2024-1709", "", 0, "Critical", 10.0, "2024-02-21", 2, "The setup page of a remote tool stays open."),
    Flaw("CVE-2023-46805", "", 0, "High", 8.2, "2024-01-12", 2, "A path steps around the sign-in of a VPN gateway."),
)  # fmt: skip

_SORTS = (
    ("A freed object is used in {part} of {label}.", "RemoteCodeExecution"),
    ("A buffer on the heap overflows in {part} of {label}.", "RemoteCodeExecution"),
    ("Types are confused in {part} of {label}.", "RemoteCodeExecution"),
    ("A race in {part} of {label} gives higher rights.", "PrivilegeEscalation"),
    ("{part} of {label} does not check who asks and gives higher rights.", "PrivilegeEscalation"),
    ("{part} of {label} tells more of its memory than it should.", "InformationDisclosure"),
    ("A crafted file makes {part} of {label} stop.", "DenialOfService"),
    ("A warning of {label} can be stepped around in {part}.", "SecurityFeatureBypass"),
)
_PARTS = (
    "the parser", "the updater", "the scripting engine", "the network stack", "the font code", "the installer",
    "the certificate check", "the archive reader", "the graphics code", "the log writer", "the sign-in", "the printing",
)  # fmt: skip
_SEVERITIES = (
    "Critical",
    "High",
    "High",
    "High",
    "High",
    "High",
    "Medium",
    "Medium",
    "Medium",
    "Medium",
    "Medium",
    "Low",
)
_SCORES = {"Critical": (90, 99), "High": (70, 89), "Medium": (40, 69), "Low": (20, 39)}
_LONG = "An attacker who uses it can read, change or delete what the account may reach. " * 10


def rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Weaknesses and fixes.

    Returns:
        Rows of `flaws` and of `fixes` ({f, p, v}): product `p` is exposed before version `v`.
    """
    places = {one.name: place for place, one in enumerate(PRODUCTS)}
    flaws: list[dict[str, Any]] = []
    fixes: list[dict[str, Any]] = []
    for known in (*KNOWN, *ELSEWHERE):
        names = GROUPS.get(known.of, (known.of,) if known.of else ())
        flaws.append(_known(len(flaws), known, len(names) > 1 and known.of != "windows"))
        fixes += [{"f": flaws[-1]["f"], "p": places[name], "v": known.fixed} for name in names]
    number = 0
    for of, count in [*GROUP_FLAWS.items(), *((one.name, one.flaws) for one in PRODUCTS)]:
        names = GROUPS.get(of, (of,))
        first = PRODUCTS[places[names[0]]]
        last = len(first.numbers)
        for turn in range(count):
            # what support has ended for is never fixed
            fixed = 99 if first.ends.startswith("software") and of not in GROUPS else 1 + turn % (last - 1)
            label = "Windows" if of == "windows" else "Chromium" if of == "chromium" else first.label
            row = _made_up(len(flaws), number, first, min(fixed, last - 1), label)
            flaws.append({**row, "shared": of == "chromium", **({"patched": None} if fixed == 99 else {})})
            fixes += [{"f": row["f"], "p": places[name], "v": fixed} for name in names]
            number += 1
    return flaws, fixes


def _known(place: int, flaw: Flaw, shared: bool) -> dict[str, Any]:
    long = flaw.score >= 9.8
    published = date.fromisoformat(flaw.published)
    return {
        "f": place,
        "id": flaw.id,
        # the service sends very long generated texts for some
        "text": f"Summary: {flaw.text} {_LONG}[Generated by AI]" if long else flaw.text,
        "severity": flaw.severity,
        "score": flaw.score,
        "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C" if long else None,
        "published": str(published),
        "updated": str(published + timedelta(days=3 + place % 40)),
        "patched": None if flaw.fixed == 99 else str(published),
        "exploit": flaw.exploit,
        "types": ["RemoteCodeExecution"] if flaw.score > 8 else ["PrivilegeEscalation"],
        "epss": (0.00043, 0.12, 0.71234, 0.94358)[flaw.exploit],
        "shared": shared,
        "threats": [str(_threat(flaw.id))] if flaw.exploit > 1 else [],
        "tags": ["test"] if flaw.id.startswith("TVM") else [],
    }


def _made_up(place: int, number: int, product: Product, fixed: int, label: str) -> dict[str, Any]:
    draw = int.from_bytes(hashlib.sha256(f"flaw:{number}".encode()).digest()[:8], "big")
    released = product.released(fixed)
    published = released - timedelta(days=draw % 9)
    severity = _SEVERITIES[(draw >> 8) % len(_SEVERITIES)]
    low, high = _SCORES[severity]
    text, kind = _SORTS[(draw >> 12) % len(_SORTS)]
    text = text.format(part=_PARTS[(draw >> 16) % len(_PARTS)], label=label)
    dice = (draw >> 24) % 100
    exploit = 2 if dice < 2 else 1 if dice < 8 else 0
    score = (low + (draw >> 32) % (high - low + 1)) / 10
    return {
        "f": place,
        # 137 and 9973 have no factor in common: no number comes twice
        "id": f"CVE-{published.year}-{90_000 + number * 137 % 9973}",
        "text": text[0].upper() + text[1:],
        "severity": severity,
        "score": score if (draw >> 40) % 50 else None,
        "vector": f"CVSS:3.1/AV:{'NL'[(draw >> 44) % 2]}/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
        "published": str(published),
        "updated": str(published + timedelta(days=(draw >> 48) % 60)),
        "patched": str(released),
        "exploit": exploit,
        "types": [kind] if exploit else [],
        "epss": round((0.0002, 0.03, 0.35)[exploit] * (1 + (draw >> 50) % 100 / 60), 5),
        "threats": [],
        "tags": [],
    }


def _threat(name: str) -> Any:
    from uuid import UUID

    return UUID(bytes=hashlib.sha256(f"threat:{name}".encode()).digest()[:16])
