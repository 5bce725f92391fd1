"""Software, vulnerabilities and missing updates. Source: software.md, vulnerability.md, get-discovered-vulnerabilities.md,
get-all-vulnerabilities-by-machines.md, get-software-ver-distribution.md, get-missing-kbs-machine.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Keyed, Loose, Model, Timestamp


class Software(Model):
    """A software product; `id` looks like `microsoft-_-edge`."""

    INTERNED: ClassVar[tuple[str, ...]] = ("vendor",)

    id: str = ""
    name: str | None = None
    vendor: str | None = None
    weaknesses: Loose = None
    public_exploit: Loose = None
    active_alert: Loose = None
    exposed_machines: Loose = None
    installed_machines: Loose = None
    impact_score: Loose = None
    is_normalized: Loose = None
    category: str | None = None
    distributions: Loose = None


class Vulnerability(Model):
    """A vulnerability; `id` is a CVE or `TVM-xxxx` (gotchas 22), so never match it by a pattern."""

    INTERNED: ClassVar[tuple[str, ...]] = ("severity",)

    id: str = ""
    name: str | None = None
    description: str | None = None
    severity: str | None = None
    cvss_v3: Loose = None
    cvss_vector: str | None = None
    exposed_machines: Loose = None
    published_on: Timestamp | None = None
    updated_on: Timestamp | None = None
    first_detected: Timestamp | None = None
    patch_first_available: Timestamp | None = None
    public_exploit: Loose = None
    exploit_verified: Loose = None
    exploit_in_kit: Loose = None
    exploit_types: list[str] | None = None
    exploit_uris: list[str] | None = None
    epss: Loose = None
    cve_supportability: str | None = None
    tags: Loose = None


class MachineVulnerability(Model):
    """One vulnerability of one product on one machine."""

    INTERNED: ClassVar[tuple[str, ...]] = (
        "cve_id",
        "machine_id",
        "fixing_kb_id",
        "product_name",
        "product_vendor",
        "product_version",
        "severity",
    )

    id: str = ""
    cve_id: str | None = None
    machine_id: str | None = None
    fixing_kb_id: str | None = None
    product_name: str | None = None
    product_vendor: str | None = None
    product_version: str | None = None
    severity: str | None = None


class Distribution(Keyed):
    """How often a version of a product is installed."""

    KEY: ClassVar[tuple[str, ...]] = ("version",)

    version: str | None = None
    installations: Loose = None
    vulnerabilities: Loose = None


class MissingKb(Model):
    """An update of Windows or Microsoft software that is missing; `id` is the KB's number."""

    id: str = ""
    name: str | None = None
    products_names: list[str] | None = None
    url: str | None = None
    machine_missed_on: Loose = None
    cve_addressed: Loose = None
