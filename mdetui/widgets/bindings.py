"""The key table as Textual bindings; also what the help, the bottom line and the palette ask."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from mdetui.keys import Key, context


def bindings(*contexts: str) -> list[BindingType]:
    """Bindings of these contexts of the key table, each with id and tooltip."""
    return [_binding(key) for name in contexts for key in context(name)]


def _binding(key: Key) -> Binding:
    return Binding(
        key.keys,
        key.action,
        key.label,
        show=False,
        key_display=key.display,
        # these must win over Textual's own (ctrl+q quits with priority, ctrl+c copies or quits)
        priority=key.id in ("app.nothing", "app.stop", "menu.nothing", "sheet.nothing"),
        tooltip=key.help,
        id=key.id,
    )
