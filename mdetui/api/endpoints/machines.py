"""Machines: lists, what belongs to one, tags and value. Source: get-machines.md, find-machines-by-ip.md,
find-machines-by-tag.md, add-or-remove-machine-tags.md, set-device-value.md, update-machine-method.md."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.alerts import ALERT_FILTERS
from mdetui.api.endpoints.grants import (
    ALERT_READ,
    MACHINE_READ,
    MACHINE_WRITE,
    PAGE,
    RECOMMENDATION_READ,
    SOFTWARE_READ,
    USER_READ,
    VULNERABILITY_READ,
)

_FILTERS = (
    "computerDnsName",
    "id",
    "version",
    "deviceValue",
    "aadDeviceId",
    "machineTags",
    "lastSeen",
    "exposureLevel",
    "onboardingStatus",
    "lastIpAddress",
    "healthStatus",
    "osPlatform",
    "riskScore",
    "rbacGroupId",
)

ROWS = (
    Operation(
        "machines.list", "GET", "/api/machines", *MACHINE_READ, "machine.Machine", "skip", PAGE, filters=_FILTERS
    ),
    Operation("machines.get", "GET", "/api/machines/{id}", *MACHINE_READ, "machine.Machine"),
    Operation("machines.users", "GET", "/api/machines/{id}/logonusers", *USER_READ, "machine.MachineUser", "whole"),
    Operation(
        "machines.alerts", "GET", "/api/machines/{id}/alerts", *ALERT_READ, "alert.AlertRow", "whole",
        filters=ALERT_FILTERS,
    ),
    Operation("machines.software", "GET", "/api/machines/{id}/software", *SOFTWARE_READ, "inventory.Software", "whole"),
    Operation(
        "machines.vulnerabilities", "GET", "/api/machines/{id}/vulnerabilities", *VULNERABILITY_READ,
        "inventory.Vulnerability", "whole", family="machineVulnerabilities",
    ),
    Operation(
        "machines.recommendations", "GET", "/api/machines/{id}/recommendations", *RECOMMENDATION_READ,
        "recommendation.Recommendation", "whole",
    ),
    Operation(
        "machines.missingKbs", "GET", "/api/machines/{id}/getmissingkbs", *SOFTWARE_READ, "inventory.MissingKb",
        "whole", fickle=True,
    ),
    # parentheses and quotes of an OData function stay as they are (gotchas 49)
    Operation(
        "machines.findByIp", "GET", "/api/machines/findbyip(ip='{ip}',timestamp={timestamp})", *MACHINE_READ,
        "machine.Machine", "whole",
    ),
    Operation(
        "machines.findByTag", "GET", "/api/machines/findbytag", *MACHINE_READ, "machine.Machine", "whole",
        options=("tag", "useStartsWithFilter"),
    ),
    Operation(
        "machines.findLegacy", "GET", "/api/machines/find(timestamp={timestamp},key={ip})", *MACHINE_READ,
        "machine.Machine", "whole", retired="legacy preview: use machines.findByIp",
    ),
    Operation(
        "machines.tag", "POST", "/api/machines/{id}/tags", *MACHINE_WRITE, "machine.Machine",
        reads=False, takes="machine.MachineTag",
    ),
    Operation(
        "machines.tagMany", "POST", "/api/machines/AddOrRemoveTagForMultipleMachines", *MACHINE_WRITE,
        "machine.Machine", "whole", reads=False, takes="machine.MachinesTag",
    ),
    Operation(
        "machines.setValue", "POST", "/api/machines/{id}/setDeviceValue", *MACHINE_WRITE, "machine.Machine",
        reads=False, takes="machine.MachineValue",
    ),
    Operation(
        "machines.update", "PATCH", "/api/machines/{id}", *MACHINE_WRITE, "machine.Machine",
        reads=False, takes="machine.MachineUpdate",
    ),
)  # fmt: skip
