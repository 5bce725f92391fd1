"""`mdetui api`: what is asked, what is printed, how it ends. Against the demo tenant, in this process."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mdetui import cli
from mdetui.api.endpoints import OPERATIONS
from mdetui.commands import api
from mdetui.simulator import demo_profile
from mdetui.simulator.mount import Mounted


class Ran:
    """What a run said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(tenant: Mounted, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Run the command on the tenant of this test, which outlives it."""
    lent = replace(tenant.connection, close=lambda: None)

    def running(*argv: str) -> Ran:
        capsys.readouterr()
        try:
            code = api.main(["--profile", "demo", *argv], str(_empty(tmp_path)), lambda _: lent, demo_profile())
        except SystemExit as end:
            code = int(str(end.code))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return running


def _empty(folder: Path) -> Path:
    file = folder / "config.toml"
    file.touch()
    return file


def test_one_thing_is_printed_as_json(run: Any, tenant: Mounted) -> None:
    listed = run("GET", "/api/machines", "--query", "$top=1")
    (machine,) = listed.json["value"]
    one = run("get", f"/api/v1.0/Machines/{machine['id']}")
    assert (one.code, one.err) == (0, "")
    assert one.json["computerDnsName"] == machine["computerDnsName"]
    assert run("GET", f"api/machines/{machine['id']}/logonusers").json["value"]
    # from the address as well as from the option
    assert run("GET", "/api/machines?$top=2").json["value"][:1] == [machine]
    assert not tenant.foreign


def test_the_row_that_spells_out_more_is_meant(run: Any) -> None:
    assert run("GET", "/api/machines/findbytag", "--query", "tag=crown-jewel").json["value"]
    op, values = api.found("GET", "/api/machines/findbyip(ip='fe80%3A%3A1',timestamp=2026-11-24T10:00:00Z)")
    assert (op.id, values) == ("machines.findByIp", {"ip": "fe80::1", "timestamp": "2026-11-24T10:00:00Z"})
    assert api.found("GET", "/api/machines/SoftwareInventoryByMachine")[0].id == "exports.software"
    assert api.found("GET", "/api/incidents/7")[0].audience == "xdr"


def test_all_pages_are_one_array(run: Any, tenant: Mounted) -> None:
    every = run("GET", "/api/machines", "--all")
    assert (every.code, len(every.json)) == (0, tenant.options.machines)
    lines = run("GET", "/api/machines", "--all", "--raw").out.splitlines()
    assert sorted(json.loads(line)["id"] for line in lines) == sorted(row["id"] for row in every.json)
    high = run("GET", "/api/alerts", "--all", "--filter", "severity eq 'High'").json
    assert {row["severity"] for row in high} == {"High"}
    assert run("GET", "/api/alerts", "--all", "--filter", "id eq 'nope'").json == []
    assert run("GET", "/api/alerts", "--all", "--raw", "--filter", "id eq 'nope'").out == ""


def test_raw_is_what_came(run: Any) -> None:
    raw = run("GET", "/api/machines", "--query", "$top=1", "--raw").out
    assert raw.startswith('{"@odata.context":')
    assert len(raw.splitlines()) == 1


def test_what_writes_is_refused_before_anything_is_sent(run: Any, tenant: Mounted) -> None:
    for op in OPERATIONS.values():
        if op.reads:
            continue
        path = re.sub(r"\{\w+\}", "x1", op.path)
        done = run(op.method, path)
        assert (done.code, done.out) == (1, ""), op.id
        assert f"{op.id} writes, and writing from the command line comes with the response work." in done.err
    assert tenant.journal.count() == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ["GET", "/api/machinez"],
            r"not in the table of operations\. Nearest are:\n  GET /api/machines  machines\.list\n",
        ),
        (["POST", "/api/machines"], r"POST /api/machines is not in the table"),
        (["GET", "https://evil.invalid/api/machines"], r"not in the table"),
        (["GET", "/api/machines/../alerts"], r"not in the table"),
        (["GET", "/api/\x1b[31malerts"], r"GET /api/\S*31malerts is not in the table"),
        (["GET"], "METHOD and PATH are needed"),
        (["PUT", "/api/machines"], "invalid choice: 'PUT'"),
        (["GET", "/api/machines", "--query", "top"], "'top' is no KEY=VALUE"),
        (["GET", "/api/machines/x", "--all"], "machines.get is one thing, not a list"),
        (["GET", "/api/machines", "--all", "--query", "$top=5"], r"\$top can't be given"),
        (["GET", "/api/machines", "--filter", "a eq 1", "--query", "$filter=b eq 2"], "filter is given twice"),
        (["GET", "/api/machines", "--body", "-"], "takes no body"),
        (["POST", "/v1.0/security/runHuntingQuery"], "needs a body with Query, Timespan"),
        (["POST", "/v1.0/security/runHuntingQuery", "--body", "/nowhere/x.json"], "can't be read: No such file"),
        (["--list", "nonsense"], "No operation has 'nonsense'"),
    ],
)
def test_a_wrong_command_line_ends_with_2(run: Any, tenant: Mounted, argv: list[str], said: str) -> None:
    done = run(*argv)
    assert (done.code, done.out) == (2, "")
    assert re.search(said, done.err), done.err
    assert "\x1b" not in done.err
    assert tenant.journal.count() == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            '{"query":"x"}',
            "The body has 'query', which hunting.run does not take. It takes Query, Timespan, in this case",
        ),
        ("{}", "missing required field"),
        ('{"Query":5}', "Expected `?str"),
        ("[]", "The body does not fit hunting.run"),
        ("no json", "The body does not fit hunting.run"),
    ],
)
def test_a_body_is_looked_at_first(
    run: Any, tenant: Mounted, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(body.encode())))
    done = run("POST", "/v1.0/security/runHuntingQuery", "--body", "-")
    assert done.code == 2
    assert re.search(said, done.err), done.err
    assert tenant.journal.count() == 0


def test_a_body_is_sent(run: Any, tenant: Mounted, tmp_path: Path) -> None:
    file = tmp_path / "ids.json"
    file.write_text('{"ScanDefinitionIds": ["x"]}')
    run("POST", "/api/DeviceAuthenticatedScanDefinitions/GetScanHistoryByScanDefinitionId", "--body", str(file))
    asked = tenant.journal.entries()[-1]
    assert (asked.method, asked.body) == ("POST", b'{"ScanDefinitionIds":["x"]}')


def test_what_the_service_refuses_ends_with_1_in_a_sentence(run: Any, tenant: Mounted) -> None:
    unknown = run("GET", "/api/alerts/nope")
    assert (unknown.code, unknown.out) == (1, "")
    assert re.fullmatch(r"mdetui: .*alerts\.get.*nope.*\(id [0-9a-f-]+\)\n", unknown.err)
    tenant.faults.set("forbidden", "Machine.ReadWrite.All")
    refused = run("GET", "/api/machines")
    assert refused.code == 1
    assert "One of these is needed: " in refused.err
    assert "Traceback" not in refused.err


def test_the_table_is_listed(run: Any) -> None:
    every = run("--list").out.splitlines()
    assert every[0].split() == ["OPERATION", "METHOD", "PATH", "PERMISSION", "QUOTA", "DOES"]
    assert len(every) == len(OPERATIONS) + 1
    isolate = run("--list", "ISOLATE").out.splitlines()
    assert (
        [line.split() for line in isolate[1:]]
        == [
            ["machines.isolate", "POST", "/api/machines/{id}/isolate", "Machine.Isolate", "default", "writes"],
            ["machines.release", "POST", "/api/machines/{id}/unisolate", "Machine.Isolate", "default", "writes"],
            # any one of many permissions is enough to cancel; the first is named
        ][: len(isolate) - 1]
    )


def test_the_table_needs_no_profile(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MDETUI_CONFIG", "/nowhere/at/all.toml")
    assert cli.main(["api", "--list", "incidents"]) == 0
    assert "graphIncidents.list" in capsys.readouterr().out


def test_which_profile_is_asked_when_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert api.main(["GET", "/api/machines"], str(_empty(tmp_path)), lambda _: None, demo_profile()) == 2  # type: ignore[arg-type,return-value]
    assert "Which profile is not said. Give one of: demo." in capsys.readouterr().err


def test_a_terminal_gets_plain_ascii() -> None:
    hostile = '{"title": "\x1b]0;x\x07 \u202e \x9b \U0001f480 é \x7f"}\n'
    shown = api.escaped(hostile)
    assert shown.replace("\n", "").isascii()
    assert shown.replace("\n", "").isprintable()
    assert json.loads(shown) == {"title": "\x1b]0;x\x07 \u202e \x9b \U0001f480 é \x7f"}


def test_hostile_texts_stay_json(run: Any, tenant: Mounted) -> None:
    tenant.faults.set("hostile")
    done = run("GET", "/api/alerts", "--query", "$top=50")
    assert done.code == 0
    assert len(done.json["value"]) == 50
    # JSON escapes what moves a terminal, even where nobody knows whether there is one
    assert "\x1b" not in done.out
