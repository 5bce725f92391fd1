"""The anchor: the same rows in Textual's DataTable."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.perf.apps.rows import COLUMNS, context


class TableApp(App[None]):
    """A DataTable of so many rows."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        """The table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """All rows, as an app would do it."""
        table = self.query_one(DataTable)
        columns = [column for column in COLUMNS if column.at <= 120]
        table.add_columns(*(column.title for column in columns))
        now = context()
        table.add_rows([column.cell(number, now).text for column in columns] for number in range(self.count))
        table.focus()


if __name__ == "__main__":
    TableApp(int(sys.argv[1])).run()
