"""Signing in with a browser on another host: an address to open there, and the address it ends at, pasted back here.

Nothing listens: the browser fails to load the address it is sent to, which holds the code. PKCE and `state` make the
code useless to anybody who sees it on the way; that the browser runs on the managed workstation is what proves the
device to the tenant's policies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from mdetui.auth.secret import Secret
from mdetui.errors import SignInError

# an authorization response is a few kB; what is longer is something else that lay in the clipboard
_LONGEST = 32_768
_NUMBER = re.compile(r"AADSTS(\d{4,8})")


@dataclass(frozen=True, slots=True)
class BrowserFlow:
    """One attempt to sign in with a browser. Hand it back to `TokenSource.finish_browser` with what was pasted.

    Attributes:
        url: What the person opens on the workstation. It holds no secret, but it belongs to this attempt alone.
        redirect_uri: Where the browser ends; nothing listens there, so it shows an error page.
        audience: What the first token will be for.
    """

    url: str = field(repr=False)
    redirect_uri: str
    audience: str
    _flow: dict[str, Any] = field(repr=False, compare=False)
    _claims: str | None = field(repr=False, compare=False)


def answer_in(pasted: Secret) -> dict[str, str]:
    """What an address that was pasted says: `code` and `state`, or `error` and what belongs to it.

    Only the query matters: a terminal breaks long lines, so spaces and line breaks in it mean nothing.

    Raises:
        SignInError: There is no answer of the sign-in page in it.
    """
    text = "".join(pasted.reveal().split()).strip("<>\"'`")
    if len(text) > _LONGEST:
        raise _no_answer()
    query = text.partition("?")[2] or text
    try:
        fields = dict(parse_qsl(query.partition("#")[0], max_num_fields=50))
    except ValueError:
        raise _no_answer() from None
    kept = {
        name: fields[name] for name in ("code", "state", "error", "error_description", "client_info") if name in fields
    }
    if "state" not in kept or not ("code" in kept or "error" in kept):
        raise _no_answer()
    return kept


def refusal_in(answer: dict[str, str]) -> dict[str, Any]:
    """An answer with an error, in the form the token endpoint uses; the description is only searched for its number."""
    codes = [int(number) for number in _NUMBER.findall(answer.get("error_description", ""))[:3]]
    return {"error": answer.get("error", ""), "error_codes": codes}


def _no_answer() -> SignInError:
    return SignInError(
        "What was pasted is not the address a sign-in ends at.",
        "Copy the whole address from the browser's address bar, from http to the end, and paste it here.",
    )
