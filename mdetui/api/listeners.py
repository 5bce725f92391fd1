"""Who wants to hear of a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Listeners(Generic[T]):
    """A set of callbacks, called in the order they came, on the event loop. They must be quick and must not raise."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[T], None]] = []

    def subscribe(self, callback: Callable[[T], None]) -> Callable[[], None]:
        """Add one; the returned function takes it away again (any number of times)."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return unsubscribe

    def tell(self, value: T) -> None:
        """Call them all."""
        for callback in tuple(self._callbacks):
            callback(value)
