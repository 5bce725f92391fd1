"""Fixtures of the budget tests, and the table they end with."""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

from tests.perf.table import Budgets, figures, lines


@pytest.fixture
def budgets(request: pytest.FixtureRequest) -> Budgets:
    """Notes figures for the table."""
    return Budgets(request.node.user_properties)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table, whoever ran the tests."""
    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, [])]
    rows = figures(reports)
    if rows:
        terminalreporter.section("budgets")
        for line in lines(rows):
            terminalreporter.write_line(line)
