"""Every read of the table, through the client, from the pretend tenant: what comes is understood, and links stay safe.

Both sides were made from the documentation, not from each other.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mdetui.api.decode import BadRow, Page
from mdetui.api.endpoints import OPERATIONS, Operation, operation
from mdetui.api.models.hunting import HuntingQuery
from mdetui.api.models.scan import DefinitionIds, SessionIds
from mdetui.errors import BadRequest, NotFound
from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.wiring import Wired, wire_tenant

# where the id of a path comes from: another operation, and the field of its rows
IDS: dict[str, tuple[str, str]] = {
    "files": ("alerts.files", "sha1"),
    "domains": ("alerts.domains", "host"),
    "ips": ("alerts.ips", "id"),
    "users": ("machines.users", "account_name"),
    "liveResponse": ("actions.list", "id"),
    "scans": ("scans.agents", "id"),
}
# has nothing for most ids
MAY_BE_MISSING = {
    "actions.packageUri",
    "liveResponse.result",
    "machines.findByIp",
    "machines.findLegacy",
    "alerts.user",
}
MAY_BE_EMPTY = {
    "users.alerts",
    "scans.sessionHistory",
    "machines.alerts",
    "machines.missingKbs",
    "alerts.files",
    "alerts.ips",
    "alerts.domains",
}
QUERIES = {"machines.findByTag": {"tag": "crown-jewel"}, "exports.vulnerabilityChanges": {"sinceTime": "2026-03-10"}}
# what a row of a list leaves to the page of its entity, what the page never keeps, what a model takes as a whole
LEFT_OUT = {
    "AlertRow": {"investigationid", "detectorid", "threatfamilyname", "description", "firsteventtime", "lasteventtime",
                 "resolvedtime", "rbacgroupname", "aadtenantid", "loggedonusers", "comments", "evidence"},
    "IncidentRow": {"comments", "incidenturi"},
    "Machine": {"osversion"},
    "ScanDefinition": {"scanauthenticationparams"},
}  # fmt: skip
READS = [op for op in OPERATIONS.values() if op.reads]


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    return start_simulator(machines=60, alerts=150)


async def _first_id(wired: Wired, op: Operation) -> str:
    """An id for the operation's path, from a list."""
    resource = op.id.partition(".")[0]
    source, field = IDS.get(resource, (f"{resource}.list", "id"))
    parent = operation(source)
    paths: list[dict[str, str]] = [{}]
    if "{id}" in parent.path:
        rows = (await wired.client.page(operation(f"{source.partition('.')[0]}.list"), query={"$top": "50"})).rows
        paths = [{"id": row.id} for row in rows]
    for path in paths:
        for row in (await wired.client.page(parent, path=path)).rows:
            if value := getattr(row, field):
                return str(value)
    raise AssertionError(f"no id for {op.id}")


async def _read(wired: Wired, op: Operation) -> Any:
    path = {"ip": "10.1.1.1", "timestamp": "2026-03-14T09:00:00Z", "index": "0"}
    if "{id}" in op.path:
        path["id"] = await _first_id(wired, op)
    body: Any = None
    if op.body is HuntingQuery:
        body = HuntingQuery("DeviceInfo | take 3")
    elif op.body is DefinitionIds:
        body = DefinitionIds([row.id for row in (await wired.client.page(operation("scans.list"))).rows])
    elif op.body is SessionIds:
        body = SessionIds(["x"])
    query = QUERIES.get(op.id, {})
    if op.paging == "one" and not op.lines:
        return await wired.client.one(op, path=path, query=query, body=body)
    page = await wired.client.pager(op, path=path, query=query, body=body).next()
    return page or Page([], None)  # type: ignore[arg-type]


@pytest.mark.parametrize("op", READS, ids=lambda op: op.id)
async def test_a_read_is_understood(op: Operation, tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    try:
        got = await _read(wired, op)
    except (NotFound, BadRequest):
        assert op.id in MAY_BE_MISSING
        return
    if not isinstance(got, Page):
        assert op.model is not None
        assert isinstance(got, op.model)
        return
    assert got.rows or op.id in MAY_BE_EMPTY | MAY_BE_MISSING
    assert not [row for row in got.rows if isinstance(row, BadRow)]
    ids = [row.id for row in got.rows]
    assert all(ids)
    assert len(ids) == len(set(ids))
    model: Any = op.line or op.model
    known = {key.lower() for key in model.__struct_encode_fields__} | LEFT_OUT.get(model.__name__, set())
    for index in range(min(20, len(ids))):
        keys = {key.lower() for key in json.loads(got.raw.row(index)) if not key.startswith("@")}
        if model.__name__ not in ("GraphAlertRow", "GraphAlert"):
            assert keys <= known, keys - known
    assert not tenant.foreign


async def test_files_are_fetched_without_a_token(tenant: Mounted) -> None:
    wired = wire_tenant(tenant)
    pager = wired.client.pager(operation("exportFiles.software"))
    page = await pager.next()
    assert page is not None
    assert page.rows
    asked = [
        entry for entry in tenant.journal.entries() if entry.path.startswith("/blobs") or "export" in entry.path.lower()
    ]
    named, *fetched = asked
    assert named.authorised
    assert fetched
    assert not any(entry.authorised for entry in fetched)
    assert all(entry.host != named.host for entry in fetched)
    assert "sig=" not in repr(list(wired.log.entries))
