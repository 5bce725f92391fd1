"""File, address, domain, and what is known of them. Source: files.md, get-alert-related-*.md, get-file-statistics.md,
get-ip-statistics.md, get-domain-statistics.md."""

from __future__ import annotations

from typing import ClassVar

from mdetui.api.models.base import Keyed, Loose, Model, Timestamp, number


class File(Keyed):
    """What the service knows of a file."""

    KEY: ClassVar[tuple[str, ...]] = ("sha1", "sha256")

    sha1: str | None = None
    sha256: str | None = None
    md5: str | None = None
    global_prevalence: Loose = None
    global_first_observed: Timestamp | None = None
    global_last_observed: Timestamp | None = None
    size: Loose = None
    file_type: str | None = None
    is_pe_file: Loose = None
    file_publisher: str | None = None
    file_product_name: str | None = None
    signer: str | None = None
    issuer: str | None = None
    signer_hash: str | None = None
    is_valid_certificate: Loose = None
    determination_type: str | None = None
    determination_value: str | None = None


class Ip(Model):
    """An address seen in an alert."""

    id: str = ""


class Domain(Keyed):
    """A domain seen in an alert."""

    KEY: ClassVar[tuple[str, ...]] = ("host",)

    host: str = ""


class Prevalence(Keyed):
    """How common something is in the tenant. Prevalence has two names and came as text in older answers: read `here`."""

    organization_prevalence: Loose = None
    org_prevalence: Loose = None
    org_first_seen: Timestamp | None = None
    org_last_seen: Timestamp | None = None

    @property
    def here(self) -> int | None:
        """Machines of the tenant that had it or talked to it; None when that is not said."""
        return _count(self.organization_prevalence, self.org_prevalence)


class FileStats(Prevalence):
    """How common a file is, here and everywhere."""

    KEY: ClassVar[tuple[str, ...]] = ("sha1",)

    sha1: str | None = None
    globally_prevalence: Loose = None
    global_prevalence: Loose = None
    global_first_observed: Timestamp | None = None
    global_last_observed: Timestamp | None = None
    top_file_names: list[str] | None = None

    @property
    def worldwide(self) -> int | None:
        """Machines everywhere that had it; None when that is not said."""
        return _count(self.globally_prevalence, self.global_prevalence)


class DomainStats(Prevalence):
    """How common a domain is in the tenant."""

    KEY: ClassVar[tuple[str, ...]] = ("host",)

    host: str | None = None


class IpStats(Prevalence):
    """How common an address is in the tenant."""

    KEY: ClassVar[tuple[str, ...]] = ("ip_address",)

    ip_address: str | None = None


def _count(*values: Loose) -> int | None:
    """The first that is a number."""
    found = next((value for value in map(number, values) if value is not None), None)
    return None if found is None else int(found)
