"""A SIGKILL at the worst moments: at the next start the open entry is found, looked up, and closed. Nothing is sent twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mdetui.api.endpoints import operation
from mdetui.api.models.machine import Machine
from mdetui.net import connect
from mdetui.response.jobs import Job, State
from mdetui.simulator.options import Options
from mdetui.simulator.server import Served
from tests.clocks import HeldClock
from tests.faults.killed_child import profile_at
from tests.responding import Parts, assemble, until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A tenant over TLS, and folders of our own for what the program keeps."""
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    with Served(Options(machines=30, alerts=30, arrivals=0, quotas=False)) as running:
        running.profile(tmp_path / "simulator")
        yield running


class Scene:
    """Both runs: the one that is killed and the one after it."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served = served
        self.folder = folder / "simulator"
        self.ledger = folder / "ledger.jsonl"
        # the next start is a minute later
        self.clock = HeldClock(datetime.now(UTC) + timedelta(minutes=1))
        self.profile = profile_at(self.folder, served.url)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Parts]:
        """A run of the program that lives."""
        connection = connect(self.profile)
        parts = assemble(self.profile, connection.asynchronous, connection.synchronous, None, self.clock, self.ledger)
        try:
            yield parts
        finally:
            await parts.aclose()
            connection.close()

    async def machine(self) -> Machine:
        """A machine that nobody isolated."""
        async with self.run() as parts:
            page = await parts.client.fetch(operation("machines.list"), query={"$top": "100"})
            acted = await parts.client.fetch(operation("actions.list"), query={"$top": "100"})
            used = {row.machine_id for row in acted.rows}
            found: Machine = next(row for row in page.rows if row.health_status == "Active" and row.id not in used)
            return found

    def kill(self, machine_id: str, moment: str) -> None:
        """Run the program until it is killed at that moment."""
        command = [sys.executable, "-m", "tests.faults.killed_child", str(self.folder), self.served.url]
        done = subprocess.run(
            [*command, str(self.ledger), machine_id, moment],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ledger.read_text().splitlines()]

    def isolations(self) -> int:
        return len([one for one in self.served.journal.entries(method="POST") if one.path.endswith("/isolate")])

    async def by_hand(self, machine_id: str) -> None:
        """A colleague isolates it in the portal, without our mark."""
        connection = connect(self.profile)
        async with self.run() as parts:
            token = await parts.tokens.get()
        async with httpx.AsyncClient(transport=connection.asynchronous) as client:
            answer = await client.post(
                f"{self.served.url}/api/machines/{machine_id}/isolate",
                json={"Comment": "contained by hand", "IsolationType": "Full"},
                headers={"Authorization": f"Bearer {token.reveal()}"},
            )
        connection.close()
        assert answer.status_code == 201

    async def recover(self, parts: Parts) -> list[Job]:
        task = asyncio.ensure_future(parts.desk.recover())
        await until(self.clock, task.done, step=1.0)
        return task.result()


async def test_killed_before_it_left_is_closed_as_not_sent(served: Served, tmp_path: Path) -> None:
    scene = Scene(served, tmp_path)
    machine = await scene.machine()
    await asyncio.to_thread(scene.kill, machine.id, "recorded")
    assert [line["event"] for line in scene.lines()] == ["intent"]
    async with scene.run() as parts:
        (job,) = await scene.recover(parts)
        (row,) = job.rows
        assert (row.state, row.target.id, row.again) == (State.NOT_SENT, machine.id, True)
        assert (await parts.desk.ledger.verify()).whole
        assert await scene.recover(parts) == []
    assert [line["event"] for line in scene.lines()] == ["intent", "not sent"]
    assert scene.isolations() == 0


async def test_killed_between_line_and_answer_is_closed_as_sent(served: Served, tmp_path: Path) -> None:
    scene = Scene(served, tmp_path)
    machine = await scene.machine()
    await asyncio.to_thread(scene.kill, machine.id, "answered")
    (intent,) = scene.lines()
    assert intent["event"] == "intent"
    assert intent["body"]["Comment"] == f"[INC-2291] credential dumping (you@contoso.com via mdetui #{intent['id']})"
    assert scene.isolations() == 1
    async with scene.run() as parts:
        (job,) = await scene.recover(parts)
        assert job.rows[0].state in (State.ACCEPTED, State.RUNNING, State.DONE)
        assert job.rows[0].action_id
    outcome = scene.lines()[1]
    assert (outcome["event"], outcome["resolved"], outcome["action_id"]) == ("sent", True, job.rows[0].action_id)
    assert scene.isolations() == 1, "a write with a lost answer is never sent twice"


async def test_killed_without_a_trace_of_ours_but_an_equal_action_is_unclear(served: Served, tmp_path: Path) -> None:
    scene = Scene(served, tmp_path)
    machine = await scene.machine()
    await asyncio.to_thread(scene.kill, machine.id, "recorded")
    await scene.by_hand(machine.id)
    async with scene.run() as parts:
        (job,) = await scene.recover(parts)
        (row,) = job.rows
        assert (row.state, row.again) == (State.UNCLEAR, False)
        assert "without our comment" in row.detail
    assert [line["event"] for line in scene.lines()] == ["intent", "unclear"]
    assert scene.isolations() == 1, "only the colleague's"


async def test_killed_while_it_followed_goes_on_following(served: Served, tmp_path: Path) -> None:
    scene = Scene(served, tmp_path)
    machine = await scene.machine()
    await asyncio.to_thread(scene.kill, machine.id, "told")
    assert [line["event"] for line in scene.lines()] == ["intent", "sent"]
    async with scene.run() as parts:
        (job,) = await scene.recover(parts)
        assert job.rows[0].action_id == scene.lines()[1]["action_id"]
        assert job.rows[0].state in (State.ACCEPTED, State.RUNNING, State.DONE)
    assert scene.isolations() == 1
