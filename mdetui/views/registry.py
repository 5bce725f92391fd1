"""All views and pages by id. A test resolves every id that they name.

A view is imported when it is first looked up: the first alerts on the screen need two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar

from mdetui.views.base import Page, View

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Id to view or page; in the order of the table.

    Args:
        table: Id to where it stands below `views`: `module.NAME`.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self._known: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        found = self._known.get(key)
        if found is None:
            module, _, name = self._table[key].partition(".")
            loaded: Any = getattr(import_module(f"mdetui.views.{module}"), name)
            found = self._known[key] = loaded
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


VIEWS: Mapping[str, View] = Registry(
    {
        "alerts": "alerts.VIEW",
        "machines": "machines.VIEW",
        "actions": "actions.VIEW",
        "users": "inventory.USERS",
        "vulnerabilities": "vulnerabilities.VIEW",
        "software": "software.VIEW",
        "recommendations": "recommendations.VIEW",
        "remediation": "remediation.VIEW",
        "avhealth": "av_health.VIEW",
        "exposures": "exposures.VIEW",
        "missingkbs": "missing_kbs.VIEW",
        "machinerefs": "machine_refs.VIEW",
        "isolated": "isolated.VIEW",
        "blast": "blast.VIEW",
        "commands": "live.VIEW",
        "incidents": "incidents.VIEW",
        "incidentMachines": "incidents.MACHINES",
        "incidentEvidence": "incidents.EVIDENCE",
        "graphalerts": "graph.ALERTS",
        "graphincidents": "graph.INCIDENTS",
        "investigations": "investigations.VIEW",
        "indicators": "indicators.VIEW",
        "library": "library.VIEW",
        "log": "log.VIEW",
        "ledger": "ledger.VIEW",
    }
)

PAGES: Mapping[str, Page] = Registry(
    {
        "alert": "alerts.PAGE",
        "machine": "machines.PAGE",
        "file": "files.PAGE",
        "domain": "domains.PAGE",
        "ip": "ips.PAGE",
        "user": "users.PAGE",
        "vulnerability": "vulnerabilities.PAGE",
        "software": "software.PAGE",
        "recommendation": "recommendations.PAGE",
        "remediation": "remediation.PAGE",
        "scores": "scores.PAGE",
        "action": "actions.PAGE",
        "result": "live.PAGE",
        "incident": "incidents.PAGE",
        "investigation": "investigations.PAGE",
    }
)
