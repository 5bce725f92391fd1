"""The program with a whole queue loaded: reads page after page as if a person held End. Argument: a configuration file.

Our own quota (100 calls a minute) would make the load take minutes; here it admits everything, nothing else is changed.
"""

from __future__ import annotations

import sys

from mdetui import config, net, session
from mdetui.api.quotas import Quotas
from mdetui.app import MdetuiApp
from mdetui.screens.places import list_of
from mdetui.views.query import Query


class Generous(Quotas):
    """Admits every call at once."""

    async def admit(self, family: str, urgent: bool = True) -> None:
        """No waiting."""


def main() -> None:
    """Run it."""
    vars(session)["Quotas"] = Generous
    settings = config.load(sys.argv[1], environ={})
    name = next(iter(settings.profiles))
    app = MdetuiApp(settings, net.connect, profile=name)

    def more() -> None:
        frame = app.shell.frame
        body = frame.list_body if frame is not None and hasattr(frame, "list_body") else None
        if body is not None and body.feed.more:
            body.load_on()

    def start() -> None:
        app.shell.visit(list_of("alerts", name, Query("", ""), "everything"))
        app.set_interval(0.01, more)

    app.call_later(app.set_timer, 1.0, start)
    app.run(mouse=False)


if __name__ == "__main__":
    main()
