"""Device codes: handed out, waiting, decided by a test from another thread, redeemed once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from threading import RLock

from mdetui.simulator.aadsts import Denied
from mdetui.simulator.directory import Person

# without vowels and lookalikes, nine of them, as the real ones look
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


class Device:
    """A device code and what its polls are told.

    Attributes:
        user_code: What a person types.
        code: What the program polls with; a secret.
        client_id: App that asked.
        scope: Scope it asked for.
        polls: How often it was polled.
        redeemed: Whether it was exchanged for tokens.
    """

    def __init__(self, lock: RLock, who: Callable[[], Person], client_id: str, scope: str, ends: float) -> None:
        self.user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
        self.code = secrets.token_urlsafe(90)
        self.client_id = client_id
        self.scope = scope
        self.polls = 0
        self.redeemed = False
        self._lock = lock
        self._who = who
        self._ends = ends
        self._person: Person | None = None
        self._slow = 0
        self._fails: list[int] = []
        self._final: Denied | None = None

    def __repr__(self) -> str:
        return f"Device({self.user_code!r})"

    def approve(self, person: Person | None = None) -> None:
        """Somebody typed the code and signed in; by default the authority's `person`."""
        with self._lock:
            self._person = person or self._who()

    def decline(self) -> None:
        """Somebody typed the code and said no."""
        with self._lock:
            self._final = Denied(70018)

    def expire(self) -> None:
        """Its time is over."""
        with self._lock:
            self._final = Denied(70020)

    def slow_down(self, times: int = 1) -> None:
        """The next polls are told that they come too fast."""
        with self._lock:
            self._slow += times

    def fail(self, code: int, *, for_good: bool = True) -> None:
        """Polls are refused with a code of `aadsts.ERRORS`; not for good means: the next one only."""
        with self._lock:
            if for_good:
                self._final = Denied(code)
            else:
                self._fails.append(code)

    def waits(self, now: float) -> bool:
        """Whether somebody may still say yes or no."""
        with self._lock:
            return not self.redeemed and self._final is None and self._person is None and now < self._ends

    def poll(self, now: float) -> Person:
        """Who approved.

        Raises:
            Denied: Nobody has, or nobody will.
        """
        with self._lock:
            self.polls += 1
            if self.redeemed:
                raise Denied(70018, error="bad_verification_code")
            if self._final:
                raise self._final
            if now >= self._ends:
                raise Denied(70020)
            if self._slow:
                self._slow -= 1
                raise Denied(70016, error="slow_down")
            if self._fails:
                raise Denied(self._fails.pop(0))
            if self._person is None:
                raise Denied(70016)
            return self._person

    def redeem(self) -> None:
        """It has been exchanged for tokens.

        Raises:
            Denied: Another poll was faster.
        """
        with self._lock:
            if self.redeemed:
                raise Denied(70018, error="bad_verification_code")
            self.redeemed = True


class Devices:
    """The device codes so far."""

    def __init__(self, lock: RLock, who: Callable[[], Person]) -> None:
        self._lock = lock
        self._who = who
        self._all: list[Device] = []

    def __len__(self) -> int:
        with self._lock:
            return len(self._all)

    def __getitem__(self, user_code: str) -> Device:
        """By what the person reads.

        Raises:
            KeyError: There is none.
        """
        with self._lock:
            for device in self._all:
                if device.user_code == user_code.strip().upper():
                    return device
        raise KeyError(user_code)

    def newest(self) -> Device:
        """The one handed out last.

        Raises:
            IndexError: There is none yet.
        """
        with self._lock:
            return self._all[-1]

    def open(self, client_id: str, scope: str, ends: float) -> Device:
        """Hand one out; `ends` in seconds since 1970."""
        with self._lock:
            device = Device(self._lock, self._who, client_id, scope, ends)
            self._all.append(device)
            return device

    def find(self, code: str, client_id: str) -> Device:
        """By what the program polls with.

        Raises:
            Denied: There is none, or it is another app's.
        """
        with self._lock:
            for device in self._all:
                if secrets.compare_digest(device.code.encode(), code.encode()) and device.client_id == client_id:
                    return device
        raise Denied(70018, error="bad_verification_code")
