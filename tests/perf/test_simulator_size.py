"""The pretend tenant at its biggest: what it holds is asserted, how long it takes is printed (`-s`)."""

from __future__ import annotations

import time

from mdetui.simulator import Options
from mdetui.simulator.data.rows import Rows


def test_fifty_thousand_machines_and_a_million_alerts() -> None:
    started = time.perf_counter()
    rows = Rows(Options(machines=50_000, alerts=1_000_000, arrivals=0))
    try:
        store = rows.store
        took = time.perf_counter() - started
        machines = store.rows("SELECT count(*), count(DISTINCT id) FROM machines")[0]
        alerts = store.rows("SELECT count(*), count(DISTINCT id), count(DISTINCT machine) FROM alerts")[0]
    finally:
        rows.close()
    print(f"\nsimulator: 50,000 machines and 1,000,000 alerts in {took:.1f} s (budget 15 s on 2 cores)")  # noqa: T201
    assert machines == (50_000, 50_000)
    assert alerts[:2] == (1_000_000, 1_000_000)
    assert alerts[2] > 25_000
