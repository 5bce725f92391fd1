"""Where the tokens of a profile can be kept: memory or a file (a keyring is `store_keyring.py`). Each knows its dangers.

Nothing is encrypted here: a key that lies beside its file protects against nobody who can read the file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from mdetui import paths, text
from mdetui.auth.secret import Secret
from mdetui.auth.store_lock import locked

_MAX_BYTES = 4 << 20
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class Refused(Exception):
    """A place can't be used or must not be: the reason as the end of a sentence, without a full stop."""


class Broken(Exception):
    """What is kept there is not what was written: the reason, as of `Refused`."""


class Place(Protocol):
    """One place for the tokens of one profile. Every method blocks."""

    @property
    def where(self) -> str:
        """The place in words, for people."""

    def lock(self, patience: float) -> AbstractContextManager[bool]:
        """Keep other processes out; yields whether they are. Raises `Refused`."""

    def read(self) -> str | None:
        """What is kept; None when there is nothing. Raises `Refused`, `Broken`."""

    def write(self, kept: str) -> None:
        """Keep a text in place of what is there. Raises `Refused`."""

    def set_aside(self) -> str:
        """Take away what is broken; a sentence on where it is now. Raises `Refused`."""

    def remove(self) -> None:
        """Keep nothing, what was set aside included. Raises `Refused`."""


def checked(kept: str) -> str:
    """A text that is a JSON object, as every token cache is.

    Raises:
        Broken: It is not.
    """
    try:
        whole = isinstance(json.loads(kept), dict)
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        raise Broken("it is damaged")
    return kept


def file_stem(profile: str) -> str:
    """A file name without ending for a profile of any name; two names never share one, in any case of letters."""
    # what the quota files of the same folder are called is not for a profile
    if _PLAIN_NAME.fullmatch(profile) and not profile.startswith("quota-"):
        return profile
    readable = re.sub(r"[^a-z0-9_-]+", "-", profile.lower())[:32].strip("-")
    return f"{readable or 'profile'}~{hashlib.sha256(profile.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


class MemoryPlace:
    """Kept until the program ends."""

    where = "in memory only, gone when the program ends"

    def __init__(self, kept: Secret | None = None) -> None:
        self._kept = kept

    def lock(self, patience: float) -> AbstractContextManager[bool]:
        """Nobody else can reach it."""
        return nullcontext(True)

    def read(self) -> str | None:
        """What is kept."""
        return self._kept.reveal() if self._kept else None

    def write(self, kept: str) -> None:
        """Keep it."""
        self._kept = Secret(kept)

    def set_aside(self) -> str:
        """There is nothing to look at later."""
        self._kept = None
        return "It was thrown away."

    def remove(self) -> None:
        """Forget it."""
        self._kept = None


