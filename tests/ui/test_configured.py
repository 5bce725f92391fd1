"""Queues, columns, keys, page sizes and refresh of the configuration, in the running program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from mdetui import paths
from mdetui.config import Config
from mdetui.config_tables import PageSize, SavedQueue
from mdetui.screens.listing import ListScreen
from mdetui.screens.menu import MenuScreen
from mdetui.screens.page import PageScreen
from mdetui.settings_check import check
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import Stage, stage


def configured(**tables: Any) -> Config:
    """A configuration that the program would take."""
    config = Config(**tables)
    check(config)
    return config


def asked(one: Stage, path: str) -> list[Mapping[str, str]]:
    """Query options of the reads of a list, in order."""
    entries = one.mounted.journal.entries(f"/api{path}", "GET")
    return [{name: values[0] for name, values in parse_qs(entry.query).items()} for entry in entries]


def header(one: Stage) -> list[str]:
    """Titles of the columns that are drawn."""
    return [placed.column.title for placed in one.table._made_strips().columns]


# queues


@pytest.fixture
def queues() -> Config:
    return configured(
        queues={
            "alerts": (
                SavedQueue("last day", "sev:medium+ since:24h", "-severity", "none"),
                SavedQueue("first", "status:new", digit=1),
            ),
            "machines": (SavedQueue("seen lately", "since:7d", digit=9),),
        }
    )


async def test_a_queue_opens_by_its_digit(tenant: Mounted, clock: HeldClock, queues: Config) -> None:
    async with stage(tenant, clock, config=queues) as one:
        clock.advance(3 * 3600)
        await one.keys("5")
        await one.filled()
        assert "last day" in one.top
        # asked at 12:26:53, three hours after the start
        filters = [text for options in asked(one, "/alerts") if "severity" in (text := options["$filter"])]
        assert filters
        since = "(severity eq 'Medium' or severity eq 'High') and alertCreationTime ge 2026-03-13T12:26:00Z"
        assert [text for text in filters if since not in text] == []
        assert (one.body.feed.sort_column, one.body.feed.descending, one.body.feed.fold_name) == ("severity", True, "")


async def test_a_reload_counts_from_the_time_of_asking(tenant: Mounted, clock: HeldClock, queues: Config) -> None:
    async with stage(tenant, clock, config=queues) as one:
        await one.go("machines")
        await one.filled()
        await one.keys("9")
        await one.filled()
        clock.advance(timedelta(days=2).total_seconds())
        await one.keys("r")
        await one.filled()
        filters = [options.get("$filter", "") for options in asked(one, "/machines")]
        assert [text for text in filters if "lastSeen" in text] == [
            "lastSeen ge 2026-03-07T09:26:00Z",
            "lastSeen ge 2026-03-09T09:26:00Z",
        ]


async def test_what_is_learnt_about_a_queue_is_kept_under_its_words(
    tenant: Mounted, clock: HeldClock, queues: Config
) -> None:
    async with stage(tenant, clock, config=queues) as one:
        await one.keys("5")
        for _ in range(2):
            await one.until(lambda: one.body.feed.state == "complete")
            clock.advance(3600)
            await one.keys("r")
        await one.until(lambda: one.body.feed.state == "complete")
    remembered = json.loads(paths.memory_file().read_bytes())["density"]["demo"]
    assert [name for name in remembered if "since" in name or "alertCreationTime" in name] == ["sev:medium+ since:24h"]


async def test_the_first_queue_is_what_a_tenant_opens_with(tenant: Mounted, clock: HeldClock, queues: Config) -> None:
    async with stage(tenant, clock, config=queues) as one:
        assert "first" in one.top
        assert "status eq 'New'" in asked(one, "/alerts")[0]["$filter"]


@pytest.mark.parametrize(
    ("analyst", "name", "asks"),
    [("", "open", "status ne 'Resolved'"), ("m.okafor@contoso.com", "mine", "assignedTo eq 'm.okafor@contoso.com'")],
)
async def test_a_first_queue_of_nobody_gives_way_to_the_programs_own(
    tenant: Mounted, clock: HeldClock, analyst: str, name: str, asks: str
) -> None:
    mine = configured(queues={"alerts": (SavedQueue("mine", "owner:me", digit=1),)})
    async with stage(tenant, clock, config=mine, analyst=analyst) as one:
        assert f"alerts  {name}" in one.top
        assert asks in asked(one, "/alerts")[0]["$filter"]


async def test_help_palette_and_bottom_line_name_the_queues(tenant: Mounted, clock: HeldClock, queues: Config) -> None:
    async with stage(tenant, clock, size=(240, 60), config=queues) as one:
        assert "1-5 queues" in one.bottom
        for opens in ("?", "\x10"):
            await one.keys(opens)
            await one.keys("Queue: ")
            assert [entry.label for entry in one.menu.shown()] == [
                "Queue: first", "Queue: new, high", "Queue: mine", "Queue: all", "Queue: last day",
            ]  # fmt: skip
            await one.press("escape")
        await one.keys("?last day\r")
        await one.filled()
        assert "last day" in one.top


async def test_a_digit_without_a_queue_does_nothing(tenant: Mounted, clock: HeldClock, queues: Config) -> None:
    async with stage(tenant, clock, config=queues) as one:
        await one.rested()
        before = one.reads
        await one.keys("6789")
        await one.rested()
        assert "first" in one.top
        assert one.reads == before


# columns


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((60, 24), ["MACHINE", "INCIDENT"]),
        ((80, 24), ["MACHINE", "INCIDENT", "TITLE", "S"]),
        ((120, 24), ["MACHINE", "INCIDENT", "TITLE", "S"]),
        ((160, 24), ["MACHINE", "INCIDENT", "TITLE", "S", "STATUS"]),
    ],
)
async def test_columns_as_configured(
    tenant: Mounted, clock: HeldClock, size: tuple[int, int], shown: list[str]
) -> None:
    columns = ("machine:20", "incident", "title:30", "severity", "status:30")
    async with stage(tenant, clock, size=size, config=configured(columns={"alerts": columns})) as one:
        assert header(one) == shown
        places = [one.lines[1].index(title) for title in ("MACHINE", "INCIDENT")]
        # the bar and the mark, then the machine and a gap
        assert places == [2, 2 + 20 + 1]


async def test_the_column_menu_hides_and_shows_until_the_program_ends(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock, size=(80, 24)) as one:
        assert header(one) == ["S", "AGE", "TITLE", "MACHINE", "STATUS", "OWNER"]
        row = one.cursor
        await one.keys("c")
        letters = {entry.id: entry.letter for entry in one.menu.shown()}
        await one.keys(letters["age"])
        assert header(one) == ["S", "TITLE", "MACHINE", "STATUS", "OWNER"]
        # the menu is there again: what is hidden stands behind what is shown, under another letter
        letters = {entry.id: entry.letter for entry in one.menu.shown()}
        await one.keys(letters["incident"])
        await one.press("escape")
        assert header(one) == ["S", "TITLE", "MACHINE", "STATUS", "OWNER", "INCIDENT"]
        assert one.cursor is row
        # there is no room for one more, and the menu says so
        await one.keys("c")
        letters = {entry.id: entry.letter for entry in one.menu.shown()}
        await one.keys(letters["category"])
        notes = {entry.id: entry.note for entry in one.menu.shown()}
        assert (notes["category"], notes["incident"], notes["age"]) == ("no room", "shown", "")
        letters = {entry.id: entry.letter for entry in one.menu.shown()}
        await one.keys(letters["category"])
        await one.press("escape")
        # another list of the same view, too
        await one.keys("2")
        await one.filled()
        assert header(one) == ["S", "TITLE", "MACHINE", "STATUS", "OWNER", "INCIDENT"]
        await one.keys("c0")
        assert header(one) == ["S", "AGE", "TITLE", "MACHINE", "STATUS", "OWNER"]


async def test_the_last_column_stays(tenant: Mounted, clock: HeldClock) -> None:
    config = configured(columns={"alerts": ("title",)})
    async with stage(tenant, clock, config=config) as one:
        await one.keys("c")
        entry = next(entry for entry in one.menu.shown() if entry.id == "title")
        assert entry.reason == "the only one"
        await one.keys(entry.letter)
        assert isinstance(one.app.screen, MenuScreen)
        assert header(one) == ["TITLE"]


async def test_wide_brings_the_others(tenant: Mounted, clock: HeldClock) -> None:
    config = configured(columns={"alerts": ("title:20", "severity")})
    async with stage(tenant, clock, config=config) as one:
        assert header(one) == ["TITLE", "S"]
        await one.keys("w")
        assert header(one)[:4] == ["TITLE", "S", "AGE", "MACHINE"]
        await one.keys("w")
        assert header(one) == ["TITLE", "S"]


async def test_the_row_is_copied_as_it_is_shown(tenant: Mounted, clock: HeldClock) -> None:
    config = configured(columns={"alerts": ("incident", "title")})
    async with stage(tenant, clock, config=config) as one:
        row = next(value for _, label, value in one.screen(ListScreen).copies(one.cursor) if label == "row")
        assert row == f"{one.cursor.incident_id}\t{one.cursor.title}"


# keys


@pytest.fixture
def own_keys() -> Config:
    return configured(
        keys={"list.filter": "ctrl+f, &", "list.sort": "f", "list.fold": "s", "list.queue_2": "E", "app.help": "F2"}
    )


async def test_a_changed_key_works_and_the_old_one_does_not(
    tenant: Mounted, clock: HeldClock, own_keys: Config
) -> None:
    async with stage(tenant, clock, config=own_keys) as one:
        await one.keys("/")
        assert one.frame.open_bar_widget() is None
        for key in ("\x06", "&"):
            await one.keys(key)
            assert one.frame.open_bar_widget() is not None
            await one.press("escape")
            assert one.frame.open_bar_widget() is None
        await one.keys("f")
        assert one.menu._title == "Sort by"
        await one.press("escape")
        folded = one.body.feed.fold_name
        await one.keys("s0")
        assert one.body.feed.fold_name != folded
        await one.keys("2")
        assert "new, high" not in one.top
        await one.keys("E")
        await one.filled()
        assert "new, high" in one.top


async def test_changed_keys_are_what_is_shown(tenant: Mounted, clock: HeldClock, own_keys: Config) -> None:
    async with stage(tenant, clock, size=(240, 60), config=own_keys) as one:
        assert "ctrl+f filter" in one.bottom
        assert "/ filter" not in one.bottom
        assert "f2 help" in one.bottom
        for opens in ("f2", "ctrl+p"):
            await one.press(opens)
            keys = {entry.id: entry.letter for entry in one.menu.shown()}
            assert (keys["list.filter"], keys["list.sort"], keys["list.queue_2"]) == ("ctrl+f", "f", "E")
            await one.press("escape")
        # Enter in the help runs what the key does
        await one.press("f2")
        await one.keys("Sort by\r")
        assert one.menu._title == "Sort by"


async def test_on_pages_and_on_the_login_screen_too(tenant: Mounted, clock: HeldClock) -> None:
    config = configured(keys={"page.next_tab": "n", "login.new": "f7", "app.quit": "Q"})
    async with stage(tenant, clock, config=config) as one:
        await one.point(lambda row: True)
        one.body.feed.fold("")
        await one.keys("\r")
        await one.until(lambda: isinstance(one.frame, PageScreen))
        await one.calm()
        tab = one.screen(PageScreen).tab.id
        await one.keys("\t")
        assert one.screen(PageScreen).tab.id == tab
        await one.keys("n")
        assert one.screen(PageScreen).tab.id != tab
        await one.keys("q")
        assert isinstance(one.frame, PageScreen)
        await one.keys("Q")
        await one.filled()
        await one.go("tenant")
        assert "f7 new profile" in one.bottom


async def test_keys_typed_before_the_program_stands_are_the_changed_ones(
    tenant: Mounted, clock: HeldClock, own_keys: Config
) -> None:
    async with stage(tenant, clock, config=own_keys, ahead="E") as one:
        await one.until(lambda: "new, high" in one.top)


# pages and refresh


async def test_page_sizes(start_simulator: Any, clock: HeldClock) -> None:
    config = configured(page_size={"machines": PageSize(30, 60), "alerts": PageSize(400, 400)})
    async with stage(start_simulator(machines=200), clock, config=config) as one:
        assert {options["$top"] for options in asked(one, "/alerts")} == {"400"}
        await one.go("machines")
        await one.filled()
        for pages in (2, 3):
            # the end is where the rows end now
            await one.until(lambda: not one.body.feed.busy and not one.frame.fetching)
            await one.keys("G")
            await one.until(lambda: len(asked(one, "/machines")) >= pages)  # noqa: B023
        tops = [options["$top"] for options in asked(one, "/machines")]
        assert tops[:3] == ["30", "60", "60"]


async def test_a_list_refreshes_when_the_configuration_says_so(tenant: Mounted, clock: HeldClock) -> None:
    config = configured(refresh_of={"actions": 5})
    async with stage(tenant, clock, config=config) as one:
        await one.go("actions")
        await one.filled()
        cursor, loaded = one.cursor.id, one.body.feed.loaded
        before = len(asked(one, "/machineactions"))
        clock.advance(600)
        one.body.refresh_rows()
        await one.until(lambda: len(asked(one, "/machineactions")) > before)
        await one.until(lambda: one.body.listing.asked_at == clock.now())
        await one.calm()
        # one request, nothing moves
        assert len(asked(one, "/machineactions")) == before + 1
        assert (one.cursor.id, one.body.feed.loaded) == (cursor, loaded)
