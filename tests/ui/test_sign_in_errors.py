"""What people read when Entra ID says no: every code of the table, in the whole program.

Each code has to end in its number, the table's words, the id to quote, and a key that does something on the screen that
is shown: the tests go on with that key, so one run of the program meets many codes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from mdetui.auth.aadsts import HINTS
from mdetui.config import METHOD_TABLE, Profile
from mdetui.screens.sign_in import SignInScreen
from mdetui.simulator.directory import Directory
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.driving import Stage, stage
from tests.signing import assertion, federated, handle, make_pair, sign_in_at
from tests.sources import TOKEN_PATH
from tests.ui.test_sign_in_screen import BROWSER, DEVICE, at_sign_in

# no refusals: the code waits for its person, and a busy host is asked again by itself
NO_REFUSAL = {70016, 90055}
# codes that only a browser's answer brings, and what only an app's own proof brings, by the way it proves itself
OF_BROWSERS = {50011, 500113, 54005, 65004, 16000}
OF_APPS = {
    "client-secret": {7000215, 7000222},
    "certificate": {700027, 700030, 50012, 700024},
    "federated": {700213, 700211, 700212},
}
OF_ALL_APPS = {7000112, 7000218, 700025, 7000229, 700011, 700016, 90002, 90038, 900023, 500011, 650052, 650057, 50196}
OF_PEOPLE = sorted(set(HINTS) - NO_REFUSAL - OF_BROWSERS - set().union(*OF_APPS.values()))
# what an app's words differ in, besides
DIFFERENT = {code for code, hint in HINTS.items() if hint.app}

ID = re.compile(r"\(id([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\)")
KEY = re.compile(r"\b[Pp]ress ([a-z])\b")


def squeezed(words: str) -> str:
    """Without white space and the rule beside a list: lines are broken anywhere."""
    return "".join(words.replace("│", " ").split())


def template(profile: Profile, code: int) -> tuple[str, str]:
    """What the table says to this way of signing in: what happened, what to do."""
    hint = HINTS[code]
    if profile.method == "device-code" and hint.device:
        return hint.what, hint.device
    person = METHOD_TABLE[profile.method].person
    return hint.what, hint.todo if person or not hint.app else hint.app


def check(one: Stage, profile: Profile, code: int) -> str:
    """That the screen says all that belongs to a code; the key that it says to press."""
    shown = squeezed(one.text)
    facts = {"client": profile.client_id, "tenant": profile.tenant, "cloud": profile.cloud, "login": profile.login}
    facts |= {"scope": profile.scope_of("mde"), "redirect": profile.redirect_uri, "consent": "adminconsent?client_id="}
    facts |= {"permissions": "Machine.Isolate", "clock": "2026-", "certificate": "thumbprint", "file": file_of(profile)}
    assert f"(AADSTS{code}," in shown, f"{code}:\n{one.text}"
    what, todo = template(profile, code)
    for words in (what, todo):
        at = 0
        for part in re.split(r"(\{\w+\})", words):
            wanted = squeezed(facts[part[1:-1]] if part.startswith("{") else part)
            at = shown.find(wanted, at)
            assert at >= 0, f"{code}, {part!r}:\n{one.text}"
    assert not set("{}") & set(shown)
    assert ID.search(shown), f"{code}:\n{one.text}"
    assert "Traceback" not in one.text
    assert one.running
    key = KEY.search(todo)
    assert key is not None, todo
    return key[1]


def file_of(profile: Profile) -> str:
    """Where what proves an app is kept."""
    return profile.client_secret_file or profile.certificate_file or profile.assertion_file


def dealt(codes: Sequence[int], hands: int) -> list[list[int]]:
    """Codes, in a few runs of the program."""
    return [sorted(codes)[start::hands] for start in range(hands)]


def name(codes: Sequence[int]) -> str:
    """Of a run."""
    return "-".join(map(str, codes))


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    """A tenant whose codes are asked for every second."""
    return start_simulator(directory=Directory(interval=1))


def test_every_code_is_met() -> None:
    met = {*OF_PEOPLE, *OF_BROWSERS, *OF_ALL_APPS, *set().union(*OF_APPS.values())}
    assert met == set(HINTS) - NO_REFUSAL
    assert len(met) >= 25


async def press(one: Stage, screen: SignInScreen, key: str, own: Literal["d", "b"]) -> None:
    """Press a key that a hint named: it leads on. Then back to the way under test."""
    ways = {"d": "device", "b": "browser", "r": "device" if own == "d" else "browser"}
    await one.keys(key)
    await one.until(lambda: screen.stage in ("device", "browser"))
    assert screen.stage == ways[key]
    if screen.stage != ways[own]:
        await one.keys(own)
        await one.until(lambda: screen.stage == ways[own])


@pytest.mark.parametrize("codes", dealt(OF_PEOPLE, 4), ids=name)
async def test_a_device_code_is_refused(codes: list[int], tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **DEVICE) as (one, screen):
        await press(one, screen, "d", "d")
        for code in codes:
            handle(tenant).devices.newest().fail(code)
            await one.pass_time(lambda: screen.stage == "choice")
            await one.calm()
            await press(one, screen, check(one, one.session.profile, code), "d")


@pytest.mark.parametrize("codes", dealt([*OF_BROWSERS, 53003, 50105, 65001, 90002, 7000218, 50173], 2), ids=name)
async def test_a_browser_elsewhere_is_refused(codes: list[int], tenant: Mounted, clock: HeldClock) -> None:
    async with at_sign_in(tenant, clock, **BROWSER) as (one, screen):
        await press(one, screen, "b", "b")
        for number, code in enumerate(codes):
            if number % 2:
                tenant.faults.set("aadsts", code, path="/token", count=1)
            else:
                # not at the token endpoint: the address that the browser ends at says no
                handle(tenant).refuse_sign_in(code)
            assert screen._browser is not None
            await one.paste(sign_in_at(tenant, screen._browser.url))
            await one.press("enter")
            await one.until(lambda: screen.error is not None)
            await one.calm()
            await press(one, screen, check(one, one.session.profile, code), "b")


async def refused_one_after_the_other(tenant: Mounted, clock: HeldClock, codes: Sequence[int], **changes: Any) -> None:
    """An app meets each code in its queue, and r asks again."""
    profile = replace(tenant.profile, connector="network", **changes)
    async with stage(tenant, clock, profile="", connector="network", **changes) as one:
        key = "enter"
        for code in codes:
            tenant.faults.clear()
            tenant.faults.set("aadsts", code, path="/token")
            before = tenant.journal.count(TOKEN_PATH)
            await one.press(key)
            await one.until_text(f"AADSTS{code},")
            assert tenant.journal.count(TOKEN_PATH) > before
            assert not isinstance(one.app.screen, SignInScreen), "no person can mend it"
            key = check(one, profile, code)
            assert key == "r"
        tenant.faults.clear()
        await one.press(key)
        await one.filled()
        assert len(one.body.feed)


@pytest.mark.parametrize("codes", dealt([*OF_APPS["client-secret"], *OF_ALL_APPS, *DIFFERENT], 3), ids=name)
async def test_a_secret_is_refused(codes: list[int], tenant: Mounted, clock: HeldClock) -> None:
    await refused_one_after_the_other(tenant, clock, codes, method="client-secret", client_secret_file="/etc/mdetui/s")


async def test_a_certificate_is_refused(start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,)))
    codes = sorted(OF_APPS["certificate"])
    await refused_one_after_the_other(tenant, clock, codes, method="certificate", certificate_file=str(pair.pem))


async def test_an_assertion_is_refused(start_simulator: StartSimulator, clock: HeldClock, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(federated=(federated(pair),)))
    file = tmp_path / "assertion"
    file.write_text(assertion(pair))
    codes = sorted(OF_APPS["federated"])
    await refused_one_after_the_other(tenant, clock, codes, method="federated", assertion_file=str(file))
