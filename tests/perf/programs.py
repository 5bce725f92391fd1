"""The program itself as a child process, for the budget tests: its command line, its home, the tenant it talks to."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.perf.pty import ROOT, environment, python

# what only a list with rows shows
CURSOR = "▌"
# what the top line says before anything was asked
SIGNING_IN = "signing in"
SSH: Mapping[str, str | None] = {"SSH_CONNECTION": "192.0.2.7 50022 192.0.2.8 22"}

_FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME")


def mdetui(*args: str) -> list[str]:
    """The command line of the program."""
    return python("-m", "mdetui", *args)


class Home:
    """Makes empty homes: nothing is remembered, no quota is used, nobody's configuration is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def new(self, more: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
        """Environment variables that lead to a home of its own."""
        self._made += 1
        home = self._folder / f"home-{self._made}"
        env: dict[str, str | None] = {}
        for name in _FOLDERS:
            folder = home / name.lower()
            folder.mkdir(mode=0o700, parents=True)
            env[name] = str(folder)
        return {**env, **(more or {})}


class Simulator:
    """`mdetui simulator` in a process of its own. It counts no quotas: many short runs would use up an hour's.

    Args:
        folder: Where it writes the configuration that leads to it.
        options: More of its flags.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.config = folder / "config.toml"
        self._process = subprocess.Popen(
            mdetui("simulator", "--no-quotas", "--write-config", str(folder), *options),
            stdout=subprocess.PIPE,
            env=environment(False, {}),
            cwd=ROOT,
            text=True,
        )

    def __enter__(self) -> Simulator:
        """Wait until answers come."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening "), line
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def arguments(self) -> tuple[str, ...]:
        """Arguments with which the program opens this tenant."""
        return ("--config", str(self.config), "--profile", "simulator")
