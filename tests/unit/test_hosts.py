"""Where requests may go, and what a nextLink may mean."""

from __future__ import annotations

import pytest

from mdetui.api import hosts
from mdetui.api.endpoints import OPERATIONS, operation
from mdetui.config import Profile
from mdetui.errors import HostRefused, NoOperation, PagingError
from tests.wiring import BASE, profile

MACHINES = operation("machines.list")
REAL = Profile(name="real", tenant="t", client_id="c")


@pytest.mark.parametrize("url", [f"{BASE}/api/alerts", "https://API.test.INVALID:443/x"])
def test_the_profiles_own_host(url: str) -> None:
    hosts.check_host(profile(), "mde", url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.test.invalid/api/alerts",
        "https://api.test.invalid:8443/api/alerts",
        "https://api.test.invalid.evil.invalid/",
        "https://evil.invalid/api.test.invalid",
        "https://api.test.invalid@evil.invalid/",
        "https://user:pw@api.test.invalid/",
        "https://api.test.invalid./",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://api.test.invalid:99999/",
        "https:///x",
        "//api.test.invalid/x",
        "",
        "javascript:alert(1)",
    ],
)
def test_every_other_host_is_refused(url: str) -> None:
    with pytest.raises(HostRefused):
        hosts.check_host(profile(), "mde", url)


def test_values_are_one_segment_each() -> None:
    get = operation("alerts.get")
    assert hosts.path_of(get, {"id": "da63_-1"}) == "/api/alerts/da63_-1"
    assert hosts.path_of(get, {"id": "a/../b?x#y %"}) == "/api/alerts/a%2F..%2Fb%3Fx%23y%20%25"
    find = operation("machines.findByIp")
    path = hosts.path_of(find, {"ip": "fe80::1", "timestamp": "2026-11-24T10:00:00Z"})
    assert path == "/api/machines/findbyip(ip='fe80::1',timestamp=2026-11-24T10:00:00Z)"
    assert "'" not in hosts.path_of(find, {"ip": "'),x", "timestamp": "t"}).split("'")[1]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_can_not_lead_out_of_its_place(value: str) -> None:
    with pytest.raises(NoOperation):
        hosts.path_of(operation("machines.isolate"), {"id": value})


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=lambda op: op.id)
def test_every_path_of_the_table_is_its_own_and_no_other_writes(op: object) -> None:
    path = hosts.path_of(op, {"id": "x1", "ip": "10.0.0.1", "timestamp": "t", "index": "0"})  # type: ignore[arg-type]
    matching = [other for other in OPERATIONS.values() if hosts.is_path_of(other, path)]
    assert op in matching
    same = [other.id for other in matching if other.method == op.method]
    # two reads may share a shape ({id} also fits "findbytag"), a write never shares its own
    assert all(OPERATIONS[name].reads for name in same) or len(same) == 1


def test_the_version_and_the_case_are_free() -> None:
    assert hosts.is_path_of(MACHINES, "/api/v1.0/Machines")
    assert not hosts.is_path_of(MACHINES, "/api/v2.0/machines")
    assert not hosts.is_path_of(MACHINES, "/api/machines/x")
    assert not hosts.is_path_of(operation("machines.get"), "/api/machines/..")


@pytest.mark.parametrize(
    ("link", "target"),
    [
        (f"{BASE}/api/machines?$skip=10000", "/api/machines?$skip=10000"),
        ("/api/machines?$skip=10000", "/api/machines?$skip=10000"),
        ("https://api.securitycenter.microsoft.com/api/machines?$skip=1", "/api/machines?$skip=1"),
        ("https://api-us3.securitycenter.microsoft.com:443/API/Machines?$skip=1", "/API/Machines?$skip=1"),
        (f"{BASE}/api/machines?$filter=a%20eq%20'x y'&$skip=1", "/api/machines?$filter=a%20eq%20'x%20y'&$skip=1"),
        (f"{BASE}/api/machines", "/api/machines"),
    ],
)
def test_links_that_are_followed_at_our_own_host(link: str, target: str) -> None:
    assert hosts.follow(profile(), MACHINES, link) == target


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1/api/machines?$skip=1",
        "https://wpatdadi-eus-stg.cloudapp.net/api/machines?$skip=1",
        "http://api.securitycenter.microsoft.com/api/machines?$skip=1",
        "https://api.securitycenter.microsoft.com:8443/api/machines?$skip=1",
        "https://evil.invalid/api/machines",
        "//evil.invalid/api/machines",
        f"{BASE.replace('https', 'http')}/api/machines",
        "https://api.test.invalid@evil.invalid/api/machines",
        "nonsense",
        "",
    ],
)
def test_links_that_leave_the_service_are_refused(link: str) -> None:
    with pytest.raises(HostRefused) as caught:
        hosts.follow(profile(), MACHINES, link)
    assert "no token left" in caught.value.todo or "Nothing was sent" in caught.value.todo


@pytest.mark.parametrize("path", ["/api/alerts", "/api/machines/x/isolate", "/api/machines/../alerts", "/x"])
def test_links_to_another_list_are_not_followed(path: str) -> None:
    with pytest.raises(PagingError):
        hosts.follow(profile(), MACHINES, f"{BASE}{path}?$skip=1")


def test_a_base_with_a_prefix() -> None:
    one = profile(base={"mde": f"{BASE}/gateway"})
    assert hosts.follow(one, MACHINES, f"{BASE}/gateway/api/machines?$skip=1") == "/api/machines?$skip=1"
    assert hosts.follow(REAL, MACHINES, "https://api.security.microsoft.com/api/machines") == "/api/machines"
