"""Small entities that hang on an alert: file, address, domain. Source: files.md, get-alert-related-*.md."""

from __future__ import annotations

from mdetui.api.models.base import Loose, Model, Timestamp


class File(Model):
    """What the service knows of a file."""

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


class Domain(Model):
    """A domain seen in an alert."""

    host: str = ""
