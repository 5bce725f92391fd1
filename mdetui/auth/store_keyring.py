"""Tokens in the keyring of a desktop session, for hosts that have one. Needs the extra `keyring`, imported late."""

from __future__ import annotations

import contextlib
import importlib
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from mdetui import paths, text
from mdetui.auth.store_lock import locked
from mdetui.auth.store_places import Broken, Refused, checked, file_stem

T = TypeVar("T")

# seconds; a keyring that asks its owner for a password on another screen never answers
KEYRING_PATIENCE = 10.0
_SERVICE = "mdetui"


class KeyringPlace:
    """The keyring of the desktop session, where one works; never one that keeps plain text.

    Args:
        profile: The profile's name.

    Raises:
        Refused: There is none, or it did not give back what it was given.
    """

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._backend: Any = _backend()
        probe, value = f".probe-{secrets.token_hex(6)}", secrets.token_hex(6)
        self._call("set_password", _SERVICE, probe, value)
        found = self._call("get_password", _SERVICE, probe)
        self._call("delete_password", _SERVICE, probe)
        if found != value:
            raise Refused(f"the keyring {self._name} did not give back what it was given")

    @property
    def where(self) -> str:
        """Which keyring."""
        return f"in the keyring {self._name}"

    @property
    def _name(self) -> str:
        return text.line(getattr(self._backend, "name", type(self._backend).__name__), 60)

    @contextlib.contextmanager
    def lock(self, patience: float) -> Iterator[bool]:
        """A keyring has no lock of its own: one in the runtime folder."""
        with contextlib.ExitStack() as held:
            free = True
            # without a folder for it there is no lock; an entry is replaced as a whole all the same
            with contextlib.suppress(OSError):
                free = held.enter_context(locked(paths.runtime_dir() / f"{file_stem(self._profile)}.lock", patience))
            yield free

    def read(self) -> str | None:
        """What is kept."""
        kept = self._call("get_password", _SERVICE, self._profile)
        if kept is None:
            return None
        try:
            return checked(str(kept))
        except Broken:
            raise Broken(f"The entry of tokens in the keyring {self._name} is damaged") from None

    def write(self, kept: str) -> None:
        """Keep it."""
        self._call("set_password", _SERVICE, self._profile, kept)

    def set_aside(self) -> str:
        """Thrown away: a keyring is no place for rubbish."""
        self.remove()
        return "It was thrown away."

    def remove(self) -> None:
        """Remove the entry."""
        if self._call("get_password", _SERVICE, self._profile) is not None:
            self._call("delete_password", _SERVICE, self._profile)

    def _call(self, method: str, *args: str) -> Any:
        try:
            return _in_time(lambda: getattr(self._backend, method)(*args))
        except Exception as error:
            # of any kind: back ends raise D-Bus, GObject and their own errors. The text may quote what was kept.
            raise Refused(f"the keyring {self._name} does not work ({type(error).__name__})") from None


def _backend() -> Any:
    try:
        # optional: the type checker may not find it
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise Refused("the package keyring is not installed (pip install 'mdetui[keyring]')") from None
    try:
        found: Any = _in_time(keyring.get_keyring)
        # a chain keeps a text in whichever of its members takes it, plain files included
        chained = getattr(found, "backends", None)
        candidates = list(chained) if isinstance(chained, list) else [found]
        # its own mark of those that are safe to use; files of plain text and "fail" have less
        return next(one for one in candidates if one.priority >= 1)
    except Exception:
        raise Refused("no keyring works on this host (there is no unlocked desktop session)") from None


def _in_time(function: Callable[[], T]) -> T:
    """Call it in a thread of its own, for a while.

    Raises:
        TimeoutError: It did not end; the thread is left behind.
        Exception: What it raises.
    """
    answers: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((function(), None))
        except Exception as error:  # handed over
            answers.put((None, error))

    threading.Thread(target=run, name="mdetui keyring", daemon=True).start()
    try:
        result, error = answers.get(timeout=KEYRING_PATIENCE)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]
