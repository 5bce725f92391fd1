"""ListScreen: every list of the program, driven by a view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from mdetui.keys import QUEUES as QUEUE_KEYS
from mdetui.keys import Key, context
from mdetui.screens.list_body import ListBody
from mdetui.screens.places import ListPlace, list_of
from mdetui.screens.row_writes import RowWrites
from mdetui.views.base import Cell
from mdetui.views.query import QUEUES, parse
from mdetui.widgets.bindings import bindings

if TYPE_CHECKING:
    from mdetui.response.jobs import Job


class ListScreen(RowWrites):
    """One list with its preview."""

    BINDINGS = bindings("alerts")
    _body: ListBody | None = None

    @property
    def spot(self) -> ListPlace:
        """The place, with its own type."""
        return cast(ListPlace, self.place)

    @property
    def list_body(self) -> ListBody | None:
        """The list, once it stands."""
        return self._body

    def body(self) -> Iterable[Widget]:
        """The list."""
        self._body = ListBody(self.spot.listing)
        yield self._body

    def hints(self) -> Sequence[Key]:
        """The keys of the view's own context."""
        return context(self.spot.listing.view.keys)

    def help_of(self, key: Key) -> str:
        """The digits say which queue they open."""
        queues = QUEUES.get(self.spot.listing.view.id, ())
        place = next((n for n, one in enumerate(QUEUE_KEYS) if one.id == key.id), None)
        if place is None:
            return key.help
        return f"Queue: {queues[place][0]}" if place < len(queues) else ""

    def standing(self) -> Sequence[Cell]:
        """Where the list stands."""
        return self._body.standing() if self._body is not None else ()

    def job_changed(self, job: Job) -> None:
        """Once the job has ended, what it changed is asked for."""
        super().job_changed(job)
        if job.active:
            return
        view = self.spot.listing.view.id
        if self._body is not None and view == "alerts" and job.action.kind == "alert":
            self._body.refresh_rows()
        elif self._body is not None and view == "actions":
            self._body.reload()

    def action_queue(self, number: int) -> None:
        """A saved queue."""
        queues = QUEUES.get(self.spot.listing.view.id, ())
        if not 1 <= number <= len(queues):
            return
        name, words, *_ = queues[number - 1]
        session = self.shell.opened(self.place.profile)
        me = session.analyst if session else ""
        view = self.spot.listing.view.id
        self.attempt(lambda: self.shell.visit(list_of(view, self.place.profile, parse(view, words, me), name)))
