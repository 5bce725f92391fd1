"""ListScreen: every list of the program, driven by a view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from textual.widget import Widget

from mdetui import text
from mdetui.keys import QUEUES as QUEUE_KEYS
from mdetui.keys import Key
from mdetui.screens.blast_keys import BlastKeys
from mdetui.screens.list_body import ListBody
from mdetui.screens.menu import MenuScreen
from mdetui.screens.places import ListPlace, queue_of
from mdetui.views.base import Cell
from mdetui.widgets.bindings import bindings

if TYPE_CHECKING:
    from mdetui.response.jobs import Job
    from mdetui.views.query import Queue

# which queue a key opens
_DIGITS = {key.id: number for number, key in enumerate(QUEUE_KEYS, 1)}
# behind the keys of the row, before what is the same everywhere
_QUEUES_HINT = 50


class ListScreen(BlastKeys):
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
        """The keys of the view's own context; digits that open a queue, and all of them as one for the bottom line."""
        keys = [key for key in self.keys_of(self.spot.listing.view.keys) if key.id not in _DIGITS]
        digits = [key for key in self.keys_of("alerts") if _DIGITS.get(key.id) in self._queues]
        if not digits:
            return keys
        show = digits[0].display if len(digits) == 1 else f"{digits[0].display}-{digits[-1].display}"
        return [*keys, *digits, replace(digits[0], id="list.queues", label="queues", hint=_QUEUES_HINT, show=show)]

    @property
    def _queues(self) -> Mapping[int, Queue]:
        return self.shell.settings.queues(self.spot.listing.view.id)

    def help_of(self, key: Key) -> str:
        """The digits say which queue they open."""
        if key.id == "list.queues":
            return ""
        number = _DIGITS.get(key.id)
        return key.help if number is None else f"Queue: {text.line(self._queues[number].name)}"

    def action_help(self) -> None:
        """All keys; first, what the words of the list were sent as."""
        asked = self.spot.listing.query.filter
        note = f"$filter={text.line(asked)}" if asked else ""
        self.menu(MenuScreen("Keys", self.key_entries(), self.run_key, note=note, search=True))

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
        queue = self._queues.get(number)
        if queue is None:
            return
        session = self.shell.opened(self.place.profile)
        me = session.analyst if session else ""
        view = self.spot.listing.view.id
        self.attempt(lambda: self.shell.visit(queue_of(view, self.place.profile, queue, me)))
