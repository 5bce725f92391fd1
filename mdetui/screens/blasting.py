"""The blast radius of something: a list whose rows are the open lines of a tree that grows branch by branch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from textual.message import Message
from textual.worker import Worker

from mdetui import text
from mdetui.errors import MdetuiError, SignInNeeded
from mdetui.screens import work
from mdetui.screens.frame import Frame
from mdetui.screens.list_body import ListBody
from mdetui.screens.listing import ListScreen
from mdetui.screens.local_lists import LocalBatch, LocalSource
from mdetui.screens.places import Listing, ListPlace, Place, page_of
from mdetui.views.base import Cell, Subject
from mdetui.views.blast import ROOTS, item_of
from mdetui.views.blast_tree import Branch, Row, Tree
from mdetui.views.found import Named
from mdetui.views.registry import PAGES, VIEWS
from mdetui.widgets.bindings import bindings

if TYPE_CHECKING:
    from mdetui.session import Session


@dataclass(eq=False)
class BlastPlace(ListPlace):
    """A tree, and what of it is open.

    Attributes:
        tree: The tree.
        shown: Stamp of the tree whose lines are in the list.
        workers: What reads branches.
    """

    tree: Tree = field(kw_only=True)
    shown: int = 0
    workers: list[Worker[Any]] = field(default_factory=list)

    def screen(self) -> Frame:
        """The tree's own screen."""
        return BlastScreen(self)


def blast_place(root: Named, parent: Place) -> BlastPlace:
    """A tree that begins with something; nothing of it is read yet."""
    tree = Tree(root)
    rows = _rows_of(tree)
    listing = Listing(VIEWS["blast"], parent.profile, local=lambda: LocalSource(rows))
    return BlastPlace(parent.profile, listing, parent=parent, tree=tree)


def _rows_of(tree: Tree) -> Callable[[], Awaitable[Sequence[Any]]]:
    async def rows() -> Sequence[Any]:
        return tree.rows()

    return rows


