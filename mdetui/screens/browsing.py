"""`:browse`: everything the API lists that has no view of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mdetui.errors import PlanError
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.places import Listing, ListPlace

if TYPE_CHECKING:
    from mdetui.screens.commanding import Commanding


def words(begun: str) -> Sequence[str]:
    """What completes a word."""
    from mdetui.views import automatic

    return automatic.matches(begun)


async def browse(frame: Commanding, profile: str, line: str) -> None:
    """Open a list; without a word, all of them to choose from.

    Args:
        frame: Where it was asked for.
        profile: Of which tenant.
        line: A word, then a slash and a filter of what is loaded.

    Raises:
        PlanError: There is no such list, or what follows is no local filter.
    """
    from mdetui.views import automatic

    word, _, rest = line.partition(" ")
    if not word:
        entries = [Entry(name, "", name, frame.shell.lacks(profile, name)) for name in automatic.browsable()]
        frame.menu(MenuScreen("Browse", entries, lambda chosen: _open(frame, profile, chosen, ""), search=True))
        return
    if rest and not rest.startswith("/"):
        raise PlanError(f"{rest!r} can't be asked of the server here.", f"/{rest} filters what is loaded.")
    _open(frame, profile, automatic.find(word), rest[1:])


def _open(frame: Commanding, profile: str, name: str, local: str) -> None:
    from mdetui.views import automatic

    listing = Listing(
        automatic.view_of(name),
        profile,
        make_source=lambda session: session.client.pager(
            session.operation(name), query=automatic.query_of(name, session.now())
        ),
    )
    if local:
        listing.feed.set_filter(local)
    frame.shell.visit(ListPlace(profile, listing))
