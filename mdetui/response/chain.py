"""A file of JSON lines that is only ever appended to, each line bound to the one before it.

Several processes write to the same file, so every append holds an exclusive flock. A line carries `prev`, the SHA-256
of the raw line before it, and `sum`, the SHA-256 of itself without `sum`. A crash can leave a torn last line: it is
kept, and the next append writes a `torn` line behind it that binds it like any other. Whoever cuts whole lines off the
end can't be seen from the file alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdetui.errors import LedgerFailed

GENESIS = "0" * 64
_STEP = 65_536
_TODO = "Nothing is sent while it can't be written. Check the folder, the disk and who owns the file."


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file. `data` is None when it can't be read as a whole line."""

    number: int
    raw: bytes
    data: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Check:
    """What `verify` found: how many lines, how many torn and marked, and sentences about what does not fit."""

    lines: int = 0
    torn: int = 0
    problems: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything fits."""
        return not self.problems


@dataclass(slots=True)
class ChainFile:
    """The file. All methods block (flock, fsync) and are meant for a thread of their own.

    Attributes:
        path: Where it lies; the folder must be ours alone.
    """

    path: Path
    _folder_checked: bool = field(default=False, repr=False)

    def append(self, *records: Mapping[str, Any]) -> None:
        """Write lines and return only when they are on the disk, the folder's entry included.

        Raises:
            LedgerFailed: The lines are not surely on the disk.
        """
        with _reported(self.path), self._locked() as fd:
            last, tail = _end(fd)
            out = bytearray()
            previous = last
            if tail:
                # a whole line that only lost its line feed is no loss
                out += b"\n"
                previous = tail
                if parse(tail) is None:
                    mark = seal({"event": "torn", "bytes": len(tail)}, previous)
                    out += mark + b"\n"
                    previous = mark
            for record in records:
                line = seal(record, previous)
                out += line + b"\n"
                previous = line
            view = memoryview(bytes(out))
            while view:
                view = view[os.write(fd, view) :]
            os.fsync(fd)
            _sync_folder(self.path.parent)

    def read(self, start: int = 0) -> tuple[list[Line], int]:
        """Lines from a byte offset to the end, and the offset behind the last whole line.

        A torn last line is returned with `data` None and does not move the offset.

        Raises:
            LedgerFailed: The file is there and can't be read.
        """
        with _reported(self.path):
            try:
                fd = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except FileNotFoundError:
                return [], 0
            with os.fdopen(fd, "rb") as file:
                _refuse_strange(fd)
                size = os.fstat(fd).st_size
                # shorter than before: replaced or cut, so everything is new
                start = start if start <= size else 0
                file.seek(start)
                content = file.read()
        whole = content.rfind(b"\n") + 1
        lines = [Line(number, raw, parse(raw)) for number, raw in enumerate(content[:whole].split(b"\n")[:-1], 1)]
        if content[whole:]:
            lines.append(Line(len(lines) + 1, content[whole:], parse(content[whole:])))
        return lines, start + whole

    def verify(self) -> Check:
        """Walk the chain from the first line.

        Raises:
            LedgerFailed: The file can't be read.
        """
        lines, _ = self.read()
        problems: list[str] = []
        torn = 0
        before = b""
        unmarked = 0
        for line in lines:
            if line.data is None:
                unmarked = line.number
            else:
                if unmarked and line.data.get("event") == "torn":
                    torn += 1
                elif unmarked:
                    problems.append(f"line {unmarked} can't be read or was changed")
                unmarked = 0
                if line.data.get("prev") != link(before):
                    problems.append(f"line {line.number} does not follow the line before it")
            before = line.raw
        if unmarked:
            # nobody wrote since it was torn: the next append marks it
            torn += 1
        return Check(len(lines), torn, tuple(problems))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Descriptor of the file, opened for appending and locked for this process alone."""
        self._check_folder()
        while True:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            fd = os.open(self.path, flags, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                found = _refuse_strange(fd)
                if found.st_mode & 0o077:
                    os.fchmod(fd, 0o600)
                if _still_there(self.path, found):
                    yield fd
                    return
                # moved away between open and lock (a rotation): take the new one
            finally:
                os.close(fd)

    def _check_folder(self) -> None:
        if self._folder_checked:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.path.parent.stat()
        if found.st_uid != os.geteuid():
            raise LedgerFailed(f"The folder {self.path.parent} belongs to another user.", _TODO)
        if found.st_mode & 0o077:
            self.path.parent.chmod(0o700)
        self._folder_checked = True


def seal(record: Mapping[str, Any], previous: bytes) -> bytes:
    """A record as a line bound to the raw line before it. Text is ASCII with escapes, so `cat` is safe too."""
    body = json.dumps({"prev": link(previous), **record}, ensure_ascii=True, separators=(",", ":")).encode()
    return body[:-1] + b',"sum":"' + _digest(body) + b'"}'


def parse(raw: bytes) -> dict[str, Any] | None:
    """The record of a line, or None when it is torn or was changed."""
    head, mark, rest = raw.rpartition(b',"sum":"')
    body = head + b"}"
    if not mark or rest != _digest(body) + b'"}':
        return None
    try:
        data = json.loads(body)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def link(raw: bytes) -> str:
    """What the next line's `prev` must be."""
    return hashlib.sha256(raw).hexdigest() if raw else GENESIS


def records(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """The records that can be read."""
    return (line.data for line in lines if line.data is not None)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _end(fd: int) -> tuple[bytes, bytes]:
    """The last whole line and what stands behind its line feed, both without line feeds."""
    size = os.fstat(fd).st_size
    content = b""
    at = size
    while at > 0 and content.count(b"\n") < 2:
        step = min(_STEP, at)
        at -= step
        content = os.pread(fd, step, at) + content
    head, _, tail = content.rpartition(b"\n")
    return head.rpartition(b"\n")[2], tail


def _refuse_strange(fd: int) -> os.stat_result:
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        raise LedgerFailed("The ledger is not a plain file.", _TODO)
    if found.st_uid != os.geteuid():
        raise LedgerFailed("The ledger file belongs to another user.", _TODO)
    if found.st_nlink > 1:
        raise LedgerFailed("The ledger file has a second name (hard link).", _TODO)
    return found


def _still_there(path: Path, opened: os.stat_result) -> bool:
    with suppress(FileNotFoundError):
        now = path.lstat()
        return (now.st_dev, now.st_ino) == (opened.st_dev, opened.st_ino)
    return False


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Every trouble of the operating system as one error that says where."""
    try:
        yield
    except OSError as error:
        # ELOOP is what O_NOFOLLOW gives for a symbolic link
        why = "it is a symbolic link" if path.is_symlink() else (error.strerror or str(error))
        raise LedgerFailed(f"The ledger {path} can't be used: {why}.", _TODO) from error
