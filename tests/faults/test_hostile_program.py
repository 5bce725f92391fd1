"""The whole program in a terminal on a tenant where every text is hostile: no control byte of the tenant gets out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mdetui.simulator import Options
from mdetui.simulator.server import Served
from tests.perf.pty import Terminal, stray_controls

# keys, and what must be seen after them
WALK = (
    (b"j" * 6, "alerts"),
    (b"\r\r", "[Overview]"),
    (b"2", "[Evidence]"),
    (b"3", "[Files]"),
    (b"4", "[Network]"),
    (b"5", "[JSON]"),
    (b"m", "isolation"),
    (b"2", "[Alerts"),
    (b"3", "[Users"),
    (b"4", "[Software"),
    (b"5", "[CVEs"),
    (b"6", "[Actions"),
    (b":m\r", "machines"),
    (b"jjj", "machines"),
    (b"Y", "Copy"),
    (b"\x1b", "machines"),
    (b"p", "Pivot"),
    (b"\x1b", "machines"),
    (b":act\r", "actions"),
    (b"L", "requests"),
    (b":al\r", "alerts"),
    (b"t", "assign"),
    (b"c", "CLASSIFY"),
    (b"\x1b", "alerts"),
    (b"a", "isolate"),
    (b"i", "ISOLATE"),
)


@pytest.mark.parametrize("columns", [80, 120])
def test_no_control_byte_of_the_tenant_reaches_the_terminal(tmp_path: Path, columns: int) -> None:
    options = Options(machines=40, alerts=400, arrivals=0, quotas=False)
    with Served(options) as served:
        served.faults.set("hostile")
        profile = served.profile(tmp_path)
        (tmp_path / "config.toml").write_text(
            f'[profiles.hostile]\ntenant = "{profile.tenant}"\nclient_id = "{profile.client_id}"\n'
            f'client_secret_file = "{profile.client_secret_file}"\nauthority = "{profile.authority}"\n'
            f'ca_bundle = "{profile.ca_bundle}"\nanalyst = "you@contoso.com"\n[profiles.hostile.base]\n'
            f'mde = "{profile.base["mde"]}"\n'
        )
        program = [sys.executable, "-m", "mdetui", "--config", str(tmp_path / "config.toml"), "--profile", "hostile"]
        with Terminal(program, columns=columns, rows=40) as terminal:
            terminal.wait_for("loaded")
            terminal.settle(0.5)
            for keys, seen in WALK:
                terminal.press(keys, quiet=0.35, first=2.0)
                assert seen in terminal.text, f"after {keys!r}:\n{terminal.text}"
            assert terminal.returncode is None
            assert not stray_controls(bytes(terminal.output))
            # what was hidden is shown as what it is
            assert b"\\x1b" in bytes(terminal.output)
