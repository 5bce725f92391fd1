"""`doctor` over real TLS on loopback: what works, what does not, and that it shows no secret and never hangs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from mdetui import permissions
from mdetui.api.endpoints import OPERATIONS
from mdetui.api.log import RequestLog
from mdetui.config import Config, Profile
from mdetui.doctor import access, worst
from mdetui.net import connect
from mdetui.session import Session
from mdetui.simulator.directory import DESKTOP_ID, EXPIRED_SECRET
from mdetui.simulator.options import ALL_ROLES
from mdetui.simulator.server import Served
from tests.connect_proxy import ConnectProxy
from tests.doctoring import HOSTS, OPTIONS, READS, printed_of, report, statuses
from tests.sources import by_browser

# all is well


async def test_all_is_well(served: Served, one: Profile) -> None:
    before = len(served.journal.entries())
    found = await report(one, running=served)
    assert {check.status for check in found.values()} == {"ok"}
    assert worst(found.values()) == "ok"
    assert [name for name in found if name.startswith("read.")] == READS
    host = served.url.removeprefix("https://")
    for name in HOSTS:
        facts = found[f"tls.{name}"].facts
        assert facts["host"] == host
        assert "mdetui simulator" in facts["issuer"]
        assert facts["days_left"] > 14
        assert abs(found[f"clock.{name}"].facts["skew_seconds"]) < 60
        assert found[f"proxy.{name}"].facts["proxy"] is None
    assert found["ca"].facts == {"source": "profiles.simulator.ca_bundle", "path": one.ca_bundle}
    who = found["sign-in"].facts
    assert (who["kind"], who["name"], who["tenant"]) == ("app", "mdetui-demo", one.tenant)
    assert found["roles"].facts["present"] == sorted(ALL_ROLES)
    assert (found["roles.viewer"].facts, found["roles.responder"].facts) == ({"missing": []}, {"missing": []})
    assert served.options.secret not in printed_of(list(found.values()))
    assert found["config.secret"].facts == {"source": one.client_secret_file}
    asked = served.journal.entries()[before:]
    assert sum(entry.authorised for entry in asked) == len(READS), "nothing else carried a token"
    assert {entry.method for entry in asked if entry.path.startswith("/api")} == {"GET"}


def test_there_is_a_read_for_every_permission_of_a_viewer() -> None:
    reads = [OPERATIONS[name.removeprefix("read.")] for name in READS]
    assert {op.application[0] for op in reads} == set(permissions.names(person=False, responds=False))
    assert all(op.reads for op in reads)


async def test_values_and_where_they_came_from(one: Profile, tmp_path: Path) -> None:
    config = Config(
        file=tmp_path / "config.toml",
        sources={"profiles.simulator.tenant": "AZURE_TENANT_ID", "profiles.simulator.cloud": "c.toml, line 3"},
    )
    planted = "an-argument-that-is-secret"
    command = replace(one, method="token-command", token_command=("/nowhere/token", planted))
    found = await report(command, config)
    assert found["config.file"].said == str(tmp_path / "config.toml")
    assert found["config.tenant"].facts == {"value": one.tenant, "source": "AZURE_TENANT_ID"}
    assert found["config.cloud"].facts == {"value": "global", "source": "c.toml, line 3"}, "given, if as the default"
    assert found["config.base.mde"].facts["value"] == one.base["mde"]
    assert "config.store" not in found, "the default, and nobody gave it"
    assert found["config.token_command"].facts["value"] == "/nowhere/token and 1 argument"
    assert planted not in printed_of(list(found.values()))
    assert found["sign-in"].status == "bad"


# what does not work


async def test_another_authority_signed_the_certificate(served: Served, one: Profile, tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    before = len(served.journal.entries())
    found = await report(replace(one, ca_bundle=str(tmp_path / "other.pem")))
    assert statuses(found, "ca", "tls.authority", "tls.mde", "sign-in") == ["ok", "bad", "bad", "bad"]
    assert statuses(found, "clock.authority", "clock.mde", *READS) == ["skipped"] * (2 + len(READS))
    for name in HOSTS:
        assert "is not trusted here" in found[f"tls.{name}"].said
        assert "other.pem (profiles.simulator.ca_bundle)" in found[f"tls.{name}"].said
        assert "ca_bundle" in found[f"tls.{name}"].todo
    assert len(served.journal.entries()) == before, "nothing was sent"


async def test_a_bundle_that_is_not_there(one: Profile, tmp_path: Path) -> None:
    found = await report(replace(one, ca_bundle=str(tmp_path / "gone.pem")))
    assert [check.id for check in found.values() if check.status == "bad"] == ["ca"], "told once"
    assert "does not exist" in found["ca"].said
    assert statuses(found, "sign-in", *READS) == ["skipped"] * (1 + len(READS))


async def test_a_proxy_that_refuses(served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy(status=403) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:pr0xy-s3cret@{proxy.host}")
        found = await report(one)
    shown = f"http://ann:***@{proxy.host}"
    for name in HOSTS:
        assert found[f"proxy.{name}"].facts["proxy"] == shown
        assert found[f"proxy.{name}"].facts["source"] == "HTTPS_PROXY"
        assert found[f"tls.{name}"].status == "bad"
        assert "refused to connect" in found[f"tls.{name}"].said
    assert found["sign-in"].status == "bad"
    assert "pr0xy-s3cret" not in printed_of(list(found.values()))


async def test_a_proxy_with_a_password_that_lets_us_through(
    served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy("ann", "pr0xy-s3cret") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://ann:pr0xy-s3cret@{proxy.host}")
        found = await report(one, running=served)
    assert worst(found.values()) == "ok"
    assert found["tls.mde"].facts["days_left"] > 14, "seen through the tunnel"
    assert "pr0xy-s3cret" not in printed_of(list(found.values()))


async def test_a_proxy_of_the_profile(served: Served, one: Profile) -> None:
    with ConnectProxy("ann", "pr0xy-s3cret") as proxy:
        found = await report(replace(one, proxy=f"http://ann:pr0xy-s3cret@{proxy.host}"), running=served)
    assert found["config.proxy"].facts["value"] == f"http://***@{proxy.host}"
    assert found["proxy.mde"].facts["source"] == "profiles.simulator.proxy"
    assert worst(found.values()) == "ok"
    assert "pr0xy-s3cret" not in printed_of(list(found.values()))


async def test_no_proxys_address(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pr0xy-s3cret@")
    found = await report(one)
    assert statuses(found, "proxy.authority", "proxy.mde", "sign-in") == ["bad", "bad", "skipped"]
    assert "pr0xy-s3cret" not in printed_of(list(found.values()))


async def test_a_secret_that_has_expired(served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDETUI_CLIENT_SECRET", EXPIRED_SECRET)
    one = replace(one, client_secret_file="")
    found = await report(one, running=served)
    assert statuses(found, "tls.authority", "tls.mde", "sign-in") == ["ok", "ok", "bad"]
    assert "AADSTS7000222" in found["sign-in"].said
    assert found["sign-in"].facts["correlation_id"] in found["sign-in"].said
    assert statuses(found, *READS) == ["skipped"] * len(READS)
    assert found["config.secret"].facts == {"source": "MDETUI_CLIENT_SECRET"}
    assert EXPIRED_SECRET not in printed_of(list(found.values()))


async def test_a_permission_that_is_missing(tmp_path: Path) -> None:
    roles = tuple(role for role in ALL_ROLES if not role.startswith("Alert."))
    with Served(replace(OPTIONS, roles=roles)) as running:
        found = await report(running.profile(tmp_path), running=running)
    assert found["roles.viewer"].facts == {"missing": ["Alert.Read.All"]}
    assert found["roles.responder"].facts == {"missing": ["Alert.ReadWrite.All"]}
    assert statuses(found, "sign-in", "roles.viewer", "roles.responder") == ["ok", "warn", "warn"]
    bad = found["read.alerts.list"]
    assert bad.status == "bad"
    assert bad.said.startswith("missing permission Alert.Read.All")
    assert "Alert.Read.All" in bad.facts["missing"]
    assert statuses(found, "read.machines.list", "read.machines.software", "read.alerts.files") == [
        "ok",
        "ok",
        "skipped",
    ]


async def test_a_profile_that_only_looks(tmp_path: Path) -> None:
    with Served(replace(OPTIONS, roles=permissions.names(person=False, responds=False))) as running:
        found = await report(running.profile(tmp_path))
    assert statuses(found, "roles.viewer", "roles.responder") == ["ok", "skipped"]
    assert worst(found.values()) == "ok"


async def test_a_licence_that_is_missing_is_no_fault_of_the_sign_in(served: Served, one: Profile) -> None:
    served.faults.set("licence", path="/api/machines/")
    found = await report(one)
    refused = [name for name in READS if found[name].status == "warn"]
    assert refused == ["read.machines.users", "read.machines.software", "read.machines.vulnerabilities"]
    assert all(found[name].said.startswith("no licence.") for name in refused)
    assert worst(found.values()) == "warn"


# people


def of_people(one: Profile, **changes: str) -> Profile:
    return replace(one, client_id=DESKTOP_ID, method="device-code", client_secret_file="", **changes)  # type: ignore[arg-type]


async def test_a_person_is_never_asked(served: Served, one: Profile) -> None:
    before = len(served.journal.entries())
    found = await report(of_people(one))
    assert found["sign-in"].status == "warn"
    assert "has nobody signed in" in found["sign-in"].said
    assert "Press Enter on profile simulator" in found["sign-in"].todo
    assert "mdetui --profile simulator" in found["sign-in"].todo
    assert statuses(found, *READS) == ["skipped"] * len(READS)
    assert worst(found.values()) == "warn"
    assert {entry.method for entry in served.journal.entries()[before:]} == {"GET"}, "no code was asked for"


async def test_who_is_signed_in_is_found_in_the_store(served: Served, one: Profile) -> None:
    ana = of_people(one, store="file")
    session = Session.open(ana, connect, log=RequestLog())
    await by_browser(session.tokens, served)
    await session.close()
    found = await report(ana, running=served)
    assert (found["sign-in"].facts["kind"], found["sign-in"].facts["name"]) == ("person", "ana.reyes@contoso.com")
    assert found["store"].facts["store"] == "file"
    assert "as plain text on the disk" in found["store"].said
    assert statuses(found, "roles.viewer", *READS) == ["ok"] * (1 + len(READS))


async def test_the_open_session_is_used_and_stays_open(served: Served, one: Profile) -> None:
    ana = of_people(one, store="memory")
    session = Session.open(ana, connect, log=RequestLog())
    await by_browser(session.tokens, served)
    found = await report(ana, session=session, running=served)
    assert found["sign-in"].facts["name"] == "ana.reyes@contoso.com"
    assert (await session.client.page(OPERATIONS["alerts.list"], query={"$top": "1"})).rows
    await session.close()


# the other audiences


async def test_audiences_that_nothing_asks_are_left_out(served: Served, one: Profile) -> None:
    alone = replace(one, base={"mde": one.base["mde"]})
    found = await report(alone)
    assert statuses(found, "token.xdr", "token.graph") == ["skipped", "skipped"]
    assert "base.xdr" in found["token.xdr"].said
    assert access.audiences(alone) == ("mde",)
    assert worst(found.values()) == "ok"


async def test_a_token_for_an_audience_that_is_set_but_not_used_is_a_warning(served: Served, one: Profile) -> None:
    odd = replace(one, scope={"graph": "https://unknown.test.invalid/.default"})
    found = await report(odd, running=served)
    assert statuses(found, "token.xdr", "token.graph") == ["ok", "warn"]
    assert worst(found.values()) == "warn"
