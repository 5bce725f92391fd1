"""`doctor` over real TLS on loopback: what works, what does not, and that it shows no secret and never hangs."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from mdetui import cli, permissions
from mdetui.api.endpoints import OPERATIONS
from mdetui.api.log import RequestLog
from mdetui.clock import SYSTEM
from mdetui.config import Config, Profile
from mdetui.doctor import Check, access, check, examine, lines_of, reach, worst
from mdetui.net import Connection, connect
from mdetui.session import Session
from mdetui.simulator.directory import DESKTOP_ID, EXPIRED_SECRET, Directory
from mdetui.simulator.options import ALL_ROLES, Options
from mdetui.simulator.server import Served
from tests.connect_proxy import ConnectProxy
from tests.signing import handle
from tests.sources import by_browser

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


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(OPTIONS) as running:
        yield running


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True)
def calm(served: Served) -> Iterator[None]:
    yield
    served.faults.clear()


@pytest.fixture
def one(served: Served, tmp_path: Path) -> Profile:
    return served.profile(tmp_path / "simulator")


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
    return [found[one].status for one in ids]


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


async def test_no_proxys_address(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pr0xy-s3cret@")
    found = await report(one)
    assert statuses(found, "proxy.authority", "proxy.mde", "sign-in") == ["bad", "bad", "skipped"]
    assert "pr0xy-s3cret" not in printed_of(list(found.values()))


@pytest.mark.parametrize(("off", "status"), [(3600, "bad"), (120, "warn")])
async def test_clocks_that_differ(tmp_path: Path, off: int, status: str) -> None:
    with Served(replace(OPTIONS, directory=Directory(authority_skew=off, api_skew=-off))) as running:
        found = await report(running.profile(tmp_path), running=running)
    assert statuses(found, "clock.authority", "clock.mde") == [status, status]
    assert found["clock.authority"].facts["skew_seconds"] == pytest.approx(off, abs=30)
    assert found["clock.mde"].facts["skew_seconds"] == pytest.approx(-off, abs=30)
    assert "ahead of" in found["clock.authority"].said
    assert "behind" in found["clock.mde"].said
    assert "certificate and claims depend on it" in found["clock.mde"].todo


NOON = datetime(2026, 3, 14, 12, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "took", "skew"),
    [
        ("Sat, 14 Mar 2026 12:00:00 GMT", 0.1, 0.0),
        ("Sat, 14 Mar 2026 12:00:03 GMT", 5.0, 0.0),  # it may have been told at any moment of the request
        ("Sat, 14 Mar 2026 13:00:01 GMT", 0.5, 3600.0),
        ("Sat, 14 Mar 2026 10:59:59 GMT", 0.5, -3600.5),
        ("Sat, 14 Mar 2026 12:00:00 -0000", 0.1, 0.0),
        ("soon", 0.1, None),
        ("", 0.1, None),
    ],
)
def test_the_difference_of_two_clocks(date: str, took: float, skew: float | None) -> None:
    assert reach.skew_of(date, NOON, NOON + timedelta(seconds=took)) == skew


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


# nothing hangs


async def test_hosts_that_never_answer(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "PATIENCE", 0.2)
    with _silent() as port:
        base = f"https://127.0.0.1:{port}"
        found = await report(replace(one, authority=base, base={"mde": base}))
    assert statuses(found, "tls.authority", "tls.mde", "sign-in") == ["bad", "bad", "bad"]
    assert found["tls.mde"].said == "it could not be reached in time"
    assert "nothing came in" in found["sign-in"].said
    assert statuses(found, *READS) == ["skipped"] * len(READS)


async def test_a_token_command_that_never_ends(one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(one, method="token-command", token_command=(sys.executable, "-c", "import time; time.sleep(60)"))

    def hurry(found: Check) -> None:
        if found.id == "clock.mde":
            monkeypatch.setattr(check, "PATIENCE", 0.2)

    found = await report(slow, on_check=hurry)
    assert found["sign-in"].status == "bad"
    assert "nothing came in" in found["sign-in"].said


async def test_a_read_that_is_never_answered(served: Served, one: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    served.faults.set("latency", "60000", path="/api/machines", count=1)

    def hurry(found: Check) -> None:
        if found.id == "read.alerts.list":
            monkeypatch.setattr(check, "PATIENCE", 0.3)

    found = await report(one, on_check=hurry)
    assert statuses(found, "read.alerts.list", "read.machines.list") == ["ok", "bad"]
    assert statuses(found, *READS[2:]) == ["skipped"] * len(READS[2:])
    assert "machines.list had no answer" in found["read.actions.list"].said


@contextmanager
def _silent() -> Iterator[int]:
    """A host that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


