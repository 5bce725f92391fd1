"""A value that must not be seen, and the places it is read from.

`Secret` is not a `str`: crash screens and loggers slice, format and pretty-print strings, and a `str` with a masked
repr still leaks there. The value leaves it only by `reveal()`, which is called where a header or a form is made.

A secret comes from the file that the profile names, else from the environment, else from systemd's credentials
(`LoadCredential=`, which sets `CREDENTIALS_DIRECTORY`), else from a person. Never from the command line: every user of
a host can read those.
"""

from __future__ import annotations

import errno
import hmac
import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mdetui import text
from mdetui.errors import SignInError

if TYPE_CHECKING:
    from mdetui.config import Profile

_MAX_BYTES = 16_384


class Secret:
    """A token or a client secret."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is never written anywhere.")


class SecretNeeded(SignInError):
    """A secret was found nowhere: a person has to type it, and it is kept in memory.

    Args:
        noun: What is needed: `client secret` or `certificate password`.
    """

    def __init__(self, what: str, todo: str, *, noun: str) -> None:
        super().__init__(what, todo)
        self.noun = noun


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of secret: what it is called, the key of the profile with its file, its variables, its credential."""

    noun: str
    key: str
    own: str
    azure: str

    def credential(self, profile: Profile) -> str:
        """Its name among systemd's credentials."""
        return f"{profile.name}.{self.noun.replace(' ', '-')}"


_CLIENT_SECRET = _Kind("client secret", "client_secret_file", "MDETUI_CLIENT_SECRET", "AZURE_CLIENT_SECRET")
_PASSWORD = _Kind(
    "certificate password",
    "certificate_password_file",
    "MDETUI_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
)
# what a program that is started from here must not find in its environment
SECRET_VARIABLES = frozenset(
    {_CLIENT_SECRET.own, _CLIENT_SECRET.azure, _PASSWORD.own, _PASSWORD.azure, "AZURE_PASSWORD"}
)
# variables are dropped when they are read, and a second profile may ask later
_taken: dict[str, Secret] = {}
_taking = threading.Lock()


def read_secret(profile: Profile) -> Secret:
    """The client secret of a profile.

    Raises:
        SecretNeeded: It is nowhere.
        SignInError: Its file is missing, a symbolic link, no plain file, somebody else's, readable by others, or holds
            nothing that can be a secret.
    """
    found = _find(profile, _CLIENT_SECRET)
    if found is None:
        raise _needed(profile, _CLIENT_SECRET)
    return found


def read_password(profile: Profile) -> Secret | None:
    """The password of a profile's certificate; None when there is none, which is right for many certificates.

    Raises:
        SignInError: As for the client secret.
    """
    return _find(profile, _PASSWORD)


def password_needed(profile: Profile) -> SecretNeeded:
    """The error for a certificate that turns out to have a password."""
    return _needed(profile, _PASSWORD)


