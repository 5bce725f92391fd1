"""Hunting queries: KQL made into SQL by duckdb-kql, run on the views of `hunting.py`.

The translator is imported at the first query: it takes a third of a second. DuckDB too, which nobody may wait for here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mdetui.simulator.data import hunting
from mdetui.simulator.data.store import Store
from mdetui.simulator.ticks import ticks

MAX_ROWS = 100_000
_TYPES = {
    "BOOLEAN": "SByte",
    "TINYINT": "Int32",
    "SMALLINT": "Int32",
    "INTEGER": "Int32",
    "BIGINT": "Int64",
    "UBIGINT": "Int64",
    "HUGEINT": "Int64",
    "FLOAT": "Double",
    "DOUBLE": "Double",
    "VARCHAR": "String",
    "UUID": "Guid",
    "INTERVAL": "TimeSpan",
    "JSON": "Object",
}
_FILES = re.compile(r"\bread_\w+\s*\(|\bFROM\s+'", re.IGNORECASE)
_COLUMN = re.compile(r'[Cc]olumn "?([^"\s]+)"? (?:not found|does not exist)|Referenced column "([^"]+)"')
_TABLE = re.compile(r"Table with name (\S+) does not exist")


class QueryError(Exception):
    """A query the service answers with 400; the text is its message."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a query gives: (name, type) of the columns, and the rows."""

    columns: list[tuple[str, str]]
    rows: list[dict[str, Any]]


class Hunting:
    """Runs queries.

    Args:
        store: The tenant's database; alerts and machines must be there.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._schema = hunting.define(store)

    def run(self, query: str, since: datetime, until: datetime, now: datetime) -> Found:
        """Run a query.

        Args:
            query: KQL.
            since: Events before are not seen.
            until: Events after are not seen.
            now: What `now()` and `ago()` count from.

        Raises:
            QueryError: Syntax, names, what the translator does not know.
        """
        try:
            import duckdb_kql
        except ImportError as error:
            raise QueryError("The pretend tenant can't hunt: the package duckdb-kql is not installed.") from error
        try:
            translated = duckdb_kql.to_sql(
                query, schema=self._schema, allow_write=False, query_now=now.astimezone(UTC).replace(tzinfo=None)
            )
        except duckdb_kql.KqlSyntaxError as error:
            raise QueryError(f"Syntax error. {error}. Fix syntax errors in your query.") from error
        except duckdb_kql.KqlError as error:
            raise QueryError(f"Semantic error. {error}. Fix semantic errors in your query.") from error
        sql = str(translated)
        if _FILES.search(sql) or query.lstrip().startswith("."):
            raise QueryError("This statement is not supported in advanced hunting.")
        import duckdb

        try:
            names, types, rows = self._store.query(
                f"SELECT * FROM ({sql}) LIMIT {MAX_ROWS}",
                translated.parameters,
                {"hunting_now": ticks(min(until, now)), "hunting_since": ticks(since)},
            )
        except duckdb.Error as error:
            raise QueryError(_message(str(error))) from error
        columns = [
            (name, "DateTime" if "TIMESTAMP" in kind else _TYPES.get(kind, "Object"))
            for name, kind in zip(names, types, strict=True)
        ]
        return Found(columns, [dict(zip(names, map(_wire, row), strict=True)) for row in rows])

    def event(self, device: str, report: int, at: str, now: datetime) -> bool:
        """Whether an event is there: machine id, report id and the time exactly as hunting shows it."""
        since = now - timedelta(days=30)
        for table in hunting.EVENTS:
            sql = f'SELECT "Timestamp" FROM {table} WHERE "DeviceId" = $device AND "ReportId" = $report'
            values = {"hunting_now": ticks(now), "hunting_since": ticks(since)}
            _, _, rows = self._store.query(sql, {"device": device, "report": report}, values)
            if any(_wire(row[0]) == at for row in rows):
                return True
        return False


def _wire(value: Any) -> Any:
    """A value as the service writes it: a truth value is a number, a time has seven digits."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}0Z"
    if isinstance(value, timedelta):
        return str(value)
    if value is None or isinstance(value, (int, float, str, list, dict)):
        return value
    return str(value)


def _message(text: str) -> str:
    if match := _TABLE.search(text):
        return f"'{match[1]}': Failed to resolve table or column expression named '{match[1]}'. Fix semantic errors in your query."
    if match := _COLUMN.search(text):
        name = match[1] or match[2]
        return f"Failed to resolve scalar expression named '{name}'. Fix semantic errors in your query."
    return f"Semantic error. {text.splitlines()[0]} Fix semantic errors in your query."
