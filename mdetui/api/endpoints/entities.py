"""Files, domains, addresses, users. Source: files.md, get-file-related-*.md, get-domain-related-*.md,
get-ip-related-alerts.md, get-user-related-*.md, get-*-statistics.md.

A file is named by SHA1 or SHA256, its alerts and machines by SHA1 only; a user by the account's name without domain.
"""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import ALERT_READ, FILE_READ, IP_READ, MACHINE_READ, URL_READ

_BACK = ("lookBackHours",)

ROWS = (
    Operation("files.get", "GET", "/api/files/{id}", *FILE_READ, "entity.File"),
    Operation("files.alerts", "GET", "/api/files/{id}/alerts", *ALERT_READ, "alert.AlertRow", "whole"),
    Operation("files.machines", "GET", "/api/files/{id}/machines", *MACHINE_READ, "machine.Machine", "whole"),
    Operation("files.stats", "GET", "/api/files/{id}/stats", *FILE_READ, "entity.FileStats", options=_BACK),
    Operation("domains.alerts", "GET", "/api/domains/{id}/alerts", *ALERT_READ, "alert.AlertRow", "whole"),
    # 500 machines at most
    Operation("domains.machines", "GET", "/api/domains/{id}/machines", *MACHINE_READ, "machine.Machine", "whole"),
    Operation("domains.stats", "GET", "/api/domains/{id}/stats", *URL_READ, "entity.DomainStats", options=_BACK),
    Operation("ips.alerts", "GET", "/api/ips/{id}/alerts", *ALERT_READ, "alert.AlertRow", "whole"),
    Operation("ips.stats", "GET", "/api/ips/{id}/stats", *IP_READ, "entity.IpStats", options=_BACK),
    Operation("users.alerts", "GET", "/api/users/{id}/alerts", *ALERT_READ, "alert.AlertRow", "whole"),
    Operation("users.machines", "GET", "/api/users/{id}/machines", *MACHINE_READ, "machine.Machine", "whole"),
)  # fmt: skip
