"""The pretend tenant over TLS on 127.0.0.1, with a certificate authority made at the start.

`mdetui simulator --port 8443 --write-config DIR` for people and other clients; `Served` for tests that need a real
socket (timeouts, resets and slow bodies only exist there).
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdetui.clock import SYSTEM
from mdetui.config import Profile
from mdetui.errors import ConfigError, MissingExtra
from mdetui.simulator.faults import METADATA, FaultBoard
from mdetui.simulator.journal import Journal
from mdetui.simulator.options import CLIENT_ID, TENANT_ID, Options, parse_fault
from mdetui.simulator.written_config import write_config

if TYPE_CHECKING:
    from mdetui.simulator.credentials import Credentials
    from mdetui.simulator.tenant import Tenant

_HOST = "127.0.0.1"
# a filter with hundreds of ids makes a long request line; uvicorn's own limit is 64 kB
_LONGEST_HEAD = 1 << 20


class Served:
    """A tenant on a socket.

    Args:
        options: How it is made.
        port: 0 means any free one.

    Attributes:
        url: `https://127.0.0.1:N`.
        faults: Turn faults on and off here.
        journal: Every request that arrived.
        ca_pem: The certificate authority to trust.
    """

    def __init__(self, options: Options, port: int = 0) -> None:
        import trustme

        from mdetui.simulator.app import Front
        from mdetui.simulator.data.rows import Rows
        from mdetui.simulator.tenant import Tenant

        self.options = options
        self.faults = FaultBoard(options.faults)
        self.journal = Journal()
        self.tenant = Tenant(options, self.faults, self.journal, Rows(options))
        authority = trustme.CA(organization_name="mdetui simulator")
        self.ca_pem: bytes = authority.cert_pem.bytes()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(_HOST, "localhost").configure_cert(context)
        self._socket = _listen(port)
        self.url = f"https://{_HOST}:{self._socket.getsockname()[1]}"
        config = _config(_Dropping(Front(self.tenant)))
        # uvicorn takes files only; the key of this run shall not touch the disk
        config.ssl = context
        self._server = _server(config)
        self._thread: threading.Thread | None = None

    def profile(self, folder: Path) -> Profile:
        """A profile that connects; the CA and the secret are written into a folder."""
        self.write_config(folder)
        return Profile(
            name="simulator",
            tenant=TENANT_ID,
            client_id=CLIENT_ID,
            client_secret_file=str(folder / "client-secret"),
            authority=self.url,
            base=dict.fromkeys(("mde", "xdr", "graph"), self.url),
            ca_bundle=str(folder / "ca.pem"),
            analyst="you@contoso.com",
        )

    def write_config(self, folder: Path, credentials: Credentials | None = None) -> None:
        """Write a configuration that connects; see `written_config.write_config`."""
        write_config(folder, self.url, self.ca_pem, self.options.secret, credentials)

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM, SIGINT or `stop`.

        Args:
            ready: Called when a signal would end it cleanly and who connects would be answered.
        """
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            # only the main thread may; elsewhere `stop` ends it
            with suppress(ValueError, RuntimeError, NotImplementedError):
                loop.add_signal_handler(name, self.stop)
        ready()
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()
            self.tenant.close()

    def stop(self) -> None:
        """End `serve`."""
        self._server.should_exit = True

    def __enter__(self) -> Served:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve()), name="mdetui-served", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._thread:
            self._thread.join(10)


