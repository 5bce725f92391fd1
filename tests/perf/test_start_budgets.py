"""Budgets of the start of the real program: what it imports, when something stands on the screen, what that costs."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.perf.apps import first_frame
from tests.perf.programs import CURSOR, SIGNING_IN, SSH, Home, Simulator, mdetui
from tests.perf.pty import ROOT, Terminal, app, environment, python
from tests.perf.table import Budgets

REPEATS = 6
LATER = (
    "mdetui.api",
    "mdetui.auth",
    "mdetui.response",
    "mdetui.session",
    "mdetui.net",
    "httpx",
    "msal",
    "duckdb",
    "starlette",
)
# of the simulator only what says that there is a demo profile
OF_THE_DEMO = {"mdetui.simulator", "mdetui.simulator.options"}
# what Textual starts for its driver
TEXTUAL_THREADS = {"MainThread", "textual-input", "textual-output"}


def among(modules: Iterable[str], packages: Sequence[str]) -> list[str]:
    """Modules that are in these packages."""
    return [name for name in modules if any(f"{name}.".startswith(f"{package}.") for package in packages)]


def milliseconds(argv: Sequence[str]) -> float:
    """How long a command runs."""
    begin = time.perf_counter()
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, env=environment(False, {}), cwd=ROOT)
    return (time.perf_counter() - begin) * 1000


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_b1_a_short_answer_imports_nothing_heavy(budgets: Budgets, flag: str) -> None:
    ran = subprocess.run(
        app("imported", flag), check=True, capture_output=True, text=True, env=environment(False, {}), cwd=ROOT
    )
    assert "mdetui" in ran.stdout
    modules = ran.stderr.split()
    assert "mdetui.cli" in modules
    heavy = among(modules, ("textual", "rich", "msal", "httpx", "duckdb", "msgspec", "asyncio", "starlette"))
    assert heavy == []
    budgets.check("B1", f"mdetui {flag}: imported of textual, msal, httpx, duckdb, asyncio", len(heavy), 0)


@pytest.mark.alone
def test_b1_a_short_answer_is_instant(budgets: Budgets) -> None:
    commands = {"pass": python("-c", "pass"), "--help": mdetui("--help"), "--version": mdetui("--version")}
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPEATS + 4):
        for name, argv in commands.items():
            took[name].append(milliseconds(argv))
    for flag in ("--help", "--version"):
        budgets.ratio("B1", f"mdetui {flag} to `python -c pass`", took[flag], took["pass"], 6)


@pytest.mark.parametrize("profile", ["demo", "of a file"])
def test_b2_the_first_frame_needs_next_to_nothing(
    budgets: Budgets, home: Home, simulator: Simulator, tmp_path: Path, profile: str
) -> None:
    told = tmp_path / "told.json"
    arguments = ("--demo",) if profile == "demo" else simulator.arguments
    with Terminal(app(first_frame.__name__.rpartition(".")[2], str(told), *arguments), env=home.new()) as terminal:
        while terminal.read(5.0):
            pass
        assert told.exists(), terminal.text
    found: Mapping[str, list[str]] = json.loads(told.read_text())
    assert "mdetui.screens.curtain" in found["modules"]
    # a configuration file is checked with msgspec, a start without one does without
    early = among(found["modules"], (*LATER, "msgspec") if profile == "demo" else LATER)
    early += sorted(set(among(found["modules"], ["mdetui.simulator"])) - OF_THE_DEMO)
    assert early == []
    threads = set(found["threads"]) - TEXTUAL_THREADS
    assert threads == set()
    name = f"first frame, profile {profile}"
    budgets.check("B2", f"{name}: imported of api, auth, simulator, httpx", len(early), 0)
    budgets.check("B2", f"{name}: threads started but Textual's own", len(threads), 0)


@pytest.mark.alone
def test_b2_and_b3_first_paint_and_first_rows(budgets: Budgets, home: Home, simulator: Simulator) -> None:
    paint: dict[str, list[float]] = {"bare": [], "login": [], "demo": [], "network": [], "ssh": []}
    rows: dict[str, list[float]] = {"demo": [], "network": [], "ssh": []}

    def started(
        name: str, argv: Sequence[str], first: str, env: Mapping[str, str | None], *, local: bool = True
    ) -> None:
        with Terminal(argv, env=env, truecolor=local) as terminal:
            paint[name].append(terminal.wait_for_output(first))
            if name in rows:
                rows[name].append(terminal.wait_for_output(CURSOR))

    for _ in range(REPEATS):
        started("bare", app("bare"), "ready", {})
        started("login", mdetui(), "mdetui", home.new())
        started("demo", mdetui("--demo"), SIGNING_IN, home.new())
        started("network", mdetui(*simulator.arguments), SIGNING_IN, home.new())
        started("ssh", mdetui(*simulator.arguments), SIGNING_IN, home.new(SSH), local=False)
    bare = paint["bare"]
    what = {"login": "login screen", "demo": "--demo", "network": "profile of a file", "ssh": "the same over SSH"}
    for name, words in what.items():
        budgets.ratio("B2", f"first paint to a bare Textual app's, {words}", paint[name], bare, 1.15)
    budgets.ratio("B3", "first rows to the bare app's first paint, sign-in over TLS", rows["network"], bare, 2.5)
    budgets.ratio("B3", "... the same over SSH", rows["ssh"], bare, 2.5)
    budgets.ratio("B3", "... --demo, its start included", rows["demo"], bare, 3)
    shown = " / ".join(f"{min(times):.0f}" for times in (bare, paint["network"], rows["network"], rows["demo"]))
    budgets.note("B3", "... in ms: bare / first paint / rows over TLS / rows of the demo", shown)


@pytest.mark.parametrize(("name", "limit"), [("truecolor", 40_000), ("ansi over SSH", 30_000)])
def test_b4_bytes_until_rows_and_preview_stand(
    budgets: Budgets, home: Home, simulator: Simulator, name: str, limit: int
) -> None:
    local = name == "truecolor"
    env = home.new() if local else home.new(SSH)
    with Terminal(mdetui(*simulator.arguments), env=env, truecolor=local) as terminal:
        terminal.wait_for(CURSOR)
        terminal.wait_for("pid ")
        terminal.settle(quiet=1.0)
        size, first = len(terminal.output), bytes(terminal.output)
        assert b"\x1b[38;2;" in first if local else b";2;" not in first
        budgets.check("B4", f"bytes until settled with rows and preview, 120x40, {name}", size, limit, "B")
