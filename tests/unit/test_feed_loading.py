"""When a feed asks for its next page, and what it says about how far it is."""

from __future__ import annotations

import subprocess
import sys

from mdetui.feeds.feed import Feed
from mdetui.feeds.loading import State
from tests.unit.feed_rows import SHAPE, Rows, numbered


def state(feed: Feed) -> State:
    """Without the type checker's memory of what it was a moment ago."""
    return feed.state


def test_a_page_is_wanted_once_and_only_near_the_end() -> None:
    feed = Feed("t", SHAPE)
    assert feed.ensure(-1, 40)
    assert state(feed) == "loading"
    assert not feed.ensure(-1, 40)
    feed.add(Rows(numbered(300)))
    assert state(feed) == "idle"
    assert not feed.ensure(218, 40)
    assert feed.ensure(219, 40)
    assert not feed.ensure(299, 40)


def test_no_page_is_asked_for_while_the_last_one_is_merged() -> None:
    feed = Feed("t", SHAPE)
    feed.ensure(-1, 40)
    feed.add(Rows(numbered(2_500)))
    assert feed.busy
    assert not feed.ensure(999, 40)
    feed.settle()
    assert feed.ensure(2_499, 40)


def test_a_filter_loads_nothing_but_the_first_page() -> None:
    feed = Feed("t", SHAPE)
    feed.set_filter("rare word")
    assert feed.ensure(-1, 40)
    feed.add(Rows(numbered(300)))
    assert len(feed) == 0
    assert not feed.ensure(-1, 40)
    assert feed.load_more()
    assert state(feed) == "loading"


def test_failed_and_stopped_wait_for_a_person() -> None:
    feed = Feed("t", SHAPE)
    feed.ensure(-1, 40)
    error = ValueError("no route")
    feed.fail(error)
    assert (state(feed), feed.error) == ("failed", error)
    assert not feed.ensure(-1, 40)
    assert feed.load_more()
    assert feed.error is None
    feed.stop()
    # the page that was under way comes all the same
    feed.add(Rows(numbered(10)))
    assert (state(feed), feed.loaded) == ("stopped", 10)
    assert not feed.ensure(9, 40)
    assert feed.load_more()
    feed.add(Rows(numbered(10, 10)), complete=True)
    assert state(feed) == "complete"
    assert not feed.load_more()
    feed.stop()
    assert state(feed) == "complete"


def test_a_page_is_asked_for_once() -> None:
    feed = Feed("t", SHAPE)
    assert feed.wants(-1, 40)
    assert feed.ensure(-1, 40)
    assert not feed.wants(-1, 40)
    feed.finish()
    assert not feed.more


def test_progress() -> None:
    feed = Feed("t", SHAPE)
    assert feed.progress == "0 of 0+"
    feed.add(Rows(numbered(1_000)))
    assert feed.progress == "1,000 of 1,000+"
    feed.add(Rows(numbered(1)), total=2_914)
    assert feed.progress == "1,000 of 2,914"
    # a total that is a lie is not repeated
    feed.add(Rows(numbered(1)), total=12)
    assert feed.progress == "1,000 of 1,000+"
    feed.finish()
    assert feed.progress == "1,000 of 1,000"


def test_feeds_bring_no_widget_no_wire_and_no_event_loop() -> None:
    code = "import sys, mdetui.feeds.feed; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "mdetui.feeds.feed" in loaded
    assert not {"textual", "rich", "asyncio", "httpx", "msgspec", "mdetui.api"} & set(loaded)
