"""The route check: the table of operations against the list of the API.

Where MDETUI_SHARED names the folder with `api/mde-api.md`, that page itself is read too.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mdetui.api.endpoints import FAMILIES, OPERATIONS, Operation, family_of
from tests.contract.api_page import Page
from tests.contract.route_list import LISTED, Route

SHARED = os.environ.get("MDETUI_SHARED", "")
# what the table holds beyond the page: where it names one spelling of two, and no delegated permission of its own
_SCANS = {"Machine.Read", "Machine.ReadWrite"}
MORE = {
    "remediationtasks": {"RemediationTask.Read"},
    "deviceauthenticatedscandefinitions": _SCANS,
    "deviceauthenticatedscanagents": _SCANS,
}


def _of(op: Operation) -> Route:
    family = family_of(op)
    path = re.sub(r"\{\w+\}", "{}", op.path)
    return Route(op.method, path, frozenset(op.application), frozenset(op.delegated), (family.minute, family.hour))


TABLE = {_of(op).key: op for op in OPERATIONS.values()}


def test_nothing_is_missing_and_nothing_is_made_up() -> None:
    assert {route.key for route in LISTED} == set(TABLE)
    assert len(LISTED) == len(TABLE) == len(OPERATIONS)


@pytest.mark.parametrize("route", LISTED, ids=lambda route: f"{route.method} {route.path}")
def test_an_operation_is_as_listed(route: Route) -> None:
    mine = _of(TABLE[route.key])
    assert mine == route


def test_what_is_retired_says_so() -> None:
    assert {op.id for op in OPERATIONS.values() if op.retired} == {
        "hunting.runMde",
        "hunting.runXdr",
        "machines.findLegacy",
    }
    assert all("use " in op.retired for op in OPERATIONS.values() if op.retired)


def test_what_reads_by_post() -> None:
    reading = {op.id for op in OPERATIONS.values() if op.reads and op.method != "GET"}
    assert reading == {"hunting.run", "hunting.runMde", "hunting.runXdr", "scans.history", "scans.sessionHistory"}
    assert all(op.method != "GET" for op in OPERATIONS.values() if not op.reads)


def test_every_model_family_and_audience_is_there() -> None:
    for op in OPERATIONS.values():
        assert op.family in FAMILIES
        assert op.audience == {"v1.0": "graph"}.get(op.path.split("/")[1], op.audience)
        assert op.audience in ("mde", "xdr", "graph")
        # an answer without a body, and nothing else, has no model
        assert op.model is not None or op.id in {
            "alerts.batchUpdate", "library.delete", "indicators.delete", "indicators.batchDelete", "scans.batchDelete",
            "graphAlerts.comment",
        }  # fmt: skip
        assert op.body is not None or op.method in ("GET", "DELETE") or op.id in {
            "library.upload", "identities.revokeSessions"
        }  # fmt: skip
        assert op.line is not None or not op.id.startswith("exportFiles.")
        assert bool(op.page_max) == (op.paging not in ("one", "whole"))


def _reading(names: set[str]) -> set[str]:
    """With the permission to write that holds each one to read: the page leaves it out on some rows."""
    return names | {
        name.replace(".Read", ".ReadWrite") for name in names if ".Read" in name and ".ReadWrite" not in name
    }


@pytest.mark.skipif(not SHARED, reason="MDETUI_SHARED names no folder")
def test_the_page_says_the_same() -> None:
    said = Page((Path(SHARED) / "api" / "mde-api.md").read_text()).said
    assert len(said) > 120
    assert set(said) == set(TABLE)
    for key, route in said.items():
        mine = _of(TABLE[key])
        for ours, theirs in ((mine.application, route.application), (mine.delegated, route.delegated)):
            assert theirs, key
            assert theirs <= ours, key
            assert ours <= _reading(theirs) | MORE.get(key[1].split("/")[2], set()), key
        assert mine.rate == route.rate, key
