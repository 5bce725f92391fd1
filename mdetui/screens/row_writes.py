"""RowWrites: the action menu and the triage menu. They lead to a sheet; nothing is written from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.screens.column_keys import ColumnKeys
from mdetui.screens.menu import Entry, MenuScreen

if TYPE_CHECKING:
    from mdetui.response.desk import Desk
    from mdetui.response.targets import Kind, Target


class RowWrites(ColumnKeys):
    """A frame from whose rows writes can be prepared."""

    def sent(self) -> None:
        """Marks have done their work."""
        if self.list_body is not None:
            self.list_body.table.clear_marks()

    def action_act(self) -> None:
        """The action menu for the machines of the rows, or for machine actions themselves."""
        if not self.known().kind:
            self.say("There is nothing to act on in this list.")
            return
        self._with_rows(self._act)

    def action_triage(self) -> None:
        """The triage menu for the alerts of the rows."""
        if self.known().kind != "alert":
            self.say("Triage is for alerts; this list has none.")
            return
        self._with_rows(lambda rows: self._offer("alert", self._targets("alert", rows)))

    def _act(self, rows: Sequence[Any]) -> None:
        kind: Kind = "action" if self.known().kind == "action" else "machine"
        targets = self._targets(kind, rows)
        if not targets:
            self.say("These rows name no machine.")
            return
        self._offer(kind, targets)

    def _with_rows(self, act: Callable[[Sequence[Any]], None]) -> None:
        """Marked rows, or the row under the cursor; asks when marks exist and the cursor row is not among them."""
        body = self.list_body
        if body is None:
            entity = self.subject()
            if entity is None:
                self.say("It is still being read.")
            else:
                act([entity])
            return
        marked, here = body.feed.marked_items(), body.cursor_rows()
        if not marked or not here or any(row is item for row in here for item in marked):
            rows = body.chosen()
            if rows:
                act(rows)
            return
        entries = [
            Entry("marked", "m", f"the {len(marked)} marked", note=self._hidden(body.feed.marked_hidden)),
            Entry("here", "h", "this row", note=text.line(body.view.subject.name(here[0]), 40)),
        ]

        self.menu(MenuScreen("Act on", entries, lambda chosen: act(marked if chosen == "marked" else here)))

    @staticmethod
    def _hidden(count: int) -> str:
        return f"{count} of them hidden by the filter" if count else ""

    def _targets(self, kind: Kind, rows: Sequence[Any]) -> list[Target]:
        """Rows as targets, each machine once."""
        from mdetui.response import targets

        tenant = self.tenant
        if kind == "alert":
            return [targets.alert(tenant(row), row) for row in rows]
        if kind == "action":
            return [targets.action(tenant(row), row) for row in rows]
        if self.known().kind == "machine":
            return [targets.machine(tenant(row), row) for row in rows]
        found = {
            (tenant(row), machine): targets.machine_by_id(tenant(row), machine, getattr(row, "computer_dns_name", None))
            for row in reversed(rows)
            if (machine := self.known().machine_id(row))
        }
        return list(reversed(found.values()))

    def _offer(self, kind: Kind, targets: Sequence[Target], told: str = "") -> None:
        # of several tenants nothing is offered: the desk says why
        session = self.shell.session(targets[0].profile)
        desk = session.desk
        offers = {entry.action.id: entry for entry in desk.actions_for(kind, targets)}
        whom = targets[0].shown if len(targets) == 1 else text.plural(len(targets), kind)
        notes = {entry.note for entry in offers.values() if entry.note}
        entries = [
            Entry(entry.action.id, entry.action.letter, self._label(entry.action.title), entry.why)
            for entry in offers.values()
        ]
        note = " ".join(part for part in (told, notes.pop() if len(notes) == 1 else "") if part)
        self.menu(MenuScreen(whom, entries, lambda chosen: self.open_sheet(desk, chosen, targets), note=note))

    @staticmethod
    def _label(title: str) -> str:
        """A menu has no object behind the verb."""
        return (
            title.removesuffix(" of").removesuffix(" on").lower()
            if not title.startswith("AV")
            else title.removesuffix(" of")
        )

    def open_sheet(self, desk: Desk, action: str, targets: Sequence[Target]) -> None:
        """The sheet of an action for these targets, frozen now."""
        from mdetui.screens.confirm import SheetScreen

        try:
            plan = desk.draft(action, targets)
        except MdetuiError as error:
            self.fail(error)
            return
        self.shell.app.arriving(self.app.push_screen(SheetScreen(desk, plan)))