class FilePlace:
    """A file of mode 0600 in a folder of mode 0700, replaced as a whole by every write.

    Args:
        folder: Its folder. Made when missing, its parent only when `lasting`.
        profile: The profile's name.
        lasting: Whether it is on a disk, where a write has to arrive, or in a runtime folder.
        tell: Told a sentence when something was not as it should be and was put right.
    """

    def __init__(self, folder: Path, profile: str, *, lasting: bool, tell: Callable[[str], None]) -> None:
        stem = file_stem(profile)
        self._folder = folder
        self._file = folder / f"{stem}.json"
        self._broken = folder / f"{stem}.broken"
        self._lock = folder / f"{stem}.lock"
        self._draft = f".{stem}."
        self._lasting = lasting
        self._tell = tell

    @property
    def where(self) -> str:
        """The file, and what that means."""
        meaning = "as plain text on the disk" if self._lasting else "gone at logout"
        return f"{_shown(self._file)}, {meaning}"

    @contextlib.contextmanager
    def lock(self, patience: float) -> Iterator[bool]:
        """Keep other processes out; what a killed one left half written is removed."""
        self._check_folder()
        with contextlib.ExitStack() as held:
            with _refusing(self._lock):
                free = held.enter_context(locked(self._lock, patience))
            if free:
                self._sweep()
            yield free

    def read(self) -> str | None:
        """What is kept, from our own plain file only."""
        self._check_folder()
        try:
            # O_NONBLOCK: a named pipe must not hang the sign-in
            handle = os.open(self._file, os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Refused(_why(self._file, error)) from error
        with _refusing(self._file), os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise Refused(f"{_shown(self._file)} is not a plain file")
            self._check_owner(self._file, found)
            self._mend_mode(self._file, found, 0o600)
            data = file.read(_MAX_BYTES + 1)
        try:
            return checked(data.decode("utf-8") if len(data) <= _MAX_BYTES else "")
        except (UnicodeDecodeError, Broken):
            raise Broken(f"The file of tokens {_shown(self._file)} is damaged") from None

    def write(self, kept: str) -> None:
        """A file that is whole or not there, whatever happens meanwhile."""
        self._check_folder()
        if self._file.is_symlink():
            # a rename would replace the link and do no harm, but somebody laid it there
            raise Refused(f"{_shown(self._file)} is a symbolic link")
        draft = self._folder / f"{self._draft}{secrets.token_hex(6)}"
        with _refusing(self._file):
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
            try:
                with os.fdopen(handle, "wb") as out:
                    # for a umask that takes even our own rights away
                    draft.chmod(0o600)
                    out.write(kept.encode("utf-8"))
                    out.flush()
                    if self._lasting:
                        os.fsync(handle)
                draft.replace(self._file)
            except BaseException:
                with contextlib.suppress(OSError):
                    draft.unlink()
                raise
            if self._lasting:
                _sync(self._folder)

    def set_aside(self) -> str:
        """Under the name `.broken`, with the same mode: it may still hold tokens."""
        with _refusing(self._file):
            self._file.replace(self._broken)
        return f"It was set aside as {_shown(self._broken)}."

    def remove(self) -> None:
        """Remove the file, the one that was set aside and half written ones. The file of the lock stays, empty."""
        if not self._folder.exists():
            return
        self._check_folder()
        self._sweep()
        for path in (self._file, self._broken):
            with _refusing(path):
                path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        # whoever writes holds the lock, and so do we: these are a killed process's
        with _refusing(self._folder):
            for left in self._folder.iterdir():
                if left.name.startswith(self._draft):
                    left.unlink(missing_ok=True)

    def _check_folder(self) -> None:
        """See that nobody else can put a file there; make the folder when it is missing."""
        with _refusing(self._folder):
            if self._lasting:
                paths.make_private(self._folder.parent)
            self._check_parent()
            with contextlib.suppress(FileExistsError):
                self._folder.mkdir(mode=0o700)
                self._folder.chmod(0o700)
            found = self._folder.lstat()
            if stat.S_ISLNK(found.st_mode):
                raise Refused(f"the folder {_shown(self._folder)} is a symbolic link")
            if not stat.S_ISDIR(found.st_mode):
                raise Refused(f"{_shown(self._folder)} is not a folder")
            self._check_owner(self._folder, found)
            self._mend_mode(self._folder, found, 0o700)

    def _check_parent(self) -> None:
        parent = self._folder.parent
        found = parent.stat()
        if _UID is None:
            return
        if found.st_uid not in (_UID(), 0):
            raise Refused(f"the folder {_shown(parent)} belongs to another user")
        if found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX:
            raise Refused(f"others may write into the folder {_shown(parent)}")

    def _check_owner(self, path: Path, found: os.stat_result) -> None:
        if _UID is not None and found.st_uid != _UID():
            raise Refused(f"{_shown(path)} belongs to another user")

    def _mend_mode(self, path: Path, found: os.stat_result, mode: int) -> None:
        # Windows has no such bits
        if _UID is None or not stat.S_IMODE(found.st_mode) & 0o077:
            return
        path.chmod(mode)
        self._tell(
            f"{_shown(path)} was open to others (mode {stat.S_IMODE(found.st_mode):04o}) and was set to {mode:04o}. "
            "If others use this host, sign out and in again."
        )


# None where files have no owner in this sense (Windows)
_UID: Callable[[], int] | None = getattr(os, "geteuid", None)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _shown(path: Path) -> str:
    return text.line(str(path), 200)


def _why(path: Path, error: OSError) -> str:
    # ELOOP is what O_NOFOLLOW gives for a symbolic link
    if path.is_symlink():
        return f"{_shown(path)} is a symbolic link"
    return f"{_shown(path)}: {error.strerror or type(error).__name__}"


@contextlib.contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Every trouble of the operating system as a refusal that names the path."""
    try:
        yield
    except OSError as error:
        raise Refused(_why(path, error)) from error


def _sync(folder: Path) -> None:
    # Windows opens no folders
    if _UID is None:
        return
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
