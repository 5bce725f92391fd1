"""Blocking calls in daemon threads."""

from __future__ import annotations

import asyncio
import threading

import pytest

from mdetui.threads import in_daemon


async def test_the_result_and_the_error_come_back() -> None:
    assert await in_daemon(lambda a, b: a + b, 1, 2) == 3
    with pytest.raises(ZeroDivisionError):
        await in_daemon(lambda: 1 / 0)


async def test_it_runs_in_a_named_daemon_thread() -> None:
    thread = await in_daemon(threading.current_thread, name="worker x")
    assert thread.daemon
    assert thread.name == "worker x"


async def test_cancelling_drops_the_result() -> None:
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(10)
        done.set()

    waiting = asyncio.create_task(in_daemon(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert done.wait(10)
    await asyncio.sleep(0)


def test_a_loop_that_is_gone_is_no_trouble() -> None:
    go, done = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(10)
        done.set()

    async def leave() -> None:
        asyncio.create_task(in_daemon(work)).add_done_callback(lambda task: None)
        await asyncio.sleep(0)

    asyncio.run(leave())
    go.set()
    # an error in the thread would become a warning, and warnings are errors
    assert done.wait(10)