class BlastScreen(ListScreen):
    """A tree: Enter opens and closes lines."""

    BINDINGS = bindings("blast")

    class Grown(Message):
        """A branch came, or did not; it waits in the tree."""

    @property
    def grown(self) -> Tree:
        """The tree of the place."""
        return cast(BlastPlace, self.place).tree

    def furnished(self) -> None:
        """What came while nobody looked is shown."""
        super().furnished()
        if self.spot.listing.feed.loaded:
            self.show_rows()

    # what keys act on

    @property
    def row(self) -> Row | None:
        """The line under the cursor."""
        return cast("Row | None", super().subject())

    def subject(self) -> Any | None:
        """The machine, alert or account of the line."""
        row = self.row
        return item_of(row) if row is not None else None

    def known(self) -> Subject:
        """What keys can do with it; with a branch, nothing."""
        row = self.row
        return PAGES[row.entity.kind].subject if row is not None and row.branch is None else Subject()

    def whole(self, item: Any) -> Any:
        """An alert that was read for the preview names more."""
        row, session = self.row, self.shell.opened(self.place.profile)
        if row is None or row.kind != "alert" or session is None:
            return item
        return session.peek("alerts.get", {"id": row.entity.id}, {}) or item

    def roots(self) -> Sequence[Named]:
        """What stands on the line, where a tree can begin with it; else what an alert names."""
        row = self.row
        if row is not None and row.branch is None and row.kind in ROOTS:
            return [Named(row.kind, row.entity.id, row.entity.label)]
        return super().roots()

    # opening

    def action_open(self) -> None:
        """Open or close the line; ask again where a branch has failed; go to where it stands already."""
        row, body = self.row, self.list_body
        if row is None or body is None:
            return
        if row.seen:
            self._go_to(lambda one: one.entity is row.entity and one.branch is None and not one.seen)
            return
        if row.sign == "·" and not row.failed:
            if row.branch is None:
                self.action_row_page()
            return
        before = body.feed.marked
        if row.failed:
            # its line goes away
            self._go_to(lambda one: one.branch is row.branch)
        branch = self.grown.toggle(row)
        if branch is not None:
            self._read(branch)
        self.show_rows()
        if body.feed.marked < before:
            count = text.plural(before - body.feed.marked, "marked line")
            self.say(f"{count} closed with it: not acted on until the branch is open again.")

    def action_row_page(self) -> None:
        """The page of what stands on the line."""
        row = self.row
        if row is None or row.branch is not None:
            self.say("This line is a branch: Enter opens and closes it.")
            return
        entity = row.entity
        self.shell.visit(page_of(entity.kind, self.place.profile, entity.id, self.place, entity.label, entity.item))

    def action_reload(self) -> None:
        """Ask again for the branch on which, or in which, the cursor stands."""
        row, body = self.row, self.list_body
        branch = self.grown.asked(row) if row is not None else None
        if branch is None or body is None:
            self.say("This was not asked for: Enter opens a line, r asks again for an open branch.")
        elif not branch.loading:
            self._read(self.grown.begin(branch), fresh=True)
            self.show_rows()

    def _go_to(self, wanted: Callable[[Row], bool]) -> None:
        body = self.list_body
        if body is None:
            return
        index = next((n for n in range(len(body.feed)) if wanted(body.feed.entry(n).item)), None)
        if index is None:
            self.say("The filter hides it.")
        else:
            body.table.move(index - body.table.cursor)

    def _read(self, branch: Branch, *, fresh: bool = False) -> None:
        place = cast(BlastPlace, self.place)
        try:
            session = self.shell.session(place.profile)
        except MdetuiError as error:
            self.grown.failed(branch, error)
            return
        # of the app: an answer comes even when this screen is left meanwhile
        place.workers = [worker for worker in place.workers if not worker.is_finished]
        place.workers.append(work.start(self.app, _read, place, session, branch, fresh, group="blast", alone=False))

    def on_blast_screen_grown(self, event: Grown) -> None:
        """Show what came."""
        event.stop()
        self.show_rows()

    def show_rows(self) -> None:
        """Put the open lines of the tree into the list; cursor, filter and marks stay with their lines."""
        place, body = cast(BlastPlace, self.place), self.list_body
        if body is None or not body.is_mounted or place.shown == self.grown.stamp:
            return
        place.shown = self.grown.stamp
        needed = [error for error in self.grown.errors if isinstance(error, SignInNeeded)]
        self.needed = needed[0] if needed else self.needed
        body.feed.clear()
        body.table.feed_changed()
        body.apply(body.feed.add(LocalBatch(self.grown.rows()), complete=True))
        # a line's place in the list now belongs to another: what is kept of its drawing is old
        body.show_columns()
        if body.preview is not None:
            body.preview.draw()
            body.preview.follow()

    # what is under way

    @property
    def fetching(self) -> bool:
        """Whether a branch is being read."""
        return super().fetching or bool(self.grown.loading)

    def standing(self) -> Sequence[Cell]:
        """Branches under way and marks, then how much is known so far: more than what is open."""
        count = self.grown.loading
        busy = Cell(f"reading {text.plural(count, 'branch')}  ", "state.busy")
        return [*((busy,) if count else ()), *super().standing()[:-1], Cell(f"known {self.grown.told}", "muted")]

    def action_stop(self) -> None:
        """Give up the branches under way; Enter asks again."""
        place = cast(BlastPlace, self.place)
        if not self.grown.loading:
            super().action_stop()
            return
        for worker in place.workers:
            worker.cancel()
        self.grown.stop()
        self.show_rows()
        self.say("The load was stopped; Enter asks again.")

    # writes

    def action_act(self) -> None:
        """The action menu for the machines among the marked lines, or for that of the line."""
        self._with_rows(self._act)

    def _act(self, rows: Sequence[Any]) -> None:
        from mdetui.response import targets

        profile = self.place.profile
        entities = {row.entity.key: row.entity for row in rows if row.kind == "machine"}
        if not entities:
            self.say("No machine stands here.", "m opens the machine of an alert.")
            return
        chosen = [
            targets.machine_by_id(profile, one.id, getattr(one.item, "computer_dns_name", None) or one.label)
            for one in entities.values()
        ]
        others = len({row.key for row in rows if row.kind != "machine"})
        left = f"{text.plural(others, 'line')} without a machine left out." if others else ""
        self._offer("machine", chosen, left)


async def _read(place: BlastPlace, session: Session, branch: Branch, fresh: bool) -> None:
    """Read a branch into the tree, and tell whoever shows it by then."""
    await place.tree.read(session, branch, session.now(), fresh=fresh)
    body: ListBody | None = place.listing.body
    if body is not None:
        body.post_message(BlastScreen.Grown())
