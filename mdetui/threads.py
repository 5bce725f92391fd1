"""Blocking calls in daemon threads.

Not `asyncio.to_thread`: the loop's pool is joined at exit, so a 4 s call in flight delays quitting by 4 s (measured).
A daemon thread is simply left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_daemon(function: Callable[..., T], *args: object, name: str = "mdetui") -> T:
    """Run a blocking function in a thread of its own and wait for its result without blocking the loop.

    Cancelling the wait does not stop the thread; its result is dropped then.

    Raises:
        Exception: Whatever the function raises.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def deliver(settle: Callable[[], None]) -> None:
        if not future.done():
            settle()

    def run() -> None:
        # a loop that was closed meanwhile has nobody left to tell
        with contextlib.suppress(RuntimeError):
            try:
                result = function(*args)
            except BaseException as error:  # handed over to whoever waits
                loop.call_soon_threadsafe(deliver, lambda error=error: future.set_exception(error))
            else:
                loop.call_soon_threadsafe(deliver, lambda: future.set_result(result))

    threading.Thread(target=run, name=name, daemon=True).start()
    return await future