def place_of(profile: Profile) -> str:
    """Where a profile's secret would be read from, for people; "" when its method has none. Nothing is read."""
    kind = {"client-secret": _CLIENT_SECRET, "certificate": _PASSWORD}.get(profile.method)
    if kind is None:
        return ""
    if path := getattr(profile, kind.key):
        return text.line(path, 200)
    for name in _variables(profile, kind):
        if os.environ.get(name) or name in _taken:
            return name
    credential = _credential_file(profile, kind)
    if credential is not None:
        return text.line(str(credential), 200)
    return "a person is asked" if kind is _CLIENT_SECRET else "none"


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for another program: ours without the secrets."""
    return {name: value for name, value in environ.items() if name not in SECRET_VARIABLES}


def read_private(path: str, noun: str, key: str, *, limit: int = _MAX_BYTES, systemd: bool = False) -> bytes:
    """The bytes of a file that must be ours alone.

    Args:
        path: The file.
        noun: What it holds, for people: `client secret`.
        key: Key of the profile that names it.
        limit: Bytes that are read at most, and one more, so that too long a file is noticed.
        systemd: It is one of systemd's credentials, which may be root's and readable through an access list.

    Raises:
        SignInError: It is missing, a symbolic link, no plain file, somebody else's or readable by others.
    """
    shown = text.line(path, 200)
    try:
        # O_NONBLOCK: a named pipe must not hang the sign-in
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise SignInError(
                f"The {noun} file {shown} is a symbolic link.", f"Name the file itself as {key}."
            ) from error
        reason = getattr(error, "strerror", None) or "unknown reason"
        raise SignInError(
            f"The {noun} file {shown} can't be read: {reason}.", "Put it there, with mode 0600."
        ) from error
    try:
        _check_owner(os.fstat(handle), shown, noun, key, systemd)
        return os.read(handle, limit + 1)
    finally:
        os.close(handle)


def _find(profile: Profile, kind: _Kind) -> Secret | None:
    if path := getattr(profile, kind.key):
        return _one_line(read_private(path, kind.noun, kind.key), path, kind.noun)
    for name in _variables(profile, kind):
        if found := _take(name):
            return found
    credential = _credential_file(profile, kind)
    if credential is not None:
        path = str(credential)
        return _one_line(read_private(path, kind.noun, kind.key, systemd=True), path, kind.noun)
    return None


def _variables(profile: Profile, kind: _Kind) -> tuple[str, ...]:
    """Variables that may hold a profile's secret.

    Azure's are a set: the secret of one application must not be sent to the authority of another profile.
    """
    for name, value in (("AZURE_TENANT_ID", profile.tenant), ("AZURE_CLIENT_ID", profile.client_id)):
        if os.environ.get(name, value).strip().lower() not in ("", value.lower()):
            return (kind.own,)
    return (kind.own, kind.azure)


def _take(name: str) -> Secret | None:
    """The value of a variable, which programs started from here do not inherit any more."""
    with _taking:
        value = os.environ.pop(name, "")
        if value:
            _taken[name] = Secret(value)
        return _taken.get(name)


def _credential_file(profile: Profile, kind: _Kind) -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        return None
    path = Path(folder) / kind.credential(profile)
    return path if os.path.lexists(path) else None


def _one_line(data: bytes, path: str, noun: str) -> Secret:
    """The secret in a file's bytes. One newline at the end is dropped, nothing else."""
    shown = text.line(path, 200)
    try:
        value = data.decode("utf-8")
    except UnicodeDecodeError:
        raise SignInError(
            f"The {noun} file {shown} holds no text.", "Put the secret's value into it, nothing else."
        ) from None  # the error holds the bytes
    value = value.removesuffix("\n").removesuffix("\r")
    if not value or len(data) > _MAX_BYTES or not value.isprintable():
        what = "is empty" if not value else "holds more than one secret's value"
        raise SignInError(
            f"The {noun} file {shown} {what}.", "Put the secret's value into it, on one line, nothing else."
        )
    return Secret(value)


def _needed(profile: Profile, kind: _Kind) -> SecretNeeded:
    return SecretNeeded(
        f"Profile {profile.name} needs its {kind.noun}, which is in no file, no variable and no systemd credential.",
        f"Type it when asked, or name a file of mode 0600 as {kind.key}, or set {kind.own}, or load the systemd "
        f"credential {kind.credential(profile)}.",
        noun=kind.noun,
    )


def _check_owner(facts: os.stat_result, shown: str, noun: str, key: str, systemd: bool) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise SignInError(f"{shown} is not a plain file.", f"Name a file as {key}.")
    if facts.st_uid != os.geteuid() and not (systemd and facts.st_uid == 0):
        raise SignInError(
            f"The {noun} file {shown} belongs to another user.", "Make a copy that is yours, with mode 0600."
        )
    mode = stat.S_IMODE(facts.st_mode)
    # an access list shows as the group's bits
    if mode & (0o007 if systemd else 0o077):
        raise SignInError(
            f"The {noun} file {shown} can be read or changed by others (mode {mode:04o}).", f"Run: chmod 600 {shown}"
        )
