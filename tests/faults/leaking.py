"""A program with loud logs on a terminal, the tenant it talks to, the person in front of it, and all that it writes."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from mdetui.simulator import Options
from mdetui.simulator.credentials import make_credentials
from mdetui.simulator.directory import Directory
from mdetui.simulator.options import CLIENT_ID, TENANT_ID
from mdetui.simulator.server import Served
from tests.leaks import Needles, written_below
from tests.perf.programs import Home, mdetui
from tests.perf.pty import ROOT, Terminal, environment
from tests.signing import handle, make_pair

ENTER = b"\r"
COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
TYPED = "typed-secret-value-4711-Zq8rW"
WRONG = "wrong-secret-value-0815-Xk3vB"
PASSWORD = "pfx-password-value-1234-Lm9tY"
STALE = "1.stale-code-value-of-another-attempt-Hn5jP"
# somebody's environment asks every library to tell all it knows
LOUD = """
import logging, os
# a file that is written where the program happens to be started is found too
os.chdir(os.environ["HOME"])
logging.basicConfig(filename=os.environ["LOUD_LOG"], level=logging.DEBUG, format="%(name)s %(message)s %(args)s")
for name in ("asyncio", "h11", "httpcore", "httpx", "msal", "requests", "textual", "truststore", "urllib3"):
    logging.getLogger(name).setLevel(logging.DEBUG)
logging.debug("the loud log is open")
"""
# a token command that tells what others can see of it
SPY = """
import json, os, runpy, sys
from pathlib import Path
seen = [Path(f"/proc/{{pid}}/{{what}}").read_bytes().decode() for pid in ("self", os.getppid()) for what in ("cmdline",)]
seen.append(Path("/proc/self/environ").read_bytes().decode())
with open({out!r}, "a") as file:
    file.write(json.dumps(seen))
sys.argv[0] = {script!r}
runpy.run_path({script!r}, run_name="__main__")
"""


@dataclass(repr=False)
class World:
    """A tenant, a configuration that leads to it, a home, and everything the program wrote.

    Attributes:
        served: The tenant.
        config: Configuration with a profile for each way.
        home: Folder of everything the program may write.
        env: Environment of the program.
        written: What came out, by where.
    """

    served: Served
    given: Path
    home: Path
    env: dict[str, str | None]
    private_key: str
    assertion: str
    written: dict[str, bytes] = field(default_factory=dict)
    commands: set[str] = field(default_factory=set)

    @property
    def config(self) -> str:
        """The configuration file."""
        return str(self.given / "config.toml")

    def terminal(self, argv: list[str]) -> Terminal:
        """A program on a terminal."""
        return Terminal(argv, columns=160, rows=44, env=self.env)

    def keep(self, terminal: Terminal, name: str) -> None:
        """Remember what was written on a terminal."""
        terminal.read(0)
        self.written[f"{name}: terminal"] = bytes(terminal.output)
        self.written[f"{name}: screen"] = self.written.get(f"{name}: screen", b"") + terminal.text.encode()

    def seen(self, pid: int) -> None:
        """Remember the command lines that everybody on the host can read."""
        with_children = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        for process in with_children:
            try:
                self.commands.add("\0".join(process.cmdline()))
            except psutil.Error:
                continue

    def run(self, *arguments: str) -> str:
        """A command of the program; its output."""
        done = subprocess.run(
            mdetui(*arguments), env=environment(False, self.env), cwd=ROOT, capture_output=True, timeout=60, check=False
        )
        name = " ".join(arguments)
        self.written[f"{name}: output"] = done.stdout + b"\n" + done.stderr
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done.stdout.decode() + done.stderr.decode()

    @property
    def stores(self) -> list[Path]:
        """Where a person's tokens may lie."""
        folder = self.home / "xdg_runtime_dir" / "mdetui"
        return [path for name in ("device", "browser") if (path := folder / f"simulator-{name}.json").exists()]

    def needles(self) -> Needles:
        """Every secret there was."""
        authority = handle(self.served)
        return Needles(
            [
                *(("something the authority gave", value) for value in authority.handed_out()),
                *(("something the authority was given", value) for value in authority.presented()),
                ("the client secret", self.served.options.secret),
                ("the private key", self.private_key),
                ("the assertion", self.assertion),
                ("the secret that was typed wrongly", WRONG),
                ("the certificate's password", PASSWORD),
                ("the code of another attempt", STALE),
            ]
        )

    def everything(self) -> dict[str, bytes]:
        """All that was written, but for the stores."""
        stores = set(self.stores)
        files = {str(path): data for path, data in written_below(self.home).items() if path not in stores}
        return {**self.written, **files, "command lines": "\n".join(self.commands).encode()}


