"""`$filter` of the pretend tenant against the same conditions worked out in Python, and what it refuses."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdetui.simulator import ticks
from mdetui.simulator.conditions import FilterError, plain
from mdetui.simulator.data import machines
from mdetui.simulator.data.store import Store
from mdetui.simulator.filters import compile_filter
from mdetui.simulator.properties import ACTIONS, ALERTS, MACHINES
from tests.clocks import START
from tests.simulated import error_of, rows_of

Row = dict[str, Any]
Condition = tuple[str, Callable[[Row], bool]]


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A store with 120 machines; one has a quote in its name, some lack a name or an address."""
    made = Store(5, 120, START)
    machines.define(made)
    machines.build(made, 120)
    made.write("UPDATE machines SET name = $name WHERE n = 7", {"name": "o'brien-lt"})
    made.write("UPDATE machines SET name = NULL, ip = NULL WHERE n % 10 = $n", {"n": 9})
    yield made
    made.close()


_STRINGS = {
    "computerDnsName": ["o'brien-lt", "dc-01", "DC-01", "fin-ws-002", "", "%", "_c-01", "it''s"],
    "osPlatform": ["Windows10", "Windows11", "Linux", "iOS", "windows10"],
    "healthStatus": ["Active", "Inactive", "NoSensorData"],
    "lastIpAddress": ["10.1.1.1", "10.20.0.1"],
    "aadDeviceId": ["00000000-0000-0000-0000-000000000000"],
    "onboardingStatus": ["onboarded", "Onboarded", "CanBeOnboarded"],
}
_COLUMNS = {one.name: one.column for one in MACHINES.properties.values()}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: a is not None and bool(a > b),
    "ge": lambda a, b: a is not None and bool(a >= b),
    "lt": lambda a, b: a is not None and bool(a < b),
    "le": lambda a, b: a is not None and bool(a <= b),
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _case(name: str, upper: bool) -> str:
    return name.upper() if upper else name


def _text_leaf(name: str, operator: str, value: str, upper: bool) -> Condition:
    column = _COLUMNS[name]

    def holds(row: Row) -> bool:
        present, wanted = row[column], value
        if name == "onboardingStatus":
            present, wanted = present.lower(), value.lower()
        return _OPERATORS[operator](present, wanted)

    return f"{_case(name, upper)} {operator} {_quoted(value)}", holds


def _time_leaf(operator: str, seconds: int, digits: int, fraction: int) -> Condition:
    moment = START - timedelta(seconds=seconds)
    tail = f".{fraction:07d}"[: digits + 1] if digits else ""
    text = f"{moment:%Y-%m-%dT%H:%M:%S}{tail}Z"
    value = ticks.parse(text)
    return f"lastSeen {operator} {text}", lambda row: _OPERATORS[operator](row["last_seen"], value)


def _leaves() -> st.SearchStrategy[Condition]:
    any_text = st.sampled_from(sorted(_STRINGS)).flatmap(
        lambda name: st.builds(
            _text_leaf,
            st.just(name),
            st.sampled_from(sorted(_OPERATORS)),
            st.sampled_from(_STRINGS[name]) | st.text(max_size=4),
            st.booleans(),
        )
    )
    starts = st.builds(
        lambda name, value: (
            f"startswith({name},{_quoted(value)})",
            lambda row: row[_COLUMNS[name]] is not None and row[_COLUMNS[name]].startswith(value),
        ),
        st.sampled_from(["computerDnsName", "lastIpAddress", "osPlatform"]),
        st.sampled_from(["", "d", "fin-", "10.2", "Windows", "%", "o'"]),
    )
    nulls = st.builds(
        lambda name, operator: (
            f"{name} {operator} null",
            lambda row: (row[_COLUMNS[name]] is None) == (operator == "eq"),
        ),
        st.sampled_from(["lastIpAddress", "aadDeviceId", "computerDnsName"]),
        st.sampled_from(["eq", "ne"]),
    )
    tags = st.builds(
        lambda operator, value: (
            f"machineTags/any(tag: tag {operator} {_quoted(value)})",
            lambda row: any(_OPERATORS[operator](tag, value) for tag in row["tags"]),
        ),
        st.sampled_from(["eq", "ne", "gt"]),
        st.sampled_from(["tier0", "exec", "pci", "nope"]),
    )
    numbers = st.builds(
        lambda operator, value: (
            f"rbacGroupId {operator} {value}",
            lambda row: _OPERATORS[operator](row["group_id"], value),
        ),
        st.sampled_from(sorted(_OPERATORS)),
        st.integers(-1, 112),
    )
    times = st.builds(
        _time_leaf,
        st.sampled_from(sorted(_OPERATORS)),
        st.integers(0, 4_000_000),
        st.integers(0, 7),
        st.integers(0, 9_999_999),
    )
    return any_text | starts | nulls | tags | numbers | times


