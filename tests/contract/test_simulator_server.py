"""The tenant over TLS: the command, its files, and what only a real socket can do."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mdetui import config
from mdetui.errors import ConfigError
from mdetui.simulator import Options
from mdetui.simulator.server import Served, main


@pytest.fixture
def served(simulator_options: Options) -> Iterator[Served]:
    with Served(replace(simulator_options, machines=5, alerts=20)) as running:
        yield running


def _client(served: Served) -> httpx.Client:
    context = ssl.create_default_context(cadata=served.ca_pem.decode())
    token = served.tenant.authority.issue()
    return httpx.Client(
        verify=context, base_url=served.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False
    )


def test_the_command_listens_writes_a_configuration_and_stops(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    command = [
        sys.executable,
        "-m",
        "mdetui",
        "simulator",
        "--machines",
        "5",
        "--alerts",
        "20",
        "--write-config",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening https://127.0.0.1:")
        profile = config.load(folder / "config.toml").profiles["simulator"]
        assert profile.base_of("mde") == profile.login == line.split()[1]
        assert (folder / "client-secret").stat().st_mode & 0o777 == 0o600
        context = ssl.create_default_context(cafile=profile.ca_bundle)
        with httpx.Client(verify=context, trust_env=False) as client:
            answer = client.post(
                f"{profile.login}/{profile.tenant}/oauth2/v2.0/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": profile.client_id,
                    "client_secret": Path(profile.client_secret_file).read_text(),
                    "scope": profile.scope_of("mde"),
                },
            )
            token = answer.json()["access_token"]
            rows = client.get(f"{profile.base_of('mde')}/api/alerts", headers={"Authorization": f"Bearer {token}"})
        assert len(rows.json()["value"]) == 20
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_signal_right_after_the_line_is_a_clean_end() -> None:
    command = [sys.executable, "-m", "mdetui", "simulator", "--machines", "1", "--alerts", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [["--fault", "nope"], ["--fault", "latency"], ["--port", "x"], ["--machines", "0"], ["--unknown"]],
)
def test_a_wrong_command_line(arguments: list[str]) -> None:
    with pytest.raises((ConfigError, SystemExit)):
        main(arguments)


def test_a_port_in_use(served: Served) -> None:
    with pytest.raises(ConfigError, match="can't be used"):
        main(["--machines", "1", "--alerts", "0", "--port", served.url.rsplit(":", 1)[1]])


def test_a_configuration_of_somebody_else_is_kept(served: Served, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("theme = 'dark'\n")
    with pytest.raises(ConfigError, match="not a file of the simulator"):
        served.write_config(tmp_path)
    assert (tmp_path / "config.toml").read_text() == "theme = 'dark'\n"
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


def test_a_link_where_the_secret_goes_is_replaced_not_followed(served: Served, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("untouched")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "client-secret").symlink_to(outside)
    served.write_config(folder)
    served.write_config(folder)
    assert outside.read_text() == "untouched"
    assert (folder / "client-secret").read_text() == served.options.secret
    assert sorted(one.name for one in folder.iterdir()) == ["ca.pem", "client-secret", "config.toml"]


def test_http_is_as_recorded(served: Served) -> None:
    with _client(served) as client, client.stream("GET", "/api/alerts") as answer:
        assert answer.http_version == "HTTP/1.1"
        assert answer.headers["transfer-encoding"] == "chunked"
        assert answer.headers["content-encoding"] == "deflate"
        assert "server" not in answer.headers
        assert answer.headers["date"] == "Sat, 14 Mar 2026 09:26:53 GMT"
        answer.read()
        assert len(answer.json()["value"]) == 20


def test_a_connection_that_ends_without_an_answer(served: Served) -> None:
    with _client(served) as client:
        served.faults.set("reset", count=1)
        with pytest.raises(httpx.TransportError):
            client.get("/api/alerts")
        served.faults.set("lost-answer", count=1)
        with pytest.raises(httpx.TransportError):
            client.post("/api/machines/dc-01/isolate", json={"Comment": "x", "IsolationType": "Full"})
        pending = client.get("/api/machineactions", params={"$filter": "status eq 'Pending'"})
        assert len(pending.json()["value"]) == 1


def test_a_body_that_drips_is_longer_than_a_short_timeout(served: Served) -> None:
    served.faults.set("slow-drip", 30)
    with _client(served) as client:
        # no piece is late, so a read timeout alone does not notice
        assert len(client.get("/api/alerts", timeout=1).json()["value"]) == 20
        with pytest.raises(httpx.ReadTimeout):
            client.get("/api/alerts", timeout=0.005)


def test_a_filter_of_hundreds_of_ids_fits(served: Served) -> None:
    chain = " or ".join(f"id eq '{number:040x}'" for number in range(900))
    with _client(served) as client:
        answer = client.get("/api/machines", params={"$filter": chain})
    assert (answer.status_code, answer.json()["value"]) == (200, [])


def test_a_client_without_the_authority_is_refused(served: Served) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(f"{served.url}/api/alerts")
