"""Live response, its results, and the library. Source: run-live-response.md, get-live-response-result.md,
get-package-sas-uri.md, list-library-files.md."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from mdetui.api.models.base import Keyed, Loose, Model, Timestamp


class Param(msgspec.Struct, gc=False):
    """One parameter of a command: FileName, ScriptName, Args or Path."""

    key: str = ""
    value: Loose = ""


class Command(msgspec.Struct, gc=False):
    """One command of a live response session; `type` is PutFile, RunScript or GetFile, taken in this order."""

    type: str = ""
    params: list[Param] = []


class CommandState(Model):
    """What became of a command. `index` counts all commands, PutFile included (gotchas 46)."""

    index: Loose = None
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    command_status: str | None = None
    errors: Loose = None
    command: Command | None = None


class LiveResponseBody(msgspec.Struct):
    """Body of `runliveresponse`."""

    Commands: list[Command]
    Comment: str


class DownloadLink(msgspec.Struct, gc=False):
    """A link that anybody may fetch for half an hour: never shown, never logged."""

    value: str = ""

    @property
    def url(self) -> str:
        """The address. That of a package comes in an extra pair of quotes (gotchas 45)."""
        return self.value.strip().strip('"')

    def __repr__(self) -> str:
        """Without the link, which is as good as a password."""
        return "DownloadLink(***)"

    __str__ = __repr__


class LibraryFile(Keyed):
    """A file of the library that PutFile and RunScript name."""

    KEY: ClassVar[tuple[str, ...]] = ("file_name",)

    file_name: str | None = None
    sha256: str | None = None
    description: str | None = None
    creation_time: Timestamp | None = None
    last_updated_time: Timestamp | None = None
    created_by: str | None = None
    has_parameters: Loose = None
    parameters_description: str | None = None
