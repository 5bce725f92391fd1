"""The rows of a tenant, made in a thread of their own: whoever needs them waits, sign-in meanwhile does not.

Light to import: duckdb is imported in that thread too. The building itself runs without Python's lock, so the sooner it
is begun, the more of it is hidden behind the imports of the rest of the program.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mdetui.simulator.options import APP_NAME, Options

if TYPE_CHECKING:
    from mdetui.simulator.data.actions import Actions
    from mdetui.simulator.data.alerts import Alerts
    from mdetui.simulator.data.store import Store
    from mdetui.simulator.data.traces import Traces


class Rows:
    """Machines and alerts, and what is made of them later. The making starts at once."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # alerts count back from here, whenever the thread gets its turn
        self._start = options.clock.now()
        self._made: tuple[Store, Alerts] | None = None
        self._broken: Exception | None = None
        self._actions: Actions | None = None
        self._traces: Traces | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._make, name="mdetui-simulator-rows", daemon=True)
        self._thread.start()

    def _make(self) -> None:
        options = self._options
        try:
            from mdetui.simulator.data import machines
            from mdetui.simulator.data.alerts import Alerts
            from mdetui.simulator.data.store import Store

            store = Store(options.seed, max(options.alerts, options.machines), self._start)
            machines.define(store)
            machines.build(store, options.machines)
            alerts = Alerts(
                store,
                alerts=options.alerts,
                machines=options.machines,
                days=options.days,
                arrivals=options.arrivals,
            )
            self._made = store, alerts
        except Exception as error:
            # told to whoever waits for the rows
            self._broken = error

    def _wait(self) -> tuple[Store, Alerts]:
        self._thread.join()
        if self._broken:
            raise self._broken
        assert self._made
        return self._made

    @property
    def store(self) -> Store:
        """The database, once machines and alerts are in it."""
        return self._wait()[0]

    @property
    def alerts(self) -> Alerts:
        """The alerts."""
        return self._wait()[1]

    @property
    def actions(self) -> Actions:
        """Machine actions; the table is made at the first use."""
        from mdetui.simulator.data.actions import Actions

        store = self.store
        with self._lock:
            if self._actions is None:
                options = self._options
                self._actions = Actions(store, machines=options.machines, failures=options.failures, app=APP_NAME)
            return self._actions

    @property
    def traces(self) -> Traces:
        """What evidence names, of all alerts made so far; made at the first use."""
        from mdetui.simulator.data.traces import Traces

        store = self.store
        with self._lock:
            if self._traces is None:
                self._traces = Traces(store)
        self._traces.follow(self.alerts.made)
        return self._traces

    def close(self) -> None:
        """Forget everything."""
        self._thread.join()
        if self._made:
            self._made[0].close()
