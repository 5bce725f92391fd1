"""Lists page as the service does: `$top` has a maximum and no nextLink, without it pages carry a link with `$skip`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mdetui.simulator.mount import Mounted
from tests.conftest import StartSimulator
from tests.simulated import client_of, error_of, rows_of

LISTS = ("/api/alerts", "/api/machines", "/api/machineactions")


@pytest.mark.parametrize("path", LISTS)
async def test_following_links_gives_every_row_once(start_simulator: StartSimulator, path: str) -> None:
    async with client_of(start_simulator(page_size=7)) as client:
        url, ids, pages = path, [], 0
        while url:
            body = (await client.get(url)).json()
            ids += [row["id"] for row in body["value"]]
            url, pages = body.get("@odata.nextLink", ""), pages + 1
            assert "@odata.count" not in body
        whole = await rows_of(client, path, top=10_000)
    assert ids == [row["id"] for row in whole]
    assert len(set(ids)) == len(ids)
    assert pages == -(-len(ids) // 7)


async def test_a_link_names_host_filter_and_skip(start_simulator: StartSimulator) -> None:
    mounted = start_simulator(page_size=5)
    async with client_of(mounted) as client:
        answer = await client.get("/API/v1.0/Alerts", params={"$filter": "severity ne 'O''Brien & co'"})
    link = urlsplit(answer.json()["@odata.nextLink"])
    assert f"https://{link.netloc}" == mounted.profile.base["mde"]
    assert link.path == "/api/alerts"
    assert parse_qs(link.query) == {"$filter": ["severity ne 'O''Brien & co'"], "$skip": ["5"]}


@pytest.mark.parametrize("path", LISTS)
async def test_top_suppresses_the_link(raw_api: httpx.AsyncClient, path: str) -> None:
    body = (await raw_api.get(path, params={"$top": 3})).json()
    assert len(body["value"]) == 3
    assert set(body) == {"@odata.context", "value"}


async def test_skip_and_top(raw_api: httpx.AsyncClient) -> None:
    whole = await rows_of(raw_api, "/api/machines")
    assert await rows_of(raw_api, "/api/machines", top=7, skip=50) == whole[50:57]
    assert await rows_of(raw_api, "/api/machines", top=7, skip=60) == []
    assert await rows_of(raw_api, "/api/machines", top=7, skip=10**30) == []
    assert await rows_of(raw_api, "/api/machines", top=0) == []


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query",
    ["$top=10001", "$top=-1", "$top=x", "$top=", "$skip=-5", "$skip=1.5", "$orderby=id", "$select=id", "$search=x", "$expand=comments"],
)  # fmt: skip
async def test_what_is_refused(raw_api: httpx.AsyncClient, path: str, query: str) -> None:
    status, code, _ = error_of(await raw_api.get(f"{path}?{query}"))
    assert (status, code) == (400, "ODataError")


async def test_expand_is_for_alerts_only(raw_api: httpx.AsyncClient) -> None:
    assert (await raw_api.get("/api/alerts?$expand=evidence&$top=1")).status_code == 200
    assert (await raw_api.get("/api/machines?$expand=evidence&$top=1")).status_code == 400


async def test_rows_keep_their_place_when_they_change(tenant: Mounted, raw_api: httpx.AsyncClient) -> None:
    before = [row["id"] for row in await rows_of(raw_api, "/api/alerts")]
    changed = {"status": "InProgress", "comment": "x", "assignedTo": "a-name-longer-than-before@contoso.com"}
    for alert in before[3:9]:
        assert (await raw_api.patch(f"/api/alerts/{alert}", json=changed)).status_code == 200
    assert [row["id"] for row in await rows_of(raw_api, "/api/alerts")] == before


async def test_context_of_lists_and_entities(raw_api: httpx.AsyncClient) -> None:
    base = "https://api.securitycenter.microsoft.com/api/$metadata#"
    for path, kind in zip(LISTS, ("Alerts", "Machines", "MachineActions"), strict=True):
        body = (await raw_api.get(path, params={"$top": 1})).json()
        assert body["@odata.context"] == base + kind
        one = (await raw_api.get(f"{path}/{body['value'][0]['id']}")).json()
        assert one["@odata.context"] == f"{base}{kind}/$entity"


@pytest.mark.parametrize(("accepts", "encoding"), [("gzip, deflate", "deflate"), ("deflate", "deflate"), ("gzip", "gzip"), ("identity", None)])  # fmt: skip
async def test_content_encoding(raw_api: httpx.AsyncClient, accepts: str, encoding: str | None) -> None:
    answer = await raw_api.get("/api/alerts?$top=20", headers={"Accept-Encoding": accepts})
    assert answer.headers.get("content-encoding") == encoding
    assert len(answer.json()["value"]) == 20
    assert "content-length" not in answer.headers
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json; odata.metadata=minimal")
    assert not [name for name in answer.headers if "rate" in name or "request-id" in name]


async def test_deflate_has_no_zlib_header(raw_api: httpx.AsyncClient) -> None:
    import zlib

    async with raw_api.stream("GET", "/api/alerts?$top=20") as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    with pytest.raises(zlib.error):
        zlib.decompress(raw)
    assert zlib.decompress(raw, -15).startswith(b'{"@odata.context"')
