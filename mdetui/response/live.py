"""Which runs of the program are alive: each holds a flock on a file of its own beside the ledger.

The kernel drops the lock with the process, a SIGKILL included, so a dead run can't be mistaken for a live one and a
reused process id can't either.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path

from mdetui.errors import LedgerFailed


class LiveMark:
    """The mark of this run.

    Args:
        folder: Where the marks lie; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.session = secrets.token_hex(8)
        self._folder = folder
        self._fd: int | None = None

    def hold(self) -> None:
        """Show that this run is alive, until the process ends.

        Raises:
            LedgerFailed: The mark can't be made, so a crash of this run could not be told from its work.
        """
        if self._fd is not None:
            return
        draft = self._folder / f".{self.session}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            # locked before it has its name: nobody can take it for a dead one's
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.rename(self._folder / self.session)
            for left in self._folder.iterdir():
                self.alive(left.name)
        except OSError as error:
            raise LedgerFailed(
                f"The folder {self._folder} can't be used: {error.strerror}.", "Check the disk and who owns it."
            ) from error
        self._fd = fd

    def alive(self, session: str) -> bool:
        """Whether a run still holds its mark. Marks of dead runs are removed on the way."""
        if session == self.session:
            return True
        # a name from the ledger: it must not lead out of the folder
        if not session.isalnum():
            return False
        path = self._folder / session
        try:
            fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        else:
            with suppress(OSError):
                path.unlink()
            return False
        finally:
            os.close(fd)

    def release(self) -> None:
        """Take the mark away at a clean end."""
        if self._fd is None:
            return
        with suppress(OSError):
            (self._folder / self.session).unlink()
        os.close(self._fd)
        self._fd = None
