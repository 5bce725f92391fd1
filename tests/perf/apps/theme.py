"""The program's own themes for the small programs."""

from __future__ import annotations

from typing import Any

from textual.app import App

from mdetui.widgets.themes import read_theme
from tests.perf.pty import ROOT


def wear(app: App[Any], name: str) -> None:
    """Use a shipped theme."""
    app.register_theme(read_theme(ROOT / "themes" / f"{name}.toml"))
    app.theme = name
