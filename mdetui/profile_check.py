"""What a profile must be, checked in one place for the file, the command line and the wizard."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import MISSING, fields
from functools import partial
from urllib.parse import SplitResult, urlsplit

from mdetui.clouds import CLOUDS
from mdetui.profile import AUDIENCES, METHOD_TABLE, METHODS, STORES, Method, Profile

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}")
_SHARED = ("common", "organizations", "consumers")
_MINUTES = range(0, 481)
_PROXIES = "Use http://host:port, none for no proxy, or leave it empty."
_LOCAL = ("localhost", "127.0.0.1")

# keys of a profile that belong to some methods only
OF_A_METHOD = tuple(
    dict.fromkeys(
        key for method in METHOD_TABLE.values() for key in (*method.needs, *method.takes) if key != "client_id"
    )
)
# what to write for a key that can't be empty
_MISSING = {
    "client_id": "Give the application (client) id of the app registration, or set AZURE_CLIENT_ID.",
    "certificate_file": "Name a PEM file with key and certificate, or a .pfx, or set AZURE_CLIENT_CERTIFICATE_PATH.",
    "assertion_file": "Name the file with the assertion, or set AZURE_FEDERATED_TOKEN_FILE.",
    "token_command": 'Give a list of program and arguments, such as ["/usr/local/bin/token", "mde"].',
}


class Refused(Exception):
    """A value of a profile that can't be used.

    Args:
        key: The key, `""` for the profile's name.
        what: What is wrong with it.
        todo: What is allowed.
    """

    def __init__(self, key: str, what: str, todo: str) -> None:
        super().__init__(key, what, todo)
        self.key = key
        self.what = what
        self.todo = todo


def given_in(profile: Profile) -> set[str]:
    """Keys whose value is not the default."""
    found = set()
    for one in fields(profile):
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        if getattr(profile, one.name) != default:
            found.add(one.name)
    return found - {"name", "connector"}


def check(profile: Profile, given: Collection[str] | None = None) -> None:
    """Check a profile.

    Args:
        profile: With what the environment gives filled in.
        given: Keys that somebody wrote; without it, those that differ from the default.

    Raises:
        Refused: The first value that can't be used.
    """
    for problem in problems(profile, given):
        raise problem


def problems(profile: Profile, given: Collection[str] | None = None) -> Iterator[Refused]:
    """Everything that is wrong with a profile, for who asks for one value at a time. Arguments as in `check`."""
    checks: list[Callable[[], object]] = [
        partial(check_name, profile.name),
        partial(_one_of, "cloud", profile.cloud, tuple(CLOUDS), "is not a cloud"),
        partial(_one_of, "method", profile.method, METHODS, "is not a way to sign in"),
        partial(_one_of, "store", profile.store, STORES, "is no place for tokens"),
        partial(_check_tenant, profile.tenant),
        *_checks_of_method(profile, given_in(profile) if given is None else given),
        partial(_check_client, profile),
        partial(_check_minutes, profile),
        *(
            partial(_check_audience, table, audience, url)
            for table in ("base", "scope")
            for audience, url in getattr(profile, table).items()
        ),
        partial(_check_authority, profile.authority),
        partial(_check_proxy, profile.proxy),
        partial(_check_redirect, profile.redirect_uri),
    ]
    for one in checks:
        try:
            one()
        except Refused as problem:
            yield problem


def check_name(name: str) -> None:
    """Check how a profile is called.

    Raises:
        Refused: No profile can have that name.
    """
    if not NAME.fullmatch(name) or name == "demo":
        raise Refused(
            "",
            f"{name!r} can't be a profile's name.",
            "Use letters, digits, '.', '_' and '-', at most 40, and not 'demo'.",
        )


def is_guid(value: str) -> bool:
    """Whether it has the form of an id of Entra."""
    return bool(_GUID.fullmatch(value))


def _one_of(key: str, value: str, allowed: tuple[str, ...], what: str) -> None:
    if value not in allowed:
        raise Refused(key, f"{value!r} {what}.", f"Allowed: {', '.join(allowed)}.")


def _check_tenant(tenant: str) -> None:
    if not tenant or tenant.lower() in _SHARED:
        raise Refused(
            "tenant",
            "A profile is for exactly one tenant.",
            "Give the tenant's id or domain, or set AZURE_TENANT_ID.",
        )
    if not (is_guid(tenant) or _DOMAIN.fullmatch(tenant)):
        raise Refused(
            "tenant", f"{tenant!r} is neither a tenant id nor a domain.", "Give the tenant's id (a GUID) or domain."
        )


def _checks_of_method(profile: Profile, given: Collection[str]) -> Iterator[Callable[[], object]]:
    method = METHOD_TABLE.get(profile.method)
    if method is None:
        return
    for key in OF_A_METHOD:
        if key in given and key not in (*method.needs, *method.takes):
            yield partial(_refuse_foreign, method, key)
    for key in method.needs:
        if not getattr(profile, key):
            yield partial(_refuse_missing, method, key)


def _refuse_foreign(method: Method, key: str) -> None:
    users = [other.name for other in METHOD_TABLE.values() if key in (*other.needs, *other.takes)]
    own = ", ".join(one for one in (*method.needs, *method.takes) if one in OF_A_METHOD) or "none of these"
    raise Refused(
        key,
        f"This key does not belong to method {method.name}, it is for {' and '.join(users)}.",
        f"Allowed with {method.name}: {own}.",
    )


def _refuse_missing(method: Method, key: str) -> None:
    raise Refused(key, f"Method {method.name} needs it.", _MISSING[key])


def _check_client(profile: Profile) -> None:
    if profile.client_id and not is_guid(profile.client_id):
        raise Refused(
            "client_id",
            f"{profile.client_id!r} is not an application id.",
            "Give the Application (client) ID of the app registration, a GUID.",
        )
    if not all(profile.token_command):
        raise Refused("token_command", "A part of the command is empty.", _MISSING["token_command"])


def _check_minutes(profile: Profile) -> None:
    if profile.write_minutes not in _MINUTES:
        raise Refused("write_minutes", f"{profile.write_minutes} is out of range.", "Use 0 to 480 minutes.")


def _check_audience(table: str, audience: str, url: str) -> None:
    if audience not in AUDIENCES:
        raise Refused(f"{table}.{audience}", "This audience is not known.", f"Allowed: {', '.join(AUDIENCES)}.")
    _https(f"{table}.{audience}", url, "Tokens only travel over https.")


def _check_authority(authority: str) -> None:
    if authority and _https("authority", authority, "Secrets only travel over https.").path not in ("", "/"):
        raise Refused(
            "authority", f"{_plain(authority)} has a path.", "Give scheme and host only; the tenant has its own key."
        )


def _check_redirect(uri: str) -> None:
    redirect = _split("redirect_uri", uri)
    if redirect.scheme != "https" and not (redirect.scheme == "http" and redirect.hostname in _LOCAL):
        raise Refused(
            "redirect_uri",
            f"{_plain(uri)} is neither on this host nor https.",
            "Use the one that is registered, such as http://localhost:8400.",
        )


def _https(key: str, url: str, why: str) -> SplitResult:
    parts = _split(key, url)
    if parts.scheme != "https":
        raise Refused(key, f"{_plain(url)} is not an https address.", why)
    if parts.username is not None or parts.query or parts.fragment:
        raise Refused(key, "The address holds more than scheme, host, port and path.", "Give it without the rest.")
    return parts


def _check_proxy(proxy: str) -> None:
    if proxy in ("", "none"):
        return
    # not shown: it may hold a password
    parts = _split("proxy", proxy)
    if parts.password is not None:
        raise Refused(
            "proxy",
            "A secret must not stand in the configuration.",
            "Leave proxy out and set HTTPS_PROXY, with the password in it, in the environment.",
        )
    if parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Refused("proxy", "This is no proxy's address.", _PROXIES)


def _plain(url: str) -> str:
    """An address for people; what may hold a password is not shown."""
    return "This" if "@" in url else repr(url)


def _split(key: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 it raises where the port is none
    except ValueError:
        parts = None
    if parts is None or not parts.hostname or not url.isprintable() or " " in url:
        if key == "proxy":
            raise Refused(key, "This is no proxy's address.", _PROXIES)
        raise Refused(key, f"{_plain(url)} is not an https address.", "Give scheme, host and port.")
    return parts
