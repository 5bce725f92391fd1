"""Examinations of profiles, and what must be so whatever they find."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict

import pytest

from mdetui.clock import SYSTEM
from mdetui.config import Config, Profile
from mdetui.doctor import Check, examine, lines_of
from mdetui.net import Connection, connect
from mdetui.session import Session
from mdetui.simulator.options import Options
from mdetui.simulator.server import Served
from tests.signing import handle

OPTIONS = Options(machines=3, alerts=4, arrivals=0, quotas=False)
NAMES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
READS = [
    f"read.{name}"
    for name in (
        *("alerts.list", "machines.list", "actions.list"),
        *("machines.users", "machines.software", "machines.vulnerabilities"),
        *("alerts.files", "alerts.ips", "alerts.domains"),
    )
]
HOSTS = ["authority", "mde"]

Report = dict[str, Check]


def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no authorities and no credentials of whoever runs the tests."""
    for name in list(os.environ):
        if name.upper() in NAMES or name.startswith(("AZURE_", "MDETUI_")):
            monkeypatch.delenv(name)


async def report(
    profile: Profile,
    config: Config | None = None,
    *,
    connector: Callable[[Profile], Connection] = connect,
    session: Session | None = None,
    on_check: Callable[[Check], None] = lambda check: None,
    running: Served | None = None,
) -> Report:
    """Examine; whatever the authority gave or was given must not be in the findings."""
    told: list[Check] = []

    def tell(check: Check) -> None:
        told.append(check)
        on_check(check)

    found = await examine(profile, config or Config(), connector, clock=SYSTEM, on_check=tell, session=session)
    assert told == found, "told as they came, in order"
    assert len({one.id for one in found}) == len(found)
    printed = printed_of(found)
    assert "\x1b" not in printed
    if running is not None:
        secrets = {*handle(running).handed_out(), *handle(running).presented()}
        assert [secret for secret in secrets if secret and secret in printed] == []
    return {one.id: one for one in found}


def printed_of(found: list[Check]) -> str:
    """All forms in which findings are printed."""
    return "\n".join([*(line for one in found for line in lines_of(one)), json.dumps([asdict(one) for one in found])])


def statuses(found: Report, *ids: str) -> list[str]:
    """The status of each."""
    return [found[one].status for one in ids]
