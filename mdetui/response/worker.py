"""Blocking calls in a daemon thread, one after the other, with a limit to the waiting.

Not `asyncio.to_thread`: an fsync or a flock can hang, and a pool's thread would keep the program from ending.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Task(Generic[T]):
    call: Callable[[], T]
    late: Callable[[T], object] | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[T]
    given_up: bool = False
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give_up(self) -> bool:
        """Stop waiting, unless it has ended already."""
        with self.lock:
            self.given_up = not self.ended
            return self.given_up

    def end(self) -> bool:
        """Say that the call ended; True when somebody still waits for it."""
        with self.lock:
            self.ended = True
            return not self.given_up


class Worker:
    """One thread, started with the first call."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: queue.SimpleQueue[_Task[Any]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T], patience: float, late: Callable[[T], object] | None = None) -> T:
        """Run `call` in the thread and wait for it.

        Args:
            call: What blocks.
            patience: Seconds to wait.
            late: Runs in the thread when `call` ends well after the waiting was given up.

        Raises:
            TimeoutError: It did not end in time; it may still end.
        """
        loop = asyncio.get_running_loop()
        task = _Task(call, late, loop, loop.create_future())
        self._queue.put(task)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        try:
            await asyncio.wait({task.future}, timeout=patience)
        except asyncio.CancelledError:
            task.give_up()
            raise
        if not task.future.done() and task.give_up():
            raise TimeoutError
        result: T = await task.future
        return result

    def _work(self) -> None:
        while True:
            task = self._queue.get()
            result, error = None, None
            try:
                result = task.call()
            except Exception as raised:
                error = raised
            if task.end():
                _tell(task, result, error)
            elif error is None and task.late is not None:
                # nobody waits any more; if this fails too, a later start resolves what is left open
                with suppress(Exception):
                    task.late(result)


def _tell(task: _Task[Any], result: Any, error: Exception | None) -> None:
    def settle() -> None:
        if task.future.done():
            return
        if error is not None:
            task.future.set_exception(error)
        else:
            task.future.set_result(result)

    # the loop is gone when the program ended meanwhile: there is nobody left to tell
    if not task.loop.is_closed():
        try:
            task.loop.call_soon_threadsafe(settle)
        except RuntimeError:
            return
