"""CopyKeys: what of a row goes to the person's own terminal: its id, its name, the row, its JSON, its portal link."""

from __future__ import annotations

from typing import Any

from mdetui import text
from mdetui.screens.menu import Entry, MenuScreen
from mdetui.screens.row_keys import RowKeys
from mdetui.views import portal
from mdetui.widgets.clipboard import copy


class CopyKeys(RowKeys):
    """A frame from whose rows something can be copied."""

    def action_copy(self) -> None:
        """The id."""
        item = self.subject()
        if item is not None:
            self._send("link" if self.known().secret else "id", self.known().key(item))

    def action_copy_menu(self) -> None:
        """Id, name, row, JSON, link."""
        item = self.subject()
        if item is None:
            return
        values = self.copies(item)
        hidden = "link" if self.known().secret else ""
        entries = [
            Entry(label, letter, label, note="" if label == hidden else text.line(value, 50))
            for letter, label, value in values
        ]
        found = {label: value for _, label, value in values}

        self.menu(MenuScreen("Copy", entries, lambda chosen: self._send(chosen, found[chosen])))

    def copies(self, item: Any) -> list[tuple[str, str, str]]:
        """What can be copied of a row: letter, label, value."""
        key = ("l", "link") if self.known().secret else ("i", "id")
        values = [(*key, self.known().key(item)), ("n", "name", str(self.known().name(item) or ""))]
        body = self.list_body
        if body is not None:
            values.append(("r", "row", "\t".join(body.table.texts())))
            raw = body.feed.raw(body.table.cursor_key) if body.table.cursor_key else None
            if raw is not None:
                page, index = raw
                values.append(("j", "JSON", page.row(index).decode("utf-8", "replace")))
        machine = self.known().machine_id(item)
        if machine and machine != self.known().key(item):
            values.append(("m", "machine id", machine))
        values.append(("o", "portal link", self._portal_link(item)))
        return [value for value in values if value[2]]

    def action_portal(self) -> None:
        """The link is shown and copied, never opened: the browser is not on this host."""
        item = self.subject()
        link = self._portal_link(item) if item is not None else ""
        if link:
            self._send("portal link", link, link)
        else:
            self.say("There is no portal page for this row.", self.known().unlinked)

    def _portal_link(self, item: Any) -> str:
        """Where the row is in the portal of its cloud; "" where it has no page there."""
        path = self.known().portal(item)
        # rows of this host may be of another tenant
        profile = self.shell.config.profiles.get(self.known().profile(item) or self.place.profile)
        return portal.link(profile.facts.portal, path, profile.tenant) if path and profile is not None else ""

    def _send(self, label: str, value: str, shown: str = "") -> None:
        done = copy(self.app, value)
        if done:
            self.say(f"{label} sent to the terminal ({len(value):,} characters).", text.line(shown) if shown else "")
        else:
            self.say(f"The {label} is too large for a terminal's clipboard ({len(value):,} characters).")
