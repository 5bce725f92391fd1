"""The rows of the tenant: one DuckDB in memory, its tables made when they are first asked for."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from mdetui.simulator.ticks import ticks

# a small tenant is built by one thread: starting more costs longer than they save
_BIG = 20_000

_MACROS = """
CREATE MACRO draw(salt, n) AS (md5_number_lower($seed || salt || n) >> 1)::BIGINT;
CREATE MACRO nth(list, place) AS string_split(list, '|')[place];
CREATE MACRO pick(list, n) AS string_split(list, '|')[1 + (n) % len(string_split(list, '|'))];
CREATE MACRO unit(h) AS (h & 4294967295) / 4294967296.0;
CREATE MACRO wire_time(t) AS CASE WHEN t IS NULL THEN NULL ELSE
  strftime(make_timestamp(t // 10), '%Y-%m-%dT%H:%M:%S')
  || CASE WHEN t % 10000000 = 0 THEN '' ELSE '.' || rtrim(lpad((t % 10000000)::VARCHAR, 7, '0'), '0') END || 'Z' END;
CREATE MACRO uneven(t, h) AS t - t % pick('1|1|1|1|1|10|10000|100000|1000000|10000000|1|1|1|1|1|1', h)::BIGINT;
"""


def words(values: Iterable[Any]) -> str:
    """A list for the macros `nth` and `pick`: one text, because binding a list costs DuckDB 50 us an element.

    None becomes the empty text, a bool 1 or 0.
    """
    return "|".join("" if value is None else str(int(value) if isinstance(value, bool) else value) for value in values)


class Store:
    """Cursors on the tenant's database. A cursor serves one call; writes are made one at a time.

    Args:
        seed: Of everything that looks random.
        size: Rows of the biggest table.
        start: When the tenant came to be; ages count back from here.
    """

    def __init__(self, seed: int, size: int, start: Any) -> None:
        # made by DuckDB if it ever needs it; a name nobody can guess, so that nobody else made it before
        self._spill = Path(tempfile.gettempdir()) / f"mdetui-simulator-{secrets.token_hex(8)}"
        threads = 1 if size < _BIG else min(os.cpu_count() or 1, 4)
        self._root = duckdb.connect(
            ":memory:",
            config={
                "threads": threads,
                "temp_directory": str(self._spill),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self.start = ticks(start)
        self.seed = seed
        self._built: set[str] = set()
        self._lock = threading.RLock()
        self._root.execute(_MACROS.replace("$seed", f"'{int(seed)}:'"))

    def define(self, macros: str) -> None:
        """Macros made of the program's own constants."""
        self._root.cursor().execute(macros)

    def build(self, name: str, sql: str, values: Mapping[str, Any]) -> None:
        """Make a table once; later calls of the same name do nothing.

        Args:
            name: The table's name.
            sql: The query of its rows.
            values: Bound parameters.
        """
        with self._lock:
            if name not in self._built:
                self._root.cursor().execute(f"CREATE TABLE {name} AS {sql}", dict(values))
                self._built.add(name)

    def has(self, name: str) -> bool:
        """Whether a table was made: spares working out what it is made of."""
        with self._lock:
            return name in self._built

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
        """All rows of a query."""
        return self._root.cursor().execute(sql, dict(values or {})).fetchall()

    def texts(self, sql: str, values: Mapping[str, Any] | None = None) -> list[str]:
        """First column of a query."""
        return [row[0] for row in self.rows(sql, values)]

    def query(
        self, sql: str, values: Mapping[str, Any], variables: Mapping[str, int]
    ) -> tuple[list[str], list[str], list[Any]]:
        """Names and types of the columns, and the rows, of a query that reads variables (`getvariable`)."""
        cursor = self._root.cursor()
        for name, value in variables.items():
            cursor.execute(f"SET VARIABLE {name} = {int(value)}")
        cursor.execute(sql, dict(values))
        described = cursor.description or []
        return [one[0] for one in described], [str(one[1]) for one in described], cursor.fetchall()

    def write(self, sql: str, values: Mapping[str, Any]) -> None:
        """One changing statement."""
        with self._lock:
            self._root.cursor().execute(sql, dict(values))

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._root.close()
            shutil.rmtree(self._spill, ignore_errors=True)
