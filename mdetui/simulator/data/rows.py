"""The rows of a tenant, made in a thread of their own: whoever needs them waits, sign-in meanwhile does not."""

from __future__ import annotations

import threading

from mdetui.simulator.data import machines
from mdetui.simulator.data.actions import Actions
from mdetui.simulator.data.alerts import Alerts
from mdetui.simulator.data.store import Store
from mdetui.simulator.options import APP_NAME, Options


class Rows:
    """Machines and alerts, and what is made of them later.

    The building starts at once; DuckDB does it without Python's lock, so that imports go on beside it.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._store = Store(options.seed, max(options.alerts, options.machines), options.clock.now())
        self._alerts: Alerts | None = None
        self._actions: Actions | None = None
        self._broken: Exception | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._make, name="mdetui-simulator-rows", daemon=True)
        self._thread.start()

    def _make(self) -> None:
        options = self._options
        try:
            machines.define(self._store)
            machines.build(self._store, options.machines)
            self._alerts = Alerts(
                self._store,
                alerts=options.alerts,
                machines=options.machines,
                days=options.days,
                arrivals=options.arrivals,
            )
        except Exception as error:
            # told to whoever waits for the rows
            self._broken = error

    @property
    def store(self) -> Store:
        """The database, once machines and alerts are in it."""
        self._thread.join()
        if self._broken:
            raise self._broken
        return self._store

    @property
    def alerts(self) -> Alerts:
        """The alerts."""
        _ = self.store
        assert self._alerts is not None
        return self._alerts

    @property
    def actions(self) -> Actions:
        """Machine actions; the table is made at the first use."""
        store = self.store
        with self._lock:
            if self._actions is None:
                options = self._options
                self._actions = Actions(store, machines=options.machines, failures=options.failures, app=APP_NAME)
            return self._actions

    def close(self) -> None:
        """Forget everything."""
        self._thread.join()
        self._store.close()
