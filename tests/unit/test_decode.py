"""Bytes to models: what fits, what is mended, what is one bad row, what is one clear error."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdetui.api.decode import MAX_ROWS, BadRow, Decoder, Page, entity
from mdetui.api.endpoints import OPERATIONS, operation
from mdetui.api.models.alert import AlertRow
from mdetui.api.rawpage import Body, RawPage
from mdetui.errors import BadAnswer

ALERTS = operation("alerts.list")
ALERT = operation("alerts.get")


def body_of(*rows: Any, **more: Any) -> bytes:
    return json.dumps({"value": list(rows), **more}).encode()


async def decoded(body: bytes, op: Any = ALERTS) -> Page:
    return await Decoder().page(op, body, "c-1")


async def test_a_page() -> None:
    page = await decoded(
        body_of({"id": "1", "title": "x", "unknown": [1]}, {"id": "2"}, **{"@odata.nextLink": "L", "@odata.count": "7"})
    )
    assert [row.id for row in page.rows] == ["1", "2"]
    assert (page.next_link, page.total) == ("L", 7)
    assert json.loads(page.raw.row(0)) == {"id": "1", "title": "x", "unknown": [1]}


async def test_an_empty_page() -> None:
    assert (await decoded(b'{"value":[]}')).rows == []


async def test_a_row_that_does_not_fit_is_one_bad_row_in_its_place() -> None:
    page = await decoded(
        body_of({"id": "1"}, {"id": "2", "title": 5}, 17, None, {"id": None}, {"title": "x"}, {"id": "3"})
    )
    assert [type(row) for row in page.rows] == [AlertRow, BadRow, BadRow, BadRow, BadRow, BadRow, AlertRow]
    bad = [row for row in page.rows if isinstance(row, BadRow)]
    assert [row.id for row in bad] == ["2", "", "", "", ""]
    assert bad[0].why == "title: Expected str | null, got int."
    assert json.loads(bad[0].raw) == {"id": "2", "title": 5}
    assert bad[4].why == "It has no id."
    assert json.loads(page.raw.row(6)) == {"id": "3"}


async def test_pascal_case_rows_are_read_too() -> None:
    page = await decoded(
        body_of(
            {"Id": "1", "Title": "x", "MachineID": "m", "RelatedUser": {"UserName": "u"}}, {"id": "2", "title": "y"}
        )
    )
    first, second = page.rows
    assert (first.id, first.title, first.machine_id, first.related_user.user_name) == ("1", "x", "m", "u")
    assert second.title == "y"
    assert entity(ALERT, b'{"ID":"1","TITLE":"x"}').title == "x"


EXTENSION = {
    "DeviceId": "d1",
    "BrowserName": "chrome",
    "ExtensionId": "e1",
    "IsActivated": True,
    "Permissions": [{"Id": "tabs", "IsRequired": True, "Risk": "High"}],
}


async def test_rows_that_are_pascal_case_by_nature_are_read_in_camel_case_too() -> None:
    camel = {key[:1].lower() + key[1:]: value for key, value in EXTENSION.items()}
    camel["permissions"] = [{"id": "tabs", "isRequired": True, "risk": "High"}]
    page = await decoded(body_of(EXTENSION, camel), operation("exports.browserExtensions"))
    for row in page.rows:
        assert (row.id, row.is_activated) == ("d1|chrome|e1|", True)
        assert [(one.id, one.is_required, one.risk) for one in row.permissions] == [("tabs", True, "High")]


async def test_keys_of_both_cases_in_one_row() -> None:
    agent = {"id": "a", "machineId": "m", "AssignedApplicationId": "x", "mdeClientVersion": "1"}
    page = await decoded(body_of(agent), operation("scans.agents"))
    (row,) = page.rows
    assert (row.machine_id, row.assigned_application_id, row.mde_client_version) == ("m", "x", "1")
    definition = {
        "id": "d",
        "scannerAgent": {"id": "a", "AssignedApplicationId": "x"},
        "latestScan": {"Status": "Fail"},
    }
    (row,) = (await decoded(body_of(definition), operation("scans.list"))).rows
    assert (row.scanner_agent.assigned_application_id, row.latest_scan.status) == ("x", "Fail")


@pytest.mark.parametrize("names", [("schema", "results", "name"), ("Schema", "Results", "Name")])
def test_a_hunts_own_columns_keep_their_names(names: tuple[str, str, str]) -> None:
    schema, results, name = names
    body = json.dumps({schema: [{name: "FileName"}], results: [{"FileName": "a", "fileName": "b"}]}).encode()
    found = entity(operation("hunting.run"), body)
    assert [one.title for one in found.columns] == ["FileName"]
    assert found.rows == [{"FileName": "a", "fileName": "b"}]


def test_a_hunt_that_found_nothing() -> None:
    assert entity(operation("hunting.run"), b'{"schema":[],"results":[]}').rows == []


async def test_rows_without_an_id_of_their_own_and_without_its_parts_are_bad() -> None:
    page = await decoded(
        body_of({"deviceId": "d1"}, {"thumbprint": "t"}, {"serialNumber": "5"}), operation("exports.certificates")
    )
    assert [type(row).__name__ for row in page.rows] == ["Certificate", "Certificate", "BadRow"]


async def test_values_that_repeat_are_one_object() -> None:
    row = {
        "severity": "Hi" + "gh!", "machineId": "m" * 40, "mitreTechniques": ["T1064", "T1085"],
        "relatedUser": {"userName": "u", "domainName": "d"},
    }  # fmt: skip
    page = await decoded(body_of({"id": "1", **row}, {"id": "2", **row}))
    one, other = page.rows
    for field in (*AlertRow.INTERNED, *AlertRow.SHARED):
        assert getattr(one, field) is getattr(other, field), field
    assert one.mitre_techniques == ("T1064", "T1085")


# what attackers and proxies can put into an answer: it parses, or it is one clear error
HOSTILE = {
    "half a surrogate": (b'{"value":[{"id":"1","title":"a\\ud800b"},{"id":"2"}]}', 2),
    "NaN": (b'{"value":[{"id":"1","incidentId":NaN},{"id":"2"}]}', 2),
    "infinity": (b'{"value":[{"id":"1","incidentId":-Infinity}]}', 1),
    "a byte order mark": (b'\xef\xbb\xbf{"value":[{"id":"1"}]}', 1),
    "raw control characters": (b'{"value":[{"id":"1","title":"a\x01\nb"}]}', 1),
    "no UTF-8": (b'{"value":[{"id":"1","title":"\xff\xfe"}]}', 1),
    "no UTF-8 in what is not read": (b'{"value":[{"id":"1","zzz":"\xff\xfe"}]}', 1),
    "a key twice": (b'{"value":[{"id":"1","id":"2"}]}', 1),
    "the list twice": (b'{"value":[{"id":"1"}],"value":[{"id":"2"},{"id":"3"}]}', 2),
    "a huge number": (b'{"value":[{"id":"1","incidentId":' + b"9" * 4000 + b"}]}", 1),
    "a number out of range": (b'{"value":[{"id":"1","incidentId":1e999}]}', 1),
    "a title of 100 kB": (b'{"value":[{"id":"1","title":"' + b"A" * 100_000 + b'"}]}', 1),
    "deep nesting in a row": (b'{"value":[{"id":"1","x":' + b"[" * 500 + b"]" * 500 + b"}]}", 1),
    "very deep nesting": (b'{"value":[{"id":"1","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", None),
    "cut off in a row": (b'{"value":[{"id":"1"},{"id":', None),
    "cut off in a text": (b'{"value":[{"id":"1","title":"abc', None),
    "cut off after the rows": (b'{"value":[{"id":"1"}]', None),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", None),
    "nothing": (b"", None),
    "blanks": (b" \n", None),
    "words": (b"upstream connect error", None),
    "two documents": (b'{"value":[]}{"value":[]}', None),
    "an array": (b'[{"id":"1"}]', None),
    "a null": (b"null", None),
    "no value": (b'{"error":"x"}', None),
    "a value that is no list": (b'{"value":{"id":"1"}}', None),
    "a null value": (b'{"value":null}', None),
    "a link that is no text": (b'{"value":[],"@odata.nextLink":{}}', None),
    "a gzip nobody unpacked": (b"\x1f\x8b\x08\x00abc", None),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_bodies(name: str) -> None:
    body, rows = HOSTILE[name]
    if rows is not None:
        page = await decoded(body)
        assert len(page.rows) == rows
        assert isinstance(page.rows[-1], AlertRow) or name == "a number out of range"
        assert json.loads(page.raw.row(rows - 1).decode("utf-8", "replace"))
        return
    with pytest.raises(BadAnswer) as caught:
        await decoded(body)
    error = caught.value
    assert error.operation == "alerts.list"
    assert error.correlation_id == "c-1"
    assert "alerts.list" in error.what
    assert "\x1f" not in str(error)
    assert len(str(error)) < 500


async def test_a_half_surrogate_blinds_nobody() -> None:
    """A file name on NTFS can hold one; the other alerts must still be seen."""
    page = await decoded(HOSTILE["half a surrogate"][0])
    assert [row.id for row in page.rows] == ["1", "2"]
    page.rows[0].title.encode("utf-8")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"id":"1","title":5}', "title"),
        (b'{"id":"1","comments":[{"comment":"x"},{"createdBy":5}]}', "comments[1].createdBy"),
        (b'{"id":5}', "id"),
        (b"{}", "id"),
        (b'{"title":"x"}', "id"),
        (b"[]", ""),
        (b"", ""),
    ],
)
def test_an_entity_that_does_not_fit_names_the_field(body: bytes, field: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        entity(ALERT, body, "c-2")
    assert (caught.value.operation, caught.value.field, caught.value.correlation_id) == ("alerts.get", field, "c-2")
    assert not field or field in str(caught.value)


def test_an_operation_without_an_answer() -> None:
    assert entity(operation("alerts.batchUpdate"), b"") is None


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    name for model in (op.model for op in OPERATIONS.values()) if model for name in model.__struct_encode_fields__
]


@given(
    op=st.sampled_from([op for op in OPERATIONS.values() if op.model and op.paging != "one"]),
    rows=st.lists(st.dictionaries(st.sampled_from(FIELDS), JSONISH, max_size=5) | JSONISH, max_size=5),
)
async def test_no_row_can_lose_a_page(op: Any, rows: list[Any]) -> None:
    page = await decoded(json.dumps({"value": rows}).encode(), op)
    assert len(page.rows) == len(rows)


@given(data=st.binary(max_size=200), op=st.sampled_from([op for op in OPERATIONS.values() if op.model]))
async def test_no_bytes_do_more_than_one_clear_error(data: bytes, op: Any) -> None:
    said = ""
    try:
        entity(op, data) if op.paging == "one" else await decoded(data, op)
    except BadAnswer as error:
        said = error.operation
    assert said in ("", op.id)


async def test_few_rows_are_decoded_in_a_turn() -> None:
    decoder = Decoder()
    body = body_of(*({"id": str(number)} for number in range(4_500)))
    small = body_of(*({"id": str(number)} for number in range(700)))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    pages = await asyncio.gather(*(decoder.page(ALERTS, data) for data in (body, small, small)))
    counting.cancel()
    assert [len(page.rows) for page in pages] == [4_500, 700, 700]
    assert [row.id for row in pages[0].rows] == [str(number) for number in range(4_500)]
    assert decoder.total == 5_900
    # B9 allows 1,000
    assert decoder.most <= MAX_ROWS <= 1_000
    assert turns >= 5_900 // MAX_ROWS


def test_a_python_without_lzma_packs_all_the_same() -> None:
    script = """
