"""A CONNECT proxy on loopback, as a company has one: it may want a name and a password, and may refuse."""

from __future__ import annotations

import base64
import socket
import threading
from contextlib import suppress


class ConnectProxy:
    """The proxy, running between entering and leaving.

    Args:
        user: Name it wants; "" lets everybody through.
        password: The password that goes with it.
        status: What it answers instead of connecting; 0 to connect.

    Attributes:
        asked: `host:port` of every CONNECT.
        tunnels: How many were let through.
    """

    def __init__(self, user: str = "", password: str = "", status: int = 0) -> None:
        self._expected = base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self._status = status
        self.asked: list[str] = []
        self.tunnels = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    @property
    def host(self) -> str:
        """`127.0.0.1:port`."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> ConnectProxy:
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        # shutdown wakes who waits in accept or recv, close alone does not
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for one in (self._listener, *self._open):
            one.close()

    def _start(self, function: object, *args: object) -> None:
        thread = threading.Thread(target=function, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            lines = head.decode("latin-1").split("\r\n")
            target = lines[0].split()[1]
            self.asked.append(target)
            given = next((line.split(" ", 2)[2] for line in lines if line.lower().startswith("proxy-auth")), "")
            status = 407 if self._expected and given != self._expected else self._status
            if status:
                wants = 'Proxy-Authenticate: Basic realm="x"\r\n' if status == 407 else ""
                client.sendall(f"HTTP/1.1 {status} \x1b[31mNo\r\n{wants}Content-Length: 0\r\n\r\n".encode())
                client.shutdown(socket.SHUT_WR)
                return
            host, _, port = target.rpartition(":")
            server = socket.create_connection((host, int(port)), 5)
            self._open.append(server)
            self.tunnels += 1
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self._start(self._pump, server, client)
            self._pump(client, server)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