class _Dropping:
    """Turns `ConnectionDropped` into a connection that ends without a word."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from mdetui.simulator.wire import ConnectionDropped

        try:
            await self._app(scope, receive, send)
        except ConnectionDropped:
            # ASGI has no word for it: `send` is a method of uvicorn's cycle, which holds the transport
            send.__self__.transport.abort()
            # let the protocol notice before it looks for an answer to send
            await asyncio.sleep(0.01)


@contextmanager
def plain_metadata(tenant: Tenant) -> Iterator[str]:
    """The managed identity endpoint of a tenant on plain HTTP, as a machine has it; yields `http://127.0.0.1:N`.

    Nothing else is served there: no token goes over plain HTTP.
    """
    from mdetui.simulator.app import Front

    front = Front(tenant)

    async def only_metadata(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith(METADATA):
            await front(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    listener = _listen(0)
    server = _server(_config(_Dropping(only_metadata)))
    serve = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    serve.start()
    try:
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        serve.join(10)
        listener.close()


def _config(app: Any) -> Any:
    import uvicorn

    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )
    config.load()
    return config


def _server(config: Any) -> Any:
    """A server that leaves signals to us: uvicorn raises them again at its end, so that SIGTERM is no clean exit."""
    import uvicorn

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Quiet(config)


def _listen(port: int) -> socket.socket:
    # the protocol is named because asyncio sets TCP_NODELAY only then; without it an answer waits 40 ms for an ACK
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"Port {port} can't be used: {error.strerror}.", "Give another, or 0 for any free one.", where="--port"
        ) from error
    listener.listen(128)
    return listener


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `mdetui simulator`."""
    defaults = Options()
    parser.add_argument(
        "--port", type=_whole(0, 65_535), default=0, metavar="N", help="port; 0, the default, takes any"
    )
    parser.add_argument(
        "--seed", type=_whole(0, 2**31), default=defaults.seed, metavar="N", help="same seed, same tenant"
    )
    parser.add_argument(
        "--machines", type=_whole(1, 200_000), default=defaults.machines, metavar="N",
        help=f"how many machines (default {defaults.machines})",
    )  # fmt: skip
    parser.add_argument(
        "--alerts", type=_whole(0, 5_000_000), default=defaults.alerts, metavar="N",
        help=f"how many alerts at the start (default {defaults.alerts})",
    )  # fmt: skip
    parser.add_argument(
        "--page-size", type=_whole(1, 10_000), default=defaults.page_size, metavar="N",
        help="rows of a page when no $top is given (default 10000, as the service)",
    )  # fmt: skip
    parser.add_argument(
        "--arrivals", type=_whole(0, 86_400), default=int(defaults.arrivals), metavar="SECONDS",
        help="mean time between new alerts; 0 means none (default 100)",
    )  # fmt: skip
    parser.add_argument("--no-quotas", action="store_true", help="never answer 429 by itself")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME[=ARG][@PATH][*COUNT]",
        help="misbehave; give it several times for several faults",
    )  # fmt: skip
    parser.add_argument(
        "--write-config", type=Path, metavar="DIR",
        help="write a configuration that connects: a profile for each way to sign in",
    )  # fmt: skip


def _whole(low: int, high: int) -> Any:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"use {low} to {high}")
        return int(text)

    return number


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM; the exit code.

    Raises:
        MissingExtra: The extra `server` is not installed.
        ConfigError: A fault, the port or the folder is wrong.
    """
    _require()
    from mdetui.simulator.directory import Directory

    directory, credentials = Directory(own_pages=True), None
    if args.write_config:
        from mdetui.simulator.credentials import make_credentials

        credentials = make_credentials(SYSTEM.now())
        directory = credentials.registered(directory)
    served = Served(
        replace(
            Options(),
            directory=directory,
            seed=args.seed,
            machines=args.machines,
            alerts=args.alerts,
            page_size=args.page_size,
            arrivals=args.arrivals,
            quotas=not args.no_quotas,
            faults=tuple(parse_fault(text) for text in args.fault),
            secret=secrets.token_urlsafe(24),
        ),
        args.port,
    )
    if args.write_config:
        served.write_config(args.write_config, credentials)
    # "listening" means that answers come: a million alerts take some seconds
    _ = served.tenant.store
    asyncio.run(served.serve(lambda: _say(f"listening {served.url}")))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _require() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("uvicorn", "trustme", "duckdb", "starlette", "odata_query") if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"Serving the pretend tenant needs packages that are not installed: {', '.join(missing)}.",
            "Install them with: pip install 'mdetui[server]'.",
        )


def main(argv: Sequence[str]) -> int:
    """`mdetui simulator ...`; see `run`."""
    parser = argparse.ArgumentParser(
        prog="mdetui simulator",
        description="Serve a whole pretend tenant over TLS on 127.0.0.1: sign-in, alerts, machines, actions, faults.",
        allow_abbrev=False,
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))
