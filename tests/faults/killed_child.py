"""A run of the program that is killed while it isolates a machine. Started by `test_sigkill.py` as a process.

Arguments: folder of the simulator's files, its address, ledger file, machine id, and the moment of death:
`recorded` (the line is on the disk, nothing left), `answered` (the answer arrived, nothing was done with it),
`told` (the outcome is recorded, the end is not known).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx

from mdetui.clock import SYSTEM
from mdetui.config import Profile
from mdetui.net import connect
from mdetui.response import targets
from mdetui.response.plan import Answers
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from tests.responding import REASON, assemble


def profile_at(folder: Path, url: str) -> Profile:
    """The profile that both processes use."""
    return Profile(
        name="simulator",
        tenant=TENANT_ID,
        client_id=CLIENT_ID,
        client_secret_file=str(folder / "client-secret"),
        authority=url,
        base=dict.fromkeys(("mde", "xdr", "graph"), url),
        ca_bundle=str(folder / "ca.pem"),
        analyst="you@contoso.com",
    )


class Deadly(httpx.AsyncBaseTransport):
    """Kills this process, without warning, at a chosen moment."""

    def __init__(self, inner: httpx.AsyncBaseTransport, moment: str) -> None:
        self._inner = inner
        self._moment = moment
        self._sent = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        isolating = request.url.path.endswith("/isolate")
        if isolating and self._moment == "recorded":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._sent and self._moment == "told" and request.url.path.endswith("/machineactions"):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = await self._inner.handle_async_request(request)
        if isolating:
            self._sent = True
            if self._moment == "answered":
                os.kill(os.getpid(), signal.SIGKILL)
        return answer


async def main(folder: str, url: str, ledger: str, machine_id: str, moment: str) -> None:
    profile = profile_at(Path(folder), url)
    connection = connect(profile)
    parts = assemble(
        profile, Deadly(connection.asynchronous, moment), connection.synchronous, None, SYSTEM, Path(ledger)
    )
    parts.lock.open_for(30, analyst=profile.analyst)
    plan = await parts.desk.prepare("machine.isolate", [targets.machine_by_id(profile.name, machine_id)])
    typed = {item.key: sorted(item.accepts)[0] for item in plan.items}
    parts.desk.start(plan, Answers(REASON, typed))
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
