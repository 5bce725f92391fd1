"""The program on a tenant of 50,000 machines and 1,000,000 alerts: what sorting, folding, filtering and a pivot cost."""

from __future__ import annotations

from pathlib import Path

from tests.perf.programs import Home, Simulator
from tests.perf.pty import Terminal, app
from tests.perf.table import Budgets
from tests.perf.test_load_budgets import FRAME, MEMORY, MIB, told

MACHINES, ALERTS = 50_000, 1_000_000


def test_b9_and_b10_on_the_biggest_tenant(budgets: Budgets, home: Home, tmp_path: Path) -> None:
    file = tmp_path / "told.json"
    options = ("--alerts", str(ALERTS), "--machines", str(MACHINES), "--arrivals", "0")
    with Simulator(tmp_path / "simulator", *options) as simulator:
        arguments = (str(file), str(simulator.config), "simulator")
        with Terminal(app("large_tenant", *arguments), env=home.new()) as terminal:
            found = told(file, terminal)
            memory = terminal.rss / MIB
    shown = found["shown"]
    assert found["loaded"] >= 20_000
    # first folded by repeats, then every row; pages go on coming meanwhile
    assert 0 < shown["sort by machine"] < shown["every row"] <= shown["filter away"]
    assert 0 < shown["filter"] < shown["every row"]
    assert 0 < shown["fold by category"] < 100
    budgets.check("B9", "rows decoded in one turn of the loop, 1,000,000 alerts", found["decoded in a turn"], 1_000)
    budgets.check("B13", "requests of a pivot to a machine, 1,000,000 alerts", found["requests of the pivot"], 3)
    for step, work in found["work"].items():
        what = f"busiest turn, {step}, {found['loaded']:,} of 1,000,000 alerts"
        budgets.note("B9", what, f"{work:.1f} ms", f"<= {FRAME:.1f} ms", work <= FRAME)
    what = f"memory of the program with {found['loaded']:,} of 1,000,000 alerts"
    budgets.note("B10", what, f"{memory:.0f} MiB", f"<= {MEMORY} MiB", memory <= MEMORY)
