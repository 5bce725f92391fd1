"""Software and vulnerabilities of a machine. Source: software.md, vulnerability.md, get-discovered-vulnerabilities.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Loose, Model, Timestamp


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


class Vulnerability(Model):
    """A vulnerability; `id` is a CVE or `TVM-xxxx` (gotchas 22), so never match it by a pattern."""

    INTERNED: ClassVar[tuple[str, ...]] = ("severity",)

    id: str = ""
    name: str | None = None
    description: str | None = None
    severity: str | None = None
    cvss_v3: Loose = None
    exposed_machines: Loose = None
    published_on: Timestamp | None = None
    updated_on: Timestamp | None = None
    public_exploit: Loose = None
    exploit_verified: Loose = None
    exploit_in_kit: Loose = None
    exploit_types: list[str] | None = None
    exploit_uris: list[str] | None = None
    epss: Loose = None
