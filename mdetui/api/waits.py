"""What the client waits for, so that a screen can count it down instead of seeming to hang."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdetui.api.listeners import Listeners
from mdetui.clock import Clock

# shorter waits are not worth a word on the screen
_WORTH = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """A wait that is going on.

    Attributes:
        why: One short phrase, such as `429 from the service`.
        family: Quota family of what waits.
        until: When it goes on, UTC.
        urgent: Whether a person waits for it.
    """

    why: str
    family: str
    until: datetime
    urgent: bool


class Waits:
    """The waits of one client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: list[Wait] = []
        self._listeners: Listeners[Wait | None] = Listeners()

    @property
    def current(self) -> Wait | None:
        """The wait to show: a person's before the background's, the longest first; None when nothing waits."""
        return max(self._now, key=lambda wait: (wait.urgent, wait.until), default=None)

    def subscribe(self, callback: Callable[[Wait | None], None]) -> Callable[[], None]:
        """Hear `current` whenever it may have changed; the returned function ends it."""
        return self._listeners.subscribe(callback)

    @contextmanager
    def announce(self, seconds: float, why: str, family: str, urgent: bool) -> Iterator[None]:
        """Show a wait while the block runs."""
        if seconds < _WORTH:
            yield
            return
        wait = Wait(why, family, self._clock.now() + timedelta(seconds=seconds), urgent)
        self._now.append(wait)
        self._listeners.tell(self.current)
        try:
            yield
        finally:
            self._now.remove(wait)
            self._listeners.tell(self.current)
