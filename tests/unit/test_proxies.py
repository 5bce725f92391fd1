"""The proxy decision: profile, environment, NO_PROXY with networks; a password is never shown."""

from __future__ import annotations

import ssl

import pytest

from mdetui.errors import ConfigError
from mdetui.net.proxies import ProxyChoice, exempted, parse, proxy_of
from tests.wiring import profile

URL = "https://api.security.microsoft.com"
PROXY = "http://proxy.corp:8080"


def chosen(url: str = URL, proxy: str = "", **environ: str) -> ProxyChoice:
    return proxy_of(url, profile(proxy=proxy), environ)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "none"),
        ({"HTTP_PROXY": PROXY}, "none"),
        ({"HTTPS_PROXY": PROXY}, f"{PROXY} (HTTPS_PROXY)"),
        ({"https_proxy": PROXY}, f"{PROXY} (https_proxy)"),
        ({"ALL_PROXY": PROXY}, f"{PROXY} (ALL_PROXY)"),
        ({"all_proxy": "proxy.corp:8080"}, f"{PROXY} (all_proxy)"),
        ({"HTTPS_PROXY": PROXY, "ALL_PROXY": "http://other:1"}, f"{PROXY} (HTTPS_PROXY)"),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other:1"}, f"{PROXY} (https_proxy)"),
        ({"https_proxy": "", "HTTPS_PROXY": PROXY}, "none"),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": PROXY}, f"{PROXY} (ALL_PROXY)"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "security.microsoft.com"}, "none (NO_PROXY)"),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "*"}, "none (no_proxy)"),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "", "NO_PROXY": "*"}, f"{PROXY} (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "https://proxy.corp"}, "https://proxy.corp:443 (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "[fd00::1]:3128"}, "http://[fd00::1]:3128 (HTTPS_PROXY)"),
    ],
)
def test_the_environment_decides(environ: dict[str, str], said: str) -> None:
    # port 443 is httpx's own default for https, which it does not write
    assert str(chosen(**environ)).replace("proxy.corp (", "proxy.corp:443 (") == said


def test_the_profile_decides_before_the_environment() -> None:
    assert str(chosen(proxy="none", HTTPS_PROXY=PROXY)) == "none (profiles.test.proxy)"
    assert str(chosen(proxy=PROXY, HTTPS_PROXY="http://other:1", NO_PROXY="*")) == f"{PROXY} (profiles.test.proxy)"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/metadata/identity/oauth2/token",
        "https://169.254.169.254/",
        "http://127.0.0.1:41234/msi/token",
        "http://localhost:40342/metadata/identity/oauth2/token",
    ],
)
def test_the_machines_own_identity_is_never_asked_through_a_proxy(url: str) -> None:
    for proxy in ("", PROXY):
        assert not chosen(url, proxy, HTTPS_PROXY=PROXY, HTTP_PROXY=PROXY, ALL_PROXY=PROXY)


@pytest.mark.parametrize(
    ("names", "host", "exempt"),
    [
        ("", "a.corp", False),
        (" , ,", "a.corp", False),
        ("*", "a.corp", True),
        ("a.corp", "a.corp", True),
        ("A.Corp", "a.CORP.", True),
        ("corp", "a.corp", True),
        (".corp", "a.corp", True),
        (".corp", "corp", True),
        ("*.corp", "a.corp", True),
        ("*.corp", "corp", False),
        ("*.corp", "acorp", False),
        ("corp", "notcorp", False),
        ("a.corp:443", "a.corp", True),
        ("a.corp:8443", "a.corp", False),
        ("x.test, b.test\ta.corp", "a.corp", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("10.1.2.3:80", "10.1.2.3", False),
        ("10.1", "10.1.2.3", False),
        ("2.3", "10.1.2.3", False),
        ("10.0.0.0/99", "10.0.0.0", False),
        ("10.0.0.0/8", "ten.corp", False),
        ("::1", "::1", True),
        ("[::1]:443", "::1", True),
        ("[::1]", "::1", True),
        ("[::1]:80", "::1", False),
        ("fd00::/8", "fd00::17", True),
        ("fd00::/8", "10.0.0.1", False),
        ("/8", "10.0.0.1", False),
        (".", "a.corp", False),
        ("[", "a.corp", False),
    ],
)
def test_no_proxy(names: str, host: str, exempt: bool) -> None:
    assert exempted(host, 443, names) is exempt


@pytest.mark.parametrize(
    ("value", "user", "password"),
    [
        ("http://ann:s3cret@proxy.corp:8080", "ann", "s3cret"),
        ("ann:s3cret@proxy.corp:8080", "ann", "s3cret"),
        ("http://ann:s%403cret@proxy.corp:8080/", "ann", "s@3cret"),
        ("http://CORP\\ann:p@ss/w#rd?%@proxy.corp:8080", "CORP\\ann", "p@ss/w#rd?%"),
        ("http://ann@proxy.corp:8080", "ann", ""),
        ("http://:s3cret@proxy.corp:8080", "", "s3cret"),
    ],
)
def test_name_and_password_arrive_and_are_never_shown(value: str, user: str, password: str) -> None:
    choice = parse(value, "HTTPS_PROXY")
    made = choice.for_httpx(ssl.create_default_context())
    assert made is not None
    assert (str(made.url), made.auth) == (PROXY, (user, password))
    mask = f"{user}{':***' if password else ''}@"
    assert str(choice) == f"http://{mask}proxy.corp:8080 (HTTPS_PROXY)"
    if password:
        assert password not in f"{choice} {choice!r} {choice.shown} {[choice]} {made!r}"


@pytest.mark.parametrize(
    "value",
    [
        "http://",
        "http://ann:s3cret@",
        "http://proxy.corp:s3cret",
        "http://s3cret corp:80",
        "ftp://s3cret:1",
        "http://s3cret:99999",
        "http://[s3cret",
        "http://s3cret\x1b",
    ],
)
def test_what_is_no_proxy_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(HTTPS_PROXY=value)
    assert caught.value.where == "HTTPS_PROXY"
    assert "s3cret" not in str(caught.value)
    assert caught.value.todo


def test_a_socks_proxy_says_what_it_needs() -> None:
    for scheme in ("socks5", "socks5h", "SOCKS5"):
        with pytest.raises(ConfigError, match="pip install socksio") as caught:
            chosen(ALL_PROXY=f"{scheme}://ann:s3cret@proxy.corp")
        assert caught.value.where == "ALL_PROXY"
        assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigError, match="socks4 is no kind of proxy"):
        chosen(ALL_PROXY="socks4://proxy.corp")
