"""`:find` and `:isolated` in the whole program."""

from __future__ import annotations

import pytest

from mdetui.screens.listing import ListScreen
from mdetui.screens.menu import MenuScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from mdetui.views.found import of_alert
from tests.clocks import HeldClock
from tests.driving import Stage, stage


async def found(one: Stage, typed: str) -> None:
    """Look something up and wait for the answer."""
    one.mounted.journal.clear()
    await one.go(f"find {typed}")
    await one.until(lambda: "Looking it up" not in one.text)
    await one.calm()


async def alert_of(one: Stage) -> object:
    """The alert under the cursor, with its evidence."""
    row = one.cursor
    await one.until(lambda: one.session.peek("alerts.get", {"id": row.id}, {}) is not None)
    return one.session.peek("alerts.get", {"id": row.id}, {})


async def test_what_has_one_meaning_is_gone_to(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        alert = await alert_of(one)
        named = {named.page: named for named in of_alert(alert)}  # type: ignore[arg-type]
        for typed, page, most in (
            (one.cursor.id, "alert", 1),
            (one.cursor.machine_id, "machine", 2),
            (one.cursor.computer_dns_name, "machine", 2),
            ("CONTOSO\\" + named["user"].id, "user", 0),
        ):
            await found(one, typed)
            screen = one.screen(PageScreen)
            assert screen.spot.page.id == page
            assert tenant.journal.count() - len(screen.spot.page.needs) - 1 <= most
            await one.keys("[")


async def test_a_name_that_several_have_is_asked_about(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await found(one, "fin-")
        menu = one.screen(MenuScreen)
        labels = [entry.label for entry in menu.shown()]
        assert len(labels) > 2
        assert labels[-1] == "user fin-"
        assert all("machine fin-" in label for label in labels[:-1])
        assert all("last report" in entry.note for entry in menu.shown()[:-1])
        await one.keys("a")
        assert one.screen(PageScreen).spot.page.id == "machine"


async def test_a_pasted_list_of_machines_is_a_list_that_can_be_acted_on(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("machines")
        await one.filled()
        rows = [one.body.feed.entry(index).item for index in range(3)]
        names = [rows[0].computer_dns_name, rows[1].computer_dns_name.split(".")[0], rows[2].id]
        await found(one, f"{names[0]}, {names[1]};{names[2]} nobody-has-this")
        screen = one.screen(ListScreen)
        await one.until(lambda: one.body.feed.loaded)
        assert {row.id for row in rows} <= {one.body.feed.entry(index).item.id for index in range(len(one.body.feed))}
        assert "Not found: nobody-has-this." in one.text
        assert "looked for" in screen.place.label
        await one.keys("*a")
        assert one.body.feed.marked == 3
        assert "isolate" in one.text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0" * 64, "Nothing here is called"),
        ("d41d8cd98f00b204e9800998ecf8427e", "not by MD5"),
        ("CVE-1900-1234", "Nothing here is called"),
        ("999999999", "Nothing here is called"),
    ],
)
async def test_what_is_not_there_is_said(tenant: Mounted, clock: HeldClock, typed: str, says: str) -> None:
    async with stage(tenant, clock) as one:
        await found(one, typed)
        assert says in one.text
        assert isinstance(one.frame, ListScreen)


async def test_isolated_machines_with_who_and_since_when(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("isolated")
        await one.until(lambda: one.body.feed.state == "complete")
        before = {one.body.feed.entry(index).item.id for index in range(len(one.body.feed))}
        await one.keys("[")
        one.unlock()
        row = await one.point(lambda row: "-ws-" in (row.computer_dns_name or "") and row.machine_id not in before)
        await one.keys("ai")
        await one.checked()
        await one.answer()
        await one.armed()
        await one.send()
        await one.pass_time(lambda: not one.job.job.active, step=5)
        await one.press("escape")
        await one.go("isolated")
        await one.until(lambda: one.body.feed.state == "complete")
        assert len(one.body.feed) == len(before) + 1
        mine = one.body.feed.entry(0).item
        assert mine.id == row.machine_id
        assert mine.state.on
        assert not mine.unsure
        assert "Automatic isolation" in one.text
