"""Imports go one way, and what need not be imported is not: held by import-linter and by looking at what is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli as import_linter

ROOT = Path(__file__).resolve().parents[2]

# An import of these fails as if they were not installed. Looking at sys.modules would not do: httpx itself takes Rich
# when it and click are there.
_WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"{{name}} is not wanted here", name=name)

sys.meta_path.insert(0, Missing())
"""


def run(code: str, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run code in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-c", code, *argv], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_imports_go_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = import_linter.lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True)
    assert result == import_linter.EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize(
    "module",
    ["mdetui.session", "mdetui.views.registry", "mdetui.feeds.feed", "mdetui.response.desk", "mdetui.simulator"],
)
def test_what_is_below_the_screens_needs_no_textual(module: str) -> None:
    done = run(_WITHOUT.format(missing=("textual", "rich")) + f"import {module}")
    assert done.returncode == 0, done.stderr


def test_that_test_would_notice() -> None:
    done = run(_WITHOUT.format(missing=("textual", "rich")) + "import mdetui.widgets.one_line")
    assert "is not wanted here" in done.stderr


def test_the_program_needs_no_extra_to_be_imported() -> None:
    extras = ("duckdb", "starlette", "odata_query", "uvicorn", "trustme", "keyring")
    code = "import mdetui.app, mdetui.screens.shell, mdetui.session, mdetui.response.desk, mdetui.simulator"
    done = run(_WITHOUT.format(missing=extras) + code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_a_line_of_help_loads_next_to_nothing(flag: str) -> None:
    heavy = ("textual", "rich", "msal", "httpx", "msgspec", "duckdb", "starlette", "uvicorn", "asyncio", "ssl")
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['mdetui', {flag!r}]\n"
        "try:\n    runpy.run_module('mdetui', run_name='__main__')\n"
        "except SystemExit as end:\n    status = end.code\n"
        f"print('loaded:', *[name for name in {heavy!r} if name in sys.modules])\n"
        "sys.exit(status)"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"
