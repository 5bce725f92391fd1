"""Faults that are on at the moment. Set from a test's thread, taken in the tenant's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from mdetui.simulator.options import Fault, make_fault

METADATA = "/metadata"
BLOBS = "/blobs"


def is_graph(path: str) -> bool:
    """Whether a path, lower case, is one of Graph's."""
    return path.startswith("/v1.0/")


def is_blob(path: str) -> bool:
    """Whether it leads to a file behind a link that needs no token."""
    return path.startswith(f"{BLOBS}/")


def is_api(path: str) -> bool:
    """Whether a path, lower case, is one of the three APIs'."""
    return path == "/api" or path.startswith("/api/") or is_graph(path)


def is_authority(path: str) -> bool:
    """Whether it is one of the sign-in host's."""
    return not is_api(path) and not is_blob(path) and not path.startswith(METADATA)


class FaultBoard:
    """The faults in force; the handle for tests and for `--fault`."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        # copies: a count is used up by this tenant only
        self._faults = [replace(fault) for fault in faults]

    def set(self, name: str, arg: str | int = "", *, path: str = "", count: int | None = None, after: int = 0) -> Fault:
        """Turn a fault on; see `options.FAULTS` for names and arguments, `options.Fault` for the limits.

        Raises:
            ConfigError: No such fault, or its argument does not fit.
        """
        fault = make_fault(name, str(arg), path=path, count=count, after=after)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self, name: str = "") -> None:
        """Turn a fault off, or all."""
        with self._lock:
            self._faults = [fault for fault in self._faults if name and fault.name != name]

    def take(self, name: str, path: str, *, default: str | None = "/api", arg: str = "") -> Fault | None:
        """The fault of that name if it strikes this request; uses up one of its count.

        Args:
            name: One of `options.FAULTS`.
            path: Where the request goes.
            default: What a fault without a path strikes: the API and not the authority. None: nothing.
            arg: Only a fault with this argument.
        """
        with self._lock:
            for fault in self._faults:
                if fault.name != name or fault.count == 0 or (arg and fault.arg != arg):
                    continue
                if not (path.startswith(fault.path) if fault.path else _usual(path, default)):
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None


def _usual(path: str, default: str | None) -> bool:
    """Whether a fault that names no path strikes this one. `/api` stands for the three APIs, wherever they are."""
    if default == "/api":
        return is_api(path)
    return default is not None and path.startswith(default)
