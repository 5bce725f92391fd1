"""Where the load of a list stands, and when its next page is wanted."""

from __future__ import annotations

from typing import Literal

State = Literal["idle", "loading", "complete", "failed", "stopped"]


class Loading:
    """A small state machine. It asks for a page at most once at a time and never loads by itself.

    Attributes:
        state: `idle` waits to be asked; `loading` has a page under way; `complete` has everything; `failed` and
            `stopped` wait for a person.
        error: What went wrong in `failed`.
        total: How many rows there will be; None when nobody knows.
    """

    __slots__ = ("error", "state", "total")

    def __init__(self) -> None:
        self.state: State = "idle"
        self.error: Exception | None = None
        self.total: int | None = None

    def resume(self) -> bool:
        """The next page is wanted; True when it must be loaded, which is said once per page."""
        if self.state in ("loading", "complete"):
            return False
        self.state, self.error = "loading", None
        return True

    def came(self, complete: bool, total: int | None) -> None:
        """A page came. One that was under way when the load was stopped or has failed does not start it again."""
        if total is not None:
            self.total = total
        if complete:
            self.state, self.error = "complete", None
        elif self.state == "loading":
            self.state = "idle"

    def fail(self, error: Exception) -> None:
        """The page did not come."""
        self.state, self.error = "failed", error

    def stop(self) -> None:
        """A person stopped the load."""
        if self.state != "complete":
            self.state, self.error = "stopped", None

    def progress(self, loaded: int) -> str:
        """`300 of 300+`, `300 of 2,914`, and `2,914 of 2,914` when that is all."""
        if self.state == "complete":
            return f"{loaded:,} of {loaded:,}"
        if self.total is not None and self.total > loaded:
            return f"{loaded:,} of {self.total:,}"
        return f"{loaded:,} of {loaded:,}+"
