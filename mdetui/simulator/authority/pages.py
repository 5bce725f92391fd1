"""What a person sees in a browser: where a device code is typed, and the sign-in page. Plain HTML, no scripts.

Nobody types a password: the authority's `person` is signed in, and says yes or no.
"""

from __future__ import annotations

import html

from starlette.requests import Request
from starlette.responses import HTMLResponse

from mdetui.simulator.authority.core import Authority
from mdetui.simulator.authority.devices import Device
from mdetui.simulator.authority.tokens import APP_NAMES

DEVICE_PAGE = "/devicelogin"
# what the two buttons send, as `answer`
YES = "continue"
_NO = "cancel"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_FIELD = (
    '<form method="post"><p><label>Code <input name="user_code" size="12" autofocus autocomplete="off"></label></p>'
    "<p><button>Next</button></p></form>"
)


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks, and not a program that follows the redirect."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A page; `body` is HTML, `title` is text."""
    title = html.escape(title)
    return HTMLResponse(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n{body}\n</body></html>\n",
        status,
        _HEADERS,
    )


def choice(authority: Authority, client_id: str, hidden: str = "") -> str:
    """The question whether somebody is signing in to an app, as HTML; the answer is sent to the page it stands on."""
    app = html.escape(APP_NAMES.get(client_id, client_id))
    person = html.escape(f"{authority.person.name} ({authority.person.upn})")
    return (
        f'<p>Are you trying to sign in to {app}?</p>\n<form method="post">{hidden}'
        f'<p><button name="answer" value="{YES}">Continue as {person}</button></p>'
        f'<p><button name="answer" value="{_NO}">Cancel</button></p></form>'
    )


def device_page(authority: Authority, user_code: str, answer: str) -> HTMLResponse:
    """What comes after a step: nothing typed yet, a code typed, a code answered."""
    if not user_code:
        return page("Enter code", f"<p>Enter the code that the program shows.</p>\n{_FIELD}")
    device = _waiting(authority, user_code)
    if device is None:
        return page("Enter code", f"<p>That code didn't work. Check it and try again.</p>\n{_FIELD}", 400)
    if not answer:
        hidden = f'<input type="hidden" name="user_code" value="{html.escape(device.user_code)}">'
        return page("Sign in", choice(authority, device.client_id, hidden))
    if answer != YES:
        device.decline()
        return page("Sign in", "<p>You said no. You may close this window.</p>")
    device.approve()
    return page("Sign in", "<p>You have signed in on the other device. You may close this window.</p>")


def _waiting(authority: Authority, user_code: str) -> Device | None:
    """The code that was typed, when it still waits for somebody; dashes don't count."""
    try:
        device = authority.devices[user_code.replace("-", "")]
    except KeyError:
        return None
    return device if device.waits(authority.tokens.now()) else None
