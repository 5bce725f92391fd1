"""What the token may do is read from it: what it can't reach is greyed, with the name of the permission."""

from __future__ import annotations

from mdetui.simulator.options import Options
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import stage


async def test_tabs_and_menus_name_the_permission_that_is_missing(
    start_simulator: StartSimulator, clock: HeldClock, simulator_options: Options
) -> None:
    lost = {"Vulnerability.Read.All", "Machine.Isolate"}
    kept = tuple(role for role in simulator_options.roles if role not in lost)
    assert len(kept) == len(simulator_options.roles) - len(lost)
    tenant = start_simulator(roles=kept)
    async with stage(tenant, clock) as one:
        await one.keys("m")
        await one.until_text("CVEs")
        strip = next(line for line in one.lines if "[Overview]" in line)
        assert "CVEs×" in strip
        assert "Software×" not in strip
        await one.keys("?")
        await one.until_text("Tab: CVEs")
        line = next(line for line in one.lines if "Tab: CVEs" in line)
        assert "Vulnerability.Read.All" in line
        await one.press("escape")
        await one.keys("a")
        await one.until_text("isolate")
        said = " ".join(one.text.split())
        assert "this sign-in lacks Machine.Isolate" in said
        await one.press("escape")
        # the tab itself says it in its own place and disturbs nothing else
        await one.keys("5")
        await one.until_text("Vulnerability.Read.All")
        await one.keys("4")
        await one.until(lambda: "Vulnerability.Read.All" not in one.text)


async def test_a_token_that_can_all_greys_nothing(start_simulator: StartSimulator, clock: HeldClock) -> None:
    async with stage(start_simulator(), clock) as one:
        await one.keys("m")
        await one.until_text("CVEs")
        assert "×" not in next(line for line in one.lines if "[Overview]" in line)
