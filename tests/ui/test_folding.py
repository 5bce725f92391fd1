"""Folding by columns and by what is read of each row, the rows of a group as a list, and their marks."""

from __future__ import annotations

from collections import Counter

from mdetui.config import Config
from mdetui.config_tables import SavedQueue
from mdetui.feeds.marks import Mark
from mdetui.screens.listing import ListScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage


def rows(one: Stage) -> list[list[str]]:
    """The cells of the lines of the list as far as they are one word each:
    count, share, newest, value."""
    first = next(n for n, line in enumerate(one.lines) if "COUNT" in line) + 1
    return [one.lines[first + n][2:].split()[:4] for n in range(min(len(one.body.feed), one.table.page_size))]


async def folded(one: Stage, keys: str) -> None:
    """Choose in the menu of `f`."""
    await one.keys("f")
    await one.keys(keys)
    await one.until(lambda: not one.body.feed.busy)
    await one.keys("g")


async def test_the_menu_offers_columns_two_columns_and_reads(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        count = len(list(one.body.feed.items()))
        await one.keys("f")
        entries = {entry.id: entry for entry in one.menu.shown()}
        assert list(entries) == [
            "", "repeats", "severity", "title", "machine", "status", "owner", "category", "incident", "source",
            "investigation", "two columns", "title+process", "title+hash", "title+user",
        ]  # fmt: skip
        assert entries["repeats"].note == "now"
        # the alert under the cursor was read for the preview
        assert entries["title+process"].note == f"reads {count - 1}, {count - 1} requests"
        letters = [entry.letter for entry in entries.values()]
        assert len(set(letters)) == len(letters)


async def test_fold_by_a_column(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        pages = one.mounted.journal.entries("/api/alerts", where=lambda asked: asked.path == "/api/alerts")
        every = Counter(row.category for row in one.body.feed.items())
        total = sum(every.values())
        await folded(one, "c")
        assert "folded by category" in one.text
        found = rows(one)
        assert {row[3]: int(row[0]) for row in found} == dict(every)
        counts = [int(row[0]) for row in found]
        assert counts == sorted(counts, reverse=True)
        assert [row[1] for row in found] == [f"{100 * count / total:.1f}%" for count in counts]
        await folded(one, "0")
        assert len(one.body.feed) == total
        assert "COUNT" not in one.text
        await one.rested()
        assert pages == one.mounted.journal.entries("/api/alerts", where=lambda asked: asked.path == "/api/alerts")


async def test_fold_by_two_columns(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        every = Counter((row.category, row.severity) for row in one.body.feed.items())
        await folded(one, "+cs")
        assert "folded by category and severity" in one.text
        assert sorted(one.body.feed.entry(n).count for n in range(len(one.body.feed))) == sorted(every.values())


async def test_what_is_counted_is_copied_and_sorted_and_has_its_own_columns(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        await one.rested()
        await folded(one, "+so")
        header = next(line for line in one.lines if "COUNT" in line)
        # one title over both, and nothing of it is cut
        assert header.split()[:3] == ["COUNT", "SHARE", "NEWEST"]
        assert header.split("NEWEST")[1].strip() == "folded by severity and owner"
        row = next(value for _, label, value in one.screen(ListScreen).copies(one.cursor) if label == "row")
        assert row.split("\t")[:1] == [str(one.body.feed.entry(0).count)]
        assert len(row.split("\t")) == 5
        await one.keys("c")
        assert "A folded list has columns of its own." in one.text
        order = [one.body.feed.entry(n).count for n in range(len(one.body.feed))]
        await one.keys("sm")
        assert "Groups stand by their size" in one.text
        assert [one.body.feed.entry(n).count for n in range(len(one.body.feed))] == order


async def test_a_queue_may_begin_folded(tenant: Mounted, clock: HeldClock) -> None:
    queue = SavedQueue("by machine", "status:open", fold="machine+category", digit=1)
    async with stage(tenant, clock, config=Config(queues={"alerts": (queue,)})) as one:
        await one.rested()
        assert "folded by machine and category" in one.text


async def test_a_list_on_a_page_is_folded_too(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.keys("m")
        await one.until(lambda: one.screen(PageScreen).spot.entity is not None)
        await one.keys("\t")
        await one.filled()
        page = one.screen(PageScreen).spot
        await folded(one, "c")
        assert "folded by category" in one.text
        await one.keys(" \r")
        await one.filled()
        assert one.screen(ListScreen).place.crumbs[:-1] == page.crumbs
        marked = one.body.feed.marked
        assert marked == one.body.feed.loaded
        await one.press("escape")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        await one.filled()
        assert (one.screen(PageScreen).spot, one.body.feed.marked) == (page, marked)
        assert "folded by category" in one.text


async def test_a_group_opens_as_a_list_without_a_request(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await folded(one, "c")
        await one.rested()
        reads = one.reads
        keys, sample = one.body.feed.covered_keys(0), one.body.feed.entry(0).sample
        whole = one.body.feed
        await one.keys("\r")
        await one.filled()
        screen = one.screen(ListScreen)
        assert one.body.feed is not whole
        assert screen.place.crumbs[-2:] == ("alerts", sample.category)
        assert f"{len(keys)} alerts by category" in one.top
        assert [one.body.feed.key(n) for n in range(len(one.body.feed))] == keys
        assert "COUNT" not in one.text
        # rows keep the JSON they came with
        assert any(label == "JSON" and one.cursor.id in value for _, label, value in screen.copies(one.cursor))
        await one.press("escape")
        await one.filled()
        assert one.body.feed is whole
        assert "folded by category" in one.text
        await one.rested()
        assert one.reads == reads


async def test_marks_of_a_group_are_those_of_its_rows_and_are_taken_over(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await folded(one, "c")
        whole, count = one.body.feed, one.body.feed.entry(0).count
        await one.keys(" ")
        assert whole.marked == count
        assert f"{count} marked" in one.bottom
        await one.keys("\r")
        await one.filled()
        part = one.body.feed
        assert part.marked == count
        # one mark is taken away here
        await one.keys(" ")
        assert part.marked == count - 1
        await one.press("escape")
        await one.filled()
        assert (whole.marked, whole.entry(0).mark) == (count - 1, Mark.SOME)
        assert f"{count - 1} marked" in one.bottom
        # marks cleared in the whole are cleared in the part, forward in the history
        await one.keys("M]")
        await one.filled()
        assert (one.body.feed, part.marked) == (part, 0)
        # and a mark survives a look at something else from here
        await one.keys(" :log\r")
        await one.filled()
        await one.press("escape")
        await one.filled()
        assert (one.body.feed, part.marked) == (part, 1)
        await one.press("escape")
        await one.filled()
        assert whole.marked == 1


async def test_a_part_can_be_folded_and_its_marks_go_all_the_way_up(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        whole = one.body.feed
        await folded(one, "c")
        await one.keys("\r")
        await one.filled()
        await folded(one, "m")
        await one.keys("\r")
        await one.filled()
        await one.keys("*")
        marked = one.body.feed.marked_ids()
        assert marked
        # the first esc takes the message away
        await one.press("escape", "escape")
        await one.filled()
        await one.press("escape")
        await one.filled()
        assert one.body.feed is whole
        assert whole.marked_ids() == marked


def details(one: Stage) -> int:
    """Requests for one alert."""
    return one.mounted.journal.count("/api/alerts/", "GET")


async def test_fold_by_what_is_read_says_the_number_of_requests_and_makes_them(
    tenant: Mounted, clock: HeldClock
) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        await one.keys("/powershell\r")
        await one.rested()
        rows = list(one.body.feed.items())
        known = sum(one.session.peek("alerts.get", {"id": row.id}, {}) is not None for row in rows)
        left = len(rows) - known
        assert 2 < left < one.body.feed.loaded
        before = details(one)
        await one.keys("f")
        entry = next(entry for entry in one.menu.shown() if entry.id == "title+process")
        assert entry.note == f"reads {left}, {left} requests"
        await one.keys(entry.letter)
        # nothing is asked before it is asked for
        assert details(one) == before
        assert f"read {left} alerts  {left} requests" in one.text
        await one.keys("\r")
        await one.until(lambda: one.body.feed.fold_name == "title+process" and not one.body.listing.reading)
        await one.rested()
        assert details(one) - before == left
        assert "folded by title and process" in one.text
        assert "not read" not in one.text
        assert ".exe" in one.text
        # all that is known costs nothing
        await one.keys("f")
        assert next(e for e in one.menu.shown() if e.id == "title+user").note == "read already"
        await one.keys(next(e for e in one.menu.shown() if e.id == "title+user").letter)
        assert "folded by title and user" in one.text
        await one.rested()
        assert details(one) - before == left


async def test_reads_to_fold_by_can_be_stopped_and_go_on(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.rested()
        before = one.body.feed.fold_name
        await one.keys("f")
        entry = next(entry for entry in one.menu.shown() if entry.id == "title+process")
        await one.keys(entry.letter)
        await one.keys("\r")
        await one.until(lambda: len(one.body.listing.learned) > 3)
        assert "ctrl+c stops" in one.bottom
        await one.press("j", "ctrl+c")
        await one.until(lambda: not one.body.listing.reading)
        await one.rested()
        read = len(one.body.listing.learned)
        assert 3 < read < one.body.feed.loaded
        assert one.body.feed.fold_name == before
        assert one.table.cursor == 1
        await one.keys("f")
        left = next(entry for entry in one.menu.shown() if entry.id == "title+process")
        assert left.note.startswith("reads ")
        assert int(left.note.split()[1].rstrip(",")) <= one.body.feed.loaded - read
