"""B10 over the wire: 100,000 alerts loaded by the real client over TLS, the simulator in another process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.perf.pty import ROOT, Terminal
from tests.perf.table import Budgets

MIB = 1024 * 1024
BUDGET = 120
# missed for now (149 when this was written); it must not grow
HELD = 165


def test_b10_memory_with_100_000_alerts(budgets: Budgets, tmp_path: Path) -> None:
    serve = [
        sys.executable,
        "-m",
        "mdetui",
        "simulator",
        "--alerts",
        "100000",
        "--no-quotas",
        "--write-config",
        str(tmp_path),
    ]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as simulator:
        try:
            assert simulator.stdout is not None
            assert simulator.stdout.readline().startswith("listening")
            program = [sys.executable, "-m", "tests.perf.apps.full_queue", str(tmp_path / "config.toml")]
            with Terminal(program) as terminal:
                terminal.wait_for("loaded 100,000 of 100,000", timeout=120)
                terminal.settle(1.0)
                used = round(terminal.rss / MIB)
                what = "memory of the program with 100,000 alerts and their raw pages"
                budgets.note("B10", what, f"{used} MiB", f"<= {BUDGET} MiB", used <= BUDGET)
                assert used <= HELD
        finally:
            simulator.terminate()
