"""The live response library: files by name, in any case."""

from __future__ import annotations

import hashlib
from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data import names

# (name, description, parameters, days old)
_START = (
    ("collect-triage.ps1", "Processes, autoruns and connections as a zip", "-Days N", 212),
    ("minidump.ps1", "Memory of one process", "name or id of the process", 180),
    ("remove-persistence.ps1", None, "-WhatIf", 95),
    ("winpmem.exe", "Memory of the machine", None, 95),
    ("collect-triage.sh", "The same for Linux", None, 60),
    ("Get-Autoruns.ps1", None, None, 12),
)
_DAY = 86_400 * ticks.SECOND


class Library:
    """The files.

    Args:
        seed: Of the contents of those that are there from the start.
        start: When the tenant came to be, ticks.
    """

    def __init__(self, seed: int, start: int) -> None:
        self._files: dict[str, dict[str, Any]] = {}
        for number, (name, text, parameters, days) in enumerate(_START):
            who = names.ANALYSTS[number % len(names.ANALYSTS)]
            self.put(name, f"{seed}:{name}".encode(), text, parameters, who, start - days * _DAY - number * 1_234_567)

    def rows(self) -> list[dict[str, Any]]:
        """Their entities, as list-library-files.md has them."""
        return list(self._files.values())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._files

    def put(
        self, name: str, data: bytes, text: str | None, parameters: str | None, who: str, now: int
    ) -> dict[str, Any]:
        """Store a file, or another one under its name; its entity is returned."""
        old = self._files.get(name.lower())
        row = {
            "fileName": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "description": text,
            "creationTime": old["creationTime"] if old else ticks.text(now),
            "lastUpdatedTime": ticks.text(now),
            "createdBy": who,
            "hasParameters": parameters is not None,
            # the key is there only where there are any
            **({"parametersDescription": parameters} if parameters else {}),
        }
        self._files[name.lower()] = row
        return row

    def delete(self, name: str) -> bool:
        """Delete one; whether it was there."""
        return self._files.pop(name.lower(), None) is not None
