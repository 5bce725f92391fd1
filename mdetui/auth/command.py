"""Tokens that another program prints: the way out for everything an organisation already has.

The program is started without a shell, gets no input and nothing of our secrets, and has its own process group, which
is killed when it is not wanted any more. It prints one JSON object: `access_token`, and `expires_on` in seconds since
1970 or as ISO 8601 with an offset. In its arguments `{scope}`, `{tenant}` and `{audience}` are filled in.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mdetui import text
from mdetui.auth import tenant
from mdetui.auth.grant import Grant, Passing
from mdetui.auth.identity import claims_of
from mdetui.auth.secret import Secret, without_secrets
from mdetui.clock import Clock
from mdetui.config import Profile
from mdetui.errors import SignInError

# seconds; some ask a person on another screen
PATIENCE = 120.0
_MAX_OUTPUT = 1 << 18
_MAX_ERRORS = 1 << 14
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=-]{20,}(?:\.[A-Za-z0-9_+=-]*)*")
# a token that ends sooner is not worth a request
_SHORTEST = 10.0


class CommandTokens:
    """Tokens for a profile of method `token-command`. Nothing is kept."""

    def __init__(
        self, profile: Profile, clock: Clock, known_tenant: Callable[[], str], *, patience: float = PATIENCE
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._known_tenant = known_tenant
        self._patience = patience
        self._running: set[subprocess.Popen[bytes]] = set()
        self._door = threading.Lock()
        self._closed = False

    def acquire(self, audience: str, claims: str | None, failed: Secret | None, held: Secret | None) -> Grant:
        """Run the command; see `Giver`."""
        # not in variables: it may hold a token, and what follows may fail
        found = _parsed(*self._run(audience))
        if isinstance(found, str):
            raise self._wrong(found)
        token, ends = found
        if failed is not None and token == failed:
            raise self._wrong("it printed the token again that the service rejected")
        left = ends - self._clock.now().timestamp()
        if left < _SHORTEST:
            raise self._wrong("it printed a token that has expired")
        tenant.check(self._profile, self._known_tenant(), claims_of(token.reveal()), named=True)
        return Grant(token, left)

    def forget(self) -> list[str]:
        """Sentences only: the command may keep tokens of its own."""
        return [
            f"The tokens of profile {self._profile.name} were removed from memory.",
            "Nothing was revoked, and what the token command keeps by itself is not touched: sign out there too.",
        ]

    def close(self) -> None:
        """Kill what runs, and start nothing more."""
        with self._door:
            self._closed = True
            for process in self._running:
                _kill(process)

    def _run(self, audience: str) -> tuple[bytes, str]:
        """What the command printed, and why that is not to be used."""
        profile = self._profile
        filled = {"{scope}": profile.scope_of(audience), "{tenant}": profile.tenant, "{audience}": audience}
        argv = [_fill(part, filled) for part in profile.token_command]
        with self._door:
            if self._closed:
                raise self._wrong("it was not started, because the profile is being closed")
            try:
                process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=without_secrets(os.environ),
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise self._wrong(
                    f"it can't be started: {getattr(error, 'strerror', None) or 'odd argument'}"
                ) from None
            self._running.add(process)
        try:
            output, errors, why = _read(process, self._patience)
        finally:
            _kill(process)
            with self._door:
                self._running.discard(process)
            _reap(process)
        if not why and process.returncode != 0:
            how = f"status {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
            why = f"it ended with {how}{_first_line(errors)}"
        return output, why

    def _wrong(self, why: str) -> SignInError:
        name = text.line(os.path.basename(self._profile.token_command[0]), 80)  # noqa: PTH119 it need not be a path
        return Passing(
            f"The token command {name} of profile {self._profile.name} gave no token: {why}.",
            "Run it by hand: it must print one JSON object with access_token and expires_on, and nothing else.",
        )


def _parsed(output: bytes, why: str) -> tuple[Secret, float] | str:
    """The token in what was printed, and the moment it ends; or why there is none."""
    if why:
        return why
    try:
        data: Any = json.loads(output)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return "it printed something else than one JSON object"
    token, ends = data.get("access_token"), _moment(data.get("expires_on"))
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable() or " " in token:
        return "its JSON has no access_token"
    if ends is None:
        return "its JSON has no expires_on that is a time"
    return Secret(token), ends


def _fill(part: str, filled: dict[str, str]) -> str:
    for hole, value in filled.items():
        part = part.replace(hole, value)
    return part


def _read(process: subprocess.Popen[bytes], patience: float) -> tuple[bytes, bytes, str]:
    """What it prints until it has ended; output, errors, and why it was not waited for any longer."""
    assert process.stdout is not None
    assert process.stderr is not None
    output, errors = bytearray(), bytearray()
    ends = time.monotonic() + patience
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ, output)
        waiting.register(process.stderr, selectors.EVENT_READ, errors)
        while waiting.get_map():
            # short turns: a child of the command may keep the pipes open after the command has ended
            ready = waiting.select(min(0.2, max(0.0, ends - time.monotonic())))
            for key, _ in ready:
                piece = os.read(key.fd, 65_536)
                if not piece:
                    waiting.unregister(key.fileobj)
                elif len(key.data) < _MAX_OUTPUT:
                    key.data.extend(piece)
            if len(output) >= _MAX_OUTPUT:
                return b"", b"", "it printed too much"
            if not ready and process.poll() is not None:
                break
            if time.monotonic() >= ends:
                return b"", b"", f"it did not end within {patience:.0f} s"
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(0.1, ends - time.monotonic()))
        return bytes(output), bytes(errors[:_MAX_ERRORS]), ""
    return b"", b"", f"it did not end within {patience:.0f} s"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the group, the command's children too; not after its end: its number may be another's then, and what a
    command leaves behind on purpose is its own business."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def _reap(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


def _first_line(errors: bytes) -> str:
    """The first line of what it said on its error output, safe to show: long words could be tokens."""
    lines = errors.decode("utf-8", "replace").split("\n")
    said = next((line.strip() for line in lines if line.strip()), "")
    return f", saying: {text.line(_LONG_WORD.sub('***', said), 160).rstrip('.')}" if said else ""


def _moment(value: object) -> float | None:
    """Seconds since 1970 of an `expires_on`; None when it is no time."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, int | float):
        return float(value) if 0 < value < 1e11 else None
    if isinstance(value, str):
        with contextlib.suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(value)
            return moment.timestamp() if moment.tzinfo is not None else None
    return None
