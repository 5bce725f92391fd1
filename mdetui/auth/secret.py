"""A value that must not be seen, and the file it is read from.

`Secret` is not a `str`: crash screens and loggers slice, format and pretty-print strings, and a `str` with a masked
repr still leaks there. The value leaves it only by `reveal()`, which is called where a header or a form is made.
"""

from __future__ import annotations

import errno
import hmac
import os
import stat
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


def read_secret(profile: Profile) -> Secret:
    """The client secret of a profile, from the file its `client_secret_file` names. One newline at the end is dropped.

    Raises:
        SignInError: The file is missing, a symbolic link, no plain file, somebody else's, readable by others, or holds
            nothing that can be a secret.
    """
    path = profile.client_secret_file
    shown = text.line(path, 200)
    try:
        # O_NONBLOCK: a named pipe must not hang the sign-in
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise SignInError(
                f"The client secret file {shown} is a symbolic link.", "Name the file itself as client_secret_file."
            ) from error
        raise SignInError(
            f"The client secret file {shown} can't be read: {error.strerror or 'unknown reason'}.",
            f"Put the secret's value there with mode 0600 (profile {profile.name}).",
        ) from error
    try:
        _check_owner(os.fstat(handle), shown)
        data = os.read(handle, _MAX_BYTES + 1)
    finally:
        os.close(handle)
    try:
        value = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SignInError(
            f"The client secret file {shown} holds no text.", "Put the secret's value into it, nothing else."
        ) from error
    value = value.removesuffix("\n").removesuffix("\r")
    if not value or len(data) > _MAX_BYTES or not value.isprintable():
        what = "is empty" if not value else "holds more than one secret's value"
        raise SignInError(
            f"The client secret file {shown} {what}.", "Put the secret's value into it, on one line, nothing else."
        )
    return Secret(value)


def _check_owner(facts: os.stat_result, shown: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise SignInError(f"{shown} is not a plain file.", "Name a file as client_secret_file.")
    if facts.st_uid != os.geteuid():
        raise SignInError(
            f"The client secret file {shown} belongs to another user.", "Make a copy that is yours, with mode 0600."
        )
    mode = stat.S_IMODE(facts.st_mode)
    if mode & 0o077:
        raise SignInError(
            f"The client secret file {shown} can be read or changed by others (mode {mode:04o}).",
            f"Run: chmod 600 {shown}",
        )
