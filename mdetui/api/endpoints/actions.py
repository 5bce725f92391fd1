"""Machine actions, live response and its library. Source: machineaction.md, the page of each action,
run-live-response.md, get-live-response-result.md, get-package-sas-uri.md, list-library-files.md, upload-library.md."""

from __future__ import annotations

from mdetui.api.endpoints import Operation
from mdetui.api.endpoints.grants import LIBRARY, MACHINE_READ, PAGE

# any one of them is enough to cancel
_STARTS = tuple(
    f"Machine.{name}"
    for name in (
        "CollectForensics",
        "Isolate",
        "RestrictExecution",
        "Scan",
        "Offboard",
        "StopAndQuarantine",
        "LiveResponse",
    )
)
_FILTERS = ("id", "status", "machineId", "type", "requestor", "creationDateTimeUtc")


def _start(
    name: str, path: str, permission: str, body: str = "action.CommentBody", family: str = "default"
) -> Operation:
    """An action on one machine: answers with the action that it started."""
    return Operation(
        name, "POST", f"/api/machines/{{id}}/{path}", (f"Machine.{permission}",), (f"Machine.{permission}",),
        "action.MachineAction", reads=False, takes=body, family=family,
    )  # fmt: skip


ROWS = (
    Operation(
        "actions.list", "GET", "/api/machineactions", *MACHINE_READ, "action.MachineAction", "skip", PAGE,
        filters=_FILTERS,
    ),
    Operation("actions.get", "GET", "/api/machineactions/{id}", *MACHINE_READ, "action.MachineAction"),
    Operation(
        "actions.cancel", "POST", "/api/machineactions/{id}/cancel", _STARTS, _STARTS, "action.MachineAction",
        reads=False, takes="action.CommentBody",
    ),
    _start("machines.isolate", "isolate", "Isolate", "action.IsolateBody"),
    _start("machines.release", "unisolate", "Isolate"),
    _start("machines.restrict", "restrictCodeExecution", "RestrictExecution"),
    _start("machines.unrestrict", "unrestrictCodeExecution", "RestrictExecution"),
    _start("machines.scan", "runAntiVirusScan", "Scan", "action.ScanBody"),
    _start("machines.quarantine", "StopAndQuarantineFile", "StopAndQuarantine", "action.QuarantineBody"),
    _start("machines.offboard", "offboard", "Offboard"),
    _start("machines.collect", "collectInvestigationPackage", "CollectForensics"),
    # an app needs to read machines, not to collect (gotchas 44)
    Operation(
        "actions.packageUri", "GET", "/api/machineactions/{id}/getPackageUri", MACHINE_READ[0],
        ("Machine.CollectForensics",), "live.DownloadLink", family="packageUri",
    ),
    _start("liveResponse.run", "runliveresponse", "LiveResponse", "live.LiveResponseBody", "liveResponse"),
    Operation(
        "liveResponse.result", "GET",
        "/api/machineactions/{id}/GetLiveResponseResultDownloadLink(index={index})", MACHINE_READ[0],
        ("Machine.LiveResponse",), "live.DownloadLink",
    ),
    Operation("library.list", "GET", "/api/libraryfiles", *LIBRARY, "live.LibraryFile", "whole"),
    # its body is a form with a file
    Operation("library.upload", "POST", "/api/libraryfiles", *LIBRARY, "live.LibraryFile", reads=False),
    Operation("library.delete", "DELETE", "/api/libraryfiles/{id}", *LIBRARY, reads=False),
)  # fmt: skip
