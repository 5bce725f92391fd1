"""ListScreen: every list of the program, driven by a view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

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

    @property
    def spot(self) -> ListPlace:
        """The place, with its own type."""
        return cast(ListPlace, self.place)

    @property
    def list_body(self) -> ListBody:
        """The list."""
        return self.query_one(ListBody)

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield ListBody(self.spot.listing)

    def on_mount(self) -> None:
        """Focus the table; a filter that came with the command is applied."""
        super().on_mount()
        self.focus_body()

    def hints(self) -> Sequence[Key]:
        """The keys of the view's own context."""
        return context(self.spot.listing.view.keys)

    def standing(self) -> Sequence[Cell]:
        """Where the list stands."""
        return self.list_body.standing() if self.query(ListBody) else ()

    def on_list_body_changed(self, event: ListBody.Changed) -> None:
        """Redraw the lines around the list."""
        event.stop()
        self.redraw()

    def on_list_body_told(self, event: ListBody.Told) -> None:
        """Say it."""
        event.stop()
        if event.error is not None:
            self.fail(event.error)
        else:
            self.say(*event.parts)

    def redraw(self) -> None:
        """Ages or times may have changed, too."""
        super().redraw()
        self.list_body.table.tick()

    def job_changed(self, job: Job) -> None:
        """Once the job has ended, what it changed is asked for."""
        super().job_changed(job)
        if job.active:
            return
        view = self.spot.listing.view.id
        if view == "alerts" and job.action.kind == "alert":
            self.list_body.refresh_rows()
        elif view == "actions":
            self.list_body.reload()

    def action_queue(self, number: int) -> None:
        """A saved queue."""
        queues = QUEUES.get(self.spot.listing.view.id, ())
        if not 1 <= number <= len(queues):
            return
        name, words = queues[number - 1]
        session = self.mde.opened(self.place.profile)
        me = session.analyst if session else ""
        view = self.spot.listing.view.id
        self.attempt(lambda: self.mde.visit(list_of(view, self.place.profile, parse(view, words, me), name)))
