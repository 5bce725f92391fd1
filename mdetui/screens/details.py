"""Reads of every row of a list, to fold by what they tell: how many there will be, and how they go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mdetui.api.endpoints import family_of, operation
from mdetui.errors import MdetuiError, SignInNeeded
from mdetui.views.base import Details

if TYPE_CHECKING:
    from mdetui.screens.places import Listing
    from mdetui.screens.shell import Shell
    from mdetui.session import Session

# reads under way at a time
_AT_ONCE = 2
# refusals in a row after which no more is asked
_ENOUGH = 3
# where the service names no limit of an hour
_UNLIMITED = 10_000


def unread(shell: Shell, listing: Listing) -> list[Any]:
    """Rows that are loaded and pass the filter, of which is not known yet what they can be folded by.

    No more than one above `most`: a list can be long, and a key must not wait for it.
    """
    details, session, key = listing.view.details, shell.opened(listing.profile), listing.view.subject.key
    if details is None or session is None:
        return []
    found = []
    for row in listing.feed.items():
        if listing.feed.shape.bad(row) is not None or key(row) in listing.learned:
            continue
        entity = session.peek(details.operation, details.path(row), {})
        if entity is not None:
            # what the last minute's reads have told costs nothing
            _learn(listing, details, row, entity)
            continue
        found.append(row)
        if len(found) > most(details):
            break
    return found


def most(details: Details) -> int:
    """How many reads there can be in one go: what the service allows in an hour."""
    return family_of(operation(details.operation)).hour or _UNLIMITED


def _learn(listing: Listing, details: Details, row: Any, entity: Any) -> None:
    listing.learned[listing.view.subject.key(row)] = {part.id: part.value(entity) for part in details.parts}


def takes(details: Details, count: int) -> str:
    """How long so many reads take at least, where that is worth a sentence."""
    minute = family_of(operation(details.operation)).minute
    if minute is None or count <= minute:
        return "ctrl+c stops it; what was read is kept."
    return f"At most {minute} a minute, so at least {count // minute} min. ctrl+c stops it; what was read is kept."


async def read(shell: Shell, listing: Listing, rows: Sequence[Any], told: Callable[[], None]) -> MdetuiError | None:
    """Read rows, a few at a time, behind what a person asks for meanwhile.

    Args:
        shell: Has the session.
        listing: Learns what they tell.
        rows: The rows.
        told: Called when `listing.reading` says something new.

    Returns:
        Why some were not read; None when all were.
    """
    details = listing.view.details
    if details is None:
        return None
    session = shell.session(listing.profile)
    run = _Run(listing, details, session, rows, told)
    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(run.go())
    return run.error


class _Run:
    def __init__(
        self, listing: Listing, details: Details, session: Session, rows: Sequence[Any], told: Callable[[], None]
    ) -> None:
        self._listing = listing
        self._details = details
        self._session = session
        self._left = list(reversed(rows))
        self._count = len(rows)
        self._told = told
        self._refused = 0
        self.error: MdetuiError | None = None

    async def go(self) -> None:
        asked = operation(self._details.operation)
        while self._left and self._refused < _ENOUGH:
            row = self._left.pop()
            done = self._count - len(self._left)
            self._listing.reading = f"reading {done:,} of {self._count:,}, ctrl+c stops"
            self._told()
            try:
                entity = await self._session.reads.get(asked, path=self._details.path(row), urgent=False)
            except MdetuiError as error:
                self.error = error
                # without a token no other read will do better
                self._refused += _ENOUGH if isinstance(error, SignInNeeded) else 1
            else:
                self._refused = 0
                _learn(self._listing, self._details, row, entity)
