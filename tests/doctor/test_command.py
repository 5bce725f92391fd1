"""`mdetui doctor` as it is typed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from mdetui import cli
from mdetui.config import Profile
from mdetui.simulator.directory import DESKTOP_ID
from mdetui.simulator.server import Served
from tests.doctoring import READS
from tests.signing import handle


async def mdetui(*argv: str) -> tuple[int, str, str]:
    """Exit code, output and error output of the program as it is run."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "mdetui", *argv, stdout=pipe, stderr=pipe)
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