def _conditions() -> st.SearchStrategy[Condition]:
    def combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        both = st.builds(lambda a, b: (f"({a[0]}) and {b[0]}", lambda row: a[1](row) and b[1](row)), inner, inner)
        either = st.builds(lambda a, b: (f"({a[0]} or ({b[0]}))", lambda row: a[1](row) or b[1](row)), inner, inner)
        negated = st.builds(
            lambda a, blank: (f"not{blank}({a[0]})", lambda row: not a[1](row)), inner, st.sampled_from(["", " "])
        )
        return both | either | negated

    # `(a) and b or c` needs parentheses to mean the same on both sides: every combination is wrapped
    return st.recursive(_leaves(), lambda inner: combined(inner).map(lambda one: (f"({one[0]})", one[1])), max_leaves=6)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=_conditions())
def test_sql_finds_what_python_finds(store: Store, condition: Condition) -> None:
    text, holds = condition
    names = ["n", *dict.fromkeys(_COLUMNS.values())]
    everything = [dict(zip(names, row, strict=True)) for row in store.rows(f"SELECT {', '.join(names)} FROM machines")]
    where = compile_filter(text, MACHINES)
    found = {row[0] for row in store.rows(f"SELECT n FROM machines WHERE {where.sql}", where.values)}
    assert found == {row["n"] for row in everything if holds(row)}, text


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(_leaves(), min_size=1, max_size=4), joint=st.sampled_from([" and ", " or ", "  and ", " and and "])
)
def test_a_plain_filter_means_what_the_parser_says(parts: list[Condition], joint: str) -> None:
    text = joint.join(one[0] for one in parts)
    where = plain(text, MACHINES)
    if where is not None:
        assert where == compile_filter(text, MACHINES)


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ("alertCreationTime ge 2026-03-14T09:26:53.1234567Z", True),
        ("ALERTCREATIONTIME ge 2026-03-14T09:26:53Z and alertCreationTime lt 2026-03-15T00:00:00Z", True),
        ("status ne 'Resolved' and assignedTo eq 'o''brien and co'", True),
        ("status ne 'Resolved' or assignedTo eq 'x'", False),
        ("status ne 'Resolved' and ", False),
        ("status ne 'Resolved' and", False),
        ("status ne 'Resolved'and severity eq 'High'", False),
        ("alertCreationTime ge 2026-02-31T00:00:00Z", False),
        ("alertCreationTime ge '2026-03-14T09:26:53Z'", False),
        ("title eq 'x'", False),
        ("incidentId eq 5", False),
        ("", False),
    ],
)
def test_which_filters_are_plain(text: str, is_plain: bool) -> None:
    where = plain(text, ALERTS)
    assert (where is not None) == is_plain
    if where is not None:
        assert where == compile_filter(text, ALERTS)


def test_and_binds_tighter_than_or(store: Store) -> None:
    where = compile_filter("id eq 'x' or osPlatform eq 'Linux' and healthStatus eq 'Active'", MACHINES)
    found = store.rows(f"SELECT DISTINCT os, health FROM machines WHERE {where.sql}", where.values)
    assert found == [("Linux", "Active")]


def test_a_chain_of_two_thousand_ids_does_not_recurse(store: Store) -> None:
    ids = store.texts("SELECT id FROM machines ORDER BY n LIMIT 50")
    chain = " or ".join(f"id eq '{one}'" for one in (*ids, *(f"{number:040x}" for number in range(2000))))
    where = compile_filter(f"({chain}) and osPlatform ne 'nothing'", MACHINES)
    assert len(store.rows(f"SELECT n FROM machines WHERE {where.sql}", where.values)) == 50


def test_a_mixed_chain_of_two_thousand_does_not_recurse(store: Store) -> None:
    chain = " or ".join(f"startswith(computerDnsName,'x{number}')" for number in range(2000))
    where = compile_filter(f"{chain} or computerDnsName eq 'dc-01'", MACHINES)
    assert store.texts(f"SELECT name FROM machines WHERE {where.sql}", where.values) == ["dc-01"]