@contextmanager
def loud_world(tmp_path: Path) -> Iterator[World]:
    """A world whose environment asks for every log there is, with the profiles `typed`, `pfx` and `spied` besides those
    that the simulator writes."""
    pair = make_pair(tmp_path, subject="pfx", password=PASSWORD)
    options = Options(machines=20, alerts=20, arrivals=0, quotas=False, secret=TYPED)
    credentials = make_credentials(options.clock.now())
    directory = credentials.registered(Directory(own_pages=True, interval=1))
    directory = replace(directory, certificates=(*directory.certificates, pair.certificate))
    given = tmp_path / "given"
    with Served(replace(options, directory=directory)) as served:
        served.write_config(given, credentials)
        spy = given / "spy.py"
        env = Home(tmp_path).new()
        home = tmp_path / "home-1"
        spy.write_text(SPY.format(out=str(home / "spied.json"), script=str(given / "print-token.py")))
        common = "\n".join(
            [
                f'tenant = "{TENANT_ID}"',
                f'authority = "{served.url}"',
                'ca_bundle = "ca.pem"',
                f'base = {{ mde = "{served.url}", xdr = "{served.url}", graph = "{served.url}" }}',
                'analyst = "you@contoso.com"\n',
            ]
        )
        app = f'client_id = "{CLIENT_ID}"\n'
        with (given / "config.toml").open("a") as file:
            file.write(f'\n[profiles.typed]\nmethod = "client-secret"\n{app}{common}')
            file.write(f'\n[profiles.pfx]\nmethod = "certificate"\ncertificate_file = "{pair.pfx}"\n')
            file.write(f"{app}{common}")
            argv = json.dumps([sys.executable, "-I", str(spy), "{scope}"])
            file.write(f'\n[profiles.spied]\nmethod = "token-command"\ntoken_command = {argv}\n{common}')
        (home / "tmp").mkdir()
        loud = tmp_path / "loud"
        loud.mkdir()
        (loud / "sitecustomize.py").write_text(LOUD)
        env |= {
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "PYTHONPATH": f"{loud}{os.pathsep}{ROOT}",
            "LOUD_LOG": str(home / "loud.log"),
            "PYTHONDEVMODE": "1",
            "PYTHONASYNCIODEBUG": "1",
            "PYTHONWARNINGS": "default",
            "HTTPX_LOG_LEVEL": "trace",
            "TEXTUAL_LOG": str(home / "textual.log"),
            "TEXTUAL": "debug,devtools",
            "TEXTUAL_DEBUG": "1",
            "MDETUI_CERTIFICATE_PASSWORD": PASSWORD,
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": served.url,
        }
        key = credentials.pem.partition("-----BEGIN CERTIFICATE")[0]
        # the lines between the marks are the key
        yield World(served, given, home, env, "".join(key.splitlines()[1:-1]), credentials.assertion)


class Person:
    """Somebody at the terminal."""

    def __init__(self, world: World, terminal: Terminal, name: str) -> None:
        self.world = world
        self.terminal = terminal
        self.name = name

    def until(self, *needles: str) -> None:
        """Wait until the screen says one of these."""
        end = time.monotonic() + 30
        while not any(needle in " ".join(self.terminal.text.split()) for needle in needles):
            assert time.monotonic() < end, f"none of {needles} came\n{self.terminal.text}"
            assert self.terminal.read(0.05) != b"", f"it ended before {needles}\n{self.terminal.text}"
            self.world.seen(self.terminal.pid)
        self.world.keep(self.terminal, self.name)

    def press(self, *keys: bytes) -> None:
        """Press keys, each on a screen that has settled."""
        for key in keys:
            self.terminal.press(key, 0.08, 0.4)
            self.world.keep(self.terminal, self.name)

    def go(self, line: str, *needles: str) -> None:
        """A line of the command bar."""
        self.press(b":")
        self.press(line.encode() + ENTER)
        self.until(*needles)

    def copied(self) -> str:
        """What was sent to the clipboard last."""
        return base64.b64decode(COPY.findall(self.terminal.output)[-1]).decode()

    def paste(self, text: str) -> None:
        """Paste, as a terminal does."""
        self.press(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def until_asked(self, happened: Callable[[], object]) -> None:
        """Wait for something at the tenant's end."""
        end = time.monotonic() + 30
        while not happened():
            assert time.monotonic() < end, self.terminal.text
            self.terminal.read(0.05)
        self.terminal.settle(0.2)
        self.world.keep(self.terminal, self.name)
