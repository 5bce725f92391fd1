"""Routes that are made when the first request comes for one of them: their modules cost the demo's start nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_CHOSEN = "mdetui.route"


class Later(BaseRoute):
    """Stands for a group of routes.

    Args:
        paths: What their paths, lower case, begin with.
        make: Makes them, once.
    """

    def __init__(self, paths: re.Pattern[str], make: Callable[[], Sequence[BaseRoute]]) -> None:
        self._paths = paths
        self._make = make
        self._routes: Sequence[BaseRoute] | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Like the route of the group that fits best."""
        if scope["type"] != "http" or not self._paths.match(scope["path"]):
            return Match.NONE, {}
        if self._routes is None:
            self._routes = self._make()
        # the path without the method: it will be 405, if no other has both
        partial: tuple[Match, Scope] = Match.NONE, {}
        for route in self._routes:
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, _CHOSEN: route}
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, {**child, _CHOSEN: route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve by the route that `matches` chose."""
        await scope[_CHOSEN].handle(scope, receive, send)