def test_values_are_bound_not_pasted() -> None:
    where = compile_filter("computerDnsName eq 'x'') OR 1=1 --' and startswith(id,'%')", MACHINES)
    assert "1=1" not in where.sql
    assert "%" not in where.sql
    assert set(where.values.values()) == {"x') OR 1=1 --", "%"}


@pytest.mark.parametrize("text", ["lastSeen gt 2018-08-01Z", "lastSeen gt 2018-08-01", "lastSeen gt 2018-08-01T00:00Z"])
def test_short_dates(text: str) -> None:
    assert list(compile_filter(text, MACHINES).values.values()) == [ticks.ticks(datetime(2018, 8, 1, tzinfo=UTC))]


def test_offsets_and_seven_digits() -> None:
    where = compile_filter("alertCreationTime ge 2026-03-14T10:26:53.1234567+01:00", ALERTS)
    assert list(where.values.values()) == [ticks.ticks(START) + 1_234_567]


def test_a_short_date_inside_a_string_stays() -> None:
    where = compile_filter("assignedTo eq '2018-08-01Z not(x'", ALERTS)
    assert list(where.values.values()) == ["2018-08-01Z not(x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo eq 'x'", "Could not find a property named 'foo' on type 'microsoft.windowsDefenderATP.api.Alert'"),
        ("title eq 'x'", "named 'title'"),
        ("status/sub eq 'x'", "named 'status/sub'"),
        ("id eq 'a' or nope eq 'b'", "named 'nope'"),
        ("status eq 'New", "unterminated string literal"),
        ("assignedTo eq 'O'Brien'", "unterminated string literal"),
        ("status eq", "Syntax error"),
        ("status eq 'a' 'b'", "Syntax error"),
        ("(status eq 'New'", "Syntax error"),
        ("status", "single boolean value"),
        ("'New'", "single boolean value"),
        ("status eq 5", "incompatible types"),
        ("status eq New", "not supported"),
        ("incidentId eq '5'", "'Edm.Int64' and 'Edm.String' for property 'incidentId'"),
        ("alertCreationTime gt '2018-08-01T00:00:00Z'", "incompatible types"),
        ("alertCreationTime gt null", "incompatible types"),
        ("alertCreationTime gt 2018-02-31T00:00:00Z", "not a valid Edm.DateTimeOffset"),
        ("incidentId eq 99999999999999999999", "does not fit"),
        ("contains(status,'New')", "'contains' is not supported"),
        ("nofunction(status,'New')", "unknown function with name 'nofunction'"),
        ("startswith(incidentId,'1')", "No function signature"),
        ("status in ('New','Resolved')", "not supported"),
        ("status eq severity", "not supported"),
        ("status/any(x: x eq 'New')", "only any()"),
        ("(" * 60 + "status eq 'a'" + " and status eq 'b')" * 60, ""),
        ("not " * 300 + "(status eq 'a')", "recursion"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(text: str, message: str) -> None:
    if not message:
        compile_filter(text, ALERTS)
        return
    with pytest.raises(FilterError, match=re.escape(message)):
        compile_filter(text, ALERTS)


async def test_refusals_are_odata_errors(raw_api: httpx.AsyncClient) -> None:
    for path, text in itertools.product(
        ("/api/alerts", "/api/machines", "/api/machineactions"), ("foo eq 1", "id eq 'x")
    ):
        status, code, message = error_of(await raw_api.get(path, params={"$filter": text}))
        assert (status, code) == (400, "ODataError")
        assert "foo" in message or "unterminated" in message


async def test_property_names_in_any_case(raw_api: httpx.AsyncClient) -> None:
    lower = await rows_of(raw_api, "/api/alerts", filter_="SEVERITY eq 'High' and ALERTCREATIONTIME ge 2020-01-01Z")
    assert lower
    assert {row["severity"] for row in lower} == {"High"}
    assert await rows_of(raw_api, "/api/alerts", filter_="severity eq 'high'") == []


async def test_filters_of_actions_see_the_status_of_the_moment(raw_api: httpx.AsyncClient) -> None:
    rows = await rows_of(raw_api, "/api/machineactions")
    wanted = [row for row in rows if row["status"] == "Failed" and row["type"] == "RunAntiVirusScan"]
    text = "status eq 'Failed' and type eq 'RunAntiVirusScan'"
    assert await rows_of(raw_api, "/api/machineactions", filter_=text) == wanted
    own = f"machineId eq '{rows[0]['machineId']}'"
    assert rows[0] in await rows_of(raw_api, "/api/machineactions", filter_=own)
    assert set(ACTIONS.properties) == {"id", "status", "machineid", "type", "requestor", "creationdatetimeutc"}
