"""The library of live response: scripts and files that can be put on a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import found, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.live import LibraryFile

COLUMNS = (
    Column("name", "FILE", lambda row, _: words.plain(row.file_name), 24, grow=2, sort=lambda row: (row.file_name or "").lower()),
    Column("text", "DESCRIPTION", lambda row, _: words.plain(row.description), 20, grow=3),
    Column("takes", "ARGS", lambda row, _: Cell(words.yes_no(row.has_parameters)), 4, sort=lambda row: words.yes_no(row.has_parameters)),
    Column("by", "BY", lambda row, ctx: words.owner(row.created_by, ctx), 10, sort=lambda row: (row.created_by or "").lower()),
    words.time_column("changed", "CHANGED", lambda row: row.last_updated_time or row.creation_time, 7),
    Column("sha256", "SHA256", lambda row, _: Cell(text.line(row.sha256)[:12], "muted"), 12, at=104),
)  # fmt: skip


def preview(row: LibraryFile, context: Context, borrowed: Borrowed) -> list[Line]:
    """Everything the service says about it; costs no request."""
    return [
        Line((Cell(text.line(row.file_name), "strong"),), 2),
        *(fact("text" if not index else "", part) for index, part in enumerate(text.block(row.description))),
        fact("arguments", words.yes_no(row.has_parameters), text.line(row.parameters_description)),
        fact("sha256", text.line(row.sha256)),
        fact("made by", text.line(row.created_by)),
        fact("made", text.stamp_of(row.creation_time)),
        fact("changed", text.stamp_of(row.last_updated_time)),
    ]


def _names(row: LibraryFile) -> list[found.Named]:
    sha = row.sha256 or ""
    return [found.Named("file", sha.lower(), f"file {text.line(row.file_name or sha)}")] if found.is_hash(sha) else []


VIEW = View(
    id="library",
    title="library",
    noun="file",
    operation="library.list",
    columns=COLUMNS,
    texts=lambda row: (row.file_name, row.description, row.created_by, row.sha256, row.parameters_description),
    default_sort=("name", False),
    preview=preview,
    subject=Subject(
        name=lambda row: row.file_name,
        names=_names,
        unlinked="The portal shows the library inside a live response session only.",
    ),
    command=("library", "lib"),
    help="files for live response",
)