# as it is typed


async def mdetui(*argv: str) -> tuple[int, str, str]:
    """Exit code, output and error output of the program as it is run."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mdetui", *argv, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AZURE_", "MDETUI_"))},
    )  # fmt: skip
    out, error = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


async def test_as_json(served: Served, one: Profile) -> None:
    file = str(Path(one.ca_bundle).parent / "config.toml")
    # the only profile of the file needs no name
    code, out, error = await mdetui("doctor", "--json", "--config", file)
    assert (code, error) == (0, "")
    found = json.loads(out)
    assert [found[key] for key in ("profile", "cloud", "tenant", "method", "result")] == [
        "simulator", "global", one.tenant, "client-secret", "ok",
    ]  # fmt: skip
    assert {frozenset(check) for check in found["checks"]} == {
        frozenset(("id", "title", "status", "said", "todo", "facts"))
    }
    assert {check["status"] for check in found["checks"]} == {"ok"}
    assert [check["id"] for check in found["checks"]][-len(READS) :] == READS
    sources = {check["id"]: check["facts"].get("source") for check in found["checks"]}
    assert sources["config.tenant"].startswith(f"{file}, line ")
    secrets = {*handle(served).handed_out(), *handle(served).presented()}
    assert served.options.secret in secrets
    assert [secret for secret in secrets if secret in out] == []


async def test_what_does_not_work_is_the_exit_code(served: Served, one: Profile, tmp_path: Path) -> None:
    file = str(Path(one.ca_bundle).parent / "config.toml")
    served.faults.set("forbidden", "Machine.ReadWrite.All", path="/api/machineactions")
    code, out, error = await mdetui("--config", file, "doctor", "simulator")
    assert (code, error) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("mdetui ")
    assert [line.split("  ")[0] for line in lines if "actions.list" in line] == ["BAD    "[:3]]
    assert lines[-1] == "1 thing does not work."
    assert served.options.secret not in out


def typed(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    """Exit code and what was said on both outputs, in this process."""
    try:
        code = cli.main(argv)
    except SystemExit as end:
        code = int(end.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_the_demo_tenant_works_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = typed(capsys, "doctor", "demo")
    assert code == 0
    assert "the demo tenant is inside this program" in said
    assert said.splitlines()[-1] == "Everything works that was looked at."


@pytest.mark.parametrize("argv", [("doctor",), ("doctor", "nobody"), ("doctor", "--wrong"), ("doctor", "a", "b")])
def test_a_command_line_that_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, argv: tuple[str, ...]
) -> None:
    file = tmp_path / "two.toml"
    profile = 'tenant = "contoso.com"\nclient_id = "11111111-2222-3333-4444-555555555555"\nmethod = "browser"\n'
    file.write_text(f"[profiles.contoso]\n{profile}[profiles.fabrikam]\n{profile}")
    code, said = typed(capsys, "--config", str(file), *argv)
    assert code == 2
    if argv == ("doctor",):
        assert "Give one of: contoso, fabrikam, demo." in said
    if argv == ("doctor", "nobody"):
        assert "Known profiles: contoso, fabrikam" in said


def test_a_person_who_is_needed_is_told_which_program_the_keys_are_of(
    served: Served, one: Profile, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "people.toml"
    base = f'base = {{ mde = "{served.url}" }}\nauthority = "{served.url}"\nca_bundle = "{one.ca_bundle}"\n'
    profile = f'tenant = "{one.tenant}"\nclient_id = "{DESKTOP_ID}"\nmethod = "device-code"\n'
    file.write_text(f'profile = "ana"\n[profiles.ana]\n{profile}{base}[profiles.bob]\n{profile}')
    code, said = typed(capsys, "doctor", "--config", str(file))
    assert code == 0, "nothing is broken"
    assert "WARN     sign-in" in said
    assert said.splitlines()[-1] == "Keys are those of the program: mdetui --profile ana"
