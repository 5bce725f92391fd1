"""Every list and page leads to the security portal, or says why it can't."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from mdetui.clouds import CLOUDS
from mdetui.views import automatic, portal
from mdetui.views.base import Subject
from mdetui.views.found import Named
from mdetui.views.registry import PAGES, VIEWS

TENANT = "11111111-2222-3333-4444-555555555555"
SUBJECTS = {
    **{f"list:{view.id}": view.subject for view in VIEWS.values()},
    **{f"page:{page.id}": page.subject for page in PAGES.values()},
    **{f"browse:{name}": automatic.view_of(name).subject for name in automatic.browsable()},
}
# what stands in the portal as one of many, or not at all
WITHOUT = {
    "list:missingkbs", "list:library", "list:commands", "list:log", "list:ledger", "list:blast", "page:result",
}  # fmt: skip


class Filled:
    """A row in which everything is filled."""

    named = Named("file", "a" * 40, "file a")

    def __getattr__(self, name: str) -> Any:
        """Any property."""
        return "x1"


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_row_has_a_link_or_there_is_a_reason(name: str) -> None:
    subject: Subject = SUBJECTS[name]
    path = subject.portal(Filled())
    if path is None:
        assert name in WITHOUT or name.startswith("browse:")
        assert re.fullmatch(r"[A-Z].*\.", subject.unlinked)
    else:
        assert name not in WITHOUT
        assert path.startswith("/")
        assert "//" not in path


@pytest.mark.parametrize("name", sorted(set(SUBJECTS) - WITHOUT))
def test_a_row_in_which_nothing_is_filled_has_no_broken_link(name: str) -> None:
    class Empty:
        def __getattr__(self, name: str) -> None:
            """Nothing."""

    path = SUBJECTS[name].portal(Empty())
    assert path is None or "None" not in path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (portal.machine("3c0f1e"), "/machines/v2/3c0f1e/overview"),
        (portal.alert("da637_-1"), "/alerts/da637_-1"),
        (portal.incident(1042), "/incidents/1042"),
        (portal.file("a" * 40), f"/file/{'a' * 40}/"),
        (portal.ip("2001:db8::7"), "/ip/2001%3Adb8%3A%3A7/overview"),
        (portal.domain("evil.example&x=1#"), "/domains/overview?urlDomain=evil.example%26x%3D1%23"),
        (portal.user("S-1-5", "m.weber", "CONTOSO"), "/user?sid=S-1-5&accountName=m.weber&accountDomain=CONTOSO"),
        (portal.user(None, "m.weber", "CONTOSO"), None),
        (portal.vulnerability("CVE-2024-1"), "/vulnerabilities/vulnerability/CVE-2024-1/overview"),
        (portal.software("microsoft-_-edge"), "/vulnerability-management-inventories/applications/microsoft-_-edge"),
        (portal.recommendation("sca-_-scid-9"), "/security-recommendations?recommendationId=sca-_-scid-9"),
        (portal.machine("../../evil"), "/machines/v2/..%2F..%2Fevil/overview"),
    ],
)
def test_the_paths(path: str | None, expected: str | None) -> None:
    assert path == expected


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=lambda cloud: cloud.name)
def test_each_cloud_has_its_own_portal_and_the_tenant_goes_along(cloud: SimpleNamespace) -> None:
    assert portal.link(cloud.portal, "/alerts/1", TENANT) == f"{cloud.portal}/alerts/1?tid={TENANT}"
    assert portal.link(cloud.portal, "/user?sid=1", TENANT) == f"{cloud.portal}/user?sid=1&tid={TENANT}"
    # a name is none that the portal takes
    assert portal.link(cloud.portal, "/alerts/1", "contoso.onmicrosoft.com") == f"{cloud.portal}/alerts/1"
    hosts = {"gcc-high": "security.microsoft.us", "dod": "security.apps.mil"}
    assert cloud.portal == f"https://{hosts.get(cloud.name, 'security.microsoft.com')}"
