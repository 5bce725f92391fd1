"""The request log as a list: what was asked, how it went, how much of the quota it used. No header, no body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.log import LogEntry


def _status(row: LogEntry) -> Cell:
    if row.status is None:
        return Cell("..." if not row.note else "none", "state.busy" if not row.note else "state.bad")
    return Cell(str(row.status), "state.good" if row.status < 400 else "state.bad")


def _time(row: LogEntry) -> Cell:
    return Cell(row.at.strftime("%H:%M:%S"))


def _preview(row: LogEntry, context: Context, borrowed: Borrowed) -> list[Line]:
    minute, hour = row.use
    return [
        Line((Cell(f"{row.method} ", "strong"), Cell(text.line(row.path))), 4),
        fact("at", text.stamp(row.at), f"try {row.attempt}", f"{row.ms:.0f} ms", f"{row.size:,} bytes"),
        fact("answer", _status(row), text.line(row.note) if row.note else "-"),
        fact("quota", f"{row.family}: {minute} in this minute, {hour} in this hour (our use)"),
        fact("our id", row.request_id),
        fact("service id", text.line(row.correlation_id)),
    ]


VIEW = View(
    id="log",
    title="requests",
    noun="request",
    operation="",
    columns=(
        Column("at", "AT", lambda row, _: _time(row), 8, sort=lambda row: row.at),
        Column("method", "METHOD", lambda row, _: Cell(row.method, "state.warn" if row.writes else "plain"), 6, sort=lambda row: row.method),
        Column("status", "STATUS", lambda row, _: _status(row), 6, right=True, sort=lambda row: row.status or 0),
        Column("ms", "MS", lambda row, _: words.number(round(row.ms)), 5, right=True, sort=lambda row: row.ms),
        Column("path", "PATH", lambda row, _: words.plain(row.path), 30, grow=3, sort=lambda row: row.path),
        Column("use", "MIN", lambda row, _: words.number(row.use[0]), 4, right=True, at=90),
        Column("size", "BYTES", lambda row, _: words.number(row.size), 8, right=True, at=90, sort=lambda row: row.size),
        Column("note", "NOTE", lambda row, _: Cell(text.line(row.note) if row.note else ""), 20, grow=1, at=110),
    ),
    texts=lambda row: (row.method, row.path, str(row.status), row.note, row.operation),
    default_sort=("at", True),
    preview=_preview,
    subject=Subject(key=lambda row: f"{row.request_id}/{row.attempt}", name=lambda row: row.path, unlinked="This list is of this host."),
    keys="local",
)  # fmt: skip
