"""Small things that machines have: certificates, hardware and firmware, programs that no catalogue knows."""

from __future__ import annotations

from typing import Any, NamedTuple

from mdetui.simulator.data.store import Store
from mdetui.simulator.data.tvm import extensions, tables

SHARE = '"families":"INTEGER[]","share":"INTEGER"'


class Certificate(NamedTuple):
    """A certificate; `{host}` and `{hex}` are the machine's, so is the thumbprint then.

    `days` until it expires, from the start of the tenant; None has no dates at all, as the service sends some.
    """

    store: str
    subject: str
    issuer: str
    algorithm: str
    size: int
    days: int | None
    life: int
    authority: bool
    families: str
    share: int


CERTIFICATES = (
    Certificate("LocalMachine\\Root", "Contoso Root CA 2", "Contoso Root CA 2", "sha256RSA", 4096, 2900, 7300, True, "client server dc mac", 100),
    Certificate("LocalMachine\\CA", "Contoso Issuing CA 3", "Contoso Root CA 2", "sha256RSA", 4096, 24, 1825, True, "client server dc mac", 93),
    Certificate("LocalMachine\\My", "{host}", "Contoso Issuing CA 3", "sha256RSA", 2048, 120, 365, False, "client server dc", 71),
    Certificate("LocalMachine\\My", "{host}", "{host}", "sha1RSA", 1024, -410, 3650, False, "server dc", 38),
    Certificate("LocalMachine\\Remote Desktop", "{host}", "{host}", "sha256RSA", 2048, 9, 182, False, "server dc client", 44),
    Certificate("LocalMachine\\WebHosting", "www.contoso.com", "DigiCert Global G2 TLS RSA SHA256 2020 CA1", "sha256RSA", 2048, 3, 397, False, "server", 11),
    Certificate("LocalMachine\\WebHosting", "*.dmz.contoso.com", "DigiCert Global G2 TLS RSA SHA256 2020 CA1", "sha256RSA", 2048, -2, 397, False, "server", 14),
    Certificate("LocalMachine\\Root", "DigiCert Global Root G2", "DigiCert Global Root G2", "sha256RSA", 2048, 4300, 9131, True, "client server dc mac", 96),
    Certificate("LocalMachine\\Root", "eDellRoot", "eDellRoot", "sha1RSA", 2048, 5000, 8900, True, "client", 3),
    Certificate("LocalMachine\\TestSignRoot", "Test signer {hex}", "Test signer {hex}", "sha384ECDSA", 0, None, 0, True, "client server", 5),
    Certificate("CurrentUser\\My", "Code signing {hex}", "Contoso Issuing CA 3", "sha256RSA", 3072, 40, 730, False, "client", 7),
)  # fmt: skip


class Part(NamedTuple):
    """Hardware or firmware; one of each kind per family is drawn."""

    kind: str
    manufacturer: str
    name: str
    version: str
    more: str
    families: str


PARTS = (
    Part("Hardware", "dell", "latitude_5440", "1.0", '{"SystemSKU":"0C1A","BaseBoardManufacturer":"Dell Inc.","BaseBoardProduct":"0R6JFH","DeviceFamily":"Latitude"}', "client"),
    Part("Hardware", "lenovo", "thinkpad_t14_gen_4", "1.0", '{"SystemSKU":"LENOVO_MT_21HD","BaseBoardManufacturer":"LENOVO","BaseBoardProduct":"21HD0042GE","DeviceFamily":"ThinkPad T14 Gen 4"}', "client"),
    Part("Hardware", "razer", "blade_15_advanced_model_(mid_2021)_-_rz09-0409", "7.04", '{"SystemSKU":"RZ09-0409CE53","BaseBoardManufacturer":"Razer","BaseBoardProduct":"CH570","BaseBoardVersion":"4","DeviceFamily":"Workstation"}', "client"),
    Part("Hardware", "hpe", "proliant_dl380_gen10", "1.0", '{"SystemSKU":"868703-B21","BaseBoardManufacturer":"HPE","DeviceFamily":"ProLiant"}', "server dc linux"),
    Part("Hardware", "vmware", "vmware7_1", "none", '{"SystemSKU":"","BaseBoardManufacturer":"Intel Corporation","BaseBoardProduct":"440BX Desktop Reference Platform"}', "server dc linux"),
    Part("Hardware", "apple", "macbookpro18_3", "1.0", '{"DeviceFamily":"MacBook Pro"}', "mac"),
    Part("Bios", "dell", "latitude_5440_firmware", "1.21.0", '{"ReleaseDate":"2025-02-11"}', "client"),
    Part("Bios", "lenovo", "thinkpad_t14_gen_4_firmware", "1.18", '{"ReleaseDate":"2024-06-03"}', "client"),
    Part("Bios", "hpe", "proliant_dl380_gen10_firmware", "u30_3.10", '{"ReleaseDate":"2024-02-22"}', "server dc linux"),
    Part("Processor", "intel", "core_i7-1365u", "6.186.3", '{"ProcessorId":"BFEBFBFF000B06A2","Cores":"10"}', "client"),
    Part("Processor", "intel", "xeon_gold_6248", "6.85.7", '{"ProcessorId":"BFEBFBFF00050657","Cores":"20"}', "server dc linux"),
    Part("Processor", "apple", "m1_pro", "1.0", "{}", "mac"),
)  # fmt: skip

