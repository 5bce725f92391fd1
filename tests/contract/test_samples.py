"""The published samples: each parses into models, or gives one clear error that names operation and field.

The folder is named by MDETUI_SAMPLES and is no part of this project.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui import errors
from mdetui.api.decode import BadRow, Page
from mdetui.api.endpoints import operation
from tests.wiring import Service, wire

FOLDER = os.environ.get("MDETUI_SAMPLES", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="MDETUI_SAMPLES names no folder")

PATH = {"id": "x", "ip": "10.0.0.1", "timestamp": "2020-01-01T00:00:00Z"}
# sample -> the operation whose answer it is
SAMPLES = {
    "alerts": "alerts.get",
    "get-alerts-1": "alerts.list",
    "get-alerts-2": "alerts.list",
    "exposed-apis-odata-samples-1": "alerts.list",
    "exposed-apis-odata-samples-2": "alerts.list",
    "exposed-apis-odata-samples-3": "machines.list",
    "exposed-apis-odata-samples-4": "machines.list",
    "exposed-apis-odata-samples-5": "machines.list",
    "exposed-apis-odata-samples-6": "actions.list",
    "exposed-apis-odata-samples-7": "actions.list",
    "files": "alerts.files",
    "get-file-information": "alerts.files",
    "get-alert-related-files-info": "alerts.files",
    "get-alert-related-ip-info": "alerts.ips",
    "get-alert-related-domain-info": "alerts.domains",
    "get-alert-related-machine-info": "alerts.machine",
    "get-alert-related-user-info": "alerts.user",
    "get-machines": "machines.list",
    "get-machine-by-id": "machines.get",
    "get-machines-by-software": "machines.findByTag",
    "get-machines-by-vulnerability": "machines.findByTag",
    "find-machine-info-by-ip": "machines.findByIp",
    "get-machine-log-on-users": "machines.users",
    "get-installed-software": "machines.software",
    "get-software": "machines.software",
    "get-software-by-id": "machines.software",
    "get-discovered-vulnerabilities": "machines.vulnerabilities",
    "get-all-vulnerabilities": "machines.vulnerabilities",
    "get-vuln-by-software": "machines.vulnerabilities",
    "get-vulnerability-by-id": "machines.vulnerabilities",
    "machineaction": "actions.get",
    "get-machineaction-object": "actions.get",
    "get-machineactions-collection-1": "actions.list",
    "get-machineactions-collection-2": "actions.list",
    "run-live-response": "actions.get",
}
ERRORS = {
    "common-errors-1": (404, errors.NotFound, "ResourceNotFound"),
    "common-errors-2": (400, errors.BadRequest, "InvalidRequestBody"),
    "error-429-hunting": (429, errors.RateLimited, "429"),
}
# single entities of which only the list is an operation here
ALONE = {"files", "get-file-information", "get-software-by-id", "get-vulnerability-by-id"}

_counted: Counter[str] = Counter()


def sample(name: str) -> bytes:
    body = (Path(FOLDER) / f"{name}.response.json").read_bytes()
    return b'{"value":[' + body + b"]}" if name in ALONE else body


async def outcome(name: str) -> tuple[str, Any]:
    """`rows`, `entity` or `error`, and what came."""
    op = operation(SAMPLES[name])
    service = Service(httpx.Response(200, content=sample(name), headers={"mise-correlation-id": "c-9"}))
    try:
        got = await wire(service).client.fetch(op, path=PATH)
    except errors.BadAnswer as error:
        return "error", error
    return ("rows" if isinstance(got, Page) else "entity"), got


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_parses_or_gives_one_clear_error(name: str) -> None:
    kind, got = await outcome(name)
    if kind == "error":
        _counted["one clear error"] += 1
        assert got.operation == SAMPLES[name]
        assert SAMPLES[name] in str(got)
        assert got.correlation_id == "c-9"
        assert got.todo
        assert len(str(got)) < 400
        return
    _counted["parsed"] += 1
    rows = got.rows if kind == "rows" else [got]
    assert rows
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert not bad, bad
    _counted["rows"] += len(rows)
    # something was recognised in each, beside the id
    for row in rows:
        assert sum(getattr(row, field) not in (None, "") for field in row.__struct_fields__) >= min(
            2, len(row.__struct_fields__)
        )


@pytest.mark.parametrize("name", ERRORS)
async def test_a_published_error_is_that_exception(name: str) -> None:
    status, kind, code = ERRORS[name]
    service = Service(httpx.Response(status, content=(Path(FOLDER) / f"{name}.response.json").read_bytes()))
    with pytest.raises(kind) as caught:
        await wire(service).client.fetch(operation("machines.get"), path=PATH)
    assert isinstance(caught.value, errors.ApiError)
    assert caught.value.code == code
    assert caught.value.correlation_id
    _counted["published errors"] += 1


def test_samples_that_are_json_are_not_refused() -> None:
    """A clear error is for what is no JSON, not a way out."""
    valid: list[str] = []
    for name in SAMPLES:
        try:
            json.loads(sample(name))
        except ValueError:
            continue
        valid.append(name)
    assert _counted["parsed"] in (0, len(valid))


def test_counts_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        shown = ", ".join(f"{count} {what}" for what, count in sorted(_counted.items()))
        print(f"\nsamples of these operations: {len(SAMPLES) + len(ERRORS)}: {shown}")  # noqa: T201
    assert sum(_counted.values()) > 0
