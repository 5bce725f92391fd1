"""Where the tokens of one profile outlive the program, or do not: chosen by the profile's `store`.

    auto     a file in the runtime folder ($XDG_RUNTIME_DIR, memory of the machine, gone at logout), else memory
    memory   never written anywhere
    file     a file of plain text in the state folder, mode 0600: only when the profile says so
    keyring  the keyring of the desktop session, only when one really works

A place that fails or can't be trusted is left for memory, once and for the rest of this run, with a sentence in
`notice`: never for a place that is less safe than what was asked for, and never without a word.

Everything here blocks: call it in a daemon thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from mdetui import paths
from mdetui.auth.secret import Secret
from mdetui.auth.store_places import Broken, FilePlace, MemoryPlace, Place, Refused, checked
from mdetui.config import Profile

# seconds to wait for another run that is renewing a token
PATIENCE = 15.0


class TokenStore:
    """The kept tokens of one profile: one text, a JSON object (MSAL's serialized cache).

    To renew: `with store.section():` load, ask the authority, save. Other threads and processes wait meanwhile, so
    nobody writes over a newer text. A text that is gone (`load` gives None though this run saved one) was removed by
    another run that signed out.

    Args:
        profile: Whose tokens; `store` says where.
        patience: Seconds that `section` waits for others. Then it goes on, says so in `notice`, and writes all the
            same: a file is replaced as a whole, and both runs' tokens are good.

    Attributes:
        notice: What the person must see, "" when there is nothing; sentences are added, each once.
    """

    def __init__(self, profile: Profile, *, patience: float = PATIENCE) -> None:
        self._profile = profile
        self._patience = patience
        self._told: list[str] = []
        self._place: Place | None = None
        self._opening = threading.Lock()
        # what was last known, for the day on which the place is gone
        self._last: Secret | None = None
        self._threads = threading.Lock()
        self._inside = threading.local()

    def __repr__(self) -> str:
        return f"TokenStore({self._profile.name!r}, {self._profile.store!r})"

    @property
    def where(self) -> str:
        """Where the tokens are kept, for people: a path or words, without a full stop."""
        return self._opened().where

    @property
    def notice(self) -> str:
        """Sentences the person must see."""
        return " ".join(self._told)

    def load(self) -> str | None:
        """What is kept; None when there is nothing. What is damaged is set aside and reported in `notice`."""
        try:
            kept = self._read()
        except Broken:
            # once more under the lock, so that a good file that another run puts there meanwhile is not set aside
            with self.section():
                kept = self._read_or_set_aside()
        self._last = None if kept is None else Secret(kept)
        return kept

    def save(self, kept: str) -> None:
        """Keep a text.

        Args:
            kept: A JSON object.

        Raises:
            ValueError: It is none; nothing was changed.
        """
        try:
            checked(kept)
        except Broken:
            raise ValueError("The tokens of a profile are kept as a JSON object.") from None
        self._last = Secret(kept)
        with self.section():
            try:
                self._opened().write(kept)
            except Refused as refused:
                self._fall_back(str(refused))

    def forget(self) -> None:
        """Keep nothing any more: what is kept is removed wherever the program may have put it, by whatever setting.

        What could not be removed is said in `notice`.
        """
        self._last = None
        with self.section():
            for place in self._everywhere():
                try:
                    place.remove()
                except Refused as refused:
                    self._tell(f"Kept tokens could not be removed: {refused}. Remove them by hand.")

    @contextlib.contextmanager
    def section(self) -> Iterator[None]:
        """Between entering and leaving, no other thread or process is in a section of this profile's store.

        May be entered again by the thread that is in it.
        """
        if getattr(self._inside, "now", False):
            yield
            return
        ends = time.monotonic() + self._patience
        with contextlib.ExitStack() as held:
            if self._threads.acquire(timeout=self._patience):
                held.callback(self._threads.release)
            try:
                alone = held.enter_context(self._opened().lock(max(0.0, ends - time.monotonic())))
            except Refused as refused:
                self._fall_back(str(refused))
                alone = True
            if not alone:
                self._tell(
                    f"Another run of mdetui keeps the token store of profile {self._profile.name} busy; "
                    "this one did not wait any longer."
                )
            self._inside.now = True
            held.callback(setattr, self._inside, "now", False)
            yield

    def _opened(self) -> Place:
        with self._opening:
            if self._place is None:
                self._place = self._choose()
            return self._place

    def _choose(self) -> Place:
        match self._profile.store:
            case "file":
                return self._state_file()
            case "keyring":
                from mdetui.auth.store_keyring import KeyringPlace

                try:
                    return KeyringPlace(self._profile.name)
                except Refused as refused:
                    self._tell(f"The tokens are kept in memory only: {refused}.")
            case "auto":
                return self._runtime_file() or MemoryPlace()
        return MemoryPlace()

    def _runtime_file(self) -> FilePlace | None:
        folder = paths.token_runtime_dir()
        # a variable that names nothing (su, cron, a container) is as good as none
        if folder is None or not folder.parent.is_dir():
            return None
        return FilePlace(folder, self._profile.name, lasting=False, tell=self._tell)

    def _state_file(self) -> FilePlace:
        return FilePlace(paths.token_state_dir(), self._profile.name, lasting=True, tell=self._tell)

    def _everywhere(self) -> list[Place]:
        """The place in use, and files of an earlier setting."""
        in_use = self._opened()
        others = [place for place in (self._runtime_file(), self._state_file()) if place]
        return [in_use, *(place for place in others if place.where != in_use.where)]

    def _read(self) -> str | None:
        try:
            return self._opened().read()
        except Refused as refused:
            self._fall_back(str(refused))
            return self._opened().read()

    def _read_or_set_aside(self) -> str | None:
        try:
            return self._read()
        except Broken as broken:
            try:
                aside = self._opened().set_aside()
            except Refused as refused:
                self._fall_back(str(refused))
                return None
            self._tell(f"{broken}. {aside} Sign in again.")
            return None

    def _fall_back(self, why: str) -> None:
        with self._opening:
            self._place = MemoryPlace(self._last)
        self._tell(f"The tokens of profile {self._profile.name} are kept in memory only from now on: {why}.")

    def _tell(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.append(sentence)