# vendor, name, version, families, share
PROGRAMS = (
    ("Contoso", "Headtrax", "60.273.3", "client", 22),
    ("Lob Apps", "Expense Helper", "4.11.0.2", "client", 31),
    ("microsoft", "vs_communitymsi", "17.9.34728.123", "client", 12),
    ("intel", "intel®_software_installer", "24.20.2.2", "client", 38),
    ("realtek", "realtek_audio_control", "1.45.311.0", "client", 57),
    ("Contoso", "Backup agent (internal)", "2.8.1", "server dc linux", 64),
    ("", "updater", "1.0.0", "client", 3),
    ("Муромец", "Учёт 7.7", "7.7.27", "client", 2),
    ("kubernetes", "kubelet", "1.29.14", "linux", 30),
    ("homebrew", "jq", "1.7.1", "mac", 41),
)

_CERTIFICATES = (
    '[{"k":"INTEGER","store":"VARCHAR","subject":"VARCHAR","issuer":"VARCHAR","algorithm":"VARCHAR","size":"INTEGER",'
    f'"days":"INTEGER","life":"INTEGER","authority":"BOOLEAN",{SHARE}}}]'
)
_PARTS = (
    '[{"k":"INTEGER","turn":"INTEGER","of":"INTEGER","kind":"VARCHAR","manufacturer":"VARCHAR","name":"VARCHAR",'
    '"version":"VARCHAR","more":"VARCHAR","family":"INTEGER"}]'
)
_PROGRAMS = f'[{{"k":"INTEGER","vendor":"VARCHAR","name":"VARCHAR","version":"VARCHAR",{SHARE}}}]'


def build(store: Store) -> None:
    """The tables `extensions`, `certificates`, `parts`, `programs`."""
    if store.has("programs"):
        return
    certificates = [
        {"k": place, **one._asdict(), "families": tables.families_of(one.families)}
        for place, one in enumerate(CERTIFICATES)
    ]
    programs = [
        {"k": k, "vendor": vendor, "name": name, "version": version, "families": tables.families_of(of), "share": share}
        for k, (vendor, name, version, of, share) in enumerate(PROGRAMS)
    ]
    tables.load(store, "extensions", extensions.SHAPE, extensions.rows())
    tables.load(store, "certificates", _CERTIFICATES, certificates)
    tables.load(store, "parts", _PARTS, _parts())
    tables.load(store, "programs", _PROGRAMS, programs)


def _parts() -> list[dict[str, Any]]:
    """One row per part and family; a machine has the one whose `turn` it draws out of `of`."""
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(part.kind for part in PARTS):
        for family in range(6):
            fitting = [
                (place, part)
                for place, part in enumerate(PARTS)
                if part.kind == kind and family in tables.families_of(part.families)
            ]
            for turn, (place, part) in enumerate(fitting):
                rows.append(
                    {"k": place, "turn": turn, "of": len(fitting), "family": family, **part._asdict(), "families": None}
                )
    return rows
