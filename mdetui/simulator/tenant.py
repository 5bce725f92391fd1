"""The tenant: everything the routes share, built when the first request needs it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from starlette.requests import Request

from mdetui.simulator.authority import Authority
from mdetui.simulator.blobs import Blobs
from mdetui.simulator.data.actions import Actions
from mdetui.simulator.data.alerts import Alerts
from mdetui.simulator.data.incidents import Incidents
from mdetui.simulator.data.indicators import Indicators
from mdetui.simulator.data.investigations import Investigations
from mdetui.simulator.data.kql import Hunting
from mdetui.simulator.data.library import Library
from mdetui.simulator.data.rows import Rows
from mdetui.simulator.data.store import Store
from mdetui.simulator.data.traces import Traces
from mdetui.simulator.faults import FaultBoard
from mdetui.simulator.journal import Journal
from mdetui.simulator.options import Options
from mdetui.simulator.quotas import Quotas
from mdetui.simulator.ticks import ticks
from mdetui.simulator.wire import Refused


class Tenant:
    """State of one pretend tenant.

    Args:
        options: How it is made.
        faults: Handle of the faults in force.
        journal: Where requests are noted.
        rows: Its rows, which may still be in the making.
    """

    def __init__(self, options: Options, faults: FaultBoard, journal: Journal, rows: Rows) -> None:
        self.options = options
        self.faults = faults
        self.journal = journal
        self.authority = Authority(options)
        self.blobs = Blobs(options.clock, options.seed)
        self.quotas = Quotas(retry_after=options.retry_after)
        self._rows = rows

    @property
    def store(self) -> Store:
        """The database; waits until it is filled."""
        return self._rows.store

    @property
    def actions(self) -> Actions:
        """Machine actions; the table is made at the first use."""
        return self._rows.actions

    @property
    def traces(self) -> Traces:
        """Files, domains and addresses that the alerts of now name; made at the first use."""
        self.ticks()
        return self._rows.traces

    @cached_property
    def incidents(self) -> Incidents:
        """Incidents; their tables are made at the first use."""
        return Incidents(self.store)

    @cached_property
    def investigations(self) -> Investigations:
        """Automated investigations."""
        return Investigations(self.store)

    @cached_property
    def indicators(self) -> Indicators:
        """Indicators; made at the first use."""
        return Indicators(self.store)

    @cached_property
    def library(self) -> Library:
        """The live response library."""
        return Library(self.options.seed, self.store.start)

    @cached_property
    def hunting(self) -> Hunting:
        """Hunting; its views are made at the first query."""
        return Hunting(self.store)

    @property
    def alerts(self) -> Alerts:
        """The alerts."""
        return self._rows.alerts

    def ticks(self) -> int:
        """The tenant's time; alerts that are due are made on the way."""
        now = ticks(self.options.clock.now())
        self._rows.alerts.arrive(now)
        return now

    def machine(self, key: str) -> dict[str, Any]:
        """A machine by id or name; of several ids for one name the one seen last.

        Raises:
            Refused: 404.
        """
        found = self.store.rows(
            "SELECT n, id, name, os, last_seen FROM machines WHERE id = $key OR lower(name) = lower($key) "
            "OR lower(short) = lower($key) ORDER BY last_seen DESC LIMIT 1",
            {"key": key},
        )
        if not found:
            raise Refused(404, "ResourceNotFound", f"Machine {key} was not found")
        return dict(zip(("n", "id", "name", "os", "last_seen"), found[0], strict=True))

    def close(self) -> None:
        """Forget the rows."""
        self._rows.close()


def permit(request: Request, *roles: str, delegated: tuple[str, ...] = ()) -> str:
    """Check that the token carries one of these application roles; who asks is returned.

    Args:
        request: What is asked.
        roles: Application permissions.
        delegated: A person's permissions where their names are not the roles' without `.All`.

    Raises:
        Refused: 403 in the words of the service, which clients parse.
    """
    claims = request.scope["mdetui.claims"]
    missing = request.scope["mdetui.missing"]
    if "scp" in claims:
        return _permit_person(claims, missing, delegated or roles)
    granted = [role for role in claims["roles"] if role != missing]
    if not set(roles) & set(granted):
        text = (
            f"Missing application roles. API required roles: {','.join(roles)}, application roles: {','.join(granted)}."
        )
        raise Refused(403, "Forbidden", text)
    return str(claims["app_displayname"])


def _permit_person(claims: dict[str, Any], missing: str, roles: tuple[str, ...]) -> str:
    """The same for a person. Delegated names lack the `.All`, but for the lookups' (permission table of the API)."""
    granted = [scope for scope in str(claims["scp"]).split() if scope not in (missing, missing.removesuffix(".All"))]
    wanted = {name for role in roles for name in (role, role.removesuffix(".All"))}
    if not wanted & set(granted):
        text = (
            f"Missing user scopes. API required scopes: {','.join(role.removesuffix('.All') for role in roles)}, "
            f"user scopes: {','.join(granted)}."
        )
        raise Refused(403, "Forbidden", text)
    return str(claims["upn"])
