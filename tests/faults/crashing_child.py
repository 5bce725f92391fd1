"""The program with a mistake in it, made while secrets are alive. Started by `test_no_secret_leaks.py` on a terminal.

Arguments: configuration, profile, kind of mistake, a file: once that is there the mistake happens. The kinds:
`handler` (in the app, a token in a local variable and in the error's text), `request` (below httpx, with the API's
request in hand), `sign-in` (below MSAL, with the form in hand), `paste` (on the sign-in screen, with what was pasted in
hand), `beside` (in a callback of the event loop, in a thread and in a task that nobody waits for).
"""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from mdetui import cli, config

# as the program does it: before anything of Textual is imported
cli._prepare_terminal(remote=False)

from mdetui.app import MdetuiApp  # noqa: E402
from mdetui.config import Profile  # noqa: E402
from mdetui.net import Connection, connect  # noqa: E402
from mdetui.screens.sign_in import SignInScreen  # noqa: E402

FILE, NAME, KIND, TRIGGER = sys.argv[1:]
NOW = Path(TRIGGER)


def fail(*secrets: object) -> None:
    """A mistake of which everything says what it must not say: arguments, a local variable, the error's text."""
    told = f"everything: {secrets!r}"
    # nobody of ours is there to leave the text of such an error out
    raise RuntimeError("a mistake" if KIND == "beside" else told)


class Asynchronous(httpx.AsyncBaseTransport):
    """A way to the API that has the mistake in it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, or fail with all there is."""
        if KIND == "request" and NOW.exists():  # noqa: ASYNC240
            fail(request.headers["authorization"], dict(request.headers.raw))
        return await self._inner.handle_async_request(request)


class Synchronous(httpx.BaseTransport):
    """A way to the authority that has the mistake in it."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, or fail with all there is."""
        if KIND == "sign-in" and NOW.exists() and request.method == "POST":
            fail(request.content)
        return self._inner.handle_request(request)


def failing(profile: Profile) -> Connection:
    """A connector."""
    real = connect(profile)
    return Connection(Asynchronous(real.asynchronous), Synchronous(real.synchronous), real.close)


class Crashing(MdetuiApp):
    """The program."""

    def raise_curtain(self) -> None:
        """Start, and look for the moment."""
        super().raise_curtain()
        self.set_interval(0.05, self._look)

    def _look(self) -> None:
        if not NOW.exists():
            return
        held = self._secrets()
        match KIND:
            case "handler":
                fail(held)
            case "paste" if isinstance(self.screen, SignInScreen) and self.screen._typed:
                fail(self.screen._typed)
            case "beside":
                NOW.unlink()
                asyncio.get_running_loop().call_soon(lambda: fail(held))
                threading.Thread(target=fail, args=(held,)).start()
                self._task = asyncio.create_task(_fail_later(held))

    def _secrets(self) -> list[Any]:
        sessions = self.shell.sessions.values()
        return [one.secret.reveal() for session in sessions for one in session.tokens._held.values()]


async def _fail_later(held: list[Any]) -> None:
    fail(held)


if __name__ == "__main__":
    app = Crashing(config.load(FILE), failing, profile=NAME)
    app.run()
    if app.farewell:
        sys.stdout.write(app.farewell + "\n")
    sys.exit(app.return_code or 0)
