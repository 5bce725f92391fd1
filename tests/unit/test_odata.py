"""Filters: whatever a value holds, it stays a value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odata_query.grammar import ODataLexer, ODataParser

from mdetui.api import odata


def test_builders() -> None:
    when = datetime(2026, 11, 24, 14, 2, 7, tzinfo=UTC)
    assert odata.eq("status", "New") == "status eq 'New'"
    assert odata.eq("assignedTo", None) == "assignedTo eq null"
    assert odata.eq("incidentId", 17) == "incidentId eq 17"
    assert odata.eq("isAadJoined", True) == "isAadJoined eq true"
    assert odata.any_of("id", ["a", "b"]) == "id eq 'a' or id eq 'b'"
    assert odata.at_least("lastSeen", when) == "lastSeen ge 2026-11-24T14:02:07Z"
    assert odata.below("lastSeen", when.replace(microsecond=120_000)) == "lastSeen lt 2026-11-24T14:02:07.12Z"
    assert odata.starts_with("computerDnsName", "o'b") == "startswith(computerDnsName,'o''b')"
    assert odata.has_tag("crown'") == "machineTags/any(tag: tag eq 'crown''')"


def test_times_are_written_in_utc() -> None:
    local = datetime(2026, 11, 24, 14, 0, tzinfo=timezone(timedelta(hours=9)))
    assert odata.moment(local) == "2026-11-24T05:00:00Z"


def test_both_keeps_what_belongs_together() -> None:
    assert odata.both("", "a eq 1", "") == "a eq 1"
    assert odata.both("a eq 1 or b eq 2") == "a eq 1 or b eq 2"
    assert odata.both("a eq 1 or b eq 2", "c eq 3") == "(a eq 1 or b eq 2) and c eq 3"
    assert odata.both("category eq 'Exploit'", "c eq 3") == "category eq 'Exploit' and c eq 3"
    assert odata.both() == ""


@pytest.mark.parametrize("prop", ["", "a b", "a'b", "a eq 1 or b", "1a", "a/"])
def test_a_property_is_a_name(prop: str) -> None:
    with pytest.raises(ValueError, match="property"):
        odata.eq(prop, "x")


@given(st.text(max_size=60))
def test_a_text_can_not_leave_its_quotes(value: str) -> None:
    parsed = ODataParser().parse(ODataLexer().tokenize(odata.eq("title", value)))
    assert parsed.right.val == value
