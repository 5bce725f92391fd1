"""The tenant: everything the routes share, built when the first request needs it."""

from __future__ import annotations

import threading
from typing import Any

from starlette.requests import Request

from mdetui.simulator.authority import Authority
from mdetui.simulator.data import machines
from mdetui.simulator.data.actions import Actions
from mdetui.simulator.data.alerts import Alerts
from mdetui.simulator.data.store import Store
from mdetui.simulator.faults import FaultBoard
from mdetui.simulator.journal import Journal
from mdetui.simulator.options import APP_NAME, Options
from mdetui.simulator.quotas import Quotas
from mdetui.simulator.ticks import ticks
from mdetui.simulator.wire import Refused


class Tenant:
    """State of one pretend tenant.

    Args:
        options: How it is made.
        faults: Handle of the faults in force.
        journal: Where requests are noted.
    """

    def __init__(self, options: Options, faults: FaultBoard, journal: Journal) -> None:
        self.options = options
        self.faults = faults
        self.journal = journal
        self.authority = Authority(options)
        self.quotas = Quotas(retry_after=options.retry_after)
        self.store = Store(options.seed, max(options.alerts, options.machines), options.clock.now())
        machines.define(self.store)
        machines.build(self.store, options.machines)
        self.alerts = Alerts(
            self.store,
            alerts=options.alerts,
            machines=options.machines,
            days=options.days,
            arrivals=options.arrivals,
        )
        self._actions: Actions | None = None
        self._lock = threading.Lock()

    @property
    def actions(self) -> Actions:
        """Machine actions; the table is made at the first use."""
        with self._lock:
            if self._actions is None:
                options = self.options
                self._actions = Actions(self.store, machines=options.machines, failures=options.failures, app=APP_NAME)
            return self._actions

    def ticks(self) -> int:
        """The tenant's time; alerts that are due are made on the way."""
        now = ticks(self.options.clock.now())
        self.alerts.arrive(now)
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
        self.store.close()


def permit(request: Request, *roles: str) -> str:
    """Check that the token carries one of these application roles; who asks is returned.

    Raises:
        Refused: 403 in the words of the service, which clients parse.
    """
    claims = request.scope["mdetui.claims"]
    missing = request.scope["mdetui.missing"]
    granted = [role for role in claims["roles"] if role != missing]
    if not set(roles) & set(granted):
        text = (
            f"Missing application roles. API required roles: {','.join(roles)}, application roles: {','.join(granted)}."
        )
        raise Refused(403, "Forbidden", text)
    return str(claims["app_displayname"])
