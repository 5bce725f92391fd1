"""The `:` bar: what Tab makes of a line, what stands behind it, and lines that were typed before."""

from __future__ import annotations

import pytest

from mdetui.screens import completion
from mdetui.screens.menu import MenuScreen
from mdetui.screens.page import PageScreen
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.driving import stage


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        ("vul", "vulnerabilities "),
        ("al sev:h", "al sev:high"),
        ("al sev:", "al sev:"),
        ("al sev:me", "al sev:medium"),
        ("al se", "al sev:"),
        ("al status:new ow", "al status:new owner:"),
        ("al owner:m", "al owner:me"),
        ("al status:r", "al status:resolved"),
        ("cve sev:c", "cve sev:critical"),
        ("m risk:h", "m risk:high"),
        ("m health:imp", "m health:ImpairedCommunication"),
        ("act type:Isol", "act type:Isolate"),
        ("ga sev:h", "ga sev:high"),
        ("find us", "find user:"),
        ("blast do", "blast domain:"),
        ("browse machines.allBrow", "browse machines.allBrow"),
        ("tenant de", "tenant demo"),
        ("doctor de", "doctor demo"),
        ("theme li", "theme light"),
        ("merged de", "merged demo"),
        ("merged demo sev:h", "merged demo sev:high"),
        # nobody knows what follows
        ('al cat:"sev:h', 'al cat:"sev:h'),
        ("al /sev:h", "al /sev:h"),
        ("nothing x", "nothing x"),
    ],
)
async def test_tab(tenant: Mounted, clock: HeldClock, typed: str, becomes: str) -> None:
    async with stage(tenant, clock) as one:
        await one.keys(f":{typed}\t")
        assert one.frame.bar is not None
        assert one.frame.bar.input.value == becomes


async def test_browse_names_complete(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        names = completion.offers(one.frame, "browse ")
        assert len(names) > 5
        whole = completion.complete(one.frame, f"browse {names[0][:-1]}")
        assert whole == f"browse {names[0]}" or len(completion.offers(one.frame, f"browse {names[0][:-1]}")) > 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("al sev:", "high medium low informational medium+ low+"),
        ("al status:o", "open"),
        ("al sev:high status:open", "$filter=severity eq 'High' and status ne 'Resolved'"),
        ('al cat:"C:\\x y"', "$filter=category eq 'C:\\x y'"),
        ("al sev:nothing", "sev:high"),
        ("m fin-", "$filter=startswith(computerDnsName,'fin-')"),
        ("tenant ", "demo"),
        ("find ", "file: address: domain: user: machine: cve: alert: incident:"),
        ("lock", "close the write lock"),
        ("al", "the alert queue"),
    ],
)
async def test_what_stands_behind_the_line(tenant: Mounted, clock: HeldClock, typed: str, says: str) -> None:
    async with stage(tenant, clock, size=(200, 60)) as one:
        await one.keys(f":{typed}")
        assert says in one.text.splitlines()[-1]


async def test_the_help_of_a_list_says_what_was_sent(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("al sev:high status:new")
        await one.filled()
        await one.keys("?")
        assert isinstance(one.app.screen, MenuScreen)
        # the preview may have read an alert since
        sent = tenant.journal.entries("/api/alerts", where=lambda asked: asked.path == "/api/alerts")[-1]
        assert "$filter=severity eq 'High' and status eq 'New'" in one.text
        assert "severity" in sent.query


async def test_lines_outlive_the_screen_in_which_they_were_typed(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("al sev:high")
        await one.filled()
        await one.go("machines")
        await one.filled()
        await one.keys(":dra")
        bar = one.frame.bar
        assert bar is not None
        await one.press("up")
        assert bar.input.value == "machines"
        await one.press("up")
        assert bar.input.value == "al sev:high"
        await one.press("up")
        assert bar.input.value == "al sev:high"
        await one.press("down", "down")
        assert bar.input.value == "dra"
        await one.press("escape")
        await one.keys("/fin\r")
        await one.keys("/")
        await one.press("up")
        # a filter is no command
        assert bar.input.value == "fin"


@pytest.mark.parametrize(("typed", "kind"), [("user:m.weber", "user"), ("domain:evil.example", "domain")])
async def test_what_is_said_to_be_something_is_not_asked_about(
    tenant: Mounted, clock: HeldClock, typed: str, kind: str
) -> None:
    async with stage(tenant, clock) as one:
        tenant.journal.clear()
        await one.go(f"find {typed}")
        await one.until(lambda: isinstance(one.app.screen, PageScreen))
        assert one.screen(PageScreen).spot.page.id == kind
        assert not tenant.journal.entries("/api/machines", where=lambda asked: "startswith" in asked.query)


async def test_what_can_not_be_what_it_is_said_to_be(tenant: Mounted, clock: HeldClock) -> None:
    async with stage(tenant, clock) as one:
        await one.go("find file:m.weber")
        await one.until_text("m.weber is no file.")
