"""What an alert's evidence names: files, addresses, domains, accounts. `p` leads from it to what the API can say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mdetui import text

if TYPE_CHECKING:
    from mdetui.api.models.alert import Alert, AlertRow, Evidence

_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class Named(NamedTuple):
    """Something that has a page.

    Attributes:
        page: Id of the page.
        id: Id of the entity, as the API takes it.
        label: What it is called here.
    """

    page: str
    id: str
    label: str


def of_alert(alert: Alert | AlertRow) -> list[Named]:
    """Everything the alert names, without repeats, in the order of its evidence; the account it is about first."""
    found: list[Named] = []
    related = alert.related_user
    if related is not None and related.user_name:
        found.append(user(related.user_name, related.domain_name))
    for item in getattr(alert, "evidence", None) or ():
        found += of_evidence(item)
    firsts: dict[tuple[str, str], Named] = {}
    for one in found:
        firsts.setdefault((one.page, one.id.casefold()), one)
    return list(firsts.values())


def of_evidence(item: Evidence) -> Iterable[Named]:
    """What one piece of evidence names."""
    sha = next((value for value in (item.sha1, item.sha256) if value and is_hash(value)), None)
    if sha:
        yield Named("file", sha.lower(), f"file {text.line(item.file_name or sha)}")
    if item.ip_address and is_address(item.ip_address):
        yield Named("ip", item.ip_address, f"address {text.line(item.ip_address)}")
    host = host_of(item.url or "")
    if host:
        yield of_host(host)
    if item.account_name:
        yield user(item.account_name, item.domain_name)


def of_host(host: str) -> Named:
    """The host of a URL: a domain, or an address."""
    if is_address(host):
        return Named("ip", host, f"address {text.line(host)}")
    return Named("domain", host, f"domain {text.line(host)}")


def user(name: str, domain: str | None) -> Named:
    """An account; the API knows it by its name without domain (get-user-related-alerts.md)."""
    shown = f"{domain}\\{name}" if domain else name
    return Named("user", name.rpartition("\\")[2].partition("@")[0], f"user {text.line(shown)}")


def is_hash(value: str) -> bool:
    """Whether the files API takes it: SHA1 or SHA256."""
    return bool(_SHA1.fullmatch(value) or _SHA256.fullmatch(value))


def is_address(value: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def host_of(url: str) -> str:
    """The host of a URL, or of what is left of one; "" when there is none."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host if "." in host and host.isprintable() and " " not in host else ""
