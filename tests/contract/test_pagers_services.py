"""Lists of the other services and of POSTs: Graph by windows, Defender XDR by link or $skip, exports by link, bodies."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from mdetui import errors
from mdetui.api.endpoints import operation
from mdetui.api.models.scan import DefinitionIds
from tests.contract.test_pagers import all_of
from tests.wiring import BASE, Service, listed, profile, wire

GRAPH = operation("graphAlerts.list")
INCIDENTS = operation("incidents.list")
CERTIFICATES = operation("exports.certificates")
HISTORY = operation("scans.history")
NOW = datetime.now(UTC).replace(microsecond=0)


def asked_of(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}


class Graph:
    """Alerts with a time of last change, by $filter, $top and $skip as Graph serves them: no order, no nextLink."""

    def __init__(self, times: list[datetime]) -> None:
        self.rows = [
            {"id": f"g{number}", "lastUpdateDateTime": f"{when:%Y-%m-%dT%H:%M:%S}.1234567Z", "createdDateTime": None}
            for number, when in enumerate(times)
        ]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = asked_of(request)
        top, skip = min(int(query["$top"]), 1_000), int(query.get("$skip", "0"))
        if skip > 500:
            return httpx.Response(400, json={"error": {"code": "BadRequest", "message": "Skip is too large"}})
        rows = self.rows
        for operator, bound in re.findall(r"lastUpdateDateTime (ge|lt) (\S+?)(?= and|$|\))", query.get("$filter", "")):
            cut = bound.removesuffix("Z")
            rows = [
                row for row in rows if (str(row["lastUpdateDateTime"]) >= cut) == (operator == "ge")
            ]  # fmt: skip
        return listed(rows[skip : skip + top])


async def test_graph_moves_the_boundary_of_the_last_change() -> None:
    service = Service(Graph([NOW - timedelta(minutes=7 * number) for number in range(5_000)]))
    rows = await all_of(wire(service).client.pager(GRAPH, filter="severity eq 'high'"))
    assert len({row.id for row in rows}) == len(rows) == 5_000
    newest_first = [row.last_update_date_time for row in rows]
    assert newest_first == sorted(newest_first, reverse=True)
    asked = [asked_of(request) for request in service.requests]
    assert all(int(query.get("$skip", "0")) <= 500 for query in asked)
    assert all("severity eq 'high'" in query["$filter"] for query in asked)
    assert len(asked) < 25


async def test_graph_is_never_asked_to_skip_more_than_500() -> None:
    """1,300 alerts of one second: more than a page, and no window is smaller."""
    service = Service(Graph([NOW - timedelta(hours=1)] * 1_300 + [NOW - timedelta(days=3)] * 5))
    rows = await all_of(wire(service).client.pager(GRAPH))
    assert len({row.id for row in rows}) == len(rows) == 1_305
    assert max(int(asked_of(request).get("$skip", "0")) for request in service.requests) == 500


async def test_what_graph_can_not_hand_out_is_said() -> None:
    service = Service(Graph([NOW - timedelta(hours=1)] * 1_600))
    pager = wire(service).client.pager(GRAPH)
    with pytest.raises(errors.PagingError, match=r"More than 1,500 rows of graphAlerts\.list have the same time"):
        await all_of(pager)
    assert not pager.complete


async def test_graph_has_its_own_token_base_and_header() -> None:
    bases = {"mde": BASE, "xdr": "https://xdr.test.invalid", "graph": "https://graph.test.invalid"}
    service = Service(listed([]))
    wired = wire(service, of=profile(base=bases))
    for name in ("graphAlerts.list", "incidents.list", "machines.list"):
        await wired.client.page(operation(name))
    assert [request.url.host for request in service.requests] == [
        "graph.test.invalid",
        "xdr.test.invalid",
        "api.test.invalid",
    ]
    assert [request.headers.get("prefer") for request in service.requests] == [
        "include-unknown-enum-members",
        None,
        None,
    ]
    assert len({request.headers["authorization"] for request in service.requests}) == 3


async def test_a_link_of_graph_leads_to_graph_only() -> None:
    link = "https://api.securitycenter.microsoft.com/v1.0/security/incidents/1/alerts?$skiptoken=x"
    service = Service(listed([{"id": "1"}], **{"@odata.nextLink": link}))
    pager = wire(service).client.pager(operation("graphIncidents.alerts"), path={"id": "1"})
    assert await pager.next()
    with pytest.raises(errors.HostRefused, match="securitycenter"):
        await pager.next()
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(206, json={"value": [{"id": "1"}]}),
        httpx.Response(200, json={"value": [{"id": "1"}]}, headers={"warning": '199 - "Vendor/404/3"'}),
    ],
)
async def test_a_partial_answer_says_so(answer: httpx.Response) -> None:
    wired = wire(Service(answer))
    page = await wired.client.page(GRAPH)
    assert page.partial
    assert "only a part" in wired.log.entries[-1].note
    assert not (await wire(Service(listed([{"id": "1"}]))).client.page(GRAPH)).partial


async def test_a_partial_page_stays_partial_in_the_list() -> None:
    service = Service(httpx.Response(206, json={"value": [{"id": "1"}, {"id": "1"}]}))
    page = await wire(service).client.pager(GRAPH).next()
    assert page is not None
    assert page.partial


def incident(number: int) -> dict[str, Any]:
    return {"incidentId": number, "incidentName": f"Incident {number}", "alerts": []}


async def test_incidents_follow_their_link() -> None:
    base = f"{BASE}/api/incidents"
    service = Service(
        listed([incident(number) for number in range(100)], **{"@odata.nextLink": f"{base}?$top=100&$skip=100"}),
        listed([incident(number) for number in range(100, 140)], **{"@odata.nextLink": f"{base}?$skiptoken=abc"}),
        listed([incident(number) for number in range(140, 150)]),
    )
    rows = await all_of(wire(service).client.pager(INCIDENTS, filter="status eq 'Active'"))
    assert [row.id for row in rows] == [str(number) for number in range(150)]
    assert service.paths == [
        "/api/incidents?$filter=status%20eq%20%27Active%27&$top=100",
        "/api/incidents?$top=100&$skip=100",
        "/api/incidents?$skiptoken=abc",
    ]


async def test_incidents_without_a_link_are_skipped_through_100_at_a_time() -> None:
    service = Service(
        listed([incident(number) for number in range(100)]),
        listed([incident(number) for number in range(100, 200)]),
        listed([]),
    )
    rows = await all_of(wire(service).client.pager(INCIDENTS))
    assert len(rows) == 200
    assert service.paths == [f"/api/incidents?$top=100{skip}" for skip in ("", "&$skip=100", "&$skip=200")]


async def test_incidents_whose_link_leads_back_end() -> None:
    link = f"{BASE}/api/incidents?$skip=0"
    service = Service(listed([incident(1)], **{"@odata.nextLink": link}))
    with pytest.raises(errors.PagingError, match="same rows again"):
        await all_of(wire(service).client.pager(INCIDENTS))
    assert len(service.requests) < 6


def certificate(machine: int, number: int) -> dict[str, Any]:
    return {"deviceId": f"d{machine}", "thumbprint": f"t{number}", "path": "LocalMachine"}


async def test_an_export_is_asked_by_page_size_and_followed() -> None:
    link = f"https://127.0.0.1/api/machines/CertificateAssessmentByMachine?pagesize=1000&$skiptoken={'x' * 20}"
    service = Service(
        listed(
            [certificate(1, 1), certificate(1, 2), certificate(2, 1)],
            **{"@odata.nextLink": link.replace("https://127.0.0.1", BASE)},
        ),
        listed([certificate(2, 1), certificate(2, 2)]),
    )
    rows = await all_of(wire(service).client.pager(CERTIFICATES))
    # the same certificate on another machine is another row, the same one again is not
    assert [row.id for row in rows] == [
        "d1|t1|LocalMachine",
        "d1|t2|LocalMachine",
        "d2|t1|LocalMachine",
        "d2|t2|LocalMachine",
    ]
    assert service.paths[0] == "/api/machines/certificateAssessmentByMachine?pageSize=1000"
    assert "$skiptoken=xxx" in service.paths[1]
    assert "$top" not in "".join(service.paths)


async def test_a_page_size_that_is_given_is_kept() -> None:
    service = Service(listed([certificate(1, 1)]))
    await all_of(wire(service).client.pager(CERTIFICATES, query={"pageSize": "7"}))
    assert service.paths == ["/api/machines/certificateAssessmentByMachine?pageSize=7"]


async def test_scan_history_sends_its_body_with_every_page() -> None:
    def runs(request: httpx.Request) -> httpx.Response:
        query = asked_of(request)
        skip = int(query.get("$skip", "0"))
        numbers = range(skip, min(skip + int(query["$top"]), 150))
        return listed([{"ScanDefinitionIds": "s1", "LastScanned": f"{number}", "ScannerId": "a"} for number in numbers])

    service = Service(runs)
    body = DefinitionIds(ScanDefinitionIds=["s1"])
    rows = await all_of(wire(service).client.pager(HISTORY, body=body))
    assert len(rows) == 150
    assert rows[0].scan_definition_ids == "s1"
    assert [request.method for request in service.requests] == ["POST", "POST"]
    assert [json.loads(request.content) for request in service.requests] == [{"ScanDefinitionIds": ["s1"]}] * 2


async def test_a_hunt_sends_its_query() -> None:
    from mdetui.api.models.hunting import HuntingQuery

    service = Service(
        httpx.Response(200, json={"schema": [{"Name": "N", "type": "Int64"}], "results": [{"N": 1, "Éx": 2}]})
    )
    found = await wire(service).client.one(operation("hunting.run"), body=HuntingQuery("DeviceInfo", "P30D"))
    assert json.loads(service.requests[0].content) == {"Query": "DeviceInfo", "Timespan": "P30D"}
    assert service.paths == ["/v1.0/security/runHuntingQuery"]
    assert [(one.title, one.kind) for one in found.columns] == [("N", "Int64")]
    assert found.rows == [{"N": 1, "Éx": 2}]


@pytest.mark.parametrize(
    ("name", "again"), [("machines.missingKbs", 1), ("software.missingKbs", 1), ("machines.users", 0)]
)
async def test_a_fickle_404_is_asked_once_more(name: str, again: int) -> None:
    service = Service(httpx.Response(404, json={"error": {"code": "ResourceNotFound", "message": "x was not found"}}))
    with pytest.raises(errors.NotFound):
        await wire(service).client.page(operation(name), path={"id": "m1"})
    assert len(service.requests) == 1 + again
    found = Service(httpx.Response(404), listed([{"id": "4540673"}]))
    if again:
        assert len((await wire(found).client.page(operation(name), path={"id": "m1"})).rows) == 1


async def test_a_search_that_finds_nothing_is_empty() -> None:
    """404 "when none", says the documentation; of a machine's software it means that there is no such machine."""
    missing = httpx.Response(404, json={"error": {"code": "NotFound", "message": "x"}})
    client = wire(Service(missing)).client
    path = {"ip": "10.0.0.1", "timestamp": "2026-11-24T10:00:00Z"}
    assert (await client.page(operation("machines.findByIp"), path=path)).rows == []
    assert (await client.page(operation("machines.findByTag"), query={"tag": "x"})).rows == []
    with pytest.raises(errors.NotFound):
        await client.page(operation("machines.software"), path={"id": "m1"})


def test_links_are_in_no_repr() -> None:
    from mdetui.api.models.export import ExportFiles
    from mdetui.api.models.live import DownloadLink

    link = msgspec.json.decode(b'{"value":"\\"https://x.invalid/f?sig=secret\\""}', type=DownloadLink)
    assert link.url == "https://x.invalid/f?sig=secret"
    files = ExportFiles(export_files=["https://x.invalid/f?sig=secret"], generated_time="2026-11-24T00:00:00Z")
    for one in (link, files):
        assert "secret" not in f"{one!r} {one}"
