"""The pages that a person sees in a browser at the pretend authority."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mdetui.simulator.directory import Directory, Person
from mdetui.simulator.mount import Mounted
from tests.clocks import HeldClock
from tests.conftest import StartSimulator
from tests.signing import client, handle
from tests.simulator.asking import ask, browser_url, start_device

HTML = {"accept": "text/html"}
ODD = Person("x@contoso.com", "<script>alert(1)</script> & 'Co'")


@pytest.fixture
def tenant(start_simulator: StartSimulator) -> Mounted:
    """One whose codes are typed at its own page."""
    return start_simulator(directory=Directory(own_pages=True))


def typed(tenant: Mounted, **form: str) -> httpx.Response:
    """A form sent at the page for codes."""
    with client(tenant) as person:
        return person.post(f"{tenant.profile.login}/devicelogin", data=form)


def shown(answer: httpx.Response, status: int = 200) -> str:
    """A page that is one."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in answer.text
    return answer.text


def test_a_code_is_typed_and_approved(tenant: Mounted) -> None:
    code = start_device(tenant).json()
    assert code["verification_uri"] == f"{tenant.profile.login}/devicelogin"
    with client(tenant) as person:
        assert 'name="user_code"' in shown(person.get(code["verification_uri"]))
    loosely = f" {code['user_code'][:4].lower()}-{code['user_code'][4:]} "
    page = shown(typed(tenant, user_code=loosely))
    assert "sign in to mdetui-desktop" in page
    assert f'value="{code["user_code"]}"' in page
    # looking at the question answers nothing
    assert ask(tenant, "device_code", device_code=code["device_code"]).json()["error"] == "authorization_pending"
    assert "You have signed in" in shown(typed(tenant, user_code=loosely, answer="continue"))
    assert "access_token" in ask(tenant, "device_code", device_code=code["device_code"]).json()
    # used up
    assert "didn't work" in shown(typed(tenant, user_code=loosely), 400)


def test_a_code_is_declined(tenant: Mounted) -> None:
    code = start_device(tenant).json()
    assert "You said no" in shown(typed(tenant, user_code=code["user_code"], answer="cancel"))
    assert ask(tenant, "device_code", device_code=code["device_code"]).json()["error"] == "authorization_declined"
    # no later yes makes it good
    shown(typed(tenant, user_code=code["user_code"], answer="continue"), 400)


def test_a_code_that_is_none(tenant: Mounted, clock: HeldClock) -> None:
    assert "Enter the code" in shown(typed(tenant))
    for wrong in ("NOSUCH", "<script>", "\u212a"):
        assert "didn't work" in shown(typed(tenant, user_code=wrong, answer="continue"), 400)
    code = start_device(tenant).json()["user_code"]
    clock.advance(901)
    assert "didn't work" in shown(typed(tenant, user_code=code), 400)


def test_a_browser_is_asked_and_a_program_is_not(tenant: Mounted) -> None:
    with client(tenant) as person:
        page = shown(person.get(browser_url(tenant), headers=HTML))
        assert "Continue as Ana Reyes (ana.reyes@contoso.com)" in page
        assert handle(tenant).handed_out() == frozenset()
        back = person.post(browser_url(tenant), data={"answer": "continue"}, headers=HTML)
        assert back.status_code == 302
        answer = parse_qs(urlsplit(back.headers["location"]).query)
        assert answer["state"] == ["s p&ce"]
        assert set(answer["code"]) == set(handle(tenant).handed_out())
        assert person.get(browser_url(tenant)).status_code == 302


@pytest.mark.parametrize("form", [{"answer": "cancel"}, {}])
def test_a_browser_says_no(tenant: Mounted, form: dict[str, str]) -> None:
    with client(tenant) as person:
        back = person.post(browser_url(tenant), data=form, headers=HTML).headers["location"]
    answer = parse_qs(urlsplit(back).query)
    assert (answer["error"], answer["error_subcode"]) == (["access_denied"], ["cancel"])
    assert "AADSTS65004" in answer["error_description"][0]
    assert handle(tenant).handed_out() == frozenset()


def test_names_are_text(tenant: Mounted) -> None:
    handle(tenant).person = ODD
    code = start_device(tenant).json()["user_code"]
    with client(tenant) as person:
        pages = [person.get(browser_url(tenant), headers=HTML), typed(tenant, user_code=code)]
        wrong = person.get(browser_url(tenant, redirect_uri="https://<script>.invalid"), headers=HTML)
    for page in pages:
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in shown(page)
    assert "&lt;script&gt;.invalid" in shown(wrong, wrong.status_code)


def test_microsofts_page_is_named_by_default(start_simulator: StartSimulator) -> None:
    page = start_device(start_simulator()).json()["verification_uri"]
    assert page == "https://microsoft.com/devicelogin"
