"""Where things are in the security portal: paths behind the portal's host, which each cloud has its own of.

Sources: `alertWebUrl` and `incidentWebUrl` of Microsoft Graph (with `?tid=`), the Action center, vulnerability management
and remediation pages of the Microsoft documentation. The paths of machines, files, addresses, domains, accounts, CVEs,
products and recommendations are documented nowhere: they are those that published tools lead to. Not one of them was
tried on a live tenant.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)

# pages of lists: what is in them has no address of its own that is known
ACTIONS = "/action-center/history"
REMEDIATION = "/remediation/remediation-activities"
INDICATORS = "/securitysettings/endpoints/custom_ti_indicators"
SCORES = "/tvm_dashboard"


def link(base: str, path: str, tenant: str) -> str:
    """A whole link.

    Args:
        base: Scheme and host of the portal of the cloud.
        path: From this module.
        tenant: Tenant of the profile; its id goes into the link, so that a browser that is signed in to several opens
            the right one.
    """
    if not _GUID.fullmatch(tenant):
        return base + path
    return f"{base}{path}{'&' if '?' in path else '?'}tid={tenant}"


def _path(form: str, *values: object) -> str | None:
    """A path with values of the tenant in it; None where one is missing."""
    if not all(values):
        return None
    return form.format(*(quote(str(value), safe="") for value in values))


def machine(machine_id: str | None) -> str | None:
    """The page of a machine."""
    return _path("/machines/v2/{}/overview", machine_id)


def alert(alert_id: str | None) -> str | None:
    """The page of an alert."""
    return _path("/alerts/{}", alert_id)


def incident(number: str | int | None) -> str | None:
    """The page of an incident."""
    return _path("/incidents/{}", number)


def file(sha: str | None) -> str | None:
    """The page of a file, by SHA1 or SHA256."""
    return _path("/file/{}/", sha)


def ip(address: str | None) -> str | None:
    """The page of an address."""
    return _path("/ip/{}/overview", address)


def domain(host: str | None) -> str | None:
    """The page of a domain."""
    return _path("/domains/overview?urlDomain={}", host)


def user(sid: str | None, name: str | None, account_domain: str | None) -> str | None:
    """The page of an account; its name alone is not enough."""
    return _path("/user?sid={}&accountName={}&accountDomain={}", sid, name, account_domain)


def vulnerability(cve: str | None) -> str | None:
    """The page of a vulnerability."""
    return _path("/vulnerabilities/vulnerability/{}/overview", cve)


def software(product: str | None) -> str | None:
    """The page of a product, by `vendor-_-name`."""
    return _path("/vulnerability-management-inventories/applications/{}", product)


def recommendation(known: str | None) -> str | None:
    """A recommendation in the list of all."""
    return _path("/security-recommendations?recommendationId={}", known)


_OF = {"file": file, "ip": ip, "domain": domain}


def named(page: str, known: str) -> str | None:
    """What has a page here: file, address, domain. An account takes more than its name."""
    return _OF[page](known) if page in _OF else None
