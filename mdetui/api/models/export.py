"""What an export by files answers. Source: get-assessment-methods-properties.md and the export pages."""

from __future__ import annotations

from mdetui.api.models.base import Model, Timestamp


class ExportFiles(Model):
    """Where the files of an export are: gzip with one JSON object a line.

    Whoever has a link may fetch the file for an hour, so links are in no repr and no log.
    """

    export_files: list[str] = []
    generated_time: Timestamp | None = None

    def __repr__(self) -> str:
        """Without the links, which are as good as passwords."""
        return f"ExportFiles({len(self.export_files)} files, {self.generated_time})"

    __str__ = __repr__
