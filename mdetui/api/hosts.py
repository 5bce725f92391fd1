"""Where a request may go. A token leaves for the exact scheme, host and port of the profile's bases and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from urllib.parse import quote, unquote, urlsplit

from mdetui import text
from mdetui.api.endpoints import Operation
from mdetui.config import Profile
from mdetui.errors import HostRefused, NoOperation, PagingError

Origin = tuple[str, str, int]
_HOLE = re.compile(r"\{(\w+)\}")
_PORTS = {"https": 443, "http": 80}


def origin_of(url: str) -> Origin:
    """Scheme, host and port of an address, in one form.

    Raises:
        HostRefused: It has none, or carries a user name.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        scheme, host, port = "", "", None
        parts = urlsplit("")
    if not scheme or not host or "@" in parts.netloc:
        raise HostRefused(f"{text.line(url, 120)} is no address a token may go to.", "Nothing was sent there.")
    return scheme, host, port or _PORTS.get(scheme, 0)


def check_host(profile: Profile, audience: str, url: str) -> None:
    """Whether a token of that audience may go to an address.

    Raises:
        HostRefused: It may not; names the host.
    """
    scheme, host, port = origin_of(url)
    if (scheme, host, port) != origin_of(profile.base_of(audience)):
        raise HostRefused(
            f"{text.line(host, 120)} is not a host of profile {profile.name}.",
            "Nothing was sent there, and no token left this program.",
        )


def path_of(op: Operation, values: Mapping[str, str]) -> str:
    """The operation's path with its holes filled, each value percent-encoded as one segment.

    Raises:
        NoOperation: A value could lead out of its place in the path.
        KeyError: A value is missing: a programming mistake.
    """

    def fill(hole: re.Match[str]) -> str:
        value = values[hole[1]]
        if not value or value in (".", ".."):
            raise NoOperation(f"{value!r} can't be the {hole[1]} of {op.id}.", "Nothing was sent.")
        return quote(value, safe=":")

    return _HOLE.sub(fill, op.path)


@cache
def _shape(path: str) -> re.Pattern[str]:
    """What paths of an operation look like on the wire; `/api` may carry the version (`/api/v1.0`), case is free."""
    pieces = _HOLE.split(path)
    pattern = "".join(
        re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>[^/?#]+)" for number, piece in enumerate(pieces)
    )
    return re.compile(re.sub(r"^/api/", r"/api/(?:v1\\.0/)?", pattern), re.IGNORECASE)


def is_path_of(op: Operation, path: str) -> bool:
    """Whether a path (below the base, without query) is one of the operation's."""
    return _shape(op.path).fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))


def values_of(op: Operation, path: str) -> dict[str, str] | None:
    """What stands in the holes of the operation's path, decoded; None when the path is none of the operation's."""
    found = _shape(op.path).fullmatch(path) if is_path_of(op, path) else None
    return None if found is None else {name: unquote(value) for name, value in found.groupdict().items()}


def below_base(profile: Profile, audience: str, path: str) -> str:
    """A path without the prefix that the profile's base may have."""
    prefix = urlsplit(profile.base_of(audience)).path
    return path[len(prefix) :] if prefix and path.startswith(f"{prefix}/") else path


def follow(profile: Profile, op: Operation, link: str) -> str:
    """Path and query that a nextLink asks for, to be sent to the profile's own base.

    A link to another known host of the same service is asked at our host (samples print the old host whatever was
    asked); one that leads anywhere else, or to another path, is not followed.

    Raises:
        HostRefused: The link leads to a foreign host; names it.
        PagingError: The link is not one of this list.
    """
    base = profile.base_of(op.audience)
    if link.startswith("/") and not link.startswith("//"):
        link = base + link
    scheme, host, port = origin_of(link)
    # Graph is a service of its own: no other host is it
    known = profile.facts.known_hosts if op.audience != "graph" else frozenset[str]()
    if (scheme, host, port) != origin_of(base) and not (scheme == "https" and port == 443 and host in known):
        raise HostRefused(
            f"The next page of {op.id} is said to be at {text.line(host, 120)}, which is no host of this service.",
            "It was not asked and no token left this program; what is loaded stays.",
        )
    parts = urlsplit(link)
    path = below_base(profile, op.audience, parts.path)
    if not is_path_of(op, path):
        raise PagingError(
            f"The next page of {op.id} is said to be at {text.line(parts.path, 120)}, which is another list.",
            "It was not asked; what is loaded stays.",
        )
    # what is no plain character of an address is encoded again; `%` stays, the link is encoded already
    query = quote(parts.query, safe="%$&=?/:@!'()*,;+-._~")
    return f"{path}?{query}" if query else path