import sys, zlib
sys.modules["lzma"] = None
from mdetui.api.rawpage import Body
plain = b'{"value":[' + b'{"id":"1"},' * 9_999 + b'{"id":"2"}]}'
body = Body(plain)
body.pack()
assert body.kept < 2_000 and zlib.decompress(body._packed) == plain == body.plain
"""
    subprocess.run([sys.executable, "-c", script], check=True)


async def test_raw_rows_survive_packing_picking_and_joining() -> None:
    first = await decoded(body_of(*({"id": f"a{number}", "pad": "x" * 500} for number in range(200))))
    second = await decoded(body_of(*({"id": f"b{number}", "pad": "y" * 500} for number in range(200))))
    mixed = RawPage.of([(second.raw, 3), (first.raw, 199), (second.raw, 0)])
    twice = RawPage.of([(mixed, 1), (first.raw, 0), (mixed, 0)])
    for _ in range(2):
        assert [json.loads(mixed.row(number))["id"] for number in range(3)] == ["b3", "a199", "b0"]
        assert [json.loads(twice.row(number))["id"] for number in range(3)] == ["a199", "a0", "b3"]
        for page, count in ((mixed, 3), (twice, 3), (first.raw, 200)):
            assert page.rows() == [page.row(number) for number in range(count)]
        # the second time from packed bytes
        deadline = time.monotonic() + 20
        while first.raw.kept > 20_000 or second.raw.kept > 20_000:
            assert time.monotonic() < deadline, "pages are never packed"
            await asyncio.sleep(0.01)
    assert twice.kept < 40_000


def test_packing_twice_changes_nothing() -> None:
    body = Body(b'{"value":[{"id":"1"}]}')
    body.pack()
    body.pack()
    assert body.plain == b'{"value":[{"id":"1"}]}'


async def test_rows_are_equal_to_what_a_plain_decoder_says() -> None:
    drawn = random.Random(3)
    rows = [
        {
            "id": str(number),
            "title": drawn.choice(["null", "true", "5", None]),
            "incidentId": drawn.choice([1, "1", None]),
        }
        for number in range(50)
    ]
    page = await decoded(body_of(*rows))
    assert page.rows == [msgspec.convert(row, AlertRow) for row in rows]


async def test_a_row_that_fits_nothing_says_so_and_not_that_it_has_no_id() -> None:
    page = await Decoder().page(operation("machines.list"), b'{"value":[{"machineTags":5},[5]]}')
    assert [type(row) for row in page.rows] == [BadRow, BadRow]
    assert all("id" not in row.why.split() for row in page.rows), [row.why for row in page.rows]
    assert page.rows[0].why.startswith("machineTags: ")
